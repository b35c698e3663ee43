"""The parts of a zipped document (.docx, .odt): bounded, and XML that declares and fetches nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from lxml import etree

from tutoring.documents.unreadable import Unreadable

MAX_XML = 60_000_000
MAX_IMAGE = 20_000_000


class Archive:
    """A package whose members `kinds.py` weighed before. Raises `Unreadable`: broken, too_heavy."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, EOFError) as bad:
            raise Unreadable("broken") from bad
        self.names = frozenset(self._zip.namelist())

    def xml(self, name: str) -> Any | None:
        """The root element of a part, None when the package has none of this name."""
        content = self._bytes(name, MAX_XML)
        return None if content is None else parsed(content)

    def image(self, name: str) -> bytes | None:
        """The bytes of an image; None when it is absent, broken or beyond what is kept of images."""
        try:
            return self._bytes(name, MAX_IMAGE)
        except Unreadable:
            return None

    def _bytes(self, name: str, most: int) -> bytes | None:
        if name not in self.names:
            return None
        if self._zip.getinfo(name).file_size > most:
            raise Unreadable("too_heavy")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as bad:
            raise Unreadable("broken") from bad


def parsed(content: bytes) -> Any:
    """The root of an XML part. Entities are neither expanded nor allowed: no word processor declares any."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as bad:
        raise Unreadable("broken") from bad
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unreadable("broken")
    return root
