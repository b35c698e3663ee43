"""An OpenDocument text (.odt) to blocks: its content walked as what LibreOffice shows of it."""

from __future__ import annotations

from tutoring.documents.archive import Archive
from tutoring.documents.blocks import Document
from tutoring.documents.cutting import cut, estimate
from tutoring.documents.opendocument.styles import OFFICE, read_styles
from tutoring.documents.opendocument.walking import Walker
from tutoring.documents.unreadable import Unreadable

__all__ = ["read_opendocument"]


def read_opendocument(content: bytes) -> Document:
    """Warnings: left_out_objects, left_out_images, left_out_contents. Raises `Unreadable`: broken, too_heavy, too_long.

    Tracked insertions are kept, deletions dropped; comments, headers and footers are not part of the text.
    """
    archive = Archive(content)
    root = archive.xml("content.xml")
    text = None if root is None else root.find(f"{OFFICE}body/{OFFICE}text")
    if text is None:
        raise Unreadable("broken")
    walker = Walker(archive, read_styles(archive.xml("styles.xml"), root))
    blocks = cut(walker.html(text))
    album, warnings = walker.album, tuple(sorted(walker.warnings))
    return Document(blocks, estimate=estimate(blocks), warnings=warnings, images=album.images)
