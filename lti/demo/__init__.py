"""The demo: a school's people, days and notes made through the operations, and three processes run together."""
