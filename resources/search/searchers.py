"""The searcher of this process: one for each generation of the index, never refreshed, one reader at a time.

`Searcher.refresh()` of Whoosh keeps deleted documents and doubles updated ones: a new searcher is opened
instead. Two threads share one file position, hence the lock; a forked child shares it with its parent, hence
the process id.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.search.analysis import SEPARATOR
from resources.search.entries import SearchUnavailable
from resources.search.index import FACTS, IndexFolder, open_index
from resources.search.lexicon import Lexicon, Words

ATTEMPTS = 4
COHORT_SETS = 200


@dataclass(frozen=True)
class Facts:
    """What groups, counts and filters a document."""

    cohort: int
    day: int | None
    kind: str
    resource: str


@dataclass(frozen=True)
class Segment:
    """What is kept in memory of one segment; it never changes, but documents of it may be deleted."""

    facts: list[Facts]
    words: Words


class Snapshot:
    """The index at one generation."""

    def __init__(self, searcher: Any, generation: int, segments: dict[str, Segment]) -> None:
        self.searcher = searcher
        self.generation = generation
        self.leaves: list[tuple[Any, int]] = list(searcher.reader().leaf_readers())
        self.segments = {_name(leaf): segments.get(_name(leaf)) or _read(leaf) for leaf, _ in self._filled()}
        self.facts = [fact for leaf, _ in self._filled() for fact in self.segments[_name(leaf)].facts]
        self.lexicon = Lexicon([segment.words for segment in self.segments.values()])
        self._allowed: OrderedDict[frozenset[int], frozenset[int]] = OrderedDict()

    def allowed(self, cohorts: Collection[int]) -> frozenset[int]:
        """Document numbers of these cohorts, kept for the sets of cohorts seen last."""
        key = frozenset(cohorts)
        if key in self._allowed:
            self._allowed.move_to_end(key)
        else:
            self._allowed[key] = frozenset(
                number for number, fact in enumerate(self.facts) if fact.cohort in key
            )
            if len(self._allowed) > COHORT_SETS:
                self._allowed.popitem(last=False)
        return self._allowed[key]

    def holds(self, field: str, term: str, allowed: frozenset[int]) -> bool:
        """Whether one of the allowed documents has this term."""
        for leaf, offset in self._filled():
            if (field, term) in leaf:
                matcher = leaf.postings(field, term)
                while matcher.is_active():
                    if matcher.id() + offset in allowed:
                        return True
                    matcher.next()
        return False

    def frequency(self, field: str, term: str) -> int:
        """In how many documents a term is, whoever may read them."""
        return sum(int(leaf.doc_frequency(field, term)) for leaf, _ in self._filled())

    def _filled(self) -> Iterator[tuple[Any, int]]:
        return ((leaf, offset) for leaf, offset in self.leaves if leaf.doc_count_all())


def _name(leaf: Any) -> str:
    return str(leaf.segment().segment_id())


def _read(leaf: Any) -> Segment:
    column = leaf.column_reader(FACTS)
    facts = [_facts(bytes(column[number]).decode()) for number in range(leaf.doc_count_all())]
    return Segment(facts, Words(term.decode() for term in leaf.lexicon("forms")))


def _facts(packed: str) -> Facts:
    cohort, day, kind, resource = packed.split(SEPARATOR)
    return Facts(int(cohort), int(day) if day else None, kind, resource)


class Searchers:
    """Gives the snapshot of the latest generation, under a lock."""

    def __init__(self, folder: IndexFolder, pause: Callable[[float], None] = time.sleep) -> None:
        self.folder = folder
        self._pause = pause
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._index: Any = None
        self._place: Path | None = None
        self._snapshot: Snapshot | None = None

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """The snapshot, for this thread alone. Raises `SearchUnavailable`; a failed read forgets it."""
        with self._lock:
            snapshot = self._latest()
            try:
                yield snapshot
            except Exception:
                self._forget()
                raise

    def _latest(self) -> Snapshot:
        if self._process != os.getpid():
            self._process = os.getpid()
            self._forget()
        try:
            index = self._opened(self.folder.current())
            generation = index.latest_generation()
            if self._snapshot is None or generation != self._snapshot.generation:
                known = self._snapshot.segments if self._snapshot else {}
                self._snapshot = Snapshot(index.searcher(), generation, known)
            return self._snapshot
        except SearchUnavailable:
            raise
        except Exception as broken:  # whatever Whoosh, struct or pickle say of a damaged file
            self._forget()
            raise SearchUnavailable("broken") from broken

    def _opened(self, place: Path) -> Any:
        """The index. Listing its directory, then opening what was listed, fails once in some 400 commits: try again."""
        if self._index is None or place != self._place:
            self._forget()
            for attempt in range(ATTEMPTS):
                try:
                    self._index, self._place = open_index(place), place
                    break
                except Exception:
                    if attempt + 1 == ATTEMPTS:
                        raise
                    self._pause(0.01 * 2**attempt)
        return self._index

    def _forget(self) -> None:
        self._index, self._place, self._snapshot = None, None, None
