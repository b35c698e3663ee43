"""Lines joined into text: spans of one look, words cut at a line's end made whole again."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tutoring.documents.blocks import tidy
from tutoring.documents.portable.glyphs import CUT, UNKNOWN
from tutoring.documents.portable.lines import Line

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")
_IDEOGRAMS = "\u2e80"  # from here on, writing that knows no space
_DASHES = re.compile("[-‐]$")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_DROPPED: dict[int, str | None] = {
    **_LIGATURES,
    ord(UNKNOWN): None,
    0x200B: None,
    0xFEFF: None,
    ord(CUT): "-",
}
# What keeps its hyphen with most words that follow it, and with most that stand before it.
_PREFIXES = frozenset(
    (
        "semi",
        "demi",
        "quasi",
        "socio",
        "politico",
        "médico",
        "anglo",
        "franco",
        "celui",
        "celle",
        "ceux",
        "celles",
    )
)
# What keeps it with the small words that are put after it, « lui-/même », « au-/delà », « peut-/être ».
_OPEN = frozenset(
    (
        "au",
        "par",
        "là",
        "ci",
        "peut",
        "lui",
        "elle",
        "elles",
        "eux",
        "soi",
        "moi",
        "toi",
        "nous",
        "vous",
        "est",
        "vice",
        "avant",
        "après",
        "non",
        "ex",
    )
)
_ENDINGS = frozenset(
    (
        "être",
        "même",
        "mêmes",
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "je",
        "tu",
        "nous",
        "vous",
        "ci",
        "là",
        "delà",
        "dessus",
        "dessous",
        "ce",
    )
)
# Cut lines among a hundred full ones: below, nobody's software cut words, their hyphens are their own.
_CUT_BY_SOFTWARE = 0.025
_ENOUGH = 40
_LONG = 4


@dataclass(slots=True)
class Span:
    """Letters of one look. `call`: the anchor of the footnote whose number this is."""

    text: str
    bold: bool = False
    italic: bool = False
    call: str = ""


@dataclass(slots=True)
class Vocabulary:
    """The words of a document that no line's end cuts, and whether its lines cut words at all."""

    words: Counter[str] = field(default_factory=Counter)
    cuts: bool = True

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Vocabulary:
        """Read from every line."""
        words: Counter[str] = Counter()
        total = cut = 0
        for line in lines:
            text = line.text
            total += 1
            if text.endswith((CUT, "-")):
                cut += 1
                text = text[: -len(text.split()[-1])] if text.split() else ""
            words.update(word.lower() for word in _WORD.findall(text.replace(CUT, "-")))
        for word, times in list(words.items()):
            for part in word.split("-") if "-" in word else ():
                words[part] += times
        return cls(words, cut > _CUT_BY_SOFTWARE * total or total < _ENOUGH)

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether a hyphen at a line's end belongs to the word: « peut-/être », « socio-/culturel »."""
        start, end = _LAST.search(before), _FIRST.match(after)
        if not start or not end or not end[0][0].islower() or start[0][-1].isdigit():
            return True
        one, two = start[0].lower(), end[0].lower()
        joined, hyphened = self.words[one + two], self.words[f"{one}-{two}"]
        if joined or hyphened:
            return hyphened > joined
        if after[end.end() : end.end() + 1] == "-" and two == "t":
            return True
        if one in _PREFIXES or (two in _ENDINGS and (one in _OPEN or self.words[one] > 1)):
            return True
        if min(len(one), len(two)) >= _LONG and self.words[one] and self.words[two]:
            return True
        return not self.cuts


def joined(lines: list[Line], vocabulary: Vocabulary, *, skip: int = 0) -> list[Span]:
    """The spans of lines that follow each other. `skip`: letters of the first line that are a mark, not words."""
    spans: list[Span] = []
    for number, line in enumerate(lines):
        begun = _spans(line, skip if number == 0 else 0)
        if spans and begun:
            _glue(spans, begun, vocabulary)
        spans += begun
    return spans


def _glue(spans: list[Span], begun: list[Span], vocabulary: Vocabulary) -> None:
    """A space between two lines, or the hyphen of a cut word taken out."""
    last = next((span for span in reversed(spans) if not span.call), None)
    after = "".join(span.text for span in begun if not span.call)
    if last is None or spans[-1].call:
        begun[0].text = " " + begun[0].text
        return
    text = last.text.rstrip()
    if text[-1:] >= _IDEOGRAMS and after[:1] >= _IDEOGRAMS:
        return
    cut = text.endswith(CUT) or (_DASHES.search(text) and text[-2:-1].isalpha())
    if not cut:
        last.text += " "
        return
    before = text[:-1]
    if not _LAST.search(before):
        last.text = text + " "
    else:
        last.text = before + ("-" if vocabulary.keeps_hyphen(before, after) else "")


def _spans(line: Line, skip: int) -> list[Span]:
    spans: list[Span] = []
    for space, piece in line.spaced():
        text = space + piece.text
        taken = min(skip, len(text))
        skip, text = skip - taken, text[taken:]
        if not text:
            continue
        if piece.call:
            spans.append(Span(piece.text, call=piece.call))
        elif (
            spans and not spans[-1].call and (spans[-1].bold, spans[-1].italic) == (piece.bold, piece.italic)
        ):
            spans[-1].text += text
        else:
            spans.append(Span(text, piece.bold, piece.italic))
    return spans


def written(spans: list[Span], *, bold: bool = True) -> tuple[str, str]:
    """Text and inline HTML of spans, as blocks hold them. `bold`: False where all of it is bold, as in a heading."""
    text, parts, spaced = "", [], True
    for span in _merged(spans, bold=bold):
        if span.call:
            parts.append(f'<sup class="call"><a href="#{span.call}">{span.text}</a></sup>')
            continue
        words = tidy(span.text)
        before = " " if span.text[:1].isspace() and not spaced else ""
        if not words:
            text, spaced = text + before, spaced or bool(before)
            parts.append(before)
            continue
        after = " " if span.text[-1:].isspace() else ""
        text, spaced = text + before + words + after, bool(after)
        parts.append(before + _marked(html.escape(words, quote=False), span) + after)
    return _closed(text, parts)


def _merged(spans: list[Span], *, bold: bool) -> list[Span]:
    """Spans without letters that mean nothing, those of one look made one."""
    merged: list[Span] = []
    for span in spans:
        text = _readable(span.text)
        look = (span.bold and bold, span.italic, span.call)
        last = merged[-1] if merged and not merged[-1].call and not span.call else None
        if last and (not text.strip() or (last.bold, last.italic, last.call) == look):
            last.text += text
        else:
            merged.append(Span(text, *look))
    return merged


def _readable(text: str) -> str:
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return whole.translate(_DROPPED)


def _marked(words: str, span: Span) -> str:
    words = f"<em>{words}</em>" if span.italic else words
    return f"<strong>{words}</strong>" if span.bold else words


def _closed(text: str, parts: list[str]) -> tuple[str, str]:
    """No space at the end, of the text nor of the HTML's words."""
    if text.endswith(" "):
        text = text.rstrip()
        for place in range(len(parts) - 1, -1, -1):
            if not parts[place].startswith("<sup"):
                parts[place] = parts[place].rstrip()
                if parts[place]:
                    break
    return text, "".join(parts)
