"""Documents that others collected for being odd: each is read into blocks, or refused by a code that has its words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.notes import small_pdf
from tests.wordfiles import kept_promises
from tutoring.documents.cutter import MAX_BLOCKS
from tutoring.documents.portable.sheets import MAX_PAGES
from tutoring.documents.reading import read
from tutoring.documents.unreadable import CODES, Unreadable
from tutoring.notes.forms import UNOPENED

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
# By folder, the codes that some of its files are refused by: protected, without words, images only, cut short.
REFUSED = {
    "word": {"empty", "encrypted"},
    "odt": set(),
    "pdf": {"broken", "no_text", "unreadable_font"},
}
# What someone who hands in a file waits for at most, and far more than any of these takes.
SECONDS = 6.0

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of odd documents is not on this machine"
)


def outcome(name: str, content: bytes) -> str:
    """`read`, or the code of why it is not; in time."""
    began = time.perf_counter()
    try:
        document = kept_promises(read(name, content))
    except Unreadable as no:
        came = no.code
    else:
        came = "read"
        assert document.blocks, name
    assert time.perf_counter() - began < SECONDS, name
    return came


@needs_corpus
@pytest.mark.parametrize("folder", sorted(REFUSED))
def test_odd_documents_are_read_or_refused_by_a_code(folder: str) -> None:
    came = [outcome(path.name, path.read_bytes()) for path in sorted((CORPUS / folder).iterdir())]
    assert came.count("read") > len(came) / 2
    assert set(came) - {"read"} <= REFUSED[folder] <= CODES


@needs_corpus
@pytest.mark.parametrize("name", ["ContentStreamNoCycleType3insideType3.pdf", "issue3405r.pdf"])
def test_letters_without_names_are_no_images(name: str) -> None:
    assert outcome(name, (CORPUS / "pdf" / name).read_bytes()) == "unreadable_font"


@needs_corpus
@pytest.mark.parametrize("path", ["word/testWORD_1img.docx", "odt/testStyles.odt", "pdf/quadpoints.pdf"])
def test_what_is_cut_short_or_not_what_its_name_says_is_refused(path: str) -> None:
    content = (CORPUS / path).read_bytes()
    other = "note.docx" if path.endswith(".pdf") else "note.pdf"
    assert outcome(Path(path).name, content[: len(content) // 2]) in {"read", "broken", "unsafe_archive"}
    assert outcome(other, content) == "belies_its_name"


def test_too_much_is_refused_by_codes_of_its_own() -> None:
    assert outcome("note.pdf", small_pdf(MAX_PAGES + 1)) == "too_many_pages"
    assert outcome("note.md", b"Une ligne.\n\n" * (MAX_BLOCKS + 1)) == "too_long"
    assert outcome("note.md", b"> " * 200 + b"profond") == "tangled"


def test_only_what_nobody_could_open_is_not_taken() -> None:
    """The others are kept, and their readers told why their text is not in the page."""
    taken = {"no_text", "unreadable_font", "too_long", "tangled", "too_many_pages", "too_slow", "too_heavy"}
    assert set(UNOPENED) == CODES - taken - {"unknown_kind"}
