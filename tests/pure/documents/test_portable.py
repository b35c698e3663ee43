"""A PDF becomes blocks: each word once and in order, without what pages repeat, notes tied to their calls."""

import html
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

from tutoring.documents.blocks import Block, BlockKind, Document
from tutoring.documents.portable import BadPdf, read_pdf

TESTS = Path(__file__).resolve().parents[2]
PAIRS = TESTS / "rewriting" / "pairs"
FIXTURES = TESTS / "fixtures" / "documents"
CORPUS = TESTS.parents[1] / "shared" / "corpus" / "pdf"
REAL = [
    PAIRS / "12-concert-noise" / "new.pdf",
    PAIRS / "13-mediation" / "old.pdf",
    PAIRS / "13-mediation" / "new.pdf",
    PAIRS / "15-popular-university" / "old.pdf",
    FIXTURES / "two-columns.pdf",
    FIXTURES / "two-columns-turned.pdf",
]
FACES = {"F": "Helvetica", "B": "Helvetica-Bold", "I": "Helvetica-Oblique"}
BODY = "Les habitants du quai ont suivi les travaux de leurs propres fenêtres"


def pdf(*pages: bytes, turn: int = 0) -> bytes:
    """A PDF of drawn pages, 600 by 800 points."""
    fonts = b"".join(
        b"/%s<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"
        % (key.encode(), name.encode())
        for key, name in FACES.items()
    )
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages))]
    for number, content in enumerate(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Rotate %d/Contents %d 0 R/Resources<</Font<<%s>>>>>>"
            % (turn, 4 + 2 * number, fonts)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        written,
        size,
        table,
        size,
        len(written),
    )


def at(y: float, text: str, *, x: float = 72, size: float = 12, face: str = "F") -> bytes:
    """A text drawn at a place."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    return b"BT /%s %.2f Tf %.2f %.2f Td (%s) Tj ET\n" % (face.encode(), size, x, y, escaped)


def lines(top: float, *texts: str, **how: float) -> bytes:
    """Lines under each other."""
    return b"".join(at(top - 14 * row, text, **how) for row, text in enumerate(texts))  # type: ignore[arg-type]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def words_of_html(block: Block) -> str:
    called = re.sub(r'<sup class="call">.*?</sup>', "", block.html)
    celled = re.sub(r"</t[dh]><t[dh]>", " | ", called)
    return html.unescape(re.sub(r"<[^>]+>", "", celled))


def letters(text: str) -> Counter[str]:
    """Letters alone: hyphens at lines' ends make words differ, letters stay."""
    return Counter(letter for letter in text if letter.isalpha())


def drawn(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_letter_of_the_body_is_lost_nor_appears_twice(path: Path) -> None:
    content = path.read_bytes()
    document = read_pdf(content)
    lost = letters("".join(drawn(content))) - letters("".join(texts(document)))
    added = letters("".join(texts(document))) - letters("".join(drawn(content)))
    footers = {
        "12-concert-noise-new": "La salle et ses voisins note de validation deuxième version Page ",
        "13-mediation-old": "Passerelles Santé note de validation Page ",
        "13-mediation-new": "Note de validation version ",
        "15-popular-university-old": "Université populaire note de validation Page ",
    }
    lost_with_footers = Counter(
        {letter: times * document.pages for letter, times in letters(footers.get(_name(path), "")).items()}
        if document.pages
        else {}
    )
    assert added == Counter()
    assert set(lost) <= set(lost_with_footers)
    assert sum(lost.values()) <= sum(lost_with_footers.values()) + 12 * (document.pages or 0)


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", REAL, ids=_name)
def test_the_html_says_what_the_text_says(path: Path) -> None:
    for block in read_pdf(path.read_bytes()).blocks:
        assert words_of_html(block) == block.text


def test_a_learner_s_note_is_read_as_she_wrote_it() -> None:
    document = read_pdf(REAL[0].read_bytes())
    shape = [(block.kind, block.level, block.page) for block in document.blocks]
    assert document.pages == 3
    assert [
        block.text for block in document.blocks if block.kind == BlockKind.HEADING and block.level == 1
    ] == [
        "La salle et ses voisins : le bruit comme question de direction",
        "Pourquoi cette note",
        "Ce que dit la règle",
        "Ce que vivent les voisins",
        "Trois chantiers pour la salle",
        "Qui décide ?",
        "Ce que j’ai appris",
    ]
    assert Counter(kind for kind, _, _ in shape) == {
        BlockKind.HEADING: 9,
        BlockKind.PARAGRAPH: 17,
        BlockKind.QUOTE: 1,
        BlockKind.ITEM: 3,
        BlockKind.ROW: 4,
        BlockKind.FOOTNOTE: 3,
    }
    assert texts(document)[-3:] == [
        "Estimation faite à partir de mon agenda, de septembre à décembre.",
        "Il descend à 94 décibels pour les spectacles destinés aux enfants de moins de six ans.",
        "Dispositif d’aide à l’emploi culturel, délibération de juin dernier.",
    ]


def test_a_paragraph_goes_on_over_the_page_s_end_and_keeps_the_page_where_it_begins() -> None:
    found = next(
        block
        for block in read_pdf(REAL[0].read_bytes()).blocks
        if "vingt-trois plaintes reçues" in block.text
    )
    assert found.page == 1
    assert "celles qui traversent les murs. Sept autres visent les conversations" in found.text


def test_a_call_leads_to_its_note_and_is_no_word() -> None:
    document = read_pdf(REAL[0].read_bytes())
    found = next(block for block in document.blocks if "quinze minutes" in block.text)
    assert "quinze minutes. À l’extérieur" in found.text
    assert 'quinze minutes<sup class="call"><a href="#fn-2">2</a></sup>. À' in found.html
    assert [block.anchor for block in document.blocks if block.anchor] == ["fn-1", "fn-2", "fn-3"]


def test_a_word_cut_at_the_page_s_end_is_whole() -> None:
    text = " ".join(texts(read_pdf(REAL[2].read_bytes())))
    assert "l’ordre des médecins du département" in text
    assert "une psychologue extérieure" in text


def test_a_bordered_table_is_rows() -> None:
    rows = [block for block in read_pdf(REAL[1].read_bytes()).blocks if block.kind == BlockKind.ROW]
    assert [row.text for row in rows] == [
        "Structure | Demi-journées | Langues prioritaires",
        "Maison de santé | 9 | soninké, turc, arabe",
        "Centre de planification | 5 | portugais, tamoul",
        "Cabinet dentaire | 3 | turc, arabe",
        "Hôpital de jour | 7 | toutes, sur rendez-vous",
    ]
    assert rows[0].html == "<th>Structure</th><th>Demi-journées</th><th>Langues prioritaires</th>"
    assert len({row.group for row in rows}) == 1


@pytest.mark.parametrize("path", REAL[4:], ids=_name)
def test_two_columns_are_read_one_after_the_other(path: Path) -> None:
    document = read_pdf(path.read_bytes())
    starts = [text.split(".")[0][:25] for text in texts(document)]
    order = ["Le musée de la batellerie", "La première salle montre ", "Nous avons compté les vis"]
    assert starts[1:4] == order
    assert starts[10:13] == order[::-1]
    assert texts(document)[-4:] == ["Mois | Visites", "Mars | 412", "Avril | 506", "Mai | 488"]


def test_a_short_last_line_an_indent_and_a_gap_begin_paragraphs() -> None:
    page = lines(700, BODY, BODY, "aux beaux jours.", BODY, BODY) + at(630, BODY, x=90) + at(616, BODY)
    page += at(590, BODY)
    assert texts(read_pdf(pdf(page))) == [
        f"{BODY} {BODY} aux beaux jours.",
        f"{BODY} {BODY}",
        f"{BODY} {BODY}",
        BODY,
    ]


def test_items_lose_their_mark_and_know_their_list() -> None:
    page = at(700, "Deux raisons :")
    page += at(680, "•", x=80) + at(680, "la première", x=95) + at(666, "– une nuance", x=110)
    page += at(652, "•", x=80) + at(652, "la seconde", x=95) + at(630, BODY)
    page += at(600, "1. compter", x=80) + at(586, "2. comparer", x=80)
    found = [block for block in read_pdf(pdf(page)).blocks if block.kind == BlockKind.ITEM]
    assert [(block.text, block.level, block.ordered, block.group) for block in found] == [
        ("la première", 1, False, 1),
        ("une nuance", 2, False, 1),
        ("la seconde", 1, False, 1),
        ("compter", 1, True, 2),
        ("comparer", 1, True, 2),
    ]


def test_what_every_page_repeats_is_left_out_and_its_number_too() -> None:
    pages = [
        at(770, "Note de validation", size=9)
        + lines(700, f"La page {name} commence ici.", f"{BODY}.")
        + at(30, f"{number}", x=300, size=9)
        for number, name in enumerate(("une", "deux", "trois"), 1)
    ]
    assert texts(read_pdf(pdf(*pages))) == [
        text for name in ("une", "deux", "trois") for text in (f"La page {name} commence ici.", f"{BODY}.")
    ]


def test_a_document_of_two_pages_keeps_what_both_begin_with() -> None:
    pages = [at(770, "Fiche", size=9) + at(700, BODY) + at(30, f"Page {number} sur 2") for number in (1, 2)]
    assert texts(read_pdf(pdf(*pages))) == ["Fiche", BODY, "Fiche", BODY]


def test_annexes_that_begin_their_pages_alike_are_kept() -> None:
    pages = [at(740, f"Annexe {number}", size=16, face="B") + at(700, BODY) for number in (1, 2)]
    pages += [lines(740, BODY, BODY) for _ in range(3)]
    assert [text for text in texts(read_pdf(pdf(*pages))) if text.startswith("Annexe")] == [
        "Annexe 1",
        "Annexe 2",
    ]


def test_bold_and_italic_words_are_marked() -> None:
    page = (
        at(700, "Un mot")
        + at(700, "fort", x=114, face="B")
        + at(700, "puis", x=138)
        + at(700, "doux", x=166, face="I")
    )
    first = read_pdf(pdf(page + at(680, BODY))).blocks[0]
    assert first.html == "Un mot <strong>fort</strong> puis <em>doux</em>"


def test_a_word_drawn_twice_to_look_bold_is_read_once() -> None:
    assert texts(read_pdf(pdf(at(700, "Attention") + at(700, "Attention", x=72.4)))) == ["Attention"]


def test_a_raised_number_without_note_stays_a_word() -> None:
    page = at(700, "La salle fait 20 m") + at(705, "2", x=163, size=7) + at(700, "au sol.", x=171)
    assert texts(read_pdf(pdf(page))) == ["La salle fait 20 m2 au sol."]


@pytest.mark.parametrize(
    ("line", "next_line", "said"),
    [
        ("une évalua-", "tion juste", "une évaluation juste"),
        ("c’est peut-", "être vrai", "c’est peut-être vrai"),
        ("un projet socio-", "culturel", "un projet socio-culturel"),
        ("l’entretien semi-", "directif", "l’entretien semi-directif"),
        ("en Rhône-", "Alpes", "en Rhône-Alpes"),
    ],
)
def test_hyphens_at_a_line_s_end_are_joined_but_for_words_that_have_one(
    line: str, next_line: str, said: str
) -> None:
    page = lines(700, f"{BODY[:-8]} et {line}", f"{next_line} pour tout le monde ici")
    assert said in texts(read_pdf(pdf(page)))[0]


def test_the_rest_of_the_document_tells_how_a_word_is_written() -> None:
    page = lines(700, "Le porte-parole et le contrepoint.") + lines(
        600, f"{BODY[:-8]} selon le porte-", "parole et le contre-", "point du quai"
    )
    text = " ".join(texts(read_pdf(pdf(page))))
    assert (text.count("porte-parole"), text.count("contrepoint")) == (2, 2)


def test_a_page_whose_writing_is_turned_is_read_along_it() -> None:
    page = b"0 1 -1 0 600 0 cm\n" + lines(500, BODY, BODY, "aux beaux jours.")
    assert texts(read_pdf(pdf(page, turn=90))) == [f"{BODY} {BODY} aux beaux jours."]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "broken"), (b"%PDF-1.4 nothing", "broken"), (pdf(b""), "no_text")],
    ids=["empty", "truncated", "blank"],
)
def test_what_gives_no_text_says_why(content: bytes, code: str) -> None:
    with pytest.raises(BadPdf) as no:
        read_pdf(content)
    assert no.value.code == code


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of odd documents is not on this machine")
def test_each_file_of_the_corpus_gives_blocks_or_a_code() -> None:
    read = {}
    for path in sorted(CORPUS.glob("*.pdf")):
        try:
            document = read_pdf(path.read_bytes())
        except BadPdf as bad:
            read[path.name] = bad.code
            continue
        assert all(words_of_html(block) == block.text for block in document.blocks), path.name
        read[path.name] = "read" if document.blocks else document.warnings[0]
    assert set(read.values()) <= {"read", "no_text", "broken", "encrypted", "unreadable_font"}
    assert read["quadpoints.pdf"] == "read"
