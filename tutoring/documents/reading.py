"""Bytes of a file, or a typed text, to a document: its kind told, its reader run apart, its sense checked."""

from __future__ import annotations

from tutoring.documents import confined
from tutoring.documents.blocks import Document
from tutoring.documents.confined import MEGABYTES, SECONDS
from tutoring.documents.cutter import MAX_BLOCKS, MAX_CHARACTERS
from tutoring.documents.kinds import BadFile, Kind, kind_of
from tutoring.documents.parcel import unpacked
from tutoring.documents.typed import read_text
from tutoring.documents.unreadable import Unreadable

__all__ = ["Unreadable", "read", "read_text"]

_READERS = {
    Kind.DOCX: "tutoring.documents.word:read_word",
    Kind.ODT: "tutoring.documents.opendocument:read_opendocument",
    Kind.MD: "tutoring.documents.typed:read_markdown",
    Kind.PDF: "tutoring.documents.portable:read_pdf",
}


def read(name: str, content: bytes, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Document:
    """The document that `content`, sent as `name`, is, within `seconds` and `megabytes` of memory.

    Raises `Unreadable(code, **params)`, its codes in `unreadable.CODES`.
    """
    try:
        kind = kind_of(name, content)
    except BadFile as bad:
        raise Unreadable(bad.code) from bad
    document = unpacked(confined.run(_READERS[kind], content, seconds=seconds, megabytes=megabytes))
    if kind is Kind.PDF and not document.words:
        # Letters without names show as they should, and say nothing: no image, another thing to do.
        raise Unreadable("unreadable_font" if "unreadable_font" in document.warnings else "no_text")
    if (
        len(document.blocks) > MAX_BLOCKS
        or sum(len(block.text) for block in document.blocks) > MAX_CHARACTERS
    ):
        raise Unreadable("too_long")
    if not document.blocks:
        raise Unreadable("empty")
    return document
