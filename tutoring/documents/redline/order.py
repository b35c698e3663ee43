"""Which blocks are told together, and which of them kept their order from one version to the next."""

from __future__ import annotations

from collections.abc import Sequence

from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.matching import Matching

# Blocks of OLD and the blocks of NEW that they became: both without gaps.
Unit = tuple[tuple[int, ...], tuple[int, ...]]

# Never told together with others.
_ALONE = {BlockKind.HEADING, BlockKind.ROW, BlockKind.FIGURE}


def units(old: Sequence[Block], new: Sequence[Block], matching: Matching) -> list[Unit]:
    """Pairs, and with them the neighbours that they were cut into or put together from. In the order of NEW."""
    of_old = {pair.old: ({pair.old}, {pair.new}) for pair in matching.pairs}
    of_new = {pair.new: of_old[pair.old] for pair in matching.pairs}
    links = {(i, j) for i, some in matching.split.items() for j in some}
    links |= {(i, j) for j, some in matching.merged.items() for i in some}
    waiting = [at for at in sorted(links) if not {old[at[0]].kind, new[at[1]].kind} & _ALONE]
    progress = True
    while progress:
        progress = False
        for i, j in waiting:
            one, other = of_old.get(i, ({i}, set())), of_new.get(j, (set(), {j}))
            olds, news = one[0] | other[0], one[1] | other[1]
            if one is not other and _together(olds) and _together(news):
                whole = (olds, news)
                of_old.update(dict.fromkeys(olds, whole))
                of_new.update(dict.fromkeys(news, whole))
                progress = True
    return [
        (tuple(sorted(olds)), tuple(sorted(news)))
        for j, (olds, news) in sorted(of_new.items())
        if j == min(news)
    ]


def _together(places: set[int]) -> bool:
    return max(places) - min(places) < len(places)


def in_order(units: Sequence[Unit], old: Sequence[Block]) -> list[Unit]:
    """The units that stayed, in order: the heaviest increasing run of places, a unit weighing its letters.

    `units` in the order of NEW. Heaviest, not longest: of two parts that were swapped, the shorter one moved.
    """
    if not units:
        return []
    size = len(old) + 1
    best: list[tuple[int, int]] = [(0, -1)] * (size + 1)
    totals: list[tuple[int, int]] = []
    for index, (olds, _) in enumerate(units):
        total, came_from = 0, -1
        at = olds[0]
        while at > 0:
            if best[at][0] > total:
                total, came_from = best[at]
            at -= at & -at
        total += 1 + sum(len(old[i].text) for i in olds)
        totals.append((total, came_from))
        at = olds[0] + 1
        while at <= size:
            if best[at][0] < total:
                best[at] = (total, index)
            at += at & -at
    index = max(range(len(units)), key=lambda each: totals[each][0])
    kept = []
    while index >= 0:
        kept.append(units[index])
        index = totals[index][1]
    return kept[::-1]
