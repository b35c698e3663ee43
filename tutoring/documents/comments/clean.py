"""A plain .docx of a document's blocks, for a version that was not handed in as one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import docx
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from tutoring.documents.blocks import Block, BlockKind
from tutoring.documents.comments.inline import Piece, allowed, pieces
from tutoring.documents.comments.package import Element, Package
from tutoring.documents.comments.walk import NOTE_NUMBER

# Read when this module is loaded: whoever writes may be forbidden to open a file.
_TEMPLATE = Path(docx.__file__).with_name("templates").joinpath("default.docx").read_bytes()
_INK = RGBColor(0, 0, 0)
_DEEPEST = 8


def blank(language: str) -> Docx:
    """An empty A4 document in `language` (BCP 47), black on white, which names no author."""
    made = docx.Document(io.BytesIO(_TEMPLATE))
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    for style in made.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and style.name.startswith(("Heading", "Title")):
            style.font.color.rgb = _INK
    made.styles["Normal"].font.size = Pt(11)
    for written in made.styles.element.iter(qn("w:lang")):
        written.set(qn("w:val"), language)
    about = made.core_properties._element
    for child in list(about):
        about.remove(child)
    return made


def clean(blocks: Sequence[Block], *, language: str) -> bytes:
    """The blocks as a .docx: headings, lists, tables and quotes as such, footnotes after the text, figures in words."""
    made = blank(language)
    style = made.styles.add_style(NOTE_NUMBER, WD_STYLE_TYPE.CHARACTER)
    style.font.superscript = True
    lists = _Lists(made)
    text = [block for block in blocks if block.kind is not BlockKind.FOOTNOTE]
    notes = [block for block in blocks if block.kind is BlockKind.FOOTNOTE]
    for table, found in groupby(text, key=lambda block: (block.kind is BlockKind.ROW, block.group)):
        if table[0]:
            _table(made, list(found))
        else:
            for block in found:
                _paragraph(made, block, lists)
    for number, block in enumerate(notes, 1):
        paragraph = made.add_paragraph()
        paragraph.add_run(f"{number} ", style=NOTE_NUMBER)
        _fill(paragraph, pieces(block.html))
    return saved(made)


def saved(made: Docx) -> bytes:
    """Its bytes, the same for the same words."""
    out = io.BytesIO()
    made.save(out)
    return Package(out.getvalue()).saved()


def _paragraph(made: Docx, block: Block, lists: _Lists) -> None:
    if block.kind is BlockKind.FIGURE:
        made.add_paragraph().add_run(allowed(block.text)).italic = True
        return
    paragraph = made.add_paragraph(style=_style(block))
    if block.kind is BlockKind.ITEM:
        lists.number(paragraph, block)
    _fill(paragraph, pieces(block.html), code=block.kind is BlockKind.CODE)


def _style(block: Block) -> str:
    if block.kind is BlockKind.HEADING:
        return f"Heading {min(max(block.level, 1), 6)}"
    return {BlockKind.QUOTE: "Quote", BlockKind.ITEM: "List Paragraph"}.get(block.kind, "Normal")


def _table(made: Docx, rows: Sequence[Block]) -> None:
    cells = [_cells(row) for row in rows]
    table = made.add_table(rows=len(rows), cols=max(map(len, cells)), style="Table Grid")
    for line, found in zip(table.rows, cells, strict=True):
        for cell, words in zip(line.cells, found, strict=False):
            _fill(cell.paragraphs[0], words)


def _cells(row: Block) -> list[list[Piece]]:
    """The pieces of each cell; an empty cell at the end is left to the table's width."""
    found = pieces(row.html)
    width = 1 + max((piece.cell for piece in found), default=0)
    return [[piece for piece in found if piece.cell == rank] for rank in range(width)]


def _fill(paragraph: Paragraph, words: Sequence[Piece], *, code: bool = False) -> None:
    for piece in words:
        run = paragraph.add_run(piece.text, style=NOTE_NUMBER if piece.call else None)
        for look in piece.looks - {"code"} if not piece.call else ():
            setattr(run.font, look, True)
        if code or "code" in piece.looks:
            run.font.name = "Courier New"
        if piece.address and not piece.call:
            _link(paragraph, run, piece.address)


def _link(paragraph: Paragraph, run: Run, address: str) -> None:
    """python-docx reads links but does not make them."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run._r.addprevious(link)
    link.append(run._r)
    run.font.underline = True


class _Lists:
    """One numbering for each list of the document, so that each begins at 1."""

    def __init__(self, made: Docx) -> None:
        self._root = made.part.numbering_part.element
        self._kinds = {ordered: self._kind(ordered) for ordered in (True, False)}
        self._numbers: dict[tuple[int, bool], int] = {}

    def number(self, paragraph: Paragraph, block: Block) -> None:
        """Make the paragraph an item of its block's list."""
        key = (block.group, block.ordered)
        if key not in self._numbers:
            made = self._root.add_num(self._kinds[block.ordered])
            made.add_lvlOverride(0).add_startOverride(1)
            self._numbers[key] = made.numId
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = min(max(block.level, 1), _DEEPEST) - 1
        properties.get_or_add_numId().val = self._numbers[key]

    def _kind(self, ordered: bool) -> int:
        """An abstract numbering of our own, before the numberings that use it (ECMA-376 part 1, 17.9.17)."""
        taken = [int(one.get(qn("w:abstractNumId"))) for one in self._root.iter(qn("w:abstractNum"))]
        number = max(taken, default=-1) + 1
        made = OxmlElement("w:abstractNum", {qn("w:abstractNumId"): str(number)})
        made.append(OxmlElement("w:multiLevelType", {qn("w:val"): "multilevel"}))
        for depth in range(_DEEPEST):
            made.append(_level(depth, ordered=ordered))
        self._root.insert(len(taken), made)
        return number


def _level(depth: int, *, ordered: bool) -> Element:
    level = OxmlElement("w:lvl", {qn("w:ilvl"): str(depth)})
    shape = ("decimal", f"%{depth + 1}.") if ordered else ("bullet", "•" if depth % 2 == 0 else "–")
    for name, value in (("start", "1"), ("numFmt", shape[0]), ("lvlText", shape[1]), ("lvlJc", "left")):
        level.append(OxmlElement(f"w:{name}", {qn("w:val"): value}))
    properties = OxmlElement("w:pPr")
    indent = {qn("w:left"): str(720 * (depth + 1)), qn("w:hanging"): "360"}
    properties.append(OxmlElement("w:ind", indent))
    level.append(properties)
    return level
