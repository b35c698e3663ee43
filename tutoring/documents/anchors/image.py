"""The words of a new text that stand for a quote, among sentences that say what its sentences said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tutoring.documents.anchors.words import Weights, Words

# What a word that is not the quote's takes away, and one of the sentence around the quote, for each unit of weight.
_FOREIGN, _AROUND = 0.3, 0.8
# Words that weigh less are of grammar.
_TELLING = 1.0


# How many more words than the quote has there may stand between a passage and what was next to it.
_MORE = 2


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
    for start in _starts(quote, new, region, weights):
        best = max(best, _run(quote, rest, new, (start, region[1]), weights), key=lambda one: one[0])
    _, first, last = best
    if first >= last:
        return None
    sought, there = Counter(quote), Counter(new.stems[first:last])
    shared = sum(weights.of[word] * min(count, there[word]) for word, count in sought.items())
    return Image(first, last, shared / weights.sum(quote))


def widened(
    image: Image, quote: Sequence[str], beside: tuple[str, str], new: Words, region: tuple[int, int]
) -> Image:
    """The image up to what stood next to the quote, where the quote's own first or last words were changed.

    `beside`: the words before and after the quote, empty where it begins or ends its sentence.
    """
    there = set(new.stems[image.first : image.last])
    lost = next((rank for rank, word in enumerate(quote) if word in there), len(quote))
    gone = next((rank for rank, word in enumerate(reversed(quote)) if word in there), len(quote))
    first, last = image.first, image.last
    if lost and beside[0]:
        least = max(region[0], first - lost - _MORE)
        first = next((at + 1 for at in range(first - 1, least - 1, -1) if new.stems[at] == beside[0]), first)
    if gone and beside[1]:
        most = min(region[1], last + gone + _MORE)
        last = next((at for at in range(last, most) if new.stems[at] == beside[1]), last)
    return Image(first, last, image.share)


def _starts(quote: Sequence[str], new: Words, region: tuple[int, int], weights: Weights) -> list[int]:
    """Where a run may begin: at the quote's words in the region, and where telling ones are met, at no others."""
    sought = set(quote)
    found = [at for at in range(*region) if new.stems[at] in sought]
    telling = {at for at in found if weights.of[new.stems[at]] >= _TELLING}
    # A little word begins a run only just before one that tells, or where there are none.
    return (
        [at for at in found if at in telling or at + 1 in telling or at + 2 in telling] if telling else found
    )


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
