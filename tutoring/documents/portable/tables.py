"""Tables whose borders are drawn: which cell of which row each piece of text stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tutoring.documents.portable.glyphs import Piece
from tutoring.documents.portable.lines import Line, lines_of
from tutoring.documents.portable.marks import mark
from tutoring.documents.portable.sheets import Sheet

Rule = tuple[float, float, float, float]
_TOUCH = 3.0  # points: borders nearer than this meet
_SHORT = 6.0  # a border is longer than this
_MOST = 600  # more rules than this draw something else


@dataclass(slots=True)
class Grid:
    """A table's borders: where its columns and rows begin and end, and the rules themselves."""

    across: list[float]
    down: list[float]
    upright: list[Rule]
    level: list[Rule]

    def holds(self, piece: Piece) -> bool:
        """Whether a piece stands in the table."""
        x, y = (piece.x0 + piece.x1) / 2, piece.y - 0.3 * piece.size
        return self.across[0] < x < self.across[-1] and self.down[0] < y < self.down[-1]

    def place(self, piece: Piece) -> tuple[int, int]:
        """Row and column of the cell, the first of those that are joined."""
        x, y = piece.x0 + min(piece.size, piece.x1 - piece.x0) / 2, piece.y - 0.3 * piece.size
        row = sum(edge <= y for edge in self.down) - 1
        column = sum(edge <= x for edge in self.across) - 1
        middle = (self.down[row] + self.down[row + 1]) / 2
        while column and not _crossed(self.upright, self.across[column], middle, upright=True):
            column -= 1
        middle = (self.across[column] + self.across[column + 1]) / 2
        while row and not _crossed(self.level, self.down[row], middle, upright=False):
            row -= 1
        return row, column


def grids(sheet: Sheet) -> list[Grid]:
    """The tables of a page: borders that meet, of two columns at least."""
    if len(sheet.rules) > _MOST:
        return []
    found = []
    for group in _meeting([rule for rule in sheet.rules if max(_width(rule), _height(rule)) > _SHORT]):
        upright = [rule for rule in group if _height(rule) > _width(rule)]
        level = [rule for rule in group if _height(rule) <= _width(rule)]
        across = _places((rule[0] + rule[2]) / 2 for rule in upright)
        down = _places((rule[1] + rule[3]) / 2 for rule in level)
        if len(across) >= 2 and len(down) >= 2:
            across = _closed(across, [edge for rule in level for edge in (rule[0], rule[2])])
            if len(across) > 2:
                found.append(Grid(across, down, upright, level))
    return found


def rows_of(grid: Grid, pieces: list[Piece], page: int, table: int) -> list[Line]:
    """A line for each row that says something, its cells in order, empty ones between too."""
    cells: dict[tuple[int, int], list[Piece]] = defaultdict(list)
    for piece in pieces:
        cells[grid.place(piece)].append(piece)
    rows = []
    for row in sorted({place[0] for place in cells}):
        starts = [0, *(column for column in range(1, len(grid.across) - 1) if _starts(grid, row, column))]
        starts = sorted({*starts, *(place[1] for place in cells if place[0] == row)})
        held = [_top_down(lines_of(cells.get((row, column), []), page)) for column in starts]
        first = next(line for lines in held for line in lines)
        line = Line([], page, grid.across[0], grid.across[-1], first.y, first.size, first.turn)
        line.cells, line.table = held, table
        rows.append(line)
    return rows


def _starts(grid: Grid, row: int, column: int) -> bool:
    middle = (grid.down[row] + grid.down[row + 1]) / 2
    return _crossed(grid.upright, grid.across[column], middle, upright=True)


def _top_down(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (round(line.y), line.x0))


def _crossed(rules: list[Rule], edge: float, middle: float, *, upright: bool) -> bool:
    """Whether a rule is drawn along an edge, at the middle of a cell."""
    along, start, end = (0, 1, 3) if upright else (1, 0, 2)
    return any(
        abs((rule[along] + rule[along + 2]) / 2 - edge) <= _TOUCH and rule[start] <= middle <= rule[end]
        for rule in rules
    )


def _closed(places: list[float], ends: list[float]) -> list[float]:
    """Places with both ends of the level borders: a table may have no border at its sides."""
    return _places([*places, min(ends), max(ends)])


def _places(values: Iterable[float]) -> list[float]:
    """Values in order, those within a touch of each other once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return found


def _meeting(rules: list[Rule]) -> list[list[Rule]]:
    """Rules in groups that touch each other."""
    groups: list[list[Rule]] = []
    for rule in rules:
        joined, apart = [rule], []
        for group in groups:
            if any(_touch(rule, other) for other in group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def _touch(one: Rule, other: Rule) -> bool:
    return (
        one[0] <= other[2] + _TOUCH
        and other[0] <= one[2] + _TOUCH
        and one[1] <= other[3] + _TOUCH
        and other[1] <= one[3] + _TOUCH
    )


def _width(rule: Rule) -> float:
    return rule[2] - rule[0]


def _height(rule: Rule) -> float:
    return rule[3] - rule[1]


def loose_rows(lines: list[Line]) -> list[Line]:
    """Lines of one page; those that stand in columns without borders, two at least, made rows."""
    cut = [line.segments() if not line.cells and mark(line) is None else [] for line in lines]
    found: list[Line] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and len(cut[end]) > 1 and (end == place or _aligned(cut[end - 1], cut[end])):
            end += 1
        if end - place < 2 or _is_contents(cut[place:end]):
            found.append(lines[place])
            place += 1
            continue
        for line, segments in zip(lines[place:end], cut[place:end], strict=True):
            row = Line([], line.page, line.x0, line.x1, line.y, line.size, line.turn)
            row.cells, row.table = [[segment] for segment in segments], -1 - place
            found.append(row)
        place = end
    return found


def _aligned(above: list[Line], below: list[Line]) -> bool:
    """Whether two rows have as many cells, that begin or end at the same places."""
    if len(above) != len(below) or below[0].y - above[0].y > 3 * below[0].size:
        return False
    return all(_one_column(one, other) for one, other in zip(above, below, strict=True))


def _one_column(one: Line, other: Line) -> bool:
    """Whether two cells begin at one place, or are numbers or centred words of one column.

    That they end at one place says nothing: so do the lines of a justified paragraph, spread wide.
    """
    if abs(one.x0 - other.x0) <= _TOUCH or abs(one.x0 + one.x1 - other.x0 - other.x1) <= _TOUCH:
        return True
    figures = all(sum(map(str.isdigit, line.text)) * 2 >= len(line.text) for line in (one, other))
    return figures and abs(one.x1 - other.x1) <= _TOUCH


def _is_contents(rows: list[list[Line]]) -> bool:
    """Whether rows are a table of contents: titles, and pages that grow."""
    ends = [row[-1].text for row in rows]
    if not all(end.isdecimal() and len(end) <= 4 for end in ends):
        return False
    numbers = [int(end) for end in ends]
    return numbers == sorted(numbers) and all(len(row) == 2 for row in rows)
