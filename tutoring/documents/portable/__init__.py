"""A PDF as blocks: its lines joined into paragraphs, without what its pages repeat. Reads bytes, opens nothing."""

from __future__ import annotations

from tutoring.documents.blocks import Document, identified
from tutoring.documents.portable.glyphs import Piece
from tutoring.documents.portable.lines import Line, in_reading_order
from tutoring.documents.portable.notes import set_notes_apart
from tutoring.documents.portable.paragraphs import Margins, paragraphs
from tutoring.documents.portable.running import without_running
from tutoring.documents.portable.shape import Shaper
from tutoring.documents.portable.sheets import BadPdf, Sheet, sheets
from tutoring.documents.portable.tables import grids, loose_rows, rows_of
from tutoring.documents.portable.words import Vocabulary

__all__ = ["BadPdf", "read_pdf"]


def read_pdf(content: bytes) -> Document:
    """The blocks of a PDF, `pages` its page count.

    Warnings: `images_left_out`; `unreadable_font` when most letters have no name (what is left may be nothing).
    Raises `BadPdf`: encrypted, broken, too_many_pages, no_text.
    """
    read = sheets(content)
    letters, unknown = sum(sheet.letters for sheet in read), sum(sheet.unknown for sheet in read)
    if not letters:
        raise BadPdf("no_text")
    pages = [_lines(sheet, number) for number, sheet in enumerate(read, 1)]
    body = Margins(pages).body
    pages = without_running(pages, read, body)
    pages, notes = set_notes_apart(pages, body)
    pages = [loose_rows(lines) for lines in pages]
    margins = Margins(pages)
    vocabulary = Vocabulary.of(_every(pages))
    blocks = Shaper(paragraphs(pages, margins), margins, vocabulary).blocks(notes)
    warnings = {
        "images_left_out": any(sheet.images for sheet in read),
        "unreadable_font": unknown > letters / 2,
    }
    return Document(
        identified(blocks), pages=len(read), warnings=tuple(code for code, so in warnings.items() if so)
    )


def _lines(sheet: Sheet, page: int) -> list[Line]:
    """The lines of a page in reading order, each bordered table's rows where its first words are drawn."""
    tables = grids(sheet)
    held: list[list[Piece]] = [[] for _ in tables]
    free: list[Piece] = []
    places: dict[int, int] = {}
    for piece in sheet.pieces:
        number = next(
            (n for n, grid in enumerate(tables) if piece.turn == sheet.turn and grid.holds(piece)), None
        )
        if number is None:
            free.append(piece)
        else:
            held[number].append(piece)
            places.setdefault(number, len(free))
    lines = in_reading_order(sheet, page, free)
    for number in sorted(places):
        rows = rows_of(tables[number], held[number], page, number + 1)
        top = tables[number].down[0]
        before = next(
            (place for place, line in enumerate(lines) if line.y > top and line.turn == sheet.turn),
            len(lines),
        )
        lines[before:before] = rows
    return lines


def _every(pages: list[list[Line]]) -> list[Line]:
    return [one for lines in pages for line in lines for one in _inner(line)]


def _inner(line: Line) -> list[Line]:
    return [one for cell in line.cells for one in cell] if line.cells else [line]
