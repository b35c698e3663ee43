"""The XML of a Word text made plainer before mammoth reads it, so that no word that Word shows is lost.

What mammoth 1.13 does not know is written in what it does: text boxes, simple fields, equations, ruby, styles by
inheritance, drawings without an image. What Word does not show goes: hidden text, the generated table of contents.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from tutoring.documents.word.styles import Styles, W, is_on, value

NOWHERE = "nowhere"  # the id of an image that is in no package

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
_TEXT_BOX = f"{W}txbxContent"
# What a:graphicData holds when it is no image and no shape: charts, SmartArt, what add-ins put there.
_SHAPES = ("picture", "wordprocessingShape", "wordprocessingGroup", "wordprocessingCanvas")


class Settler:
    """Settles parts in place. `images`, `links`: the relationships that lead somewhere; `notes`: roots of the notes."""

    def __init__(
        self, styles: Styles, *, images: set[str], links: set[str], notes: Mapping[str, Any | None]
    ) -> None:
        self.styles = styles
        self.images = images
        self.links = links
        self.notes = {
            f"{W}{kind.rstrip('s')}Reference": _note_ids(root, kind.rstrip("s"))
            for kind, root in notes.items()
        }
        self.warnings: set[str] = set()

    def settle(self, root: Any) -> None:
        """The whole part. Inner elements first: a text box may hold another."""
        self._each(root, f"{_MC}AlternateContent", self._choose)
        self._each(root, f"{W}drawing", self._drawing)
        self._each(root, f"{W}object", self._object)
        for name in (f"{W}altChunk", f"{W}subDoc"):
            self._each(root, name, self._lost)
        self._each(root, f"{_V}imagedata", self._vml_image)
        self._each(root, f"{W}sdt", self._control)
        self._each(root, f"{W}fldSimple", _unwrap)
        for name in ("dir", "bdo"):
            self._each(root, W + name, _unwrap)
        for name in ("oMathPara", "oMath"):
            self._each(root, _M + name, _equation)
        self._each(root, f"{W}ruby", _ruby)
        self._each(root, f"{W}hyperlink", self._hyperlink)
        for name in self.notes:
            self._each(root, name, self._call)
        self._each(root, f"{W}commentReference", _remove)
        self._each(root, f"{W}sym", _symbol)
        self._each(root, f"{W}r", self._run)
        self._each(root, f"{W}p", self._paragraph)
        self._each(root, f"{W}gridSpan", _span)
        self._each(root, f"{W}tbl", _table)

    @staticmethod
    def _each(root: Any, name: str, act: Callable[[Any], object]) -> None:
        for element in reversed(list(root.iter(name))):
            act(element)

    def _choose(self, both: Any) -> None:
        """Of what a new and an old Word show, the new one where it holds words or images, else the old one."""
        choice, fallback = both.find(f"{_MC}Choice"), both.find(f"{_MC}Fallback")
        rich = choice is not None and any(
            True for _ in choice.iter(_TEXT_BOX, f"{_A}blip", f"{_A}graphicData")
        )
        chosen = choice if rich or fallback is None or not len(fallback) else fallback
        _replace(both, [] if chosen is None else list(chosen))

    def _drawing(self, drawing: Any) -> None:
        """An image for each picture, then the paragraphs of the text boxes, as old Word wrote them."""
        described = drawing.find(f".//{_WP}docPr")
        boxes = [
            box for box in drawing.iter(_TEXT_BOX) if not any(True for _ in box.iterancestors(_TEXT_BOX))
        ]
        pictures = [blip.get(f"{_R}embed") for blip in drawing.iter(f"{_A}blip") if _is_outside(blip, boxes)]
        data = [one.get("uri", "") for one in drawing.iter(f"{_A}graphicData") if _is_outside(one, boxes)]
        if any(not uri.endswith(_SHAPES) for uri in data):
            self.warnings.add("left_out_objects")
            pictures = pictures or [NOWHERE]
        made = [_picture(described, self._known(key)) for key in pictures]
        if boxes:
            pict = etree.Element(f"{W}pict")
            holder = etree.SubElement(pict, f"{_V}textbox")
            for box in boxes:
                holder.append(box)
            made.append(pict)
        _replace(drawing, made)

    def _known(self, key: str | None) -> str:
        """The image's own id; NOWHERE when it is kept elsewhere than in the package."""
        if key is not None and (key in self.images or key == NOWHERE):
            return key
        self.warnings.add("left_out_images")
        return NOWHERE

    def _object(self, embedded: Any) -> None:
        self.warnings.add("left_out_objects")
        if not any(True for _ in embedded.iter(f"{_V}imagedata")):
            _replace(embedded, [_picture(None, NOWHERE)])

    def _lost(self, element: Any) -> None:
        self.warnings.add("left_out_objects")
        _remove(element)

    def _vml_image(self, image: Any) -> None:
        """The image of an old Word's drawing, or of an object: `alt` is on its shape, `o:title` on itself."""
        shape = image.getparent()
        words = etree.Element(f"{_WP}docPr", descr=shape.get("alt", ""), title=image.get(f"{_O}title", ""))
        _replace(image, [_picture(words, self._known(image.get(f"{_R}id")))])

    def _control(self, control: Any) -> None:
        gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        if gallery is not None and gallery.get(f"{W}val") == "Table of Contents":
            self.warnings.add("left_out_contents")
            _remove(control)
            return
        inside = control.find(f"{W}sdtContent")
        _replace(control, [] if inside is None else list(inside))

    def _hyperlink(self, link: Any) -> None:
        key = link.get(f"{_R}id")
        if key is not None and key not in self.links:
            del link.attrib[f"{_R}id"]

    def _call(self, call: Any) -> None:
        if call.get(f"{W}id") not in self.notes[call.tag]:
            _remove(call)

    def _run(self, run: Any) -> None:
        """Hidden text goes; bold and italic of the run's style are said by the run."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return
        if is_on(properties, "vanish"):
            _remove(run)
            return
        style = self.styles.by_id.get(value(properties, "rStyle") or "")
        kept = [one for one in properties if one.tag in _RUN_PROPERTIES and not _says_nothing(one)]
        for name, on in (("b", style and style.bold), ("i", style and style.italic)):
            if on and properties.find(W + name) is None:
                kept.append(etree.Element(W + name))
        for one in list(properties):
            properties.remove(one)
        properties.extend(kept)

    def _paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(f"{W}pPr")
        role = self.styles.of_paragraph(properties)
        if role == "contents":
            self.warnings.add("left_out_contents")
            _remove(paragraph)
            return
        plain = etree.Element(f"{W}pPr")
        if role:
            etree.SubElement(plain, f"{W}pStyle").set(f"{W}val", role)
        if properties is not None:
            deleted = properties.find(f"{W}rPr/{W}del")
            if deleted is not None:
                etree.SubElement(plain, f"{W}rPr").append(deleted)
            paragraph.remove(properties)
        if role.startswith("h"):
            for bold in paragraph.findall(f"{W}r/{W}rPr/{W}b"):
                bold.getparent().remove(bold)
        paragraph.insert(0, plain)


# What mammoth reads of a run; highlighting and capitals are a matter of look.
_RUN_PROPERTIES = frozenset(W + name for name in ("b", "i", "u", "strike", "vertAlign"))


def _says_nothing(one: Any) -> bool:
    return one.tag in (f"{W}b", f"{W}i", f"{W}strike") and one.get(f"{W}val") in ("0", "false", "off")


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _replace(element: Any, others: list[Any]) -> None:
    parent = element.getparent()
    place = parent.index(element)
    parent.remove(element)
    for other in reversed(others):
        parent.insert(place, other)


def _unwrap(element: Any) -> None:
    _replace(element, [child for child in element if child.tag != f"{W}fldData"])


def _picture(described: Any | None, key: str) -> Any:
    """A `w:drawing` of one image, in the only form that mammoth reads."""
    drawing = etree.Element(f"{W}drawing")
    held = etree.SubElement(drawing, f"{_WP}inline")
    words = etree.SubElement(held, f"{_WP}docPr")
    for name in ("descr", "title"):
        if described is not None and described.get(name):
            words.set(name, described.get(name))
    data = etree.SubElement(etree.SubElement(held, f"{_A}graphic"), f"{_A}graphicData")
    fill = etree.SubElement(etree.SubElement(data, f"{_PIC}pic"), f"{_PIC}blipFill")
    etree.SubElement(fill, f"{_A}blip").set(f"{_R}embed", key)
    return drawing


def _is_outside(element: Any, boxes: list[Any]) -> bool:
    return not any(ancestor in boxes for ancestor in element.iterancestors(_TEXT_BOX))


def _equation(equation: Any) -> None:
    """Its characters in a line: without its layout, and yet with its words."""
    words = "".join(text.text or "" for text in equation.iter(f"{_M}t"))
    run = etree.Element(f"{W}r")
    etree.SubElement(run, f"{W}t").text = words
    _replace(equation, [run] if words and _in_paragraph(equation) else [])


def _in_paragraph(element: Any) -> bool:
    return any(True for _ in element.iterancestors(f"{W}p"))


def _ruby(ruby: Any) -> None:
    """The words themselves, without how they are pronounced above."""
    base = ruby.find(f"{W}rubyBase")
    words = "" if base is None else "".join(text.text or "" for text in base.iter(f"{W}t"))
    text = etree.Element(f"{W}t")
    text.text = words
    _replace(ruby, [text])


def _span(span: Any) -> None:
    if not (span.get(f"{W}val") or "").isdecimal():
        _remove(span)


def _table(table: Any) -> None:
    """A table of one cell is a frame around paragraphs: they stand by themselves."""
    cells = table.findall(f"{W}tr/{W}tc")
    if len(cells) == 1:
        _replace(table, [copy.copy(child) for child in cells[0] if child.tag != f"{W}tcPr"])


def _note_ids(root: Any | None, kind: str) -> set[str | None]:
    if root is None:
        return set()
    hidden = ("separator", "continuationSeparator")
    return {one.get(f"{W}id") for one in root.iter(W + kind) if one.get(f"{W}type") not in hidden}


def _symbol(symbol: Any) -> None:
    try:
        int(symbol.get(f"{W}char", ""), 16)
    except ValueError:
        _remove(symbol)
