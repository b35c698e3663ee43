"""What a page stands on: the request's session and commit, the guard, forms, and the parts of the house."""
