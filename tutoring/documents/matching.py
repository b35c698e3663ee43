"""Which block of a version became which block of the next: same words first, then likeness, then splits and merges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.likeness import Likeness, Wording

# Points of 100 that a likeness needs; `_SURE` needs no help from the places of blocks.
_SURE = 72.0
_FLOOR = 46.0
# A few words prove less, and the fewer the less: a point more for each that is missing.
_FLOOR_SHORT = 58.0
# A title that became a paragraph, or the reverse.
_FLOOR_OTHER_NATURE = 80.0
_SHORT = 8
# Each neighbour that leads to a neighbour; the same section; the same kind.
_BESIDE, _SECTION, _KIND = 4.0, 3.0, 2.0
# What an unlikely distance between two places takes away at most.
_FAR = 4.0
# Between two candidates this near, places decide.
_RIVAL = 4.0
# How often pairs help their neighbours to a pair, at least; and how many candidates may be looked at for it.
_ROUNDS, _LOOKS = 8, 60_000
# A title in the place of a title is its new wording, whatever the words. A part is at most as sure.
_PLACE = 40.0
# Above so many pairs of equal blocks, they are paired in order without a look at their places.
_MANY = 2500


class PairKind(StrEnum):
    """Same words (typography aside), or words that are alike."""

    EXACT = "exact"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Pair:
    """Block `old` became block `new` (indices). `score`: 0 to 100; `why`: code of what decided.

    Codes: exact pairs `alone` (said once on each side), `beside` (next to a pair), `order`; others `words` (enough by
    themselves), `place` (with the help of neighbours, section and kind), `title` (a title in a title's place), `part`
    (one is found within the other, neither has a better pair).
    """

    old: int
    new: int
    score: float
    kind: PairKind
    why: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs in order of `old`, one to one; `split`: old -> every new that holds part of it, in order, two or more;
    `merged`: new -> every old that it holds part of, two or more. All are indices.
    """

    pairs: tuple[Pair, ...]
    split: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    merged: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def by_old(self) -> dict[int, Pair]:
        """The pair of each old block that has one."""
        return {pair.old: pair for pair in self.pairs}

    def by_new(self) -> dict[int, Pair]:
        """The pair of each new block that has one."""
        return {pair.new: pair for pair in self.pairs}

    def heirs(self, old: int) -> tuple[int, ...]:
        """Every new block that holds words of this old one, its pair first."""
        paired = [pair.new for pair in self.pairs if pair.old == old]
        more = set(self.split.get(old, ())) | {new for new, olds in self.merged.items() if old in olds}
        return (*paired, *sorted(more.difference(paired)))


def match(old: Sequence[Block], new: Sequence[Block]) -> Matching:
    """Match two versions of a document. Symmetric in spirit, deterministic, blind to typography and formatting."""
    found = _Search(old, new)
    found.pair_equals()
    found.pair_alikes()
    found.pair_titles()
    split, merged = found.shares()
    return Matching(tuple(sorted(found.pairs, key=lambda pair: pair.old)), split, merged)


class _Search:
    """Two sequences of blocks on their way to pairs."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        self.old, self.new = old, new
        self.wording = Wording(old), Wording(new)
        self.pairs: list[Pair] = []
        self.to_new: dict[int, int] = {}
        self.to_old: dict[int, int] = {}

    def keep(self, i: int, j: int, score: float, kind: PairKind, why: str) -> None:
        self.pairs.append(Pair(i, j, round(min(score, 100.0), 1), kind, why))
        self.to_new[i], self.to_old[j] = j, i

    def free(self, i: int, j: int) -> bool:
        return i not in self.to_new and j not in self.to_old

    # Same words

    def pair_equals(self) -> None:
        """Texts said once on each side, then equal neighbours of pairs, then what is left nearest first."""
        olds, news = _places(self.wording[0].keys), _places(self.wording[1].keys)
        both = [key for key in olds if key in news]
        for key in both:
            if len(olds[key]) == len(news[key]) == 1:
                self.keep(olds[key][0], news[key][0], 100, PairKind.EXACT, "alone")
        self._spread()
        for key in both:
            rest_old = [i for i in olds[key] if i not in self.to_new]
            rest_new = [j for j in news[key] if j not in self.to_old]
            for i, j in self._nearest(rest_old, rest_new):
                if self.free(i, j):
                    self.keep(i, j, 100, PairKind.EXACT, "order")

    def _spread(self) -> None:
        """Pair equal blocks that follow, or come before, a pair."""
        for step in (1, -1):
            waiting = sorted(self.to_new.items(), reverse=step > 0)
            while waiting:
                i, j = (place + step for place in waiting.pop())
                inside = 0 <= i < len(self.old) and 0 <= j < len(self.new)
                if inside and self.free(i, j) and self.wording[0].keys[i] == self.wording[1].keys[j]:
                    self.keep(i, j, 100, PairKind.EXACT, "beside")
                    waiting.append((i, j))

    def _nearest(self, olds: list[int], news: list[int]) -> Iterable[tuple[int, int]]:
        """Equal blocks, those of the same kind and nearest to where they were first; in order when as many."""
        if len(olds) == len(news) or len(olds) * len(news) > _MANY:
            return zip(olds, news, strict=False)
        return sorted(((i, j) for i in olds for j in news), key=lambda at: self._distance(*at))

    def _distance(self, i: int, j: int) -> tuple[bool, int, int]:
        before = next((k for k in range(i, -1, -1) if k in self.to_new), None)
        expected = i if before is None else self.to_new[before] + i - before
        return self.old[i].kind != self.new[j].kind, abs(j - expected), i

    # Likeness

    def pair_alikes(self) -> None:
        """The surest first, on their words alone; then with what the places of pairs add."""
        free_old = [i for i in range(len(self.old)) if i not in self.to_new]
        free_new = [j for j in range(len(self.new)) if j not in self.to_old]
        if not free_old or not free_new:
            return
        likeness = Likeness(*self.wording, free_old, free_new)
        scores = {at: likeness.score(*at) for at in likeness.candidates()}
        rivals = _rivals(scores)
        for (i, j), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
            if not self.free(i, j) or score < max(_SURE, self._floor(i, j)):
                continue
            if likeness.another(i, j):
                continue
            if not any(self.free(*other) and scores[other] > score - _RIVAL for other in rivals[i, j]):
                self.keep(i, j, score, PairKind.ALIKE, "words")
        for _ in range(max(_ROUNDS, _LOOKS // (len(scores) + 1))):
            if not self._pair_in_place(likeness, scores):
                break

    def _pair_in_place(self, likeness: Likeness, scores: dict[tuple[int, int], float]) -> bool:
        for i, j in self._gaps():
            scores.setdefault((i, j), likeness.score(i, j))
        sections = _sections(self.old), _sections(self.new)
        helped = [
            (score + self._help(i, j, sections), i, j) for (i, j), score in scores.items() if self.free(i, j)
        ]
        found = False
        for score, i, j in sorted(helped, key=lambda item: (-item[0], item[1], item[2])):
            if score >= self._floor(i, j) and self.free(i, j) and not likeness.another(i, j):
                self.keep(i, j, min(score, 99.0), PairKind.ALIKE, "place")
                found = True
        return found

    def _gaps(self) -> Iterable[tuple[int, int]]:
        """Free blocks that both stand right after, or right before, a pair."""
        for i, j in self.to_new.items():
            for step in (1, -1):
                inside = 0 <= i + step < len(self.old) and 0 <= j + step < len(self.new)
                if inside and self.free(i + step, j + step):
                    yield i + step, j + step

    def _help(self, i: int, j: int, sections: tuple[list[int], list[int]]) -> float:
        before = i == j == 0 or (i > 0 and j > 0 and self.to_new.get(i - 1) == j - 1)
        last = i == len(self.old) - 1 and j == len(self.new) - 1
        after = last or (self.to_new.get(i + 1, -1) == j + 1)
        here, there = sections[0][i], sections[1][j]
        section = here == there == -1 or self.to_new.get(here, -2) == there
        distance = abs(i / len(self.old) - j / len(self.new))
        alike = self.old[i].kind == self.new[j].kind
        return _BESIDE * (before + after) + _SECTION * section + _KIND * alike - _FAR * distance

    def _floor(self, i: int, j: int) -> float:
        kinds = {self.old[i].kind, self.new[j].kind}
        if BlockKind.HEADING in kinds and len(kinds) > 1:
            return _FLOOR_OTHER_NATURE
        words = min(self.wording[0].lengths[i], self.wording[1].lengths[j], _SHORT)
        if words < _SHORT or kinds & {BlockKind.HEADING, BlockKind.FIGURE}:
            return _FLOOR_SHORT + _SHORT - words
        return _FLOOR

    def pair_titles(self) -> None:
        """A title reworded: above what its section became, for the most part; or between the same neighbours."""
        for i, j in self._voted():
            if self.free(i, j):
                self.keep(i, j, _PLACE, PairKind.ALIKE, "title")
        for i, block in enumerate(self.old):
            j = self.to_new.get(i - 1, -2) + 1 if i else 0
            if not self._both_titles(i, j) or not self.free(i, j):
                continue
            if self.to_new.get(i + 1) == j + 1 and block.level == self.new[j].level:
                self.keep(i, j, _PLACE, PairKind.ALIKE, "title")

    def _both_titles(self, i: int, j: int) -> bool:
        inside = 0 <= i < len(self.old) and 0 <= j < len(self.new)
        return inside and self.old[i].kind == self.new[j].kind == BlockKind.HEADING

    def _voted(self) -> list[tuple[int, int]]:
        """Titles whose own blocks, by their letters, went mostly from one's section to the other's."""
        here, there = _sections(self.old), _sections(self.new)
        votes: dict[tuple[int, int], int] = defaultdict(int)
        for i, j in self.to_new.items():
            votes[here[i], there[j]] += len(self.old[i].text) + len(self.new[j].text)
        whole_old, whole_new = _letters(self.old, here), _letters(self.new, there)
        return [
            (i, j)
            for (i, j), letters in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
            if self._both_titles(i, j) and letters > max(whole_old[i], whole_new[j])
        ]

    # Parts

    def shares(self) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
        """What went into several blocks, and what came from several; of two without a pair, the part makes one."""
        exact = {(pair.old, pair.new) for pair in self.pairs if pair.kind == PairKind.EXACT}
        olds = [i for i in range(len(self.old)) if (i, self.to_new.get(i)) not in exact]
        news = [j for j in range(len(self.new)) if (self.to_old.get(j), j) not in exact]
        if not olds or not news:
            return {}, {}
        likeness = Likeness(*self.wording, olds, news)
        links = {
            at: share
            for at, share in likeness.parts(self.to_new).items()
            if not likeness.another(*at)
            and (self.old[at[0]].kind == BlockKind.HEADING) == (self.new[at[1]].kind == BlockKind.HEADING)
        }
        for (i, j), share in sorted(links.items(), key=lambda link: (-link[1], link[0])):
            if self.free(i, j):
                self.keep(i, j, _PLACE * share, PairKind.ALIKE, "part")
        split, merged = defaultdict(set), defaultdict(set)
        for i, j in [*links, *((i, j) for i, j in self.to_new.items())]:
            split[i].add(j)
            merged[j].add(i)
        return (
            {i: tuple(sorted(some)) for i, some in sorted(split.items()) if len(some) > 1},
            {j: tuple(sorted(some)) for j, some in sorted(merged.items()) if len(some) > 1},
        )


def _places(keys: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        places.setdefault(key, []).append(index)
    return places


def _rivals(scores: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each candidate pair, those it excludes."""
    by_old: dict[int, list[tuple[int, int]]] = defaultdict(list)
    by_new: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at in scores:
        by_old[at[0]].append(at)
        by_new[at[1]].append(at)
    return {at: [other for other in (*by_old[at[0]], *by_new[at[1]]) if other != at] for at in scores}


def _letters(blocks: Sequence[Block], sections: Sequence[int]) -> dict[int, int]:
    """Letters under each title, its own subtitles' sections not counted."""
    found: dict[int, int] = defaultdict(int)
    for block, section in zip(blocks, sections, strict=True):
        found[section] += len(block.text)
    return found


def _sections(blocks: Sequence[Block]) -> list[int]:
    """Index of the title above each block, -1 before the first."""
    above, found = -1, []
    for index, block in enumerate(blocks):
        found.append(above)
        if block.kind == BlockKind.HEADING:
            above = index
    return found
