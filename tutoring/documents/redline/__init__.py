"""What changed between two versions of a document: blocks reworded, moved, split, merged, and the words inside."""

from tutoring.documents.redline.changes import Change, ChangeKind, compare
from tutoring.documents.redline.shown import Line, Summary, as_text, inline, printed, summary, to_html
from tutoring.documents.redline.words import Piece, PieceKind, after, before, differences

__all__ = [
    "Change",
    "ChangeKind",
    "Line",
    "Piece",
    "PieceKind",
    "Summary",
    "after",
    "as_text",
    "before",
    "compare",
    "differences",
    "inline",
    "printed",
    "summary",
    "to_html",
]
