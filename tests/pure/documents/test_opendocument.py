"""An OpenDocument text becomes blocks that say what LibreOffice shows: nothing lost, nothing hidden shown."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest

from tests.wordfiles import EMF, PNG, odt, read_odt, told
from tutoring.documents.blocks import BlockKind
from tutoring.documents.reading import Unreadable, read

STYLES = dedent(
    """
    <style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="paragraph"
      style:default-outline-level="2"/>
    <style:style style:name="Title" style:family="paragraph"/>
    <style:style style:name="Quotations" style:family="paragraph"/>
    <style:style style:name="Strong" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
    """
)
AUTOMATIC = dedent(
    """
    <style:style style:name="P1" style:family="paragraph" style:parent-style-name="Quotations"/>
    <style:style style:name="P2" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>
    <style:style style:name="P3" style:family="paragraph" style:parent-style-name="P3"/>
    <style:style style:name="T1" style:family="text" style:parent-style-name="Strong">
      <style:text-properties fo:font-style="italic"/></style:style>
    <style:style style:name="T2" style:family="text">
      <style:text-properties style:text-position="super 58%"/></style:style>
    <style:style style:name="T3" style:family="text">
      <style:text-properties style:text-position="-33% 58%"/></style:style>
    <text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/>
      <text:list-level-style-bullet text:level="2"/></text:list-style>
    """
)


def frame(inside: str, described: str = "") -> str:
    words = f"<svg:title>Titre</svg:title><svg:desc>{described}</svg:desc>" if described else ""
    return f"<draw:frame>{inside}{words}</draw:frame>"


def image(address: str) -> str:
    return f'<draw:image xlink:href="{address}"/>'


def test_headings_titles_and_quotes() -> None:
    read = read_odt(
        '<text:p text:style-name="Title">Mémoire</text:p><text:h text:outline-level="1">Un</text:h>'
        '<text:h text:outline-level="9">Neuf</text:h><text:p text:style-name="Heading_20_2">Deux</text:p>'
        '<text:p text:style-name="P1">Cité</text:p><text:p text:style-name="P3">En rond</text:p>',
        styles=STYLES,
        automatic=AUTOMATIC,
    )
    assert [(block.kind, block.level, block.text) for block in read.blocks] == [
        ("heading", 1, "Mémoire"),
        ("heading", 1, "Un"),
        ("heading", 6, "Neuf"),
        ("heading", 2, "Deux"),
        ("quote", 0, "Cité"),
        ("paragraph", 0, "En rond"),
    ]


def test_formatting_by_automatic_styles_spaces_tabs_and_links() -> None:
    read = read_odt(
        '<text:p>Une <text:span text:style-name="T1">évaluation</text:span><text:s text:c="3"/>en<text:tab/>acte'
        '<text:span text:style-name="T2">2</text:span><text:span text:style-name="T3">n</text:span><text:line-break/>'
        'suite <text:a xlink:href="https://a.example/?a=1&amp;b=2">ici</text:a>'
        '<text:a xlink:href="javascript:alert(1)"> là</text:a><text:soft-page-break/></text:p>'
        '<text:p text:style-name="P2">Tout gras</text:p>',
        styles=STYLES,
        automatic=AUTOMATIC,
    )
    assert [block.html for block in read.blocks] == [
        "Une <strong><em>évaluation</em></strong> en acte<sup>2</sup><sub>n</sub> <br>suite "
        '<a href="https://a.example/?a=1&amp;b=2" rel="noopener noreferrer">ici</a> là',
        "<strong>Tout gras</strong>",
    ]


def test_lists_are_ordered_by_their_style_and_level() -> None:
    read = read_odt(
        '<text:list text:style-name="L1"><text:list-item><text:p>a</text:p><text:list><text:list-item>'
        "<text:p>b</text:p>"
        "</text:list-item></text:list></text:list-item><text:list-item><text:p>c</text:p><text:p>suite</text:p>"
        "</text:list-item></text:list><text:list><text:list-item><text:h text:outline-level='2'>Titre</text:h>"
        "</text:list-item></text:list><text:list><text:list-item><text:p>d</text:p></text:list-item></text:list>",
        automatic=AUTOMATIC,
    )
    assert [(block.kind, block.text, block.level, block.ordered, block.group) for block in read.blocks] == [
        ("item", "a", 1, True, 1),
        ("item", "b", 2, False, 1),
        ("item", "c suite", 1, True, 1),
        ("heading", "Titre", 2, False, 0),
        ("item", "d", 1, False, 2),
    ]


def test_tables_with_spans_headers_and_covered_cells() -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>".format
    read = read_odt(
        "<table:table><table:table-header-rows><table:table-row>"
        f"{cell('', 'Qui')}{cell('', 'Quoi')}</table:table-row></table:table-header-rows>"
        '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>tout</text:p></table:table-cell>'
        '<table:covered-table-cell/></table:table-row><table:table-row table:number-rows-repeated="2">'
        f"{cell('', 'a')}{cell('', 'b')}</table:table-row></table:table>"
    )
    assert [block.html for block in read.blocks] == [
        "<th>Qui</th><th>Quoi</th>",
        '<td colspan="2">tout</td>',
        "<td>a</td><td>b</td>",
        "<td>a</td><td>b</td>",
    ]
    assert {block.group for block in read.blocks} == {1}


def test_a_million_columns_are_not_written() -> None:
    began = time.perf_counter()
    many = 'table:number-columns-repeated="1000000"'
    read = read_odt(
        f"<table:table><table:table-row table:number-rows-repeated='1000000'><table:table-cell><text:p>a</text:p>"
        f"</table:table-cell><table:table-cell {many}/></table:table-row><table:table-row><table:table-cell {many}>"
        "<text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert (len(read.blocks), read.blocks[0].text) == (201, "a")
    assert read.blocks[-1].text == " | ".join(["b"] * 64)
    assert time.perf_counter() - began < 3


def test_notes_of_both_kinds_stand_at_the_end() -> None:
    note = (
        '<text:note text:note-class="{}"><text:note-citation>i</text:note-citation><text:note-body><text:p>{}</text:p>'
        "<text:p>Suite.</text:p></text:note-body></text:note>"
    ).format
    read = read_odt(f"<text:p>Un{note('footnote', 'Dewey.')} mot{note('endnote', 'Freire.')}.</text:p>")
    assert told(read) == [
        ("paragraph", "Un mot."),
        ("footnote", "Dewey. Suite."),
        ("footnote", "Freire. Suite."),
    ]
    assert [block.anchor for block in read.blocks] == ["", "note-1", "note-2"]


def test_images_have_their_words_others_a_warning() -> None:
    read = read_odt(
        f"<text:p>{frame(image('Pictures/a.png'), 'Un plan')}Légende</text:p>"
        f"<text:p>{frame(image('./Pictures/a.emf'), 'Schéma')}</text:p>"
        f"<text:p>{frame(image('https://tracker.example/a.png'))}</text:p>",
        parts={"Pictures/a.png": PNG, "Pictures/a.emf": EMF},
    )
    assert told(read) == [
        ("figure", "Un plan"),
        ("paragraph", "Légende"),
        ("figure", "Schéma"),
        ("figure", ""),
    ]
    assert (list(read.images.values()), read.warnings) == ([PNG], ("left_out_images",))
    assert "example" not in "".join(block.html for block in read.blocks)


def test_objects_are_left_out_and_text_boxes_follow_their_paragraph() -> None:
    box = "<draw:text-box><text:p>Dans la boîte</text:p></draw:text-box>"
    shape = "<draw:custom-shape><text:p>Dans la forme</text:p></draw:custom-shape>"
    embedded = '<draw:object xlink:href="./Object 1"/>' + image("ObjectReplacements/Object 1")
    read = read_odt(
        f"<text:p>Avant{frame(box)} {shape}après</text:p><text:p>{frame(embedded, 'Feuille')}</text:p>",
        parts={"ObjectReplacements/Object 1": PNG, "Object 1/content.xml": "<x/>"},
    )
    assert told(read) == [
        ("paragraph", "Avant après"),
        ("paragraph", "Dans la boîte"),
        ("paragraph", "Dans la forme"),
        ("figure", "Feuille"),
    ]
    assert (read.warnings, len(read.images)) == (("left_out_objects",), 1)


def test_what_is_not_of_the_text_is_left_out() -> None:
    read = read_odt(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>effacé</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:sequence-decls/>"
        "<text:table-of-content><text:index-body><text:p>Intro 3</text:p></text:index-body></text:table-of-content>"
        '<text:section text:name="s"><text:p>Un<office:annotation><dc:creator>x</dc:creator><text:p>remarque</text:p>'
        '</office:annotation> mot<text:change-start text:change-id="1"/> ajouté</text:p></text:section>'
        '<text:section text:display="none"><text:p>caché</text:p></text:section>'
        "<text:bibliography><text:index-body><text:p>Dewey</text:p></text:index-body></text:bibliography>"
        "<text:p><text:script>alert(1)</text:script>&lt;script&gt;</text:p><office:forms><text:p>f</text:p></office:forms>"
    )
    assert told(read) == [("paragraph", "Un mot ajouté"), ("paragraph", "Dewey"), ("paragraph", "<script>")]
    assert read.warnings == ("left_out_contents",)


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    ("prologue", "entity"),
    [(LAUGHS, "j"), ('<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "x")],
)
def test_entities_are_refused(prologue: str, entity: str) -> None:
    with pytest.raises(Unreadable, match="broken"):
        read("essai.odt", odt(f"<text:p>&{entity};</text:p>", prologue=prologue))


def test_lists_as_deep_as_xml_allows_are_read_and_deeper_ones_refused() -> None:
    def nested(depth: int) -> str:
        return (
            "<text:list><text:list-item>" * depth
            + "<text:p>fond</text:p>"
            + "</text:list-item></text:list>" * depth
        )

    (block,) = read_odt(nested(100)).blocks
    assert (block.kind, block.text) == (BlockKind.ITEM, "fond")
    with pytest.raises(Unreadable, match="broken"):
        read("essai.odt", odt(nested(2_000)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (odt("<text:p/>"), "empty"),
        (odt("<text:p>"), "broken"),
        (odt("<text:p>a</text:p>")[:-30], "unsafe_archive"),
        (odt("<text:p>a</text:p>", parts={"content.xml": "<x/>"}), "broken"),
        (odt("<text:p>a</text:p>", parts={"META-INF/manifest.xml": "<m:encryption-data/>"}), "encrypted"),
        (odt("<text:p>a</text:p>" * 100_000), "too_long"),
    ],
)
def test_what_cannot_be_read_is_said_by_a_code(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as no:
        read("essai.odt", content)
    assert no.value.code == code
