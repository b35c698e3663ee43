"""The words of two versions as they are compared: their beginnings, their sentences, how much each one says."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tutoring.documents.anchors.quote import Span
from tutoring.documents.blocks import Block

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”»)\]\s]*|\s;|;)\s+")
# After these a point ends no sentence; nor after a single letter.
_ABBREVIATIONS = frozenset("m mm mme mlle dr pr cf ex art chap éd ed coll vol fig p pp al etc no n".split())  # noqa: SIM905
_ENDING = re.compile(r"(?:ements?|ment|ees|ee|es|er|ez|ent|e|s|x)$")
_STEM = 6
# The weight of a word that each version holds once; sentences from which rarity is told.
_RARE, _ENOUGH = 4.2, 100
# How many words are remembered with their stems.
_KNOWN = 100_000

# Words of grammar, without accents: they say little, however rare they are in a short text.
_GRAMMAR = frozenset(
    """
    a ai ainsi alors apres as au aucun aucune aussi autre autres aux avaient avait avant avec avoir avons bien c ca car
    ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment contre d dans de deja depuis des donc
    dont du elle elles en encore entre est et etaient etait ete etre eu eux faire fait faut fois font il ils j je l la
    laquelle le lequel les lesquels leur leurs lors lui m ma mais me meme memes mes mieux moi moins mon n ne ni non nos
    notre nous on ont ou par parce pas pendant peu peut peuvent plus plutot pour pourtant puis puisque qu quand que quel
    quelle quelles quels qui quoi s sa sans se sera serait ses si sinon soi soit son sont sous suis sur t ta tandis tant
    te tel telle tels tes toi ton tous tout toute toutes tres tu un une vers voici voila vos votre vous y the of and
    aujourd hui jamais parfois rien souvent toujours
    """.split()  # noqa: SIM905
)
# Numbers in words come by several, and say one thing together.
_NUMBERS = frozenset(
    """
    deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante
    cinquante soixante cent cents mille demi
    """.split()  # noqa: SIM905
)
_LITTLE, _LESS = 0.15, 0.8


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or what stands for one: its block, and its words `first` to before `last`."""

    block: int
    first: int
    last: int


def stem(word: str) -> str:
    """What a word has in common with its other forms: « évalué », « évaluer » and « Évaluent » are one."""
    spread = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    if bare.isdigit() or bare in _GRAMMAR or bare in _NUMBERS:
        return bare
    cut = _ENDING.sub("", bare)
    return (cut if len(cut) >= 3 else bare)[:_STEM]


class _Stems(dict[str, str]):
    """The stems of words already met, so many at most."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _KNOWN:
            self.clear()
        self[word] = found = stem(word)
        return found


_STEMS = _Stems()


class Words:
    """The words of one version in one row (`stems`), its sentences, and in which of them each stands (`places`).

    `other`: the words of the version it is compared with, where they were read before.
    """

    def __init__(self, blocks: Sequence[Block], other: Words | None = None) -> None:
        self.blocks = blocks
        # Most of a version is the other's, word for word: it is read once.
        self._known: dict[str, list[list[str]]] = {} if other is None else other._known
        self.stems: list[str] = []
        self.firsts = [0]  # for each block its first word; then how many words there are
        self.sentences: list[Sentence] = []
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        self._bounds: dict[int, tuple[list[int], list[int]]] = {}
        for index, block in enumerate(blocks):
            self._read(index, block.text)

    def _read(self, index: int, text: str) -> None:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = list(_sentences(text))
        for stems in known:
            rank, first = len(self.sentences), len(self.stems)
            self.stems += stems
            self.sentences.append(Sentence(index, first, first + len(stems)))
            for word in set(stems):
                self.places[word].append(rank)
        self.firsts.append(len(self.stems))

    def bounds(self, block: int) -> tuple[list[int], list[int]]:
        """Where the words of a block begin and end in its text."""
        if block not in self._bounds:
            found = [one.span() for one in _WORD.finditer(self.blocks[block].text)]
            self._bounds[block] = [one[0] for one in found], [one[1] for one in found]
        return self._bounds[block]

    @cached_property
    def sentences_of(self) -> list[int]:
        """For each word its sentence."""
        return [rank for rank, one in enumerate(self.sentences) for _ in range(one.first, one.last)]

    def within(self, span: Span) -> tuple[int, int]:
        """The words that a span touches, first and after the last."""
        starts, ends = self.bounds(span.block)
        first = self.firsts[span.block]
        return first + bisect_left(ends, span.start + 1), first + bisect_left(starts, span.end)

    def spans(self, first: int, last: int) -> tuple[Span, ...]:
        """The text from one word to before another, a span a block."""
        found = []
        at = first
        while at < last:
            block = bisect_right(self.firsts, at) - 1
            begin, upto = self.firsts[block], min(last, self.firsts[block + 1])
            starts, ends = self.bounds(block)
            found.append(Span(block, starts[at - begin], ends[upto - begin - 1]))
            at = upto
        return tuple(found)


def _sentences(text: str) -> Iterator[list[str]]:
    """The stems of each sentence that has words."""
    at = 0
    for upto in (*_sentence_starts(text), len(text)):
        if stems := list(map(_STEMS.__getitem__, _WORD.findall(text, at, upto))):
            yield stems
        at = upto


def _sentence_starts(text: str) -> Iterator[int]:
    """Where sentences (and members between semicolons) begin, but for the first."""
    for mark in _SENTENCE_END.finditer(text):
        before = _last_word(text, mark.start())
        if mark[0].startswith(".") and (len(before) == 1 or before.casefold() in _ABBREVIATIONS):
            continue
        yield mark.end()


def _last_word(text: str, end: int) -> str:
    at = end
    while at and text[at - 1].isalnum():
        at -= 1
    return text[at:end]


def _worth(word: str) -> float:
    if word in _GRAMMAR:
        return _LITTLE
    return _LESS if word in _NUMBERS else 1.0


class Weights:
    """How much each word says: the more, the fewer the sentences of the two versions that hold it.

    A word that stands once in each version weighs the same in a short text and in a long one.
    """

    def __init__(self, old: Words, new: Words) -> None:
        # A few sentences do not tell which words are rare in the language.
        total = max(len(old.sentences) + len(new.sentences), _ENOUGH)
        scale = _RARE / math.log1p(total / 2)
        self.of = {
            word: scale
            * _worth(word)
            * math.log1p(total / (len(old.places.get(word, ())) + len(new.places.get(word, ()))))
            for word in old.places.keys() | new.places.keys()
        }

    def sum(self, stems: Sequence[str]) -> float:
        """What these words say together."""
        return sum(map(self.of.__getitem__, stems))
