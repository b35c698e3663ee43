"""French words as search sees them: how a text is cut, which words say nothing, what inflected forms share.

Pipeline P4 of the study: compose (NFC), drop stop words, œ -> oe, Snowball's French stem, then fold accents.
Folding before stemming would lose the é-suffixes ("évaluée" -> "evalue", "évalués" -> "evalu"). A word typed
without accents is given those of the index when it is looked for (`lexicon`), not here.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from whoosh.analysis import Token
from whoosh.analysis.acore import Composable
from whoosh.lang import stopwords_for_language
from whoosh.lang.snowball.french import FrenchStemmer

# Grows with any change of what a text becomes: an index of another version is built again.
ANALYSIS_VERSION = 1
LONGEST_WORD = 64
SEPARATOR = "\x1f"

# A word, and the endings of an inclusive form: « étudiant·e·s » is « étudiant ».
WORD = re.compile(r"([^\W_]+)(?:[·•‧・][^\W_]{1,6})*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
# Elided articles and pronouns stand alone once the apostrophe has cut them off.
_ELIDED = ("l", "d", "c", "j", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "les")
STOP_WORDS = frozenset(stopwords_for_language("fr")) | frozenset(_ELIDED)

_BARE_PARTICIPLE = ("ee", "ees")

_stem = FrenchStemmer().stem


def composed(text: str) -> str:
    """The text that is stored and looked through: accents composed, soft hyphens and joiners out."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """A small-letter word without accents nor ligatures: "cœur" -> "coeur", "été" -> "ete"."""
    spread = unicodedata.normalize("NFKD", word.translate(_LIGATURES))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


@lru_cache(maxsize=200_000)
def term(word: str) -> str:
    """What the inflected forms of a small-letter word share: "évaluées" and "évalue" -> "evalu"."""
    word = word.translate(_LIGATURES)
    if word.endswith(_BARE_PARTICIPLE):
        # "EVALUEE" typed without its accent: no French word ends so, and the stem needs the é.
        word = re.sub("ee(s?)$", r"ée\1", word)
    return folded(_stem(word))


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word that says something, in small letters, with where it begins and ends. `text` is composed."""
    for found in WORD.finditer(text):
        word = found[1].lower()[:LONGEST_WORD]
        if word not in STOP_WORDS:
            yield word, found.start(), found.end()


def words(text: str) -> list[str]:
    """The words of `text` that say something, in small letters with their accents."""
    return [word for word, _, _ in spans(composed(text))]


class _Analyzer(Composable):  # type: ignore[misc]
    """What Whoosh asks of an analyser. The index keeps it by name (a pickle of this module's constant)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> str:
        return self.name

    def has_morph(self) -> bool:
        return False


class FrenchAnalyzer(_Analyzer):
    """Terms in their order, with their places in the text."""

    def __call__(
        self, value: str, *, start_pos: int = 0, start_char: int = 0, **options: object
    ) -> Iterator[Token]:
        options.pop("tokenize", None)
        token = Token(**options)
        for position, (word, begin, end) in enumerate(spans(value), start_pos):
            token.text = term(word)
            token.pos = position
            token.startchar, token.endchar = start_char + begin, start_char + end
            token.stopped = False
            yield token


class FormsAnalyzer(_Analyzer):
    """Each different word once, as `folded + SEPARATOR + word`: the lexicon, kept inside the index."""

    def __call__(self, value: str, **options: object) -> Iterator[Token]:
        options.pop("tokenize", None)
        token = Token(**options)
        for position, word in enumerate(sorted({word for word, _, _ in spans(value)})):
            token.text = folded(word) + SEPARATOR + word
            token.pos = position
            yield token


FRENCH = FrenchAnalyzer("FRENCH")
FORMS = FormsAnalyzer("FORMS")
