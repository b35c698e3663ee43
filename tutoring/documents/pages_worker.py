"""The text of each page of a PDF, as pdfium gives it; called in the process that `confined.py` starts."""

from __future__ import annotations

import contextlib

import pypdfium2

from tutoring.documents.unreadable import Unreadable

MAX_PAGES = 2_000
MAX_CHARACTERS = 5_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD in fpdfview.h


def page_texts(content: bytes) -> list[str]:
    """Raises `Unreadable`: encrypted, broken, too_many_pages."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as refused:
        locked = getattr(refused, "err_code", None) == _PASSWORD
        raise Unreadable("encrypted" if locked else "broken") from refused
    if len(document) > MAX_PAGES:
        raise Unreadable("too_many_pages", most=MAX_PAGES)
    texts: list[str] = []
    left = MAX_CHARACTERS
    for number in range(len(document)):
        text = ""
        # A page that pdfium cannot load counts as a page without text.
        with contextlib.suppress(pypdfium2.PdfiumError):
            text = document[number].get_textpage().get_text_bounded()[:left]
        left -= len(text)
        texts.append(text)
    if not texts:
        raise Unreadable("broken")
    return texts
