"""Named questions of the library: its shelves, what a reader may still see of the hits, and a plain look in SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import escape

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, defer, joinedload

from resources.models import Edition, Reading, Synthesis
from resources.queries.entries import DAY, PAGE_BREAK, READING, SYNTHESIS
from resources.queries.space import ReadingLine, editions_of_days, latest, readings_of_days
from resources.search import Hit, Passage, Results
from tutoring.programme.models import Cohort, Day, Membership, Standing

MOST_PLAIN = 50
PLAIN_WORDS = 8
AROUND = 90


@dataclass(frozen=True)
class LibraryPage:
    """The library as its reader enters it: from one cohort, belonging to `cohorts`."""

    standing: Standing
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True)
class Shelf:
    """What is published for a day."""

    day: Day
    edition: Edition | None
    readings: tuple[ReadingLine, ...]


@dataclass(frozen=True)
class Place:
    """Where a hit leads: its day (with the cohort), and the reading when it is one."""

    day: Day
    reading: Reading | None = None


def shelves(db: Session, cohort_ids: Collection[int]) -> list[Shelf]:
    """The days of these cohorts that hold something published, in order, with their cohort."""
    days = db.scalars(
        select(Day)
        .options(joinedload(Day.cohort))
        .where(Day.cohort_id.in_(cohort_ids))
        .order_by(Day.cohort_id, Day.date, Day.number)
    ).all()
    ids = [day.id for day in days]
    editions = {edition.synthesis.day_id: edition for edition in editions_of_days(db, ids)}
    readings: dict[int, list[ReadingLine]] = {}
    for line in readings_of_days(db, ids):
        readings.setdefault(line.reading.day_id, []).append(line)
    return [
        Shelf(day, editions.get(day.id), tuple(readings.get(day.id, ())))
        for day in days
        if day.id in editions or day.id in readings
    ]


def days_readable(db: Session, person_id: int, day_ids: Collection[int]) -> dict[int, Day]:
    """Those of these days whose cohort this person belongs to now, with their cohort."""
    days = db.scalars(
        select(Day)
        .options(contains_eager(Day.cohort))
        .join(Day.cohort)
        .join(Membership, Membership.cohort_id == Day.cohort_id)
        .where(Day.id.in_(day_ids), Membership.person_id == person_id)
        .order_by(Cohort.id, Day.date, Day.number)
    )
    return {day.id: day for day in days}


def places(db: Session, days: dict[int, Day], resources: Iterable[str]) -> dict[str, Place]:
    """Of these resources, those that are published, not removed, and of one of `days`: the index may be late."""
    ids: dict[str, list[int]] = {"day": [], "synthesis": [], "reading": []}
    for resource in resources:
        name, _, number = resource.partition(":")
        ids[name].append(int(number))
    found = {f"day:{id_}": Place(days[id_]) for id_ in ids["day"] if id_ in days}
    syntheses = db.execute(
        select(Synthesis.id, Synthesis.day_id).where(
            Synthesis.id.in_(ids["synthesis"]), Synthesis.day_id.in_(days), Synthesis.editions.any()
        )
    )
    found |= {f"synthesis:{id_}": Place(days[day_id]) for id_, day_id in syntheses}
    readings = db.scalars(
        select(Reading)
        .options(defer(Reading.text, raiseload=True), joinedload(Reading.file))
        .where(Reading.id.in_(ids["reading"]), Reading.day_id.in_(days), Reading.removed_at.is_(None))
    )
    return found | {f"reading:{one.id}": Place(days[one.day_id], one) for one in readings}


def look_plainly(db: Session, cohort_ids: Collection[int], text: str) -> Results:
    """Every word of `text` as it is typed, in titles and texts, by SQL alone: for when the index cannot answer."""
    words = [word.lower() for word in re.findall(r"[^\W_]{2,}", text)][:PLAIN_WORDS]
    if not words or not cohort_ids:
        return Results(words=tuple(words))
    hits = [
        *_plain_syntheses(db, cohort_ids, words),
        *_plain_readings(db, cohort_ids, words),
        *_plain_days(db, cohort_ids, words),
    ]
    return Results(hits=tuple(hits[:MOST_PLAIN]), total=len(hits), words=tuple(words))


def _holds(words: Iterable[str], *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    # SQLite knows small letters of ASCII only: « économie » also looks for « Économie » as it is written.
    return and_(
        *[
            or_(
                *[column.icontains(word, autoescape=True) for column in columns],
                *[column.contains(word.capitalize(), autoescape=True) for column in columns],
            )
            for word in words
        ]
    )


def _plain_syntheses(db: Session, cohort_ids: Collection[int], words: list[str]) -> list[Hit]:
    rows = db.execute(
        select(Edition.synthesis_id, Edition.title, Edition.markdown, Day.id, Day.cohort_id)
        .join(Edition.synthesis)
        .join(Synthesis.day)
        .where(Day.cohort_id.in_(cohort_ids), latest(), _holds(words, Edition.title, Edition.markdown))
        .order_by(Day.date)
        .limit(MOST_PLAIN)
    )
    return [
        _plain_hit(f"synthesis:{id_}", SYNTHESIS, day_id, cohort_id, title, text, words)
        for id_, title, text, day_id, cohort_id in rows
    ]


def _plain_readings(db: Session, cohort_ids: Collection[int], words: list[str]) -> list[Hit]:
    told = (Reading.title, Reading.author, Reading.why, Reading.filename, Reading.text)
    rows = db.execute(
        select(Reading.id, Reading.title, Reading.author, Reading.why, Reading.text, Day.id, Day.cohort_id)
        .join(Reading.day)
        .where(Day.cohort_id.in_(cohort_ids), Reading.removed_at.is_(None), _holds(words, *told))
        .order_by(Day.date)
        .limit(MOST_PLAIN)
    )
    return [
        _plain_hit(f"reading:{id_}", READING, day_id, cohort_id, title, f"{author}\n{why}\n{text}", words)
        for id_, title, author, why, text, day_id, cohort_id in rows
    ]


def _plain_days(db: Session, cohort_ids: Collection[int], words: list[str]) -> list[Hit]:
    rows = db.execute(
        select(Day.id, Day.title, Day.about, Day.cohort_id)
        .where(Day.cohort_id.in_(cohort_ids), _holds(words, Day.title, Day.about))
        .order_by(Day.date)
        .limit(MOST_PLAIN)
    )
    return [
        _plain_hit(f"day:{id_}", DAY, id_, cohort_id, title, about, words)
        for id_, title, about, cohort_id in rows
    ]


def _plain_hit(
    resource: str, kind: str, day: int, cohort: int, title: str, text: str, words: list[str]
) -> Hit:
    passage = Passage(id=resource, heading="", anchor="", page=None, snippet=_plain_snippet(text, words))
    return Hit(resource=resource, cohort=cohort, day=day, kind=kind, title=escape(title), passages=(passage,))


def _plain_snippet(text: str, words: list[str]) -> str:
    """The text around the first word found, as safe HTML with that word marked; its beginning when none is."""
    flat = " ".join(text.replace(PAGE_BREAK, " ").split())
    found = re.search("|".join(map(re.escape, words)), flat, re.IGNORECASE)
    if found is None:
        return escape(flat[: 2 * AROUND])
    begin, end = max(0, found.start() - AROUND), found.end() + AROUND
    before, after = flat[begin : found.start()], flat[found.end() : end]
    return "".join(
        (
            "…" if begin else "",
            escape(before),
            f"<mark>{escape(found[0])}</mark>",
            escape(after),
            "…" if end < len(flat) else "",
        )
    )
