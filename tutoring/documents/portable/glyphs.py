"""The letters that pdfium finds on a page, gathered into pieces of one font and one baseline, in drawing order."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

# The hyphen of a word that pdfium would join itself, as pages keep it until lines are joined.
CUT = "\u00ad"
# A letter that the font does not name: dropped in the end, but it may be the mark of a list.
UNKNOWN = "\ufffd"

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
_FLAG_ITALIC, _FLAG_FORCE_BOLD = 1 << 6, 1 << 18
_HEAVY = 600
_FILL_AND_STROKE = 2
_NAME_BYTES = 200
# A wider space than this, in sizes of the font, ends a piece: another cell, another column, a tabulation.
_APART = 0.45


@dataclass(slots=True, eq=False)
class Piece:
    """Letters of one font on one baseline. Points; `top` and `y` (the baseline) grow downwards.

    `turn`: degrees that the writing is turned by; `x0`, `x1`, `y` are measured along it.
    `spaced`: a space stood before.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    italic: bool = False
    turn: int = 0
    spaced: bool = False
    # A raised number that calls a footnote: the anchor it leads to.
    call: str = ""


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    bold: bool
    italic: bool
    turn: int


def _address_of(function: Any, *arguments: Any) -> Callable[..., int | None]:
    """The same function of pdfium, answering an address: two letters of one object, or of one font, are told by it."""
    place = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_void_p, *arguments)(place)


_text_object = _address_of(pdfium.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_int)
_font = _address_of(pdfium.FPDFTextObj_GetFont, ctypes.c_void_p)


class Gatherer:
    """Walks the letters of one page once and gathers them."""

    def __init__(self, text_page: Any) -> None:
        self.page = text_page
        self.address = ctypes.cast(text_page, ctypes.c_void_p).value
        self.styles: dict[int | None, _Style] = {}
        self.faces: dict[int | None, tuple[bool, bool]] = {}
        self.pieces: list[Piece] = []
        self.unknown = self.letters = 0
        self._last_x0 = -math.inf

    def gather(self, most: int) -> list[Piece]:
        """The pieces of at most `most` letters."""
        count = min(pdfium.FPDFText_CountChars(self.page), most)
        spaced = False
        before: int | None = None
        for index in range(count):
            code = pdfium.FPDFText_GetUnicode(self.page, index)
            owner = _text_object(self.address, index)
            if owner is None:  # made up by pdfium: a space, or a line's end, also beside a raised number
                spaced = spaced or code == ord(" ")
                continue
            if code in _SPACES:
                spaced = True
                continue
            self.letters += 1
            self._add(index, self._letter(index, code), owner, spaced, owner == before)
            before, spaced = owner, False
        return self.pieces

    def _letter(self, index: int, code: int) -> str:
        if code in _HYPHENS:
            return CUT
        if code < _FIRST_LETTER or code in _NEVER or 0xE000 <= code <= 0xF8FF or code >= 0xF0000:
            self.unknown += 1
            return UNKNOWN
        if pdfium.FPDFText_HasUnicodeMapError(self.page, index) == 1:
            self.unknown += 1
            return UNKNOWN
        return chr(code)

    def _add(self, index: int, letter: str, owner: int, spaced: bool, same: bool) -> None:
        style = self.styles.get(owner) or self._learn(index, owner)
        x0, x1, y = self._place(index, style.turn)
        last, last_x0 = (self.pieces[-1] if self.pieces else None), self._last_x0
        self._last_x0 = x0
        if last is None or not _goes_on(last, style, x0, y, same):
            self.pieces.append(
                Piece(letter, x0, x1, y, style.size, style.bold, style.italic, style.turn, spaced)
            )
            return
        if not same and last.text.endswith(letter) and abs(x0 - last_x0) < 0.12 * style.size:
            return  # drawn twice, a hair apart, to look bold
        gap = x0 - last.x1
        last.text += (" " if spaced and gap > -0.2 * style.size else "") + letter
        last.x1 = max(last.x1, x1)

    def _place(self, index: int, turn: int) -> tuple[float, float, float]:
        """Start, end and baseline of a letter, along its writing."""
        pdfium.FPDFText_GetCharOrigin(self.page, index, _X, _Y)
        pdfium.FPDFText_GetLooseCharBox(self.page, index, _BOX)
        if not turn:
            return _X.value, max(_BOX.right, _X.value), -_Y.value
        x0, y = turned(_X.value, _Y.value, turn)
        corners = [turned(x, y, turn)[0] for x in (_BOX.left, _BOX.right) for y in (_BOX.bottom, _BOX.top)]
        return x0, max(corners) if turn % 90 == 0 else x0 + (max(corners) - min(corners)) / 2, y

    def _learn(self, index: int, owner: int) -> _Style:
        """What the letters of one text object share."""
        pdfium.FPDFText_GetMatrix(self.page, index, _MATRIX)
        scale = math.hypot(_MATRIX.c, _MATRIX.d) or 1.0
        angle = round(math.degrees(math.atan2(_MATRIX.b, _MATRIX.a))) % 360
        angle = next((right for right in (0, 90, 180, 270) if abs(angle - right) <= 2), angle) % 360
        size = abs(pdfium.FPDFText_GetFontSize(self.page, index) * scale) or 1.0
        stroked = pdfium.FPDFTextObj_GetTextRenderMode(ctypes.cast(owner, pdfium.FPDF_PAGEOBJECT))
        bold, italic = self._face(index, _font(owner))
        bold = bold or stroked == _FILL_AND_STROKE
        style = _Style(round(size, 2), bold, italic, angle)
        self.styles[owner] = style
        return style

    def _face(self, index: int, font: int | None) -> tuple[bool, bool]:
        """Whether a font is bold, and whether it is italic: told by its name, its flags, its weight."""
        if font not in self.faces:
            flags = ctypes.c_int()
            length = pdfium.FPDFText_GetFontInfo(self.page, index, _NAME, _NAME_BYTES, flags)
            name = _NAME.raw[: max(length - 1, 0)].decode("utf-8", "replace") if length <= _NAME_BYTES else ""
            heavy = pdfium.FPDFText_GetFontWeight(self.page, index) >= _HEAVY
            bold = bool(_BOLD.search(name)) or bool(flags.value & _FLAG_FORCE_BOLD) or heavy
            self.faces[font] = bold, bool(_ITALIC.search(name)) or bool(flags.value & _FLAG_ITALIC)
        return self.faces[font]


_X, _Y, _BOX, _MATRIX = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF(), pdfium.FS_MATRIX()
_NAME = ctypes.create_string_buffer(_NAME_BYTES)
_SPACES = frozenset((9, 10, 13, 32, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))
_HYPHENS = frozenset((0x02, 0xAD, 0xFFFE))
_NEVER = frozenset((0x7F, 0xFFFD, 0xFFFF, *range(0x80, 0xA0)))
_FIRST_LETTER = 32


def turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point of the page, measured along a writing turned by `turn` degrees, and downwards across it."""
    if not turn:
        return x, -y
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return x * cosine + y * sine, x * sine - y * cosine


def _goes_on(last: Piece, style: _Style, x0: float, y: float, same: bool) -> bool:
    """Whether a letter belongs to the piece before it."""
    size = style.size
    if last.turn != style.turn or abs(last.y - y) > 0.08 * size or abs(last.size - size) > 0.05 * size:
        return False
    if (last.bold, last.italic) != (style.bold, style.italic):
        return False
    gap = x0 - last.x1
    if gap > _APART * size:
        return False
    return gap > -0.5 * size or (same and x0 >= last.x0)
