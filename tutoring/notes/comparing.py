"""A redline as a page shows it: what stayed folded away, lists and tables together, both ends of a move tied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.flow import heading_of
from tutoring.documents.redline import Change, ChangeKind, Line, Summary, as_text, compare, summary, to_html

# As many blocks in a row that did not change are shown; more are folded away.
SHOWN = 2
_CHANGED = re.compile(r'<(ins|del) class="break">¶</(?:ins|del)>|<(ins|del)>|</(ins|del)>')
_CALL = re.compile(r'(<sup class="call">)<a [^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class Voice:
    """What is heard and not seen of a change: around words that are new or gone, and for a break between blocks."""

    added: str
    removed: str
    ended: str
    cut: str
    joined: str


@dataclass(frozen=True)
class Entry:
    """One change. `rank`: its own in the redline; `other`: rank of the other end of a move."""

    rank: int
    change: Change
    other: int | None = None

    @property
    def block(self) -> Block:
        """The block whose nature it is shown with: the one it became, else the one it was."""
        return (self.change.olds if self.change.left or not self.change.news else self.change.news)[0]

    @property
    def heading(self) -> int:
        """The level of its heading in a page, 3 to 6; 0 for what is none."""
        return heading_of(self.block) if self.block.kind is BlockKind.HEADING else 0

    @property
    def whole(self) -> bool:
        """Whether all of it is new, gone, or somewhere else: a word beside it says so, not each of its words."""
        return self.change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED) or self.change.left

    def drawn(self, voice: Voice, images: str = "") -> Markup:
        """Its words in safe HTML, for the eye and for the ear. `images`: address to which an image's key is added."""
        html = _CALL.sub(r"\1\2", to_html(self.change)).replace('src="image:', f'src="{escape(images)}')
        if not self.whole:
            html = _heard(html, voice)
        return Markup(html)  # noqa: S704 (blocks are safe, and so is what the redline writes)


@dataclass(frozen=True)
class Run:
    """Entries that make one thing in the page. `shape`: rows of a table, items of a list, text."""

    shape: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Stretch:
    """Entries in a row; `folded` when nothing changed in them and they are many."""

    folded: bool
    runs: tuple[Run, ...]

    @property
    def blocks(self) -> int:
        """How many blocks it holds."""
        return sum(len(run.entries) for run in self.runs)


@dataclass(frozen=True)
class Comparison:
    """What changed between two texts: counts, the text with its changes, the same as a list."""

    counts: Summary
    stretches: tuple[Stretch, ...]
    lines: tuple[Line, ...]

    @property
    def same(self) -> bool:
        """Whether both say the same words in the same order."""
        return self.counts.unchanged


def compared(old: Sequence[Block], new: Sequence[Block]) -> Comparison:
    """Two versions of a text, as a page shows what changed."""
    changes = compare(old, new)
    return Comparison(
        counts=summary(changes), stretches=tuple(_stretches(changes)), lines=tuple(as_text(changes))
    )


def _stretches(changes: Sequence[Change]) -> Iterator[Stretch]:
    for same, group in groupby(_entries(changes), key=lambda entry: entry.change.kind is ChangeKind.SAME):
        entries = list(group)
        # The title right above what changed stays in sight, the end of the text does not need it.
        titles: list[Entry] = []
        while same and entries and entries[-1].heading and entries[-1].rank + 1 < len(changes):
            titles.insert(0, entries.pop())
        folded = same and len(entries) > SHOWN
        if entries:
            yield Stretch(folded, tuple(_runs(entries)))
        if titles:
            yield Stretch(False, tuple(_runs(titles)))


def _entries(changes: Sequence[Change]) -> Iterator[Entry]:
    ends: dict[tuple[tuple[int, ...], bool], int] = {
        (change.old, change.left): rank
        for rank, change in enumerate(changes)
        if change.kind is ChangeKind.MOVED
    }
    for rank, change in enumerate(changes):
        moved = change.kind is ChangeKind.MOVED
        yield Entry(rank, change, ends.get((change.old, not change.left)) if moved else None)


def _runs(entries: Sequence[Entry]) -> Iterator[Run]:
    shapes: Mapping[BlockKind, str] = {BlockKind.ROW: "rows", BlockKind.ITEM: "items"}
    for shape, group in groupby(entries, key=lambda entry: shapes.get(entry.block.kind, "text")):
        yield Run(shape, tuple(group))


def _heard(html: str, voice: Voice) -> str:
    def told(found: re.Match[str]) -> str:
        mark, opened, _closed = found.groups()
        if mark:
            words = voice.cut if mark == "ins" else voice.joined
            return f'<{mark} class="break">{_hidden(words)}<span aria-hidden="true">¶</span></{mark}>'
        if opened:
            return found[0] + _hidden(voice.added if opened == "ins" else voice.removed)
        return _hidden(voice.ended) + found[0]

    return _CHANGED.sub(told, html)


def _hidden(words: str) -> str:
    return f'<span class="hidden-words"> {escape(words)} </span>'
