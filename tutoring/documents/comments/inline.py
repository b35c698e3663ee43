"""The inline HTML of a block as pieces of words with their looks, for a .docx."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

# XML 1.0, 2.2: what a document may not hold, whoever typed it.
_FOREIGN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS = {
    "b": "bold",
    "strong": "bold",
    "th": "bold",
    "i": "italic",
    "em": "italic",
    "cite": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strike",
    "del": "strike",
    "sub": "subscript",
    "sup": "superscript",
    "code": "code",
    "kbd": "code",
}
_VOID = frozenset({"br", "img", "hr", "wbr", "input"})
_SCHEMES = frozenset({"http", "https", "mailto"})
_MAX_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one look. `cell`: rank of the table's cell they stand in. `call`: the number of a footnote's call."""

    text: str
    looks: frozenset[str] = frozenset()
    address: str = ""
    cell: int = 0
    call: bool = False


def pieces(html: str) -> list[Piece]:
    """The words of safe inline HTML, or of the cells of a row; images are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


def allowed(text: str) -> str:
    """A text less the characters that XML forbids."""
    return _FOREIGN.sub("", text)


@dataclass
class _Open:
    tag: str
    looks: frozenset[str]
    address: str
    call: bool


@dataclass
class _State:
    opened: list[_Open] = field(default_factory=list)
    cell: int = -1


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Piece] = []
        self._state = _State()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        if tag in _VOID:
            return
        if tag in ("td", "th"):
            self._state.cell += 1
        given = {name: value or "" for name, value in attrs}
        above = self._state.opened[-1] if self._state.opened else _Open("", frozenset(), "", False)
        look = {_LOOKS[tag]} if tag in _LOOKS else set()
        address = _address(given.get("href", "")) if tag == "a" else ""
        called = above.call or "call" in given.get("class", "").split()
        self._state.opened.append(_Open(tag, above.looks | look, address or above.address, called))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        ranks = [rank for rank, one in enumerate(self._state.opened) if one.tag == tag]
        if ranks:
            del self._state.opened[ranks[-1] :]

    def handle_data(self, data: str) -> None:
        above = self._state.opened[-1] if self._state.opened else _Open("", frozenset(), "", False)
        cell = max(0, self._state.cell)
        self.found.append(Piece(allowed(data), above.looks, above.address, cell, above.call))


def _address(written: str) -> str:
    """An address that a reader may follow: of the web or of mail."""
    try:
        scheme = urlsplit(written).scheme
    except ValueError:
        return ""
    return allowed(written) if scheme in _SCHEMES and len(written) <= _MAX_ADDRESS else ""
