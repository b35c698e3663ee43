"""Which kind of image these bytes are (.png .jpg), by their name and by their signature, which must agree."""

from __future__ import annotations

from pathlib import PurePosixPath

from tutoring.documents.kinds import BadFile

# PNG (W3C, third edition), section 5.2; JPEG (ITU-T T.81), B.1.1.3: SOI, then a marker.
SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg"}


def image_kind(name: str, content: bytes) -> str:
    """`png` or `jpg`. Raises BadFile: empty, unknown_kind, belies_its_name."""
    if not content:
        raise BadFile("empty")
    kind = PurePosixPath(name).suffix.lower().lstrip(".").replace("jpeg", "jpg")
    if kind not in SIGNATURES:
        raise BadFile("unknown_kind")
    if not content.startswith(SIGNATURES[kind]):
        raise BadFile("belies_its_name")
    return kind
