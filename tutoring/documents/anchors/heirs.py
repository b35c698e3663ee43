"""Which blocks of the new version carry on a block of the old one, and which of them the place of a lost passage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from tutoring.documents.anchors.between import KEPT, between, wording_kept
from tutoring.documents.anchors.links import Link, Links, by_block
from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.matching import Matching, PairKind

# Above this a pair of blocks needs no sentence to vouch for it (of 100): blocks on one subject are far below.
_SURE = 74.0
# How far above the next a block's votes are that is chosen by them.
_CLEAR = 1.4
# How like two titles that were matched are at least.
_TITLES = 0.4
# Above this one need not look where else its sentences went.
_WHOLE = 90.0
# How strong a sentence's link must be to vouch for two blocks that were matched, and for two that were not.
_VOUCHES, _VOUCHES_ALONE = 4.4, 5.0
# The same when the new block is not between those that the old one's neighbours became.
_VOUCHES_AFAR = 8.0
# How like two sentences are that lead from one block to the other; less than which nothing explains a new one.
_LEADS, _EXPLAINED = 0.22, 0.3
# How much the words must say that a sentence shares with one of a block next to its own.
_SAYS = 6.0
# Before the first pair of blocks, or after the last, how far from it is still in place.
_EDGE = 3
# What of a block must have gone to blocks that were not matched with it, for its lost words to be thought of there.
_HALF = 0.5
# Of the blocks of a section, those that must have gone under one title for it to be the section's.
_MOST = 0.6


class Heirs:
    """The blocks of two versions that were matched, and what of the matching holds when one looks at sentences."""

    def __init__(self, links: Links, matching: Matching) -> None:
        self.links, self.matching = links, matching
        self.old, self.new = links.old, links.new
        self._pairs, self._owned = matching.by_old(), matching.by_new()
        self._found: dict[int, tuple[int, ...]] = {}
        self._between: dict[int, int] | None = None
        self._bounds: dict[int, tuple[int | None, int | None]] = {}
        self._at_old, self._at_new = by_block(self.old.sentences), by_block(self.new.sentences)

    def of(self, block: int) -> tuple[int, ...]:
        """The new blocks that hold what the old one said, its pair first; or the one that stands in its place."""
        return self._by_words(block) or self._by_place(block)

    def _by_place(self, block: int) -> tuple[int, ...]:
        if not self._rewritten:
            return ()
        if self._between is None:
            heirs = {one: self._by_words(one) for one in range(len(self.old.blocks))}
            self._between = between(self.old, self.new, self.links.weights, heirs)
        return (self._between[block],) if block in self._between else ()

    @cached_property
    def _rewritten(self) -> bool:
        return wording_kept(self.old, self.new) <= KEPT

    def _by_words(self, block: int) -> tuple[int, ...]:
        if block not in self._found:
            kept = [one for one in self.matching.heirs(block) if self._vouched(block, one)]
            if not self._whole(block):
                kept += [one for one in self._followed(block) if one not in kept]
            if not kept and self.old.blocks[block].kind is BlockKind.HEADING:
                kept = self._title(block)
            self._found[block] = tuple(kept)
        return self._found[block]

    def link(self, sentence: int, own: Iterable[int] = ()) -> Link | None:
        """Where the blocks that carry on an old sentence's block say most of what it said."""
        heirs = self.of(self.old.sentences[sentence].block)
        whole = [
            self.links.whole(sentence, rank)
            for heir in (*heirs, *self._gap(heirs))
            for rank in self._at_new.get(heir, ())
        ]
        best: Link | None = None
        for link in sorted(whole, key=lambda link: (-link.dice, link.sentence)):
            if best is not None and link.dice <= best.dice:
                break  # less what is others', it would be below the best still
            less = self.links.unclaimed(sentence, link.sentence, own)
            best = less if best is None or less.dice > best.dice else best
        return best

    def in_place(self, block: int, heir: int) -> bool:
        """Whether a new block stands where the old one would: between what its nearest neighbours became."""
        if block not in self._bounds:
            before = next((self._pairs[one].new for one in range(block, -1, -1) if one in self._pairs), None)
            after = next(
                (self._pairs[one].new for one in range(block, len(self.old.blocks)) if one in self._pairs),
                None,
            )
            self._bounds[block] = before, after
        before, after = self._bounds[block]
        if before is None or after is None:
            edge = after if before is None else before
            return edge is not None and abs(heir - edge) <= _EDGE
        return before <= heir <= after

    def place(self, sentence: int) -> int | None:
        """The new block in which an old sentence that is gone would stand; None when none carries its block on.

        Of several, the one where something new stands between what its neighbours became, or its nearest neighbour's.
        """
        block = self.old.sentences[sentence].block
        heirs = self.of(block)
        matched = [one for one in heirs if one in self.matching.heirs(block) or one in self._by_place(block)]
        if (next_door := self._next_door(sentence, heirs)) is not None:
            return next_door
        if len(heirs) == 1 and matched:
            return heirs[0]
        before, after = self._neighbour(sentence, -1), self._neighbour(sentence, 1)
        if before is None and after is None:
            return matched[0] if matched else self._list(block)
        room = self._room(sentence, before, after)
        if len(room) == 1:
            return room.pop()
        if not room and not matched and self._carried(block) < _HALF:
            return None  # one sentence of a block that is gone went elsewhere: the others did not
        if (most := self._most(sentence)) is not None:
            return most
        near = min(
            (one for one in (before, after) if one is not None),
            key=lambda one: (abs(one[0] - sentence), self.new.sentences[one[1]].block not in matched[:1]),
        )
        return self.new.sentences[near[1]].block

    def _most(self, sentence: int) -> int | None:
        """The block where the other sentences of a lost one's block went, the nearest first; None if two vie."""
        votes: defaultdict[int, float] = defaultdict(float)
        for rank in self._at_old[self.old.sentences[sentence].block]:
            link = self.link(rank) if rank != sentence else None
            if link is not None and link.dice >= _LEADS:
                votes[self.new.sentences[link.sentence].block] += 1 / abs(rank - sentence)
        ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
        clear = ranked and (len(ranked) == 1 or ranked[0][1] >= _CLEAR * ranked[1][1])
        return ranked[0][0] if clear else None

    def _next_door(self, sentence: int, heirs: tuple[int, ...]) -> int | None:
        """A block beside the heirs that is nobody's, where a sentence is most like this one, of all the old ones."""
        for link in self.links.best(sentence):
            block = self.new.sentences[link.sentence].block
            nobody = block not in self._owned and block not in heirs
            if nobody and link.shared >= _SAYS and any(abs(block - heir) == 1 for heir in heirs):
                return block if self.links.claimant(link.sentence)[1] == sentence else None
        return None

    def _room(self, sentence: int, before: tuple[int, int] | None, after: tuple[int, int] | None) -> set[int]:
        """The blocks in which, between what the neighbours became, stand sentences that no old one explains."""
        heirs = self.of(self.old.sentences[sentence].block)
        blocks = {*heirs, *self._gap(heirs)}
        first = before[1] + 1 if before else 0
        last = after[1] if after else len(self.new.sentences)
        found = set()
        for block in blocks:
            for rank in self._at_new.get(block, ()):
                like, claimant = self.links.claimant(rank)
                if first <= rank < last and (like < _EXPLAINED or claimant == sentence):
                    found.add(block)
        return found

    def _carried(self, block: int) -> float:
        """How much of an old block's words stand in sentences that were carried on, of 1."""
        heavy = carried = 0.0
        for rank in self._at_old.get(block, ()):
            weight = self.links.weights.sum(self.links.stems(rank))
            link = self.link(rank)
            heavy += weight
            carried += weight if link is not None and link.dice >= _LEADS else 0.0
        return carried / heavy if heavy else 0.0

    def _list(self, block: int) -> int | None:
        """The paragraph that a list became, for an item of which nothing is left: where the other items all went."""
        one = self.old.blocks[block]
        if one.kind is not BlockKind.ITEM:
            return None
        went = [
            self.of(other)[:1]
            for other in range(len(self.old.blocks))
            if other != block
            and self.old.blocks[other].kind is BlockKind.ITEM
            and self.old.blocks[other].group == one.group
        ]
        led = {heir for heirs in went for heir in heirs}
        alone = len(led) == 1 and sum(map(len, went)) > 1
        kinds = {self.new.blocks[heir].kind for heir in led}
        return led.pop() if alone and BlockKind.ITEM not in kinds else None

    def _neighbour(self, sentence: int, step: int) -> tuple[int, int] | None:
        """The nearest sentence of the same block, on one side, that was carried on, and the new one that does."""
        block = self.old.sentences[sentence].block
        rank = sentence + step
        while 0 <= rank < len(self.old.sentences) and self.old.sentences[rank].block == block:
            link = self.link(rank)
            if link is not None and link.dice >= _LEADS:
                return rank, link.sentence
            rank += step
        return None

    def _gap(self, heirs: Sequence[int]) -> list[int]:
        """Where a block became several: those among and right after them that carry on no other block."""
        if len(heirs) < 2:
            return []
        nobody = []
        for heir in heirs:
            one = heir + 1
            while one < len(self.new.blocks) and one not in self._owned and one not in heirs:
                if self.new.blocks[one].kind is BlockKind.HEADING:
                    break
                nobody.append(one)
                one += 1
        return nobody

    def _strongest(self, block: int, heir: int) -> float:
        """The strongest link from a sentence of an old block to one of a new one, leaving out what is others'."""
        return max(
            (
                self.links.unclaimed(rank, there).strength
                for rank in self._at_old.get(block, ())
                for there in self._at_new.get(heir, ())
                if self.links.whole(rank, there).strength >= _VOUCHES
            ),
            default=0.0,
        )

    def _vouched(self, block: int, heir: int) -> bool:
        pair = self._pairs.get(block)
        sure = pair is not None and (
            pair.kind is PairKind.EXACT or pair.score >= _SURE or pair.why == "title"
        )
        if pair is not None and pair.new == heir and (sure or self._titles(block, heir)):
            return True
        return self._strongest(block, heir) >= _VOUCHES

    def _titles(self, block: int, heir: int) -> bool:
        """Whether both are titles with words in common: a title has no sentences to vouch for it."""
        if not self.old.blocks[block].kind is self.new.blocks[heir].kind is BlockKind.HEADING:
            return False
        here, there = self._at_old.get(block, ()), self._at_new.get(heir, ())
        return any(self.links.whole(one, other).dice >= _TITLES for one in here for other in there)

    def _whole(self, block: int) -> bool:
        """Whether a block's pair holds nearly all of it."""
        pair = self._pairs.get(block)
        return pair is not None and pair.score >= _WHOLE

    def _followed(self, block: int) -> list[int]:
        """The new blocks where a sentence of the old one went, being what sentences there are most like."""
        found = []
        title = self.old.blocks[block].kind is BlockKind.HEADING
        for rank in self._at_old.get(block, ()):
            if len(self.links.repeated(rank)) > 1:
                continue  # what is said several times leads to none of its places
            mine: dict[int, list[int]] = {}
            for link in self.links.distinct(rank):
                if self.links.claimant(link.sentence)[1] == rank:
                    mine.setdefault(self.new.sentences[link.sentence].block, []).append(link.sentence)
            for heir, ranks in mine.items():
                alike = title is (self.new.blocks[heir].kind is BlockKind.HEADING)
                enough = _VOUCHES_ALONE if self.in_place(block, heir) else _VOUCHES_AFAR
                if alike and heir not in found and self.links.together(rank, ranks) >= enough:
                    found.append(heir)
        return found

    def _title(self, block: int) -> list[int]:
        """The title under which most of what stood under the old one stands, when it is no other's."""
        under = _under(self.old.blocks, block)
        above = Counter(_above(self.new.blocks, self._pairs[one].new) for one in under if one in self._pairs)
        title, count = above.most_common(1)[0] if above else (None, 0)
        if title is None or title in self._owned or count < _MOST * len(under):
            return []
        return [title] if count >= _MOST * len(_under(self.new.blocks, title)) else []


def _under(blocks: Sequence[Block], title: int) -> list[int]:
    """The blocks between a title and the next."""
    under = []
    for index in range(title + 1, len(blocks)):
        if blocks[index].kind is BlockKind.HEADING:
            break
        under.append(index)
    return under


def _above(blocks: Sequence[Block], block: int) -> int | None:
    """The title above a block."""
    return next((index for index in range(block, -1, -1) if blocks[index].kind is BlockKind.HEADING), None)
