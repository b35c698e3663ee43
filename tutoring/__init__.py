"""The training itself: people, programme, documents, notes, jury; it knows nothing of LTI nor of the library."""
