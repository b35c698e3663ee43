"""Named questions about cohorts, their calendar and their members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tutoring.people.models import Institution, Person
from tutoring.programme.calendar import effective_deadline
from tutoring.programme.models import (
    Cohort,
    Day,
    Extension,
    HalfDay,
    Membership,
    Module,
    Role,
    Standing,
    Track,
    VoluntaryEvent,
)


def standing_in(db: Session, person: Person, cohort_id: int) -> Standing | None:
    """Where this person stands in this cohort, None when they are no member of it (or it does not exist)."""
    membership = db.scalar(
        select(Membership)
        .options(joinedload(Membership.cohort).joinedload(Cohort.track))
        .where(Membership.cohort_id == cohort_id, Membership.person_id == person.id)
    )
    if membership is None:
        return None
    return Standing(cohort=membership.cohort, person=person, role=Role(membership.role))


def standings_of(db: Session, person: Person) -> list[Standing]:
    """Every cohort this person belongs to, the latest first."""
    rows = db.scalars(
        select(Membership)
        .options(joinedload(Membership.cohort).joinedload(Cohort.track))
        .join(Membership.cohort)
        .where(Membership.person_id == person.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id)
    )
    return [Standing(cohort=row.cohort, person=person, role=Role(row.role)) for row in rows]


def cohorts(db: Session) -> list[Cohort]:
    """Every cohort with its track, by id."""
    return list(db.scalars(select(Cohort).options(joinedload(Cohort.track)).order_by(Cohort.id)))


def tracks(db: Session) -> list[Track]:
    """Every track, by name."""
    return list(db.scalars(select(Track).order_by(Track.name)))


def track_called(db: Session, institution_id: int, slug: str) -> Track | None:
    """The institution's track with this slug."""
    return db.scalar(select(Track).where(Track.institution_id == institution_id, Track.slug == slug))


def calendar_of(db: Session, cohort_id: int) -> list[Day]:
    """The days of a cohort in order, with gathering, half-days, their modules, and speakers."""
    return list(
        db.scalars(
            select(Day)
            .options(
                joinedload(Day.gathering),
                selectinload(Day.half_days).joinedload(HalfDay.module),
                selectinload(Day.speakers),
            )
            .where(Day.cohort_id == cohort_id)
            .order_by(Day.date, Day.number)
        )
    )


def day_numbered(db: Session, cohort_id: int, number: int) -> Day | None:
    """One day of a cohort, with its half-days, their modules, and its speakers."""
    return db.scalar(
        select(Day)
        .options(
            selectinload(Day.half_days).joinedload(HalfDay.module),
            selectinload(Day.speakers),
        )
        .where(Day.cohort_id == cohort_id, Day.number == number)
    )


def modules_of(db: Session, cohort_id: int) -> list[Module]:
    """The modules of a cohort, by number."""
    return list(db.scalars(select(Module).where(Module.cohort_id == cohort_id).order_by(Module.number)))


def events_of(db: Session, cohort_id: int) -> list[VoluntaryEvent]:
    """What the cohort may come to by choice, by date."""
    return list(
        db.scalars(
            select(VoluntaryEvent)
            .where(VoluntaryEvent.cohort_id == cohort_id)
            .order_by(VoluntaryEvent.starts_on)
        )
    )


def next_day_of(db: Session, cohort_id: int, today: date) -> Day | None:
    """The cohort's next day (today included), with its half-days, modules and speakers."""
    return db.scalar(
        select(Day)
        .options(
            selectinload(Day.half_days).joinedload(HalfDay.module),
            selectinload(Day.speakers),
        )
        .where(Day.cohort_id == cohort_id, Day.date >= today)
        .order_by(Day.date, Day.number)
        .limit(1)
    )


def members_of(db: Session, cohort_id: int, *roles: Role) -> list[Membership]:
    """The members of a cohort with their persons, of these roles (all when none is given), by family name."""
    question = (
        select(Membership)
        .options(joinedload(Membership.person))
        .join(Membership.person)
        .where(Membership.cohort_id == cohort_id)
        .order_by(Person.family_name, Person.name)
    )
    if roles:
        question = question.where(Membership.role.in_([str(role) for role in roles]))
    return list(db.scalars(question))


def coordinators_of(db: Session, of: Sequence[Cohort]) -> dict[int, list[Person]]:
    """By cohort id, who coordinates each of these cohorts."""
    found: dict[int, list[Person]] = {cohort.id: [] for cohort in of}
    rows = db.scalars(
        select(Membership)
        .options(joinedload(Membership.person))
        .where(Membership.cohort_id.in_(found), Membership.role == Role.COORDINATOR)
        .order_by(Membership.id)
    )
    for row in rows:
        found[row.cohort_id].append(row.person)
    return found


def member(db: Session, cohort_id: int, person_id: int) -> Membership | None:
    """Somebody's membership of a cohort, with the person."""
    return db.scalar(
        select(Membership)
        .options(joinedload(Membership.person))
        .where(Membership.cohort_id == cohort_id, Membership.person_id == person_id)
    )


def member_at(db: Session, cohort_id: int, email: str) -> Membership | None:
    """The member of a cohort who has this address, with the person."""
    return db.scalar(
        select(Membership)
        .options(joinedload(Membership.person))
        .join(Membership.person)
        .where(Membership.cohort_id == cohort_id, Person.email == email.strip().lower())
        .limit(1)
    )


def institution_name(db: Session, institution_id: int) -> str:
    """What an institution is called, for a mail's signature."""
    return db.scalars(select(Institution.name).where(Institution.id == institution_id)).one()


def extensions_of(db: Session, cohort_id: int, person_id: int | None = None) -> list[Extension]:
    """The extensions granted in a cohort, of one learner when given."""
    question = select(Extension).where(Extension.cohort_id == cohort_id)
    if person_id is not None:
        question = question.where(Extension.person_id == person_id)
    return list(db.scalars(question))


def deadlines_for(cohort: Cohort, extensions: list[Extension]) -> dict[str, date]:
    """One learner's effective deadline of each stage that has one: the later of common day and extension."""
    later = {extension.stage: extension.until for extension in extensions}
    stages = {stage.key: stage.deadline for stage in cohort.spec.stages}
    effective = {key: effective_deadline(day, later.get(key)) for key, day in stages.items()}
    return {key: day for key, day in effective.items() if day is not None}
