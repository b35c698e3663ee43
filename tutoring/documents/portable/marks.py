"""How items of a list, numbered headings, entries of a table of contents and page numbers begin or look."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutoring.documents.portable.glyphs import CUT, UNKNOWN
from tutoring.documents.portable.lines import Line

_BULLETS = "•●▪■◦○‣⁃∙·►▶➢➤❖✓✔➔→⇒❑❏□◆◊\uf0a7\uf0b7" + UNKNOWN
_BULLET = re.compile(rf"([{_BULLETS}]) ?(?=\S)")
_DASH = re.compile(r"([-–—−*o§]) (?=\S)")
_COUNT = re.compile(r"(\d{1,2}[.)]|\(?[a-zA-Z]\)|\(?[ivx]{1,4}\)|\(\d{1,2}\)|[a-z]\.|\d{1,2} ?[)°/-]) (?=\S)")
_NUMBERED = re.compile(
    r"((\d{1,2}(?:\.\d{1,2})+)\.?|(\d{1,2})[.)]|([IVX]{1,5}|[A-H])[.)]) [^\W\d_]"
    r"|(?:chapitre|partie|annexe|section) (?:\d{1,2}|[IVX]{1,5})\b",
    re.IGNORECASE,
)
_LEADER = re.compile(r"\s?(?:[.…_·]\s?){4,}\s?(?=[\divxlc]{1,6}$)")
_PAGE = re.compile(
    r"[-–—\[(| ]*(?:page|p\.|p)? ?(\d{1,4}|[ivxl]{1,6})(?: ?(?:/|sur|of|de) ?(\d{1,4}))?[-–—\])| ]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a list item begins with. `length`: letters of its mark; `sure`: nothing else begins so."""

    length: int
    ordered: bool
    sure: bool


def mark(line: Line) -> Mark | None:
    """The mark of the list item that a line begins, if it looks like one."""
    text = line.text.replace(CUT, "-")
    if found := _BULLET.match(text):
        return Mark(found.end(), ordered=False, sure=True)
    if found := _DASH.match(text):
        letter = found[1] in "o§"
        return None if letter and not _stands_apart(line) else Mark(found.end(), False, letter)
    if found := _COUNT.match(text):
        return Mark(found.end(), ordered=True, sure=False)
    return None


def numbered(text: str) -> int:
    """How deep a heading's number is (« 1.2 Titre »: 2), 0 without one."""
    found = _NUMBERED.match(text)
    if not found:
        return 0
    return found[2].count(".") + 1 if found[2] else 1


def is_count(text: str) -> bool:
    """Whether it begins with a number of several levels, which no sentence does."""
    found = _NUMBERED.match(text)
    return bool(found and found[2])


def is_entry(text: str) -> bool:
    """Whether a line is an entry of a table of contents: dots lead to its page."""
    return bool(_LEADER.search(text))


def without_leader(text: str) -> str:
    """« Titre ........ 12 » -> « Titre 12 »."""
    return _LEADER.sub(" ", text)


def page_number(text: str) -> tuple[int, bool] | None:
    """The page that a line does nothing but number, and whether it says so (« Page 3 sur 9 », « 3/9 »)."""
    found = _PAGE.fullmatch(text.replace(CUT, "-"))
    if not found:
        return None
    number = int(found[1]) if found[1].isdecimal() else _roman(found[1].lower())
    return number, bool(found[2]) or "p" in text.lower()


def _stands_apart(line: Line) -> bool:
    return (
        len(line.pieces) > 1
        and len(line.pieces[0].text) == 1
        and line.pieces[1].x0 - line.pieces[0].x1 > 0.5 * line.size
    )


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[letter] for letter in text]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))
