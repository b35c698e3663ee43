"""The door to the LMS: launches, rosters, grades; stands on the library and on the training itself."""
