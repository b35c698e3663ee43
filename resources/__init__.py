"""What one reads: the space of each day, syntheses, readings, and the search through all of it."""
