"""Whom a note's mails go to, where they lead, and what they all say of the note."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import GOAL_DAYS, STAGE_OF, Side, State, Turn, visible_turn
from tutoring.people.models import Institution, Person
from tutoring.programme.models import Cohort, Role
from tutoring.programme.queries import deadlines_for, extensions_of, members_of


def path_of(note: ValidationNote) -> str:
    """The note's own page."""
    return f"/c/{note.cohort_id}/notes/{note.id}"


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


def who_follows(db: Session, note: ValidationNote) -> list[Person]:
    """The tutor, or the coordination where there is none."""
    return recipients(db, note, Side.TUTOR) or coordinators(db, note.cohort_id)


def who_answers(db: Session, note: ValidationNote) -> list[Person]:
    """Whoever follows the note, and the coordination while the note awaits it."""
    found = {person.id: person for person in who_follows(db, note)}
    if visible_turn(State(note.state), Side.LEARNER) is Turn.COORDINATION:
        found |= {person.id: person for person in coordinators(db, note.cohort_id)}
    return list(found.values())


def due_of(db: Session, note: ValidationNote, state: State) -> date | None:
    stage = STAGE_OF[state]
    if stage is None:
        return None
    cohort = db.get_one(Cohort, note.cohort_id)
    return deadlines_for(cohort, extensions_of(db, cohort.id, note.author_id)).get(stage)


def aimed_at(now: datetime) -> str:
    """The day before which a tutor aims to answer what reaches them now."""
    return (now + timedelta(days=GOAL_DAYS)).isoformat()


def about(db: Session, note: ValidationNote) -> dict[str, Any]:
    return {
        "author": db.get_one(Person, note.author_id).name,
        "title": note.title,
        **cohort_of(db, note),
    }


def cohort_of(db: Session, note: ValidationNote) -> dict[str, str]:
    return {
        "cohort": db.get_one(Cohort, note.cohort_id).name,
        "institution": db.get_one(Institution, note.institution_id).name,
    }
