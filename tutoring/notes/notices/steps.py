"""Who is told of a note's moves: receipts, "your turn", decisions, as of the instant it happened; more time too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Decision, Side, Turn, visible_state, visible_turn
from tutoring.notes.notices.addressing import about, aimed_at, coordinators, due_of, path_of, recipients
from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.programme.models import Cohort, Extension
from tutoring.programme.queries import deadlines_for

TURN_OF_SIDE = {
    Side.LEARNER: Turn.LEARNER,
    Side.TUTOR: Turn.TUTOR,
    Side.COORDINATOR: Turn.COORDINATION,
}

# Moves that one looks at where the submission is; to undo may take it away.
ABOUT_A_SUBMISSION = frozenset(
    {f"{verb}_{stage}" for verb in ("submit", "return", "approve") for stage in ("topic", "plan", "draft")}
    | {"submit_final", "replace_submission", "clear_for_final"}
)


def place_of(note: ValidationNote, move: str, data: Mapping[str, Any]) -> str:
    """What a move is about: the answer to a submission, or what was handed in; else the note's own page."""
    submission_id = data.get("submission_id")
    if submission_id is None or move not in ABOUT_A_SUBMISSION:
        return path_of(note)
    return f"{path_of(note)}/submissions/{submission_id}{'#review' if 'review_id' in data else ''}"


def moved(
    db: Session,
    note: ValidationNote,
    decision: Decision,
    actor: Person | None,
    *,
    now: datetime,
    data: Mapping[str, Any],
    files: list[dict[str, Any]],
) -> None:
    """Tell everyone whom the move's row names, at once or in the digest: its author, tutor, coordinators.

    A learner who made it gets a receipt (with `files`: part, name, sha256, pages), whoever is awaited next
    hears that it is their turn, the others hear what happened. Jurors and presidents are told by their own floor.
    `data`: the step's own, which says what it is about.
    """
    told: set[int] = set()
    for side in (*decision.now, *decision.digest):
        for person in recipients(db, note, side):
            own = actor is not None and person.id == actor.id
            if person.id in told or (own and side not in decision.now):
                continue
            told.add(person.id)
            template = "note_receipt" if own else _template(decision, side)
            due = due_of(db, note, decision.state) if side is Side.LEARNER else None
            reviews = side is Side.TUTOR and decision.turn is Turn.TUTOR
            tell(
                db,
                person,
                template,
                path=place_of(note, decision.move.name, data),
                now=now,
                move=decision.move.name,
                state=str(visible_state(decision.state, side)),
                turn=str(visible_turn(decision.state, side)),
                due=due.isoformat() if due else None,
                aim=aimed_at(now) if reviews else None,
                flags=list(decision.flags),
                files=files if own else [],
                at=now.isoformat(),
                actor=actor.name if actor else "",
                **about(db, note),
            )
    if decision.turn is Turn.TUTOR and note.tutor_id is None:
        _ask_for_a_tutor(db, note, told, now)


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
                **about(db, note),
            )


def derogated(db: Session, note: ValidationNote, part: str, *, now: datetime) -> None:
    """Tell the learner that the page bounds of a part no longer bind them. `part`: its title."""
    author = db.get_one(Person, note.author_id)
    tell(db, author, "note_derogation", path=path_of(note), now=now, part=part, **about(db, note))


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
            tell(db, person, "note_tutor_wanted", path=path, now=now, state=note.state, **about(db, note))
