"""Blocks of a text rewritten from end to end, matched by where they stand: in the same order, between the same others.

Where a learner kept most of their wording, a block unlike any other is gone, whatever stands in its place. Where
every sentence was said anew and the order kept, the order tells what became of a block: few words need speak for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from tutoring.documents.anchors.words import Weights, Words
from tutoring.documents.blocks import BlockKind

# How like two blocks are at least that only their places match; more, the more of its wording the text kept.
_SOME, _KEPT_SLOPE, _KEPT_FROM = 0.05, 2.0, 0.2
# A text that kept so many of its pairs of words was not rewritten from end to end.
KEPT = 0.4
# Of its paragraphs, those that must have been followed by their words for the order of the others to be believed.
_FOLLOWED = 0.15
# Members of lists and rows come and go one by one: their places say less.
_MEMBER = 0.2
# What standing in a title's place is worth to a title.
_TITLE = 0.03
# What may become one another.
_PROSE = {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE}
# How like it must be, of how like another block is that is free too.
_NO_BETTER = 0.5


def between(old: Words, new: Words, weights: Weights, heirs: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Old blocks without heirs, each with the new one, nobody's, that stands in its place.

    `heirs`: of each old block, what its words were followed to. Nothing where too little was followed, or where the
    text was not rewritten from end to end.
    """
    kept = wording_kept(old, new)
    if kept > KEPT or not _believed(old, heirs):
        return {}
    least = max(_SOME, _KEPT_SLOPE * (kept - _KEPT_FROM))
    owned = {one for some in heirs.values() for one in some}
    found: dict[int, int] = {}
    for (i, j), (above, beyond) in pairwise(_in_order(heirs, len(old.blocks), len(new.blocks))):
        olds = [one for one in range(i + 1, above) if not heirs.get(one)]
        news = [one for one in range(j + 1, beyond) if one not in owned]
        if olds and news:
            found |= _Gap(old, new, weights, least).path(olds, news)
    return found


def wording_kept(old: Words, new: Words) -> float:
    """The share of the shorter text's pairs of neighbouring words that the other holds, of 1."""
    some, others = set(pairwise(old.stems)), set(pairwise(new.stems))
    return len(some & others) / max(min(len(some), len(others)), 1)


def _believed(old: Words, heirs: Mapping[int, Sequence[int]]) -> bool:
    """Whether enough was followed by its words."""
    prose = [rank for rank, block in enumerate(old.blocks) if block.kind is BlockKind.PARAGRAPH]
    return sum(bool(heirs.get(rank)) for rank in prose) >= max(_FOLLOWED * len(prose), 1)


def _in_order(heirs: Mapping[int, Sequence[int]], olds: int, news: int) -> list[tuple[int, int]]:
    """The most matched blocks that follow one another in both versions, with both versions' ends."""
    rows = [(one, some[0]) for one, some in sorted(heirs.items()) if some]
    tails: list[int] = []
    ends: list[int] = []
    came: list[int] = []
    for rank, (_, there) in enumerate(rows):
        at = bisect_left(tails, there)
        came.append(ends[at - 1] if at else -1)
        tails[at:] = [there, *tails[at + 1 :]]
        ends[at:] = [rank, *ends[at + 1 :]]
    chain, rank = [], ends[-1] if ends else -1
    while rank >= 0:
        chain.append(rows[rank])
        rank = came[rank]
    return [(-1, -1), *reversed(chain), (olds, news)]


class _Gap:
    """What stands free between two matched blocks in one version and in the other."""

    def __init__(self, old: Words, new: Words, weights: Weights, least: float) -> None:
        self.old, self.new, self.weights, self.least = old, new, weights, least

    def path(self, olds: Sequence[int], news: Sequence[int]) -> dict[int, int]:
        """The pairs that follow one another and are most alike together."""
        worth = self._worth(olds, news)
        best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
        for i in range(len(olds) - 1, -1, -1):
            for j in range(len(news) - 1, -1, -1):
                taken = best[i + 1][j + 1] + worth[i, j] if (i, j) in worth else 0.0
                best[i][j] = max(best[i + 1][j], best[i][j + 1], taken)
        found, i, j = {}, 0, 0
        while i < len(olds) and j < len(news):
            if best[i][j] == best[i + 1][j]:
                i += 1
            elif best[i][j] == best[i][j + 1]:
                j += 1
            else:
                found[olds[i]] = news[j]
                i, j = i + 1, j + 1
        return found

    def _worth(self, olds: Sequence[int], news: Sequence[int]) -> dict[tuple[int, int], float]:
        alike = {
            (i, j): self._alike(one, other)
            for i, one in enumerate(olds)
            for j, other in enumerate(news)
            if self._same_nature(one, other)
        }
        best_old: defaultdict[int, float] = defaultdict(float)
        best_new: defaultdict[int, float] = defaultdict(float)
        for (i, j), like in alike.items():
            best_old[i], best_new[j] = max(best_old[i], like), max(best_new[j], like)
        worth = {}
        for (i, j), like in alike.items():
            kind = self.old.blocks[olds[i]].kind
            if kind is BlockKind.HEADING:
                worth[i, j] = like + _TITLE
                continue
            member = kind is not self.new.blocks[news[j]].kind or kind in {BlockKind.ITEM, BlockKind.ROW}
            least = max(self.least, _MEMBER) if member else self.least
            if like >= max(least, _NO_BETTER * best_old[i], _NO_BETTER * best_new[j]):
                worth[i, j] = like
        return worth

    def _same_nature(self, one: int, other: int) -> bool:
        here, there = self.old.blocks[one], self.new.blocks[other]
        if BlockKind.HEADING in {here.kind, there.kind}:
            return here.kind is there.kind and here.level == there.level
        return here.kind is there.kind or {here.kind, there.kind} <= _PROSE

    def _alike(self, one: int, other: int) -> float:
        mine, theirs = _bag(self.old, one), _bag(self.new, other)
        of = self.weights.of
        shared = sum(of[word] * min(count, theirs[word]) for word, count in mine.items() if word in theirs)
        total = self.weights.sum(list(mine.elements())) + self.weights.sum(list(theirs.elements()))
        return 2 * shared / total if total else 0.0


def _bag(words: Words, block: int) -> Counter[str]:
    return Counter(words.stems[words.firsts[block] : words.firsts[block + 1]])
