"""A Word document becomes blocks that say what Word shows: nothing lost, nothing hidden shown, nothing reached."""

from __future__ import annotations

import io
from textwrap import dedent

import docx as python_docx
import pytest
from docx.shared import Inches

from tests.wordfiles import EMF, PNG, docx, kept_promises, p, r, read_docx, told
from tutoring.documents.blocks import BlockKind
from tutoring.documents.reading import Unreadable, read

STYLES = dedent(
    """
    <w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/>
      <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>
    <w:style w:type="paragraph" w:styleId="Titre2"><w:name w:val="Titre 2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Mien"><w:name w:val="Mon intertitre"/><w:basedOn w:val="Titre2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Plan"><w:name w:val="Partie"/>
      <w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="Titre"><w:name w:val="Title"/></w:style>
    <w:style w:type="paragraph" w:styleId="Cit"><w:name w:val="Citation longue"/></w:style>
    <w:style w:type="paragraph" w:styleId="Puces"><w:name w:val="List Bullet"/>
      <w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="Lgende"><w:name w:val="caption"/></w:style>
    <w:style w:type="paragraph" w:styleId="TM1"><w:name w:val="toc 1"/></w:style>
    <w:style w:type="character" w:styleId="lev"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
    <w:style w:type="paragraph" w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style>
    <w:style w:type="paragraph" w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>
    """
)
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">'
    + "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{kind}"/></w:lvl>' for level in range(9) for kind in [form]
    )
    + f'</w:abstractNum><w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    for number, form in ((1, "decimal"), (2, "bullet"))
)
FOOTNOTES = '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>' + "".join(
    f'<w:footnote w:id="{number}">{p(first)}{p(second)}</w:footnote>'
    for number, first, second in ((2, "Dewey, 1938.", "Traduction."), (3, "Ibid.", ""))
)


def item(words: str, number: int, level: int = 0) -> str:
    numbers = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(words, properties=numbers)


def call(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def drawing(key: str, alternative: str = "", attribute: str = "embed") -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{alternative}"/><a:graphic><a:graphicData '
        f'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill>'
        f'<a:blip r:{attribute}="{key}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def test_headings_are_told_by_name_in_french_or_english_by_inheritance_and_by_outline_level() -> None:
    read = read_docx(
        p("Mémoire", style="Titre")
        + p("Un", style="Titre1")
        + p("Deux", style="Titre2")
        + p("Trois", style="Mien")
        + p("Quatre", style="Plan")
        + p("Cinq", properties='<w:outlineLvl w:val="3"/>')
        + p("En rond", style="A")
        + p(r("Gras et court", "<w:b/>")),
        styles=STYLES,
        numbering=NUMBERING,
    )
    assert [(block.kind, block.level) for block in read.blocks] == [
        (BlockKind.HEADING, level) for level in (1, 1, 2, 2, 3, 4)
    ] + [(BlockKind.PARAGRAPH, 0)] * 2


def test_quotes_and_captions() -> None:
    read = read_docx(p("Cité", style="Cit") + p("Figure 1", style="Lgende"), styles=STYLES)
    assert told(read) == [("quote", "Cité"), ("paragraph", "Figure 1")]


def test_formatting_stays_and_split_runs_are_one() -> None:
    read = read_docx(
        p(
            r("Une ")
            + r("éva", "<w:b/>")
            + r("luation", "<w:b/>")
            + r(" en ")
            + r("acte", "<w:i/>")
            + r("1", sup())
            + r(" fort", '<w:rStyle w:val="lev"/>')
            + r(" non", '<w:b w:val="0"/>')
        ),
        styles=STYLES,
    )
    assert read.blocks[0].html == (
        "Une <strong>évaluation</strong> en <em>acte</em><sup>1</sup><strong> fort</strong> non"
    )


def sup() -> str:
    return '<w:vertAlign w:val="superscript"/>'


def test_nested_lists_keep_their_depth_their_kind_and_the_list_they_are_of() -> None:
    read = read_docx(
        item("a", 2)
        + item("b", 1, 1)
        + item("c", 2, 8)
        + p("entre")
        + p("d", style="Puces")
        + item("sans liste", 9),
        styles=STYLES,
        numbering=NUMBERING,
    )
    assert [(block.text, block.kind, block.level, block.ordered, block.group) for block in read.blocks] == [
        ("a", "item", 1, False, 1),
        ("b", "item", 2, True, 1),
        ("c", "item", 9, False, 1),
        ("entre", "paragraph", 0, False, 0),
        ("d", "item", 1, False, 2),
        ("sans liste", "paragraph", 0, False, 0),
    ]


def test_footnotes_are_called_in_order_and_stand_at_the_end() -> None:
    read = read_docx(
        p(r("Un") + call(3) + r(" mot") + call(2) + r(" et") + call(3) + call(99) + r(".")),
        footnotes=FOOTNOTES,
    )
    assert told(read) == [
        ("paragraph", "Un mot et."),
        ("footnote", "Ibid."),
        ("footnote", "Dewey, 1938. Traduction."),
    ]
    assert read.blocks[0].html == (
        'Un<sup class="call"><a href="#note-1">1</a></sup> mot<sup class="call"><a href="#note-2">2</a></sup>'
        ' et<sup class="call"><a href="#note-1">1</a></sup>.'
    )
    assert [block.anchor for block in read.blocks[1:]] == ["note-1", "note-2"]


def test_tables_are_rows_with_their_spans_and_headers() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>".format
    begins, wide = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    read = read_docx(
        "<w:tbl>"
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('', p('Qui'))}{cell('', p('Quoi'))}</w:tr>"
        f"<w:tr>{cell(begins, p('Ada'))}{cell('', p('un') + p('deux'))}</w:tr>"
        f"<w:tr>{cell('<w:vMerge/>', p(''))}{cell('', p('trois'))}</w:tr>"
        f"<w:tr>{cell(wide, p('tout'))}</w:tr>"
        f"<w:tr>{cell('', p(''))}{cell('', p('seul'))}</w:tr></w:tbl>"
    )
    assert [(block.text, block.html) for block in read.blocks] == [
        ("Qui | Quoi", "<th>Qui</th><th>Quoi</th>"),
        ("Ada | un deux", '<td rowspan="2">Ada</td><td>un <br>deux</td>'),
        ("trois", "<td>trois</td>"),
        ("tout", '<td colspan="2">tout</td>'),
        (" | seul", "<td></td><td>seul</td>"),
    ]
    assert {block.group for block in read.blocks} == {1}


def test_a_table_of_one_cell_is_a_frame_around_paragraphs() -> None:
    read = read_docx(f"<w:tbl><w:tr><w:tc><w:tcPr/>{p('Encadré')}{p('suite')}</w:tc></w:tr></w:tbl>")
    assert told(read) == [("paragraph", "Encadré"), ("paragraph", "suite")]


def test_tracked_insertions_are_kept_deletions_and_comments_are_not() -> None:
    read = read_docx(
        p(
            r("Je ")
            + '<w:del w:id="1" w:author="x"><w:r><w:delText>supprime</w:delText></w:r></w:del>'
            + f'<w:ins w:id="2" w:author="x">{r("garde")}</w:ins>'
            + '<w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
            + f'<w:moveFrom w:id="3">{r(" ici")}</w:moveFrom><w:moveTo w:id="4">{r(" là")}</w:moveTo>'
        )
        + p("Fin", properties='<w:rPr><w:del w:id="5" w:author="x"/></w:rPr>')
        + p(" jointe")
    )
    assert told(read) == [("paragraph", "Je garde là"), ("paragraph", "Fin jointe")]


def test_text_boxes_fields_equations_ruby_and_controls_keep_their_words() -> None:
    box = f"<wps:txbx><w:txbxContent>{p('Dans la boîte')}</w:txbxContent></wps:txbx>"
    shape = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="1" name="b"/>'
        "<a:graphic>"
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f"{box}</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape>"
        f"<v:textbox><w:txbxContent>{p('Dans la boîte')}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    read = read_docx(
        p(r("Avant") + shape)
        + p(r("Figure ") + f'<w:fldSimple w:instr="SEQ Figure">{r("1")}</w:fldSimple>')
        + p(r("Soit ") + "<m:oMathPara><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></m:oMathPara>")
        + p(
            "<w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r>"
        )
        + f"<w:sdt><w:sdtContent>{p('Contrôle')}</w:sdtContent></w:sdt>"
        + p(r("Vu") + r(" caché", "<w:vanish/>"))
    )
    assert [text for _, text in told(read)] == [
        "Avant", "Dans la boîte", "Figure 1", "Soit x+1", "漢", "Contrôle", "Vu",
    ]  # fmt: skip


def test_the_generated_table_of_contents_is_left_out_and_said_so() -> None:
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    read = read_docx(
        f"<w:sdt>{gallery}<w:sdtContent>{p('Sommaire')}</w:sdtContent></w:sdt>"
        + p("Introduction\t3", style="TM1")
        + p("Texte"),
        styles=STYLES,
    )
    assert (told(read), read.warnings) == ([("paragraph", "Texte")], ("left_out_contents",))


def test_images_stand_before_or_after_their_paragraph_with_their_alternative_text() -> None:
    read = read_docx(
        p(drawing("i", "Un &quot;plan&quot;") + r("Légende")) + p(r("Texte ") + drawing("i")),
        links=[("i", "image", "media/a.png")],
        parts={"word/media/a.png": PNG},
    )
    (key,) = read.images
    assert read.images[key] == PNG
    assert [(block.kind, block.text, block.html) for block in read.blocks] == [
        ("figure", 'Un "plan"', f'<img src="image:{key}" alt="Un &quot;plan&quot;">'),
        ("paragraph", "Légende", "Légende"),
        ("paragraph", "Texte", "Texte"),
        ("figure", "", f'<img src="image:{key}" alt="">'),
    ]
    assert read.warnings == ()


def test_what_no_browser_shows_is_a_figure_with_its_words_and_a_warning() -> None:
    links = [
        ("emf", "image", "media/a.emf"),
        ("far", "image", "https://tracker.example/a.png"),
        ("gone", "image", "media/gone.png"),
    ]
    read = read_docx(
        p(drawing("emf", "Schéma"))
        + p(drawing("far", "Loin", "link"))
        + p(drawing("gone"))
        + p(drawing("none")),
        links=links,
        parts={"word/media/a.emf": EMF},
    )
    assert told(read) == [("figure", "Schéma"), ("figure", "Loin"), ("figure", ""), ("figure", "")]
    assert "example" not in "".join(block.html for block in read.blocks)
    assert (read.warnings, read.images) == (("left_out_images",), {})


def test_embedded_objects_charts_and_other_documents_are_left_out_with_a_warning() -> None:
    chart = drawing("x", "Courbe").replace("/picture", "/chart").replace("pic:pic", "pic:other")
    ole = '<w:r><w:object><v:shape><v:imagedata r:id="e" o:title="Feuille"/></v:shape><o:OLEObject/></w:object></w:r>'
    read = read_docx(p(chart.replace("a:blip", "a:none")) + p(ole) + '<w:altChunk r:id="z"/>' + p("Fin"))
    assert told(read) == [("figure", "Courbe"), ("figure", "Feuille"), ("paragraph", "Fin")]
    assert "left_out_objects" in read.warnings


def test_images_beyond_sixty_are_left_out() -> None:
    numbers = range(62)
    read = read_docx(
        "".join(p(drawing(f"i{number}")) for number in numbers),
        links=[(f"i{number}", "image", f"media/{number}.png") for number in numbers],
        parts={f"word/media/{number}.png": PNG + bytes([number]) for number in numbers},
    )
    assert (len(read.images), len(read.blocks), read.warnings) == (60, 62, ("left_out_images",))


@pytest.mark.parametrize(
    ("target", "written"),
    [
        (
            "https://a.example/x?a=1&amp;b=2",
            '<a href="https://a.example/x?a=1&amp;b=2" rel="noopener noreferrer">ici</a>',
        ),
        ("mailto:a@a.example", '<a href="mailto:a@a.example" rel="noopener noreferrer">ici</a>'),
        ("javascript:alert(1)", "ici"),
        ("file:///etc/passwd", "ici"),
        ("data:text/html,x", "ici"),
    ],
)
def test_links_lead_to_pages_and_addresses_only(target: str, written: str) -> None:
    read = read_docx(
        p(f'<w:hyperlink r:id="h">{r("ici")}</w:hyperlink><w:hyperlink r:id="gone">{r(" là")}</w:hyperlink>'),
        links=[("h", "hyperlink", target)],
    )
    assert read.blocks[0].html == f"{written} là"


def test_a_field_that_is_a_link_keeps_its_address_alone() -> None:
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    read = read_docx(
        p(
            field("begin")
            + '<w:r><w:instrText>HYPERLINK "https://a.example/" \\o "Une bulle"</w:instrText></w:r>'
            + field("separate")
            + r("ici")
            + field("end")
        )
    )
    assert read.blocks[0].html == '<a href="https://a.example/" rel="noopener noreferrer">ici</a>'


def test_what_looks_like_a_script_is_words() -> None:
    read = read_docx(p("&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=y&gt; &amp;amp;"))
    assert read.blocks[0].text == "<script>alert(1)</script> <img src=x onerror=y> &amp;"
    assert (
        read.blocks[0].html == "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=y&gt; &amp;amp;"
    )


def test_macros_are_never_looked_at() -> None:
    read = read_docx(p("Bonjour"), parts={"word/vbaProject.bin": b"Auto_Open"})
    assert (told(read), read.images) == ([("paragraph", "Bonjour")], {})


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "prologue",
    [LAUGHS, '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE l [<!ENTITY x "mot">]>'],
)
@pytest.mark.parametrize("part", ["document", "styles", "footnotes", "_rels/document.xml.rels"])
def test_entities_are_refused_in_any_part(prologue: str, part: str) -> None:
    entity = "&j;" if prologue is LAUGHS else "&x;"
    roots = {"document": "w:document", "styles": "w:styles", "footnotes": "w:footnotes"}
    root = roots.get(part, "Relationships")
    namespace = (
        "http://schemas.openxmlformats.org/package/2006/relationships"
        if part.startswith("_rels")
        else "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    )
    xml = f'{prologue}<{root} xmlns="{namespace}" xmlns:w="{namespace}">{entity}</{root}>'
    with pytest.raises(Unreadable, match="broken"):
        read("essai.docx", docx(p("a"), parts={f"word/{part}.xml".replace(".rels.xml", ".rels"): xml}))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (docx(p("a"))[:-40], "unsafe_archive"),
        (docx("<w:p>"), "broken"),
        (docx("<w:tbl><w:tr><w:tc>" * 90 + p("a") + "</w:tc></w:tr></w:tbl>" * 90), "broken"),
        (docx(p("")), "empty"),
        (docx(p("mot " * 600_000)), "too_long"),
        (docx(p("a") * 20_001), "too_long"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_said_by_a_code(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as no:
        read("essai.docx", content)
    assert no.value.code == code


def test_tables_nested_as_deep_as_xml_allows_are_read() -> None:
    nested = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>"
    body = p("fond")
    for _ in range(40):
        body = nested.format(body, p("x"))
    assert read_docx(body).blocks[0].text.startswith("fond x")


def test_what_python_docx_writes_is_read() -> None:
    made = python_docx.Document()
    made.add_heading("Titre", 0)
    made.add_heading("Partie", 1)
    made.add_paragraph("Une puce", style="List Bullet")
    made.add_paragraph("Un numéro", style="List Number 2")
    made.add_paragraph("Cité", style="Intense Quote")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    made.sections[0].left_margin = Inches(1)
    kept = io.BytesIO()
    made.save(kept)
    document = kept_promises(read("essai.docx", kept.getvalue()))
    assert [(block.kind, block.level, block.ordered, block.text) for block in document.blocks] == [
        ("heading", 1, False, "Titre"),
        ("heading", 1, False, "Partie"),
        ("item", 1, False, "Une puce"),
        ("item", 1, True, "Un numéro"),
        ("quote", 0, False, "Cité"),
        ("row", 0, False, "a | b"),
    ]
    assert (document.pages, document.estimate) == (None, 1)
