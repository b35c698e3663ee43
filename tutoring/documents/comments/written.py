"""A version with its remarks as Word comments: in the learner's own file, or in a plain one made of its blocks."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from tutoring.documents.blocks import Block
from tutoring.documents.comments.clean import clean
from tutoring.documents.comments.letters import letters
from tutoring.documents.comments.marks import Marked, Marks
from tutoring.documents.comments.package import Element, Package
from tutoring.documents.comments.places import Places, Spot
from tutoring.documents.comments.sheet import Sheet
from tutoring.documents.comments.threads import Commented
from tutoring.documents.comments.walk import Step, attribute, walk


def with_comments(
    original: bytes | None, blocks: Sequence[Block], threads: Sequence[Commented], *, language: str = "fr-FR"
) -> bytes:
    """The learner's .docx, or one made of the blocks when `original` is None, with each thread as a comment.

    Comments that are already there stay. A passage that is not found in the file is put on its paragraph, else on
    the first one with its words quoted. Raises `Unreadable`; ValueError for a key that Word would cut.
    """
    package = Package(clean(blocks, language=language) if original is None else original)
    if not threads:
        return package.saved()
    body = package.part(package.main)
    found = letters(body, package.ns)
    places = Places(blocks, found, _notes(package))
    sheet = Sheet(package)
    marked = []
    for thread in threads:
        spots = [(passage, places.spot(passage)) for passage in thread.passages]
        lost = [
            blocks[passage.block].text[passage.start : passage.end]
            for passage, spot in spots
            if 0 <= passage.block < len(blocks) and (spot is None or not spot.exact)
        ]
        ids = sheet.write(thread, [quote for quote in lost if quote.strip()])
        marked.append(_marked(body, package.ns, ids, [spot for _, spot in spots if spot]))
    Marks(package.ns, found.places).write(marked)
    package.change(package.main, body)
    sheet.close()
    return package.saved()


def _marked(body: Element, ns: str, ids: tuple[int, ...], spots: Sequence[Spot]) -> Marked:
    """From the first of the spots to the last: a Word comment has one range."""
    ranges = [spot for spot in spots if spot.element is None]
    if ranges:
        return Marked(ids, min(spot.first for spot in ranges), max(spot.last for spot in ranges))
    if spots:
        return Marked(ids, begin=spots[0].element, end=spots[0].element)
    paragraph = _first_paragraph(body, ns)
    return Marked(ids, begin=paragraph, end=paragraph)


def _first_paragraph(body: Element, ns: str) -> Element:
    """The first one that says something, else the first; one is made in a document that has none."""
    first = None
    for met in walk(body, ns):
        if met.step is Step.PARAGRAPH and first is None:
            first = met.element
        if met.step is Step.WORDS and met.words.strip():
            return next(met.element.iterancestors(f"{{{ns}}}p"), first)
    if first is None:
        first = etree.Element(f"{{{ns}}}p")
        inside = body.find(f"{{{ns}}}body")
        (body if inside is None else inside).insert(0, first)
    return first


def _notes(package: Package) -> dict[str, str]:
    """The words of each footnote by its id."""
    name = package.related(package.main, "footnotes")
    if name is None:
        return {}
    words = {}
    for note in package.part(name).iterfind(f"{{{package.ns}}}footnote"):
        said = (met.words for met in walk(note, package.ns) if met.step is Step.WORDS)
        words[attribute(note, package.ns, "id")] = "".join(said)
    return words
