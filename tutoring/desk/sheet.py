"""A table as a file that French spreadsheets open by themselves, and in which no cell can run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width forms included.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | date | None


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF (RFC 4180 but for the separator). Days are written as ISO 8601."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([harmless(word) for word in head])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str | int:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def harmless(text: str) -> str:
    """The text on one line; one that would begin a formula gets an apostrophe, which says that it is text."""
    dangerous = text.startswith(STARTS) or text.lstrip().startswith(STARTS)
    line = " ".join(text.split())
    return f"'{line}" if dangerous else line
