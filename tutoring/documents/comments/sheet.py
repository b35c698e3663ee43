"""The comments' own parts of a .docx: what they say, who said it and when, which answers which."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from tutoring.documents.comments.inline import allowed
from tutoring.documents.comments.package import STRICT, Element, Package
from tutoring.documents.comments.threads import Commented, Said, initials

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_RELATED_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/comments"
_RELATED_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_MAX_ID = 2**31 - 1


class Sheet:
    """Comments of a package, to which threads are added. `ns` of its words is the package's."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._ns = package.ns
        self._name = package.related(package.main, "comments")
        self._comments = self._part(
            self._name, self._tag("comments"), {"w": self._ns, "w14": _W14, "mc": _MC}
        )
        self._answers_name = package.related(package.main, "commentsExtended")
        self._answers = self._part(self._answers_name, f"{{{_W15}}}commentsEx", {"w15": _W15, "mc": _MC})
        marks = (*self._comments, *package.part(package.main).iter(self._tag("commentReference")))
        self._ids = {mark.get(self._tag("id"), "") for mark in marks if isinstance(mark.tag, str)}
        self._next = 0
        roots = (package.part(package.main), self._comments)
        self._paragraphs = {
            element.get(f"{{{_W14}}}paraId", "").upper() for root in roots for element in root.iter("{*}p")
        }

    def write(self, thread: Commented, quotes: Sequence[str]) -> tuple[int, ...]:
        """Add a thread, with the words it is about when its place does not show them; returns its comments' ids."""
        first, *rest = thread.messages or (Said(thread.author, thread.at, ""),)
        lines = [thread.label, *quotes, *first.text.splitlines()]
        strong = 1 if thread.label else 0
        lines = lines if thread.label else lines[1:]
        number, parent = self._comment(thread, thread.author, thread.at, lines, strong, len(quotes))
        self._answer(parent, None, thread.resolved)
        ids = [number]
        for said in rest:
            number, paragraph = self._comment(thread, said.author, said.at, said.text.splitlines(), 0, 0)
            self._answer(paragraph, parent, thread.resolved)
            ids.append(number)
        return tuple(ids)

    def close(self) -> None:
        """Hand both parts to the package."""
        if self._name is None:
            kind = _RELATED_STRICT if self._ns == STRICT else _RELATED
            self._package.add("comments", kind, _TYPE.format("comments"), self._comments)
        else:
            self._package.change(self._name, self._comments)
        if self._answers_name is None:
            kind = _TYPE.format("commentsExtended")
            self._package.add("commentsExtended", _RELATED_EXTENDED, kind, self._answers)
        else:
            self._package.change(self._answers_name, self._answers)

    def _comment(
        self, thread: Commented, author: str, at: datetime, lines: Sequence[str], strong: int, quoted: int
    ) -> tuple[int, str]:
        """A comment whose first `strong` lines are bold and the next `quoted` in italics: its id, its paragraph's."""
        number = self._free_id()
        comment = etree.SubElement(self._comments, self._tag("comment"))
        written = {
            "id": str(number),
            "author": allowed(author)[:255],
            "date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "initials": initials(thread.key),
        }
        for name, value in written.items():
            comment.set(self._tag(name), value)
        paragraph = None
        for rank, line in enumerate(lines or [""]):
            look = "b" if rank < strong else "i" if rank < strong + quoted else ""
            paragraph = self._paragraph(comment, line, look, sign=rank == 0)
        assert paragraph is not None
        known = self._paragraph_id(f"{thread.key}/{number}")
        paragraph.set(f"{{{_W14}}}paraId", known)
        return number, known

    def _paragraph(self, comment: Element, line: str, look: str, *, sign: bool) -> Element:
        paragraph = etree.SubElement(comment, self._tag("p"))
        style = etree.SubElement(etree.SubElement(paragraph, self._tag("pPr")), self._tag("pStyle"))
        style.set(self._tag("val"), "CommentText")
        if sign:
            etree.SubElement(etree.SubElement(paragraph, self._tag("r")), self._tag("annotationRef"))
        run = etree.SubElement(paragraph, self._tag("r"))
        if look:
            etree.SubElement(etree.SubElement(run, self._tag("rPr")), self._tag(look))
        text = etree.SubElement(run, self._tag("t"))
        text.text = allowed(line)
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return paragraph

    def _answer(self, paragraph: str, parent: str | None, done: bool) -> None:
        """[MS-DOCX] 2.5.4.2: a comment is known by the id of its last paragraph."""
        entry = etree.SubElement(self._answers, f"{{{_W15}}}commentEx")
        entry.set(f"{{{_W15}}}paraId", paragraph)
        if parent:
            entry.set(f"{{{_W15}}}paraIdParent", parent)
        entry.set(f"{{{_W15}}}done", "1" if done else "0")

    def _part(self, name: str | None, tag: str, spaces: dict[str, str]) -> Element:
        """The part's root, or a new one, that declares `spaces` and tells older readers what they may ignore."""
        old = None if name is None else self._package.part(name)
        root = etree.Element(
            tag, {} if old is None else dict(old.attrib), {**(old.nsmap if old is not None else {}), **spaces}
        )
        if old is not None:
            root.extend(list(old))
        known = root.get(f"{{{_MC}}}Ignorable", "").split()
        added = [prefix for prefix in spaces if prefix in ("w14", "w15") and prefix not in known]
        root.set(f"{{{_MC}}}Ignorable", " ".join(known + added))
        return root

    def _free_id(self) -> int:
        while str(self._next) in self._ids:
            self._next += 1
        self._next += 1
        return self._next - 1

    def _paragraph_id(self, seed: str) -> str:
        """[MS-DOCX] 2.6.2.3: eight hexadecimal digits below 0x80000000, not zero, found once in the file."""
        number = int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16) % _MAX_ID or 1
        while f"{number:08X}" in self._paragraphs:
            number = number % (_MAX_ID - 1) + 1
        self._paragraphs.add(f"{number:08X}")
        return f"{number:08X}"

    def _tag(self, name: str) -> str:
        return f"{{{self._ns}}}{name}"
