"""What a reader may type: words, "quoted phrases", ET, OU, SAUF, +word, -word; anything else is just words.

No field names, wildcards, ranges or fuzziness: they let one query take seconds (search study, section 4.5).
Every input means something and costs little: it is cut at 200 characters and 12 words.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 200
MOST_WORDS = 12

_AND, _OR, _NOT = {"ET", "AND"}, {"OU", "OR"}, {"SAUF", "NOT"}
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‟": '"', "＂": '"'})
_PIECE = re.compile(r'(?P<sign>(?<!\S)[+-](?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_SPOKEN = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Lexeme:
    """A word as typed (perhaps hyphenated or with an apostrophe), or the inside of a pair of quotes."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Question:
    """Any of `groups`, each with all its lexemes; all of `required`; none of `excluded`.

    `unfinished` is the last word when nothing follows it: the reader may still be typing it.
    """

    groups: tuple[tuple[Lexeme, ...], ...] = ()
    required: tuple[Lexeme, ...] = ()
    excluded: tuple[Lexeme, ...] = ()
    unfinished: Lexeme | None = None

    @property
    def positive(self) -> tuple[Lexeme, ...]:
        """Everything that is looked for."""
        return (*self.required, *(lexeme for group in self.groups for lexeme in group))


def tidy(text: str) -> str:
    """The question as it is understood: composed, one space between words, at most 200 characters."""
    text = unicodedata.normalize("NFC", text[: 4 * LONGEST])
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:LONGEST]


def parse(text: str) -> Question:
    """Read a question. Never fails; a question without a word is empty."""
    text = tidy(text).translate(_QUOTES)
    groups: list[list[Lexeme]] = [[]]
    required: list[Lexeme] = []
    excluded: list[Lexeme] = []
    last: Lexeme | None = None
    left, negated = MOST_WORDS, False
    for piece in _PIECE.finditer(text):
        sign, phrase, word = piece["sign"], piece["phrase"], piece["word"]
        if word in _NOT:
            negated = True
        elif word in _OR:
            groups.append([])
        elif word not in _AND and left > 0 and _SPOKEN.search(spoken := word if phrase is None else phrase):
            lexeme = Lexeme(" ".join(spoken.split()[:left]), quoted=phrase is not None)
            left -= max(1, len(lexeme.text.split()))
            if negated or sign == "-":
                excluded.append(lexeme)
            else:
                (required if sign == "+" else groups[-1]).append(lexeme)
                ends = piece.end() == len(text) and not lexeme.quoted and text[-1:].isalnum()
                last = lexeme if ends else None
            negated = False
    kept = tuple(tuple(group) for group in groups if group)
    return Question(kept, tuple(required), tuple(excluded), last)
