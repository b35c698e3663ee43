"""What is under way on notes beside their state: questions that wait, a change of topic asked, an answer begun."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tutoring.notes.models import (
    Load,
    Question,
    QuestionMessage,
    Remark,
    RemarkKind,
    RemarkStatus,
    Review,
    Submission,
    TopicChange,
    Underway,
    ValidationNote,
)
from tutoring.notes.moves import Turn
from tutoring.people.models import Person

UNSETTLED = (str(RemarkStatus.OPEN), str(RemarkStatus.ADDRESSED))


def questions_of(db: Session, note_id: int) -> list[Question]:
    """The questions of a note with their threads: those still open first, the latest first."""
    rows = db.scalars(
        select(Question)
        .options(
            joinedload(Question.author), selectinload(Question.messages).joinedload(QuestionMessage.author)
        )
        .where(Question.note_id == note_id)
        .order_by(Question.id.desc())
    )
    return sorted(rows, key=lambda one: one.closed_at is not None)


def topic_changes_of(db: Session, note_id: int) -> list[TopicChange]:
    """Every change of topic asked on a note, the latest first, with who answered."""
    return list(
        db.scalars(
            select(TopicChange)
            .options(joinedload(TopicChange.decided_by))
            .where(TopicChange.note_id == note_id)
            .order_by(TopicChange.id.desc())
        )
    )


def open_questions(db: Session, note_ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """By note id, how many questions wait for an answer and since when the oldest does; notes without any: left out."""
    rows = db.execute(
        select(Question.note_id, func.count(Question.id), func.min(Question.asked_at))
        .where(
            Question.note_id.in_(list(note_ids)),
            Question.answered_at.is_(None),
            Question.closed_at.is_(None),
        )
        .group_by(Question.note_id)
    )
    return {note_id: (count, oldest) for note_id, count, oldest in rows}


def pending_topic_changes(db: Session, note_ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """By note id, the change of topic that waits for an answer (its id) and since when; one at most for each."""
    rows = db.execute(
        select(TopicChange.note_id, TopicChange.id, TopicChange.asked_at).where(
            TopicChange.note_id.in_(list(note_ids)),
            TopicChange.decided_at.is_(None),
            TopicChange.withdrawn_at.is_(None),
        )
    )
    return {note_id: (change_id, asked_at) for note_id, change_id, asked_at in rows}


def underway(db: Session, note_ids: Iterable[int]) -> dict[int, Underway]:
    """By note id (all of them), what whoever follows the note finds there, in four questions."""
    ids = list(note_ids)
    begun = set(
        db.scalars(
            select(Submission.note_id)
            .join(Review, Review.submission_id == Submission.id)
            .where(
                Submission.note_id.in_(ids), Submission.withdrawn_at.is_(None), Review.released_at.is_(None)
            )
        )
    )
    remarks = _remarks(db, ids)
    questions, changes = open_questions(db, ids), pending_topic_changes(db, ids)
    return {
        one: Underway(
            begun=one in begun,
            unseen=remarks[one][0],
            open=remarks[one][1],
            questions=questions[one][0] if one in questions else 0,
            asked_at=questions[one][1] if one in questions else None,
            change_id=changes[one][0] if one in changes else None,
        )
        for one in ids
    }


def _remarks(db: Session, ids: Sequence[int]) -> defaultdict[int, tuple[int, int]]:
    """By note id: remarks written and not shown yet, remarks shown and not settled."""
    unseen = case((Remark.released_at.is_(None), 1), else_=0)
    waits = and_(
        Remark.released_at.is_not(None), Remark.status.in_(UNSETTLED), Remark.kind != str(RemarkKind.PRAISE)
    )
    rows = db.execute(
        select(Remark.note_id, func.sum(unseen), func.sum(case((waits, 1), else_=0)))
        .where(Remark.note_id.in_(ids))
        .group_by(Remark.note_id)
    )
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    found.update({note_id: (int(hidden), int(still)) for note_id, hidden, still in rows})
    return found


def loads(
    db: Session, cohort_id: int, notes: Sequence[ValidationNote], staff: Sequence[Person]
) -> list[Load]:
    """How much each of the staff follows: in this cohort (`notes`: all of its notes), and in others."""
    follows = Counter(note.tutor_id for note in notes)
    awaited = [note for note in notes if note.turn == Turn.TUTOR]
    rows = db.execute(
        select(ValidationNote.tutor_id, func.count(ValidationNote.id))
        .where(
            ValidationNote.tutor_id.in_([person.id for person in staff]),
            ValidationNote.cohort_id != cohort_id,
            ValidationNote.turn != str(Turn.NOBODY),
        )
        .group_by(ValidationNote.tutor_id)
    )
    elsewhere: dict[int | None, int] = {tutor_id: count for tutor_id, count in rows if count}
    return [
        Load(
            person=person,
            follows=follows[person.id],
            awaited=sum(1 for note in awaited if note.tutor_id == person.id),
            since=min((note.turn_since for note in awaited if note.tutor_id == person.id), default=None),
            elsewhere=elsewhere.get(person.id, 0),
        )
        for person in staff
    ]
