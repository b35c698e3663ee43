"""What search is told and what it answers, as plain values; the six methods that any engine offers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class SearchUnavailable(Exception):
    """The index cannot answer. `code`: absent (never built), outdated (older schema), broken (unreadable).

    All three end with `rebuild`; until then the caller may look for words in SQL.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """One section of a text or one page of a PDF: the smallest thing that search finds and links to.

    `id` names the section, `resource` the text it belongs to (`synthesis:12`), unique over all institutions
    like `cohort`. `title` is the resource's, `heading` the section's with those above it; `anchor` an id in
    the page, `page` a page of a PDF, from 1. What a cohort may not read yet is no entry at all.
    """

    id: str
    resource: str
    cohort: int
    day: int | None
    kind: str
    title: str
    heading: str
    anchor: str
    page: int | None
    body: str


@dataclass(frozen=True)
class Passage:
    """Where in the resource the words are. `heading` and `snippet` are safe HTML with `<mark>`."""

    id: str
    heading: str
    anchor: str
    page: int | None
    snippet: str


@dataclass(frozen=True)
class Hit:
    """A resource that answers, with its best passages, best first. `title` is safe HTML with `<mark>`."""

    resource: str
    cohort: int
    day: int | None
    kind: str
    title: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Results:
    """A page of hits among `total` resources.

    `every_word` is False when no section held all the words and those with some of them are shown instead.
    `words` are those looked for, without stop words; none means that the question said nothing. `kinds` and
    `days` count resources, each under the other's filter. `did_you_mean` is the whole question, mended.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False
    every_word: bool = True
    words: tuple[str, ...] = ()
    did_you_mean: str | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[int | None, int] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """How the index is: `code` is ready, absent, outdated or broken; `entries` sections at `generation`."""

    code: str
    entries: int = 0
    generation: int = -1


class SearchBackend(Protocol):
    """An engine. Every method may raise `SearchUnavailable`, except `rebuild` and `state`."""

    def replace(self, resources: Mapping[str, Sequence[Entry]]) -> None:
        """Make these the only entries of each resource, in one commit; no entry removes the resource."""
        ...

    def remove(self, resources: Collection[str]) -> None:
        """Forget these resources."""
        ...

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build anew beside, then take the place of the old index; returns how many entries it holds."""
        ...

    def search(
        self,
        text: str,
        *,
        cohorts: Collection[int],
        kind: str | None = None,
        day: int | None = None,
        offset: int = 0,
        limit: int = 10,
    ) -> Results:
        """What answers `text` among these cohorts' entries; `offset` and `limit` count resources."""
        ...

    def suggest(self, text: str, *, cohorts: Collection[int], limit: int = 8) -> tuple[str, ...]:
        """Words of these cohorts' entries that begin like the last word of `text`, most frequent first."""
        ...

    def state(self) -> State:
        """Whether the index answers, without raising."""
        ...
