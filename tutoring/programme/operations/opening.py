"""The verbs that begin a programme: to import a track from its brochure, to open a cohort of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.programme.brochure import Brochure, parse
from tutoring.programme.models import (
    Cohort,
    Day,
    Gathering,
    HalfDay,
    Module,
    Role,
    Speaker,
    Track,
    VoluntaryEvent,
)
from tutoring.programme.operations.members import admit, invite_member
from tutoring.programme.queries import track_called
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
    db: Session,
    track: Track,
    *,
    actor: Person | None,
    now: datetime,
    name: str | None = None,
    coordinates: bool = True,
) -> Cohort:
    """Open a cohort of `track` with the calendar and rules of its brochure; whoever opens it `coordinates` it.

    Named after track and dates as the brochure tells them, since people may belong to several, unless `name` is
    given. Refused when the track already has a cohort of that name.
    """
    brochure = parse(track.source).brochure
    if brochure is None:
        raise Refusal("brochure_wrong", errors=())
    told = brochure.cohort
    called = (name or f"{brochure.track.short_name} · {told.name}").strip()
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
    # Nobody names a day here: the whole programme is there to be found from now on.
    emit(db, "space.changed", institution_id=cohort.institution_id, now=now, cohort_id=cohort.id, day_id=None)
    if actor is not None and coordinates:
        admit(db, cohort, actor, Role.COORDINATOR, actor=actor, now=now)
    db.flush()
    return cohort


def open_cohort_for(
    db: Session,
    track: Track,
    actor: Person,
    *,
    name: str | None,
    coordinator_name: str,
    coordinator_email: str,
    now: datetime,
) -> Cohort:
    """Open a cohort for somebody else to coordinate: they are invited by mail."""
    cohort = open_cohort(db, track, actor=actor, now=now, name=name, coordinates=False)
    invite_member(
        db,
        cohort,
        actor,
        name=coordinator_name,
        email=coordinator_email,
        role=Role.COORDINATOR,
        now=now,
    )
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
