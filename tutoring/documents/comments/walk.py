"""The words of a .docx in the order they are read, and where the marks of its comments stand between them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from tutoring.documents.comments.package import Element

# What holds no words, or words that nobody reads in their place: properties, field codes, drawings and their text
# boxes, which a comment cannot be put into.
_PASSED = frozenset(
    "pPr rPr sectPr tblPr tblGrid tblPrEx trPr tcPr sdtPr sdtEndPr instrText drawing pict object rt".split()  # noqa: SIM905
)
# What may hold a text box; so may what newer Words offer beside it, which is of another namespace.
_BOXES = frozenset({"drawing", "pict", "object"})
# Struck out: its words are gone, but a comment may begin or end in it.
_GONE = frozenset({"del", "moveFrom", "delText"})
# The style of a footnote's number where notes are written as text (`clean`): blocks do not hold it.
NOTE_NUMBER = "PalierNoteNumber"
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


class Step(Enum):
    """What the walk met."""

    WORDS = auto()
    PARAGRAPH = auto()
    PARAGRAPH_END = auto()
    ROW = auto()
    ROW_END = auto()
    CELL = auto()
    RANGE = auto()
    RANGE_END = auto()
    REFERENCE = auto()
    NOTE_CALL = auto()
    FIGURE = auto()
    BOX = auto()


class Met(NamedTuple):
    """A step, its element, and its words (an id for a mark or a note's call, the alternative text of a figure,
    a paragraph of a text box, whose element is what holds the box)."""

    step: Step
    element: Element
    words: str = ""


_OPENED = {"p": Step.PARAGRAPH, "tr": Step.ROW, "tc": Step.CELL}
_CLOSED = {"p": Step.PARAGRAPH_END, "tr": Step.ROW_END}
_MARKS = {
    "commentRangeStart": Step.RANGE,
    "commentRangeEnd": Step.RANGE_END,
    "commentReference": Step.REFERENCE,
    "footnoteReference": Step.NOTE_CALL,
}


def walk(root: Element, ns: str) -> Iterator[Met]:
    """Go through `root`, whose elements are of namespace `ns`; deleted words are passed over, inserted ones read."""
    stack: list[tuple[Element, bool, bool]] = [(root, True, False)]
    while stack:
        element, entering, gone = stack.pop()
        name = _name(element, ns)
        if not entering:
            yield Met(_CLOSED[name], element)
            continue
        if name == "drawing" and not gone:
            yield Met(Step.FIGURE, element, _alternative(element))
        if (not name or name in _BOXES) and not gone:
            yield from (Met(Step.BOX, element, words) for words in _boxed(element, ns))
        if not name or name in _PASSED or (name == "r" and _numbers_note(element, ns)):
            continue
        yield from _met(element, name, ns, gone)
        if name in _CLOSED:
            stack.append((element, False, gone))
        gone = gone or name in _GONE
        stack.extend((child, True, gone) for child in reversed(element))


def attribute(element: Element, ns: str, name: str) -> str:
    """A namespaced attribute; empty when absent."""
    written: str = element.get(f"{{{ns}}}{name}", "")
    return written


def _met(element: Element, name: str, ns: str, gone: bool) -> Iterator[Met]:
    if name in _OPENED:
        yield Met(_OPENED[name], element)
    elif name in _MARKS:
        yield Met(_MARKS[name], element, attribute(element, ns, "id"))
    elif gone:
        return
    elif name == "t":
        yield Met(Step.WORDS, element, element.text or "")
    elif name in _SIGNS:
        yield Met(Step.WORDS, element, _SIGNS[name])


def _numbers_note(run: Element, ns: str) -> bool:
    style = run.find(f"{{{ns}}}rPr/{{{ns}}}rStyle")
    return style is not None and attribute(style, ns, "val") == NOTE_NUMBER


def _name(element: Element, ns: str) -> str:
    """The local name of an element of the text; empty for any other, a comment or an instruction of XML."""
    tag = element.tag
    return tag.removeprefix(f"{{{ns}}}") if isinstance(tag, str) and tag.startswith(f"{{{ns}}}") else ""


def _boxed(element: Element, ns: str) -> Iterator[str]:
    """The paragraphs of the text boxes in an element; written twice, for old and new readers, they are told once."""
    if not isinstance(element.tag, str):
        return
    boxes = element.iter(f"{{{ns}}}txbxContent")
    found = (
        "".join(said.text or "" for said in one.iter(f"{{{ns}}}t"))
        for box in boxes
        for one in box.iter(f"{{{ns}}}p")
    )
    yield from dict.fromkeys(found)


def _alternative(drawing: Element) -> str:
    """ECMA-376 part 1, 20.4.2.5: `descr` of the drawing's properties."""
    found = next(drawing.iter("{*}docPr"), None)
    return "" if found is None else str(found.get("descr", ""))
