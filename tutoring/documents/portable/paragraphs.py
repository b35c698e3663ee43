"""Lines gathered into paragraphs, across columns and pages, by gaps, indents, short lines and marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tutoring.documents.portable.glyphs import CUT
from tutoring.documents.portable.lines import Line
from tutoring.documents.portable.marks import is_count, is_entry, mark

_GAP = 1.22  # of the usual distance between lines: a wider one parts paragraphs
_WIDE_LINE = 15  # sizes: a line that long ends where it does for want of room
_INDENT = 0.7  # of the size of the font
_LIKE = 0.07  # sizes that differ by less are the same
_NARROW, _WIDE = frozenset(" iîïjlftrI.,;:!'’|()-"), frozenset("mwœæMW—…")
_ENDS = (".", "!", "?", "…", ":", ";", "»", ")")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together. `full`: where its lines would end if they were full."""

    lines: list[Line]
    left: float
    right: float

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def size(self) -> float:
        return self.first.size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


@dataclass(slots=True)
class _Flow:
    """Lines under each other: a column, or a cell without borders."""

    lines: list[Line] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    alone: bool = True
    narrow: bool = False  # its lines are cut well before the page's margin


class Margins:
    """Where the lines of a document usually begin and end, and how far they stand from each other."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        self.flows: dict[int, _Flow] = {}
        self.gaps: dict[float, Counter[float]] = defaultdict(Counter)
        letters: Counter[float] = Counter()
        every: list[_Flow] = []
        for lines in pages:
            flows = _flows(lines)
            every += flows
            for flow in flows:
                flow.alone = not any(_side_by_side(flow, other) for other in flows if other is not flow)
                for line in flow.lines:
                    self.flows[id(line)] = flow
                    letters[round(line.size * 2) / 2] += len(line.text)
                for above, below in pairwise(flow.lines):
                    if _alike(above, below):
                        self.gaps[round(above.size * 2) / 2][round((below.y - above.y) * 2) / 2] += 1
        self.body = max(letters, key=letters.__getitem__, default=12.0)
        alone = [line for flow in every if flow.alone for line in flow.lines]
        starts = Counter(round(line.x0) for line in alone)
        self.left = float(max(starts, key=starts.__getitem__, default=0))
        self.right = _usual_end([line for line in alone if line.x0 < self.left + 2 * self.body])
        for flow in every:
            flow.narrow = _is_narrow(flow, self.right)

    def leading(self, size: float) -> float:
        """The usual distance between lines of a size."""
        size = round(size * 2) / 2
        gaps = self.gaps.get(size)
        if gaps and sum(gaps.values()) > 3:
            most = max(gaps.values())
            return min(gap for gap, times in gaps.items() if times >= most / 2)
        usual = self.leading(self.body) / self.body if size != self.body else 1.2
        return usual * size

    def right_of(self, line: Line) -> float:
        """Where a line would end if it were full."""
        flow = self.flows[id(line)]
        if flow.alone and not flow.narrow and abs(flow.left - self.left) < 2 * self.body:
            return max(flow.right, self.right)
        return flow.right


def paragraphs(pages: Sequence[Sequence[Line]], margins: Margins) -> list[Paragraph | Line]:
    """Paragraphs in reading order, and between them the rows of tables."""
    found: list[Paragraph | Line] = []
    for lines in pages:
        for line in lines:
            last = found[-1] if found else None
            if line.cells:
                found.append(line)
            elif isinstance(last, Paragraph) and _belongs(last, line, margins):
                last.lines.append(line)
                last.right = max(last.right, margins.right_of(line))
            else:
                found.append(Paragraph([line], margins.flows[id(line)].left, margins.right_of(line)))
    return found


def _belongs(paragraph: Paragraph, line: Line, margins: Margins) -> bool:
    """Whether a line goes on with the paragraph before it."""
    last = paragraph.lines[-1]
    if last.turn != line.turn or abs(last.size - line.size) > _LIKE * max(last.size, line.size):
        return False
    begun = mark(line)
    if (begun and begun.sure) or is_entry(last.text) or is_entry(line.text):
        return False
    if is_count(line.text) and (line.bold or line.size > margins.body * 1.05):
        return False
    if margins.flows[id(last)] is not margins.flows[id(line)]:
        return _goes_over(paragraph, line, margins)
    gap = line.y - last.y
    if gap > _GAP * margins.leading(line.size) or (last.bold != line.bold and _differs(paragraph, line)):
        return False
    if paragraph.size > 1.1 * margins.body and gap < 1.6 * line.size:
        return not begun  # a title in large letters over two lines, however short the first
    if _would_fit(paragraph, line, margins):
        return False
    return _keeps_margin(paragraph, line, weak=begun is not None)


def _differs(paragraph: Paragraph, line: Line) -> bool:
    """Whether bold letters begin or end between two lines, not amid a sentence."""
    return paragraph.bold and not any(piece.bold for piece in line.pieces)


def _would_fit(paragraph: Paragraph, line: Line, margins: Margins) -> bool:
    """Whether the line's first word had room on the line before: then its author began anew."""
    last = paragraph.lines[-1]
    if last.text.endswith((CUT, "-")) and line.text[:1].islower():
        return False
    right = margins.right_of(last)
    if _indented(paragraph, line, margins):
        flow = margins.flows[id(last)].lines
        same = [one.x1 for one in _around(flow, last) if abs(one.x0 - line.x0) < 2]
        right = max([last.x1, line.x1, *same])
    amid = line.text[:1].islower() and not last.text.endswith(_ENDS)
    return _had_room(last, line, right, sure=not amid)


def _had_room(last: Line, line: Line, right: float, *, sure: bool = True) -> bool:
    """Whether the first word of a line had room at the end of the line before. Not `sure`: with much room left."""
    slack = (0.4 if sure else 3.0) * last.size
    return last.x1 + 0.2 * last.size + 1.05 * _first_word(line) < right - slack


def _indented(paragraph: Paragraph, line: Line, margins: Margins) -> bool:
    """Whether both lines stand well inside their column, as those of a quotation."""
    inside = margins.flows[id(line)].left + 1.2 * line.size
    if mark(paragraph.first):
        return False
    return paragraph.lines[-1].x0 > inside and line.x0 > inside and abs(line.x0 - paragraph.lines[-1].x0) < 2


def _around(flow: list[Line], line: Line) -> list[Line]:
    place = next(number for number, one in enumerate(flow) if one is line)
    return flow[max(0, place - 8) : place + 9]


def _first_word(line: Line) -> float:
    """How wide the first word is, about: narrow and wide letters weighed."""
    text = line.text
    whole = sum(map(_weight, text))
    return (line.x1 - line.x0) * sum(map(_weight, text.split(" ", 1)[0])) / max(whole, 1)


def _weight(letter: str) -> float:
    if letter in _NARROW:
        return 0.55
    return 1.4 if letter in _WIDE or letter.isupper() else 1.0


def _keeps_margin(paragraph: Paragraph, line: Line, *, weak: bool) -> bool:
    """Whether a line begins where the paragraph's lines do. `weak`: it begins as an item might."""
    last, step = paragraph.lines[-1], _INDENT * line.size
    shift = line.x0 - last.x0
    if weak and mark(paragraph.first):
        return abs(line.x0 - _words_start(paragraph.first)) <= step / 2
    if weak and (abs(shift) > step or last.text.endswith(_ENDS)):
        return False
    if last is paragraph.first:
        return True  # an indent of the first line, or a hanging one
    return abs(shift) <= step


def _words_start(line: Line) -> float:
    """Where the words of an item begin, after its mark."""
    begun = mark(line)
    length, taken = begun.length if begun else 0, 0
    for space, piece in line.spaced():
        if taken + len(space) >= length:
            return piece.x0
        taken += len(space) + len(piece.text)
    return line.x0


def _goes_over(paragraph: Paragraph, line: Line, margins: Margins) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    last = paragraph.lines[-1]
    flow = margins.flows[id(line)]
    if (
        mark(line)
        or last.bold != line.bold
        or paragraph.size > 1.1 * margins.body
        or line is not flow.lines[0]
    ):
        return False
    old = margins.flows[id(last)]
    if last.page == line.page and not (flow.left > old.left and line.y < last.y):
        return False
    if line.text[:1].islower() and not last.text.endswith((".", "!", "?", "…")):
        return True
    right = _own_right(paragraph, margins)
    if _had_room(last, line, right):
        return False
    if line.x0 - flow.left > _INDENT * line.size and len(flow.lines) > 1 and line.x0 > flow.lines[1].x0 + 1:
        return False
    justified = all(abs(one.x1 - right) < 1.5 for one in paragraph.lines[-4:]) and len(paragraph.lines) > 1
    if justified and last.x1 - last.x0 > _WIDE_LINE * last.size:
        return True  # a line set full: the last one of a paragraph would not be
    return not last.text.endswith(_ENDS)


def _own_right(paragraph: Paragraph, margins: Margins) -> float:
    """Where a paragraph's lines end: those of a quotation, before the margin."""
    last = paragraph.lines[-1]
    if (
        len(paragraph.lines) > 1
        and last.x0 > margins.flows[id(last)].left + 1.2 * last.size
        and not mark(paragraph.first)
    ):
        return max(line.x1 for line in paragraph.lines)
    return margins.right_of(last)


def _alike(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) < _LIKE * one.size


def _flows(lines: Sequence[Line]) -> list[_Flow]:
    """The lines of a page in runs that go down."""
    flows: list[_Flow] = []
    last: Line | None = None
    for line in lines:
        if line.cells:
            last = None
            continue
        if last is None or not _under(last, line):
            flows.append(_Flow())
        flows[-1].lines.append(line)
        last = line
    for flow in flows:
        flow.left = min(line.x0 for line in flow.lines)
        flow.right = _usual_end(flow.lines)
    return flows


def _under(above: Line, below: Line) -> bool:
    if above.turn != below.turn or below.y < above.y + 0.3 * min(above.size, below.size):
        return False
    return below.x0 < above.x1 + 2 * above.size and above.x0 < below.x1 + 2 * below.size


def _is_narrow(flow: _Flow, right: float) -> bool:
    """Whether nearly every line ends for want of room, before where the page's lines end."""
    lines = flow.lines
    if len(lines) < 4 or flow.right > flow.left + 0.8 * (right - flow.left):
        return False
    pairs = list(pairwise(lines))
    return sum(not _had_room(one, other, flow.right) for one, other in pairs) >= 0.7 * len(pairs)


def _side_by_side(one: _Flow, other: _Flow) -> bool:
    overlap = min(one.lines[-1].y, other.lines[-1].y) - max(one.lines[0].y, other.lines[0].y)
    return overlap > -0.5 * one.lines[0].size


def _usual_end(lines: Sequence[Line]) -> float:
    """Where full lines end: where several do, as one may stick out."""
    ends = sorted((line.x1 for line in lines), reverse=True)
    if len(ends) <= 3:
        return ends[0] if ends else 0.0
    for place, end in enumerate(ends):
        near = sum(end - other <= 0.5 * lines[0].size for other in ends[place:])
        if near > max(1, len(ends) // 12):
            return end
    return ends[0]
