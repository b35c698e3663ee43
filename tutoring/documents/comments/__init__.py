"""Word in and out: a document with its remarks as Word comments, and the comments of a .docx read back."""
