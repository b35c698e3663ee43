"""The verbs of the space: to write and publish a synthesis, to add and mend readings, to tell the index."""

from __future__ import annotations

from resources.operations.readings import add_file, add_link, remove_reading, revise_reading
from resources.operations.writing import publish, save_draft

__all__ = ["add_file", "add_link", "publish", "remove_reading", "revise_reading", "save_draft"]
