"""The training itself: people, programme, documents, validation notes, jury; it knows nothing of LTI nor of the library."""
