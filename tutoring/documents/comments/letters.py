"""The letters of a .docx without its spaces, each with the element it stands in; paragraphs and rows they belong to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from tutoring.documents.comments.package import Element
from tutoring.documents.comments.walk import Met, Step, walk

# Set between words, cells or syllables; a reader may add or drop them without changing what is said.
_WITHOUT = frozenset("|\u00ad\u200b\u200e\u200f\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Letter:
    """Where a letter stands: an element (`w:t`, or one that is a letter by itself), code points `start` to `end`."""

    element: Element
    start: int
    end: int


@dataclass(slots=True)
class Unit:
    """A paragraph of the text, or a row of a table: its letters `start` to `end`, its paragraphs."""

    start: int
    end: int
    paragraphs: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class Letters:
    """`text`: every letter of the document; `places[i]` is where `text[i]` stands.

    `figures`: drawings by alternative text, in order; `calls`: footnote references by the note's id; `boxes`: what
    holds a text box by the letters of its paragraphs.
    """

    text: str = ""
    places: list[Letter] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    figures: dict[str, list[Element]] = field(default_factory=dict)
    calls: dict[str, Element] = field(default_factory=dict)
    boxes: dict[str, Element] = field(default_factory=dict)

    def of(self, unit: Unit) -> str:
        """The letters of a unit."""
        return self.text[unit.start : unit.end]


def bare(text: str) -> str:
    """The letters of a text: NFC, without spaces and what only separates."""
    return "".join(filter(_counts, unicodedata.normalize("NFC", text)))


def letters(root: Element, ns: str) -> Letters:
    """Those of a document's body."""
    found, written, depth = Letters(), list[str](), 0
    for met in walk(root, ns):
        if met.step in (Step.ROW, Step.PARAGRAPH) and depth == 0:
            found.units.append(Unit(len(written), len(written)))
        if met.step is Step.ROW:
            depth += 1
        elif met.step is Step.ROW_END:
            depth -= 1
        elif met.step is Step.PARAGRAPH:
            found.units[-1].paragraphs.append(met.element)
        elif met.step is Step.WORDS and found.units:
            for letter, place in _letters(met):
                written.append(letter)
                found.places.append(place)
            found.units[-1].end = len(written)
        else:
            _note(found, met)
    found.text = "".join(written)
    return found


def _letters(met: Met) -> Iterator[tuple[str, Letter]]:
    """A letter and its accents, which Unicode may write apart, are composed as blocks compose them."""
    for start, end in _clusters(met.words):
        for letter in filter(_counts, unicodedata.normalize("NFC", met.words[start:end])):
            yield letter, Letter(met.element, start, end)


def _clusters(words: str) -> Iterator[tuple[int, int]]:
    start = 0
    for place in range(1, len(words) + 1):
        if place == len(words) or not unicodedata.combining(words[place]):
            yield start, place
            start = place


def _note(found: Letters, met: Met) -> None:
    if met.step is Step.FIGURE:
        found.figures.setdefault(bare(met.words), []).append(met.element)
    elif met.step is Step.BOX:
        found.boxes.setdefault(bare(met.words), met.element)
    elif met.step is Step.NOTE_CALL:
        found.calls.setdefault(met.words, met.element)


def _counts(letter: str) -> bool:
    return not letter.isspace() and letter not in _WITHOUT
