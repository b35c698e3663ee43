"""What a comment written in Word proposes: the kind that its first words announce, the name that it is signed with."""

from __future__ import annotations

import re
import unicodedata

from tutoring.documents.blocks import plain
from tutoring.notes.models import RemarkKind

# How those who comment in Word say it by themselves, in French and in English; without accents.
_OPENINGS = (
    (RemarkKind.BLOCKING, r"a (traiter|corriger|reprendre)|bloquant|imperatif|blocking|must fix"),
    (RemarkKind.QUESTION, r"questions?"),
    (RemarkKind.PRAISE, r"bravo|points? forts?|tres bien|excellent|bien vu|well done|praise|great"),
    (RemarkKind.SUGGESTION, r"suggestions?|propositions?"),
)


def proposed_kind(text: str) -> RemarkKind:
    """The kind that a comment's first words name; a question when all it does is ask; a suggestion otherwise."""
    bare = _bare(text)
    for kind, words in _OPENINGS:
        if re.match(rf"\W*(?:{words})\b", bare):
            return kind
    return RemarkKind.QUESTION if bare.endswith("?") else RemarkKind.SUGGESTION


def signed(text: str, author: str, *, me: str, alone: bool) -> str:
    """The words, with their author's name below when it is not the one who brings them.

    `alone`: one person wrote all there is; then it is them, whatever their Word calls them.
    """
    if alone or not author or same_words(author, me):
        return text
    return f"{text}\n\n— {author}"


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same, however they are typed."""
    return plain(one) == plain(other)


def _bare(text: str) -> str:
    """Small letters without accents."""
    taken = unicodedata.normalize("NFD", plain(text))
    return "".join(letter for letter in taken if not unicodedata.combining(letter))
