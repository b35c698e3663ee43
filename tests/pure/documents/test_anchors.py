"""Quoted passages: located in a document however they were copied, and marked in its HTML."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutoring.documents.anchors.locate import Finder, locate
from tutoring.documents.anchors.marks import Mark, by_block, mark
from tutoring.documents.anchors.quote import Anchor, Span, anchor_of, spans_at, words_of
from tutoring.documents.blocks import Block, BlockKind, identified

SHA = "0" * 64


def blocks(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> tuple[Block, ...]:
    return identified(Block("", kind, text, escape(text, quote=False)) for text in texts)


def found(document: tuple[Block, ...], exact: str, **context: str) -> str | None:
    spans = locate(document, exact, **context)
    return None if spans is None else words_of(document, spans)


COPIES = [
    ("L’accueil, « c’est un soin »", "l'accueil, \"c'est un soin\""),
    ("« c’est un soin »", "“c'est un soin”"),
    ("un soin » : il demande", "un soin\u00a0»\u202f: il demande"),
    ("son œuvre", "son oeuvre"),
    ("difficile — et efficace", "diffi\u00adcile – et efﬁcace"),
    ("difficile — et efficace", "dif-\nficile - et efficace"),
    ("L’accueil", "L’ACCUEIL"),
    ("il demande du temps", "il  demande\tdu\n temps"),
    ("été long", "e\u0301te\u0301 long"),
]


@pytest.mark.parametrize(("written", "copied"), COPIES)
def test_a_quote_is_found_however_it_was_copied(written: str, copied: str) -> None:
    document = blocks(
        "Introduction",
        "L’accueil, « c’est un soin » : il demande du temps ; son œuvre est difficile — et efficace. L’été long.",
    )
    assert found(document, copied) == written


def test_a_quote_runs_on_over_paragraphs_items_and_cells() -> None:
    document = identified(
        [
            Block("", BlockKind.PARAGRAPH, "Trois règles tiennent le groupe.", ""),
            Block("", BlockKind.ITEM, "Le cadre est dit.", "", level=1),
            Block("", BlockKind.ITEM, "La parole circule.", "", level=1),
            Block("", BlockKind.ROW, "Séance | Durée", "<th>Séance</th><th>Durée</th>", group=1),
        ]
    )
    assert locate(document, "le groupe.\nLe cadre est dit.\nLa parole") == (
        Span(0, 22, 32),
        Span(1, 0, 17),
        Span(2, 0, 9),
    )
    assert found(document, "La parole circule. Séance\tDurée") == "La parole circule.\nSéance | Durée"


CALLED = Block(
    "",
    BlockKind.PARAGRAPH,
    "Le cadre tient le groupe, dit l’auteur, et le protège.",
    'Le cadre <em>tient</em> le groupe<sup class="call"><a href="#n1">12</a></sup>, dit l’auteur'
    '<sup class="call"><a href="#n2">13</a></sup>, et le protège.',
)


@pytest.mark.parametrize(
    "copied",
    [
        "tient le groupe12, dit l’auteur13, et",
        "tient le groupe[12], dit l’auteur[13], et",
        "tient le groupe, dit l’auteur, et",
    ],
)
def test_a_quote_is_found_with_and_without_the_number_of_the_note(copied: str) -> None:
    assert found(identified([CALLED]), copied) == "tient le groupe, dit l’auteur, et"


def test_a_note_between_two_pages_does_not_hide_the_sentence_it_cuts() -> None:
    document = identified(
        [
            Block("", BlockKind.PARAGRAPH, "Le formateur prépare la séance avec", "", page=1),
            Block("", BlockKind.FOOTNOTE, "Voir plus haut.", "", page=1),
            Block("", BlockKind.PARAGRAPH, "soin et la mène avec souplesse.", "", page=2),
        ]
    )
    assert locate(document, "la séance avec soin et la mène") == (Span(0, 21, 35), Span(2, 0, 15))


def test_of_words_that_stand_twice_the_context_says_which() -> None:
    document = blocks("Le groupe décide, puis le groupe agit.", "Enfin le groupe conclut.")
    assert locate(document, "le groupe") is None
    assert locate(document, "le groupe", prefix="puis ", suffix=" agit") == (Span(0, 23, 32),)
    assert locate(document, "le groupe", suffix=" conclut") == (Span(1, 6, 15),)
    assert locate(document, "le groupe", block_id=document[1].id) == (Span(1, 6, 15),)
    assert locate(document, "le groupe", block_id=document[0].id) is None


def test_context_that_agrees_to_its_far_end_says_which() -> None:
    document = blocks(
        *(f"{share} % disent s’être un jour sentis à l’écart. L’accueil est bon." for share in (29, 38))
    )
    for block, share in enumerate((29, 38)):
        prefix = f"{share} % disent s’être un jour sentis à l’écart. "
        assert locate(document, "L’accueil est bon.", prefix=prefix) == (Span(block, 45, 63),)


def test_words_come_before_pieces_of_words() -> None:
    assert locate(blocks("Il repart. L’art du soin."), "art") == (Span(0, 13, 16),)
    assert locate(blocks("Il repart."), "art") is None


def test_a_quote_with_small_differences_is_found_and_another_is_not() -> None:
    document = blocks(
        "Le tutorat repose sur une relation de confiance qui se construit dans la durée et dans la parole.",
        "Le tutorat repose aussi sur des écrits que chacun relit avant la rencontre suivante.",
    )
    assert found(
        document, "Le tutorat repose sur une relation de confiance qui se construit dans la duree"
    ) == ("Le tutorat repose sur une relation de confiance qui se construit dans la durée")
    assert (
        locate(document, "Le tutorat repose sur des visites que le formateur prépare avec les équipes")
        is None
    )


def test_a_quote_of_nothing_is_nowhere() -> None:
    assert locate(blocks("Des mots."), "") is None
    assert locate(blocks("Des mots."), " — ") is None
    assert locate((), "Des mots.") is None


def test_an_anchor_says_where_it_stands_and_is_found_again() -> None:
    document = blocks("Un premier paragraphe.", "Le groupe décide.", "Le groupe décide.")
    spans = (Span(2, 3, 9),)
    anchor = anchor_of(document, spans, SHA)
    assert anchor == Anchor(
        block=document[2].id,
        exact="groupe",
        prefix="remier paragraphe.\nLe groupe décide.\nLe ",
        suffix=" décide.",
        start=44,
        end=50,
        sha256=SHA,
    )
    assert Anchor.from_dict(anchor.to_dict()) == anchor
    assert spans_at(document, anchor.start, anchor.end) == spans
    assert Finder(document).of(anchor) == spans
    with pytest.raises(ValueError, match="words"):
        anchor_of(document, (), SHA)


LETTERS = st.text(st.sampled_from("abcé’' «»œﬁ-—.,&<>… \u00a0\u00ad"), min_size=1, max_size=60)


@given(st.lists(LETTERS, min_size=1, max_size=4), st.data())
def test_what_is_quoted_from_a_document_is_found_at_its_place(texts: list[str], data: st.DataObject) -> None:
    document = blocks(*(" ".join(text.split()) for text in texts))
    whole = "\n".join(block.text for block in document)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    spans = spans_at(document, start, end)
    if not spans:
        return
    anchor = anchor_of(document, spans, SHA)
    assert Finder(document).of(anchor) == spans
    located = locate(document, anchor.exact, anchor.prefix, anchor.suffix, anchor.block)
    if located:
        again = anchor_of(document, located, SHA)
        assert locate(document, again.exact, again.prefix, again.suffix, again.block) in (located, None)


# What stands in a page -------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """The text of a block's HTML, as blocks count it, and what each thread's marks hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = []
        self.text = ""
        self.marked: dict[str, str] = {}
        self.ids: list[str] = []
        self.calls = 0
        self.cells = 0
        self.joints: set[int] = set()
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag in {"td", "th"}:
            if self.cells:
                self.joints |= set(range(len(self.text), len(self.text) + 3))
                self.text += " | "
            self.cells += 1
        if tag in {"img", "br"}:
            return
        threads = given.get("data-threads", "").split() if tag == "mark" else []
        assert not (threads and any(inner for _, inner in self.open)), "marks are never inside one another"
        self.open.append((tag if given.get("class") != "call" else "call", threads))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag or (opened, tag) == ("call", "sup")

    def handle_data(self, data: str) -> None:
        if any(tag == "call" for tag, _ in self.open):
            assert not any(threads for _, threads in self.open)
            return
        self.text += data
        for _, threads in self.open:
            for thread in threads:
                self.marked[thread] = self.marked.get(thread, "") + data


def test_marks_end_where_elements_do() -> None:
    html = "Le <em>cadre <strong>tient</strong></em> le groupe."
    assert mark(html, [Mark(9, 17, (3,))]) == (
        'Le <em>cadre <strong><mark id="m-3" data-threads="3">tient</mark></strong></em>'
        '<mark data-threads="3"> le</mark> groupe.'
    )


def test_marks_that_overlap_are_cut() -> None:
    assert mark("abcdef", [Mark(0, 4, (3,)), Mark(2, 6, (7,))]) == (
        '<mark id="m-3" data-threads="3">ab</mark><mark id="m-7" data-threads="3 7">cd</mark>'
        '<mark data-threads="7">ef</mark>'
    )
    assert mark("abc", [Mark(0, 2, (3,)), Mark(0, 2, (7,))]) == (
        '<mark id="m-3" data-threads="3 7"><span id="m-7"></span>ab</mark>c'
    )


def test_notes_images_and_references_are_counted_as_the_text_counts_them() -> None:
    html = 'A &amp; B<sup class="call"><a href="#n">1</a></sup><img src="image:x" alt="a > b"> et C'
    assert mark(html, [Mark(2, 8, (1,))]) == (
        'A <mark id="m-1" data-threads="1">&amp; B</mark><sup class="call"><a href="#n">1</a></sup>'
        '<img src="image:x" alt="a > b"><mark data-threads="1"> et</mark> C'
    )


def test_a_row_is_marked_cell_by_cell() -> None:
    assert mark("<th>Jour</th><td>Lundi</td>", [Mark(2, 9, (1,))]) == (
        '<th>Jo<mark id="m-1" data-threads="1">ur</mark></th><td><mark data-threads="1">Lu</mark>ndi</td>'
    )


def test_a_passage_that_goes_on_is_named_where_it_begins() -> None:
    marks = by_block({3: (Span(0, 2, 4), Span(1, 0, 2)), 4: (Span(1, 1, 3),)})
    assert mark("abcd", marks[0]) == 'ab<mark id="m-3" data-threads="3">cd</mark>'
    assert mark("efgh", marks[1]) == (
        '<mark data-threads="3">e</mark><mark id="m-4" data-threads="3 4">f</mark><mark data-threads="4">g</mark>h'
    )


def test_attributes_are_the_caller_s_and_are_escaped() -> None:
    assert mark("ab", [Mark(0, 1, ("x",))], lambda segment: {"aria-details": f't-{segment.ids[0]}"<'}) == (
        '<mark id="m-x" aria-details="t-x&quot;&lt;">a</mark>b'
    )


PIECES = st.recursive(
    st.one_of(
        st.text(st.sampled_from("abé <>&'\""), min_size=1, max_size=6).map(escape),
        st.sampled_from(
            [
                '<sup class="call"><a href="#fn">2</a></sup>',
                '<img alt="x > y" src="image:k">',
                "&nbsp;",
                "&#233;",
            ]
        ),
    ),
    lambda inner: st.tuples(st.sampled_from(["em", "strong", "a", "code"]), st.lists(inner, max_size=3)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=12,
)
CELLS = st.lists(st.lists(PIECES, max_size=3), min_size=1, max_size=3).map(
    lambda cells: "".join(f"<td>{''.join(cell)}</td>" for cell in cells)
)


@given(st.one_of(st.lists(PIECES, min_size=1, max_size=5).map("".join), CELLS), st.data())
def test_what_is_marked_is_the_text_of_the_range(html: str, data: st.DataObject) -> None:
    text = Reader(html).text
    ranges = data.draw(
        st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted), max_size=5)
    )
    marks = [Mark(start, end, (rank,)) for rank, (start, end) in enumerate(ranges)]
    page = mark(html, marks)
    read = Reader(page)
    assert read.text == text
    assert len(set(read.ids)) == len(read.ids)
    for rank, (start, end) in enumerate(ranges):
        # What joins two cells is in the text and not in the page.
        wanted = "".join(text[at] for at in range(start, end) if at not in read.joints)
        assert read.marked.get(str(rank), "") == wanted
    assert unescape(re.sub(r"</?mark[^>]*>|<span id=[^>]*></span>", "", page)) == unescape(html)
