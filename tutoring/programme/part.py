"""What the programme brings to the house: one's cohorts, the coordinator's pages, days and deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.programme.calendar import deadline_instant, instant
from tutoring.programme.commands import programme
from tutoring.programme.models import Role, Standing
from tutoring.programme.operations import settle_join
from tutoring.programme.queries import (
    calendar_of,
    deadlines_for,
    events_of,
    extensions_of,
    standings_of,
)
from tutoring.programme.views import pages
from tutoring.web.part import CalendarEntry, NavLink, Panel, Part

MORNING = time(9)


def nav(standing: Standing) -> Iterable[NavLink]:
    """The coordinator's two pages."""
    if standing.role != Role.COORDINATOR:
        return
    for code, endpoint, order in (("programme", "calendar", 80), ("people", "people", 85)):
        href = url_for(f"programme.{endpoint}", cohort_id=standing.cohort.id)
        yield NavLink(code, href, f"programme.{endpoint}", order)


def calendar(db: Session, standing: Standing) -> Iterable[CalendarEntry]:
    """Days, deadlines (a learner's own), the jury's first day, voluntary events. Codes: day, topic, plan, draft,
    final, jury, voluntary; a deadline is told at the instant its day ends."""
    cohort, front = standing.cohort, standing.cohort.path
    for day in calendar_of(db, cohort.id):
        starts = day.half_days[0].starts if day.half_days else MORNING
        yield CalendarEntry(instant(day.date, starts), "day", day.title, f"{front}days/{day.number}")
    own = extensions_of(db, cohort.id, standing.person.id) if standing.role == Role.LEARNER else []
    for stage, last in deadlines_for(cohort, own).items():
        yield CalendarEntry(deadline_instant(last), stage, cohort.spec.title, front)
    yield CalendarEntry(instant(cohort.jury_from, MORNING), "jury", cohort.track.name, front)
    for event in events_of(db, cohort.id):
        yield CalendarEntry(instant(event.starts_on, MORNING), "voluntary", event.title, front)


def personal_data(db: Session, person: Person) -> dict[str, Any]:
    """The cohorts somebody belongs to, and the extensions granted to them."""
    return {
        "cohorts": [
            {
                "track": standing.cohort.track.name,
                "cohort": standing.cohort.name,
                "role": str(standing.role),
                "extensions": [
                    {"stage": grant.stage, "until": grant.until.isoformat(), "reason": grant.reason}
                    for grant in extensions_of(db, standing.cohort.id, person.id)
                ],
            }
            for standing in standings_of(db, person)
        ]
    }


def _cohorts_link(_db: Session, _viewer: Any, _institution: Any) -> str:
    return render_template("programme/cohorts_link.html")


PART = Part(
    name="programme",
    blueprint=pages,
    commands=(programme,),
    panels=(Panel("institution.top", _cohorts_link),),
    nav=nav,
    calendar=calendar,
    personal_data=personal_data,
    settle_join=settle_join,
)
