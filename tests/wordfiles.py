"""Documents made for tests: .docx and .odt written part by part, and what every block promises."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser

from tutoring.documents.blocks import CELL_BREAK, Block, BlockKind, Document, identified
from tutoring.documents.reading import read

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
EMF = b"\x01\x00\x00\x00" + b"\x00" * 40
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
)
_ODF += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def package(parts: Mapping[str, str | bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def relations(links: Iterable[tuple[str, str, str]]) -> str:
    """From (id, kind, target); an address with a colon is elsewhere."""
    written = "".join(
        f'<Relationship Id="{key}" Type="{_RELATION}{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if ':' in target else ''}/>"
        for key, kind, target in links
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{written}</Relationships>'


def docx(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    footnotes: str = "",
    links: Iterable[tuple[str, str, str]] = (),
    parts: Mapping[str, str | bytes] | None = None,
    prologue: str = "",
) -> bytes:
    """A Word file whose parts hold this XML (`w:`, `r:`, `wp:`, `a:`, `pic:`, `m:`, `mc:`, `wps:`, `v:`, `o:`)."""
    own = [
        ("s", "styles", "styles.xml"),
        ("n", "numbering", "numbering.xml"),
        ("f", "footnotes", "footnotes.xml"),
    ]
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations([("d", "officeDocument", "word/document.xml")]),
        "word/document.xml": f"{prologue}<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {_W}>{numbering}</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {_W}>{footnotes}</w:footnotes>",
        "word/_rels/document.xml.rels": relations([*own, *links]),
    }
    return package({**made, **(parts or {})})


def odt(
    body: str,
    *,
    automatic: str = "",
    styles: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    prologue: str = "",
) -> bytes:
    """An OpenDocument text whose parts hold this XML (`office:`, `text:`, `table:`, `draw:`, `style:`, `fo:`…)."""
    made: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"{prologue}<office:document-content {_ODF}><office:automatic-styles>{automatic}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {_ODF}><office:styles>{styles}</office:styles>"
        "</office:document-styles>",
        "META-INF/manifest.xml": "<m/>",
    }
    return package({**made, **(parts or {})})


def p(words: str, *, style: str = "", properties: str = "") -> str:
    """A paragraph of Word: words, or runs as they are."""
    stated = (f'<w:pStyle w:val="{style}"/>' if style else "") + properties
    inside = words if words.startswith("<") else r(words)
    return f"<w:p><w:pPr>{stated}</w:pPr>{inside}</w:p>"


def r(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def read_docx(body: str, **parts: object) -> Document:
    return kept_promises(read("essai.docx", docx(body, **parts)))  # type: ignore[arg-type]


def read_odt(body: str, **parts: object) -> Document:
    return kept_promises(read("essai.odt", odt(body, **parts)))  # type: ignore[arg-type]


def told(document: Document) -> list[tuple[str, str]]:
    """What each block is and says."""
    return [(str(block.kind), block.text) for block in document.blocks]


class _Words(HTMLParser):
    """The words of a block's HTML, and what it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[list[str]] = [[]]
        self.call = 0
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append([])
        if self.call or dict(attrs).get("class") == "call":
            self.call += 1
        for name, value in attrs:
            allowed = {"class": "call", "rel": "noopener noreferrer"}.get(name, value)
            assert name in {"class", "rel", "href", "src", "alt", "colspan", "rowspan"}, name
            assert value == allowed
            if name == "href":
                assert re.match(r"https?:|mailto:|#note-\d+$", value or ""), value
            if name == "src":
                assert (value or "").startswith("image:")

    def handle_endtag(self, tag: str) -> None:
        self.call -= bool(self.call)

    def handle_data(self, data: str) -> None:
        if not self.call:
            self.cells[-1].append(data)


TAGS = {"strong", "em", "u", "s", "sub", "sup", "code", "a", "br", "img", "td", "th"}


def words(block: Block) -> str:
    """The words of a block's HTML, less calls and images; cells apart by " | "."""
    reader = _Words()
    reader.feed(block.html)
    reader.close()
    assert reader.tags <= TAGS
    cells = ["".join(cell) for cell in reader.cells]
    return CELL_BREAK.join(cells[1:]) if block.kind is BlockKind.ROW else cells[0]


def kept_promises(document: Document) -> Document:
    """The document, once each of its blocks was held against the contract of `blocks.py`."""
    for block in document.blocks:
        if block.kind is not BlockKind.FIGURE or "<img" not in block.html:
            assert words(block) == block.text
        assert block.text or block.kind in (BlockKind.FIGURE, BlockKind.ROW, BlockKind.FOOTNOTE)
        assert (1 <= block.level <= 6) == (block.kind is BlockKind.HEADING) or block.kind is BlockKind.ITEM
        assert bool(block.group) == (block.kind in (BlockKind.ITEM, BlockKind.ROW))
        for key in re.findall(r'src="image:([^"]+)"', block.html):
            assert key in document.images
    anchors = [block.anchor for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    assert len(anchors) == len(set(anchors))
    for called in re.findall(r'href="#([^"]+)"', "".join(block.html for block in document.blocks)):
        assert called in anchors
    assert tuple(identified(document.blocks)) == document.blocks
    return document
