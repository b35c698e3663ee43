"""The verbs of the space: to write and publish a synthesis, to add, mend and hand readings, to tell the index."""

from __future__ import annotations

from resources.operations.assigning import assign, mark_read, mark_seen, offer_link, take_back
from resources.operations.readings import add_file, add_link, remove_reading, revise_reading
from resources.operations.writing import publish, save_draft

__all__ = [
    "add_file",
    "add_link",
    "assign",
    "mark_read",
    "mark_seen",
    "offer_link",
    "publish",
    "remove_reading",
    "revise_reading",
    "save_draft",
    "take_back",
]
