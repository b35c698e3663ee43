"""The words of a document run together as quotes are looked for in it, and the way back to their blocks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from itertools import accumulate

from tutoring.documents.anchors.quote import Span
from tutoring.documents.blocks import CELL_BREAK, Block, BlockKind

# Said by no word: marks of quotation, dashes, bullets, what stands between cells, what cannot be seen.
_UNSAID = frozenset('"“”„«»″‹›-‐‑‒–—−•◦▪|\u00ad\u200b\u200c\u200d\u2060\ufeff')
_APOSTROPHES = frozenset("'’‘ʼ′")
_CALL = re.compile(r'<sup\b[^>]*\bclass="[^"]*\bcall\b[^"]*"[^>]*>(.*?)</sup>', re.DOTALL)
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_CELLS = re.compile(r"</t[dh]>\s*<t[dh]\b[^>]*>")
_WORD = re.compile(r"\w")


class _Folds(dict[int, str]):
    """What each character becomes, reckoned the first time it is met: `str.translate` reads it at C's speed."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._of(chr(code))
        return folded

    @staticmethod
    def _of(letter: str) -> str:
        if letter in _UNSAID or letter.isspace():
            return ""
        if letter in _APOSTROPHES:
            return "'"
        spread = unicodedata.normalize("NFKC", letter).casefold()
        spread = unicodedata.normalize("NFC", spread).replace("œ", "oe").replace("æ", "ae")
        return "".join(one for one in spread if not one.isspace())


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Words as they are sought: no spaces, dashes nor quotation marks; one apostrophe; no ligatures; small letters.

    « L’œuvre : oui » and "L'oeuvre: oui" are the same. Folding character by character, so that places go back.
    """
    return text.translate(_FOLDS)


class Folding:
    """A document folded: `text`, and for each of its ranges the spans of blocks it stands for.

    `taken`: which blocks are run together, by default all. `calls`: with the labels of footnote calls in their place,
    as one copies them out of a page.
    """

    def __init__(
        self, blocks: Sequence[Block], taken: Callable[[Block], bool] | None = None, *, calls: bool = False
    ) -> None:
        self.blocks = blocks
        self.indexes = [index for index, block in enumerate(blocks) if taken is None or taken(block)]
        self._calls = calls
        parts = [self._folded(blocks[index]) for index in self.indexes]
        self.text = "".join(parts)
        self._starts = list(accumulate(map(len, parts), initial=0))
        self._ways: dict[int, list[int]] = {}

    def block_at(self, place: int) -> int:
        """Index of the block that holds the folded character at `place`."""
        return self.indexes[self._row(place)]

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The passage of blocks' texts that the folded range stands for; none where it stands for no character."""
        found = []
        for row in range(self._row(start), self._row(end - 1) + 1):
            way, at = self._way(row), self._starts[row]
            first, last = max(start - at, 0), min(end - at, len(way) - 1)
            if first < last:
                found.append(Span(self.indexes[row], way[first], way[last - 1] + 1))
        return tuple(found)

    def range_of(self, span: Span) -> tuple[int, int]:
        """The folded range of a span. Raises ValueError for a block that was not taken."""
        row = self.indexes.index(span.block)
        way, at = self._way(row), self._starts[row]
        inside = [place for place, origin in enumerate(way[:-1]) if span.start <= origin < span.end]
        return (at + inside[0], at + inside[-1] + 1) if inside else (at, at)

    def whole(self, spans: Sequence[Span]) -> bool:
        """Whether a passage begins and ends between words, not inside one."""
        first, last = spans[0], spans[-1]
        before, after = self.blocks[first.block].text, self.blocks[last.block].text
        return not (_inside(before, first.start) or _inside(after, last.end))

    def _row(self, place: int) -> int:
        return min(bisect_right(self._starts, place) - 1, len(self.indexes) - 1)

    def _folded(self, block: Block) -> str:
        if not self._calls or "call" not in block.html:
            return fold(block.text)
        return "".join(fold(piece) for piece, _ in _with_calls(block))

    def _way(self, row: int) -> list[int]:
        """For each folded character of a block its place in the block's text; then the text's length."""
        if row not in self._ways:
            block = self.blocks[self.indexes[row]]
            if self._calls and "call" in block.html:
                way = list(_settled(_with_calls(block)))
            else:
                way = [place for place, code in enumerate(map(ord, block.text)) for _ in _FOLDS[code]]
            self._ways[row] = [*way, len(block.text)]
        return self._ways[row]


def in_the_flow(block: Block) -> bool:
    """Whether a block is of the running text: a page's notes and figures may stand in the midst of a sentence."""
    return block.kind not in {BlockKind.FOOTNOTE, BlockKind.FIGURE}


def has_calls(block: Block) -> bool:
    """Whether a footnote is called from the block."""
    return _CALL.search(block.html) is not None


def _inside(text: str, place: int) -> bool:
    around = text[max(place - 1, 0) : place + 1]
    return place > 0 and len(around) == 2 and all(_WORD.match(letter) for letter in around)


def _with_calls(block: Block) -> Iterator[tuple[str, int]]:
    """The block's text in pieces with their places, and the calls' labels between them, whose place is -1."""
    html = _CELLS.sub(CELL_BREAK, block.html) if block.kind is BlockKind.ROW else block.html
    at, cut = 0, 0
    for call in _CALL.finditer(html):
        length = len(unescape(_TAG.sub("", html[cut : call.start()])))
        yield block.text[at : at + length], at
        yield unescape(_TAG.sub("", call[1])).strip("[]() "), -1
        at, cut = at + length, call.end()
    yield block.text[at:], at


def _settled(pieces: Iterable[tuple[str, int]]) -> Iterator[int]:
    """For each folded character its place in the text, that of a call's label being the character's before it."""
    last = 0
    for piece, at in pieces:
        for place, letter in enumerate(piece):
            last = last if at < 0 else at + place
            yield from (last for _ in _FOLDS[ord(letter)])
