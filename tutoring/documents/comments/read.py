"""The comments of a .docx: what each says, the words it is put on and those around, its replies, whether it is done."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tutoring.documents.blocks import CELL_BREAK
from tutoring.documents.comments.package import Element, Package
from tutoring.documents.comments.threads import WordComment, WordReply, key_of
from tutoring.documents.comments.walk import Step, attribute, walk

MAX_QUOTE = 5_000
CONTEXT = 60
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_W16_ID = "{http://schemas.microsoft.com/office/word/2016/wordml/cid}"
_W16_EXTENSIBLE = "{http://schemas.microsoft.com/office/word/2018/wordml/cex}"
_LAST = datetime.max.replace(tzinfo=UTC)
_LINES = re.compile(r"[^\S\n]*\n\s*")
_SPACES = re.compile(r"[^\S\n]+")


def comments_of(docx: bytes) -> tuple[WordComment, ...]:
    """Those of a .docx in the order of its text, then of time; those that it gives no place last. No empty ones.

    Raises `Unreadable`.
    """
    package = Package(docx)
    name = package.related(package.main, "comments")
    if name is None:
        return ()
    places = _places(package)
    found = [_Found(package, comment) for comment in package.part(name).iterfind(f"{{{package.ns}}}comment")]
    links = _links(package, found)
    dates = _dates(package)
    found.sort(key=lambda one: (places.get(one.number, _Place()).rank, _moment(one, dates) or _LAST))
    answers: defaultdict[str, list[_Found]] = defaultdict(list)
    for one in found:
        if one.number in links.parents:
            answers[links.parents[one.number]].append(one)
    return tuple(
        _comment(one, places.get(one.number, _Place()), answers[one.number], links, dates)
        for one in found
        if one.number not in links.parents and (one.text or any(reply.text for reply in answers[one.number]))
    )


@dataclass(slots=True)
class _Found:
    """A comment as its part holds it: its id, its words, the ids of its paragraphs."""

    number: str
    author: str
    date: str
    initials: str
    text: str
    paragraphs: tuple[str, ...]

    def __init__(self, package: Package, comment: Element) -> None:
        ns = package.ns
        self.number = attribute(comment, ns, "id")
        self.author = _SPACES.sub(" ", attribute(comment, ns, "author")).strip()
        self.date = attribute(comment, ns, "date")
        self.initials = attribute(comment, ns, "initials")
        words = [
            "\n" if met.step is Step.PARAGRAPH_END else met.words
            for met in walk(comment, ns)
            if met.step in (Step.WORDS, Step.PARAGRAPH_END)
        ]
        self.text = _clean("".join(words)).strip()
        known = (paragraph.get(f"{_W14}paraId", "") for paragraph in comment.iter(f"{{{ns}}}p"))
        self.paragraphs = tuple(one.upper() for one in known if one)


@dataclass(slots=True)
class _Place:
    """`rank`: which part of the package, where in it."""

    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    rank: tuple[int, int] = (9, 0)


@dataclass(slots=True)
class _Links:
    """`parents`: the comment that heads the thread of each answer; `done`: those that are marked so."""

    parents: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)


def _comment(
    one: _Found, place: _Place, answers: list[_Found], links: _Links, dates: dict[str, str]
) -> WordComment:
    return WordComment(
        author=one.author,
        at=_moment(one, dates),
        text=one.text,
        quote=place.quote,
        prefix=place.prefix,
        suffix=place.suffix,
        replies=tuple(
            WordReply(reply.author, _moment(reply, dates), reply.text, key_of(reply.initials))
            for reply in answers
            if reply.text
        ),
        key=key_of(one.initials),
        resolved=one.number in links.done,
    )


def _links(package: Package, found: list[_Found]) -> _Links:
    """[MS-DOCX] 2.5.4.2: entries name a comment by a paragraph of it; an answer to an answer goes to the first."""
    links = _Links()
    name = package.related(package.main, "commentsExtended")
    if name is None:
        return links
    owner = {paragraph: one.number for one in found for paragraph in one.paragraphs}
    above: dict[str, str] = {}
    for entry in package.part(name).iterfind(f"{_W15}commentEx"):
        number = owner.get(entry.get(f"{_W15}paraId", "").upper())
        parent = owner.get(entry.get(f"{_W15}paraIdParent", "").upper())
        if number is None:
            continue
        if entry.get(f"{_W15}done") in ("1", "true"):
            links.done.add(number)
        if parent is not None and parent != number:
            above[number] = parent
    for number in above:
        head, seen = number, {number}
        while head in above and above[head] not in seen:
            head = above[head]
            seen.add(head)
        if head not in above:
            links.parents[number] = head
    return links


def _dates(package: Package) -> dict[str, str]:
    """Moments in UTC by paragraph, which newer Words write apart: `w:date` is the time of day of their authors."""
    ids, moments = (package.related(package.main, kind) for kind in ("commentsIds", "commentsExtensible"))
    if ids is None or moments is None:
        return {}
    written = {
        entry.get(f"{_W16_EXTENSIBLE}durableId", ""): entry.get(f"{_W16_EXTENSIBLE}dateUtc", "")
        for entry in package.part(moments).iterfind(f"{_W16_EXTENSIBLE}commentExtensible")
    }
    return {
        entry.get(f"{_W16_ID}paraId", "").upper(): written.get(entry.get(f"{_W16_ID}durableId", ""), "")
        for entry in package.part(ids).iterfind(f"{_W16_ID}commentId")
    }


def _moment(one: _Found, dates: dict[str, str]) -> datetime | None:
    for written in (*(dates.get(paragraph, "") for paragraph in one.paragraphs), one.date):
        try:
            moment = datetime.fromisoformat(written)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _places(package: Package) -> dict[str, _Place]:
    """What each comment is put on, by its id: in the text, in its notes."""
    found: dict[str, _Place] = {}
    for rank, name in enumerate((package.main, *_notes(package))):
        story = _Story(package.part(name), package.ns)
        for number, start, end in story.ranges():
            place = story.place(start, end)
            place.rank = (rank, start)
            found.setdefault(number, place)
    return found


def _notes(package: Package) -> Iterator[str]:
    for kind in ("footnotes", "endnotes"):
        name = package.related(package.main, kind)
        if name is not None:
            yield name


class _Story:
    """The words of a part in one string, and where comments begin and end in it."""

    def __init__(self, root: Element, ns: str) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._starts: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._read(root, ns)
        self.text = "".join(self._pieces)

    def ranges(self) -> list[tuple[str, int, int]]:
        """Comments by their id, where each begins and ends; one that begins nowhere points between two words."""
        return [(number, min(self._starts.get(number, end), end), end) for number, end in self._ends.items()]

    def place(self, start: int, end: int) -> _Place:
        """The words of a range, less the spaces at its ends, and those around."""
        said = self.text[start:end]
        start += len(said) - len(said.lstrip())
        end -= len(said) - len(said.rstrip())
        before, after = self.text[max(0, start - 4 * CONTEXT) : start], self.text[end : end + 4 * CONTEXT]
        quote = _clean(self.text[start : max(start, end)])[:MAX_QUOTE]
        return _Place(quote, _clean(before)[-CONTEXT:], _clean(after)[:CONTEXT])

    def _read(self, root: Element, ns: str) -> None:
        rows, cells = 0, [0]
        for met in walk(root, ns):
            if met.step is Step.WORDS:
                self._add(met.words)
            elif met.step is Step.PARAGRAPH_END:
                self._add(" " if rows else "\n")
            elif met.step is Step.ROW:
                rows += 1
                cells.append(0)
            elif met.step is Step.ROW_END:
                rows -= 1
                cells.pop()
                self._add(" " if rows else "\n")
            elif met.step is Step.CELL:
                self._add(CELL_BREAK if cells[-1] else "")
                cells[-1] += 1
            else:
                self._mark(met.step, met.words)

    def _mark(self, step: Step, number: str) -> None:
        if step is Step.RANGE:
            self._starts.setdefault(number, self._length)
        elif step is Step.RANGE_END:
            self._ends[number] = self._length
        elif step is Step.REFERENCE:
            self._ends.setdefault(number, self._length)

    def _add(self, words: str) -> None:
        self._pieces.append(words)
        self._length += len(words)


def _clean(words: str) -> str:
    """NFC, one space between words, one line break between paragraphs."""
    return _SPACES.sub(" ", _LINES.sub("\n", unicodedata.normalize("NFC", words)))
