"""Named questions about panels, the notes given to them, evaluations, and results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tutoring.jury.checks import before_the_jury
from tutoring.jury.models import (
    Evaluation,
    Hearing,
    HearingPage,
    JuryPage,
    Locked,
    NewPanelPage,
    Panel,
    PanelPage,
    Seat,
)
from tutoring.jury.policy import SEATED_ROLES, may_compare
from tutoring.notes.models import Submission, SubmittedPart, ValidationNote
from tutoring.notes.moves import Outcome, State
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.programme.queries import members_of, standing_in

# Where a note can be given to a panel: checked for the jury, or already sent there without one.
GIVEN_FROM = (State.FINAL_CHECK, State.WITH_JURY)


@dataclass(frozen=True)
class ReleasedResult:
    """What a jury decided of a note, once released; the grade in hundredths of a point, None when none was given."""

    hearing_id: int
    note_id: int
    cohort_id: int
    author_id: int
    outcome: Outcome
    grade_hundredths: int | None
    out_of: int | None
    reason: str
    released_at: datetime


def released_result(db: Session, note_id: int) -> ReleasedResult | None:
    """The result of this note, None until it is released."""
    row = db.execute(
        select(Hearing, ValidationNote.cohort_id, ValidationNote.author_id)
        .join(Hearing.note)
        .where(Hearing.note_id == note_id, Hearing.released_at.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    hearing, cohort_id, author_id = row
    return ReleasedResult(
        hearing_id=hearing.id,
        note_id=note_id,
        cohort_id=cohort_id,
        author_id=author_id,
        outcome=Outcome(hearing.outcome),
        grade_hundredths=hearing.grade_hundredths,
        out_of=hearing.grade_out_of,
        reason=hearing.reason,
        released_at=hearing.released_at,
    )


def jury_page(db: Session, viewer: Person, cohort_id: int) -> JuryPage | None:
    """The jury of a cohort as this reader has it; None when they are no member of the cohort."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    coordinates = standing.role == Role.COORDINATOR
    panels = _panels(db, cohort_id) if standing.role in SEATED_ROLES else ()
    seats = tuple(seat for panel in panels for seat in panel.seats if seat.person_id == viewer.id)
    seated = {seat.panel_id for seat in seats}
    own = tuple(
        hearing
        for panel in panels
        if panel.id in seated
        for hearing in panel.hearings
        if before_the_jury(hearing) and hearing.note.author_id != viewer.id
    )
    return JuryPage(
        standing=standing,
        seats=seats,
        own=own,
        panels=panels if coordinates else (),
        waiting=waiting_for_a_panel(db, cohort_id) if coordinates else (),
        locked=locked_in(db, panels if coordinates else [p for p in panels if p.id in seated]),
        mine=_own_evaluations(db, viewer, own),
    )


def _panels(db: Session, cohort_id: int) -> tuple[Panel, ...]:
    """The panels of a cohort with their seats, persons, hearings, notes and authors, by day and name."""
    return tuple(
        db.scalars(
            select(Panel)
            .options(*_whole_panel())
            .where(Panel.cohort_id == cohort_id)
            .order_by(Panel.sits_on.is_(None), Panel.sits_on, Panel.name)
        )
    )


def _whole_panel() -> tuple[Any, ...]:
    return (
        selectinload(Panel.seats).joinedload(Seat.person),
        selectinload(Panel.hearings).options(
            joinedload(Hearing.panel),
            joinedload(Hearing.note).options(
                joinedload(ValidationNote.author), joinedload(ValidationNote.tutor)
            ),
        ),
    )


def locked_in(db: Session, panels: Iterable[Panel]) -> dict[int, Locked]:
    """Who has locked an evaluation of each hearing of these panels (loaded with seats and hearings)."""
    by_hearing = {
        hearing.id: frozenset(seat.person_id for seat in panel.seats)
        for panel in panels
        for hearing in panel.hearings
    }
    found: defaultdict[int, set[int]] = defaultdict(set)
    if by_hearing:
        for hearing_id, juror_id in db.execute(
            select(Evaluation.hearing_id, Evaluation.juror_id).where(
                Evaluation.hearing_id.in_(by_hearing), Evaluation.locked_at.is_not(None)
            )
        ):
            found[hearing_id].add(juror_id)
    return {key: Locked(frozenset(found[key]) & seated, len(seated)) for key, seated in by_hearing.items()}


def _own_evaluations(db: Session, viewer: Person, hearings: Collection[Hearing]) -> dict[int, Evaluation]:
    if not hearings:
        return {}
    rows = db.scalars(
        select(Evaluation).where(
            Evaluation.juror_id == viewer.id,
            Evaluation.hearing_id.in_([hearing.id for hearing in hearings]),
        )
    )
    return {row.hearing_id: row for row in rows}


def waiting_for_a_panel(db: Session, cohort_id: int) -> tuple[ValidationNote, ...]:
    """The notes of a cohort that are ready for the jury and given to no panel, with author and tutor, by name."""
    return tuple(
        db.scalars(
            select(ValidationNote)
            .options(joinedload(ValidationNote.author), joinedload(ValidationNote.tutor))
            .join(ValidationNote.author)
            .outerjoin(Hearing, Hearing.note_id == ValidationNote.id)
            .where(
                ValidationNote.cohort_id == cohort_id,
                ValidationNote.state.in_([str(state) for state in GIVEN_FROM]),
                Hearing.id.is_(None),
            )
            .order_by(Person.family_name, Person.name)
        )
    )


def new_panel_page(db: Session, viewer: Person, cohort_id: int) -> NewPanelPage | None:
    """What one needs to make a panel of this cohort; None for whoever is no member of it."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    candidates = members_of(db, cohort_id, *SEATED_ROLES) if standing.role == Role.COORDINATOR else ()
    return NewPanelPage(standing=standing, candidates=tuple(candidates))


def panel_page(db: Session, viewer: Person, cohort_id: int, panel_id: int) -> PanelPage | None:
    """One panel of a cohort with all that its page shows; None when the reader or the panel is not of it."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    panel = db.scalar(
        select(Panel).options(*_whole_panel()).where(Panel.id == panel_id, Panel.cohort_id == cohort_id)
    )
    if panel is None:
        return None
    coordinates = standing.role == Role.COORDINATOR
    return PanelPage(
        standing=standing,
        panel=panel,
        candidates=tuple(members_of(db, cohort_id, *SEATED_ROLES)) if coordinates else (),
        waiting=waiting_for_a_panel(db, cohort_id) if coordinates else (),
        locked=locked_in(db, [panel]) if coordinates else {},
    )


def hearing_page(db: Session, viewer: Person, cohort_id: int, hearing_id: int) -> HearingPage | None:
    """A note before its panel as this reader has it; what others wrote is loaded only when they may read it."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None or standing.role not in SEATED_ROLES:
        return None
    hearing = db.scalar(
        select(Hearing)
        .join(Hearing.panel)
        .options(
            joinedload(Hearing.panel).selectinload(Panel.seats).joinedload(Seat.person),
            joinedload(Hearing.note).options(
                joinedload(ValidationNote.author), joinedload(ValidationNote.tutor)
            ),
        )
        .where(Hearing.id == hearing_id, Panel.cohort_id == cohort_id)
    )
    if hearing is None:
        return None
    seat = next((seat for seat in hearing.panel.seats if seat.person_id == viewer.id), None)
    mine = evaluation_by(db, hearing.id, viewer.id) if seat else None
    locked = locked_of(db, hearing)
    shown = may_compare(hearing, seat, mine, locked.count, standing)
    return HearingPage(
        standing=standing,
        hearing=hearing,
        seat=seat,
        final=final_version(db, hearing.note_id),
        mine=mine,
        locked=locked,
        others=_locked_evaluations(db, hearing) if shown else (),
    )


def locked_of(db: Session, hearing: Hearing) -> Locked:
    """Who has locked an evaluation of this hearing (loaded with its panel's seats), among those who sit."""
    seated = frozenset(seat.person_id for seat in hearing.panel.seats)
    rows = select(Evaluation.juror_id).where(
        Evaluation.hearing_id == hearing.id, Evaluation.locked_at.is_not(None)
    )
    return Locked(frozenset(db.scalars(rows)) & seated, len(seated))


def evaluation_by(db: Session, hearing_id: int, person_id: int) -> Evaluation | None:
    """This person's own evaluation of a hearing."""
    return db.scalar(
        select(Evaluation).where(Evaluation.hearing_id == hearing_id, Evaluation.juror_id == person_id)
    )


def _locked_evaluations(db: Session, hearing: Hearing) -> tuple[Evaluation, ...]:
    """The locked evaluations of those who sit, with their authors, in the order of the seats."""
    rows = db.scalars(
        select(Evaluation)
        .options(joinedload(Evaluation.juror))
        .where(Evaluation.hearing_id == hearing.id, Evaluation.locked_at.is_not(None))
    )
    by_juror = {row.juror_id: row for row in rows}
    return tuple(by_juror[s.person_id] for s in hearing.panel.seats if s.person_id in by_juror)


def final_version(db: Session, note_id: int) -> Submission | None:
    """The newest final version handed in for a note, with its parts and their files."""
    return db.scalar(
        select(Submission)
        .options(selectinload(Submission.parts).joinedload(SubmittedPart.file))
        .where(Submission.note_id == note_id, Submission.stage == "final", Submission.withdrawn_at.is_(None))
        .order_by(Submission.number.desc())
        .limit(1)
    )


def with_submissions(db: Session, note_id: int) -> ValidationNote:
    """A note with its submissions and their reviews, as undoing a step asks for."""
    return db.scalars(
        select(ValidationNote)
        .options(selectinload(ValidationNote.submissions).joinedload(Submission.review))
        .where(ValidationNote.id == note_id)
    ).one()


def hearing_of_note(db: Session, note_id: int) -> Hearing | None:
    """The hearing of a note, with its panel and who sits there."""
    return (
        db.scalars(
            select(Hearing)
            .options(joinedload(Hearing.panel).joinedload(Panel.seats))
            .where(Hearing.note_id == note_id)
        )
        .unique()
        .one_or_none()
    )


def released_hearing(db: Session, note_id: int) -> Hearing | None:
    """The hearing of a note whose result is released, None before."""
    return db.scalar(select(Hearing).where(Hearing.note_id == note_id, Hearing.released_at.is_not(None)))
