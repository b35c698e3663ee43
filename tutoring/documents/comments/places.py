"""Where the blocks of a document, and passages of their words, stand in the .docx it was read from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.comments.letters import Letters, Unit, bare
from tutoring.documents.comments.package import Element
from tutoring.documents.comments.threads import Passage

# Fewer letters than this are not looked for inside a paragraph: they could be anywhere.
_ENOUGH = 8
# Share of their words that a block and a paragraph have in common, to be taken for each other.
_ALIKE = 0.5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Spot:
    """What to put a comment on: letters `first` to `last` (ranks, both included), or an element when there is one.

    `exact`: it is the passage itself, rather than the paragraph around it.
    """

    first: int = 0
    last: int = 0
    element: Element | None = None
    exact: bool = True


class Places:
    """Blocks and .docx side by side. `notes`: the words of footnotes by their id, as the file writes it."""

    def __init__(self, blocks: Sequence[Block], found: Letters, notes: Mapping[str, str]) -> None:
        self._blocks = blocks
        self._letters = found
        self._units = [unit for unit in found.units if unit.end > unit.start]
        self._starts: dict[int, int] = {}
        self._taken: set[int] = set()
        self._elements = dict(_elements(blocks, found, notes))
        self._pair()
        self._fill()

    def spot(self, passage: Passage) -> Spot | None:
        """Where a passage stands, or else its paragraph; None when neither is found. A wrong rank finds nothing."""
        if not 0 <= passage.block < len(self._blocks):
            return None
        if passage.block in self._elements:
            return Spot(element=self._elements[passage.block], exact=False)
        block = self._blocks[passage.block]
        before, quote = bare(block.text[: passage.start]), bare(block.text[passage.start : passage.end])
        start = self._starts.get(passage.block)
        if start is None:
            return self._in_gap(passage.block, quote)
        if not quote:
            return Spot(start, start + len(bare(block.text)) - 1, exact=False)
        return Spot(start + len(before), start + len(before) + len(quote) - 1)

    def _pair(self) -> None:
        """Blocks whose letters are those of a paragraph or a row, in order; those that have no letters aside."""
        ranks = [
            rank for rank, block in enumerate(self._blocks) if rank not in self._elements and bare(block.text)
        ]
        wanted = [bare(self._blocks[rank].text) for rank in ranks]
        mine, theirs = _told_apart(wanted, [self._letters.of(unit) for unit in self._units])
        for first, second, size in SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks():
            for step in range(size):
                self._starts[ranks[first + step]] = self._units[second + step].start
                self._taken.add(second + step)

    def _fill(self) -> None:
        """Blocks between two of those, which the reader cut or joined otherwise than the file's paragraphs."""
        for rank, block in enumerate(self._blocks):
            wanted = bare(block.text)
            if rank in self._starts or rank in self._elements or len(wanted) < _ENOUGH:
                continue
            low, high = self._gap(rank)
            place = self._letters.text.find(wanted, low, high)
            if place >= 0:
                self._starts[rank] = place

    def _gap(self, rank: int) -> tuple[int, int]:
        """The letters between the nearest placed blocks around one that is not."""
        before = next((near for near in range(rank - 1, -1, -1) if near in self._starts), None)
        after = next((near for near in range(rank + 1, len(self._blocks)) if near in self._starts), None)
        low = 0 if before is None else self._starts[before] + len(bare(self._blocks[before].text))
        return low, len(self._letters.text) if after is None else self._starts[after]

    def _in_gap(self, rank: int, quote: str) -> Spot | None:
        low, high = self._gap(rank)
        if len(quote) >= _ENOUGH and self._letters.text.count(quote, low, high) == 1:
            return self._at(quote, low, high)
        unit = self._like(self._blocks[rank].text, low, high)
        if unit is None:
            box = self._letters.boxes.get(bare(self._blocks[rank].text))
            return None if box is None else Spot(element=box, exact=False)
        if quote and self._letters.text.count(quote, unit.start, unit.end) == 1:
            return self._at(quote, unit.start, unit.end)
        return Spot(unit.start, unit.end - 1, exact=False)

    def _at(self, quote: str, low: int, high: int) -> Spot:
        place = self._letters.text.index(quote, low, high)
        return Spot(place, place + len(quote) - 1)

    def _like(self, text: str, low: int, high: int) -> Unit | None:
        """The paragraph between `low` and `high` that has most words in common with `text`, if it has enough."""
        words = set(_WORD.findall(text.casefold()))
        best, most = None, _ALIKE
        for number, unit in enumerate(self._units):
            if number in self._taken or not low <= unit.start < high:
                continue
            theirs = set(_WORD.findall(_said(unit).casefold()))
            share = len(words & theirs) / max(1, len(words | theirs))
            if share >= most:
                best, most = unit, share
        return best


def _told_apart(
    mine: Sequence[str], theirs: Sequence[str]
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Words with their rank among the same ones, where both sides say them as often; 0 where they do not."""
    often, as_often = Counter(mine), Counter(theirs)

    def ranked(said: Sequence[str]) -> list[tuple[str, int]]:
        seen: Counter[str] = Counter()
        told = []
        for words in said:
            seen[words] += 1
            told.append((words, seen[words] if often[words] == as_often[words] else 0))
        return told

    return ranked(mine), ranked(theirs)


def _said(unit: Unit) -> str:
    """The words of a unit, spaces between runs as they come: enough to compare."""
    return " ".join("".join(paragraph.itertext("{*}t")) for paragraph in unit.paragraphs)


def _elements(
    blocks: Sequence[Block], found: Letters, notes: Mapping[str, str]
) -> Iterable[tuple[int, Element]]:
    """A figure's drawing, a footnote's call: what stands in the text for a block whose words do not."""
    silent = sum(1 for block in blocks if block.kind is BlockKind.FIGURE and not bare(block.text))
    # Figures without words are told by their rank, which says nothing when the file draws other things as well.
    figures = {
        words: iter(drawings) for words, drawings in found.figures.items() if words or len(drawings) == silent
    }
    by_words = defaultdict(list)
    for note, words in notes.items():
        if note in found.calls:
            by_words[bare(words)].append(found.calls[note])
    called = {words: iter(calls) for words, calls in by_words.items()}
    for rank, block in enumerate(blocks):
        source = {BlockKind.FIGURE: figures, BlockKind.FOOTNOTE: called}.get(block.kind, {})
        element = next(source.get(bare(block.text), iter(())), None)
        if element is not None:
            yield rank, element
