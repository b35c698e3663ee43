"""The text of a version as one reader reads it: its blocks, its remarks numbered and where they stand, its contents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from markupsafe import Markup, escape

from tutoring.documents.anchors.marks import Segment, by_block, mark
from tutoring.documents.anchors.quote import Span
from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.flow import Beside, flow
from tutoring.documents.models import ReadDocument, ReadState
from tutoring.documents.redline import differences, inline
from tutoring.notes.models import (
    Outcome,
    ReadingTrace,
    Remark,
    RemarkPlacement,
    RemarkStatus,
    Submission,
    SubmittedPart,
)
from tutoring.notes.operations.carrying import spans_of
from tutoring.notes.texts import texts_of

# What a template writes in a tool's HTML for the block's id, its rank from 1, and its element's (`b-<i>`).
BLOCK, RANK, PLACE = "__block__", "__rank__", "__anchor__"
# A text with fewer headings needs no table of contents.
CONTENTS_FROM = 3


@dataclass(frozen=True)
class Placed:
    """A remark in one version: its number there, where it stands, whether it comes from an earlier version.

    `place` is None for a remark on the whole, or whose text could not be read. `fresh`: something was said in it since
    this reader last had the page open.
    """

    remark: Remark
    number: int
    place: RemarkPlacement | None
    carried: bool
    fresh: bool

    @cached_property
    def difference(self) -> Markup:
        """The words of the passage as they were and as they are, in HTML (ins, del)."""
        words = self.place.exact if self.place else ""
        return Markup(inline(differences(self.remark.quote, words)))  # noqa: S704 (made of escaped words)

    @property
    def outcome(self) -> Outcome | None:
        return Outcome(self.place.outcome) if self.place else None

    @property
    def block(self) -> int | None:
        return self.place.block if self.place else None

    @property
    def doubtful(self) -> bool:
        """Whether somebody should look at where it was carried to."""
        return (
            self.place is not None
            and self.place.confirmed_at is None
            and self.place.outcome in (Outcome.CHANGED, Outcome.PARAGRAPH, Outcome.ORPHAN)
        )

    @property
    def waits(self) -> bool:
        return self.remark.status == RemarkStatus.OPEN


@dataclass(frozen=True)
class Text:
    """One of the texts of a version: the item that is read, with its document, and how many remarks wait in it."""

    part: str
    item: SubmittedPart
    document: ReadDocument
    waiting: int

    @property
    def ready(self) -> bool:
        return self.document.state == ReadState.READY

    @property
    def coming(self) -> bool:
        return self.document.state in (ReadState.WAITING, ReadState.READING)


@dataclass(frozen=True)
class Heading:
    """One line of the table of contents."""

    level: int
    block: int
    title: str


@dataclass(frozen=True)
class Reading:
    """What a page shows of one version to one reader. `text`: the one that is open; its `blocks` when it is ready."""

    texts: tuple[Text, ...]
    text: Text | None
    blocks: tuple[Block, ...]
    placed: tuple[Placed, ...]
    asked: frozenset[int] = field(default=frozenset())

    @cached_property
    def here(self) -> tuple[Placed, ...]:
        """The remarks of the open text."""
        part = self.text.part if self.text else ""
        return tuple(one for one in self.placed if one.place is not None and one.remark.part == part)

    @cached_property
    def beside(self) -> Mapping[int, tuple[Placed, ...]]:
        """The remarks of the open text by the block below which they are written."""
        found: defaultdict[int, tuple[Placed, ...]] = defaultdict(tuple)
        for one in self.here:
            if one.block is not None:
                found[one.block] += (one,)
        return found

    @cached_property
    def orphans(self) -> tuple[Placed, ...]:
        """Those of the open text whose passage is nowhere any more."""
        return tuple(one for one in self.here if one.outcome is Outcome.ORPHAN)

    @cached_property
    def whole(self) -> tuple[Placed, ...]:
        """Those on the whole, or on what could not be read."""
        return tuple(one for one in self.placed if one.place is None)

    @cached_property
    def contents(self) -> tuple[Heading, ...]:
        """Its headings, when there are enough of them to need a table."""
        found = tuple(
            Heading(block.level, index, block.text)
            for index, block in enumerate(self.blocks)
            if block.kind is BlockKind.HEADING
        )
        return found if len(found) >= CONTENTS_FROM else ()

    def index_of(self, block_id: str) -> int | None:
        """The rank of a block by its id."""
        return next((rank for rank, block in enumerate(self.blocks) if block.id == block_id), None)

    @staticmethod
    def filled(piece: str, *values: object) -> Markup:
        """A piece of HTML that is drawn once for many remarks, with words and numbers in their places (name, value, …).

        Places are filled one after the other: what somebody typed comes last.
        """
        html = str(piece)
        for name, value in zip(values[::2], values[1::2], strict=True):
            html = html.replace(str(name), str(escape(value)))
        return Markup(html)  # noqa: S704 (drawn by a template; what is put in is escaped)

    def drawn(
        self,
        *,
        after: Callable[[int], str],
        tool: str = "",
        folio: str = "",
        images: str = "",
    ) -> Markup:
        """The text in HTML with its marks. `after(block)`: what stands below a block.

        `tool`: HTML at the end of each block, with `__block__` for its id, `__rank__` for its rank; `folio`: HTML
        before a page, with `__rank__` for its number; `images`: the address of images, to which their key is added.
        """
        words = self._marked()
        if images:
            words |= {
                rank: (words.get(rank) or block.html).replace('src="image:', f'src="{images}')
                for rank, block in enumerate(self.blocks)
                if block.kind is BlockKind.FIGURE
            }

        def tools(rank: int) -> str:
            named = tool.replace(BLOCK, self.blocks[rank].id).replace(RANK, str(rank + 1))
            return named.replace(PLACE, str(rank))

        def page(rank: int) -> str:
            return folio.replace(RANK, str(self.blocks[rank].page))

        written = set(self.beside) | self.asked
        return Markup(  # noqa: S704 (blocks are safe, and so is what templates draw)
            flow(
                self.blocks,
                Beside(
                    words=words,
                    tool=tools if tool else _none,
                    after=lambda rank: str(after(rank)) if rank in written else "",
                    folio=page if folio else _none,
                ),
            )
        )

    def _marked(self) -> dict[int, str]:
        """The inline HTML of the blocks on which remarks stand."""
        by_id = {one.remark.id: one for one in self.here}
        passages: dict[int | str, Sequence[Span]] = {
            one.remark.id: spans_of(one.place) for one in self.here if one.place and one.place.spans
        }

        def attributes(segment: Segment) -> dict[str, str]:
            threads = [by_id[int(name)] for name in segment.ids]
            told = {
                "class": "passage",
                "data-threads": " ".join(str(one.remark.id) for one in threads),
                "data-kind": _foremost(threads),
                "aria-details": " ".join(f"r{one.remark.id}" for one in threads),
            }
            if all(one.remark.status in (RemarkStatus.RESOLVED, RemarkStatus.WAIVED) for one in threads):
                told["data-settled"] = ""
            if segment.first:
                told["data-number"] = " ".join(str(by_id[int(name)].number) for name in segment.first)
            return told

        return {
            rank: mark(self.blocks[rank].html, marks, attributes)
            for rank, marks in by_block(passages).items()
            if rank < len(self.blocks)
        }


def _none(_rank: int) -> str:
    return ""


def _foremost(threads: Sequence[Placed]) -> str:
    order = ("blocking", "question", "suggestion", "praise")
    return min((one.remark.kind for one in threads), key=order.index)


def numbered(
    submission: Submission, remarks: Iterable[Remark], trace: ReadingTrace | None, reader_id: int
) -> tuple[Placed, ...]:
    """The remarks of a version in the order of its texts, numbered; each with its `placements` here, its messages."""
    parts = {part: rank for rank, part in enumerate(texts_of(submission))}

    def order(remark: Remark) -> tuple[int, int, int, int]:
        place = remark.placements[0] if remark.placements else None
        if place is None:
            return (len(parts) + 1, 0, 0, remark.id)
        start = place.spans[0][1] if place.spans else 0
        block = place.block if place.block is not None else 1 << 30
        return (parts.get(remark.part, len(parts)), block, start, remark.id)

    return tuple(
        Placed(
            remark=remark,
            number=number,
            place=remark.placements[0] if remark.placements else None,
            carried=remark.submission_id != submission.id,
            fresh=_is_fresh(remark, trace.last_at if trace else None, reader_id),
        )
        for number, remark in enumerate(sorted(remarks, key=order), 1)
    )


def reading_of(
    submission: Submission,
    placed: tuple[Placed, ...],
    part: str,
    blocks: tuple[Block, ...],
    asked: frozenset[int] = frozenset(),
) -> Reading:
    """What is read of a submission with this part open; `blocks` are those of its document.

    `asked`: ranks of the blocks below which something else than remarks is drawn.
    """
    texts = tuple(
        Text(
            key,
            item,
            item.document,
            sum(1 for one in placed if one.remark.part == key and one.waits and one.remark.kind != "praise"),
        )
        for key, item in texts_of(submission).items()
        if item.document is not None
    )
    opened = next((text for text in texts if text.part == part), texts[0] if texts else None)
    return Reading(texts, opened, blocks, placed, asked)


def _is_fresh(remark: Remark, since: datetime | None, reader_id: int) -> bool:
    """Whether somebody else wrote in a thread after this reader last looked."""
    if since is None:
        return False
    return any(
        message.written_at > since and message.author_id != reader_id for message in remark.messages
    ) or (remark.released_at is not None and remark.released_at > since and remark.author_id != reader_id)
