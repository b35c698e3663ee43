"""What the index is told of a day: its programme, its published synthesis by heading, its readings by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from resources.models import Edition, Reading, Synthesis
from resources.queries.space import latest
from resources.search import Entry
from tutoring.programme.models import Cohort, Day, HalfDay, Module

PAGE_BREAK = "\f"
CHAIN = " › "

# What a hit is, as the library's addresses name it.
DAY, SYNTHESIS, READING = "journee", "synthese", "lecture"
KINDS = (SYNTHESIS, READING, DAY)

Told = dict[str, list[Entry]]


def entries_of_day(db: Session, day_id: int) -> Told:
    """Every resource of a day with its entries; a resource that readers no longer find has none."""
    return _told(db, Day.id == day_id)


def entries_of_cohort(db: Session, cohort_id: int) -> Told:
    """Every resource of a cohort's days with its entries."""
    return _told(db, Day.cohort_id == cohort_id)


def all_entries(db: Session) -> Iterator[Entry]:
    """Every entry of every cohort this session sees, one cohort at a time."""
    for cohort_id in db.scalars(select(Cohort.id).order_by(Cohort.id)).all():
        for entries in entries_of_cohort(db, cohort_id).values():
            yield from entries
        db.expunge_all()


def _told(db: Session, chosen: ColumnElement[bool]) -> Told:
    days = {
        day.id: day
        for day in db.scalars(
            select(Day)
            .options(selectinload(Day.half_days).joinedload(HalfDay.module), selectinload(Day.speakers))
            .where(chosen)
        )
    }
    told: Told = {f"day:{day.id}": _of_day(day) for day in days.values()}
    for synthesis in db.scalars(select(Synthesis).join(Synthesis.day).where(chosen)):
        told[f"synthesis:{synthesis.id}"] = []
    editions = (
        select(Edition)
        .join(Edition.synthesis)
        .join(Synthesis.day)
        .options(contains_eager(Edition.synthesis))
        .where(chosen, latest())
    )
    for edition in db.scalars(editions):
        told[f"synthesis:{edition.synthesis_id}"] = _of_edition(edition, days[edition.synthesis.day_id])
    for reading in db.scalars(
        select(Reading).options(joinedload(Reading.file)).join(Reading.day).where(chosen)
    ):
        told[f"reading:{reading.id}"] = _of_reading(reading, days[reading.day_id])
    return told


def _entry(
    day: Day,
    kind: str,
    resource: str,
    place: str,
    *,
    title: str,
    body: str,
    heading: str = "",
    anchor: str = "",
    page: int | None = None,
) -> Entry:
    return Entry(
        id=f"{resource}#{place}",
        resource=resource,
        cohort=day.cohort_id,
        day=day.id,
        kind=kind,
        title=title,
        heading=heading,
        anchor=anchor,
        page=page,
        body=body,
    )


def modules_of_day(day: Day) -> list[Module]:
    """The modules of a day's half-days, each once, in the order of the day."""
    return list({half.module.id: half.module for half in day.half_days}.values())


def _of_day(day: Day) -> list[Entry]:
    resource = f"day:{day.id}"
    about = "\n".join([day.about, day.place, *(speaker.name for speaker in day.speakers)]).strip()
    entries = [_entry(day, DAY, resource, "day", title=day.title, body=about)]
    for module in modules_of_day(day):
        anchor = f"module-{module.number}"
        # A day often bears the name of its only module: said once, or every hit would show it twice.
        heading = module.title if module.title != day.title else module.heading
        body = module.content
        entries.append(
            _entry(day, DAY, resource, anchor, title=day.title, heading=heading, anchor=anchor, body=body)
        )
    return entries


def _of_edition(edition: Edition, day: Day) -> list[Entry]:
    resource = f"synthesis:{edition.synthesis_id}"
    return [
        _entry(
            day,
            SYNTHESIS,
            resource,
            section["anchor"] or str(rank),
            title=edition.title,
            heading=CHAIN.join([*section["chain"], section["title"]]) if section["title"] else "",
            anchor=section["anchor"],
            body=section["text"],
        )
        for rank, section in enumerate(edition.sections)
    ]


def _of_reading(reading: Reading, day: Day) -> list[Entry]:
    if reading.removed_at is not None:
        return []
    resource = f"reading:{reading.id}"
    anchor = f"reading-{reading.id}"
    about = "\n".join(line for line in (reading.author, reading.why, _spoken(reading.filename)) if line)
    entries = [_entry(day, READING, resource, "about", title=reading.title, anchor=anchor, body=about)]
    paged = reading.file is not None and reading.file.kind == "pdf"
    for rank, text in enumerate(reading.text.split(PAGE_BREAK) if paged else [reading.text], 1):
        if text.strip():
            page = rank if paged else None
            entries.append(
                _entry(
                    day,
                    READING,
                    resource,
                    f"p{rank}",
                    title=reading.title,
                    anchor=anchor,
                    page=page,
                    body=text,
                )
            )
    return entries


def _spoken(filename: str) -> str:
    """A file's name as words: « rapport_esus-2026.pdf » is found by « rapport »."""
    return Path(filename).stem.replace("_", " ").replace("-", " ")
