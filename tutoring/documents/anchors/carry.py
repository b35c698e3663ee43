"""Where the passages that remarks are about are in the next version: same words, other words, their paragraph, gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise

from tutoring.documents.anchors.folding import fold
from tutoring.documents.anchors.following import Following
from tutoring.documents.anchors.heirs import Heirs
from tutoring.documents.anchors.image import Image, image_of, widened
from tutoring.documents.anchors.links import Link, Links
from tutoring.documents.anchors.locate import Finder, around, dressed, occurrences
from tutoring.documents.anchors.quote import Anchor, Span, words_of
from tutoring.documents.anchors.words import Weights, Words
from tutoring.documents.blocks import Block
from tutoring.documents.matching import Matching, match

# Words that say this much are not met twice by chance.
_TELLING, _TELLING_WORDS = 14.0, 4
# Of 1: how well what is around the same words must agree, and how much better than elsewhere.
_AGREES, _BETTER = 0.34, 0.08
# Standing in a block that carries on the quote's, in agreement of what is around.
_AT_HOME = 0.3

# How like the rest of its sentence must be where words said several times left their block.
_VOUCHED = 0.4
# A share of the quote's words below which they are sought as a clause that left its sentence.
_HALF = 0.5
# Blocks that stand no further from one another hold one passage.
_NEAR = 2
# What of the quote's words its new wording holds at least.
_SHARE = 0.28
# Words that weigh less are of grammar.
_TELLS = 1.0
# A quote that is nearly its whole sentence is nearly the whole new one.
_WHOLE, _FILLS = 0.8, 0.5


class Outcome(StrEnum):
    """FOUND the same words, typography aside; CHANGED reworded; PARAGRAPH their paragraph only; ORPHAN none."""

    FOUND = "found"
    CHANGED = "changed"
    PARAGRAPH = "paragraph"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a passage is: `spans` and their words (`exact`) when found or changed; `block`: index of the new block
    where it begins, or would; `score`: 0 to 1, how sure."""

    outcome: Outcome
    spans: tuple[Span, ...] = ()
    exact: str = ""
    block: int | None = None
    score: float = 0.0


ORPHAN = Placement(Outcome.ORPHAN)


@dataclass(frozen=True, slots=True)
class _Quote:
    """A passage of the old version: its words `first` to before `last`, the sentences and blocks they stand in."""

    anchor: Anchor
    spans: tuple[Span, ...]
    first: int
    last: int
    sentences: tuple[int, ...]


def carry(
    old: Sequence[Block], new: Sequence[Block], anchors: Sequence[Anchor], matching: Matching | None = None
) -> tuple[Placement, ...]:
    """Where each anchored passage of `old` is in `new`, one placement an anchor, in order.

    A passage is followed where its words went; of words said twice the quoted ones are kept; where it is gone its
    paragraph is given; where nothing is sure it is an orphan. `matching`: of the two, when it is known already.
    """
    if not anchors:
        return ()
    return tuple(map(Carrier(old, new, matching).placed, anchors))


class Carrier:
    """Two versions between which passages are carried."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block], matching: Matching | None = None) -> None:
        self.finders = Finder(old), Finder(new)
        self.old = Words(old)
        self.new = Words(new, self.old)
        self.weights = Weights(self.old, self.new)
        self.links = Links(self.old, self.new, self.weights)
        self.heirs = Heirs(self.links, match(old, new) if matching is None else matching)
        self.following = Following(self.links, self.heirs)

    def placed(self, anchor: Anchor) -> Placement:
        """Where one passage is."""
        spans = self.finders[0].of(anchor)
        quote = self._quote(anchor, spans) if spans else None
        if quote is None:
            return self._unlocated(anchor)
        return self._same(quote) or self._apart(quote) or self._reworded(quote) or self._paragraph(quote)

    def _apart(self, quote: _Quote) -> Placement | None:
        """A quote over blocks that went far from one another: where its first words went, else the next."""
        blocks = [span.block for span in quote.spans]
        if len(blocks) < 2 or not self._parted(blocks):
            return None
        for span in quote.spans:
            part = self._quote(quote.anchor, (span,))
            placed = self._reworded(part) if part else None
            if placed is not None:
                return placed
        return None

    def _parted(self, blocks: Sequence[int]) -> bool:
        """Whether what carries on one block stands nowhere near what carries on the next."""
        heirs = [heirs for heirs in map(self.heirs.of, blocks) if heirs]
        return any(
            all(abs(one - other) > _NEAR for one in here for other in there)
            for here, there in pairwise(heirs)
        )

    def _quote(self, anchor: Anchor, spans: tuple[Span, ...]) -> _Quote | None:
        first, last = self.old.within(spans[0])[0], self.old.within(spans[-1])[1]
        if first >= last:
            return None
        ranks = range(self.old.sentences_of[first], self.old.sentences_of[last - 1] + 1)
        return _Quote(anchor, spans, first, last, tuple(ranks))

    def _unlocated(self, anchor: Anchor) -> Placement:
        """A quote that is not the old version's: its very words in the new one, or nothing."""
        spans = self.finders[1].locate(anchor.exact, anchor.prefix, anchor.suffix)
        if not spans or self.weights.sum(self._stems(spans)) < _TELLING:
            return ORPHAN
        return self._at(anchor, spans, 0.5)

    def _stems(self, spans: Sequence[Span]) -> list[str]:
        return [word for span in spans for word in self.new.stems[slice(*self.new.within(span))]]

    # The same words

    def _same(self, quote: _Quote) -> Placement | None:
        folding, sought = self.finders[1].whole, fold(quote.anchor.exact)
        ranges = [
            (place, spans)
            for place in (occurrences(folding, sought) if sought else ())
            if (spans := folding.spans(*place)) and folding.whole(spans)
        ]
        if not ranges:
            return None
        once = self._once(sought)
        if once and len(ranges) == 1 and self._telling(quote):
            return self._at(quote.anchor, ranges[0][1], 1.0)
        places = [(self._agreement(quote, spans, place), spans) for place, spans in ranges]
        places.sort(key=lambda place: (-place[0], place[1]))
        best, spans = places[0]
        sure = best >= _AGREES and (len(places) == 1 or best - places[1][0] >= _BETTER)
        if not sure or not (once or self._ours(quote, spans, sought)):
            return None
        return self._at(quote.anchor, spans, min(0.6 + 0.4 * best, 1.0))

    def _ours(self, quote: _Quote, spans: tuple[Span, ...], sought: str) -> bool:
        """Whether words that the old version says several times are, there, those of the quote.

        Where nothing carries on its block, what is around may be a formula too: its sentence must vouch.
        """
        if not self.heirs.of(quote.spans[0].block) and self._like(quote, spans) < _VOUCHED:
            return False
        return not self._rather_another(quote, spans, sought)

    def _telling(self, quote: _Quote) -> bool:
        words = self.old.stems[quote.first : quote.last]
        return len(words) >= _TELLING_WORDS and self.weights.sum(words) >= _TELLING

    def _agreement(self, quote: _Quote, spans: tuple[Span, ...], place: tuple[int, int]) -> float:
        """How well what is around the same words agrees: the text next to them, their sentence, their block."""
        near = around(self.finders[1].whole, *place, quote.anchor.prefix, quote.anchor.suffix)
        like = self._like(quote, spans)
        home = spans[0].block in self.heirs.of(quote.spans[0].block)
        return max(near, like) + 0.3 * min(near, like) + _AT_HOME * home

    def _like(self, quote: _Quote, spans: tuple[Span, ...]) -> float:
        """How like the rest of the quote's sentence is the sentence of the same words."""
        rest = self._rest(quote)
        there = self.new.sentences_of[self.new.within(spans[0])[0]]
        return self.links.compare(rest, there).dice if rest else 0.0

    def _rest(self, quote: _Quote) -> list[str]:
        """The words of the quote's sentences that it leaves out."""
        first = self.old.sentences[quote.sentences[0]].first
        last = self.old.sentences[quote.sentences[-1]].last
        return self.old.stems[first : quote.first] + self.old.stems[quote.last : last]

    def _rather_another(self, quote: _Quote, spans: tuple[Span, ...], sought: str) -> bool:
        """Whether the place in the new version agrees better with the same words elsewhere in the old one."""
        folding = self.finders[0].whole
        place = next(
            (
                (a, b)
                for a, b in occurrences(self.finders[1].whole, sought)
                if self.finders[1].whole.spans(a, b) == spans
            )
        )
        text = self.finders[1].whole.text
        before, after = text[max(place[0] - 40, 0) : place[0]], text[place[1] : place[1] + 40]
        own, other = 0.0, 0.0
        for start, end in occurrences(folding, sought):
            agreed = around(folding, start, end, before, after)
            theirs = folding.spans(start, end)
            home = bool(theirs) and spans[0].block in self.heirs.of(theirs[0].block)
            agreed += _AT_HOME * home
            if (
                theirs
                and theirs[0].block == quote.spans[0].block
                and abs(theirs[0].start - quote.spans[0].start) < 3
            ):
                own = agreed
            else:
                other = max(other, agreed)
        return other > own + _BETTER

    # Other words

    def _reworded(self, quote: _Quote) -> Placement | None:
        links, moved = self.following.of(quote.sentences)
        if not links and (clause := self._clause(quote)) is not None:
            links = [clause]
        if not links:
            return None
        best = max(links, key=lambda link: link.shared)
        image = self._image(quote, best, links)
        if (image is None or image.share < _HALF) and (clause := self._clause(quote)) is not None:
            image = self._image(quote, clause, [clause])
        if image is None or image.share < _SHARE or self._chance(quote, image):
            if moved:
                return Placement(
                    Outcome.PARAGRAPH, block=self.new.sentences[best.sentence].block, score=best.dice
                )
            return None
        return self._at(quote.anchor, self.new.spans(image.first, image.last), best.dice)

    def _chance(self, quote: _Quote, image: Image) -> bool:
        """Whether one word is all that a far shorter image holds of several that tell: that may be chance."""
        stems = self.old.stems[quote.first : quote.last]
        telling = {word for word in stems if self.weights.of[word] >= _TELLS}
        there = telling.intersection(self.new.stems[image.first : image.last])
        return len(there) < min(len(telling), 2) and 2 * (image.last - image.first) < len(stems)

    def _once(self, sought: str) -> bool:
        """Whether the old version says folded words once."""
        return len(list(islice(occurrences(self.finders[0].whole, sought), 2))) < 2

    def _clause(self, quote: _Quote) -> Link | None:
        """Where the quote's words went without their sentence; nowhere where the old version says them twice."""
        if not self._once(fold(quote.anchor.exact)):
            return None
        return self.following.clause(self.old.stems[quote.first : quote.last], quote.sentences)

    def _image(self, quote: _Quote, best: Link, links: list[Link]) -> Image | None:
        """The quote's words among the sentences chosen, and those next to them in their block."""
        block = self.new.sentences[best.sentence].block
        ranks = {link.sentence for link in links if abs(link.sentence - best.sentence) <= len(links) + 1}
        ranks |= {
            rank
            for rank in (best.sentence - 1, best.sentence + 1)
            if 0 <= rank < len(self.new.sentences) and self.new.sentences[rank].block == block
        }
        region = self.new.sentences[min(ranks)].first, self.new.sentences[max(ranks)].last
        stems = self.old.stems[quote.first : quote.last]
        image = image_of(stems, self._rest(quote), self.new, region, self.weights)
        if image is None:
            return None
        return self._filled(quote, widened(image, stems, self._beside(quote), self.new, region))

    def _beside(self, quote: _Quote) -> tuple[str, str]:
        """The words next to the quote in its sentences."""
        first = self.old.sentences[quote.sentences[0]].first
        last = self.old.sentences[quote.sentences[-1]].last
        before = self.old.stems[quote.first - 1] if quote.first > first else ""
        after = self.old.stems[quote.last] if quote.last < last else ""
        return before, after

    def _filled(self, quote: _Quote, image: Image) -> Image:
        """The image to its sentences' ends, when the quote was nearly whole sentences and the image nearly is."""
        of = self.weights.sum
        if of(self.old.stems[quote.first : quote.last]) < _WHOLE * sum(
            of(self.links.stems(rank)) for rank in quote.sentences
        ):
            return image
        first, last = image.first, image.last
        for rank in {self.new.sentences_of[first], self.new.sentences_of[last - 1]}:
            one = self.new.sentences[rank]
            inside = self.new.stems[max(one.first, image.first) : min(one.last, image.last)]
            if of(inside) >= _FILLS * of(self.new.stems[one.first : one.last]):
                first, last = min(first, one.first), max(last, one.last)
        return Image(first, last, image.share)

    # Their paragraph

    def _paragraph(self, quote: _Quote) -> Placement:
        for rank in quote.sentences:
            block = self.heirs.place(rank)
            if block is not None:
                return Placement(Outcome.PARAGRAPH, block=block, score=0.5)
        return ORPHAN

    def _at(self, anchor: Anchor, spans: tuple[Span, ...], score: float) -> Placement:
        spans = dressed(self.new.blocks, spans, anchor.exact) or spans
        exact = words_of(self.new.blocks, spans)
        outcome = Outcome.FOUND if fold(exact) == fold(anchor.exact) else Outcome.CHANGED
        return Placement(outcome, spans, exact, spans[0].block, round(score, 3))
