"""What the paragraphs of a Word document are, by their styles and numbering: headings, quotes, items of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

# The only styles left in a settled document. A list has nine levels (ECMA-376 part 1, 17.9.3, ilvl).
LEVELS = 9


def _list_path(kind: str, level: int) -> str:
    return " > ".join([*["ul|ol > li"] * (level - 1), f"{kind} > li:fresh"])


STYLE_MAP = "\n".join(
    [
        *(f"p.h{level} => h{level}:fresh" for level in range(1, 7)),
        "p.quote => blockquote > p:fresh",
        *(
            f"p.{kind}{level} => {_list_path(kind, level)}"
            for kind in ("ul", "ol")
            for level in range(1, LEVELS + 1)
        ),
        "p => p:fresh",
        "u => u",
    ]
)

# Word keeps the English names of its own styles in every language; other programs and templates translate them.
_HEADING = re.compile(r"(?:heading|titre|title|überschrift)\s*([1-9])")
_TITLE = re.compile(r"title|titre|document title|titre du document|titre principal")
_QUOTE = re.compile(r".*\b(?:quote|quotes|quotation|quotations|citation|citations)\b.*|block text")
_CONTENTS = re.compile(r"(?:toc|tm|contents|table des matières)\s*[1-9]|toc heading|table of figures|tdm.*")


@dataclass
class Style:
    """One style of the document; `role` is h1 to h6, quote, contents or ''."""

    role: str = ""
    numbering: tuple[str, int] | None = None
    bold: bool = False
    italic: bool = False


@dataclass
class Styles:
    """What styles and numbering say, by their ids; `default` is the style of paragraphs that name none."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default: Style = field(default_factory=Style)
    bullets: dict[tuple[str, int], bool] = field(default_factory=dict)

    def of_paragraph(self, properties: Any | None) -> str:
        """h1 to h6, quote, contents, ul1 to ul9, ol1 to ol9, or '' for a paragraph."""
        name = value(properties, "pStyle")
        style = self.by_id.get(name, self.default) if name else self.default
        outline = value(properties, "outlineLvl")
        if (
            style.role in ("", "quote")
            and outline is not None
            and outline.isdecimal()
            and int(outline) < LEVELS
        ):
            return f"h{min(6, int(outline) + 1)}"
        if style.role:
            return style.role
        return self._item(properties, style)

    def _item(self, properties: Any | None, style: Style) -> str:
        number, level = style.numbering or (None, 0)
        direct = None if properties is None else properties.find(f"{W}numPr")
        if direct is not None:
            number = value(direct, "numId") or number
            stated = value(direct, "ilvl")
            level = int(stated) if stated and stated.isdecimal() else level
        if number is None:
            return ""
        bullet = self.bullets.get((number, level))
        return "" if bullet is None else f"{'ul' if bullet else 'ol'}{min(level + 1, LEVELS)}"


def value(element: Any | None, name: str) -> str | None:
    """The `w:val` of a child."""
    child = None if element is None else element.find(W + name)
    return None if child is None else child.get(f"{W}val")


def is_on(properties: Any | None, name: str) -> bool:
    """Whether a toggle such as `w:b` is there and on."""
    child = None if properties is None else properties.find(W + name)
    return child is not None and child.get(f"{W}val") not in ("0", "false", "off", "none")


def read_styles(styles: Any | None, numbering: Any | None) -> Styles:
    """From the roots of `styles.xml` and `numbering.xml`, either of which may be absent."""
    found = Styles()
    elements = (
        [] if styles is None else [one for one in styles.iterchildren(f"{W}style") if one.get(f"{W}styleId")]
    )
    known = {one.get(f"{W}styleId"): one for one in elements}
    for name, element in known.items():
        found.by_id[name] = _style(element, known)
        if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true", "on"):
            found.default = found.by_id[name]
    if numbering is not None:
        links = {name: value(one.find(f"{W}pPr/{W}numPr"), "numId") for name, one in known.items()}
        found.bullets = _bullets(numbering, links)
    return found


def _style(element: Any, known: dict[str, Any]) -> Style:
    """With what it inherits; a chain that turns in a circle ends where it began."""
    style, seen = Style(), set()
    now: Any | None = element
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        paragraph, run = now.find(f"{W}pPr"), now.find(f"{W}rPr")
        style.role = style.role or _role(now, paragraph)
        numbers = None if paragraph is None else paragraph.find(f"{W}numPr")
        number, level = value(numbers, "numId"), value(numbers, "ilvl")
        if style.numbering is None and number:
            style.numbering = (number, int(level) if level and level.isdecimal() else 0)
        style.bold |= is_on(run, "b")
        style.italic |= is_on(run, "i")
        now = known.get(value(now, "basedOn") or "")
    return style


def _role(element: Any, paragraph: Any | None) -> str:
    if element.get(f"{W}type") not in (None, "paragraph"):
        return ""
    name = re.sub(r"[\s_-]+", " ", (value(element, "name") or element.get(f"{W}styleId"))).strip().lower()
    if _CONTENTS.fullmatch(name):
        return "contents"
    if heading := _HEADING.fullmatch(name):
        return f"h{min(6, int(heading[1]))}"
    outline = value(paragraph, "outlineLvl")
    if outline and outline.isdecimal() and int(outline) < LEVELS:
        return f"h{min(6, int(outline) + 1)}"
    if _TITLE.fullmatch(name):
        return "h1"
    return "quote" if _QUOTE.fullmatch(name) else ""


def _bullets(numbering: Any, links: dict[str, str | None]) -> dict[tuple[str, int], bool]:
    """By number and level (from 0), whether the list is of bullets; levels that number nothing are absent."""
    abstract = {one.get(f"{W}abstractNumId"): one for one in numbering.iterchildren(f"{W}abstractNum")}
    numbers = {one.get(f"{W}numId"): one for one in numbering.iterchildren(f"{W}num")}
    bullets: dict[tuple[str, int], bool] = {}
    for number, element in numbers.items():
        for level in _levels(element, abstract, numbers, links):
            place, kind = level.get(f"{W}ilvl", "0"), value(level, "numFmt")
            if place.isdecimal() and kind != "none":
                bullets[number, int(place)] = kind == "bullet"
    return bullets


def _levels(
    element: Any, abstract: dict[str, Any], numbers: dict[str, Any], links: dict[str, str | None]
) -> list[Any]:
    """The levels of a `w:num`: its abstract's, those of the style that the abstract leads to, its own over them."""
    own = element.findall(f"{W}lvlOverride/{W}lvl")
    base = abstract.get(value(element, "abstractNumId") or "")
    link = value(base, "numStyleLink")
    if link and (other := numbers.get(links.get(link) or "")) is not None:
        base = abstract.get(value(other, "abstractNumId") or "")
    return [*([] if base is None else base.findall(f"{W}lvl")), *own]
