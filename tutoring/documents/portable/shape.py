"""What each paragraph of a PDF is: heading, item of a list, quotation, row of a table, footnote; as blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from tutoring.documents.blocks import CELL_BREAK, Block, BlockKind
from tutoring.documents.portable.glyphs import CUT
from tutoring.documents.portable.lines import Line
from tutoring.documents.portable.marks import Mark, is_count, is_entry, mark, numbered, without_leader
from tutoring.documents.portable.notes import Note
from tutoring.documents.portable.paragraphs import Margins, Paragraph
from tutoring.documents.portable.words import Span, Vocabulary, joined, written

_LARGER = 1.08  # than the body: a heading's letters
_HEADING_LETTERS, _HEADING_LINES = 200, 4
_BOLD_LETTERS = 120
_STEP = 4.0  # points: an item further in than this is one level down
_QUOTE_LEFT, _QUOTE_RIGHT = 1.4, 0.8  # in sizes: how far inside the page's margins a quotation stands
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class _Look:
    """How a heading is set."""

    size: float
    bold: bool


class Shaper:
    """Turns paragraphs and rows into blocks, one after the other."""

    def __init__(self, parts: list[Paragraph | Line], margins: Margins, vocabulary: Vocabulary) -> None:
        self.parts, self.margins, self.vocabulary = parts, margins, vocabulary
        self.bold_body = self._mostly_bold()
        self.levels = self._levels()
        self.group = 0
        self.depths: list[float] = []
        self.ordered = False
        self.table: tuple[int, int, float] | None = None

    def blocks(self, notes: list[Note]) -> list[Block]:
        """Every block that says something, footnotes last. Ids are not given yet."""
        found = []
        for part in self.parts:
            block = self._row(part) if isinstance(part, Line) else self._block(part)
            if block.text:
                found.append(block)
        for note in notes:
            text, inner = written(joined(note.lines, self.vocabulary))
            if text:
                found.append(Block("", BlockKind.FOOTNOTE, text, inner, page=note.page, anchor=note.anchor))
        return found

    def _block(self, paragraph: Paragraph) -> Block:
        self.table = None
        begun = mark(paragraph.first)
        if heading := self._heading(paragraph):
            self.depths = []
            text, inner = self._words(paragraph, bold=False)
            return Block("", BlockKind.HEADING, text, inner, level=heading, page=paragraph.first.page)
        if begun and not is_entry(paragraph.first.text):
            return self._item(paragraph, begun)
        self.depths = []
        text, inner = self._words(paragraph, bold=not self.bold_body)
        kind = BlockKind.QUOTE if self._is_quote(paragraph) else BlockKind.PARAGRAPH
        return Block("", kind, text, inner, page=paragraph.first.page)

    def _item(self, paragraph: Paragraph, begun: Mark) -> Block:
        x = paragraph.first.x0
        if not self.depths or (
            len(self.depths) == 1 and abs(x - self.depths[0]) < _STEP and begun.ordered != self.ordered
        ):
            self.group, self.depths, self.ordered = self.group + 1, [x], begun.ordered
        while len(self.depths) > 1 and x < self.depths[-1] - _STEP:
            self.depths.pop()
        if x > self.depths[-1] + _STEP:
            self.depths.append(x)
        spans = joined(paragraph.lines, self.vocabulary, skip=begun.length)
        text, inner = written(spans, bold=not self.bold_body)
        block = Block("", BlockKind.ITEM, text, inner, page=paragraph.first.page)
        return replace(block, level=len(self.depths), ordered=begun.ordered, group=self.group)

    def _row(self, row: Line) -> Block:
        """A row of a table; one whose cells are all bold, before the others, names the columns."""
        self.depths = []
        same = self.table is not None and (
            self.table[:2] == (row.page, row.table)
            or (self.table[0] == row.page - 1 and abs(self.table[2] - row.x0) < _STEP)
        )
        if not same:
            self.group += 1
        self.table = (row.page, row.table, row.x0)
        head = not same and all(line.bold for cell in row.cells for line in cell)
        tag = "th" if head else "td"
        cells = [written(joined(cell, self.vocabulary), bold=not head) for cell in row.cells]
        return Block(
            "",
            BlockKind.ROW,
            CELL_BREAK.join(text for text, _ in cells) if any(text for text, _ in cells) else "",
            "".join(f"<{tag}>{inner}</{tag}>" for _, inner in cells),
            group=self.group,
            page=row.page,
        )

    def _words(self, paragraph: Paragraph, *, bold: bool) -> tuple[str, str]:
        spans = joined(paragraph.lines, self.vocabulary)
        if is_entry(paragraph.first.text):
            whole = "".join(span.text for span in spans)
            spans = [Span(without_leader(whole))]
        return written(spans, bold=bold)

    def _heading(self, paragraph: Paragraph) -> int:
        """Its level, 0 when it is none."""
        if not self._may_head(paragraph):
            return 0
        look = _look(paragraph)
        if look in self.levels:
            return self.levels[look]
        return min(numbered(paragraph.first.text), _DEEPEST) if is_count(paragraph.first.text) else 0

    def _may_head(self, paragraph: Paragraph) -> bool:
        text = " ".join(line.text for line in paragraph.lines)
        if len(paragraph.lines) > _HEADING_LINES or len(text) > _HEADING_LETTERS or is_entry(text):
            return False
        if not any(map(str.isalpha, text)):
            return False
        larger = paragraph.size >= _LARGER * self.margins.body
        begun = mark(paragraph.first)
        if begun and not (begun.ordered and numbered(text) and (larger or paragraph.bold)):
            return False
        if larger:
            return not text.endswith((",", ";"))
        if len(text) > _BOLD_LETTERS or text.endswith((".", ",", ";", ":", CUT)):
            return False
        if paragraph.size < 0.9 * self.margins.body:
            return False
        return (paragraph.bold and not self.bold_body) or (is_count(text) and len(paragraph.lines) == 1)

    def _levels(self) -> dict[_Look, int]:
        """Levels by rank: larger first, bold before plain. A title that is larger than all is apart."""
        seen: Counter[_Look] = Counter()
        first: dict[_Look, int] = {}
        last: dict[_Look, int] = {}
        for part in self.parts:
            if isinstance(part, Paragraph) and self._may_head(part):
                look = _look(part)
                if look.size < _LARGER * self.margins.body and not look.bold:
                    continue
                seen[look] += 1
                first.setdefault(look, part.first.page)
                last[look] = part.first.page
        ranked = sorted(seen, key=lambda look: (-look.size, not look.bold))
        start = min(first.values(), default=1)
        titles = [look for look in ranked if last[look] == start and seen[look] <= 2]
        rest = [look for look in ranked if look not in titles[:1] or look is not ranked[0]]
        levels = {look: min(rank, _DEEPEST) for rank, look in enumerate(rest, 1)}
        return levels if len(rest) == len(ranked) else {ranked[0]: 1, **levels}

    def _is_quote(self, paragraph: Paragraph) -> bool:
        """Whether it stands inside both margins, all its lines alike."""
        lines, margins = paragraph.lines, self.margins
        if len(lines) < 2 or max(line.x0 for line in lines) - min(line.x0 for line in lines) > 2:
            return False
        left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
        flow = margins.flows[id(lines[0])]
        return (
            flow.alone
            and left - margins.left > _QUOTE_LEFT * paragraph.size
            and margins.right - right > _QUOTE_RIGHT * paragraph.size
        )

    def _mostly_bold(self) -> bool:
        """Whether most letters are bold: then it means nothing."""
        weighed: Counter[bool] = Counter()
        for part in self.parts:
            for line in part.lines if isinstance(part, Paragraph) else ():
                for piece in line.pieces:
                    weighed[piece.bold] += len(piece.text)
        return weighed[True] > 1.5 * weighed[False]


def _look(paragraph: Paragraph) -> _Look:
    return _Look(round(paragraph.size * 2) / 2, paragraph.bold)
