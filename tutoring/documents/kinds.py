"""Which kind of file bytes are (.pdf .docx .odt .md), by their name and their content, which must agree."""

import io
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath

# An archive is refused before anything of it is read when it would unpack into more than this...
MAX_UNPACKED = 300_000_000
# ... or into this many times its size, past a floor below which a ratio says nothing (blank pages pack well).
MAX_RATIO = 200
RATIO_FLOOR = 30_000_000
MAX_ENTRIES = 5_000
MAX_MANIFEST = 2_000_000
# Adobe's readers look for the header in the first 1,024 bytes (PDF 1.7, annex H.3, note 13).
PDF_HEADER_WITHIN = 1024

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD_PARTS = (
    b"wordprocessingml.document.main+xml",
    b"wordprocessingml.template.main+xml",
)
_ODT_TYPES = (
    b"application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.text-template",
)


class Kind(StrEnum):
    """A kind of document that is taken; the value is the extension without its dot."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    MD = "md"

    @property
    def media_type(self) -> str:
        """The media type to serve it as (IANA; RFC 7763 for Markdown)."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.ODT: "application/vnd.oasis.opendocument.text",
    Kind.MD: "text/markdown; charset=utf-8",
}


class BadFile(ValueError):
    """A refused file. `code`: unknown_kind, belies_its_name, empty, encrypted, unsafe_archive."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(name: str, content: bytes) -> Kind:
    """The kind of `content`, sent as `name`. Raises `BadFile(code)`; unpacks nothing unweighed."""
    kind = kind_of_name(name)
    if not content.strip(b"\x00\t\n\r \xef\xbb\xbf"):
        raise BadFile("empty")
    if kind is Kind.PDF:
        agrees = b"%PDF-" in content[:PDF_HEADER_WITHIN]
    elif kind is Kind.MD:
        agrees = _is_text(content)
    else:
        agrees = _is_package(kind, content)
    if not agrees:
        raise BadFile("belies_its_name")
    return kind


def kind_of_name(name: str) -> Kind:
    """The kind that a name claims. Raises `BadFile("unknown_kind")`."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    try:
        return Kind(suffix[1:])
    except ValueError as unknown:
        raise BadFile("unknown_kind") from unknown


def _is_text(content: bytes) -> bool:
    if b"\x00" in content or content.startswith(b"%PDF-"):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_package(kind: Kind, content: bytes) -> bool:
    if content.startswith(_OLE):
        # Word wraps a document with a password into an OLE file ([MS-OFFCRYPTO] 2.3.4); a .doc is one too.
        if kind is Kind.DOCX and _ENCRYPTED_PACKAGE in content:
            raise BadFile("encrypted")
        return False
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _weigh(archive, len(content))
            return _is_docx(archive) if kind is Kind.DOCX else _is_odt(archive)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        OSError,
        ValueError,
        EOFError,
    ) as bad:
        if isinstance(bad, BadFile):
            raise
        raise BadFile("unsafe_archive") from bad


def _weigh(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive that hides, overlaps or swells. Reading never yields more than the declared sizes."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that share their bytes (a "zip quine") add up to more than the file.
    overlapping = sum(entry.compress_size for entry in entries) > size
    swollen = unpacked > MAX_UNPACKED or (unpacked > RATIO_FLOOR and unpacked > MAX_RATIO * size)
    if len(entries) > MAX_ENTRIES or overlapping or swollen:
        raise BadFile("unsafe_archive")
    if any(_escapes(entry.filename) for entry in entries):
        raise BadFile("unsafe_archive")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadFile("encrypted")


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ":" in parts[0] or ".." in parts


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A small part of the package; empty when absent or too large to be what its name says."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return b""
    if entry.file_size > MAX_MANIFEST:
        return b""
    try:
        return archive.read(entry)
    except Exception as broken:  # zlib.error, bad checksums, whatever a broken stream raises
        raise BadFile("unsafe_archive") from broken


def _is_docx(archive: zipfile.ZipFile) -> bool:
    """ECMA-376 part 2: the content types name the main part (Office 365 may call it word/document2.xml)."""
    types = _part(archive, "[Content_Types].xml")
    main = any(name.startswith("word/document") and name.endswith(".xml") for name in archive.namelist())
    return main and any(part in types for part in _WORD_PARTS)


def _is_odt(archive: zipfile.ZipFile) -> bool:
    """ODF 1.3 part 2, 3.3: the `mimetype` entry. A password leaves traces in the manifest only (4.8)."""
    if _part(archive, "mimetype").strip() not in _ODT_TYPES or "content.xml" not in archive.namelist():
        return False
    if b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
        raise BadFile("encrypted")
    return True
