"""The pages of a note: the note itself, handing in, one submission with its remarks, decisions, who follows whom."""

from tutoring.notes.views import coordinating, handing_in, reviewing
from tutoring.notes.views.note import pages

__all__ = ["coordinating", "handing_in", "pages", "reviewing"]
