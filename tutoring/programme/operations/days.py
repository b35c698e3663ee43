"""The verbs about a cohort's calendar: to move a day, to say who speaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.programme.models import Day, Speaker, Standing
from tutoring.programme.queries import institution_name, members_of
from tutoring.programme.reading import Faults, Invalid
from tutoring.store.events import record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal


@dataclass(frozen=True)
class Hours:
    """From when to when, local time."""

    starts: time
    ends: time


@dataclass(frozen=True)
class DayFacts:
    """A day as it should be. `hours` by the id of each half-day; `lunch` None where it is not said."""

    date: date
    title: str
    place: str
    about: str
    hours: Mapping[int, Hours]
    lunch: Hours | None = None


def move_day(
    db: Session, standing: Standing, day: Day, facts: DayFacts, *, seen_version: int, now: datetime
) -> Day:
    """Write a day (loaded with its half-days). Every other member is told of a new date, hour or place.

    Refused on a stale page, outside the cohort's dates, or on another day of the cohort; raises Invalid with the
    codes of a brochure's hours (paths `half_days`, index, `starts` or `ends`; `lunch_starts`, `lunch_ends`).
    """
    if seen_version != day.version:
        raise Refusal("stale_page")
    _check_date(db, standing, day, facts.date)
    _check_hours(day, facts)
    before = _meeting(day)
    said = (day.title, day.place, day.about)
    day.date, day.title, day.place, day.about = facts.date, facts.title, facts.place, facts.about
    lunch = facts.lunch
    day.lunch_starts, day.lunch_ends = (lunch.starts, lunch.ends) if lunch else (None, None)
    for half in day.half_days:
        hours = facts.hours.get(half.id)
        if hours is not None:
            half.starts, half.ends = hours.starts, hours.ends
    after = _meeting(day)
    flag_modified(day, "date")  # new hours alone are a new version of the day, too
    moved = before != after
    record(
        db,
        "day.moved" if moved else "day.described",
        day,
        actor_id=standing.person.id,
        now=now,
        before=before,
        after=after,
    )
    if moved or said != (day.title, day.place, day.about):
        _space_changed(db, day, now)
    if moved:
        _tell_members(db, standing, day, before, after, now)
    return day


def add_speaker(
    db: Session, standing: Standing, day: Day, *, name: str, person: Person | None, now: datetime
) -> Speaker:
    """Say that somebody speaks on a day (loaded with its speakers), by name or as a member of the cohort."""
    called = person.name if person is not None else name.strip()
    if not called:
        raise Refusal("speaker_unnamed", field="name")
    if any(speaker.name == called or (person and speaker.person_id == person.id) for speaker in day.speakers):
        raise Refusal("speaker_twice", field="name", name=called)
    speaker = Speaker(
        institution_id=day.institution_id,
        day=day,
        name=called,
        person_id=person.id if person is not None else None,
    )
    db.add(speaker)
    db.flush()
    record(db, "day.speaker_added", day, actor_id=standing.person.id, now=now, speaker_id=speaker.id)
    _space_changed(db, day, now)
    return speaker


def remove_speaker(db: Session, standing: Standing, day: Day, speaker: Speaker, *, now: datetime) -> None:
    """Somebody does not speak on this day after all."""
    day.speakers.remove(speaker)
    db.delete(speaker)
    record(db, "day.speaker_removed", day, actor_id=standing.person.id, now=now, speaker_id=speaker.id)
    _space_changed(db, day, now)


def _check_date(db: Session, standing: Standing, day: Day, wanted: date) -> None:
    cohort = standing.cohort
    if not cohort.starts_on <= wanted <= cohort.ends_on:
        raise Refusal(
            "day_outside_cohort",
            field="date",
            starts=cohort.starts_on.isoformat(),
            ends=cohort.ends_on.isoformat(),
        )
    other = db.scalar(
        select(Day.number).where(Day.cohort_id == cohort.id, Day.date == wanted, Day.id != day.id).limit(1)
    )
    if other is not None:
        raise Refusal("day_taken", field="date", number=other)


def _check_hours(day: Day, facts: DayFacts) -> None:
    """Each half-day and lunch ends after it starts, half-days follow one another, lunch crosses none."""
    faults, latest = Faults(), None
    for index, half in enumerate(day.half_days):
        hours = facts.hours.get(half.id, Hours(half.starts, half.ends))
        if hours.ends <= hours.starts:
            faults.add(("half_days", index, "ends"), "hours_crossed", **_clocks(hours))
        elif latest is not None and hours.starts < latest:
            faults.add(("half_days", index, "starts"), "half_days_overlap", earlier=_clock(latest))
        else:
            latest = hours.ends
    lunch = facts.lunch
    if lunch is not None and lunch.ends <= lunch.starts:
        faults.add(("lunch_ends",), "hours_crossed", **_clocks(lunch))
    elif lunch is not None:
        for half in day.half_days:
            hours = facts.hours.get(half.id, Hours(half.starts, half.ends))
            if lunch.starts < hours.ends and hours.starts < lunch.ends:
                faults.add(("lunch_starts",), "lunch_overlaps", **_clocks(hours))
    if faults.found:
        raise Invalid(faults.found)


def _meeting(day: Day) -> dict[str, Any]:
    """When and where one meets, as JSON: what the members are told of when it changes."""
    return {
        "date": day.date.isoformat(),
        "place": day.place,
        "hours": [_clocks(Hours(half.starts, half.ends)) for half in day.half_days],
    }


def _clocks(hours: Hours) -> dict[str, str]:
    return {"starts": _clock(hours.starts), "ends": _clock(hours.ends)}


def _clock(value: dt.time) -> str:
    return value.strftime("%H:%M")


def _space_changed(db: Session, day: Day, now: datetime) -> None:
    emit(
        db,
        "space.changed",
        institution_id=day.institution_id,
        now=now,
        cohort_id=day.cohort_id,
        day_id=day.id,
    )


def _tell_members(
    db: Session,
    standing: Standing,
    day: Day,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    """One mail to each other member."""
    institution = institution_name(db, day.institution_id)
    for membership in members_of(db, day.cohort_id):
        if membership.person_id != standing.person.id:
            tell(
                db,
                membership.person,
                "day_moved",
                path=f"/c/{day.cohort_id}/days/{day.number}",
                now=now,
                by=standing.person.name,
                title=day.title,
                before=before,
                after=after,
                cohort=standing.cohort.name,
                institution=institution,
            )
