"""The lines of a page: pieces that stand on one baseline, in reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from tutoring.documents.portable.glyphs import Piece
from tutoring.documents.portable.sheets import Sheet

# In sizes of the font. From the first on, letters are apart; from the second on, cells or columns are.
SPACE = 0.13
_CELL = 1.6


@dataclass(slots=True, eq=False)
class Line:
    """Pieces on one baseline from left to right. `size`, `y`: of most of its letters."""

    pieces: list[Piece]
    page: int
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0
    size: float = 0.0
    turn: int = 0
    # Of a table that borders draw: which one on the page, and each cell's lines, in place of pieces.
    cells: list[list[Line]] = field(default_factory=list)
    table: int = 0

    def __post_init__(self) -> None:
        if self.pieces:
            self.settle()

    def settle(self) -> None:
        """Measure again after pieces were added or taken."""
        letters: dict[tuple[float, float], int] = defaultdict(int)
        for piece in self.pieces:
            letters[piece.size, piece.y] += len(piece.text)
        self.size, self.y = max(letters, key=lambda key: (letters[key], key[0]))
        self.x0 = min(piece.x0 for piece in self.pieces)
        self.x1 = max(piece.x1 for piece in self.pieces)
        self.turn = self.pieces[0].turn

    @property
    def text(self) -> str:
        """Its words, for tests on their form."""
        return "".join(space + piece.text for space, piece in self.spaced())

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces if any(map(str.isalnum, piece.text)))

    def spaced(self) -> Iterable[tuple[str, Piece]]:
        """Each piece after the space that separates it from the one before."""
        end = None
        for piece in self.pieces:
            gap = SPACE * self.size
            apart = (
                end is not None
                and not piece.call
                and (piece.x0 - end > gap or (piece.spaced and piece.x0 - end > -gap))
            )
            yield " " if apart else "", piece
            end = piece.x1

    def segments(self) -> list[Line]:
        """The line cut where its pieces stand far apart."""
        cut: list[list[Piece]] = []
        for piece in self.pieces:
            if not cut or piece.x0 - cut[-1][-1].x1 > _CELL * self.size:
                cut.append([])
            cut[-1].append(piece)
        return [Line(pieces, self.page) for pieces in cut]


def lines_of(pieces: Iterable[Piece], page: int) -> list[Line]:
    """Pieces in drawing order as lines in that order; a piece drawn later joins the line it touches."""
    lines: list[Line] = []
    near: dict[int, list[Line]] = defaultdict(list)
    for piece in _once(pieces):
        line = lines[-1] if lines and _follows(lines[-1], piece) else _touched(near, piece)
        if line is None:
            line = Line([piece], page)
            lines.append(line)
        else:
            line.pieces.append(piece)
            line.pieces.sort(key=lambda one: one.x0)
            line.settle()
        if line not in near[_row(piece.y)]:
            near[_row(piece.y)].append(line)
    return lines


def in_reading_order(sheet: Sheet, page: int, pieces: list[Piece]) -> list[Line]:
    """The lines of a page. Drawing order is kept, as producers draw what they write, unless it runs to and fro."""
    lines = lines_of((piece for piece in pieces if piece.turn == sheet.turn), page)
    if _disorder(lines) > 3 + len(lines) // 8:
        lines = _sorted([part for line in lines for part in line.segments()])
    for turn in sorted({piece.turn for piece in pieces} - {sheet.turn}):
        lines += lines_of((piece for piece in pieces if piece.turn == turn), page)
    return lines


def beside(one: Line, other: Line) -> bool:
    """Whether they stand on the same row."""
    return abs(one.y - other.y) < 0.5 * max(one.size, other.size)


def _once(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Without what is drawn twice at one place."""
    seen: dict[tuple[str, int], list[Piece]] = defaultdict(list)
    for piece in pieces:
        slack = 0.15 * piece.size
        twins = [twin for step in (-1, 0, 1) for twin in seen.get((piece.text, _row(piece.y) + step), ())]
        if any(abs(twin.x0 - piece.x0) < slack and abs(twin.y - piece.y) < slack for twin in twins):
            continue
        seen[piece.text, _row(piece.y)].append(piece)
        yield piece


def _row(y: float) -> int:
    return round(y / 6)


def _follows(line: Line, piece: Piece) -> bool:
    """Whether a piece goes on to the right of a line, perhaps raised or lowered."""
    size = max(line.size, piece.size)
    if piece.turn != line.turn or piece.x0 < line.x1 - 0.35 * size:
        return False
    return abs(piece.y - line.y) < _drift(line, piece)


def _drift(line: Line, piece: Piece) -> float:
    """How far from the baseline a piece may stand: a small one, as a raised number, further."""
    small = min(line.size, piece.size) < 0.85 * max(line.size, piece.size)
    return (0.55 if small else 0.3) * max(line.size, piece.size)


def _touched(near: dict[int, list[Line]], piece: Piece) -> Line | None:
    """The line that a piece drawn out of turn completes: before it, after it or in a hole of it."""
    for row in (_row(piece.y) + step for step in (0, -1, 1)):
        for line in near.get(row, ()):
            if piece.turn == line.turn and abs(piece.y - line.y) < _drift(line, piece) and _fits(line, piece):
                return line
    return None


def _fits(line: Line, piece: Piece) -> bool:
    slack = 0.1 * piece.size
    if any(piece.x0 < other.x1 - slack and other.x0 < piece.x1 - slack for other in line.pieces):
        return False
    gaps = (min(abs(piece.x0 - other.x1), abs(other.x0 - piece.x1)) for other in line.pieces)
    return min(gaps) < 0.6 * max(piece.size, line.size)


def _disorder(lines: list[Line]) -> int:
    """How often the next line stands above the one before without standing to the right of it."""
    return sum(
        after.y < before.y - 0.6 * before.size and after.x0 < before.x0 + before.size
        for before, after in pairwise(lines)
    )


def _sorted(lines: list[Line]) -> list[Line]:
    """Lines by place: rows from the top, and where a gutter runs down the page, column after column."""
    gutter = _gutter(lines)
    if gutter is None:
        return [_one(row) for row in _rows(lines)]
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for row in _rows(lines):
        before = [line for line in row if line.x1 <= gutter]
        after = [line for line in row if line.x0 >= gutter]
        across = [line for line in row if line.x0 < gutter < line.x1]
        if across:  # what stands above is read first
            ordered += [*left, *right, _one(row)]
            left, right = [], []
            continue
        left += [_one(before)] if before else []
        right += [_one(after)] if after else []
    return [*ordered, *left, *right]


def _one(row: list[Line]) -> Line:
    """The lines of a row as one."""
    return row[0] if len(row) == 1 else Line([piece for line in row for piece in line.pieces], row[0].page)


def _rows(lines: list[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.y):
        if rows and beside(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _gutter(lines: list[Line]) -> float | None:
    """Where a page in two columns is cut: few lines cross it, many long ones stand on each side."""
    if not lines:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    best: tuple[int, float] | None = None
    for step in range(30, 71):
        x = left + (right - left) * step / 100
        crossing = sum(line.x0 < x < line.x1 for line in lines)
        sides = (
            sum(line.x1 <= x and len(line.text) > 15 for line in lines),
            sum(line.x0 >= x and len(line.text) > 15 for line in lines),
        )
        if min(sides) >= 4 and crossing <= len(lines) // 6 and (best is None or crossing < best[0]):
            best = (crossing, x)
    return None if best is None else best[1]
