"""A question without a submission: a learner asks whoever follows their note, who answers in its thread."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.notes import notices
from tutoring.notes.models import Question, QuestionMessage, ValidationNote
from tutoring.notes.moves import Side
from tutoring.people.models import Person
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def ask_question(db: Session, note: ValidationNote, actor: Person, text: str, *, now: datetime) -> Question:
    """Put a question to the note's tutor, or to the coordination where there is none. The note does not move."""
    if not text.strip():
        raise Refusal("question_empty", status=422, field="text")
    question = Question(
        institution_id=note.institution_id,
        note_id=note.id,
        author_id=actor.id,
        asked_at=now,
        changed_at=now,
        answered_at=None,
        closed_at=None,
        messages=[],
    )
    db.add(question)
    _say(question, actor, text, now)
    db.flush()
    _happened(db, "note.question_asked", note, question, actor, now)
    notices.question_asked(db, note, question, actor, again=False, now=now)
    return question


def write_in_question(
    db: Session, note: ValidationNote, question: Question, actor: Person, text: str, *, now: datetime
) -> QuestionMessage:
    """Go on in a question's thread (`messages` loaded): its learner awaits an answer again, anyone else gives one.

    A closed question is open again; the other side is told.
    """
    if not text.strip():
        raise Refusal("question_empty", status=422, field="text")
    message = _say(question, actor, text, now)
    question.changed_at = now
    if actor.id == note.author_id:
        if not question.awaited:
            question.asked_at = now
        question.answered_at = question.closed_at = None
        _happened(db, "note.question_followed", note, question, actor, now)
        notices.question_asked(db, note, question, actor, again=True, now=now)
    else:
        question.answered_at, question.closed_at = now, None
        _happened(db, "note.question_answered", note, question, actor, now)
        notices.question_answered(db, note, question, actor, now=now)
    db.flush()
    return message


def close_question(
    db: Session, note: ValidationNote, question: Question, actor: Person, text: str = "", *, now: datetime
) -> Question:
    """It is settled: nobody is awaited any more; a `text` is written first.

    Only its learner may close what nobody has answered.
    """
    if question.closed_at is not None:
        raise Refusal("question_closed")
    if text.strip():
        write_in_question(db, note, question, actor, text, now=now)
    elif question.awaited and actor.id != note.author_id:
        raise Refusal("question_unanswered", status=422, field="text")
    question.closed_at = question.changed_at = now
    _happened(db, "note.question_closed", note, question, actor, now)
    db.flush()
    return question


def _say(question: Question, actor: Person, text: str, now: datetime) -> QuestionMessage:
    message = QuestionMessage(
        institution_id=question.institution_id, author_id=actor.id, text=text, written_at=now
    )
    question.messages.append(message)
    return message


def _happened(
    db: Session, kind: str, note: ValidationNote, question: Question, actor: Person, now: datetime
) -> None:
    side = str(Side.LEARNER) if actor.id == note.author_id else None
    record(db, kind, note, actor_id=actor.id, now=now, side=side, question_id=question.id)
