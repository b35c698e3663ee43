"""The words of one block and their safe HTML, written from marks as they come, so that one always equals the other."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tutoring.documents.blocks import tidy

# Shown as nothing, they would come between a quotation and its passage.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_SPACES = re.compile(r"\s+")
# Below this, no character joins the one before it.
_FIRST_COMBINING = "\u0300"
_LONGEST_CLUSTER = 32


class Mark(NamedTuple):
    """One step of a paragraph: `kind` is text, open, close, break, call (of a note) or image.

    `written`: the words of a text, otherwise the HTML to write. `name`: the element of open and close.
    """

    kind: str
    written: str = ""
    name: str = ""


BREAK = Mark("break")


@dataclass
class Inline:
    """What marks come to: `text` and `html` as a block keeps them; `pictures`, the marks of kind image, apart."""

    text: str
    html: str
    pictures: list[Mark] = field(default_factory=list)


def inline(marks: Iterable[Mark], *, pictures_inside: bool) -> Inline:
    """Write the marks: one space between words, none around; images in the HTML (`pictures_inside`) or apart."""
    writer = _Writer(pictures_inside=pictures_inside)
    for mark in _composed(marks):
        writer.add(mark)
    return writer.done()


class _Writer:
    def __init__(self, *, pictures_inside: bool) -> None:
        self.inside = pictures_inside
        self.out: list[str] = []
        self.words: list[str] = []
        self.pictures: list[Mark] = []
        self.open = False  # whether the last word written awaits a space, or is one
        self.blanks: list[int] = []  # spaces and breaks in `out` since the last word: none remains at the end

    def add(self, mark: Mark) -> None:
        if mark.kind == "text":
            self._text(mark.written)
        elif mark.kind == "break":
            self._break()
        elif mark.kind == "open":
            self._open(mark)
        elif mark.kind == "close":
            self._close(mark)
        elif mark.kind == "image" and not self.inside:
            self.pictures.append(mark)
        else:
            self.out.append(mark.written)

    def done(self) -> Inline:
        for place in self.blanks:
            self.out[place] = ""
        text = "".join(self.words).rstrip(" ")
        written = "".join(self.out)
        if text != tidy(text):  # characters that Unicode composes across marks in a way nobody foresaw
            text = tidy(text)
            written = html.escape(text, quote=False)
        return Inline(text, written, self.pictures)

    def _text(self, raw: str) -> None:
        text = _SPACES.sub(" ", raw)
        core = text.strip(" ")
        if text.startswith(" "):
            self._space()
        if core:
            self.words.append(core)
            self.out.append(html.escape(core, quote=False))
            self.blanks.clear()
            self.open = True
            if text.endswith(" "):
                self._space()

    def _space(self) -> None:
        if self.open:
            self.words.append(" ")
            self.blanks.append(len(self.out))
            self.out.append(" ")
            self.open = False

    def _break(self) -> None:
        if self.words and not any(self.out[place] == "<br>" for place in self.blanks):
            self._space()
            self.blanks.append(len(self.out))
            self.out.append("<br>")

    def _open(self, mark: Mark) -> None:
        # What ends and begins again at once never ended: bold in Word is often so, letter by letter.
        if self.out and self.out[-1] == f"</{mark.name}>" and mark.written == f"<{mark.name}>":
            self.out.pop()
        else:
            self.out.append(mark.written)

    def _close(self, mark: Mark) -> None:
        if self.out and re.match(rf"<{mark.name}[ >]", self.out[-1]):
            self.out.pop()
        else:
            self.out.append(f"</{mark.name}>")


def _composed(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The same marks, their words in NFC even where an accent stands in another mark than its letter."""
    held: list[Mark] = []  # a text, then what stands between it and the next
    for mark in marks:
        if mark.kind != "text":
            held.append(mark)
            continue
        text = mark.written.translate(_INVISIBLE)
        if not text:
            continue
        if held and held[0].kind == "text" and text[0] >= _FIRST_COMBINING:
            held[0], text = _joined(held[0], text)
        for earlier in held:
            yield _normal(earlier)
        held = [Mark("text", text)]
    for earlier in held:
        yield _normal(earlier)


def _joined(before: Mark, text: str) -> tuple[Mark, str]:
    """The letters of `text` that join the end of `before` go there."""
    words, moved = before.written, 0
    while moved < min(len(text), _LONGEST_CLUSTER):
        end, letter = words[-_LONGEST_CLUSTER:], text[moved]
        whole = unicodedata.normalize("NFC", end + letter)
        apart = unicodedata.normalize("NFC", end) + unicodedata.normalize("NFC", letter)
        if whole == apart and not unicodedata.combining(letter):
            break
        words += letter
        moved += 1
    return Mark("text", words), text[moved:]


def _normal(mark: Mark) -> Mark:
    return Mark("text", unicodedata.normalize("NFC", mark.written)) if mark.kind == "text" else mark
