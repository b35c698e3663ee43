"""How ranges of a block's words become `<mark>` in its HTML, whatever elements they run across."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape

from tutoring.documents.anchors.quote import Span
from tutoring.documents.blocks import CELL_BREAK

# One piece of HTML: a tag (its attributes may hold ">"), a character reference, a run of anything else.
_PIECE = re.compile(
    r"""<(?P<close>/?)(?P<tag>[a-zA-Z][\w-]*)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*)>"""
    r"""|(?P<ref>&(?:\#\d+|\#[xX][0-9a-fA-F]+|\w+);)|(?P<run>[^<&]+)|(?P<odd>[<&])"""
)
_CALL = re.compile(r"""\bclass\s*=\s*(?:"[^"]*\bcall\b[^"]*"|'[^']*\bcall\b[^']*'|call\b)""")
_VOID = frozenset({"br", "img", "hr", "wbr", "input", "col"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of a block's text (code points) that threads are about. `begins`: False where a passage goes on from
    an earlier block, whose mark bears the threads' names already."""

    start: int
    end: int
    ids: tuple[int | str, ...]
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """One `<mark>` to write: the threads it belongs to, and those that begin there."""

    ids: tuple[int | str, ...]
    first: tuple[int | str, ...]


def threads_of(segment: Segment) -> Mapping[str, str]:
    """The attributes a mark has when nobody gives others: its threads, for the page's scripts and styles."""
    return {"data-threads": " ".join(map(str, segment.ids))}


def mark(
    html: str, marks: Sequence[Mark], attributes: Callable[[Segment], Mapping[str, str]] = threads_of
) -> str:
    """The block's inline HTML with `<mark>` around the ranges; `html` as blocks keep it, safe and well-formed.

    A mark ends where an element begins or ends, and where another range does. The first of each thread gets
    `id="m-<thread>"`; threads that begin together share the mark, the others' names being on elements inside it.
    Footnote calls and images are neither counted nor marked; between two cells stand three characters.
    """
    wanted = [one for one in marks if one.start < one.end and one.ids]
    if not wanted:
        return html
    return "".join(_Writer(wanted, attributes).written(html))


def by_block(passages: Mapping[int | str, Sequence[Span]]) -> dict[int, list[Mark]]:
    """For each block's index the marks of the threads' passages, in the threads' order."""
    found: dict[int, list[Mark]] = {}
    for thread, spans in passages.items():
        for rank, span in enumerate(spans):
            one = Mark(span.start, span.end, (thread,), begins=not rank)
            found.setdefault(span.block, []).append(one)
    return found


class _Writer:
    """Writes a block's HTML again, counting the characters of its text."""

    def __init__(self, marks: list[Mark], attributes: Callable[[Segment], Mapping[str, str]]) -> None:
        self.attributes = attributes
        self.cuts = sorted({edge for one in marks for edge in (one.start, one.end)})
        self.covering = [_ids(marks, at) for at in self.cuts]
        self.named = {thread for one in marks if not one.begins for thread in one.ids}
        self.at = 0
        self.uncounted = 0  # depth inside a footnote call
        self.cells = 0

    def written(self, html: str) -> Iterator[str]:
        run: list[
            tuple[str, int]
        ] = []  # text not written yet: pieces of HTML and how many characters each is
        for piece in _PIECE.finditer(html):
            if piece["tag"] is None:
                text = piece[0] if not piece["odd"] else escape(piece[0])
                run.append((text, len(unescape(piece["ref"])) if piece["ref"] else len(piece[0])))
                continue
            yield from self._text(run)
            run = []
            self._enter(piece)
            yield piece[0]
        yield from self._text(run)

    def _enter(self, tag: re.Match[str]) -> None:
        name = tag["tag"].lower()
        if name in {"td", "th"} and not tag["close"]:
            self.at += len(CELL_BREAK) if self.cells else 0
            self.cells += 1
        if name in _VOID or tag["rest"].endswith("/"):
            return
        if self.uncounted:
            self.uncounted += -1 if tag["close"] else 1
        elif not tag["close"] and _CALL.search(tag["rest"]):
            self.uncounted = 1

    def _text(self, run: list[tuple[str, int]]) -> Iterator[str]:
        if self.uncounted:
            yield from (piece for piece, _ in run)
            return
        for ids, piece in self._pieces(run):
            yield self._marked(ids, piece) if ids else piece

    def _pieces(self, run: list[tuple[str, int]]) -> Iterator[tuple[tuple[int | str, ...], str]]:
        """The run cut where a range begins or ends: which threads are about each piece."""
        kept: list[str] = []
        ids: tuple[int | str, ...] = ()
        for piece, length in run:
            start = 0
            while start < length:
                here, upto = self._here()
                if here != ids and kept:
                    yield ids, "".join(kept)
                    kept = []
                ids = here
                step = length - start if upto is None else min(upto - self.at, length - start)
                # A character reference is one character: it is never cut (some rare ones are two).
                whole = piece.startswith("&")
                kept.append(piece if whole else piece[start : start + step])
                step = length if whole else step
                start += step
                self.at += step
        if kept:
            yield ids, "".join(kept)

    def _here(self) -> tuple[tuple[int | str, ...], int | None]:
        """The threads about the place that was reached, and where that changes next."""
        rank = bisect_right(self.cuts, self.at)
        upto = self.cuts[rank] if rank < len(self.cuts) else None
        return (self.covering[rank - 1] if rank else ()), upto

    def _marked(self, ids: tuple[int | str, ...], piece: str) -> str:
        first = tuple(thread for thread in ids if thread not in self.named)
        self.named |= set(first)
        given = {"id": f"m-{first[0]}"} if first else {}
        given |= self.attributes(Segment(ids, first))
        written = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
        inner = "".join(f'<span id="m-{escape(str(thread))}"></span>' for thread in first[1:])
        return f"<mark{written}>{inner}{piece}</mark>"


def _ids(marks: Sequence[Mark], at: int) -> tuple[int | str, ...]:
    """The threads about the character at `at`, each once, in the order given."""
    return tuple(dict.fromkeys(thread for one in marks if one.start <= at < one.end for thread in one.ids))
