"""What each page repeats at its top and its foot: headers, footers, page numbers. It is not the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from tutoring.documents.portable.lines import Line, beside
from tutoring.documents.portable.marks import page_number
from tutoring.documents.portable.sheets import Sheet

_EDGE = 0.12  # of the page's height
_SAME = 3.0  # points: rows of two pages nearer than this stand at the same place
_FEW = 2  # pages that repeat nothing for sure
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Row:
    """A row near the top or the foot of a page."""

    lines: list[Line]
    page: int
    top: bool
    outermost: bool

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def place(self) -> float:
        return self.lines[0].y

    @property
    def folded(self) -> str:
        """Its words, the number that follows the page's number put aside."""
        return _DIGITS.sub(lambda found: f"#{int(found[0][:9]) - self.page}", self.text)


def without_running(pages: list[list[Line]], sheets: list[Sheet], body: float) -> list[list[Line]]:
    """The lines of each page less those that it repeats. One or two pages lose plain page numbers only."""
    rows = [row for lines, sheet in zip(pages, sheets, strict=True) for row in _edge_rows(lines, sheet)]
    steps = _steps(rows)
    gone = {id(line) for row in rows if _numbers_page(row, steps, len(pages)) for line in row.lines}
    if len(pages) > _FEW:
        gone |= {id(line) for row in _repeated(rows, len(pages), body) for line in row.lines}
    return [[line for line in lines if id(line) not in gone] for lines in pages]


def _edge_rows(lines: list[Line], sheet: Sheet) -> list[_Row]:
    _, top, _, bottom = sheet.box
    edge = _EDGE * (bottom - top)
    found: list[_Row] = []
    for line in sorted((line for line in lines if not line.cells), key=lambda one: one.y):
        upper = line.y < top + edge
        if line.turn != sheet.turn or not (upper or line.y > bottom - edge):
            if line.turn != sheet.turn:  # a watermark
                found.append(_Row([line], line.page, upper, outermost=False))
            continue
        if found and found[-1].lines[0].turn == line.turn and beside(found[-1].lines[0], line):
            found[-1].lines.append(line)
        else:
            found.append(_Row([line], line.page, upper, outermost=False))
    straight = [row for row in found if row.lines[0].turn == sheet.turn]
    for row in straight:
        row.lines.sort(key=lambda one: one.x0)
    if straight:
        straight[0].outermost |= straight[0].top
        straight[-1].outermost |= not straight[-1].top
    return found


def _numbers_page(row: _Row, steps: Counter[tuple[bool, int]], count: int) -> bool:
    """Whether a row only numbers its page: it says so, or its number goes with the page's."""
    found = page_number(row.text) if row.outermost else None
    if found is None:
        return False
    number, says = found
    if says or (count <= _FEW and number == row.page):
        return True
    return steps[row.top, number - row.page] > 1


def _steps(rows: list[_Row]) -> Counter[tuple[bool, int]]:
    """How many rows number a page, at the top or at the foot, by how far their number is from the page's own."""
    seen = ((row, page_number(row.text)) for row in rows if row.outermost)
    return Counter((row.top, number[0] - row.page) for row, number in seen if number)


def _repeated(rows: list[_Row], count: int, body: float) -> list[_Row]:
    """Rows that other pages have at the same place, where few pages have anything else."""
    alike: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        alike[row.folded].append(row)
        if row.folded != row.text:
            alike[row.text].append(row)
    repeated: dict[int, _Row] = {}
    for same in alike.values():
        for twins in _at_one_place(same):
            seen = len({row.page for row in twins})
            if seen > 1 and not (twins[0].lines[0].size > 1.1 * body and seen <= count / 2):
                repeated |= {id(row): row for row in twins}
    return [
        row
        for here in _at_one_place(rows)
        if sum(id(row) in repeated for row in here) >= 0.6 * len(here)
        for row in here
        if id(row) in repeated
    ]


def _at_one_place(rows: list[_Row]) -> list[list[_Row]]:
    """Rows of several pages in groups that stand at the same height."""
    groups: list[list[_Row]] = []
    for row in sorted(rows, key=lambda one: one.place):
        if groups and row.place - groups[-1][-1].place <= _SAME:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
