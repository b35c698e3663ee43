"""A table to print as a .docx: what was asked, what was answered, one row a remark."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Cell, _Row

from tutoring.documents.comments.clean import blank, saved
from tutoring.documents.comments.inline import allowed

_SIZE = Pt(9)
_PALE = "E7E6E6"


def response_table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, legend: str, language: str
) -> bytes:
    """A landscape A4 .docx: the title, the legend when there is one, the table, whose head stands on each page.

    A row holds as many cells as `head` (ValueError otherwise); a line break in a cell begins a paragraph.
    `language`: of the words, BCP 47.
    """
    made = blank(language)
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    made.core_properties.title = allowed(title)[:255]
    made.add_heading(allowed(title), level=1)
    if legend:
        made.add_paragraph(allowed(legend))
    _table(made, head, rows)
    return saved(made)


def _table(made: Docx, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = made.add_table(rows=1 + len(rows), cols=len(head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    section = made.sections[0]
    assert section.page_width is not None
    width = section.page_width - (section.left_margin or 0) - (section.right_margin or 0)
    for line, words in zip(table.rows, (head, *rows), strict=True):
        for cell, text in zip(line.cells, words, strict=True):
            cell.width = width // len(head)
            _fill(cell, text, bold=words is head)
        _mark(line, "cantSplit")
    _mark(table.rows[0], "tblHeader")
    for cell in table.rows[0].cells:
        shade = OxmlElement("w:shd", {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): _PALE})
        cell._tc.get_or_add_tcPr().append(shade)


def _fill(cell: _Cell, text: str, *, bold: bool) -> None:
    for rank, line in enumerate(allowed(text).splitlines() or [""]):
        paragraph = cell.paragraphs[0] if rank == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(line)
        run.font.size = _SIZE
        run.bold = bold or None


def _mark(line: _Row, name: str) -> None:
    line._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))
