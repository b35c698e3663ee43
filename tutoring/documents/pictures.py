"""Which images of a document are kept: those that a browser shows, told by their first bytes, and not too many."""

from __future__ import annotations

import hashlib

MAX_IMAGES = 60
MAX_BYTES = 10_000_000
_SIGNATURES = (
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", b"\xff\xd8\xff"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
)


def picture_kind(content: bytes) -> str | None:
    """`png`, `jpg`, `gif` or `webp`; None for what no browser is given (emf, wmf, svg, tiff…)."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for kind, signature in _SIGNATURES if content.startswith(signature)), None)


class Album:
    """The images kept of one document, by key; `left_out` once one was not."""

    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.left_out = False
        self._size = 0

    def keep(self, content: bytes) -> str | None:
        """The key of an image ("3f2a….png", the same for the same bytes), or None when it is left out."""
        kind = picture_kind(content)
        key = f"{hashlib.sha256(content).hexdigest()[:20]}.{kind}"
        if key in self.images:
            return key
        full = len(self.images) >= MAX_IMAGES or self._size + len(content) > MAX_BYTES
        if kind is None or full:
            self.left_out = True
            return None
        self.images[key] = content
        self._size += len(content)
        return key
