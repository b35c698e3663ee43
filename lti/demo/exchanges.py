"""What is said about a note of the demo: remarks, their answers, a reading handed, a question, another topic asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from resources.models import Reading
from resources.operations import assign, mark_read
from resources.queries.assigned import Offered
from tutoring.notes.models import (
    NotePage,
    Remark,
    RemarkKind,
    Submission,
    ValidationNote,
    Visibility,
)
from tutoring.notes.operations import (
    address,
    ask_question,
    ask_topic_change,
    draft_review,
    save_remark,
    write_in_question,
    write_remark,
)
from tutoring.people.models import Person

Told = Mapping[str, Any]


def remark(db: Session, page: NotePage, submission: Submission, told: Sequence[Told], at: datetime) -> Talk:
    """Write these remarks, of whoever reads the page, unseen until the review is released; hand over their readings."""
    tutor, talk = page.standing.person, Talk(db, page.note)
    for one in told:
        row = write_remark(
            db,
            page.note,
            submission,
            tutor,
            kind=RemarkKind(one["kind"]),
            visibility=Visibility(one.get("visibility", "shared")),
            text=one["text"],
            quote=one["quote"],
            part=one.get("part", page.standing.cohort.spec.parts[0].key),
            now=at,
        )
        talk.said.append((row, one))
        if "reading" in one:
            _hand_reading(db, page, row, one["reading"], at)
    return talk


class Talk:
    """Remarks made on a version, each with its story; their learner answers them in time."""

    def __init__(self, db: Session, note: ValidationNote) -> None:
        self.db, self.note = db, note
        self.said: list[tuple[Remark, Told]] = []

    def answered(self, author: Person, at: datetime) -> None:
        """The learner answers those whose story says what."""
        for row, told in self.said:
            if "answer" in told:
                declined = told.get("declined", False)
                address(self.db, self.note, row, author, told["answer"], declined=declined, now=at)


def begin_answer(db: Session, page: NotePage, submission: Submission, told: Told, at: datetime) -> None:
    """The tutor has begun to answer: a message and remarks that the learner does not see."""
    draft_review(db, page.note, submission, page.standing.person, told["message"], now=at)
    remark(db, page, submission, told.get("remark", ()), at)


def ask(db: Session, note: ValidationNote, author: Person, tutor: Person, told: Told, at: datetime) -> None:
    """A question to the tutor, answered if its story says what."""
    question = ask_question(db, note, author, told["text"], now=at)
    if "answer" in told:
        write_in_question(db, note, question, tutor, told["answer"], now=at)


def ask_for_another_topic(
    db: Session, note: ValidationNote, author: Person, told: Told, at: datetime
) -> None:
    """Another topic than the approved one, asked for and not answered yet."""
    ask_topic_change(db, note, author, title=told["title"], message=told["message"], why=told["why"], now=at)


def save_remarks(db: Session, person: Person, told: Sequence[Told], at: datetime) -> None:
    """Words that a tutor writes often, the first first."""
    for one in reversed(told):
        save_remark(db, person, kind=RemarkKind(one["kind"]), text=one["text"], now=at)


def _hand_reading(db: Session, page: NotePage, row: Remark, told: Told, at: datetime) -> None:
    """Hand a reading of the space because of a remark; read, if its story says so."""
    reading = db.scalars(select(Reading).where(Reading.title == told["title"])).one()
    offered = Offered(reading.title, cohort_id=page.note.cohort_id, reading_id=reading.id)
    handed = assign(
        db,
        page.standing,
        [page.note],
        offered,
        why=told["why"],
        begin=told.get("begin", ""),
        remark=row,
        now=at,
    )
    if told.get("read"):
        mark_read(db, handed[0], page.note.author, read=True, now=at)
