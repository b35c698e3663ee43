"""A file is taken when its name and its content agree on one of four kinds; otherwise a code says why."""

import io
import zipfile
from pathlib import Path

import pytest

from tutoring.documents.kinds import BadFile, Kind, kind_of

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of odd documents is not on this machine"
)

TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
ODT = "application/vnd.oasis.opendocument.text"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"
DOCX_PARTS = {"[Content_Types].xml": TYPES, "word/document.xml": "<w:document/>"}
ODT_PARTS = {"mimetype": ODT, "content.xml": "<office:document-content/>", "META-INF/manifest.xml": "<m/>"}


def package(parts: dict[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return kept.getvalue()


def refused(name: str, content: bytes) -> str:
    with pytest.raises(BadFile) as no:
        kind_of(name, content)
    return no.value.code


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("note.pdf", PDF, Kind.PDF),
        ("Note finale.PDF", b"\x00\r\n junk before\n" + PDF, Kind.PDF),
        ("note.docx", package(DOCX_PARTS), Kind.DOCX),
        (
            "note.docx",
            package({"[Content_Types].xml": TYPES, "word/document2.xml": "<w:document/>"}),
            Kind.DOCX,
        ),
        ("note.odt", package(ODT_PARTS), Kind.ODT),
        ("note.md", "# Été\n".encode(), Kind.MD),
        ("C:\\mes notes\\note.v2.md", b"\xef\xbb\xbfa", Kind.MD),
    ],
)
def test_name_and_content_agree(name: str, content: bytes, kind: Kind) -> None:
    assert kind_of(name, content) is kind


@pytest.mark.parametrize(
    "name", ["note", "note.doc", "note.exe", "note.pdf.exe", ".pdf", "pdf", "", "note.", "note.md "]
)
def test_other_extensions_are_unknown(name: str) -> None:
    assert refused(name, PDF) == "unknown_kind"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.pdf", b"MZ\x90\x00"),
        ("note.pdf", b"<html>" + b" " * 2_000 + PDF),
        ("note.pdf", package(DOCX_PARTS)),
        ("note.docx", PDF),
        ("note.docx", package(ODT_PARTS)),
        ("note.docx", package({"a.txt": "a"})),
        ("note.docx", package({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})),
        (
            "note.docx",
            package({**DOCX_PARTS, "[Content_Types].xml": TYPES.replace("wordprocessing", "spreadsheet")}),
        ),
        ("note.docx", bytes.fromhex("d0cf11e0a1b11ae1") + b"an old .doc" * 40),
        ("note.odt", package(DOCX_PARTS)),
        ("note.odt", package({**ODT_PARTS, "mimetype": ODT.replace("text", "spreadsheet")})),
        ("note.odt", package({"mimetype": ODT})),
        ("note.md", PDF),
        ("note.md", b"a\x00b"),
        ("note.md", "été".encode("latin-1")),
        ("note.md", package(DOCX_PARTS)),
    ],
)
def test_a_content_that_belies_its_name_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content) == "belies_its_name"


@pytest.mark.parametrize("name", ["note.pdf", "note.docx", "note.odt", "note.md"])
@pytest.mark.parametrize("content", [b"", b" \r\n", b"\x00" * 2_000, b"\xef\xbb\xbf\n"])
def test_nothing_is_not_a_file(name: str, content: bytes) -> None:
    assert refused(name, content) == "empty"


def test_a_document_with_a_password_is_said_to_be_so() -> None:
    manifest = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
    assert refused("note.odt", package({**ODT_PARTS, "META-INF/manifest.xml": manifest})) == "encrypted"
    locked = bytearray(package(DOCX_PARTS, zipfile.ZIP_STORED))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refused("note.docx", bytes(locked)) == "encrypted"
    word = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le")
    assert refused("note.docx", word) == "encrypted"
    assert refused("note.odt", word) == "belies_its_name"


def test_an_archive_that_swells_hides_or_overlaps_is_not_unpacked() -> None:
    swollen = package({**DOCX_PARTS, "word/media/a.xml": "0" * 60_000_000})
    assert refused("note.docx", swollen) == "unsafe_archive"
    climbing = package({**DOCX_PARTS, "../../etc/cron.d/a": "a"})
    assert refused("note.docx", climbing) == "unsafe_archive"
    rooted = package({**ODT_PARTS, "/etc/passwd": "a"})
    assert refused("note.odt", rooted) == "unsafe_archive"
    crowded = package({**DOCX_PARTS, **{f"a/{number}": "" for number in range(5_001)}})
    assert refused("note.docx", crowded) == "unsafe_archive"
    assert refused("note.docx", overlapping()) == "unsafe_archive"


def overlapping() -> bytes:
    """Two hundred directory entries that all point to the same bytes."""
    whole = package({**DOCX_PARTS, "a.bin": "x" * 50_000}, zipfile.ZIP_STORED)
    directory = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    last = whole.rindex(b"PK\x01\x02", 0, end)
    entries = whole[directory:end] + b"".join(
        whole[last:end].replace(b"a.bin", f"{number:03}.b".encode()) for number in range(200)
    )
    tail = bytearray(whole[end:])
    tail[8:10] = tail[10:12] = (203).to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    return whole[:directory] + entries + bytes(tail)


@pytest.mark.parametrize("name", ["note.docx", "note.odt"])
def test_a_cut_or_damaged_archive_is_refused(name: str) -> None:
    whole = package(DOCX_PARTS if name == "note.docx" else ODT_PARTS)
    assert refused(name, whole[: len(whole) // 2]) == "unsafe_archive"
    damaged = bytearray(package({"mimetype": ODT + " " * 300, **DOCX_PARTS, "content.xml": "a"}))
    start = damaged.index(b"[Content_Types].xml") if name == "note.docx" else damaged.index(b"mimetype")
    damaged[start + 30 : start + 60] = b"\xff" * 30
    assert refused(name, bytes(damaged)) in {"unsafe_archive", "belies_its_name"}


@needs_corpus
@pytest.mark.parametrize("folder", ["word", "odt", "pdf"])
def test_odd_documents_that_others_collected_are_what_they_say(folder: str) -> None:
    found = {path.name: (path.name, path.read_bytes()) for path in sorted((CORPUS / folder).iterdir())}
    locked = found.pop("testWORD_protected_passtika.docx", None)
    assert {kind_of(name, content) for name, content in found.values()} == {
        {"word": Kind.DOCX, "odt": Kind.ODT, "pdf": Kind.PDF}[folder]
    }
    if locked:
        assert refused(*locked) == "encrypted"
