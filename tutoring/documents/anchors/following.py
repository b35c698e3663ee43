"""Where the sentences of a quote went: into the blocks that carry on their own block, or anywhere else."""

from __future__ import annotations

from collections.abc import Sequence

from tutoring.documents.anchors.heirs import Heirs
from tutoring.documents.anchors.links import Link, Links

# A sentence reworded, in a block that carries on the quote's: how like, by words that say how much.
_REWORDED, _SAYS = 0.22, 5.0
# The same elsewhere, after what another old sentence explains better was left out; and with no such block at all.
_MOVED, _MOVED_SAYS = 0.48, 10.0
_LONE, _LONE_SAYS = 0.32, 7.0
_LONE_AFAR, _LONE_AFAR_SAYS = 0.45, 10.0
# How far a passage elsewhere must be above the best at home, and above the next best elsewhere.
_AHEAD, _MARGIN = 0.15, 0.08
# Or: what of the old sentence it holds, and how many times what the next best holds, where home says nothing.
_COVERS, _COVERS_SAYS, _ALONE, _NOTHING = 0.5, 5.0, 2.0, 0.25
# What of a clause another sentence holds, to be it though its own sentence went elsewhere.
_CLAUSE = 0.8
# Above this a sentence at home is not sought elsewhere.
_SETTLED = 0.6


class Following:
    """The sentences of an old version, followed one by one. `own`: those of one quote, which may share a new one."""

    def __init__(self, links: Links, heirs: Heirs) -> None:
        self.links, self.heirs = links, heirs
        self.old, self.new = links.old, links.new

    def of(self, own: Sequence[int]) -> tuple[list[Link], bool]:
        """The new sentences that say what a quote's sentences say, and whether any left its block's heirs."""
        home = [self._home(rank, own) for rank in own]
        away = [self._away(rank, own, here) for rank, here in zip(own, home, strict=True)]
        chosen = [there or here for here, there in zip(home, away, strict=True)]
        return [link for link in chosen if link is not None], any(away)

    def _home(self, rank: int, own: Sequence[int]) -> Link | None:
        """The sentence that says what an old one said, in the blocks that carry on its block."""
        link = self.heirs.link(rank, own)
        if link is None or link.shared < _SAYS:
            return None
        return link if max(link.dice, link.held / 2) >= _REWORDED else None

    def _away(self, rank: int, own: Sequence[int], home: Link | None) -> Link | None:
        """The same anywhere else, when it is better by far than at home and than the next best."""
        if home is not None and home.dice >= _SETTLED:
            return None
        heirs = self.heirs.of(self.old.sentences[rank].block)
        links = [
            self.links.unclaimed(rank, link.sentence, own)
            for link in self.links.distinct(rank)
            if self.new.sentences[link.sentence].block not in heirs
            and not self._anothers(rank, self.new.sentences[link.sentence].block)
        ]
        links.sort(key=lambda link: -link.dice)
        if not links:
            return None
        if (alone := self._alone(rank, own, home)) is not None:
            return alone
        best = links[0]
        like, says = (_MOVED, _MOVED_SAYS) if heirs else (_LONE_AFAR, _LONE_AFAR_SAYS)
        if not heirs and self.heirs.in_place(
            self.old.sentences[rank].block, self.new.sentences[best.sentence].block
        ):
            like, says = _LONE, _LONE_SAYS
        behind = max(home.dice + _AHEAD if home else 0.0, links[1].dice + _MARGIN if len(links) > 1 else 0.0)
        return best if best.dice >= max(like, behind) and best.shared >= says else None

    def _anothers(self, rank: int, block: int) -> bool:
        """Whether a new block carries on another old one that says an old sentence too, word for word."""
        mine = self.old.sentences[rank].block
        others = {self.old.sentences[one].block for one in self.links.repeated(rank)} - {mine}
        return any(block in self.heirs.of(other) for other in others)

    def _alone(self, rank: int, own: Sequence[int], home: Link | None) -> Link | None:
        """The one sentence elsewhere that holds most of what an old one says, where no other holds half as much."""
        heavy = self.links.weights.sum(self.links.stems(rank))
        said_at_home = home is not None and home.shared >= _NOTHING * heavy
        if said_at_home or len(self.links.repeated(rank)) > 1:
            return None
        heirs = self.heirs.of(self.old.sentences[rank].block)
        ranked = sorted(self.links.best(rank), key=lambda link: -link.shared)
        best = ranked[0]
        if self.new.sentences[best.sentence].block in heirs:
            return None
        if len(ranked) > 1 and best.shared < _ALONE * ranked[1].shared:
            return None
        less = self.links.unclaimed(rank, best.sentence, own)
        return best if less.shared >= max(_COVERS * heavy, _COVERS_SAYS) else None

    def clause(self, stems: Sequence[str], own: Sequence[int]) -> Link | None:
        """The one sentence that holds nearly all the words of a part of a sentence, wherever the rest went."""
        heavy = self.links.weights.sum(stems)
        ranked = sorted(self.links.holding(stems), key=lambda link: -link.shared)
        if not ranked or ranked[0].shared < max(_CLAUSE * heavy, _COVERS_SAYS):
            return None
        if len(ranked) > 1 and ranked[0].shared < _ALONE * ranked[1].shared:
            return None
        best = ranked[0]
        return best if self.links.claimant(best.sentence)[1] in {-1, *own} else None
