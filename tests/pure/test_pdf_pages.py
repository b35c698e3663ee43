"""A PDF is read page by page in another process; a broken, locked or endless one is a code, never a crash."""

import time
import zlib
from pathlib import Path

import pytest

from tutoring.documents.pages import PdfPages, UnreadablePdf, clean_page, read_pages

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "pdf"
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of odd documents is not on this machine"
)


def pdf(*contents: bytes, trailer: bytes = b"", filters: bytes = b"") -> bytes:
    """A PDF with one page for each content stream."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (5 + 2 * number)
        )
        objects.append(b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content))
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF"
        % (
            written,
            len(objects) + 1,
            table,
            len(objects) + 1,
            trailer,
            len(written),
        )
    )


def line(text: str, y: int = 700) -> bytes:
    return b"BT /F 12 Tf 50 %d Td (%s) Tj ET\n" % (y, text.encode("cp1252"))


def code(content: bytes, **limits: float) -> str:
    with pytest.raises(UnreadablePdf) as no:
        read_pages(content, **limits)  # type: ignore[arg-type]
    return no.value.code


def outcome(content: bytes, **limits: int) -> str:
    try:
        read_pages(content, **limits)
    except UnreadablePdf as no:
        return no.code
    return "read"


def test_each_page_says_its_own_text() -> None:
    read = read_pages(pdf(line("L’évaluation à l’œuvre"), line("Deuxième page"), b""))
    assert read == PdfPages(("L’évaluation à l’œuvre", "Deuxième page", ""))
    assert (read.count, read.words, read.image_only) == (3, 5, False)


def test_a_pdf_without_text_is_known_as_an_image() -> None:
    assert read_pages(pdf(b"0 0 100 100 re f")).image_only


def test_words_cut_at_the_end_of_a_line_are_joined() -> None:
    assert read_pages(pdf(line("une évalua-", 700) + line("tion réussie", 680))).texts == (
        "une évaluation réussie",
    )
    assert clean_page("rendez-\r\nVous") == "rendez-\nVous"
    assert clean_page("1990-\n1995 e\u0301te\u0301 co\u00adupé \ud800") == "1990-\n1995 été coupé "
    assert clean_page("évalua\ufffe\r\ntion") == "évaluation"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4",
        b"%PDF-1.4\n" + b"\xff" * 5_000,
        pdf(line("a"))[:120],
        b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    ],
)
def test_a_broken_pdf_is_said_to_be_so(content: bytes) -> None:
    assert code(content) == "broken"


def test_a_pdf_with_a_password_is_said_to_be_so() -> None:
    locked = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"aa" * 32, b"bb" * 32)
    assert code(pdf(line("a"), trailer=locked)) == "encrypted"


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    busy = b"BT /F 12 Tf 1 0 0 1 50 700 Tm " + b"(a) Tj " * 8_000_000 + b"ET"
    heavy = pdf(*[zlib.compress(busy)] * 20, filters=b"/Filter/FlateDecode")
    began = time.perf_counter()
    assert code(heavy, seconds=1) in {"too_slow", "too_heavy", "broken"}
    assert time.perf_counter() - began < 4
    assert code(pdf(line("a")), seconds=0.001) == "too_slow"


def test_a_pdf_that_swells_ends_its_own_process_only() -> None:
    bomb = zlib.compress(b"\x00" * 400_000_000)
    content = pdf(bomb, line("a"), filters=b"/Filter/FlateDecode")
    assert outcome(content, megabytes=200) in {"read", "broken", "too_heavy", "too_slow"}
    assert read_pages(pdf(line("a"))).texts == ("a",)


@needs_corpus
def test_odd_pdfs_that_others_collected_are_read_or_refused_by_a_code() -> None:
    outcomes: dict[str, int] = {}
    for path in sorted(CORPUS.glob("*.pdf")):
        came = outcome(path.read_bytes())
        outcomes[came] = outcomes.get(came, 0) + 1
    assert outcomes.get("read", 0) >= 39
    assert set(outcomes) <= {"read", "broken"}
