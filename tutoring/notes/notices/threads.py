"""Who is told of what is written beside the moves: in a remark's thread, a question, a request for another topic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.notes.models import Question, TopicChange, ValidationNote
from tutoring.notes.moves import Side, State, visible_state, visible_turn
from tutoring.notes.notices.addressing import (
    about,
    aimed_at,
    due_of,
    path_of,
    recipients,
    who_answers,
    who_follows,
)
from tutoring.people.models import Person
from tutoring.people.notices import tell


def answered(
    db: Session, note: ValidationNote, persons: Iterable[Person], actor: Person, *, path: str, now: datetime
) -> None:
    """Tell others that a thread was written in."""
    for person in persons:
        tell(db, person, "note_answered", path=path, now=now, actor=actor.name, **about(db, note))


def question_asked(
    db: Session, note: ValidationNote, question: Question, actor: Person, *, again: bool, now: datetime
) -> None:
    """Tell whoever is to answer: the tutor; the coordination where there is none, or while the note awaits it.

    `again`: the learner goes on in a thread that was answered, or adds to their question.
    """
    for person in who_answers(db, note):
        tell(
            db,
            person,
            "note_question",
            path=f"{path_of(note)}#q{question.id}",
            now=now,
            again=again,
            untutored=note.tutor_id is None,
            aim=aimed_at(now),
            **about(db, note),
        )


def question_answered(
    db: Session, note: ValidationNote, question: Question, actor: Person, *, now: datetime
) -> None:
    """Tell the learner; the tutor too when somebody answered in their place."""
    for person in (*recipients(db, note, Side.LEARNER), *recipients(db, note, Side.TUTOR)):
        if person.id != actor.id:
            place = f"{path_of(note)}#q{question.id}"
            tell(
                db,
                person,
                "note_question_answered",
                path=place,
                now=now,
                actor=actor.name,
                **about(db, note),
            )


def topic_change_asked(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell the tutor, or the coordination where there is none, that another topic waits for their answer."""
    for person in who_follows(db, note):
        tell(
            db,
            person,
            "note_topic_change",
            path=f"{path_of(note)}/topic/{change.id}",
            now=now,
            wanted=change.title,
            untutored=note.tutor_id is None,
            aim=aimed_at(now),
            **about(db, note),
        )


def topic_change_withdrawn(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell whoever was asked that nothing is awaited of them any more."""
    place = f"{path_of(note)}/topic/{change.id}"
    for person in who_follows(db, note):
        tell(
            db,
            person,
            "note_topic_change_withdrawn",
            path=place,
            now=now,
            wanted=change.title,
            **about(db, note),
        )


def topic_change_answered(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell the learner the answer and its words; the tutor too when the coordination gave it."""
    due = due_of(db, note, State(note.state))
    for person in (*recipients(db, note, Side.LEARNER), *recipients(db, note, Side.TUTOR)):
        if person.id != actor.id:
            tell(
                db,
                person,
                "note_topic_change_answered",
                path=f"{path_of(note)}/topic/{change.id}",
                now=now,
                actor=actor.name,
                verdict=change.verdict,
                wanted=change.title,
                answer=change.answer,
                state=str(visible_state(State(note.state), Side.LEARNER)),
                turn=str(visible_turn(State(note.state), Side.LEARNER)),
                due=due.isoformat() if due else None,
                **about(db, note),
            )
