"""The library's search: French words over sections and PDF pages, behind six methods of any engine."""

import warnings

with warnings.catch_warnings():
    # Whoosh 2.7.4 was written for older Pythons: its first compilation warns of escapes and of `is`.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import whoosh.codec.whoosh3
    import whoosh.columns
    import whoosh.fields
    import whoosh.filedb.filestore
    import whoosh.filedb.structfile
    import whoosh.index
    import whoosh.lang.snowball.french
    import whoosh.query
    import whoosh.searching
    import whoosh.writing

from resources.search.engine import WhooshBackend
from resources.search.entries import Entry, Hit, Passage, Results, SearchBackend, SearchUnavailable, State

__all__ = [
    "Entry",
    "Hit",
    "Passage",
    "Results",
    "SearchBackend",
    "SearchUnavailable",
    "State",
    "WhooshBackend",
    "whoosh",
]
