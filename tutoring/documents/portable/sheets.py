"""A page of a PDF as it was drawn: its pieces of text, its ruled lines, and whether it holds images."""

from __future__ import annotations

import contextlib
import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from tutoring.documents.portable.glyphs import Gatherer, Piece, turned

MAX_PAGES = 2_000
MAX_LETTERS = 5_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD in fpdfview.h
# A drawing of more parts than this is no table.
_MAX_PARTS = 4_000
_THIN = 2.5  # points


class BadPdf(ValueError):
    """A PDF that gives no text. `code`: encrypted, broken, too_many_pages, no_text (it holds images only)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Sheet:
    """A page. `box`: left, top, right, bottom, along and across most of its writing, downwards, as its pieces are.

    `rules`: thin boxes of the same kind, the borders of tables among them. `unknown` of `letters` have no name.
    """

    pieces: list[Piece] = field(default_factory=list)
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    images: bool = False
    unknown: int = 0
    letters: int = 0
    turn: int = 0


def sheets(content: bytes) -> list[Sheet]:
    """Every page in order. A page that pdfium cannot load is an empty one. Raises `BadPdf`."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as refused:
        raise BadPdf(
            "encrypted" if getattr(refused, "err_code", None) == _PASSWORD else "broken"
        ) from refused
    try:
        if len(document) > MAX_PAGES:
            raise BadPdf("too_many_pages")
        if not len(document):
            raise BadPdf("broken")
        left, found = MAX_LETTERS, []
        for number in range(len(document)):
            sheet = Sheet()
            with contextlib.suppress(pypdfium2.PdfiumError):
                sheet = _sheet(document, number, left)
            left -= sheet.letters
            found.append(sheet)
        return found
    finally:
        document.close()


def _sheet(document: Any, number: int, most: int) -> Sheet:
    page = document[number]
    text_page = page.get_textpage()
    try:
        gatherer = Gatherer(text_page.raw)
        pieces = gatherer.gather(most)
        turn = _usual_turn(pieces)
        sheet = Sheet(pieces, _turned_box(page.get_bbox(), turn), turn=turn)
        sheet.unknown, sheet.letters = gatherer.unknown, gatherer.letters
        _look_at_parts(page.raw, sheet)
        return sheet
    finally:
        text_page.close()
        page.close()


def _usual_turn(pieces: list[Piece]) -> int:
    """How most of the page is written: turned by so many degrees."""
    letters: dict[int, int] = {}
    for piece in pieces:
        letters[piece.turn] = letters.get(piece.turn, 0) + len(piece.text)
    return max(letters, key=letters.__getitem__, default=0)


def _turned_box(box: tuple[float, float, float, float], turn: int) -> tuple[float, float, float, float]:
    """A box of the page (left, bottom, right, top) along and across the writing."""
    corners = [turned(x, y, turn) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(down), max(across), max(down)


def _look_at_parts(page: Any, sheet: Sheet) -> None:
    """Note images, and the thin boxes that may be a table's borders."""
    count = pdfium.FPDFPage_CountObjects(page)
    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(min(count, _MAX_PARTS)):
        part = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(part)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE or (kind == pdfium.FPDF_PAGEOBJ_FORM and _holds_image(part, 3)):
            sheet.images = True
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and pdfium.FPDFPageObj_GetBounds(part, *sides):
            left, bottom, right, top = (side.value for side in sides)
            if min(right - left, top - bottom) <= _THIN:
                sheet.rules.append(_turned_box((left, bottom, right, top), sheet.turn))


def _holds_image(form: Any, depth: int) -> bool:
    for index in range(min(pdfium.FPDFFormObj_CountObjects(form), _MAX_PARTS)):
        part = pdfium.FPDFFormObj_GetObject(form, index)
        kind = pdfium.FPDFPageObj_GetType(part)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth and _holds_image(part, depth - 1):
            return True
    return False
