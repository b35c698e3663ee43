"""The words of a new text that stand for a quote, among sentences that say what its sentences said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tutoring.documents.anchors.words import Weights, Words

# What a word that is not the quote's takes away, and one of the sentence around the quote, for each unit of weight.
_FOREIGN, _AROUND = 0.3, 0.8


@dataclass(frozen=True, slots=True)
class Image:
    """Words `first` to before `last` of the new version; `share`: what of the quote's words stands there, of 1."""

    first: int
    last: int
    share: float


def image_of(
    quote: Sequence[str], rest: Sequence[str], new: Words, region: tuple[int, int], weights: Weights
) -> Image | None:
    """The run of the region's words that holds most of the quote's and least of others; None when it holds none.

    `rest`: the words of the quote's sentences that it leaves out. Order does not matter: clauses change places.
    """
    best: tuple[float, int, int] = (0.0, 0, 0)
    for start in _starts(quote, new, region):
        best = max(best, _run(quote, rest, new, (start, region[1]), weights), key=lambda one: one[0])
    _, first, last = best
    if first >= last:
        return None
    sought, there = Counter(quote), Counter(new.stems[first:last])
    shared = sum(weights.of[word] * min(count, there[word]) for word, count in sought.items())
    return Image(first, last, shared / weights.sum(quote))


def _starts(quote: Sequence[str], new: Words, region: tuple[int, int]) -> list[int]:
    sought = set(quote)
    return [at for at in range(*region) if new.stems[at] in sought]


def _run(
    quote: Sequence[str], rest: Sequence[str], new: Words, region: tuple[int, int], weights: Weights
) -> tuple[float, int, int]:
    """The best run that begins where the region does: its worth and its bounds."""
    sought, left = Counter(quote), Counter(rest)
    worth = best = 0.0
    upto = region[0]
    for at in range(*region):
        word = new.stems[at]
        weight = weights.of[word]
        if sought[word] > 0:
            sought[word] -= 1
            worth += weight
        elif left[word] > 0:
            left[word] -= 1
            worth -= _AROUND * weight
        else:
            worth -= _FOREIGN * weight
        if worth > best:
            best, upto = worth, at + 1
    return best, region[0], upto
