"""The validation note: its workflow, what is handed in, what is answered."""
