"""What the coordinator's pages show, each loaded whole by one function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.programme.models import (
    Cohort,
    Day,
    Extension,
    Membership,
    Module,
    Role,
    Speaker,
    Standing,
    Track,
    VoluntaryEvent,
)
from tutoring.programme.queries import (
    calendar_of,
    cohorts,
    coordinators_of,
    day_numbered,
    deadlines_for,
    events_of,
    extensions_of,
    member,
    members_of,
    modules_of,
    standing_in,
    standings_of,
    tracks,
)


@dataclass(frozen=True)
class CalendarPage:
    """A cohort's whole calendar."""

    standing: Standing
    days: list[Day]
    modules: list[Module]
    events: list[VoluntaryEvent]

    @property
    def hours(self) -> float:
        """The hours of training: the sum of the half-days."""
        return sum(half.minutes for day in self.days for half in day.half_days) / 60

    @property
    def undated(self) -> list[Module]:
        """The modules that no half-day holds yet."""
        held = {half.module_id for day in self.days for half in day.half_days}
        return [module for module in self.modules if module.id not in held]


@dataclass(frozen=True)
class DayEdit:
    """A day as its coordinator changes it; `staff`: the members who may be named as speakers."""

    standing: Standing
    day: Day
    staff: list[Membership]


@dataclass(frozen=True)
class SpeakerEdit:
    """One speaker of a day."""

    standing: Standing
    day: Day
    speaker: Speaker


@dataclass(frozen=True)
class PeoplePage:
    """The members of a cohort."""

    standing: Standing
    members: list[Membership]

    def of_role(self, role: str) -> list[Membership]:
        return [membership for membership in self.members if membership.role == role]


@dataclass(frozen=True)
class PersonPage:
    """One member: their role, what was granted to them, the day that counts for them at each stage."""

    standing: Standing
    membership: Membership
    extensions: list[Extension]
    deadlines: dict[str, date]


@dataclass(frozen=True)
class HomePage:
    """The cohorts of the viewer."""

    person: Person
    standings: list[Standing]


@dataclass(frozen=True)
class InstitutionCohorts:
    """The cohorts of an institution with their coordinators, and the tracks one may be opened of."""

    person: Person
    cohorts: list[Cohort]
    coordinators: dict[int, list[Person]]
    tracks: list[Track]


def load_standing(db: Session, viewer: Person, cohort_id: int) -> Standing | None:
    return standing_in(db, viewer, cohort_id)


def load_calendar(db: Session, viewer: Person, cohort_id: int) -> CalendarPage | None:
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    return CalendarPage(
        standing, calendar_of(db, cohort_id), modules_of(db, cohort_id), events_of(db, cohort_id)
    )


def load_day(db: Session, viewer: Person, cohort_id: int, number: int) -> DayEdit | None:
    standing = standing_in(db, viewer, cohort_id)
    day = day_numbered(db, cohort_id, number) if standing else None
    if standing is None or day is None:
        return None
    staff = members_of(db, cohort_id, Role.STAFF, Role.COORDINATOR, Role.GUEST)
    return DayEdit(standing, day, staff)


def load_speaker(
    db: Session, viewer: Person, cohort_id: int, number: int, speaker_id: int
) -> SpeakerEdit | None:
    page = load_day(db, viewer, cohort_id, number)
    found = next((row for row in page.day.speakers if row.id == speaker_id), None) if page else None
    return SpeakerEdit(page.standing, page.day, found) if page and found else None


def load_people(db: Session, viewer: Person, cohort_id: int) -> PeoplePage | None:
    standing = standing_in(db, viewer, cohort_id)
    return PeoplePage(standing, members_of(db, cohort_id)) if standing else None


def load_person(db: Session, viewer: Person, cohort_id: int, person_id: int) -> PersonPage | None:
    standing = standing_in(db, viewer, cohort_id)
    membership = member(db, cohort_id, person_id) if standing else None
    if standing is None or membership is None:
        return None
    granted = extensions_of(db, cohort_id, person_id)
    return PersonPage(standing, membership, granted, deadlines_for(standing.cohort, granted))


def load_home(db: Session, viewer: Person) -> HomePage:
    return HomePage(viewer, standings_of(db, viewer))


def load_cohorts(db: Session, viewer: Person) -> InstitutionCohorts:
    known = cohorts(db)
    return InstitutionCohorts(viewer, known, coordinators_of(db, known), tracks(db))
