"""Footnotes: small lines at a page's foot that begin with a number, and the raised numbers that call them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from tutoring.documents.portable.glyphs import Piece
from tutoring.documents.portable.lines import Line

_SMALL = 0.94  # of the body's size
_RAISED = 0.12  # of the size of the line
_NUMBER = re.compile(r"(\d{1,3})(?:[.)]?(?:\s|$)|(?=[A-ZÀ-ÖØ-ÞŒ«“\"(\[]))")
# « 20 m² », « CO2 »: a number raised for what it measures.
_UNIT = re.compile(r"(?:\d ?|\b)(?:[kcdm]?m|CO|10)$")
_ENDS = (".", "!", "?", "…", "»", ")")


@dataclass(slots=True)
class Note:
    """A footnote: its number, the anchor of its block, its lines (the number taken out)."""

    number: int
    anchor: str
    page: int
    lines: list[Line] = field(default_factory=list)


def set_notes_apart(pages: list[list[Line]], body: float) -> tuple[list[list[Line]], list[Note]]:
    """The lines of each page without its footnotes, and those in order; calls now lead to their notes."""
    kept: list[list[Line]] = []
    notes: list[Note] = []
    anchors: set[str] = set()
    for lines in pages:
        low = _foot(lines, body)
        calls = _calls(line for line in lines if id(line) not in {id(one) for one in low})
        taken = _read_notes(low, {int(piece.text) for piece in calls}, notes, anchors)
        own = {note.number: note.anchor for note in notes if lines and note.page == lines[0].page}
        for piece in calls:
            piece.call = own.get(int(piece.text), "")
        kept.append([line for line in lines if id(line) not in taken])
    return kept, notes


def _foot(lines: list[Line], body: float) -> list[Line]:
    """The lines under all that is written at full size, from the top."""
    turn = lines[0].turn if lines else 0
    low: list[Line] = []
    for line in sorted((line for line in lines if line.turn == turn), key=lambda one: -one.y):
        if line.cells or line.size > _SMALL * body:
            break
        low.append(line)
    return sorted(low, key=lambda one: (round(one.y), one.x0))


def _read_notes(low: list[Line], calls: set[int], notes: list[Note], anchors: set[str]) -> set[int]:
    """Read the notes of a page into `notes`; returns which lines they take."""
    taken: set[int] = set()
    note = notes[-1] if notes and low and _goes_on(notes[-1], low[0]) else None
    previous = notes[-1].number if notes else 0
    for line in low:
        number = _number(line)
        expected = calls | {previous + 1, *([1] if not taken else [])}
        if number is not None and number in expected and (number > previous or not taken):
            anchor = f"fn-{number}" if f"fn-{number}" not in anchors else f"fn-{number}-{line.page}"
            anchors.add(anchor)
            note = Note(number, anchor, line.page)
            notes.append(note)
            previous = number
            line = _without_number(line, number)  # noqa: PLW2901
            taken.add(id(line))
        if note is not None:
            note.lines.append(line)
            taken.add(id(line))
    return taken


def _goes_on(note: Note, line: Line) -> bool:
    """Whether the last note of the page before goes on at this page's foot."""
    return (
        bool(note.lines)
        and note.lines[-1].page == line.page - 1
        and abs(note.lines[-1].size - line.size) < 0.5
        and not note.lines[-1].text.endswith(_ENDS)
    )


def _number(line: Line) -> int | None:
    first = line.pieces[0]
    if first.text.isdecimal() and len(first.text) <= 3 and _is_raised(first, line):
        return int(first.text)
    found = _NUMBER.match(line.text)
    return int(found[1]) if found and len(line.text) > found.end() else None


def _without_number(line: Line, number: int) -> Line:
    """The line with its number taken out: in place, as notes are told by their lines."""
    left = str(number)
    while left and line.pieces:
        piece = line.pieces[0]
        cut = 0
        while left and cut < len(piece.text) and piece.text[cut] == left[0]:
            cut, left = cut + 1, left[1:]
        if cut == len(piece.text):
            line.pieces.pop(0)
        else:
            piece.text = piece.text[cut:].lstrip(".) ")
            break
    return line


def _calls(lines: Iterable[Line]) -> list[Piece]:
    """Raised numbers right after a word."""
    found = []
    for line in lines:
        for inner in [one for cell in line.cells for one in cell] or [line]:
            for before, piece in pairwise(inner.pieces):
                if _UNIT.search(before.text):
                    continue
                near = piece.x0 - before.x1 < 0.35 * inner.size
                if near and piece.text.isdecimal() and len(piece.text) <= 3 and _is_raised(piece, inner):
                    found.append(piece)
    return found


def _is_raised(piece: Piece, line: Line) -> bool:
    return piece.size < 0.85 * line.size and piece.y < line.y - _RAISED * line.size
