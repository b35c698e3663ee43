"""The facts of a validation note: where it stands, what was handed in, the leave it was given, its topic's changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.documents.models import ReadDocument
from tutoring.notes.models.values import TopicVerdict, one_of
from tutoring.notes.moves import State, Turn
from tutoring.people.models import Person
from tutoring.programme.models import Cohort
from tutoring.store.db import Base, Rooted
from tutoring.store.files import StoredFile

if TYPE_CHECKING:
    from tutoring.notes.models.reviews import Remark, Review


# Of a change of topic: neither answered nor taken back.
WAITS = "decided_at IS NULL AND withdrawn_at IS NULL"


class ValidationNote(Rooted, Base):
    """A learner's note in a cohort. `state` and what goes with it: written by `operations.make` alone, with an event.

    `shown_since` is `turn_since` as learner and tutor may know it: the deliberation does not move it. `stood_at` is
    where a note that was set aside stood before.
    """

    __tablename__ = "validation_note"
    __table_args__ = (
        UniqueConstraint("cohort_id", "author_id"),
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("turn", Turn), name="turn"),
        CheckConstraint(one_of("stood_at", State), name="stood_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    tutor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # The topic's title as last handed in; empty until then.
    title: Mapped[str]
    state: Mapped[str]
    turn: Mapped[str]
    turn_since: Mapped[datetime]
    shown_since: Mapped[datetime]
    stood_at: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    author: Mapped[Person] = relationship(lazy="raise", foreign_keys=author_id)
    tutor: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=tutor_id)
    submissions: Mapped[list[Submission]] = relationship(
        lazy="raise", order_by="Submission.id", back_populates="note"
    )
    remarks: Mapped[list[Remark]] = relationship(lazy="raise", order_by="Remark.id", back_populates="note")

    __mapper_args__ = {"version_id_col": version}


class Submission(Rooted, Base):
    """Something handed in at a stage (`topic`, `plan`, `draft`, `final`), `number`ed within it; never changed.

    For a topic: `title` and `message` (Markdown, with its `html`) are the form's; later `message` is a word to the
    reader. `dissemination` and `honour` belong to a final version. `withdrawn_at`: its author took it back at once.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("note_id", "stage", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    stage: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    message: Mapped[str]
    html: Mapped[str]
    late: Mapped[bool]
    honour: Mapped[bool]
    dissemination: Mapped[str | None]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    note: Mapped[ValidationNote] = relationship(lazy="raise", back_populates="submissions")
    parts: Mapped[list[SubmittedPart]] = relationship(
        lazy="raise", order_by="SubmittedPart.id", back_populates="submission"
    )
    review: Mapped[Review | None] = relationship(lazy="raise", back_populates="submission")


class SubmittedPart(Rooted, Base):
    """One thing handed in for one part: a file, or a text typed in the page (Markdown, with its `html`).

    A part may have several: its PDF and the source, a file and a text. `pages`: counted from a PDF, None otherwise;
    `excluded_pages`: cover, bibliography, annexes as declared. `document`: what was read of it, in blocks.
    """

    __tablename__ = "submitted_part"
    __table_args__ = (CheckConstraint("(file_id IS NULL) = (text <> '')", name="file_or_text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    part: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    filename: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    pages: Mapped[int | None]
    excluded_pages: Mapped[int] = mapped_column(default=0)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("read_document.id"), index=True)

    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="parts")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")
    document: Mapped[ReadDocument | None] = relationship(lazy="raise")


class PageDerogation(Rooted, Base):
    """Leave for one part of a note to be out of its page bounds, granted by the coordination with a reason."""

    __tablename__ = "page_derogation"
    __table_args__ = (UniqueConstraint("note_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    part: Mapped[str]
    reason: Mapped[str]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


class TopicChange(Rooted, Base):
    """Another topic that a learner asks for once theirs was approved, and what their tutor answered.

    The note does not move: its title becomes the new one when it is accepted, and `submission` is then the topic as
    handed in anew. `message` (Markdown, with its `html`): the question and its context; `why`: why it changes.
    `withdrawn_at`: the learner took it back before it was answered. A note has one that waits at most.
    """

    __tablename__ = "topic_change"
    __table_args__ = (
        CheckConstraint(one_of("verdict", TopicVerdict), name="verdict"),
        CheckConstraint("(decided_at IS NULL) = (verdict IS NULL)", name="decided_with_verdict"),
        CheckConstraint("decided_at IS NULL OR withdrawn_at IS NULL", name="decided_or_withdrawn"),
        Index(
            "uq_topic_change_waiting",
            "note_id",
            unique=True,
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"), index=True)
    title: Mapped[str]
    message: Mapped[str]
    html: Mapped[str]
    why: Mapped[str]
    asked_at: Mapped[datetime]
    verdict: Mapped[str | None]
    answer: Mapped[str]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    decided_by: Mapped[Person | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    @property
    def waits(self) -> bool:
        """Whether it is neither answered nor taken back."""
        return self.decided_at is None and self.withdrawn_at is None
