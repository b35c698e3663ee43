"""Which kind of image these bytes are, by their signature: of an upload (.png .jpg, by its name too), of a document."""

from __future__ import annotations

from pathlib import PurePosixPath

from tutoring.documents.kinds import BadFile

# PNG (W3C, third edition), section 5.2; JPEG (ITU-T T.81), B.1.1.3: SOI, then a marker.
SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
_GIF = (b"GIF87a", b"GIF89a")


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


def kind_of_image(content: bytes) -> str | None:
    """The kind of an image inside a document, among those a browser shows and that hold no script; None for others."""
    if content.startswith(_GIF):
        return "gif"
    # RIFF container of WebP: "RIFF", a length, "WEBP".
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for kind, start in SIGNATURES.items() if content.startswith(start)), None)
