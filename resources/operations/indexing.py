"""How the index follows the database: a day told again after each change, everything told when there is no index."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from resources.queries.entries import all_entries, entries_of_cohort, entries_of_day
from resources.search import SearchBackend, SearchUnavailable, WhooshBackend


@cache
def engine_at(root: Path) -> SearchBackend:
    """The engine of this process on the index in `root`."""
    return WhooshBackend(root)


def reindex_day(db: Session, engine: SearchBackend, cohort_id: int, day_id: int | None) -> None:
    """Tell the index a day as it is now, or every day of the cohort; all the library when there is no sound index."""
    told = entries_of_cohort(db, cohort_id) if day_id is None else entries_of_day(db, day_id)
    if engine.state().code == "ready":
        try:
            engine.replace(told)
            return
        except SearchUnavailable:
            pass
    reindex(db, engine)


def reindex(db: Session, engine: SearchBackend) -> int:
    """Build the index anew beside, from all institutions, then take the old one's place; returns its entries."""
    # A session of its own: the caller's may be bound to one institution, and keeps what it has loaded.
    with Session(db.get_bind()) as everyone:
        return engine.rebuild(all_entries(everyone))


def ensure_index(db: Session, engine: SearchBackend) -> None:
    """Make the index when there is none, or one of an earlier version. Raises `SearchUnavailable` when it is broken."""
    code = engine.state().code
    if code in {"absent", "outdated"}:
        reindex(db, engine)
    elif code != "ready":
        raise SearchUnavailable(code)
