"""The pages of a note: the note itself, handing in, one submission with its remarks, decisions, who follows whom."""

from tutoring.notes.views import (
    answering,
    asking,
    comparing,
    coordinating,
    handing_in,
    remarks,
    responses,
    submission,
    topic_change,
    word,
)
from tutoring.notes.views.note import pages

__all__ = [
    "answering",
    "asking",
    "comparing",
    "coordinating",
    "handing_in",
    "pages",
    "remarks",
    "responses",
    "submission",
    "topic_change",
    "word",
]
