"""The sections of a clean HTML text: its headings, what stands under each, and the words one reads."""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

_HEADING = re.compile(r"h([1-6])")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae", "ß": "ss", "’": "-", "'": "-"})
# fmt: off
_BLOCKS = frozenset({
    "p", "li", "dt", "dd", "div", "section", "blockquote", "pre", "table", "caption", "tr", "figure",
    "figcaption", "ul", "ol", "dl", "details", "summary", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6",
})
# fmt: on
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"br", "hr", "img"})
# Marks of the page rather than words of the text: they would stick to the word before ("note1", "Titre¶").
_MARKS = frozenset({"toc", "headerlink", "footnote-ref", "footnote-backref"})


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, down to the next heading of any level.

    `anchor` is the id in the page; `level` 2 to 6; `chain` holds the titles above, outermost first. The text
    before the first heading and the footnotes are sections of level 0 without a title.
    """

    anchor: str
    level: int
    title: str
    chain: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Outline:
    """The HTML with headings under the page's h1 and unique ids, and its non-empty sections in order."""

    html: str
    sections: tuple[Section, ...]


def slug(title: str, separator: str = "-") -> str:
    """A title as an ASCII id of at most 60 characters: « À l’œuvre ! » -> "a-l-oeuvre"."""
    spread = unicodedata.normalize("NFKD", title.translate(_LIGATURES))
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9]+", separator, plain).strip(separator)[:60].rstrip(separator)


def outline(clean: str, *, prefix: str) -> Outline:
    """Walk sanitised HTML: shift h1 to h2, give each heading an id (`prefix` + slug), cut into sections."""
    reader = _Reader(prefix)
    reader.feed(clean)
    reader.close()
    return Outline("".join(reader.out), reader.sections())


def tidy(text: str) -> str:
    """Words apart by one space, paragraphs by one line break."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


@dataclass
class _Open:
    level: int
    anchor: str | None
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Writes the HTML again while cutting it. For a sanitiser's output only: balanced, no raw text."""

    def __init__(self, prefix: str) -> None:
        super().__init__(convert_charrefs=False)
        self.prefix = prefix
        self.out: list[str] = []
        self.parts = [_Open(0, "")]
        self.ids: set[str] = set()
        self.marks: list[str] = []  # elements open inside a mark, whose words are not counted
        self.heading: tuple[int, int] | None = (
            None  # where the open heading's tag and its words begin in `out`
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        tag = "h2" if tag == "h1" else tag
        if tag == "img" and "src" not in given:
            self._words(given.get("alt", ""))
            self.out.append(html.escape(given.get("alt", ""), quote=False))
            return
        if self.marks or classes & _MARKS:
            if tag not in _VOID:
                self.marks.append(tag)
        elif tag in _BLOCKS:
            self._words("\n")
        elif tag in _CELLS:
            self._words(" ")
        if given.get("id") in self.ids:
            del given["id"]
        if found := _HEADING.fullmatch(tag):
            self.parts.append(_Open(int(found[1]), given.get("id")))
            self.heading = (len(self.out), len(self.out) + 1)
        elif "footnote" in classes and tag == "div":
            self.parts.append(_Open(0, None))
        self._remember(given.get("id"))
        self.out.append(_start(tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        tag = "h2" if tag == "h1" else tag
        if self.marks:
            self.marks.pop()
        elif tag in _BLOCKS:
            self._words("\n")
        if _HEADING.fullmatch(tag) and self.heading:
            self._close_heading()
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)
        if not self.marks:
            self._words(re.sub(r"\s+", " ", data))

    def handle_entityref(self, name: str) -> None:
        self._entity(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._entity(f"&#{name};")

    def sections(self) -> tuple[Section, ...]:
        """What was cut, without the empty ones; read after `close`."""
        above: list[tuple[int, str]] = []
        cut = []
        for part in self.parts:
            title, text = tidy("".join(part.title)).replace("\n", " "), tidy("".join(part.text))
            above = [one for one in above if part.level and one[0] < part.level]
            chain = tuple(name for _, name in above)
            if title or text:
                cut.append(Section(part.anchor or "", part.level, title, chain, text))
            if title and part.level:
                above.append((part.level, title))
        return tuple(cut)

    def _entity(self, written: str) -> None:
        self.out.append(written)
        if not self.marks:
            self._words(html.unescape(written))

    def _words(self, words: str) -> None:
        (self.parts[-1].title if self.heading else self.parts[-1].text).append(words)

    def _remember(self, anchor: str | None) -> None:
        if anchor:
            self.ids.add(anchor)
            if self.parts[-1].anchor is None:
                self.parts[-1].anchor = anchor

    def _close_heading(self) -> None:
        """Give the heading an id where its author left none."""
        assert self.heading is not None
        part = self.parts[-1]
        if not part.anchor:
            stem = self.prefix + (slug("".join(part.title)) or "section")
            part.anchor, count = stem, 1
            while part.anchor in self.ids:
                count += 1
                part.anchor = f"{stem}_{count}"
            place = self.heading[0]
            self.out[place] = self.out[place].replace(
                f"<h{part.level}", f'<h{part.level} id="{part.anchor}"', 1
            )
            self.ids.add(part.anchor)
        self.heading = None


def _start(tag: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>"
