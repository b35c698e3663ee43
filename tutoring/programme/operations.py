"""The verbs about a programme: to import a track, open a cohort, admit people, grant time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.programme.brochure import Brochure, parse
from tutoring.programme.models import (
    Cohort,
    Day,
    Extension,
    Gathering,
    HalfDay,
    Membership,
    Module,
    Role,
    Speaker,
    Standing,
    Track,
    VoluntaryEvent,
)
from tutoring.programme.queries import member, track_called
from tutoring.store.events import record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal


def import_track(db: Session, institution_id: int, source: str, *, now: datetime) -> Track:
    """Keep a track from its brochure (TOML text), replacing an earlier edition; cohorts already open do not change.

    Refused (`brochure_wrong`, params `errors`) when the brochure has errors.
    """
    parsed = parse(source)
    if parsed.brochure is None:
        raise Refusal("brochure_wrong", errors=parsed.errors)
    told = parsed.brochure.track
    track = track_called(db, institution_id, told.slug)
    if track is None:
        track = Track(institution_id=institution_id, slug=told.slug)
        db.add(track)
    track.name, track.certificate = told.name, told.certificate
    track.source, track.imported_at = source, now
    db.flush()
    record(db, "track.imported", track, actor_id=None, now=now)
    return track


def open_cohort(
    db: Session, track: Track, *, actor: Person | None, now: datetime, name: str | None = None
) -> Cohort:
    """Open a cohort of `track` with the calendar and rules of its brochure; whoever opens it coordinates it.

    Named as the brochure says unless `name` is given. Refused when the track already has a cohort of that name.
    """
    brochure = parse(track.source).brochure
    if brochure is None:
        raise Refusal("brochure_wrong", errors=())
    told = brochure.cohort
    called = (name or told.name).strip()
    if db.scalar(select(Cohort.id).where(Cohort.track_id == track.id, Cohort.name == called)) is not None:
        raise Refusal("cohort_exists", field="name", name=called)
    cohort = Cohort(
        institution_id=track.institution_id,
        track=track,
        name=called,
        starts_on=told.starts_on,
        ends_on=told.ends_on,
        note_spec=brochure.note.to_dict(),
        jury_spec=brochure.jury.to_dict(),
        attendance_rule=brochure.attendance.to_dict(),
        exemption=brochure.exemption.to_dict() if brochure.exemption else None,
        jury_from=told.jury_from,
        jury_to=told.jury_to,
    )
    db.add(cohort)
    db.flush()
    _lay_out(db, cohort, brochure)
    record(db, "cohort.opened", cohort, actor_id=actor.id if actor else None, now=now, cohort_id=cohort.id)
    if actor is not None:
        admit(db, cohort, actor, Role.COORDINATOR, actor=actor, now=now)
    db.flush()
    return cohort


def _lay_out(db: Session, cohort: Cohort, brochure: Brochure) -> None:
    """Write the brochure's modules, gatherings, days, half-days, speakers and voluntary events for this cohort."""
    root = {"institution_id": cohort.institution_id, "cohort_id": cohort.id}
    modules = {
        told.number: Module(
            **root,
            number=told.number,
            title=told.title,
            kind=told.kind,
            heading=told.heading,
            content=told.content,
        )
        for told in brochure.modules
    }
    db.add_all(modules.values())
    places = {place.key: f"{place.name}, {place.address}" for place in brochure.places}
    number = 0
    for rank, told_gathering in enumerate(brochure.gatherings, 1):
        gathering = Gathering(**root, number=rank, title=told_gathering.title)
        for told in told_gathering.days:
            number += 1
            db.add(
                Day(
                    **root,
                    gathering=gathering,
                    number=number,
                    date=told.date,
                    title=told.title,
                    kind=told.kind,
                    place=places.get(told.place, told.place),
                    about="",
                    lunch_starts=told.lunch.starts if told.lunch else None,
                    lunch_ends=told.lunch.ends if told.lunch else None,
                    half_days=[
                        HalfDay(
                            institution_id=cohort.institution_id,
                            module=modules[half.module],
                            starts=half.starts,
                            ends=half.ends,
                        )
                        for half in told.half_days
                    ],
                    speakers=[
                        Speaker(institution_id=cohort.institution_id, name=name) for name in told.speakers
                    ],
                )
            )
    db.add_all(
        VoluntaryEvent(
            **root,
            title=event.title,
            kind=event.kind,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            description=event.description,
        )
        for event in brochure.events
    )


def admit(
    db: Session, cohort: Cohort, person: Person, role: Role, *, actor: Person | None, now: datetime
) -> Membership:
    """Give somebody a role in a cohort; one who is already a member keeps theirs unless `change_role` is asked."""
    known = member(db, cohort.id, person.id)
    if known is not None:
        return known
    membership = Membership(
        institution_id=cohort.institution_id, cohort=cohort, person=person, role=role, joined_at=now
    )
    db.add(membership)
    db.flush()
    record(
        db,
        "membership.began",
        membership,
        actor_id=actor.id if actor else None,
        now=now,
        cohort_id=cohort.id,
        role=str(role),
        person_id=person.id,
    )
    emit(
        db,
        "membership.changed",
        institution_id=cohort.institution_id,
        now=now,
        cohort_id=cohort.id,
        person_id=person.id,
    )
    return membership


def change_role(
    db: Session, standing: Standing, membership: Membership, role: Role, *, now: datetime
) -> None:
    """Change somebody's role. Refused when the cohort would be left without a coordinator."""
    if membership.role == role:
        return
    if membership.role == Role.COORDINATOR and not _another_coordinator(db, membership):
        raise Refusal("last_coordinator", field="role")
    earlier, membership.role = membership.role, role
    record(
        db,
        "membership.role_changed",
        membership,
        actor_id=standing.person.id,
        now=now,
        before=earlier,
        after=str(role),
        person_id=membership.person_id,
    )
    emit(
        db,
        "membership.changed",
        institution_id=membership.institution_id,
        now=now,
        cohort_id=membership.cohort_id,
        person_id=membership.person_id,
    )


def _another_coordinator(db: Session, membership: Membership) -> bool:
    return (
        db.scalar(
            select(Membership.id)
            .where(
                Membership.cohort_id == membership.cohort_id,
                Membership.role == Role.COORDINATOR,
                Membership.id != membership.id,
            )
            .limit(1)
        )
        is not None
    )


def grant_extension(
    db: Session,
    standing: Standing,
    person_id: int,
    *,
    stage: str,
    until: date,
    reason: str,
    now: datetime,
) -> Extension:
    """Give one learner a later day at one stage; an earlier grant for the same stage is replaced.

    Refused when the day is not later than everybody's.
    """
    common = next((spec.deadline for spec in standing.cohort.spec.stages if spec.key == stage), None)
    if common is not None and until <= common:
        raise Refusal("extension_not_later", field="until", common=common.isoformat())
    grant = db.scalar(
        select(Extension).where(
            Extension.cohort_id == standing.cohort.id,
            Extension.person_id == person_id,
            Extension.stage == stage,
        )
    )
    if grant is None:
        grant = Extension(
            institution_id=standing.cohort.institution_id,
            cohort_id=standing.cohort.id,
            person_id=person_id,
            stage=stage,
        )
        db.add(grant)
    grant.until, grant.reason = until, reason
    grant.granted_by_id, grant.granted_at = standing.person.id, now
    db.flush()
    record(
        db,
        "extension.granted",
        grant,
        actor_id=standing.person.id,
        now=now,
        person_id=person_id,
        stage=stage,
        until=until.isoformat(),
    )
    return grant


RANK = {Role.COORDINATOR: 3, Role.STAFF: 2, Role.GUEST: 1, Role.LEARNER: 0}


def settle_join(db: Session, kept: Person, absorbed: Person) -> None:
    """Two records in one cohort become one member, with the larger of two staff roles.

    Refused when one of them is a learner there and the other is not: that is not one person's double record.
    """
    for double in db.scalars(select(Membership).where(Membership.person_id == absorbed.id)):
        held = member(db, double.cohort_id, kept.id)
        if held is None:
            continue
        if (held.role == Role.LEARNER) != (double.role == Role.LEARNER):
            raise Refusal("join_collides")
        held.role = max(Role(held.role), Role(double.role), key=RANK.__getitem__)
        db.delete(double)
    db.flush()
