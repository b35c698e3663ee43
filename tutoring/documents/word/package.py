"""The parts of a Word package that hold its text, settled, in a small package of their own for mammoth."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any

from lxml import etree

from tutoring.documents.archive import Archive
from tutoring.documents.unreadable import Unreadable
from tutoring.documents.word.settling import NOWHERE, Settler
from tutoring.documents.word.styles import read_styles

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_STRICT_NAMESPACES = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    _STRICT.rstrip("/").encode(): _TRANSITIONAL.rstrip("/").encode(),
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
_TYPES = b"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_ROOT = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="d" Type="{_TRANSITIONAL}officeDocument" Target="word/document.xml"/></Relationships>""".encode()


class _Relations:
    """What a part leads to: the part's own folder, and (kind, target, whether it is elsewhere) by id."""

    def __init__(self, archive: Archive, part: str) -> None:
        self.folder, name = posixpath.split(part)
        root = archive.xml(posixpath.join(self.folder, "_rels", f"{name}.rels"))
        self.targets: dict[str, tuple[str, str, bool]] = {}
        for one in () if root is None else root.iter(f"{_RELATIONS}Relationship"):
            kind = one.get("Type", "").removeprefix(_TRANSITIONAL).removeprefix(_STRICT)
            outside = one.get("TargetMode") == "External"
            self.targets[one.get("Id", "")] = (kind, one.get("Target", ""), outside)

    def part(self, target: str) -> str:
        """The full name of a part that is named from here."""
        return posixpath.normpath(posixpath.join("/" + self.folder, target)).lstrip("/")

    def first(self, kind: str) -> str | None:
        """The full name of the first part of a kind."""
        return next(iter(self.parts(kind).values()), None)

    def parts(self, kind: str) -> dict[str, str]:
        """The full names of the parts of a kind, by id."""
        own = {
            key: target for key, (one, target, outside) in self.targets.items() if one == kind and not outside
        }
        return {key: self.part(target) for key, target in own.items()}


def settled(content: bytes) -> tuple[io.BytesIO, set[str]]:
    """A package with the text alone, and warnings. Raises `Unreadable`: broken, too_heavy."""
    archive = Archive(content)
    main = _Relations(archive, "").first("officeDocument") or "word/document.xml"
    relations = _Relations(archive, main)
    styles = read_styles(
        _xml(archive, relations.first("styles")), _xml(archive, relations.first("numbering"))
    )
    warnings: set[str] = set()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _ROOT)
        parts = {
            "document": main,
            "footnotes": relations.first("footnotes"),
            "endnotes": relations.first("endnotes"),
        }
        notes = {kind: _xml(archive, parts[kind]) for kind in ("footnotes", "endnotes")}
        for name, part in parts.items():
            root = notes[name] if name in notes else _xml(archive, part)
            if root is None or part is None:
                if name == "document":
                    raise Unreadable("broken")
                continue
            links = _Relations(archive, part)
            kept = {key: part for key, part in links.parts("image").items() if part in archive.names}
            targets = {
                key: to for key, (kind, to, out) in links.targets.items() if kind == "hyperlink" and out
            }
            settler = Settler(styles, images=set(kept), links=set(targets), notes=notes)
            settler.settle(root)
            warnings |= settler.warnings
            package.writestr(f"word/{name}.xml", etree.tostring(root, encoding="UTF-8"))
            package.writestr(f"word/_rels/{name}.xml.rels", _relationships(kept, targets))
            _copy(archive, package, kept.values())
    made.seek(0)
    return made, warnings


def _xml(archive: Archive, part: str | None) -> Any | None:
    """A part in the transitional namespaces, whichever of the two it was written in."""
    root = None if part is None else archive.xml(part)
    if root is None or "purl.oclc.org" not in str(root.tag):
        return root
    written = etree.tostring(root)
    for strict, transitional in _STRICT_NAMESPACES.items():
        written = written.replace(strict, transitional)
    return etree.fromstring(written, etree.XMLParser(resolve_entities=False, no_network=True))


def _copy(archive: Archive, package: zipfile.ZipFile, parts: Any) -> None:
    done = set(package.namelist())
    for part in dict.fromkeys(parts):
        image = archive.image(part)
        if image is not None and part not in done:
            package.writestr(part, image)


def _relationships(images: dict[str, str], links: dict[str, str]) -> bytes:
    root = etree.Element(f"{_RELATIONS}Relationships")
    stated = [
        *((key, "image", "/" + part) for key, part in images.items()),
        *((key, "hyperlink", target) for key, target in links.items()),
        (NOWHERE, "image", f"/word/media/{NOWHERE}"),
    ]
    for key, kind, target in stated:
        etree.SubElement(root, f"{_RELATIONS}Relationship", Id=key, Type=_TRANSITIONAL + kind, Target=target)
    return bytes(etree.tostring(root))
