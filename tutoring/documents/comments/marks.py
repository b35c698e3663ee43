"""The marks of comments among the runs of a .docx: where each begins, where it ends, what refers to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from tutoring.documents.comments.letters import Letter
from tutoring.documents.comments.package import Element

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Marked:
    """Comments `ids` put on letters `first` to `last`, both included, or on elements `begin` to `end`."""

    ids: tuple[int, ...]
    first: int = 0
    last: int = 0
    begin: Element | None = None
    end: Element | None = None


class Marks:
    """Writes the marks of comments into a text whose letters stand at `places`."""

    def __init__(self, ns: str, places: Sequence[Letter]) -> None:
        self._ns = ns
        self._places = places

    def write(self, marked: Iterable[Marked]) -> None:
        """Put all marks at once: to cut a run moves what follows, so cuts are made from the end."""
        begins: defaultdict[int, list[int]] = defaultdict(list)
        ends: defaultdict[int, list[int]] = defaultdict(list)
        for one in marked:
            if one.begin is not None and one.end is not None:
                self._around(one.begin, one.end, one.ids)
            else:
                begins[one.first].extend(one.ids)
                ends[one.last].extend(one.ids)
        for rank in sorted(begins.keys() | ends.keys(), reverse=True):
            if rank in ends:
                place = self._places[rank]
                self._end_after(self._left(self._run(place.element), place.element, place.end), ends[rank])
            if rank in begins:
                place = self._places[rank]
                run = self._right(self._run(place.element), place.element, place.start)
                for number in begins[rank]:
                    run.addprevious(self._mark("commentRangeStart", number))

    def _around(self, begin: Element, end: Element, ids: Sequence[int]) -> None:
        """Around two paragraphs from the first's beginning, or around what stands in the runs of two elements."""
        if begin.tag != self._tag("p"):
            run = self._run(begin)
            for number in ids:
                run.addprevious(self._mark("commentRangeStart", number))
            self._end_after(self._run(end), ids)
            return
        place = 1 if len(begin) and begin[0].tag == self._tag("pPr") else 0
        for number in reversed(ids):
            begin.insert(place, self._mark("commentRangeStart", number))
        for number in ids:
            end.append(self._mark("commentRangeEnd", number))
            end.append(self._reference(number))

    def _end_after(self, run: Element, ids: Sequence[int]) -> None:
        """The range ends after the run; what refers to it stands in the paragraph, not in a link or an insertion."""
        for number in reversed(ids):
            run.addnext(self._mark("commentRangeEnd", number))
        after = run
        while after.getparent() is not None and after.getparent().tag != self._tag("p"):
            after = after.getparent()
        while (follows := after.getnext()) is not None and follows.tag == self._tag("commentRangeEnd"):
            after = follows
        for number in reversed(ids):
            after.addnext(self._reference(number))

    def _left(self, run: Element, element: Element, end: int) -> Element:
        """The run that ends with code point `end` of `element`: what follows is moved to a run after it."""
        self._cut(run, element, end)
        return run

    def _right(self, run: Element, element: Element, start: int) -> Element:
        """The run that begins with code point `start` of `element`: what precedes stays in a run before it."""
        properties = run.find(self._tag("rPr"))
        first = next((child for child in run if child is not properties), None)
        if start == 0 and element is first:
            return run
        return self._cut(run, element, start)

    def _cut(self, run: Element, element: Element, place: int) -> Element:
        """Move what follows `place` in `element` into a new run after `run`; returns it, or `run` if none does."""
        moved = [] if place == 0 else list(element.itersiblings())
        if place == 0:
            moved = [element, *element.itersiblings()]
        elif element.tag == self._tag("t") and place < len(element.text or ""):
            rest = etree.Element(element.tag, dict(element.attrib))
            rest.text, element.text = element.text[place:], element.text[:place]
            for part in (rest, element):
                part.set(_SPACE, "preserve")
            moved.insert(0, rest)
        if not moved:
            return run
        new = etree.Element(run.tag, dict(run.attrib))
        properties = run.find(self._tag("rPr"))
        if properties is not None:
            new.append(deepcopy(properties))
        run.addnext(new)
        new.extend(moved)
        return new

    def _run(self, element: Element) -> Element:
        """The run that `element` stands in; itself when it stands in none."""
        return next(element.iterancestors(self._tag("r")), element)

    def _tag(self, name: str) -> str:
        return f"{{{self._ns}}}{name}"

    def _mark(self, name: str, number: int) -> Element:
        return etree.Element(self._tag(name), {self._tag("id"): str(number)})

    def _reference(self, number: int) -> Element:
        run = etree.Element(self._tag("r"))
        style = etree.SubElement(etree.SubElement(run, self._tag("rPr")), self._tag("rStyle"))
        style.set(self._tag("val"), "CommentReference")
        run.append(self._mark("commentReference", number))
        return run
