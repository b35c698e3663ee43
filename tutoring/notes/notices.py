"""Who is told what about a note: receipts, "your turn", decisions; one mail each, as of the instant it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import STAGE_OF, Decision, Side, State, Turn, visible_state, visible_turn
from tutoring.people.models import Institution, Person
from tutoring.people.notices import tell
from tutoring.programme.models import Cohort, Extension, Role
from tutoring.programme.queries import deadlines_for, extensions_of, members_of

TURN_OF_SIDE = {
    Side.LEARNER: Turn.LEARNER,
    Side.TUTOR: Turn.TUTOR,
    Side.COORDINATOR: Turn.COORDINATION,
}


def path_of(note: ValidationNote) -> str:
    """The note's own page."""
    return f"/c/{note.cohort_id}/notes/{note.id}"


def moved(
    db: Session,
    note: ValidationNote,
    decision: Decision,
    actor: Person | None,
    *,
    now: datetime,
    files: list[dict[str, Any]],
) -> None:
    """Tell everyone whom the move's row names, at once or in the digest: its author, tutor, coordinators.

    A learner who made it gets a receipt (with `files`: part, name, sha256, pages), whoever is awaited next
    hears that it is their turn, the others hear what happened. Jurors and presidents are told by their own floor.
    """
    told: set[int] = set()
    for side in (*decision.now, *decision.digest):
        for person in recipients(db, note, side):
            own = actor is not None and person.id == actor.id
            if person.id in told or (own and side not in decision.now):
                continue
            told.add(person.id)
            template = "note_receipt" if own else _template(decision, side)
            due = _due(db, note, decision.state) if side is Side.LEARNER else None
            tell(
                db,
                person,
                template,
                path=path_of(note),
                now=now,
                move=decision.move.name,
                state=str(visible_state(decision.state, side)),
                turn=str(visible_turn(decision.state, side)),
                due=due.isoformat() if due else None,
                flags=list(decision.flags),
                files=files if own else [],
                at=now.isoformat(),
                actor=actor.name if actor else "",
                **_about(db, note),
            )
    if decision.turn is Turn.TUTOR and note.tutor_id is None:
        _ask_for_a_tutor(db, note, told, now)


def recipients(db: Session, note: ValidationNote, side: Side) -> list[Person]:
    """The persons who hold this side of a note, as far as this floor knows them."""
    if side is Side.LEARNER:
        return [db.get_one(Person, note.author_id)]
    if side is Side.TUTOR and note.tutor_id is not None:
        return [db.get_one(Person, note.tutor_id)]
    if side is Side.COORDINATOR:
        return coordinators(db, note.cohort_id)
    return []


def coordinators(db: Session, cohort_id: int) -> list[Person]:
    """Who coordinates a cohort."""
    return [member.person for member in members_of(db, cohort_id, Role.COORDINATOR)]


def tutor_assigned(db: Session, tutor: Person, notes: Sequence[ValidationNote], *, now: datetime) -> None:
    """Tell a tutor whom they follow from now on, in one mail, and each of these learners who follows them."""
    names = [db.get_one(Person, note.author_id).name for note in notes]
    first = notes[0]
    path = path_of(first) if len(notes) == 1 else f"/c/{first.cohort_id}/queue"
    about = {key: value for key, value in _about(db, first).items() if key not in {"author", "title"}}
    awaited = sum(1 for note in notes if note.turn == Turn.TUTOR)
    tell(db, tutor, "note_tutor", path=path, now=now, authors=names, awaited=awaited, **about)
    for note in notes:
        author = db.get_one(Person, note.author_id)
        tell(db, author, "note_your_tutor", path=path_of(note), now=now, tutor=tutor.name, **_about(db, note))


def extended(db: Session, note: ValidationNote, extension: Extension, *, now: datetime) -> None:
    """Tell the learner (and the tutor) the later day of a stage."""
    day = deadlines_for(db.get_one(Cohort, note.cohort_id), [extension])[extension.stage]
    for side in (Side.LEARNER, Side.TUTOR):
        for person in recipients(db, note, side):
            tell(
                db,
                person,
                "note_extension",
                path=path_of(note),
                now=now,
                stage=extension.stage,
                due=day.isoformat(),
                **_about(db, note),
            )


def derogated(db: Session, note: ValidationNote, part: str, *, now: datetime) -> None:
    """Tell the learner that the page bounds of a part no longer bind them. `part`: its title."""
    author = db.get_one(Person, note.author_id)
    tell(db, author, "note_derogation", path=path_of(note), now=now, part=part, **_about(db, note))


def answered(
    db: Session, note: ValidationNote, persons: Iterable[Person], actor: Person, *, path: str, now: datetime
) -> None:
    """Tell others that a thread was written in."""
    for person in persons:
        tell(db, person, "note_answered", path=path, now=now, actor=actor.name, **_about(db, note))


def _template(decision: Decision, side: Side) -> str:
    if decision.move.name == "publish":
        # A mail may be read by others than its addressee: it says that the result is there, never which.
        return "note_released"
    awaited = visible_turn(decision.state, side) is TURN_OF_SIDE.get(side)
    return "note_turn" if awaited else "note_told"


def _ask_for_a_tutor(db: Session, note: ValidationNote, told: set[int], now: datetime) -> None:
    """A note that waits for a tutor whom nobody named waits for the coordination."""
    for person in coordinators(db, note.cohort_id):
        if person.id not in told:
            path = f"/c/{note.cohort_id}/people/tutors"
            tell(db, person, "note_tutor_wanted", path=path, now=now, state=note.state, **_about(db, note))


def _due(db: Session, note: ValidationNote, state: State) -> date | None:
    stage = STAGE_OF[state]
    if stage is None:
        return None
    cohort = db.get_one(Cohort, note.cohort_id)
    return deadlines_for(cohort, extensions_of(db, cohort.id, note.author_id)).get(stage)


def _about(db: Session, note: ValidationNote) -> dict[str, Any]:
    return {
        "author": db.get_one(Person, note.author_id).name,
        "title": note.title,
        "cohort": db.get_one(Cohort, note.cohort_id).name,
        "institution": db.get_one(Institution, note.institution_id).name,
    }
