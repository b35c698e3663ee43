"""Word in and out: remarks as comments on their passages, and the comments of a tutor's .docx read back."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from typing import Any

import docx
import mammoth
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from tutoring.documents.blocks import Block, BlockKind, identified, tidy
from tutoring.documents.comments.apart import read_comments, write_comments
from tutoring.documents.comments.letters import bare
from tutoring.documents.comments.package import Package
from tutoring.documents.comments.read import comments_of
from tutoring.documents.comments.table import response_table
from tutoring.documents.comments.threads import Commented, Passage, Said, WordComment, initials, key_of
from tutoring.documents.comments.written import with_comments
from tutoring.documents.unreadable import Unreadable

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "documents"
AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)


def block(text: str, kind: BlockKind = BlockKind.PARAGRAPH, html: str = "", **more: Any) -> Block:
    return Block("", kind, text, html or escape(text, quote=False), **more)


def row(*cells: str) -> Block:
    html = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return block(" | ".join(cells), BlockKind.ROW, html, group=1)


def remark(key: str, *passages: Passage, said: str = "À revoir.", label: str = "") -> Commented:
    return Commented(key, "Camille Roy", AT, passages, (Said("Camille Roy", AT, said),), label)


def on(blocks: tuple[Block, ...], words: str) -> Passage:
    """The passage of the first block that holds these words."""
    rank = next(rank for rank, one in enumerate(blocks) if words in one.text)
    start = blocks[rank].text.index(words)
    return Passage(rank, start, start + len(words))


def bytes_of(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def quotes(content: bytes) -> dict[str | None, str]:
    return {comment.key: comment.quote for comment in comments_of(content)}


def paragraph(made: Any, xml: str) -> Any:
    """A paragraph of this XML, before the section's properties."""
    element = parse_xml(f"<w:p {nsdecls('w', 'r')}>{xml}</w:p>")
    made.element.body.insert(len(made.element.body) - 1, element)
    return element


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


PROSE = identified(
    (
        block("L’accueil", BlockKind.HEADING, level=1),
        block("On ne demande rien avant le café : le premier geste est d’écouter."),
        block("Le groupe parle un peu de la semaine passée."),
    )
)


def handed_in() -> Any:
    """A learner's own file: a heading, words in bold across runs, an accent written apart, a plain paragraph."""
    made = docx.Document()
    made.add_heading("L’accueil", 1)
    mixed = made.add_paragraph("On ne demande rien avant le cafe\u0301 : le ")
    mixed.add_run("premier").bold = True
    mixed.add_run(" geste\nest d’écouter.").italic = True
    made.add_paragraph("Le groupe parle\u00a0un peu de la semaine passée.")
    return made


PASSAGES = [
    "On",
    "demande rien",
    "café",
    "le premier geste",
    "premier",
    "remier ge",
    "geste est d’écouter.",
    "On ne demande rien avant le café : le premier geste est d’écouter.",
    "un peu de la semaine",
    "L’accueil",
]


@pytest.mark.parametrize("words", PASSAGES)
def test_a_remark_comes_back_on_its_words_in_the_learners_own_file(words: str) -> None:
    written = with_comments(bytes_of(handed_in()), PROSE, [remark("12", on(PROSE, words))])
    assert [comment.quote.replace("\n", " ") for comment in comments_of(written)] == [words]


@pytest.mark.parametrize("words", PASSAGES)
def test_a_remark_comes_back_on_its_words_in_a_file_made_of_the_blocks(words: str) -> None:
    written = with_comments(None, PROSE, [remark("12", on(PROSE, words))])
    assert quotes(written) == {"12": words}


def test_what_a_remark_says_and_its_replies_come_back_with_their_authors_and_moments() -> None:
    paris = timezone(timedelta(hours=1))
    thread = Commented(
        "7",
        "Camille Roy",
        AT,
        (on(PROSE, "premier geste"),),
        (
            Said("Camille Roy", AT, "Lequel ?\nDites-le."),
            Said("Ali Ben", AT + timedelta(days=1), "Le café."),
            Said("Camille Roy", datetime(2025, 3, 3, 10, 0, tzinfo=paris), "Merci \x0b& <bravo>"),
        ),
        "À traiter",
        resolved=True,
    )
    (read,) = comments_of(with_comments(bytes_of(handed_in()), PROSE, [thread]))
    assert (read.author, read.at, read.key, read.resolved) == ("Camille Roy", AT, "7", True)
    assert read.text == "À traiter\nLequel ?\nDites-le."
    assert [(reply.author, reply.at, reply.text, reply.key) for reply in read.replies] == [
        ("Ali Ben", AT + timedelta(days=1), "Le café.", "7"),
        ("Camille Roy", datetime(2025, 3, 3, 9, 0, tzinfo=UTC), "Merci\n& <bravo>", "7"),
    ]


def test_the_words_around_help_to_find_the_passage_again() -> None:
    written = with_comments(bytes_of(handed_in()), PROSE, [remark("1", on(PROSE, "premier geste"))])
    (read,) = comments_of(written)
    assert read.prefix == "L’accueil\nOn ne demande rien avant le café : le "
    assert read.suffix.startswith("\nest d’écouter.\nLe groupe parle un peu")
    assert max(len(read.prefix), len(read.suffix)) <= 60


def test_overlapping_remarks_all_keep_their_words() -> None:
    wanted = {
        "1": "demande rien avant",
        "2": "rien avant le café",
        "3": "rien",
        "4": "avant le café : le premier",
    }
    threads = [remark(key, on(PROSE, words)) for key, words in wanted.items()]
    assert quotes(with_comments(bytes_of(handed_in()), PROSE, threads)) == wanted
    assert quotes(with_comments(None, PROSE, threads)) == wanted


def test_the_text_and_its_looks_are_what_they_were() -> None:
    original = bytes_of(handed_in())
    threads = [remark(str(rank), on(PROSE, words)) for rank, words in enumerate(PASSAGES)]
    written = with_comments(original, PROSE, threads)

    def looks(content: bytes) -> list[list[tuple[str, bool | None, bool | None]]]:
        return [
            [(letter, run.bold, run.italic) for run in one.runs for letter in run.text]
            for one in docx.Document(io.BytesIO(content)).paragraphs
        ]

    assert looks(written) == looks(original)
    assert (
        mammoth.convert_to_html(io.BytesIO(written)).value
        == mammoth.convert_to_html(io.BytesIO(original)).value
    )


def test_every_other_part_of_the_file_keeps_its_bytes() -> None:
    original = bytes_of(handed_in())
    written = with_comments(original, PROSE, [remark("1")])
    with zipfile.ZipFile(io.BytesIO(original)) as before, zipfile.ZipFile(io.BytesIO(written)) as after:
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
        added = set(after.namelist()) - set(before.namelist())
    assert changed == {"[Content_Types].xml", "word/document.xml", "word/_rels/document.xml.rels"}
    assert added == {"word/comments.xml", "word/commentsExtended.xml"}


def test_the_same_remarks_make_the_same_bytes() -> None:
    threads = [remark("1", on(PROSE, "café")), remark("2")]
    assert with_comments(None, PROSE, threads) == with_comments(None, PROSE, threads)


def bare_file(paragraphs: list[list[str]]) -> bytes:
    """The least that is a .docx, of these runs."""
    runs = [
        "".join(f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' for text in one) for one in paragraphs
    ]
    body = "".join(f"<w:p>{one}</w:p>" for one in runs)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    space = "http://schemas.openxmlformats.org/package/2006/{}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space.format("content-types")}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/d.xml" ContentType="{main}"/></Types>',
        )
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{space.format("relationships")}">'
            f'<Relationship Id="r" Type="{kind}" Target="/d.xml"/></Relationships>',
        )
        made.writestr("d.xml", f"<w:document {nsdecls('w')}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


RUN = st.lists(st.sampled_from(["a", "é", "e\u0301", " ", "\u00a0", "|", "\t", "\n", "z"]), max_size=4).map(
    "".join
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(RUN, min_size=1, max_size=4), min_size=1, max_size=4), st.data())
def test_whatever_the_runs_the_words_stay_and_passages_come_back(
    paragraphs: list[list[str]], data: st.DataObject
) -> None:
    blocks = identified(tuple(block(tidy("".join(runs))) for runs in paragraphs))
    ranks = data.draw(st.lists(st.integers(0, len(blocks) - 1), max_size=4))
    threads = []
    for number, rank in enumerate(ranks):
        start = data.draw(st.integers(0, len(blocks[rank].text)))
        passage = Passage(rank, start, data.draw(st.integers(start, len(blocks[rank].text))))
        threads.append(remark(str(number), passage))
    original = bare_file(paragraphs)
    written = with_comments(original, blocks, threads)
    assert (
        mammoth.extract_raw_text(io.BytesIO(written)).value
        == mammoth.extract_raw_text(io.BytesIO(original)).value
    )
    read = quotes(written)
    assert len(read) == len(threads)
    for thread in threads:
        (passage,) = thread.passages
        words = bare(blocks[passage.block].text[passage.start : passage.end])
        assert not words or bare(read[thread.key]) == words


def test_a_passage_of_two_paragraphs_is_one_comment() -> None:
    passages = (Passage(1, PROSE[1].text.index("est d’"), len(PROSE[1].text)), Passage(2, 0, 9))
    written = with_comments(bytes_of(handed_in()), PROSE, [remark("1", *passages)])
    assert quotes(written) == {"1": "est d’écouter.\nLe groupe"}


def test_a_passage_of_a_table_is_found_in_its_cell_and_across_cells() -> None:
    made = docx.Document()
    made.add_paragraph("Bilan")
    table = made.add_table(rows=2, cols=3)
    for line, words in zip(table.rows, (("Lundi", "", "Bilan"), ("Mardi", "Bilan", "Visite")), strict=True):
        for cell, text in zip(line.cells, words, strict=True):
            cell.text = text
    blocks = identified((block("Bilan"), row("Lundi", "", "Bilan"), row("Mardi", "Bilan", "Visite")))
    threads = [
        remark("1", Passage(2, 8, 13)),
        remark("2", Passage(1, 0, 16)),
        remark("3", Passage(2, 2, 18)),
        remark("4", Passage(0, 0, 5)),
    ]
    assert quotes(with_comments(bytes_of(made), blocks, threads)) == {
        "1": "Bilan",
        "2": "Lundi |  | Bilan".replace("  ", " "),
        "3": "rdi | Bilan | Vi",
        "4": "Bilan",
    }


def test_a_paragraph_that_the_reader_cut_or_joined_still_holds_its_passage() -> None:
    made = docx.Document()
    made.add_paragraph("Premier point de la liste.\nSecond point de la liste.")
    made.add_paragraph("Début d’une phrase")
    made.add_paragraph("et sa fin plus loin.")
    blocks = identified(
        (
            block("Premier point de la liste."),
            block("Second point de la liste."),
            block("Début d’une phrase et sa fin plus loin."),
        )
    )
    threads = [remark("1", on(blocks, "Second point")), remark("2", on(blocks, "phrase et sa fin"))]
    assert quotes(with_comments(bytes_of(made), blocks, threads)) == {
        "1": "Second point",
        "2": "phrase\net sa fin",
    }


LINK = (
    '<w:hyperlink r:id="rId1"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>la page du centre</w:t></w:r>'
    "</w:hyperlink>"
)
INSERTED = '<w:ins w:id="90" w:author="X"><w:r><w:t xml:space="preserve">vraiment très </w:t></w:r></w:ins>'
DELETED = '<w:del w:id="91" w:author="X"><w:r><w:delText>peu </w:delText></w:r></w:del>'


def tracked() -> tuple[bytes, tuple[Block, ...]]:
    made = docx.Document()
    paragraph(
        made,
        f'<w:r><w:t xml:space="preserve">Lisez </w:t></w:r>{LINK}<w:r><w:t xml:space="preserve">, elle est </w:t></w:r>'
        f"{INSERTED}{DELETED}<w:r><w:t>utile</w:t><w:tab/><w:t>ici.</w:t></w:r>",
    )
    return bytes_of(made), identified((block("Lisez la page du centre, elle est vraiment très utile ici."),))


@pytest.mark.parametrize(
    "words",
    [
        "page du",
        "la page du centre",
        "Lisez la page",
        "centre, elle",
        "est vraiment",
        "vraiment",
        "très utile",
        "utile ici",
    ],
)
def test_a_passage_in_a_link_or_an_insertion_leaves_both_whole(words: str) -> None:
    original, blocks = tracked()
    written = with_comments(original, blocks, [remark("1", on(blocks, words))])
    assert quotes(written) == {"1": words}
    body = docx.Document(io.BytesIO(written)).element.body
    for kind, said in (("w:hyperlink", "la page du centre"), ("w:ins", "vraiment très ")):
        (whole,) = body.iter(qn(kind))
        assert "".join(one.text for one in whole.iter(qn("w:t"))) == said
        assert not list(whole.iter(qn("w:commentReference")))
    assert [one.text for one in body.iter(qn("w:delText"))] == ["peu "]


def test_comments_that_are_there_stay_and_lend_their_numbers_to_none() -> None:
    made = handed_in()
    made.add_comment(made.paragraphs[1].runs[1], "Déjà là.", "Une amie", "UA")
    original = bytes_of(made)
    once = with_comments(original, PROSE, [remark("1", on(PROSE, "premier geste"))])
    twice = with_comments(once, PROSE, [remark("2", on(PROSE, "premier"))])
    read = docx.Document(io.BytesIO(twice)).comments
    assert [(one.comment_id, one.author, one.initials) for one in read] == [
        (0, "Une amie", "UA"),
        (1, "Camille Roy", "P-1"),
        (2, "Camille Roy", "P-2"),
    ]
    assert quotes(twice) == {None: "premier", "1": "premier geste", "2": "premier"}
    assert part(twice, "word/commentsExtended.xml").count("<w15:commentEx ") == 2


def test_a_reply_added_under_our_remark_has_no_key() -> None:
    thread = remark("5", on(PROSE, "café"), said="Pourquoi ?")
    reply = Said("Ali Ben", AT, "Parce que.")
    answered = Commented("5", thread.author, AT, thread.passages, (*thread.messages, reply), "")
    package = Package(with_comments(bytes_of(handed_in()), PROSE, [answered]))
    comments = package.part("word/comments.xml")
    comments[1].set(qn("w:initials"), "AB")
    package.change("word/comments.xml", comments)
    (read,) = comments_of(package.saved())
    assert (read.key, [(one.text, one.key) for one in read.replies]) == ("5", [("Parce que.", None)])


def test_a_remark_on_the_whole_is_put_on_the_first_words() -> None:
    made = docx.Document()
    made.add_paragraph("")
    made.add_paragraph("Mon titre")
    blocks = identified((block("Mon titre"),))
    assert quotes(with_comments(bytes_of(made), blocks, [remark("1")])) == {"1": "Mon titre"}
    empty = with_comments(bytes_of(docx.Document()), (), [remark("1")])
    assert [(one.key, one.quote, one.text) for one in comments_of(empty)] == [("1", "", "À revoir.")]


def test_a_passage_that_is_not_in_the_file_is_quoted_on_its_first_paragraph() -> None:
    blocks = identified((*PROSE, block("Ce passage vient d’une zone de texte.")))
    written = with_comments(
        bytes_of(handed_in()), blocks, [remark("1", on(blocks, "zone de texte"), label="À voir")]
    )
    (read,) = comments_of(written)
    assert (read.quote, read.text) == ("L’accueil", "À voir\nzone de texte\nÀ revoir.")


def test_a_passage_whose_words_differ_is_put_on_its_paragraph() -> None:
    blocks = identified((*PROSE[:2], block("Le groupe parle beaucoup de la semaine passée.")))
    written = with_comments(bytes_of(handed_in()), blocks, [remark("1", on(blocks, "beaucoup"))])
    (read,) = comments_of(written)
    assert (read.quote, read.text) == ("Le groupe parle un peu de la semaine passée.", "beaucoup\nÀ revoir.")


def test_of_a_phrase_that_occurs_twice_the_right_one_is_marked() -> None:
    made = docx.Document()
    for text in ("Oui.", "Une question.", "Oui.", "Une autre question.", "Oui."):
        made.add_paragraph(text)
    blocks = identified(
        tuple(block(text) for text in ("Oui.", "Une question.", "Oui.", "Une autre question.", "Oui."))
    )
    (read,) = comments_of(with_comments(bytes_of(made), blocks, [remark("1", Passage(2, 0, 3))]))
    assert (read.quote, read.prefix, read.suffix) == (
        "Oui",
        "Oui.\nUne question.\n",
        ".\nUne autre question.\nOui.\n",
    )


def test_rows_that_say_the_same_keep_their_ranks_around_a_figure_without_words() -> None:
    made = docx.Document()
    for _ in range(5):
        made.add_paragraph("Toujours pareil.")
    blocks = identified(
        (*(block("Toujours pareil."),) * 2, block("", BlockKind.FIGURE), *(block("Toujours pareil."),) * 3)
    )
    ranks = (0, 1, 3, 4, 5)
    threads = [remark(str(rank), Passage(rank, 0, 8)) for rank in ranks]
    read = comments_of(with_comments(bytes_of(made), blocks, threads))
    assert [(one.key, one.prefix.count("pareil")) for one in read] == [
        (str(rank), place) for place, rank in enumerate(ranks)
    ]


def test_a_footnote_is_commented_at_its_call_and_a_figure_at_its_place() -> None:
    made = docx.Document()
    drawing = (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        '<wp:docPr id="1" name="x" descr="Une salle vide"/></wp:inline></w:drawing></w:r>'
    )
    silent = drawing.replace(' descr="Une salle vide"', "")
    paragraph(
        made,
        f"<w:r><w:t>Avant</w:t></w:r>{drawing}<w:r><w:t>après</w:t></w:r>{silent}"
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
    )
    package = Package(bytes_of(made))
    notes = parse_xml(
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'><w:p><w:r><w:t>Voir le guide.</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    package.add("footnotes", kind, content_type, notes)
    blocks = identified(
        (
            block("Avantaprès"),
            block("Une salle vide", BlockKind.FIGURE),
            block("", BlockKind.FIGURE),
            block("Voir le guide.", BlockKind.FOOTNOTE, anchor="n1"),
        )
    )
    threads = [
        remark("1", on(blocks, "salle")),
        remark("2", on(blocks, "guide")),
        remark("3", Passage(2, 0, 0)),
    ]
    read = {one.key: one for one in comments_of(with_comments(package.saved(), blocks, threads))}
    assert (read["1"].prefix, read["1"].text) == ("Avant", "salle\nÀ revoir.")
    assert (read["2"].quote, read["2"].prefix, read["2"].text) == ("", "Avantaprès", "guide\nÀ revoir.")
    assert (read["3"].quote, read["3"].prefix, read["3"].text) == ("", "Avantaprès", "À revoir.")


def test_words_of_a_text_box_are_quoted_where_the_box_stands() -> None:
    made = handed_in()
    box = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent><w:p><w:r>'
        "<w:t>Une règle encadrée.</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    paragraph(made, f"<w:r><w:t>Avant</w:t></w:r>{box}<w:r><w:t>Après</w:t></w:r>")
    blocks = identified((*PROSE, block("AvantAprès"), block("Une règle encadrée.")))
    (read,) = comments_of(with_comments(bytes_of(made), blocks, [remark("1", on(blocks, "règle"))]))
    assert (read.quote, read.prefix[-5:], read.suffix[:5]) == ("", "Avant", "Après")
    assert read.text == "règle\nÀ revoir."


def test_blocks_become_headings_lists_tables_quotes_and_notes() -> None:
    blocks = identified(
        (
            block("Titre", BlockKind.HEADING, level=2),
            block(
                "Un appel ici, la suite.",
                html='Un <em>appel</em><sup class="call"><a href="#n">1</a></sup> ici, '
                '<a href="https://exemple.fr/a">la <strong>suite</strong></a>.',
            ),
            block("un", BlockKind.ITEM, level=1, ordered=True, group=1),
            block("sous un", BlockKind.ITEM, level=2, ordered=True, group=1),
            block("un encore", BlockKind.ITEM, level=1, ordered=True, group=2),
            block("Une citation.", BlockKind.QUOTE),
            row("a", "b & c"),
            row("", "d"),
            block("Une salle vide", BlockKind.FIGURE, '<img src="image:1" alt="Une salle vide">'),
            block("La note.", BlockKind.FOOTNOTE, anchor="n"),
        )
    )
    threads = [remark(str(rank), Passage(rank, 0, len(one.text))) for rank, one in enumerate(blocks)]
    written = with_comments(None, blocks, threads)
    assert quotes(written) == {str(rank): one.text for rank, one in enumerate(blocks)} | {"7": "d"}
    made = docx.Document(io.BytesIO(written))
    assert [(one.style.name, one.text) for one in made.paragraphs] == [
        ("Heading 2", "Titre"),
        ("Normal", "Un appel1 ici, la suite."),
        ("List Paragraph", "un"),
        ("List Paragraph", "sous un"),
        ("List Paragraph", "un encore"),
        ("Quote", "Une citation."),
        ("Normal", "Une salle vide"),
        ("Normal", "1 La note."),
    ]
    assert [[cell.text for cell in line.cells] for line in made.tables[0].rows] == [["a", "b & c"], ["", "d"]]
    html = mammoth.convert_to_html(io.BytesIO(written)).value
    assert "<ol><li>un" in html
    assert '<a href="https://exemple.fr/a">' in html
    assert made.core_properties.author == ""


def test_what_libreoffice_writes_is_read_with_its_places() -> None:
    """Commented, tracked and marked as done in LibreOffice 7.4."""
    read = comments_of((FIXTURES / "commented-libreoffice.docx").read_bytes())
    assert [(one.author, one.quote, one.text, one.resolved) for one in read] == [
        ("Anne Durand", "le premier geste", "Qui sert le café ?\nDites-le ici.", False),
        ("Anne Durand", "parle un peu de la semaine", "Trop vague.", False),
        ("Anne Durand", "Bilan", "Bien vu.", True),
        ("Anne Durand", "une question.\nElle revient la semaine", "À couper en deux.", False),
    ]
    assert read[0].at == datetime(2025, 3, 2, 10, 15, tzinfo=UTC)
    assert (read[2].prefix[-9:], read[2].suffix[:9], read[2].key) == ("\nLundi | ", " du matin", None)


def test_our_remarks_are_known_after_libreoffice_has_written_them_again() -> None:
    """LibreOffice 7.4 makes comments of replies: each still tells which remark it is of."""
    read = comments_of((FIXTURES / "commented-back-from-libreoffice.docx").read_bytes())
    assert [(one.key, one.text.split("\n")[-1], one.quote) for one in read] == [
        ("3", "Sur le tout", "Titre"),
        ("2", "Chevauche", "Un appel de not"),
        ("1", "Deuxième ligne", "appel"),
        ("1", "Celui-ci", "appel"),
        ("1", "Merci", "appel"),
        ("6", "deux blocs", "et la suite.\nun"),
        ("4", "cellule", "c"),
        ("5", "note", "note"),
    ]
    assert [one.key for one in read if one.resolved] == ["2"]


def test_a_file_without_comments_has_none_and_an_empty_comment_is_dropped() -> None:
    made = handed_in()
    assert comments_of(bytes_of(made)) == ()
    made.add_comment(made.paragraphs[1].runs[0], "", "Une amie", "UA")
    assert comments_of(bytes_of(made)) == ()


def test_a_comment_without_a_range_stands_between_the_words_around_it() -> None:
    made = handed_in()
    made.add_comment(made.paragraphs[1].runs[1], "Ici.", "Une amie", "UA")
    for mark in list(made.element.body.iter(qn("w:commentRangeStart"), qn("w:commentRangeEnd"))):
        mark.getparent().remove(mark)
    (read,) = comments_of(bytes_of(made))
    assert (read.quote, read.prefix[-7:], read.suffix[:6]) == ("", "premier", " geste")


def test_newer_words_tell_the_moment_in_utc_apart() -> None:
    package = Package(with_comments(bytes_of(handed_in()), PROSE, [remark("1")]))
    known = package.part("word/comments.xml")[0][-1].get(
        "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
    )
    space = "http://schemas.microsoft.com/office/word/{}"
    ids = (
        f'<c:commentsIds xmlns:c="{space.format("2016/wordml/cid")}">'
        f'<c:commentId c:paraId="{known}" c:durableId="2A"/></c:commentsIds>'
    )
    more = (
        f'<c:commentsExtensible xmlns:c="{space.format("2018/wordml/cex")}">'
        '<c:commentExtensible c:durableId="2A" c:dateUtc="2025-03-01T08:30:00Z"/></c:commentsExtensible>'
    )
    related = "http://schemas.microsoft.com/office/{}"
    package.add("commentsIds", related.format("2016/09/relationships/commentsIds"), "x/x+xml", parse_xml(ids))
    package.add(
        "commentsExtensible",
        related.format("2018/08/relationships/commentsExtensible"),
        "x/y+xml",
        parse_xml(more),
    )
    (read,) = comments_of(package.saved())
    assert read.at == AT - timedelta(hours=1)


def test_replies_that_answer_each_other_in_a_circle_are_comments() -> None:
    package = Package(with_comments(bytes_of(handed_in()), PROSE, [remark("1"), remark("2")]))
    links = package.part("word/commentsExtended.xml")
    word = "{http://schemas.microsoft.com/office/word/2012/wordml}"
    for one, other in ((0, 1), (1, 0)):
        links[one].set(f"{word}paraIdParent", links[other].get(f"{word}paraId"))
    package.change("word/commentsExtended.xml", links)
    assert sorted(one.key or "" for one in comments_of(package.saved())) == ["1", "2"]


def test_a_strict_document_is_read_and_written_as_such() -> None:
    transitional = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bytes_of(handed_in()))) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(transitional.encode(), strict.encode()))
    written = with_comments(out.getvalue(), PROSE, [remark("1", on(PROSE, "premier geste"))])
    assert quotes(written) == {"1": "premier geste"}
    assert transitional not in part(written, "word/comments.xml")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("P-12", "12"),
        ("P-a1", "a1"),
        ("P-H", None),
        ("PH", None),
        ("", None),
        (None, None),
        ("P-12345678", None),
    ],
)
def test_initials_of_a_person_are_no_key(written: str | None, key: str | None) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize("key", ["", "abc", "12345678", "1 2"])
def test_a_key_that_word_would_cut_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}$"):
        initials(key)


def test_both_run_in_a_process_of_their_own() -> None:
    thread = remark("1", on(PROSE, "premier geste"), label="À traiter")
    for original in (None, bytes_of(handed_in())):
        written = write_comments(original, PROSE, [thread])
        assert written == with_comments(original, PROSE, [thread])
        assert read_comments(written) == comments_of(written)
    assert read_comments(write_comments(None, PROSE, [])) == ()


def test_a_comment_crosses_processes_as_it_is() -> None:
    for at in (AT, None):
        kept = WordComment("A", at, "t", "q", "p", "s", (), "1", True)
        assert WordComment.from_dict(kept.to_dict()) == kept
    thread = remark("1", Passage(0, 1, 2))
    assert Commented.from_dict(thread.to_dict()) == thread


def renamed(content: bytes, name: str, become: bytes) -> bytes:
    """The package with other bytes in one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for one in before.namelist():
            after.writestr(one, become if one == name else before.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not a document", "belies_its_name"),
        (b"", "empty"),
        (renamed(bytes_of(handed_in()), "word/document.xml", b"<w:document"), "broken"),
        (renamed(bytes_of(handed_in()), "word/document.xml", b"<other/>"), "broken"),
        (renamed(bytes_of(handed_in()), "_rels/.rels", b"<Relationships/>"), "broken"),
        (bytes_of(handed_in())[:-400], "unsafe_archive"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_comments(content)
    assert refused.value.code == code
    with pytest.raises(Unreadable) as refused:
        write_comments(content, PROSE, [])
    assert refused.value.code == code


def test_entities_and_addresses_of_others_are_not_followed() -> None:
    bomb = (
        b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><w:document xmlns:w='
        b'"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body>'
        b"</w:document>"
    )
    with pytest.raises(Unreadable, match="broken"):
        comments_of(renamed(bytes_of(handed_in()), "word/document.xml", bomb))
    away = with_comments(bytes_of(handed_in()), PROSE, [remark("1")])
    rels = part(away, "word/_rels/document.xml.rels")
    moved = rels.replace('Target="comments.xml"', 'Target="https://exemple.fr/c.xml" TargetMode="External"')
    assert comments_of(renamed(away, "word/_rels/document.xml.rels", moved.encode())) == ()


def test_a_response_table_repeats_its_head_on_landscape_pages() -> None:
    head = ("Remarque", "Réponse", "Où")
    rows = [(f"Remarque {rank}\nen deux lignes", "Fait & <relu>", "p. 3") for rank in range(40)]
    written = response_table("Réponses aux remarques", head, rows, legend="Version 2", language="fr-FR")
    made = docx.Document(io.BytesIO(written))
    section = made.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height
    assert [one.text for one in made.paragraphs] == ["Réponses aux remarques", "Version 2"]
    (table,) = made.tables
    assert [cell.text for cell in table.rows[1].cells] == [
        "Remarque 0\nen deux lignes",
        "Fait & <relu>",
        "p. 3",
    ]
    assert [bool(line._tr.findall(f".//{qn('w:tblHeader')}")) for line in table.rows] == [True] + [False] * 40
    assert made.core_properties.title == "Réponses aux remarques"
    with pytest.raises(ValueError, match="zip"):
        response_table("T", head, [("une", "deux")], legend="", language="fr-FR")


def test_an_element_that_is_not_of_the_text_is_passed_over() -> None:
    made = handed_in()
    made.paragraphs[1]._p.insert(0, OxmlElement("w:proofErr", {qn("w:type"): "spellStart"}))
    written = with_comments(bytes_of(made), PROSE, [remark("1", on(PROSE, "On ne demande"))])
    assert quotes(written) == {"1": "On ne demande"}
