"""Named questions about the days of a cohort and what each one's space holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload

from resources.models import Edition, Reading, Synthesis
from tutoring.people.models import Person
from tutoring.programme.calendar import next_day
from tutoring.programme.models import Day, Standing, VoluntaryEvent
from tutoring.programme.queries import calendar_of, day_numbered, events_of


@dataclass(frozen=True)
class DayCard:
    """A day of the calendar. `when`: past, today, next or coming; `words`: those of its published synthesis."""

    day: Day
    when: str
    words: int | None
    readings: int


@dataclass(frozen=True)
class DaysPage:
    """The calendar of a cohort, as its reader finds it."""

    standing: Standing
    cards: tuple[DayCard, ...]
    events: tuple[VoluntaryEvent, ...]
    today: dt.date


@dataclass(frozen=True)
class ReadingLine:
    """A reading without the text of its file; `searchable`: whether that text is known to search."""

    reading: Reading
    searchable: bool


@dataclass(frozen=True)
class Neighbour:
    """The day before or after another."""

    number: int
    title: str
    date: dt.date


@dataclass(frozen=True)
class EditionHead:
    """An edition without its text: which, when, by whom."""

    number: int
    published_at: dt.datetime
    publisher: str


@dataclass(frozen=True)
class DayPage:
    """The space of a day. `edition` is the one read, whole; `editions` are all of them, latest first.

    `synthesis` is the text being written, for those who write only.
    """

    standing: Standing
    day: Day
    before: Neighbour | None
    after: Neighbour | None
    edition: Edition | None
    editions: tuple[EditionHead, ...]
    synthesis: Synthesis | None
    readings: tuple[ReadingLine, ...]


def latest() -> ColumnElement[bool]:
    """Condition: this edition is the last of its synthesis, the one that is read."""
    other = aliased(Edition)
    last = select(func.max(other.number)).where(other.synthesis_id == Edition.synthesis_id)
    return Edition.number == last.scalar_subquery()


def _heads() -> Select[tuple[Edition]]:
    """Editions without their texts, with who published them and the synthesis they are of."""
    texts = (Edition.html, Edition.markdown, Edition.sections, Edition.toc)
    return (
        select(Edition)
        .join(Edition.synthesis)
        .options(
            *[defer(text, raiseload=True) for text in texts],
            contains_eager(Edition.synthesis).defer(Synthesis.markdown, raiseload=True),
            joinedload(Edition.published_by),
        )
    )


def _readings() -> Select[tuple[Reading, bool]]:
    """Readings still there, without the text of their files, with the file's facts."""
    return (
        select(Reading, Reading.text != "")
        .options(defer(Reading.text, raiseload=True), joinedload(Reading.file))
        .where(Reading.removed_at.is_(None))
        .order_by(Reading.added_at, Reading.id)
    )


def days_page(db: Session, standing: Standing, today: dt.date) -> DaysPage:
    """The calendar of the reader's cohort, with what each day's space holds."""
    days = calendar_of(db, standing.cohort.id)
    ids = [day.id for day in days]
    words = {edition.synthesis.day_id: edition.words for edition in editions_of_days(db, ids)}
    counts = reading_counts(db, ids)
    following = next_day((day.date for day in days), today)
    cards = [
        DayCard(day, _when(day.date, today, following), words.get(day.id), counts.get(day.id, 0))
        for day in days
    ]
    return DaysPage(standing, tuple(cards), tuple(events_of(db, standing.cohort.id)), today)


def _when(date: dt.date, today: dt.date, following: dt.date | None) -> str:
    if date < today:
        return "past"
    if date == today:
        return "today"
    return "next" if date == following else "coming"


def editions_of_days(db: Session, day_ids: Collection[int]) -> list[Edition]:
    """The edition read of each of these days that has one, without its text."""
    return list(db.scalars(_heads().where(Synthesis.day_id.in_(day_ids), latest())))


def reading_counts(db: Session, day_ids: Collection[int]) -> dict[int, int]:
    """How many readings each of these days has; a day without any is absent."""
    rows = db.execute(
        select(Reading.day_id, func.count())
        .where(Reading.day_id.in_(day_ids), Reading.removed_at.is_(None))
        .group_by(Reading.day_id)
    )
    return {day_id: count for day_id, count in rows}  # noqa: C416 (a row is no pair for the type checker)


def readings_of_days(db: Session, day_ids: Collection[int]) -> list[ReadingLine]:
    """The readings of these days, oldest first."""
    rows = db.execute(_readings().where(Reading.day_id.in_(day_ids)))
    return [ReadingLine(reading, bool(searchable)) for reading, searchable in rows]


def day_page(
    db: Session, standing: Standing, number: int, *, writes: bool, edition: int | None = None
) -> DayPage | None:
    """The space of a day, None when the cohort has no such day (or the day no such edition).

    `writes`: the reader may also see the text being written. `edition`: an earlier edition to read.
    """
    day = day_numbered(db, standing.cohort.id, number)
    if day is None:
        return None
    heads = _edition_heads(db, day.id)
    wanted = edition if edition is not None else (heads[0].number if heads else 0)
    chosen = _whole_edition(db, day.id, wanted)
    if edition is not None and chosen is None:
        return None
    before, after = _neighbours(db, day)
    return DayPage(
        standing=standing,
        day=day,
        before=before,
        after=after,
        edition=chosen,
        editions=heads,
        synthesis=synthesis_of(db, day.id) if writes else None,
        readings=tuple(readings_of_days(db, [day.id])),
    )


def _edition_heads(db: Session, day_id: int) -> tuple[EditionHead, ...]:
    rows = db.execute(
        select(Edition.number, Edition.published_at, Person.name)
        .join(Edition.synthesis)
        .join(Edition.published_by)
        .where(Synthesis.day_id == day_id)
        .order_by(Edition.number.desc())
    )
    return tuple(EditionHead(number, at, name) for number, at, name in rows)


def _whole_edition(db: Session, day_id: int, number: int) -> Edition | None:
    return db.scalar(
        select(Edition)
        .join(Edition.synthesis)
        .options(joinedload(Edition.published_by), defer(Edition.sections, raiseload=True))
        .where(Synthesis.day_id == day_id, Edition.number == number)
    )


def _neighbours(db: Session, day: Day) -> tuple[Neighbour | None, Neighbour | None]:
    rows = db.execute(
        select(Day.number, Day.title, Day.date)
        .where(Day.cohort_id == day.cohort_id)
        .order_by(Day.date, Day.number)
    )
    days = [Neighbour(number, title, date) for number, title, date in rows]
    place = next(rank for rank, one in enumerate(days) if one.number == day.number)
    before = days[place - 1] if place else None
    return before, days[place + 1] if place + 1 < len(days) else None


def synthesis_of(db: Session, day_id: int) -> Synthesis | None:
    """The synthesis of a day as it is being written, with who saved it last."""
    return db.scalar(
        select(Synthesis).options(joinedload(Synthesis.saved_by)).where(Synthesis.day_id == day_id)
    )


def last_edition(db: Session, synthesis_id: int) -> Edition | None:
    """The edition read of a synthesis, whole."""
    return db.scalar(select(Edition).where(Edition.synthesis_id == synthesis_id, latest()))


def reading_numbered(db: Session, day_id: int, reading_id: int) -> Reading | None:
    """A reading of this day that was not removed, with its file's facts."""
    return db.scalar(
        select(Reading)
        .options(joinedload(Reading.file))
        .where(Reading.id == reading_id, Reading.day_id == day_id, Reading.removed_at.is_(None))
    )


def newest(db: Session, cohort_id: int, most: int) -> tuple[list[Edition], list[Reading]]:
    """The editions and readings published last in a cohort with their day, latest first, at most `most` of each."""
    editions = db.scalars(
        _heads()
        .options(contains_eager(Edition.synthesis).joinedload(Synthesis.day))
        .join(Day, Day.id == Synthesis.day_id)
        .where(Day.cohort_id == cohort_id, latest())
        .order_by(Edition.published_at.desc(), Edition.id.desc())
        .limit(most)
    )
    readings = db.scalars(
        select(Reading)
        .options(defer(Reading.text, raiseload=True), joinedload(Reading.day))
        .join(Day, Day.id == Reading.day_id)
        .where(Day.cohort_id == cohort_id, Reading.removed_at.is_(None))
        .order_by(Reading.added_at.desc(), Reading.id.desc())
        .limit(most)
    )
    return list(editions), list(readings)
