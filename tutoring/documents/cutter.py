"""The walk over a clean HTML text that cuts it: which element begins which block, and what belongs to it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tutoring.documents.blocks import CELL_BREAK, Block, BlockKind
from tutoring.documents.inline import BREAK, Inline, Mark, inline
from tutoring.documents.unreadable import Unreadable

MAX_BLOCKS = 20_000
MAX_CHARACTERS = 2_000_000
IMAGE_SCHEME = "image:"

INLINE = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "u": "u", "s": "s", "del": "s"}
INLINE |= {name: name for name in ("sub", "sup", "code", "a")}
_HEADING = re.compile(r"h([1-6])")
_LISTS = frozenset({"ul", "ol"})
_CELLS = frozenset({"td", "th"})
# fmt: off
BLOCKS = _LISTS | _CELLS | frozenset({
    "p", "li", "dl", "dt", "dd", "div", "section", "blockquote", "pre", "table", "caption", "thead", "tbody", "tfoot",
    "tr", "figure", "figcaption", "details", "summary", "h1", "h2", "h3", "h4", "h5", "h6",
})
# fmt: on
_DROPPED = frozenset({"toc", "headerlink", "footnote-backref"})
# How notes are named by mammoth (with our prefix), by `opendocument` after it, and by Python-Markdown.
_NOTE = re.compile(r"note-(?:foot|end)note-(?!ref-)|s-fn:")
_BACK_TO_CALL = re.compile(r"#(?:note-(?:foot|end)note-ref-|s-fnref\d*:)")
NOTE_BODY = re.compile(r'<li id="([^"]+)"')


@dataclass
class _Frame:
    """An open block element. `item`: where the block of an li stands, None before. `flat`: a cell or a note."""

    tag: str
    flat: bool = False
    item: int | None = None
    anchor: str = ""


@dataclass
class _Table:
    group: int
    cells: list[tuple[str, str]] = field(default_factory=list)
    spans: bool = False  # once a cell spans rows, an empty row still holds its place


class Cutter(HTMLParser):
    """Reads a sanitiser's output: balanced, no raw text. `blocks` is whole after `close` and `boundary`.

    `notes`: the ids of the list items of the text; headings rise by `lift` levels. Raises `Unreadable("too_long")`.
    """

    def __init__(self, notes: frozenset[str], lift: int) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.notes = {note: 0 for note in notes if _NOTE.match(note)}
        self.lift = lift
        self.frames: list[_Frame] = []
        self.marks: list[Mark] = []
        self.inline: list[Mark] = []  # open inline elements, outermost first
        self.footnotes: set[str] = set()  # the anchors of those written
        self.dropped: list[str] = []  # elements open inside one that is left out
        self.table: _Table | None = None
        self.cell = ""
        self.flat: int | None = None  # the frame in which everything is one block
        self.groups = 0
        self.list_group = 0  # of the outermost open list
        self.numbered = 0
        self.characters = 0

    # what the parser finds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.dropped or self._is_dropped(given):
            if tag not in ("br", "img"):
                self.dropped.append(tag)
        elif tag in INLINE:
            self._open_inline(INLINE[tag], given)
        elif tag == "br":
            self.marks.append(BREAK)
        elif tag == "img":
            self.marks.append(_image(given))
        elif tag in BLOCKS:
            self._open_block(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if self.dropped:
            if tag == self.dropped[-1]:
                self.dropped.pop()
        elif tag in INLINE:
            if self.inline and self.inline[-1].name == INLINE[tag]:
                self._close_inline(self.inline.pop())
        elif any(frame.tag == tag for frame in self.frames):
            while self._close_block() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.dropped:
            return
        if not any(frame.tag == "pre" for frame in self.frames):
            self.marks.append(Mark("text", data))
            return
        for number, line in enumerate(data.split("\n")):
            self.marks += [BREAK] if number else []
            self.marks.append(Mark("text", line))

    # inline

    def _open_inline(self, name: str, given: dict[str, str]) -> None:
        opening = f"<{name}>"
        if name == "a":
            href = given.get("href", "")
            if href.startswith("#") and href[1:] in self.notes:
                self._call(href[1:])
                return
            opening = _link(href)
        self.inline.append(Mark("open", opening, name))
        if opening:
            self.marks.append(self.inline[-1])

    def _close_inline(self, opened: Mark) -> None:
        if opened.written:
            self.marks.append(Mark("close", "", opened.name))

    def _call(self, note: str) -> None:
        """A call of a note, its own number left out for ours; the `<sup>` just opened around it gives way."""
        anchor = self._anchor(note)
        if self.marks and self.inline and self.marks[-1] == self.inline[-1] == Mark("open", "<sup>", "sup"):
            self.marks.pop()
            self.inline[-1] = Mark("open", "", "sup")
        number = anchor.removeprefix("note-")
        self.marks.append(Mark("call", f'<sup class="call"><a href="#{anchor}">{number}</a></sup>'))
        self.dropped.append("a")

    def _anchor(self, note: str) -> str:
        if not self.notes[note]:
            self.numbered += 1
            self.notes[note] = self.numbered
        return f"note-{self.notes[note]}"

    # blocks

    def _open_block(self, tag: str, given: dict[str, str]) -> None:
        self.boundary()
        frame = _Frame(tag)
        if self.flat is None:
            if tag == "table":
                self.groups += 1
                self.table = _Table(self.groups)
            elif tag in _CELLS and self.table:
                frame.flat = True
                self.cell = f"<{tag}{self._spans(given)}>"
            elif tag == "li" and given.get("id") in self.notes:
                frame.flat = True
                frame.anchor = self._anchor(given["id"])
            elif tag in _LISTS and not self._lists():
                self.list_group = 0
            if frame.flat:
                self.flat = len(self.frames)
        self.frames.append(frame)

    def _close_block(self) -> str:
        if self.flat == len(self.frames) - 1:
            self._close_flat(self.frames[-1])
            return self.frames.pop().tag
        self.boundary()
        frame = self.frames.pop()
        if self.flat is None and self.table is not None:
            if frame.tag == "tr":
                self._close_row(self.table)
            elif frame.tag == "table":
                self.table = None
        return frame.tag

    def _close_flat(self, frame: _Frame) -> None:
        self.flat = None
        written = self._taken(pictures_inside=True)
        if frame.anchor:
            note = Block("", BlockKind.FOOTNOTE, written.text, written.html, anchor=frame.anchor)
            if frame.anchor not in self.footnotes:  # mammoth writes a note again for each of its calls
                self._emit(note, even_empty=True)
            self.footnotes.add(frame.anchor)
        elif self.table:
            self.table.cells.append((written.text, f"{self.cell}{written.html}</{frame.tag}>"))

    def _close_row(self, table: _Table) -> None:
        text = CELL_BREAK.join(words for words, _ in table.cells)
        written = "".join(cell for _, cell in table.cells)
        said = any(words for words, _ in table.cells) or "<img " in written
        if table.cells and (said or table.spans):
            self._emit(Block("", BlockKind.ROW, text, written, group=table.group), even_empty=True)
        table.cells = []

    def _spans(self, given: dict[str, str]) -> str:
        written = ""
        for name in ("colspan", "rowspan"):
            value = given.get(name, "")
            if value.isdecimal() and 1 < int(value[:4]) <= 1000:
                written += f' {name}="{int(value)}"'
                self.table.spans |= name == "rowspan"  # type: ignore[union-attr]  # called within a table only
        return written

    def boundary(self) -> None:
        """A block begins or ends here: what was gathered becomes one, or a new line of the cell or note it is in."""
        if self.flat is not None:
            self.marks.append(BREAK)
            return
        if not any(mark.kind in ("text", "image", "call") for mark in self.marks):
            self.marks = [mark for mark in self.inline if mark.written]
            return
        worded = next(
            (n for n, mark in enumerate(self.marks) if mark.kind == "text" and mark.written.strip()), 0
        )
        first = [mark for mark in self.marks[:worded] if mark.kind == "image"]
        written = self._taken(pictures_inside=False)
        self._figures(written.pictures[: len(first)])
        if written.text:
            self._paragraph(written)
        self._figures(written.pictures[len(first) :])

    def _taken(self, *, pictures_inside: bool) -> Inline:
        """What was gathered, written; inline elements that go on are closed here and opened again."""
        still = [mark for mark in self.inline if mark.written]
        closed = [Mark("close", "", mark.name) for mark in reversed(still)]
        written = inline([*self.marks, *closed], pictures_inside=pictures_inside)
        self.marks = list(still)
        return written

    def _figures(self, pictures: list[Mark]) -> None:
        for picture in pictures:
            self._emit(Block("", BlockKind.FIGURE, picture.name, picture.written), even_empty=True)

    def _paragraph(self, written: Inline) -> None:
        block = Block("", BlockKind.PARAGRAPH, written.text, written.html)
        for frame in reversed(self.frames):
            if heading := _HEADING.fullmatch(frame.tag):
                level = max(1, int(heading[1]) - self.lift)
                return self._emit(replace(block, kind=BlockKind.HEADING, level=level))
            if frame.tag == "pre":
                return self._emit(replace(block, kind=BlockKind.CODE))
            if frame.tag == "blockquote":
                return self._emit(replace(block, kind=BlockKind.QUOTE))
            if frame.tag == "li":
                return self._item(frame, block)
            if frame.tag == "dt":
                return self._emit(replace(block, html=f"<strong>{block.html}</strong>"))
        return self._emit(block)

    def _item(self, frame: _Frame, block: Block) -> None:
        if frame.item is None:
            lists = self._lists()
            if not self.list_group:
                self.groups += 1
                self.list_group = self.groups
            frame.item = len(self.blocks)
            ordered = bool(lists) and lists[-1] == "ol"
            level = max(1, len(lists))
            self._emit(
                replace(block, kind=BlockKind.ITEM, level=level, ordered=ordered, group=self.list_group)
            )
        elif frame.item == len(self.blocks) - 1:
            item = self.blocks.pop()
            self._emit(
                replace(item, text=f"{item.text} {block.text}", html=f"{item.html} <br>{block.html}"),
            )
        else:  # after a list or a table inside the item: no bullet of its own
            self._emit(block)

    def _lists(self) -> list[str]:
        return [frame.tag for frame in self.frames if frame.tag in _LISTS]

    def _emit(self, block: Block, *, even_empty: bool = False) -> None:
        self.characters += len(block.text)
        if len(self.blocks) >= MAX_BLOCKS or self.characters > MAX_CHARACTERS:
            raise Unreadable("too_long")
        if block.text or even_empty:
            self.blocks.append(block)

    @staticmethod
    def _is_dropped(given: dict[str, str]) -> bool:
        classes = set(given.get("class", "").split())
        return bool(classes & _DROPPED) or bool(_BACK_TO_CALL.match(given.get("href", "")))


def _link(href: str) -> str:
    """The opening of a link that leads elsewhere; nothing for an address of the document itself or of no known kind."""
    href = href.partition('"')[0].strip()  # Word's fields may say more after the address
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        return ""
    if scheme not in ("http", "https", "mailto"):
        return ""
    return f'<a href="{html.escape(href)}" rel="noopener noreferrer">'


def _image(given: dict[str, str]) -> Mark:
    """An image that is kept, or else its alternative text alone."""
    described = inline([Mark("text", given.get("alt", ""))], pictures_inside=True)
    source = given.get("src", "")
    if not source.startswith(IMAGE_SCHEME):
        return Mark("image", described.html, described.text)
    alternative = html.escape(described.text)
    return Mark("image", f'<img src="{html.escape(source)}" alt="{alternative}">', described.text)
