"""Carry-over held against hand-marked truth: found, by paragraph, orphan, wrong. `python -m tests.rewriting.judge`."""

from __future__ import annotations

import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from tutoring.documents.anchors.carry import Outcome, Placement, carry
from tutoring.documents.anchors.locate import locate
from tutoring.documents.anchors.quote import Span, anchor_of
from tutoring.documents.blocks import Block, plain
from tutoring.documents.reading import read

PAIRS = Path(__file__).parent / "pairs"
UNSEEN = Path(__file__).parent / "unseen"

# Marked words are about the quote when they hold this much of its words of four letters and more.
RELATED = 0.25

# How many blocks further a paragraph cut by the end of a page, with its notes, goes on.
PAGE_BREAK = 3


class TruthError(Exception):
    """A line of truth that does not stand in its documents."""


class Fate(StrEnum):
    """What became of a passage: it SURVIVES, only its PARAGRAPH does, or both are GONE."""

    SURVIVES = "survives"
    PARAGRAPH = "paragraph"
    GONE = "gone"


class Verdict(StrEnum):
    """FOUND on the right words; by PARAGRAPH, the right one; ORPHAN; or WRONG."""

    FOUND = "found"
    PARAGRAPH = "paragraph"
    ORPHAN = "orphan"
    WRONG = "wrong"


@dataclass(frozen=True)
class Remark:
    """One remark: its passage in the old version, and in the new one where it now is and which blocks hold it."""

    id: str
    spans: tuple[Span, ...]
    here: tuple[Span, ...]
    blocks: frozenset[int]

    @property
    def fate(self) -> Fate:
        """What became of its passage."""
        if self.here:
            return Fate.SURVIVES
        return Fate.PARAGRAPH if self.blocks else Fate.GONE


@dataclass(frozen=True)
class Pair:
    """Two versions of one text, and its remarks."""

    name: str
    old: tuple[Block, ...]
    new: tuple[Block, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Judged:
    """A remark, where it was placed, and whether that is right."""

    pair: Pair
    remark: Remark
    placement: Placement
    verdict: Verdict


def folders(place: Path = PAIRS) -> list[Path]:
    """The pairs of a place: those that one may look at, or UNSEEN."""
    return sorted(truth.parent for truth in place.glob("*/truth.toml"))


@cache
def pair(folder: Path) -> Pair:
    """Read a pair. Raises TruthError where a quote or a block of its truth is not in its documents."""
    old, new = (_blocks(next(folder.glob(f"{name}.*"))) for name in ("old", "new"))
    truth = tomllib.loads((folder / "truth.toml").read_text(encoding="utf-8"))
    return Pair(folder.name, old, new, tuple(_remark(one, old, new) for one in truth["remark"]))


def judged(one: Pair) -> list[Judged]:
    """The remarks of a pair carried over, each with its verdict."""
    anchors = [anchor_of(one.old, remark.spans, "") for remark in one.remarks]
    placements = carry(one.old, one.new, anchors)
    return [
        Judged(one, remark, placement, _verdict(one, remark, placement))
        for remark, placement in zip(one.remarks, placements, strict=True)
    ]


def share_placed(results: Iterable[Judged]) -> float:
    """Of the remarks whose passage survives, those found or placed on their paragraph."""
    survivors = [one for one in results if one.remark.fate is Fate.SURVIVES]
    placed = [one for one in survivors if one.verdict in {Verdict.FOUND, Verdict.PARAGRAPH}]
    return len(placed) / len(survivors)


def _blocks(path: Path) -> tuple[Block, ...]:
    return tuple(read(path.name, path.read_bytes()).blocks)


def _remark(told: dict[str, Any], old: Sequence[Block], new: Sequence[Block]) -> Remark:
    spans = locate(old, told["quote"], told.get("before", ""), told.get("after", ""))
    if not spans:
        raise TruthError(f"{told['id']}: the quote is not in the old version, or twice")
    named = told.get("block", [])
    blocks = frozenset(_block(told, start, new) for start in ([named] if isinstance(named, str) else named))
    here = _here(told, new, blocks) if "here" in told else ()
    return Remark(told["id"], spans, here, blocks | {span.block for span in here})


def _block(told: dict[str, Any], start: str, new: Sequence[Block]) -> int:
    begin = [index for index, block in enumerate(new) if _squeezed(block.text).startswith(_squeezed(start))]
    holding = begin or [index for index, block in enumerate(new) if _squeezed(start) in _squeezed(block.text)]
    if len(holding) != 1:
        raise TruthError(f"{told['id']}: {len(holding)} blocks for {start!r}")
    return holding[0]


def _here(told: dict[str, Any], new: Sequence[Block], blocks: frozenset[int]) -> tuple[Span, ...]:
    """The new passage: in one of the blocks that the truth names, or over several."""
    for block in sorted(blocks):
        if inside := locate(new[block : block + 1], told["here"]):
            return tuple(Span(block, span.start, span.end) for span in inside)
    spans = locate(new, told["here"])
    # The paragraph that the truth names may go on after a page break and the page's notes.
    if not spans or not any(0 <= span.block - block <= PAGE_BREAK for span in spans for block in blocks):
        raise TruthError(f"{told['id']}: the new passage is not in its block")
    return spans


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", plain(text))


def _verdict(one: Pair, remark: Remark, placed: Placement) -> Verdict:
    if placed.outcome is Outcome.ORPHAN:
        return Verdict.ORPHAN
    if remark.fate is Fate.GONE or not {placed.block, *(span.block for span in placed.spans)} & remark.blocks:
        return Verdict.WRONG
    if placed.outcome is Outcome.PARAGRAPH:
        return Verdict.PARAGRAPH
    if remark.here:
        return Verdict.FOUND if _overlap(placed.spans, remark.here) else Verdict.WRONG
    return Verdict.PARAGRAPH if _related(one, remark, placed) else Verdict.WRONG


def _overlap(some: Sequence[Span], others: Sequence[Span]) -> bool:
    """Whether two passages share half of the shorter."""
    common = sum(
        max(0, min(a.end, b.end) - max(a.start, b.start)) for a in some for b in others if a.block == b.block
    )
    shorter = min(sum(span.end - span.start for span in spans) for spans in (some, others))
    return 2 * common >= shorter


def _related(one: Pair, remark: Remark, placed: Placement) -> bool:
    """Whether words marked where the passage is gone are of its words."""
    quoted = _long_words(" ".join(one.old[span.block].text[span.start : span.end] for span in remark.spans))
    return len(quoted & _long_words(placed.exact)) >= RELATED * len(quoted)


def _long_words(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"\w{4,}", plain(text))}


# The table --------------------------------------------------------------------------------------------------------


def rows(results: Sequence[Judged]) -> Iterator[str]:
    """Found, by paragraph, orphan and wrong of those whose passage survives; the same of the others."""
    for fate in Fate:
        told = [one for one in results if one.remark.fate is fate]
        count = Counter(one.verdict for one in told)
        yield f"{len(told):4} :" + "".join(f"{count[verdict]:5}" for verdict in Verdict)


def main() -> None:
    """Print the table, and the remarks that are not where they should be."""
    everything: list[Judged] = []
    print(f"{'':32}" + "".join(f"{f'{fate}: found par. orphan wrong':>34}" for fate in Fate))
    for folder in folders(UNSEEN if "--unseen" in sys.argv else PAIRS):
        one = pair(folder)
        began = time.perf_counter()
        results = judged(one)
        spent = 1000 * (time.perf_counter() - began)
        everything += results
        print(f"{one.name:32}" + "".join(f"{row:>34}" for row in rows(results)) + f"{spent:8.0f} ms")
        for told in results if "-v" in sys.argv else ():
            explain(told)
    print(f"{'together':32}" + "".join(f"{row:>34}" for row in rows(everything)))
    print(f"found or by paragraph, of those that survive: {100 * share_placed(everything):.1f} %")


def explain(told: Judged) -> None:
    """Print a remark that was not placed as it should be."""
    right = {
        Fate.SURVIVES: {Verdict.FOUND, Verdict.PARAGRAPH},
        Fate.PARAGRAPH: {Verdict.PARAGRAPH},
        Fate.GONE: {Verdict.ORPHAN},
    }
    if told.verdict not in right[told.remark.fate]:
        quoted = " / ".join(
            told.pair.old[span.block].text[span.start : span.end] for span in told.remark.spans
        )
        here = " / ".join(told.pair.new[span.block].text[span.start : span.end] for span in told.remark.here)
        print(f"    {told.remark.id} {told.remark.fate} {told.verdict} {told.placement.outcome}: {quoted!r}")
        print(f"        placed {told.placement.block} {told.placement.exact!r}")
        print(f"        truth {sorted(told.remark.blocks)} {here!r}")


if __name__ == "__main__":
    main()
