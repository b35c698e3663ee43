"""Named questions about the space of the days, the library's shelves, and what the index is told."""
