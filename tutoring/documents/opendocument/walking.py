"""The content of an OpenDocument text written as plain HTML: what each of its elements comes to."""

from __future__ import annotations

import html
import posixpath
from typing import Any

from tutoring.documents.archive import Archive
from tutoring.documents.cutter import IMAGE_SCHEME
from tutoring.documents.opendocument.styles import DRAW, OFFICE, TABLE, TEXT, Style, Styles
from tutoring.documents.pictures import Album

_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"

# A spreadsheet's habit: one cell that repeats to the end of the sheet.
MAX_COLUMNS = 64
MAX_ROWS = 200
MAX_SPACES = 100

# Generated again from the text; a bibliography is not, its words are its author's.
_CONTENTS = frozenset(
    TEXT + name
    for name in (
        "table-of-content",
        "alphabetical-index",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
    )
)
_UNSEEN = frozenset(
    [TEXT + name for name in ("tracked-changes", "hidden-text", "hidden-paragraph", "script", "ruby-text")]
    + [OFFICE + name for name in ("annotation", "annotation-end", "forms", "event-listeners")]
    + [_SVG + name for name in ("title", "desc")]
)
_INSIDE = frozenset(
    [TEXT + name for name in ("section", "index-body", "numbered-paragraph", "bibliography")]
    + [DRAW + name for name in ("text-box", "g", "a")]
)
_ROW_GROUPS = frozenset(TABLE + name for name in ("table-rows", "table-row-group", "table-header-rows"))
_SPACED = {f"{TEXT}tab": " ", f"{TEXT}line-break": "<br>"}


class Walker:
    """Writes HTML; `album` and `warnings` fill as it goes."""

    def __init__(self, archive: Archive, styles: Styles) -> None:
        self.archive = archive
        self.styles = styles
        self.album = Album()
        self.warnings: set[str] = set()
        self.notes: list[str] = []
        self.later: list[str] = []  # text boxes met in a paragraph, to come after it

    def html(self, text: Any) -> str:
        """The whole `office:text`, then its notes."""
        body = self._blocks(text)
        notes = "".join(self.notes)
        return f'{body}<div class="footnote"><ol>{notes}</ol></div>' if notes else body

    # blocks

    def _blocks(self, parent: Any, lists: tuple[str, ...] = ()) -> str:
        return "".join(self._block(child, lists) for child in parent)

    def _block(self, element: Any, lists: tuple[str, ...]) -> str:
        tag = element.tag
        if tag in (f"{TEXT}p", f"{TEXT}h"):
            return self._paragraph(element)
        if tag == f"{TEXT}list":
            return self._list(element, lists)
        if tag == f"{TABLE}table":
            return self._table(element)
        if tag == f"{DRAW}frame":
            return self._after(self._frame(element))
        if tag in _CONTENTS:
            self.warnings.add("left_out_contents")
        elif tag in _UNSEEN or element.get(f"{TEXT}display") == "none":
            return ""
        elif tag in _INSIDE or str(tag).startswith(DRAW):
            return self._blocks(element, lists)
        return ""

    def _paragraph(self, element: Any) -> str:
        style = self.styles.paragraphs.get(element.get(f"{TEXT}style-name", ""), Style())
        role = style.role
        if element.tag == f"{TEXT}h":
            level = element.get(f"{TEXT}outline-level", "1")
            role = f"h{min(6, max(1, int(level)))}" if level.isdecimal() else "h1"
        words = self._words(element)
        if style.own and not role.startswith("h"):
            words = _wrapped(words, style.tags)
        if role == "quote":
            words = f"<blockquote><p>{words}</p></blockquote>"
        else:
            words = f"<{role or 'p'}>{words}</{role or 'p'}>"
        return self._after(words)

    def _after(self, words: str) -> str:
        later, self.later = self.later, []
        return words + "".join(later)

    def _list(self, element: Any, lists: tuple[str, ...]) -> str:
        name = element.get(f"{TEXT}style-name") or (lists[-1] if lists else "")
        tag = "ol" if len(lists) + 1 in self.styles.numbered.get(name, ()) else "ul"
        items = []
        for item in element:
            if item.tag == f"{TEXT}list-item":
                items.append(f"<li>{self._blocks(item, (*lists, name))}</li>")
            elif item.tag == f"{TEXT}list-header":
                items.append(self._blocks(item, (*lists, name)))
        return f"<{tag}>{''.join(items)}</{tag}>"

    def _table(self, element: Any) -> str:
        rows = self._rows(element, "td")
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame around paragraphs
            return rows[0][0][1]
        written = "".join(
            f"<tr>{''.join(f'<{start}>{inside}</{start[:2]}>' for start, inside in row)}</tr>" for row in rows
        )
        return f"<table>{written}</table>"

    def _rows(self, parent: Any, tag: str) -> list[list[tuple[str, str]]]:
        """Of each row its cells: how they begin (`td colspan="2"`), what they hold."""
        rows: list[list[tuple[str, str]]] = []
        for child in parent:
            if child.tag in _ROW_GROUPS:
                rows += self._rows(child, "th" if child.tag == f"{TABLE}table-header-rows" else tag)
            elif child.tag == f"{TABLE}table-row":
                row = self._cells(child, tag)
                said = any(inside for _, inside in row)
                rows += [row] * (_count(child, f"{TABLE}number-rows-repeated", MAX_ROWS) if said else 1)
        return rows

    def _cells(self, row: Any, tag: str) -> list[tuple[str, str]]:
        cells: list[tuple[str, str]] = []
        kept = 0  # cells up to the last that does not merely fill the row
        for cell in row:
            if cell.tag != f"{TABLE}table-cell":  # table:covered-table-cell is under another one's span
                continue
            start = tag
            for name in ("columns", "rows"):
                span = _count(cell, f"{TABLE}number-{name}-spanned", 1_000)
                start += f' {name[:3]}span="{span}"' if span > 1 else ""
            inside = self._blocks(cell)
            repeated = _count(cell, f"{TABLE}number-columns-repeated", MAX_COLUMNS)
            cells += [(start, inside)] * min(repeated, MAX_COLUMNS - len(cells))
            if inside or repeated == 1:
                kept = len(cells)
        return cells[:kept]

    # words

    def _words(self, parent: Any) -> str:
        written = [html.escape(parent.text or "", quote=False)]
        for child in parent:
            if isinstance(child.tag, str):
                written.append(self._inline(child))
            written.append(html.escape(child.tail or "", quote=False))
        return "".join(written)

    def _inline(self, element: Any) -> str:
        tag = element.tag
        if tag == f"{TEXT}note":
            return self._note(element)
        if tag in _UNSEEN:
            return ""
        if tag == f"{TEXT}s":
            return " " * _count(element, f"{TEXT}c", MAX_SPACES)
        if tag in _SPACED:
            return _SPACED[tag]
        if tag == f"{TEXT}span":
            style = self.styles.words.get(element.get(f"{TEXT}style-name", ""), Style())
            return _wrapped(self._words(element), style.tags)
        if tag == f"{TEXT}a":
            address = html.escape(element.get(f"{_XLINK}href", ""))
            return f'<a href="{address}">{self._words(element)}</a>'
        if tag == f"{DRAW}frame":
            return self._frame(element)
        if tag == f"{DRAW}a":
            return self._words(element)
        if str(tag).startswith(DRAW):  # a shape: what is written in it comes after the paragraph
            self._keep_for_later(element)
            return ""
        return self._words(element)

    def _note(self, note: Any) -> str:
        body = note.find(f"{TEXT}note-body")
        if body is None:
            return ""
        place = len(self.notes)
        name = f"note-footnote-{place + 1}"
        self.notes.append("")
        held, self.later = self.later, []
        self.notes[place] = f'<li id="{name}">{self._blocks(body)}</li>'
        self.later = held
        return f'<sup><a href="#{name}">{place + 1}</a></sup>'

    # images

    def _frame(self, frame: Any) -> str:
        """An image with its alternative text; words of a text box come after; an object's stand-in image stands in."""
        alternative = next((words for words in (_said(frame, "desc"), _said(frame, "title")) if words), "")
        embedded = any(
            frame.find(DRAW + name) is not None for name in ("object", "object-ole", "plugin", "applet")
        )
        if embedded:
            self.warnings.add("left_out_objects")
        boxes = frame.findall(f"{DRAW}text-box")
        for box in boxes:
            self._keep_for_later(box)
        images = frame.findall(f"{DRAW}image")
        if not images and (boxes or not embedded):
            return ""
        keys = (self._image(image.get(f"{_XLINK}href", "")) for image in images)
        key = next((key for key in keys if key), None)
        if images and key is None:
            self.warnings.add("left_out_images")
        source = f"{IMAGE_SCHEME}{key}" if key else ""
        return f'<img src="{source}" alt="{html.escape(alternative)}">'

    def _image(self, address: str) -> str | None:
        content = self.archive.image(posixpath.normpath(address)) if address else None
        return self.album.keep(content) if content else None

    def _keep_for_later(self, holder: Any) -> None:
        held, self.later = self.later, []
        written = self._blocks(holder)
        self.later = [*held, written]


def _wrapped(words: str, tags: list[str]) -> str:
    for tag in reversed(tags):
        words = f"<{tag}>{words}</{tag}>"
    return words


def _said(frame: Any, name: str) -> str:
    element = frame.find(_SVG + name)
    return "" if element is None else "".join(element.itertext()).strip()


def _count(element: Any, name: str, most: int) -> int:
    """How often something repeats: at least once, at most `most`, whatever the file says."""
    stated = element.get(name, "1")
    return min(most, max(1, int(stated[:9]))) if stated.isdecimal() else 1
