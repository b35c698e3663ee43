"""What is said of a submission: its review, the remarks on its passages and where they went, who has read what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.notes.models.note import Submission, ValidationNote
from tutoring.notes.models.values import Outcome, RemarkKind, RemarkStatus, Visibility, one_of
from tutoring.people.models import Person
from tutoring.store.db import Base, Rooted


class Review(Rooted, Base):
    """The answer to one submission: drafted unseen, released once with an explicit verdict, readable for ever.

    `parts`: keys of the parts to be taken up again, when not all of them are. `levels`: by key of the criteria of the
    stage's rubric, the level given (an index into the stage's levels). While it is drafted it belongs to the tutor's
    seat: whoever is the note's tutor goes on with it; `revision` tells two who write at once.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("submission_id"),
        CheckConstraint("verdict IN ('returned', 'approved')", name="verdict"),
        CheckConstraint("(released_at IS NULL) = (verdict IS NULL)", name="released_with_verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    message: Mapped[str]
    verdict: Mapped[str | None]
    parts: Mapped[list[str]]
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    drafted_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="review")
    author: Mapped[Person] = relationship(lazy="raise")


class Remark(Rooted, Base):
    """A thread on a submission. `quote`: the words it is about as they were then, empty for the whole; `placements`
    say where they are in each version since.

    Until its review is released (`released_at`) its author alone sees it. `changed_at`: the last thing that happened
    to its thread. `declined`: the learner answered that it would not be followed.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint(one_of("kind", RemarkKind), name="kind"),
        CheckConstraint(one_of("visibility", Visibility), name="visibility"),
        CheckConstraint(one_of("status", RemarkStatus), name="status"),
        # All that queues and boards count of remarks is in it: they are counted without being read.
        Index(None, "note_id", "status", "kind", "visibility", "released_at", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[str]
    kind: Mapped[str]
    visibility: Mapped[str]
    status: Mapped[str]
    quote: Mapped[str]
    waived_because: Mapped[str]
    declined: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    note: Mapped[ValidationNote] = relationship(lazy="raise", back_populates="remarks")
    submission: Mapped[Submission] = relationship(lazy="raise")
    author: Mapped[Person] = relationship(lazy="raise")
    messages: Mapped[list[RemarkMessage]] = relationship(
        lazy="raise", order_by="RemarkMessage.id", back_populates="remark"
    )
    placements: Mapped[list[RemarkPlacement]] = relationship(
        lazy="raise", order_by="RemarkPlacement.id", back_populates="remark"
    )


class RemarkMessage(Rooted, Base):
    """One message of a remark's thread; the first says the remark."""

    __tablename__ = "remark_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    remark_id: Mapped[int] = mapped_column(ForeignKey("remark.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]

    remark: Mapped[Remark] = relationship(lazy="raise", back_populates="messages")
    author: Mapped[Person] = relationship(lazy="raise")


class RemarkPlacement(Rooted, Base):
    """Where a remark stands in one version: one row for the version it was written on, one for each it was carried to.

    A W3C Web Annotation selector on `document`: `exact`, `prefix`, `suffix` (TextQuoteSelector) and `spans`, lists of
    [index of the block, start, end] in code points of its text; `block`: index of the block where it belongs, None for
    an orphan. `confirmed_by`: who looked at it and said that it is right, or put it there.
    """

    __tablename__ = "remark_placement"
    __table_args__ = (
        UniqueConstraint("remark_id", "submission_id"),
        CheckConstraint(one_of("outcome", Outcome), name="outcome"),
        CheckConstraint("(outcome = 'orphan') = (block IS NULL)", name="orphan_has_no_block"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remark_id: Mapped[int] = mapped_column(ForeignKey("remark.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("read_document.id"), index=True)
    outcome: Mapped[str]
    block: Mapped[int | None]
    spans: Mapped[list[Any]]
    exact: Mapped[str]
    prefix: Mapped[str]
    suffix: Mapped[str]
    placed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]

    remark: Mapped[Remark] = relationship(lazy="raise", back_populates="placements")


class RemarkDraft(Rooted, Base):
    """A remark being typed, kept on the server until it is written or thrown away; its author alone sees it.

    `block`: id of the block it is about, empty for the whole; `typed`: the form's fields by name.
    """

    __tablename__ = "remark_draft"
    __table_args__ = (UniqueConstraint("person_id", "submission_id", "block"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    block: Mapped[str]
    typed: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class SavedRemark(Rooted, Base):
    """Words that a tutor writes often, to be put into a remark; theirs alone, in every cohort of the institution.

    `saved_at`: when they were kept or last put into a remark.
    """

    __tablename__ = "saved_remark"
    __table_args__ = (CheckConstraint(one_of("kind", RemarkKind), name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    text: Mapped[str]
    saved_at: Mapped[datetime]


class ReadingTrace(Rooted, Base):
    """When someone first and last had a submission's page open: a read receipt, and what is new since."""

    __tablename__ = "reading_trace"
    __table_args__ = (UniqueConstraint("person_id", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
