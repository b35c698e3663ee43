"""A Word document (.docx) to blocks: its parts settled first, so that mammoth reads what Word shows."""

from __future__ import annotations

import xml.dom.expatbuilder  # noqa: F401 (minidom, by which mammoth reads, asks for it when no file opens any more)
from typing import Any

import mammoth

from tutoring.documents.blocks import Document
from tutoring.documents.cutter import IMAGE_SCHEME
from tutoring.documents.cutting import cut, estimate
from tutoring.documents.pictures import Album
from tutoring.documents.word.package import settled
from tutoring.documents.word.styles import STYLE_MAP

__all__ = ["read_word"]


def read_word(content: bytes) -> Document:
    """Warnings: left_out_objects, left_out_images, left_out_contents. Raises `Unreadable`: broken, too_heavy, too_long.

    Tracked insertions are kept, deletions dropped; comments, headers and footers are not part of the text.
    """
    package, warnings = settled(content)
    album = Album()
    converted = mammoth.convert_to_html(
        package,
        style_map=STYLE_MAP,
        include_default_style_map=False,
        include_embedded_style_map=False,
        id_prefix="note-",
        convert_image=mammoth.images.img_element(lambda image: {"src": _source(album, image)}),
    )
    blocks = cut(converted.value)
    if album.left_out:
        warnings.add("left_out_images")
    return Document(blocks, estimate=estimate(blocks), warnings=tuple(sorted(warnings)), images=album.images)


def _source(album: Album, image: Any) -> str:
    """The address of an image of the package, '' for one that is left out or stands for something else."""
    try:
        with image.open() as stream:
            key = album.keep(stream.read())
    except KeyError:  # zipfile has no part called NOWHERE
        return ""
    return f"{IMAGE_SCHEME}{key}" if key else ""
