"""What the styles of an OpenDocument text say of its words: bold, italic, headings, quotes, bullets or numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, STYLE, TEXT, TABLE, DRAW = (_NS % name for name in ("office", "style", "text", "table", "drawing"))
_FO = _NS % "xsl-fo-compatible"

_QUOTE = re.compile(r".*\b(?:quote|quotes|quotation|quotations|citation|citations)\b.*|block text")
_TITLE = re.compile(r"title|titre|titre principal")
_HEADING = re.compile(r"(?:heading|titre)\s*([1-9])")
MAX_PARENTS = 30


@dataclass
class Style:
    """One style. `role`: h1 to h6, quote or ''. `own`: made by hand in the text, its look is what its author meant."""

    role: str = ""
    own: bool = False
    bold: bool | None = None
    italic: bool | None = None
    struck: bool = False
    place: str = ""  # sub, sup or ''

    @property
    def tags(self) -> list[str]:
        """The elements that say its look, outermost first."""
        looks = (("strong", self.bold), ("em", self.italic), ("s", self.struck), (self.place, self.place))
        return [tag for tag, on in looks if on]


@dataclass
class Styles:
    """Styles of paragraphs and of words by their names; of each list style, which levels (from 1) are numbered."""

    paragraphs: dict[str, Style] = field(default_factory=dict)
    words: dict[str, Style] = field(default_factory=dict)
    numbered: dict[str, frozenset[int]] = field(default_factory=dict)


def read_styles(styles: Any | None, content: Any) -> Styles:
    """From the roots of `styles.xml`, which may be absent, and `content.xml`."""
    roots = [root for root in (styles, content) if root is not None]
    found = Styles()
    for family, kept in (("paragraph", found.paragraphs), ("text", found.words)):
        known: dict[str, tuple[Any, bool]] = {}
        for root in roots:
            for group, own in ((f"{OFFICE}styles", False), (f"{OFFICE}automatic-styles", root is content)):
                for one in root.iterfind(f"{group}/{STYLE}style"):
                    if one.get(f"{STYLE}family") == family:
                        known[one.get(f"{STYLE}name", "")] = (one, own)
        kept.update({name: _style(name, known) for name in known})
    for root in roots:
        for one in root.iter(f"{TEXT}list-style"):
            levels = one.iterfind(f"{TEXT}list-level-style-number")
            found.numbered[one.get(f"{STYLE}name", "")] = frozenset(
                int(level.get(f"{TEXT}level", "1"))
                for level in levels
                if level.get(f"{TEXT}level", "1").isdecimal() and level.get(f"{STYLE}num-format", "1")
            )
    return found


def _style(name: str, known: dict[str, tuple[Any, bool]]) -> Style:
    """With what it inherits: the role from any parent, the look of words from any, of paragraphs from none."""
    style = Style(own=known[name][1])
    now = name
    for _ in range(MAX_PARENTS):
        if now not in known:
            break
        element, _own = known[now]
        style.role = style.role or _role(now, element)
        look = element.find(f"{STYLE}text-properties")
        if look is not None and (now == name or element.get(f"{STYLE}family") == "text"):
            _look(style, look)
        now = element.get(f"{STYLE}parent-style-name", "")
    return style


def _role(name: str, element: Any) -> str:
    if element.get(f"{STYLE}family") != "paragraph":
        return ""
    level = element.get(f"{STYLE}default-outline-level", "")
    if level.isdecimal() and int(level) > 0:
        return f"h{min(6, int(level))}"
    shown = element.get(f"{STYLE}display-name") or name
    # A name is an XML one: « Text_20_body ».
    shown = re.sub(r"_([0-9a-f]{2,4})_", lambda code: chr(int(code[1], 16)), shown).strip().lower()
    if heading := _HEADING.fullmatch(shown):
        return f"h{min(6, int(heading[1]))}"
    if _TITLE.fullmatch(shown):
        return "h1"
    return "quote" if _QUOTE.fullmatch(shown) else ""


def _look(style: Style, look: Any) -> None:
    weight, slant = look.get(f"{_FO}font-weight"), look.get(f"{_FO}font-style")
    if style.bold is None and weight:
        style.bold = weight == "bold" or (weight.isdecimal() and int(weight) >= 600)
    if style.italic is None and slant:
        style.italic = slant in ("italic", "oblique")
    style.struck |= look.get(f"{STYLE}text-line-through-style", "none") != "none"
    place = look.get(f"{STYLE}text-position", "").split(" ")[0]
    if place and not style.place:
        raised = place == "super" or (place.endswith("%") and not place.startswith(("-", "0")))
        style.place = "sup" if raised else "sub" if place == "sub" or place.startswith("-") else ""
