"""Two versions as one list of changes, in the order of the new one, what is gone in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutoring.documents.blocks import CELL_BREAK, Block, BlockKind
from tutoring.documents.matching import Matching, PairKind, match
from tutoring.documents.redline.order import in_order, units
from tutoring.documents.redline.words import (
    BLOCK_BREAK,
    Piece,
    PieceKind,
    added,
    differences,
    gone,
    joined,
    kept,
)

_CALL = re.compile(r'<sup class="call">.*?</sup>', re.DOTALL)


class ChangeKind(StrEnum):
    """What became of a block, or of a few that stand together."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the blocks `olds` (indices `old` in OLD), or where the blocks `news` (indices `new`) come from.

    One block on each side but for a split, a merge, or neighbours cut otherwise (changed). `left`: the place that moved
    blocks left; they are told again, with their words, where they arrive. `pieces`: the words, blocks being joined by a
    line feed; `before(pieces)` and `after(pieces)` are the two texts (of `left`: all gone, `after` is empty).
    `cells`: of a row, the pieces of each cell. `retouched`: codes of what else changed where the words are the same:
    `typography` (quotation marks, apostrophes, spaces, capitals), `formatting` (bold, links…), `nature` (kind, level).
    `under`: text of the title above, in NEW; in OLD for what is gone.
    """

    kind: ChangeKind
    old: tuple[int, ...]
    new: tuple[int, ...]
    olds: tuple[Block, ...]
    news: tuple[Block, ...]
    pieces: tuple[Piece, ...]
    cells: tuple[tuple[Piece, ...], ...] = ()
    left: bool = False
    retouched: tuple[str, ...] = ()
    under: str = ""

    @property
    def reworded(self) -> bool:
        """Whether words changed (of moved blocks too)."""
        return not self.left and any(piece.kind != PieceKind.SAME for piece in self.pieces)

    @property
    def page(self) -> int | None:
        """The page where it is read, when known: in NEW, in OLD for what is gone."""
        blocks = self.olds if self.left or not self.news else self.news
        return blocks[0].page


def compare(
    old: Sequence[Block], new: Sequence[Block], matching: Matching | None = None
) -> tuple[Change, ...]:
    """Every block of both versions, once (moved ones twice, see `Change.left`), in the order of NEW.

    `matching`: what `match(old, new)` gave, when the caller has it.
    """
    return tuple(_Redline(old, new, matching or match(old, new)).changes())


class _Redline:
    def __init__(self, old: Sequence[Block], new: Sequence[Block], matching: Matching) -> None:
        self.old, self.new = old, new
        self.exact = {(pair.old, pair.new) for pair in matching.pairs if pair.kind == PairKind.EXACT}
        self.units = units(old, new, matching)
        self.above = _titles(old), _titles(new)

    def changes(self) -> Iterator[Change]:
        """Between two units that kept their order: what left or is gone, then what arrived or is added."""
        steady = in_order(self.units, self.old)
        there = {olds[0]: (olds, news) for olds, news in self.units}
        here = {news[0]: (olds, news) for olds, news in self.units}
        i = j = 0
        for olds, news in [*steady, ((len(self.old),), (len(self.new),))]:
            while i < olds[0]:
                unit = there.get(i, ((i,), ()))
                yield self._left(*unit) if unit[1] else self._removed(i)
                i += len(unit[0])
            while j < news[0]:
                unit = here.get(j, ((), (j,)))
                yield self._matched(*unit, moved=True) if unit[0] else self._added(j)
                j += len(unit[1])
            if i < len(self.old) and j < len(self.new):
                yield self._matched(olds, news, moved=False)
                i, j = olds[-1] + 1, news[-1] + 1

    def _matched(self, old: tuple[int, ...], new: tuple[int, ...], *, moved: bool) -> Change:
        olds, news = self._blocks(old, new)
        pieces, cells, retouched = _reworded(olds, news, same=(old[0], new[0]) in self.exact)
        reworded = any(piece.kind != PieceKind.SAME for piece in pieces)
        kind = ChangeKind.CHANGED if reworded else ChangeKind.SAME
        if moved:
            kind = ChangeKind.MOVED
        elif len(old) != len(new):
            kind = ChangeKind.SPLIT if len(old) < len(new) else ChangeKind.MERGED
        return Change(
            kind, old, new, olds, news, pieces, cells, retouched=retouched, under=self.above[1][new[0]]
        )

    def _blocks(self, old: Iterable[int], new: Iterable[int]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        return tuple(self.old[i] for i in old), tuple(self.new[j] for j in new)

    def _left(self, old: tuple[int, ...], new: tuple[int, ...]) -> Change:
        olds, news = self._blocks(old, new)
        pieces, cells = _whole(olds, PieceKind.GONE)
        under = self.above[0][old[0]]
        return Change(ChangeKind.MOVED, old, new, olds, news, pieces, cells, left=True, under=under)

    def _removed(self, i: int) -> Change:
        olds = (self.old[i],)
        pieces, cells = _whole(olds, PieceKind.GONE)
        return Change(ChangeKind.REMOVED, (i,), (), olds, (), pieces, cells, under=self.above[0][i])

    def _added(self, j: int) -> Change:
        news = (self.new[j],)
        pieces, cells = _whole(news, PieceKind.NEW)
        return Change(ChangeKind.ADDED, (), (j,), (), news, pieces, cells, under=self.above[1][j])


_Told = tuple[tuple[Piece, ...], tuple[tuple[Piece, ...], ...]]


def _whole(blocks: Sequence[Block], kind: PieceKind) -> _Told:
    text = BLOCK_BREAK.join(block.text for block in blocks)
    pieces = (Piece(kind, text),) if text else ()
    row = len(blocks) == 1 and blocks[0].kind == BlockKind.ROW
    cells = tuple((Piece(kind, cell),) if cell else () for cell in text.split(CELL_BREAK)) if row else ()
    return pieces, cells


def _reworded(
    olds: Sequence[Block], news: Sequence[Block], *, same: bool
) -> tuple[tuple[Piece, ...], tuple[tuple[Piece, ...], ...], tuple[str, ...]]:
    """Pieces, cells, what was retouched."""
    was, now = (BLOCK_BREAK.join(block.text for block in blocks) for blocks in (olds, news))
    alone = len(olds) == len(news) == 1
    if alone and olds[0].kind == news[0].kind == BlockKind.ROW:
        pieces, cells = _row(was.split(CELL_BREAK), now.split(CELL_BREAK))
    else:
        pieces, cells = kept(was, now) if same else differences(was, now), ()
    said = all(piece.kind == PieceKind.SAME for piece in pieces)
    return pieces, cells, _retouched(olds[0], news[0]) if alone and said else ()


def _retouched(old: Block, new: Block) -> tuple[str, ...]:
    codes = []
    if old.text != new.text:
        codes.append("typography")
    elif _CALL.sub("", old.html) != _CALL.sub("", new.html):
        codes.append("formatting")
    if (old.kind, old.level, old.ordered) != (new.kind, new.level, new.ordered):
        codes.append("nature")
    return tuple(codes)


def _row(old: Sequence[str], new: Sequence[str]) -> _Told:
    """Cell by cell; the break between cells belongs to the sides that have a cell before."""
    cells: list[tuple[Piece, ...]] = []
    pieces: list[Piece] = []
    seen_old = seen_new = False
    for was, now in _cells(old, new):
        cell = differences(was or "", now or "")
        breaks = (was is not None and seen_old, now is not None and seen_new)
        if all(breaks):
            pieces += kept(CELL_BREAK, CELL_BREAK)
        elif any(breaks):
            pieces += gone(CELL_BREAK) if breaks[0] else added(CELL_BREAK)
        seen_old, seen_new = seen_old or was is not None, seen_new or now is not None
        pieces += cell
        cells.append(cell)
    return joined(pieces), tuple(cells)


def _cells(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Cells beside each other; with a column more or less, those that hold the same words first."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    short, long = (old, new) if len(old) < len(new) else (new, old)
    spare = len(long) - len(short)
    at = 0
    for cell in short:
        while spare and long[at] != cell and cell in long[at + 1 : at + 1 + spare]:
            yield (None, long[at]) if short is old else (long[at], None)
            at, spare = at + 1, spare - 1
        yield (cell, long[at]) if short is old else (long[at], cell)
        at += 1
    for cell in long[at:]:
        yield (None, cell) if short is old else (cell, None)


def _titles(blocks: Sequence[Block]) -> list[str]:
    """Text of the title above each block."""
    above, found = "", []
    for block in blocks:
        found.append(above)
        if block.kind == BlockKind.HEADING:
            above = block.text
    return found
