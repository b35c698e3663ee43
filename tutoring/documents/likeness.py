"""How like two blocks are: the words they share, weighed by how rare they are, and their letters in order."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from rapidfuzz import fuzz

from tutoring.documents.blocks import Block, plain

_WORD = re.compile(r"\w+")
# Words that begin alike count as one: « évaluer », « évaluation ».
_STEM = 6
# Words this short are mostly of grammar.
_LITTLE, _LITTLE_WEIGHT = 3, 0.3
# A word found in more blocks than this proposes no candidates.
_COMMON = 16
# Nor do blocks whose rare words are less than this share of the lighter one's.
_UNLIKE = 0.1
# How many candidates of one block are compared letter by letter.
_BEST = 4
# Of 100: weighed words, letters in order; letters alone when they nearly agree; words held whole in a longer block.
_WORDS, _LETTERS = 60.0, 0.4
_NEARLY = 75.0
_HELD, _HELD_FROM, _HELD_WORDS = 70.0, 0.7, 8
# Letters compared at most: their cost grows with the square.
_LONGEST = 20_000
# Part of a block found elsewhere: this share of the words that its pair does not account for, of so many words. Of
# blocks without a pair fewer words will do. Measured: of what is no part, 0.39 at most is found elsewhere in one block.
_PART, _PART_WORDS = 0.5, 12
_WHOLE, _WHOLE_WORDS = 0.6, 5
# Rare words alone must show that much of it before all words are weighed.
_GLANCE = 0.3


# Blocks of one text that share so much of their words are said by one formula; then it is what of their own words
# the next version holds that tells one from another.
_SAME_FORMULA, _OWN, _GLANCED = 0.6, 0.34, 0.5
# By how many words those others are looked for, and how many are looked at.
_SHARED, _SIBLINGS = 24, 6


class Wording:
    """Blocks as they are compared: `keys` are equal for equal words; `stems` count beginnings of words."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.texts = [plain(block.text) for block in blocks]
        self.keys = [text or block.html for text, block in zip(self.texts, blocks, strict=True)]
        self.lengths = [text.count(" ") + 1 if text else 0 for text in self.texts]
        self._stems: dict[int, Counter[str]] = {}
        self._own: dict[int, frozenset[str]] = {}

    def stems(self, index: int) -> Counter[str]:
        """Beginnings of the block's words, with how often they occur."""
        if index not in self._stems:
            self._stems[index] = Counter(word[:_STEM] for word in _WORD.findall(self.texts[index]))
        return self._stems[index]

    def own(self, index: int) -> frozenset[str]:
        """The words of a block that no block said by the same formula has; none where no other is said by it."""
        if index not in self._own:
            mine = self.stems(index).keys()
            likes = [
                theirs
                for other in self._near(index)
                if 2 * len(mine & (theirs := self.stems(other).keys()))
                >= _SAME_FORMULA * (len(mine) + len(theirs))
            ]
            self._own[index] = frozenset(set(mine).difference(*likes)) if likes else frozenset()
        return self._own[index]

    def _near(self, index: int) -> list[int]:
        """The other blocks that hold most of the rarest words that a block does not have alone."""
        mine, holders = self.stems(index), self._holders
        shared = [places for stem in mine if len(places := holders[stem]) > 1]
        if len(shared) < _SAME_FORMULA * len(mine):
            return []  # it has too many words alone
        shared.sort(key=len)
        common = Counter(chain.from_iterable(shared[:_SHARED]))
        del common[index]
        return [other for other, _ in common.most_common(_SIBLINGS)]

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        """The blocks that hold each beginning of a word."""
        found: dict[str, list[int]] = defaultdict(list)
        for index in range(len(self.texts)):
            for stem in self.stems(index):
                found[stem].append(index)
        return found

    def spread(self, some: Iterable[int]) -> Counter[str]:
        """In how many of some blocks each beginning of a word occurs."""
        return Counter(chain.from_iterable(map(self.stems, some)))


class Likeness:
    """Blocks of two versions among which likeness is sought: those at `olds` and `news`."""

    def __init__(self, old: Wording, new: Wording, olds: Sequence[int], news: Sequence[int]) -> None:
        self.old, self.new, self.olds, self.news = old, new, olds, news
        # How many blocks hold a word, on the side that has most: a word of both sides is no commoner for that.
        spread = old.spread(olds) | new.spread(news)
        blocks = max(len(olds), len(news))
        self.weight = {
            stem: math.log(1 + blocks / count) * (_LITTLE_WEIGHT if len(stem) <= _LITTLE else 1.0)
            for stem, count in spread.items()
        }
        self._rarest = math.log(1 + blocks)
        self.weights_old = {i: self._weigh(old.stems(i)) for i in olds}
        self.weights_new = {j: self._weigh(new.stems(j)) for j in news}

    def _weigh(self, stems: Mapping[str, int]) -> float:
        return sum(self.weight[stem] * count for stem, count in stems.items())

    def _shared(self, some: Mapping[str, int], others: Mapping[str, int]) -> float:
        return sum(self.weight[s] * min(count, others[s]) for s, count in some.items() if s in others)

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs worth comparing: for each block of one side, those of the other that share most."""
        shared = self._overlaps(
            {i: self.old.stems(i) for i in self.olds}, {j: self.new.stems(j) for j in self.news}
        )
        by_old: dict[int, list[tuple[float, int]]] = defaultdict(list)
        by_new: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for (i, j), weight in shared.items():
            least = min(self.weights_old[i], self.weights_new[j])
            if weight < _UNLIKE * least:
                continue
            worth = weight / (self.weights_old[i] + self.weights_new[j]) + 0.25 * weight / least
            by_old[i].append((worth, j))
            by_new[j].append((worth, i))
        best = {(i, j) for i, some in by_old.items() for _, j in sorted(some, reverse=True)[:_BEST]}
        best |= {(i, j) for j, some in by_new.items() for _, i in sorted(some, reverse=True)[:_BEST]}
        yield from sorted(best)

    def _overlaps(
        self, olds: Mapping[int, Mapping[str, int]], news: Mapping[int, Mapping[str, int]]
    ) -> dict[tuple[int, int], float]:
        """Weight of the words that blocks share, each once, but for the commonest: a glance before they are weighed."""
        places: dict[str, list[int]] = defaultdict(list)
        for i, stems in olds.items():
            for stem in stems:
                places[stem].append(i)
        found: dict[tuple[int, int], float] = {}
        for j, stems in news.items():
            row: dict[int, float] = defaultdict(float)
            for stem in stems:
                some = places.get(stem, ())
                if len(some) <= _COMMON:
                    weight = self.weight[stem]
                    for i in some:
                        row[i] += weight
            found.update(((i, j), weight) for i, weight in row.items())
        return found

    def score(self, i: int, j: int) -> float:
        """Likeness of two blocks, 0 to 100. Reordered sentences and additions cost little, other words much."""
        shared = self._shared(self.old.stems(i), self.new.stems(j))
        total, least = (
            self.weights_old[i] + self.weights_new[j],
            min(self.weights_old[i], self.weights_new[j]),
        )
        letters = fuzz.ratio(self.old.texts[i][:_LONGEST], self.new.texts[j][:_LONGEST])
        score = _LETTERS * letters + (_WORDS * 2 * shared / total if total else 0.0)
        if letters >= _NEARLY:
            score = max(score, letters)
        held = shared / least if least else 0.0
        if held >= _HELD_FROM and min(self.old.lengths[i], self.new.lengths[j]) >= _HELD_WORDS:
            score = max(score, _HELD * held)
        return score

    def another(self, i: int, j: int) -> bool:
        """Whether two blocks are alike only by a formula that others of their texts are said by."""
        if self._told_apart(self.old.stems(i), self.new.stems(j)):
            return False
        mine, theirs = self.old.own(i), self.new.own(j)
        if not mine or not theirs:
            return False
        kept = len(mine & self.new.stems(j).keys()) / len(mine)
        found = len(theirs & self.old.stems(i).keys()) / len(theirs)
        return max(kept, found) < _OWN

    @cached_property
    def _elsewhere(self) -> set[str]:
        """The words of the old version's blocks that are not compared."""
        compared = set(self.olds)
        texts = (text for index, text in enumerate(self.old.texts) if index not in compared)
        return {word[:_STEM] for word in _WORD.findall(" ".join(texts))}

    def _told_apart(self, mine: Counter[str], theirs: Counter[str]) -> bool:
        """Whether enough of the words that a block alone has are in the other: a glance that settles most."""
        alone = [stem for stem in mine if self.weight[stem] >= self._rarest and stem not in self._elsewhere]
        return bool(alone) and sum(stem in theirs for stem in alone) >= _GLANCED * len(alone)

    def parts(self, pairs: Mapping[int, int]) -> dict[tuple[int, int], float]:
        """Old and new blocks, not paired together, where words that one's pair leaves over are found in the other.

        With the share of those words that is, 0 to 1.
        """
        backwards = {j: i for i, j in pairs.items()}
        left_old = {i: self._left(self.old.stems(i), self.new, pairs.get(i)) for i in self.olds}
        left_new = {j: self._left(self.new.stems(j), self.old, backwards.get(j)) for j in self.news}
        heavy_old = {i: self._weigh(left) for i, left in left_old.items()}
        heavy_new = {j: self._weigh(left) for j, left in left_new.items()}
        found = {}
        for (i, j), seen in self._overlaps(left_old, left_new).items():
            if pairs.get(i) == j or seen < _GLANCE * min(heavy_old[i], heavy_new[j]):
                continue
            shared = self._shared(left_old[i], left_new[j])
            sides = (
                (left_old[i].total(), shared / heavy_old[i], i not in pairs),
                (left_new[j].total(), shared / heavy_new[j], j not in backwards),
            )
            if shares := [share for words, share, alone in sides if _is_part(words, share, alone=alone)]:
                found[i, j] = max(shares)
        return found

    @staticmethod
    def _left(stems: Counter[str], others: Wording, pair: int | None) -> Counter[str]:
        return stems if pair is None else stems - others.stems(pair)


def _is_part(words: int, share: float, *, alone: bool) -> bool:
    """Whether so many words, of which this share is found elsewhere, went there. `alone`: their block has no pair."""
    whole = alone and words >= _WHOLE_WORDS and share >= _WHOLE
    return whole or (words >= _PART_WORDS and share >= _PART)
