"""What is kept and how: database, files, events, outbox, and how the domain says no. Free of Flask."""
