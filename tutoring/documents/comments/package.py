"""The parts of a .docx and how they lead to each other; a changed one is written, the others stay as they were."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Any

from lxml import etree

from tutoring.documents.archive import MAX_XML, parsed
from tutoring.documents.unreadable import Unreadable

# ECMA-376 part 1: transitional, which everybody writes, and strict, which Word offers.
TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPES_PART = "[Content_Types].xml"
# The date of every entry that is written: the same words make the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)

# lxml has no public type for an element.
Element = Any


class Package:
    """A .docx. Raises `Unreadable` when it, or the part that is asked, cannot be read.

    `main`: name of the part that holds the text; `ns`: the namespace of its elements.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as bad:
            raise Unreadable("broken") from bad
        self._names = set(self._archive.namelist())
        self._parsed: dict[str, Element] = {}
        self._changed: dict[str, Element] = {}
        main = self.related("", "officeDocument")
        if main is None:
            raise Unreadable("broken")
        self.main = main
        self.ns = etree.QName(self.part(main)).namespace
        if self.ns not in (TRANSITIONAL, STRICT):
            raise Unreadable("broken")

    def part(self, name: str) -> Element:
        """The root element of a part; the same one each time."""
        if name in self._changed:
            return self._changed[name]
        if name not in self._parsed:
            if name in self._names and self._archive.getinfo(name).file_size > MAX_XML:
                raise Unreadable("too_heavy")
            self._parsed[name] = parsed(self._read(name))
        return self._parsed[name]

    def related(self, source: str, kind: str) -> str | None:
        """The name of the part that `source` ("": the package) calls its `kind`, the end of a relationship's type.

        Those outside the package are passed over.
        """
        name = _relationships_of(source)
        if name not in self._names and name not in self._changed:
            return None
        for one in self.part(name).iterfind(f"{{{_RELATED}}}Relationship"):
            inside = one.get("TargetMode", "Internal") == "Internal"
            if inside and one.get("Type", "").rsplit("/", 1)[-1] == kind:
                target = _target(source, one.get("Target", ""))
                if target in self._names or target in self._changed:
                    return target
        return None

    def change(self, name: str, root: Element) -> None:
        """Write `root` as part `name` on saving."""
        self._changed[name] = root

    def add(self, stem: str, kind: str, content_type: str, root: Element) -> str:
        """A new part beside the main one, which leads to it by relationship type `kind`; returns its name."""
        folder = posixpath.dirname(self.main)
        number = 1
        while (name := posixpath.join(folder, f"{stem}{'' if number == 1 else number}.xml")) in self._names:
            number += 1
        self.change(name, root)
        self._declare(name, content_type)
        self._relate(name, kind)
        return name

    def saved(self) -> bytes:
        """The package with its changed and added parts; every other entry keeps its place and its bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in dict.fromkeys((*self._archive.namelist(), *self._changed)):
                if name in self._changed:
                    archive.writestr(_entry(name), _written(self._changed[name]), zipfile.ZIP_DEFLATED)
                elif self._archive.getinfo(name).compress_type == zipfile.ZIP_STORED:
                    archive.writestr(_entry(name), self._read(name), zipfile.ZIP_STORED)
                else:
                    archive.writestr(_entry(name), self._read(name), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _read(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as bad:
            raise Unreadable("broken") from bad

    def _declare(self, name: str, content_type: str) -> None:
        types = self.part(_TYPES_PART)
        for override in types.iterfind(f"{{{_TYPES}}}Override"):
            if override.get("PartName", "").lower() == f"/{name}".lower():
                override.set("ContentType", content_type)
                break
        else:
            etree.SubElement(types, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=content_type)
        self.change(_TYPES_PART, types)

    def _relate(self, name: str, kind: str) -> None:
        place = _relationships_of(self.main)
        if place in self._names or place in self._changed:
            root = self.part(place)
        else:
            root = etree.Element(f"{{{_RELATED}}}Relationships", nsmap={None: _RELATED})
        taken = {one.get("Id") for one in root}
        number = next(number for number in range(1, len(taken) + 2) if f"rIdP{number}" not in taken)
        target = posixpath.basename(name)
        etree.SubElement(root, f"{{{_RELATED}}}Relationship", Id=f"rIdP{number}", Type=kind, Target=target)
        self.change(place, root)


def _relationships_of(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(source: str, written: str) -> str:
    """A target is relative to the part it is written for, or absolute in the package."""
    joined = posixpath.join("/", posixpath.dirname(source), written)
    return posixpath.normpath(joined).lstrip("/")


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EPOCH)


def _written(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
