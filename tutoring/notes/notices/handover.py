"""Who is told that a note has another tutor: the one who takes it over, its learner, the one who leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.notes.models import Underway, ValidationNote
from tutoring.notes.moves import Side, State, Turn, visible_state, visible_turn
from tutoring.notes.notices.addressing import about, cohort_of, due_of, path_of
from tutoring.people.models import Person
from tutoring.people.notices import tell


def tutor_assigned(
    db: Session,
    tutor: Person,
    notes: Sequence[ValidationNote],
    underway: Mapping[int, Underway],
    *,
    now: datetime,
) -> None:
    """Tell a tutor whom they follow from now on and what they find there, in one mail."""
    first = notes[0]
    path = path_of(first) if len(notes) == 1 else f"/c/{first.cohort_id}/queue"
    found = [{**_found(db, note), **_begun(underway[note.id])} for note in notes]
    tell(db, tutor, "note_tutor", path=path, now=now, notes=found, **cohort_of(db, first))


def tutor_told(db: Session, note: ValidationNote, *, now: datetime) -> None:
    """Tell a learner who follows them now ('' for nobody yet)."""
    author = db.get_one(Person, note.author_id)
    tutor = db.get_one(Person, note.tutor_id).name if note.tutor_id is not None else ""
    state = str(visible_state(State(note.state), Side.LEARNER))
    due = due_of(db, note, State(note.state))
    tell(
        db,
        author,
        "note_your_tutor",
        path=path_of(note),
        now=now,
        tutor=tutor,
        state=state,
        turn=str(visible_turn(State(note.state), Side.LEARNER)),
        due=due.isoformat() if due else None,
        **about(db, note),
    )


def passed_on(
    db: Session,
    former: Person,
    notes: Sequence[ValidationNote],
    underway: Mapping[int, Underway],
    *,
    now: datetime,
) -> None:
    """Tell a former tutor that these notes have passed on, to whom, and whether what they had begun went along."""
    gone = [
        {
            "author": db.get_one(Person, note.author_id).name,
            "tutor": db.get_one(Person, note.tutor_id).name if note.tutor_id is not None else "",
            "begun": underway[note.id].begun or underway[note.id].unseen > 0,
        }
        for note in notes
    ]
    path = f"/c/{notes[0].cohort_id}/queue"
    tell(db, former, "note_passed_on", path=path, now=now, notes=gone, **cohort_of(db, notes[0]))


def _found(db: Session, note: ValidationNote) -> dict[str, Any]:
    """Where a note stands, for whoever takes it over."""
    state = State(note.state)
    return {
        "author": db.get_one(Person, note.author_id).name,
        "title": note.title,
        "state": str(visible_state(state, Side.TUTOR)),
        "awaited": visible_turn(state, Side.TUTOR) is Turn.TUTOR,
        "since": note.shown_since.isoformat(),
    }


def _begun(found: Underway) -> dict[str, Any]:
    return {
        "begun": found.begun,
        "unseen": found.unseen,
        "open": found.open,
        "questions": found.questions,
        "asked_at": found.asked_at.isoformat() if found.asked_at else None,
        "topic_change": found.change_id is not None,
    }
