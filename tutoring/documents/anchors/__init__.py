"""Quoted passages of documents: where one stands, how it is marked in the page, where it is in the next version."""
