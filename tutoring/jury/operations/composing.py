"""Panels and who sits on them: made, changed, checked against the rules of composition."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tutoring.jury import notices
from tutoring.jury.checks import before_the_jury, judged
from tutoring.jury.composition import Member, faults
from tutoring.jury.models import Panel, PanelPage, Seat
from tutoring.notes.moves import Side, State
from tutoring.people.models import Person
from tutoring.programme.models import Standing
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


@dataclass(frozen=True)
class PanelFacts:
    """What a coordinator says of a panel: its name, day and place, who sits (ids), who presides."""

    name: str
    sits_on: date | None
    place: str
    members: frozenset[int]
    president: int | None


def add_panel(
    db: Session, standing: Standing, told: PanelFacts, people: Collection[Person], *, now: datetime
) -> Panel:
    """A new panel. `people`: who may be seated in this cohort. Refused when its name is taken."""
    _refuse_double(db, standing, told.name, None)
    _refuse_composition(told, people)
    panel = Panel(
        institution_id=standing.cohort.institution_id,
        cohort_id=standing.cohort.id,
        name=told.name,
        sits_on=told.sits_on,
        place=told.place,
        seats=[],
        hearings=[],
    )
    db.add(panel)
    db.flush()
    _seat(db, panel, told, people)
    _record_composed(db, panel, standing, now)
    return panel


def compose(
    db: Session,
    page: PanelPage,
    told: PanelFacts,
    *,
    seen_version: int,
    now: datetime,
) -> Panel:
    """Write a panel's facts and who sits there; whoever joins a panel that has notes to evaluate is told.

    Refused when somebody who locked an evaluation would leave, or when a note already before the panel would have
    an incomplete or partial jury.
    """
    panel, people = page.panel, [member.person for member in page.candidates]
    if seen_version != panel.version:
        raise Refusal("stale_page")
    _refuse_double(db, page.standing, told.name, panel)
    _refuse_composition(told, people)
    leaving = {seat.person_id for seat in panel.seats} - told.members
    if any(leaving & locked.person_ids for locked in page.locked.values()):
        raise Refusal("seat_with_evaluation", field="members")
    open_hearings = [h for h in panel.hearings if h.released_at is None and before_the_jury(h)]
    told_members = [Member(person_id, person_id == told.president) for person_id in told.members]
    if any(faults(page.standing.cohort.jury, told_members, judged(h)) for h in open_hearings):
        raise Refusal("composition_must_stand", field="members")
    before = {seat.person_id for seat in panel.seats}
    panel.name, panel.sits_on, panel.place = told.name, told.sits_on, told.place
    flag_modified(panel, "name")  # seats are rows of their own: this makes the panel's version follow them
    _seat(db, panel, told, people)
    _record_composed(db, panel, page.standing, now)
    waiting = sum(h.note.state == State.WITH_JURY for h in open_hearings)
    if waiting:
        joined = [seat.person for seat in panel.seats if seat.person_id not in before]
        notices.tell_members(db, panel, joined, notes=waiting, now=now)
    return panel


def _refuse_double(db: Session, standing: Standing, name: str, panel: Panel | None) -> None:
    known = db.scalar(select(Panel.id).where(Panel.cohort_id == standing.cohort.id, Panel.name == name))
    if known is not None and (panel is None or known != panel.id):
        raise Refusal("panel_exists", field="name", name=name)


def _refuse_composition(told: PanelFacts, people: Collection[Person]) -> None:
    if not told.members <= {person.id for person in people}:
        raise Refusal("not_a_candidate", field="members")
    if told.president is not None and told.president not in told.members:
        raise Refusal("president_not_seated", field="president")


def _seat(db: Session, panel: Panel, told: PanelFacts, people: Collection[Person]) -> None:
    by_id = {person.id: person for person in people}
    for seat in list(panel.seats):
        seat.presides = False
        if seat.person_id not in told.members:
            panel.seats.remove(seat)
            db.delete(seat)
    seated = {seat.person_id for seat in panel.seats}
    for person_id in sorted(told.members - seated):
        panel.seats.append(
            Seat(
                institution_id=panel.institution_id,
                person_id=person_id,
                person=by_id[person_id],
                presides=False,
            )
        )
    # In two steps: the database knows one president a panel, at every instant.
    db.flush()
    for seat in panel.seats:
        seat.presides = seat.person_id == told.president
    db.flush()


def _record_composed(db: Session, panel: Panel, standing: Standing, now: datetime) -> None:
    record(
        db,
        "panel.composed",
        panel,
        actor_id=standing.person.id,
        now=now,
        side=Side.COORDINATOR,
        members=sorted(seat.person_id for seat in panel.seats),
        president=next((seat.person_id for seat in panel.seats if seat.presides), None),
    )
