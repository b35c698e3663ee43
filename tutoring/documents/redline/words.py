"""What changed between two texts, word by word: what stays, what is gone, what is new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, groupby, pairwise

from rapidfuzz.distance import Indel

from tutoring.documents.blocks import plain

# Between two blocks whose texts are compared as one.
BLOCK_BREAK = "\n"

# A token: a word, or one sign, with the space before it. « l’évaluation » makes three.
_TOKEN = re.compile(r"\n|[^\S\n]*(?:\w[\w\u00ad\u200b\u2060\ufeff]*|\.{3}|[^\w\s])|[^\S\n]+")
_LETTER = re.compile(r"\w")
# Words kept between two changes are shown as changed when they are few, and little beside what changed around them.
_FEW, _LITTLE = 3, 2
# Under this share of letters kept, the shorter text was not reworded but replaced.
_REPLACED = 0.15
# Tokens of one text times tokens of the other: rapidfuzz keeps a bit for each, here 50 MB.
_LARGEST = 400_000_000
_ENDS = {BLOCK_BREAK: 3, ".": 2, "!": 2, "?": 2, "...": 2, ",": 1, ";": 1, ":": 1}


class PieceKind(StrEnum):
    """On which side words are found."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that stay, are gone or are new. `was`: how the old text wrote those that stay, if otherwise
    (apostrophes, quotation marks, spaces, capitals: see `plain`)."""

    kind: PieceKind
    text: str
    was: str | None = None


def before(pieces: Iterable[Piece]) -> str:
    """The old text."""
    return "".join(
        piece.text if piece.was is None else piece.was for piece in pieces if piece.kind != PieceKind.NEW
    )


def after(pieces: Iterable[Piece]) -> str:
    """The new text."""
    return "".join(piece.text for piece in pieces if piece.kind != PieceKind.GONE)


def kept(old: str, new: str) -> tuple[Piece, ...]:
    """The new text, all of it the same words."""
    return (Piece(PieceKind.SAME, new, None if old == new else old),) if old or new else ()


def gone(text: str) -> tuple[Piece, ...]:
    """The text, all of it gone."""
    return (Piece(PieceKind.GONE, text),) if text else ()


def added(text: str) -> tuple[Piece, ...]:
    """The text, all of it new."""
    return (Piece(PieceKind.NEW, text),) if text else ()


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces, those of one kind that touch made one."""
    pieces = tuple(pieces)
    if all(one.kind != other.kind for one, other in pairwise(pieces)):
        return pieces
    found = []
    for kind, some in groupby(pieces, key=lambda piece: piece.kind):
        run = list(some)
        now = after(run) if kind != PieceKind.GONE else before(run)
        was = before(run) if kind == PieceKind.SAME else now
        found.append(Piece(kind, now, None if was == now else was))
    return tuple(found)


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """Pieces such that `before` gives `old` and `after` gives `new`, exactly. Blind to typography (`Piece.was`)."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    keys = _keys(a), _keys(b)
    spans = _legible(_slid(_spans(*keys), keys), a, b)
    return joined(_pieces(spans, a, b))


@dataclass(slots=True)
class _Span:
    """Tokens `i` to `end_i` of the old text beside tokens `j` to `end_j` of the new."""

    same: bool
    i: int
    end_i: int
    j: int
    end_j: int


@lru_cache(maxsize=16384)
def _key(token: str) -> str:
    return token if token == BLOCK_BREAK else plain(token)


def _keys(tokens: Sequence[str]) -> list[str]:
    return [_key(token) for token in tokens]


def _spans(a: Sequence[str], b: Sequence[str]) -> list[_Span]:
    """Same and changed spans in turn. Each key is written as one character: that is what rapidfuzz compares fastest."""
    if len(a) * len(b) > _LARGEST:
        return _outer(a, b)
    numbers: dict[str, str] = {}
    for key in (*a, *b):
        numbers.setdefault(key, chr(len(numbers) + 1))
    opcodes = Indel.opcodes("".join(numbers[key] for key in a), "".join(numbers[key] for key in b))
    return _joined(
        _Span(code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in opcodes
    )


def _outer(a: Sequence[str], b: Sequence[str]) -> list[_Span]:
    """Only what both begin and end with stays: of texts too long to be compared whole."""
    least = min(len(a), len(b))
    first = next((at for at in range(least) if a[at] != b[at]), least)
    last = next((at for at in range(least - first) if a[-1 - at] != b[-1 - at]), least - first)
    middle_a, middle_b = len(a) - last, len(b) - last
    spans = (
        _Span(True, 0, first, 0, first),
        _Span(False, first, middle_a, first, middle_b),
        _Span(True, middle_a, len(a), middle_b, len(b)),
    )
    return [span for span in spans if span.i != span.end_i or span.j != span.end_j]


def _slid(spans: list[_Span], keys: tuple[list[str], list[str]]) -> list[_Span]:
    """What was only added, or only taken away, begins where a sentence does, when the words around allow it."""
    for left, span, right in zip(spans, spans[1:], spans[2:], strict=False):
        if span.same or (span.i != span.end_i and span.j != span.end_j):
            continue
        side = keys[0] if span.j == span.end_j else keys[1]
        start, end = (span.i, span.end_i) if span.j == span.end_j else (span.j, span.end_j)
        shift = _best_shift(side, start, end, left.end_i - left.i, right.end_i - right.i)
        left.end_i, left.end_j = left.end_i + shift, left.end_j + shift
        right.i, right.j = right.i + shift, right.j + shift
        span.i, span.end_i, span.j, span.end_j = left.end_i, right.i, left.end_j, right.j
    return _joined(span for span in spans if span.i != span.end_i or span.j != span.end_j)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Spans of one kind that touch become one."""
    found: list[_Span] = []
    for span in spans:
        if found and found[-1].same == span.same:
            found[-1].end_i, found[-1].end_j = span.end_i, span.end_j
        else:
            found.append(span)
    return found


def _best_shift(side: Sequence[str], start: int, end: int, room_left: int, room_right: int) -> int:
    """By how many tokens to move a span that may slide, to begin after the strongest break; 0 if none is stronger."""
    best, rank = 0, _rank(side, start)
    for step, room in ((-1, room_left), (1, room_right)):
        for far in range(1, room + 1):
            at = start + step * far
            given, taken = (at, end + step * far) if step < 0 else (at - 1, end + far - 1)
            if side[given] != side[taken]:
                break
            if _rank(side, at) > rank:
                best, rank = step * far, _rank(side, at)
    return best


def _rank(side: Sequence[str], at: int) -> int:
    return 3 if at == 0 else _ENDS.get(side[at - 1], 0)


def _legible(spans: list[_Span], a: Sequence[str], b: Sequence[str]) -> list[_Span]:
    """Crumbs that stay between two changes are taken into one change; a text that shares only crumbs is replaced."""
    letters = _letters(a), _letters(b)
    found: list[_Span] = []
    for span in spans:
        found.append(span)
        while len(found) >= 3 and _crumb(found[-3:], letters, b):
            first, _, last = found[-3:]
            found[-3:] = [_Span(False, first.i, last.end_i, first.j, last.end_j)]
    stay = sum(letters[1][span.end_j] - letters[1][span.j] for span in found if span.same)
    if len(found) > 1 and stay < _REPLACED * min(letters[0][-1], letters[1][-1]):
        return [_Span(False, 0, len(a), 0, len(b))]
    return found


def _crumb(three: Sequence[_Span], letters: tuple[list[int], list[int]], b: Sequence[str]) -> bool:
    first, stays, last = three
    if first.same or not stays.same or last.same:
        return False
    gone = [letters[0][span.end_i] - letters[0][span.i] for span in (first, last)]
    new = [letters[1][span.end_j] - letters[1][span.j] for span in (first, last)]
    little = min(max(gone[0], new[0]), max(gone[1], new[1]))
    if not sum(gone) or not sum(new) or _LITTLE * (letters[1][stays.end_j] - letters[1][stays.j]) > little:
        return False
    words = b[stays.j : stays.end_j]
    return BLOCK_BREAK not in words and sum(1 for word in words if _LETTER.search(word)) <= _FEW


def _letters(tokens: Sequence[str]) -> list[int]:
    """How many letters come before each token, and in all."""
    counts = (len(token) - token.startswith(" ") if _LETTER.search(token) else 0 for token in tokens)
    return list(accumulate(counts, initial=0))


def _pieces(spans: Iterable[_Span], a: Sequence[str], b: Sequence[str]) -> Iterable[Piece]:
    for span in spans:
        old, new = "".join(a[span.i : span.end_i]), "".join(b[span.j : span.end_j])
        if span.same:
            yield from kept(old, new)
            continue
        space = " " if old.startswith(" ") and new.startswith(" ") else ""
        yield from kept(space, space)
        yield from gone(old[len(space) :])
        yield from added(new[len(space) :])
