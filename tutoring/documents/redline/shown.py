"""A redline for the eye and for the ear: inline HTML, counts, and the list of what changed as structured text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tutoring.documents.blocks import BlockKind
from tutoring.documents.redline.changes import Change, ChangeKind
from tutoring.documents.redline.words import BLOCK_BREAK, Piece, PieceKind, after, before

_WORD = re.compile(r"\w+")
_MARKS = {PieceKind.GONE: "del", PieceKind.NEW: "ins"}
# What the text list keeps of words that stay, on each side of a change: the passage must be found again.
_AROUND = 60
_CUT = " […] "


def to_html(change: Change) -> str:
    """Safe inline HTML; of a row, its cells. What did not change is the block's own HTML, what did is plain words in
    `<ins>` and `<del>`. Where a block was cut in two or joined, a pilcrow is so marked."""
    if len(change.news) == 1 and not change.left:
        block = change.news[0]
        if not change.reworded:
            return block.html
        if change.kind == ChangeKind.ADDED and block.kind != BlockKind.ROW:
            return f"<ins>{block.html}</ins>"
    if change.cells:
        return "".join(f"<td>{inline(cell)}</td>" for cell in change.cells)
    return inline(change.pieces)


def inline(pieces: Iterable[Piece]) -> str:
    """Pieces in safe inline HTML: `<del>` what is gone, `<ins>` what is new."""
    return "".join(_marked(piece.kind, part) for piece in pieces for part in _parts(piece.text))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(f"({BLOCK_BREAK})", text) if part]


def _marked(kind: PieceKind, text: str) -> str:
    mark = _MARKS.get(kind)
    if text == BLOCK_BREAK:
        line = "" if kind == PieceKind.GONE else "<br>"
        return f'<{mark} class="break">¶</{mark}>{line}' if mark else line
    return f"<{mark}>{escape(text)}</{mark}>" if mark else escape(text)


@dataclass(frozen=True, slots=True)
class Summary:
    """How much changed. `blocks`: changes of each kind, moved ones once; words of moved blocks that changed count as
    added and removed, those that stayed as moved."""

    blocks: Mapping[ChangeKind, int]
    words_added: int
    words_removed: int
    words_moved: int
    retouched: int

    @property
    def unchanged(self) -> bool:
        """Whether both say the same words in the same order."""
        return not any(count for kind, count in self.blocks.items() if kind != ChangeKind.SAME)


def summary(changes: Iterable[Change]) -> Summary:
    """Counts of a redline."""
    told = [change for change in changes if not change.left]
    blocks = Counter(change.kind for change in told)
    words: Counter[tuple[PieceKind, bool]] = Counter()
    for change in told:
        for piece in change.pieces:
            words[piece.kind, change.kind == ChangeKind.MOVED] += len(_WORD.findall(piece.text))
    return Summary(
        blocks={kind: blocks[kind] for kind in ChangeKind},
        words_added=words[PieceKind.NEW, False] + words[PieceKind.NEW, True],
        words_removed=words[PieceKind.GONE, False] + words[PieceKind.GONE, True],
        words_moved=words[PieceKind.SAME, True],
        retouched=sum(1 for change in told if change.retouched),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One change in words. `under`: the title above, "" before the first. `old`, `new`: the passage on each side, cut
    down to what is around the changes ("" on the side that has none); `pieces`: the same, piece by piece."""

    kind: ChangeKind
    left: bool
    reworded: bool
    under: str
    page: int | None
    old: str
    new: str
    pieces: tuple[Piece, ...]
    retouched: tuple[str, ...]


def as_text(changes: Iterable[Change], *, retouched: bool = False) -> list[Line]:
    """What changed, in order, without what stayed; with what was only retouched if asked."""
    return [
        _line(change)
        for change in changes
        if change.kind != ChangeKind.SAME or (retouched and change.retouched)
    ]


def _line(change: Change) -> Line:
    pieces = change.pieces if len(change.pieces) == 1 and change.reworded else _brief(change.pieces)
    return Line(
        kind=change.kind,
        left=change.left,
        reworded=change.reworded,
        under=change.under,
        page=change.page,
        old=before(pieces),
        new=after(pieces),
        pieces=pieces,
        retouched=change.retouched,
    )


def _brief(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces, those that stay cut down to their ends."""
    found = []
    for index, piece in enumerate(pieces):
        if piece.kind != PieceKind.SAME:
            found.append(piece)
            continue
        first, last = index == 0, index == len(pieces) - 1
        now = _ends(piece.text, first=first, last=last)
        was = None if piece.was is None else _ends(piece.was, first=first, last=last)
        found.append(Piece(PieceKind.SAME, now, was))
    return tuple(found)


def _ends(text: str, *, first: bool, last: bool) -> str:
    """Beginning and end of a text, cut between words; of the first piece the end, of the last the beginning."""
    if len(text) <= _AROUND * (1 if first or last else 2):
        return text
    start, end = text[:_AROUND].rpartition(" ")[0], text[-_AROUND:].partition(" ")[2]
    if first and not last:
        return _CUT.lstrip() + end
    return start + _CUT.rstrip() if last else start + _CUT + end


def printed(changes: Sequence[Change]) -> str:
    """The text list for a terminal, in English: `[-gone-]{+new+}`, one change below the other, counts at the end.

    What was only retouched is counted: a PDF drawn from a document retouches every block of it.
    """
    told = [_paragraph(line) for line in as_text(changes)]
    return "\n".join([*told, _counts(summary(changes))])


def _paragraph(line: Line) -> str:
    where = [f"page {line.page}"] if line.page else []
    where += [f"under “{line.under}”"] if line.under else []
    return f"{' · '.join([_label(line), *where])}\n    {_wdiff(line)}\n"


def _label(line: Line) -> str:
    if line.left:
        return "moved from here"
    if line.kind == ChangeKind.MOVED:
        return "moved here and changed" if line.reworded else "moved here"
    return str(line.kind)


def _wdiff(line: Line) -> str:
    forms = {PieceKind.SAME: "{}", PieceKind.GONE: "[-{}-]", PieceKind.NEW: "{{+{}+}}"}
    words = "".join(forms[piece.kind].format(piece.text.replace(BLOCK_BREAK, " ¶ ")) for piece in line.pieces)
    return words.strip() or "(no words)"


def _counts(counts: Summary) -> str:
    blocks = ", ".join(f"{kind} {count}" for kind, count in counts.blocks.items() if count)
    words = f"+{counts.words_added} -{counts.words_removed} moved {counts.words_moved}"
    retouched = f" ({counts.retouched} retouched)" if counts.retouched else ""
    return f"blocks: {blocks or 'none'}{retouched} · words: {words}"
