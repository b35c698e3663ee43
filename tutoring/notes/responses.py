"""The remarks of a version as a table: what each says, what the learner answered, how it ended, where it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from tutoring.documents.blocks import Block, BlockKind
from tutoring.notes.models import Remark, RemarkKind, RemarkMessage, RemarkStatus, ValidationNote
from tutoring.notes.reading import Placed


class Show(StrEnum):
    """Which remarks are listed: all, those that wait for the learner, those that wait for their author."""

    ALL = "all"
    OPEN = "open"
    ADDRESSED = "addressed"


@dataclass(frozen=True)
class Row:
    """One remark. `answers`: what the learner wrote in its thread; `replies`: what others wrote after it.

    `heading`: the title above the passage, '' for none; `page`: where it is read, when known.
    """

    placed: Placed
    answers: tuple[RemarkMessage, ...]
    replies: tuple[RemarkMessage, ...]
    heading: str
    page: int | None

    @property
    def remark(self) -> Remark:
        return self.placed.remark

    @property
    def text(self) -> str:
        """What the remark says."""
        return self.remark.messages[0].text if self.remark.messages else ""

    @property
    def excerpt(self) -> str:
        """The words it is about: as they are now, else as they were."""
        place = self.placed.place
        return (place.exact if place else "") or self.remark.quote

    @property
    def awaits(self) -> Show:
        """Whom it waits for; ALL for nobody."""
        if self.remark.kind == RemarkKind.PRAISE:
            return Show.ALL
        waiting = {RemarkStatus.OPEN: Show.OPEN, RemarkStatus.ADDRESSED: Show.ADDRESSED}
        return waiting.get(RemarkStatus(self.remark.status), Show.ALL)


@dataclass(frozen=True)
class Table:
    """Every remark that a reader sees on a version, and those of them that are shown."""

    all: tuple[Row, ...]
    show: Show

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Those that are shown."""
        return tuple(row for row in self.all if self.show in (Show.ALL, row.awaits))

    @cached_property
    def counts(self) -> Mapping[Show, int]:
        """How many there are to show."""
        waiting = [row.awaits for row in self.all]
        return {show: len(waiting) if show is Show.ALL else waiting.count(show) for show in Show}

    def after(self, remark_id: int) -> Row | None:
        """The next remark that waits for the learner after this one, from the beginning again at the end."""
        ids = [row.remark.id for row in self.all]
        start = ids.index(remark_id) + 1 if remark_id in ids else 0
        ahead = [*self.all[start:], *self.all[:start]]
        return next((row for row in ahead if row.awaits is Show.OPEN and row.remark.id != remark_id), None)


def table_of(
    note: ValidationNote, placed: Sequence[Placed], texts: Mapping[str, Sequence[Block]], show: Show
) -> Table:
    """The remarks of a version in their order; `texts`: by part, the blocks of what is read of it."""
    above = {part: _titles(blocks) for part, blocks in texts.items()}
    rows = []
    for one in placed:
        blocks, rank = texts.get(one.remark.part, ()), one.block
        there = rank is not None and rank < len(blocks)
        said = one.remark.messages[1:]
        rows.append(
            Row(
                placed=one,
                answers=tuple(message for message in said if message.author_id == note.author_id),
                replies=tuple(message for message in said if message.author_id != note.author_id),
                heading=above[one.remark.part][rank] if there and rank is not None else "",
                page=blocks[rank].page if there and rank is not None else None,
            )
        )
    return Table(tuple(rows), show)


def _titles(blocks: Sequence[Block]) -> list[str]:
    """The title above each block; of a title, itself."""
    above, found = "", []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            above = block.text
        found.append(above)
    return found
