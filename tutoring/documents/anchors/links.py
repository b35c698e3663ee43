"""Which sentence of a version says what a sentence of the version before said, by the words they share."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tutoring.documents.anchors.words import Sentence, Weights, Words

# The words of a sentence that propose others, its rarest; a word found in more sentences than this proposes none.
_RAREST, _COMMON = 10, 24
# How many of the sentences proposed are compared.
_BEST = 6
# What a sentence that is held whole by another counts, beside one that is like it whole.
_CUT = 0.75


# A sentence not carried over whole is a formula where another, this like it, is nearly as like as the likest.
_SAID, _FORMULA, _LIKE = 0.97, 0.8, 0.5


class Link(NamedTuple):
    """How far a new sentence says what an old one does.

    `shared`: weight of the words in common; `dice`: that over the mean weight of the two, of 1; `held`: over the
    lighter one's.
    """

    sentence: int
    shared: float
    dice: float
    held: float

    @property
    def strength(self) -> float:
        """How much speaks for it: by how many telling words it is that like. A sentence cut in two counts too."""
        return max(self.dice, _CUT * self.held) * self.shared


class Side:
    """The sentences of one version as they are compared, each reckoned when it is asked for."""

    def __init__(self, words: Words, weights: Weights) -> None:
        self.words, self.weights = words, weights
        self._bags: dict[int, tuple[Counter[str], float]] = {}
        self._same: dict[tuple[str, ...], list[int]] = {}
        for rank, one in enumerate(words.sentences):
            self._same.setdefault(tuple(words.stems[one.first : one.last]), []).append(rank)

    def stems(self, sentence: int) -> list[str]:
        """The words of a sentence in order."""
        one = self.words.sentences[sentence]
        return self.words.stems[one.first : one.last]

    def bag(self, sentence: int) -> tuple[Counter[str], float]:
        """The words of a sentence, and what they say together."""
        if sentence not in self._bags:
            stems = self.stems(sentence)
            self._bags[sentence] = Counter(stems), self.weights.sum(stems)
        return self._bags[sentence]

    def repeated(self, sentence: int) -> list[int]:
        """The sentences that say the same as one, itself among them."""
        return self._same[tuple(self.stems(sentence))]

    def nearest(self, stems: Sequence[str], bag: Counter[str], heavy: float) -> list[int]:
        """The sentences to compare with these words: those that say the same, or share the rarest."""
        if same := self._same.get(tuple(stems)):
            return same[:_BEST]
        near: dict[int, float] = defaultdict(float)
        of = self.weights.of
        for word in heapq.nlargest(_RAREST, bag, key=of.__getitem__):
            places = self.words.places.get(word, ())
            if len(places) <= _COMMON:
                weight = of[word]
                for rank in places:
                    near[rank] += weight
        # The likest share most; of those, the shortest have least besides.
        most = heapq.nlargest(4 * _BEST, near, key=near.__getitem__)
        most.sort(key=lambda rank: (-near[rank] / (heavy + self.bag(rank)[1]), rank))
        return most[:_BEST]


class Links:
    """The sentences of two versions, compared when asked for."""

    def __init__(self, old: Words, new: Words, weights: Weights) -> None:
        self.old, self.new, self.weights = old, new, weights
        self._old, self._new = Side(old, weights), Side(new, weights)
        self._best: dict[int, list[Link]] = {}
        self._claims: dict[int, tuple[float, int]] = {}

    def stems(self, sentence: int) -> list[str]:
        """The words of an old sentence."""
        return self._old.stems(sentence)

    def repeated(self, sentence: int) -> list[int]:
        """The old sentences that say the same as one, itself among them."""
        return self._old.repeated(sentence)

    def compare(self, stems: Sequence[str], sentence: int) -> Link:
        """How far a new sentence says these words."""
        return self._link(Counter(stems), self.weights.sum(stems), sentence, self._new.bag(sentence)[0])

    def whole(self, sentence: int, there: int) -> Link:
        """How far a new sentence says an old one."""
        return self._link(*self._old.bag(sentence), there, self._new.bag(there)[0])

    def best(self, sentence: int) -> list[Link]:
        """The new sentences most like an old one, the best first."""
        if sentence not in self._best:
            bag, heavy = self._old.bag(sentence)
            near = self._new.nearest(self._old.stems(sentence), bag, heavy)
            links = [self._link(bag, heavy, rank, self._new.bag(rank)[0]) for rank in near]
            self._best[sentence] = sorted(links, key=lambda link: (-link.dice, link.sentence))
        return self._best[sentence]

    def holding(self, stems: Sequence[str]) -> list[Link]:
        """The new sentences that hold most of some words, in no order."""
        bag, heavy = Counter(stems), self.weights.sum(stems)
        near = self._new.nearest(stems, bag, heavy)
        return [self._link(bag, heavy, rank, self._new.bag(rank)[0]) for rank in near]

    def distinct(self, sentence: int) -> list[Link]:
        """The same; none for a formula, which is nearly as like one new sentence as another."""
        links = self.best(sentence)
        if len(links) > 1 and links[0].dice < _SAID and links[1].dice >= max(_FORMULA * links[0].dice, _LIKE):
            return []
        return links

    def claimant(self, sentence: int) -> tuple[float, int]:
        """How like it is the old sentence that a new one is most like, and which (0 and -1 when there is none)."""
        if sentence not in self._claims:
            bag, heavy = self._new.bag(sentence)
            found = (0.0, -1)
            for rank in self._old.nearest(self._new.stems(sentence), bag, heavy):
                theirs, weight = self._old.bag(rank)
                total = heavy + weight
                dice = 2 * self._shared(bag, theirs) / total if total else 0.0
                if dice > found[0]:
                    found = dice, rank
            self._claims[sentence] = found
        return self._claims[sentence]

    def together(self, sentence: int, ranks: Sequence[int]) -> float:
        """The strength of the links of an old sentence that became several, at least that of the strongest."""
        bag, heavy = self._old.bag(sentence)
        strongest = max(self._link(bag, heavy, rank, self._new.bag(rank)[0]).strength for rank in ranks)
        if len(ranks) < 2 or not heavy:
            return strongest
        theirs: Counter[str] = Counter()
        for rank in ranks:
            theirs.update(self._new.bag(rank)[0])
        shared = self._shared(bag, theirs)
        return max(strongest, shared * shared / heavy)

    def unclaimed(self, sentence: int, there: int, own: Iterable[int] = ()) -> Link:
        """How far a new sentence says an old one, less the words it has of another (than `own`) it is more like."""
        rank = self.claimant(there)[1]
        theirs = self._new.bag(there)[0]
        if rank >= 0 and rank != sentence and rank not in own:
            theirs = theirs - self._old.bag(rank)[0]
        return self._link(*self._old.bag(sentence), there, theirs)

    def _link(self, bag: Counter[str], heavy: float, sentence: int, theirs: Counter[str]) -> Link:
        shared = self._shared(bag, theirs)
        if not shared:
            return Link(sentence, 0.0, 0.0, 0.0)
        other = self._new.bag(sentence)[1]
        return Link(sentence, shared, 2 * shared / (heavy + other), shared / min(heavy, other))

    def _shared(self, some: Counter[str], others: Counter[str]) -> float:
        """Weight of the words that two bags have in common."""
        of, shared = self.weights.of, 0.0
        for word in some.keys() & others.keys():
            mine, theirs = some[word], others[word]
            shared += of[word] * (mine if mine < theirs else theirs)
        return shared


def by_block(sentences: Sequence[Sentence]) -> dict[int, list[int]]:
    """For each block its sentences."""
    found: dict[int, list[int]] = defaultdict(list)
    for rank, one in enumerate(sentences):
        found[one.block].append(rank)
    return found
