"""Search over Whoosh: from what a reader typed to hits by resource, within the cohorts they may read."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from resources.search.analysis import composed, words
from resources.search.entries import Entry, Hit, Passage, Results, SearchUnavailable, State
from resources.search.index import IndexFolder
from resources.search.language import parse, tidy
from resources.search.lexicon import mended
from resources.search.meaning import Meaning, Reading
from resources.search.searchers import Searchers, Snapshot
from resources.search.snippets import marked, snippet

PASSAGES = 3
SHORTEST_SUGGESTED = 2


class WhooshBackend:
    """The engine of `SearchBackend`, on an index in `root`. One for each process; threads share it."""

    def __init__(self, root: Path) -> None:
        self.folder = IndexFolder(root)
        self.searchers = Searchers(self.folder)

    def replace(self, resources: Mapping[str, Sequence[Entry]]) -> None:
        """Make these the only entries of each resource, in one commit; no entry removes the resource."""
        if resources:
            self.folder.update(resources)

    def remove(self, resources: Collection[str]) -> None:
        """Forget these resources."""
        self.replace(dict.fromkeys(resources, ()))

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build anew beside, then take the place of the old index; returns how many entries it holds."""
        return self.folder.rebuild(entries)

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
        question = parse(text)
        with self._reading() as snapshot:
            reading = Reading(snapshot, question, snapshot.allowed(cohorts))
            strict = reading.strict()
            if strict is None or not reading.meaning.allowed:
                # Whoosh takes an empty set of allowed documents for "all of them".
                return Results(words=tuple(reading.meaning.words))
            found = _ranked(snapshot, strict, reading.meaning)
            every_word = bool(found) or (relaxed := reading.relaxed()) is None
            if not every_word:
                found = _ranked(snapshot, relaxed, reading.meaning)
                every_word = not found
            corrections = {
                word: better for word in reading.meaning.unknown if (better := reading.correction(word))
            }
            return _page(
                snapshot,
                found,
                reading.meaning,
                kind=kind,
                day=day,
                window=slice(offset, offset + limit),
                every_word=every_word,
                did_you_mean=mended(tidy(text), corrections) if corrections else None,
            )

    def suggest(self, text: str, *, cohorts: Collection[int], limit: int = 8) -> tuple[str, ...]:
        """Words of these cohorts' entries that begin like the last word of `text`, most frequent first."""
        typed = tidy(text)
        last = words(typed.split(" ")[-1])
        if not last or len(last[-1]) < SHORTEST_SUGGESTED:
            return ()
        with self._reading() as snapshot:
            reading = Reading(snapshot, parse(typed), snapshot.allowed(cohorts))
            return tuple(reading.completions(composed(last[-1]), limit))

    def state(self) -> State:
        """Whether the index answers, without raising."""
        try:
            with self._reading() as snapshot:
                return State("ready", int(snapshot.searcher.doc_count()), snapshot.generation)
        except SearchUnavailable as reason:
            return State(reason.code)

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        """The index to read. Whatever Whoosh raises on damaged files means that the index is broken."""
        try:
            with self.searchers.reading() as snapshot:
                yield snapshot
        except SearchUnavailable:
            raise
        except Exception as broken:
            raise SearchUnavailable("broken") from broken


def _ranked(snapshot: Snapshot, wanted: object, meaning: Meaning) -> list[int]:
    """The allowed documents that match, best first: all of them, it costs little more than fifty."""
    results = snapshot.searcher.search(wanted, limit=None, filter=set(meaning.allowed))
    return [number for _, number in results.top_n]


def _page(
    snapshot: Snapshot,
    found: Sequence[int],
    meaning: Meaning,
    *,
    kind: str | None,
    day: int | None,
    window: slice,
    every_word: bool,
    did_you_mean: str | None,
) -> Results:
    groups: dict[str, list[int]] = {}
    for number in found:
        groups.setdefault(snapshot.facts[number].resource, []).append(number)
    facts = {resource: snapshot.facts[numbers[0]] for resource, numbers in groups.items()}
    kept = [
        name for name, fact in facts.items() if kind in (None, fact.kind) and (day is None or day == fact.day)
    ]
    return Results(
        hits=tuple(_hit(snapshot, groups[name][:PASSAGES], meaning.terms) for name in kept[window]),
        total=len(kept),
        more=len(kept) > window.stop,
        every_word=every_word,
        words=tuple(meaning.words),
        did_you_mean=did_you_mean,
        kinds=Counter(fact.kind for fact in facts.values() if day is None or day == fact.day),
        days=Counter(fact.day for fact in facts.values() if kind in (None, fact.kind)),
    )


def _hit(snapshot: Snapshot, numbers: Sequence[int], terms: Collection[str]) -> Hit:
    facts = snapshot.facts[numbers[0]]
    stored = [snapshot.searcher.stored_fields(number) for number in numbers]
    return Hit(
        resource=facts.resource,
        cohort=facts.cohort,
        day=facts.day,
        kind=facts.kind,
        title=marked(stored[0]["title"], terms),
        passages=tuple(
            Passage(
                id=kept["id"],
                heading=marked(kept["heading"], terms),
                anchor=kept["anchor"],
                page=kept.get("page"),
                snippet=snippet(kept["body"], terms),
            )
            for kept in stored
        ),
    )
