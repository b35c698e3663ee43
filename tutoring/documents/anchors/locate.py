"""Where a quote stands in a document, copied as people copy: from a page, from Word, from a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from tutoring.documents.anchors.folding import Folding, fold, has_calls, in_the_flow
from tutoring.documents.anchors.quote import CONTEXT, Anchor, Span, spans_at, starts_of, words_of
from tutoring.documents.blocks import Block, tidy

# Folded characters. Below the first, a quote inside a word is a chance; below the second, likeness says nothing.
_MAY_BE_CUT = 12
_MAY_DIFFER = 24

# A quote with small differences: how like the document's words (of 100), and how far above the next best place.
_ALIKE = 88.0
_MARGIN = 6.0

# Pieces of a quote that are looked for as they are, to find where it may stand.
_PIECE = 8

# Standing in the block that the quote names, in likeness of what is around it (of 1).
_NAMED_BLOCK = 0.25

# Context from outside may be longer than anchors keep: it may be its far end that tells two places apart.
_CONTEXT = 4 * CONTEXT

# What folding leaves out at the ends of a quote, and what of it stands in the text there.
_UNSAID = r"[\"“”„«»‹›‐‑‒–—-]"
_OPENING, _CLOSED = re.compile(_UNSAID), re.compile(_UNSAID + r"\Z")
_OPENED, _CLOSING = re.compile(_UNSAID + r"\s*\Z"), re.compile(r"\s*" + _UNSAID)

_LABEL = re.compile(r"\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place where the words stand: its spans, how alike they are (of 100), how well what is around agrees (of 1)."""

    spans: tuple[Span, ...]
    score: float
    around: float


class Finder:
    """A document in which quotes are looked for; kept for many quotes."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.whole = Folding(blocks)
        self._starts = starts_of(blocks)
        self._ways: list[Folding] | None = None

    def locate(
        self, exact: str, prefix: str = "", suffix: str = "", block_id: str = ""
    ) -> tuple[Span, ...] | None:
        """The one passage that is meant, or None where there is none, or no telling which."""
        exact, prefix, suffix = tidy(exact), tidy(prefix), tidy(suffix)
        for sought in dict.fromkeys((fold(exact), fold(_LABEL.sub("", exact)))):
            for folding in self._foldings() if sought else ():
                places = list(_exact(folding, sought, prefix, suffix, block_id))
                if places:
                    return dressed(self.blocks, _chosen(places), exact)
        places = _alike(self.whole, fold(exact), prefix, suffix, block_id)
        return dressed(self.blocks, _chosen(places), exact) if places else None

    def of(self, anchor: Anchor) -> tuple[Span, ...] | None:
        """The passage of an anchor made on this document; sought anew when it was made on another."""
        spans = spans_at(self.blocks, anchor.start, anchor.end, self._starts)
        if spans and words_of(self.blocks, spans) == anchor.exact:
            return spans
        return self.locate(anchor.exact, anchor.prefix, anchor.suffix, anchor.block)

    def _foldings(self) -> Iterator[Folding]:
        """The document run together in several ways: whole, without what stands between two pages, with calls."""
        yield self.whole
        if self._ways is None:
            self._ways = []
            out_of_flow = any(not in_the_flow(block) for block in self.blocks)
            if out_of_flow:
                self._ways.append(Folding(self.blocks, in_the_flow))
            if any(has_calls(block) for block in self.blocks):
                self._ways.append(Folding(self.blocks, calls=True))
                self._ways += [Folding(self.blocks, in_the_flow, calls=True)] if out_of_flow else []
        yield from self._ways


def locate(
    blocks: Sequence[Block], exact: str, prefix: str = "", suffix: str = "", block_id: str = ""
) -> tuple[Span, ...] | None:
    """Where a quote stands: one span a block, in order; None when nowhere, or when several places are as good.

    Formatting, footnote calls (with or without their numbers), list items, cells, paragraphs and page breaks are
    crossed; marks of quotation, dashes, spaces, ligatures, hyphens and capitals are not minded. Of words that stand
    several times, those are meant around which `prefix` and `suffix` (and `block_id`) agree best.
    """
    return Finder(blocks).locate(exact, prefix, suffix, block_id)


def dressed(blocks: Sequence[Block], spans: tuple[Span, ...] | None, exact: str) -> tuple[Span, ...] | None:
    """The spans with the marks of quotation and dashes at their ends, where the quote has some at its ends."""
    if not spans:
        return spans
    first = spans[0]
    if _OPENING.match(exact) and (before := _OPENED.search(blocks[first.block].text, 0, first.start)):
        spans = (Span(first.block, before.start(), first.end), *spans[1:])
    last = spans[-1]
    if _CLOSED.search(exact) and (after := _CLOSING.match(blocks[last.block].text, last.end)):
        spans = (*spans[:-1], Span(last.block, last.start, after.end()))
    return spans


def occurrences(folding: Folding, sought: str) -> Iterator[tuple[int, int]]:
    """Folded ranges where folded words stand, overlapping ones too."""
    at = folding.text.find(sought)
    while at >= 0:
        yield at, at + len(sought)
        at = folding.text.find(sought, at + 1)


def around(folding: Folding, start: int, end: int, prefix: str, suffix: str) -> float:
    """How well what stands around a folded range agrees with a quote's context, of 1; 0 without any context."""
    agreed = [
        (_near(before[::-1], folding.text[max(start - len(before), 0) : start][::-1]), len(before))
        for before in (fold(prefix),)
        if before
    ]
    agreed += [
        (_near(after, folding.text[end : end + len(after)]), len(after)) for after in (fold(suffix),) if after
    ]
    weight = sum(length for _, length in agreed)
    return sum(share * length for share, length in agreed) / weight if weight else 0.0


def _near(sought: str, there: str) -> float:
    """Likeness of two contexts read away from the quote: as many same letters in a row, and the rest alike."""
    same = next((i for i, (a, b) in enumerate(zip(sought, there, strict=False)) if a != b), None)
    run = min(len(sought), len(there)) if same is None else same
    return 0.5 * run / len(sought) + 0.5 * Indel.normalized_similarity(sought, there)


def _exact(folding: Folding, sought: str, prefix: str, suffix: str, block_id: str) -> Iterator[Place]:
    """The places of words that stand there as they are: between words, or inside one when there is no other."""
    cut = []
    for start, end in occurrences(folding, sought):
        place = _place(folding, start, end, 100.0, (prefix, suffix, block_id))
        if place and folding.whole(place.spans):
            yield place
        elif place:
            cut.append(place)
    if cut and (len(sought) >= _MAY_BE_CUT or max(one.around for one in cut) > _NAMED_BLOCK):
        # Lower than any place between words: it is the last to be chosen.
        yield from (Place(one.spans, 0.0, one.around) for one in cut)


def _alike(folding: Folding, sought: str, prefix: str, suffix: str, block_id: str) -> list[Place]:
    """The places of words with small differences, the best of each neighbourhood."""
    if len(sought) < _MAY_DIFFER:
        return []
    found: dict[tuple[Span, ...], Place] = {}
    for start, end in _neighbourhoods(folding, sought):
        aligned = fuzz.partial_ratio_alignment(sought, folding.text[start:end], score_cutoff=_ALIKE - 8)
        if aligned is None:
            continue
        first, last = _tightened(folding.text, sought, start + aligned.dest_start, start + aligned.dest_end)
        score = 100 * Indel.normalized_similarity(sought, folding.text[first:last])
        if score >= _ALIKE and (place := _place(folding, first, last, score, (prefix, suffix, block_id))):
            found.setdefault(place.spans, place)
    return list(found.values())


def _neighbourhoods(folding: Folding, sought: str) -> list[tuple[int, int]]:
    """Folded ranges around which pieces of the quote stand as they are, those that run together being one."""
    slack = max(len(sought) // 8, _PIECE)
    starts = []
    for at in range(0, len(sought) - _PIECE + 1, _PIECE):
        starts += [place - at for place, _ in occurrences(folding, sought[at : at + _PIECE])]
    starts.sort()
    groups: list[list[int]] = []
    for start in starts:
        if groups and start - groups[-1][-1] <= slack:
            groups[-1].append(start)
        else:
            groups.append([start])
    # Words with a tenth of differences keep more than two of their pieces.
    return [
        (max(group[0] - slack, 0), group[-1] + len(sought) + slack)
        for group in groups
        if len(group) * _PIECE * 4 >= len(sought)
    ]


def _tightened(text: str, sought: str, start: int, end: int) -> tuple[int, int]:
    """The range from the first to the last letter that the quote and the text share, of an aligned range."""
    blocks = [one for one in Indel.opcodes(sought, text[start:end]) if one.tag == "equal"]
    return (start + blocks[0].dest_start, start + blocks[-1].dest_end) if blocks else (start, end)


def _place(
    folding: Folding, start: int, end: int, score: float, context: tuple[str, str, str]
) -> Place | None:
    prefix, suffix, block_id = context
    spans = folding.spans(start, end)
    if not spans:
        return None
    agreed = around(folding, start, end, prefix[-_CONTEXT:], suffix[:_CONTEXT])
    named = bool(block_id) and folding.blocks[spans[0].block].id == block_id
    return Place(spans, score, agreed + _NAMED_BLOCK * named)


def _chosen(places: list[Place]) -> tuple[Span, ...] | None:
    """The best place; None when the next best is as good."""
    ranked = sorted(places, key=lambda one: (one.score + 100 * one.around, one.spans), reverse=True)
    best = ranked[0]
    others = [one for one in ranked[1:] if not _overlap(one.spans, best.spans)]
    if others:
        behind = best.score + 100 * best.around - others[0].score - 100 * others[0].around
        # Of the same words, those around which everything agrees are meant, however little else differs.
        settled = best.score == 100.0 and best.around >= 1.0 > others[0].around
        if behind < (_MARGIN if best.score < 100 else 1.0) and not settled:
            return None
    return best.spans


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> bool:
    return any(a.block == b.block and a.start < b.end and b.start < a.end for a in one for b in other)
