"""What files and texts are, as bytes and characters: their kind, their pages, their safe HTML."""
