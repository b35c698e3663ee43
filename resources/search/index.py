"""Where the index lies and who may write it: one writer at a time, new versions built beside and swapped in.

    <root>/lock               flock of the writer, released by the kernel when it dies
    <root>/CURRENT            which directory is the index, and the version of its schema and analysis
    <root>/index-<n>/         one index; the one before stays until the next swap, for those reading it

The directory is written by the application only: Whoosh unpickles what it finds there.
"""

import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema
from whoosh.reading import SegmentReader

from resources.search.analysis import ANALYSIS_VERSION, FORMS, FRENCH, SEPARATOR, composed
from resources.search.entries import Entry, SearchUnavailable
from resources.search.storage import Storage

SCHEMA_VERSION = 1
VERSION = f"{SCHEMA_VERSION}.{ANALYSIS_VERSION}"
REBUILD_MEGABYTES = 256
# More segments make a search slower, fewer make more updates wait for a merge.
MOST_SEGMENTS = 8
MERGED_SEGMENTS = 6

# The column that filters, groups and counts: cohort, day, kind and resource in one read.
FACTS = "facts"


def schema() -> Schema:
    """What is kept of an entry. `forms` is the lexicon."""
    return Schema(
        id=STORED,
        resource=ID,
        title=TEXT(analyzer=FRENCH, stored=True),
        heading=TEXT(analyzer=FRENCH, stored=True),
        body=TEXT(analyzer=FRENCH, stored=True),
        forms=TEXT(analyzer=FORMS, phrase=False),
        facts=COLUMN(VarBytesColumn()),
        anchor=STORED,
        page=STORED,
    )


def open_index(folder: Path) -> Any:
    """The Whoosh index in `folder`."""
    return Storage(folder).open_index()


class IndexFolder:
    """The place of the index on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> Path:
        """The directory to read. Raises `SearchUnavailable`: absent, outdated or broken."""
        try:
            pointer = json.loads((self.root / "CURRENT").read_text("utf-8"))
            name, version = str(pointer["index"]), pointer["version"]
        except FileNotFoundError as absent:
            raise SearchUnavailable("absent") from absent
        except (OSError, ValueError, KeyError, TypeError) as broken:
            raise SearchUnavailable("broken") from broken
        if version != VERSION:
            raise SearchUnavailable("outdated")
        return self.root / name

    def update(self, resources: Mapping[str, Sequence[Entry]]) -> None:
        """Replace the entries of each resource, in one commit. Waits for its turn."""
        with self._turn():
            try:
                folder = self.current()
            except SearchUnavailable as reason:
                if reason.code != "absent":
                    raise
                self._swap(self._build(()))
                folder = self.current()
            try:
                with _committed(open_index(folder).writer()) as writer:
                    for resource, entries in resources.items():
                        writer.delete_by_term("resource", resource)
                        for entry in entries:
                            writer.add_document(**_document(entry))
            except Exception as broken:  # whatever Whoosh, struct or pickle say of a damaged file
                raise SearchUnavailable("broken") from broken

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Build beside, then swap; readers keep the old one meanwhile. Returns the number of entries."""
        with self._turn():
            folder = self._build(entries)
            self._swap(folder)
            return int(open_index(folder).doc_count())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """A blocking lock: polling (`writer(timeout=)`) starves one of two busy writers."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, entries: Iterable[Entry]) -> Path:
        taken = [int(path.name[6:]) for path in self.root.glob("index-*") if path.name[6:].isdigit()]
        folder = self.root / f"index-{max(taken, default=0) + 1}"
        folder.mkdir()
        try:
            index = Storage(folder).create_index(schema())
            with _committed(index.writer(limitmb=REBUILD_MEGABYTES)) as writer:
                for entry in entries:
                    writer.add_document(**_document(entry))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    def _swap(self, folder: Path) -> None:
        try:
            before = json.loads((self.root / "CURRENT").read_text("utf-8"))["index"]
        except (OSError, ValueError, KeyError, TypeError):
            before = None
        aside = self.root / "CURRENT.new"
        aside.write_text(json.dumps({"index": folder.name, "version": VERSION}), "utf-8")
        aside.replace(self.root / "CURRENT")
        for path in self.root.glob("index-*"):
            if path.name not in (folder.name, before):
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _committed(writer: Any) -> Iterator[Any]:
    try:
        yield writer
    except BaseException:
        with suppress(Exception):
            writer.cancel()
        raise
    writer.commit(mergetype=merge_smallest)


def merge_smallest(writer: Any, segments: list[Any]) -> list[Any]:
    """Which segments a commit leaves as they are; the others are written again as one.

    A merge takes 0.3 ms for each different word, so a large segment is left alone until the small ones have grown
    to its size, or half of it is deleted.
    """
    by_size = sorted((one for one in segments if one.doc_count()), key=lambda one: int(one.doc_count()))
    few = len(by_size) <= MOST_SEGMENTS
    merged = [] if few else by_size[:MERGED_SEGMENTS]
    merged += [one for one in by_size if one not in merged and 2 * one.deleted_count() > one.doc_count_all()]
    for segment in merged:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [one for one in by_size if one not in merged]


def _document(entry: Entry) -> dict[str, Any]:
    title, heading, body = composed(entry.title), composed(entry.heading), composed(entry.body)
    day = "" if entry.day is None else str(entry.day)
    return {
        "id": entry.id,
        "resource": entry.resource,
        "title": title,
        "heading": heading,
        "body": body,
        "forms": f"{title}\n{heading}\n{body}",
        "facts": SEPARATOR.join((str(entry.cohort), day, entry.kind, entry.resource)).encode(),
        "anchor": entry.anchor,
        "page": entry.page,
    }
