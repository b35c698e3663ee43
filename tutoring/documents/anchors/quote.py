"""What a quoted passage is: the words, what stands around them, and their place in the blocks of one document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tutoring.documents.blocks import Block

# How much of the text on each side a quote keeps, to be told from the same words elsewhere.
CONTEXT = 40

# Between two blocks, in the text that positions are counted in.
BLOCK_BREAK = "\n"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of one block's text: `block` its index in the document, `start` and `end` in code points."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A quoted passage of one file, as the W3C's Web Annotation Data Model says it (text quote, text position).

    `block`: id of the block where it begins. `exact`: its words, those of two blocks apart by a line break; `prefix`,
    `suffix`: up to 40 characters before and after. `start`, `end`: code points in the blocks' texts joined by line
    breaks. `sha256`: of the document's file.
    """

    block: str
    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    end: int = 0
    sha256: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As the selectors of a Web Annotation's target, in JSON."""
        quote = {
            "type": "TextQuoteSelector",
            "exact": self.exact,
            "prefix": self.prefix,
            "suffix": self.suffix,
        }
        position = {"type": "TextPositionSelector", "start": self.start, "end": self.end}
        return {"block": self.block, "sha256": self.sha256, "selector": [quote, position]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Anchor:
        """What `to_dict` wrote. Raises KeyError, TypeError on anything else."""
        quote, position = kept["selector"]
        return cls(
            block=kept["block"],
            exact=quote["exact"],
            prefix=quote["prefix"],
            suffix=quote["suffix"],
            start=position["start"],
            end=position["end"],
            sha256=kept["sha256"],
        )


def words_of(blocks: Sequence[Block], spans: Sequence[Span]) -> str:
    """The words of a passage, those of two blocks apart by a line break."""
    return BLOCK_BREAK.join(blocks[span.block].text[span.start : span.end] for span in spans)


def anchor_of(blocks: Sequence[Block], spans: Sequence[Span], sha256: str) -> Anchor:
    """The anchor of a passage, `spans` in the document's order. Raises ValueError when there is none."""
    if not spans:
        raise ValueError("a passage has words")
    starts = starts_of(blocks)
    first, last = spans[0], spans[-1]
    start, end = starts[first.block] + first.start, starts[last.block] + last.end
    return Anchor(
        block=blocks[first.block].id,
        exact=words_of(blocks, spans),
        prefix=_before(blocks, first),
        suffix=_after(blocks, last),
        start=start,
        end=end,
        sha256=sha256,
    )


def spans_at(
    blocks: Sequence[Block], start: int, end: int, starts: Sequence[int] | None = None
) -> tuple[Span, ...]:
    """The range of a text position in the blocks it runs over; none where it runs out of the document.

    `starts`: of the document's blocks, for who asks often.
    """
    starts = starts_of(blocks) if starts is None else starts
    found = []
    for index in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
        first, last = max(start - starts[index], 0), min(end - starts[index], len(blocks[index].text))
        if first < last:
            found.append(Span(index, first, last))
    return tuple(found)


def starts_of(blocks: Sequence[Block]) -> list[int]:
    """Where each block begins in the text that positions are counted in."""
    lengths = (len(block.text) + len(BLOCK_BREAK) for block in blocks)
    return list(accumulate(lengths, initial=0))[: len(blocks)]


def _before(blocks: Sequence[Block], span: Span) -> str:
    kept, index = blocks[span.block].text[: span.start], span.block
    while len(kept) < CONTEXT and index:
        index -= 1
        kept = blocks[index].text + BLOCK_BREAK + kept
    return kept[-CONTEXT:]


def _after(blocks: Sequence[Block], span: Span) -> str:
    kept, index = blocks[span.block].text[span.end :], span.block
    while len(kept) < CONTEXT and index + 1 < len(blocks):
        index += 1
        kept = kept + BLOCK_BREAK + blocks[index].text
    return kept[:CONTEXT]
