"""The facts of a validation note: where it stands, what was handed in, what was answered, remarks and their threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.notes.moves import Side, State, Turn
from tutoring.people.models import Person
from tutoring.programme.calendar import effective_deadline
from tutoring.programme.models import Cohort, Extension, Standing
from tutoring.programme.spec import NoteSpec
from tutoring.store.db import Base, Rooted
from tutoring.store.events import Event
from tutoring.store.files import StoredFile


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class RemarkKind(StrEnum):
    """What a remark asks; a blocking one must be closed, or waived with a reason, before an approval."""

    BLOCKING = "blocking"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    PRAISE = "praise"


class Visibility(StrEnum):
    """Who reads a remark: learner and staff, or staff alone."""

    SHARED = "shared"
    STAFF = "staff"


class RemarkStatus(StrEnum):
    """OPEN, then ADDRESSED by the learner, then RESOLVED by its author; or WAIVED with a reason."""

    OPEN = "open"
    ADDRESSED = "addressed"
    RESOLVED = "resolved"
    WAIVED = "waived"


class ValidationNote(Rooted, Base):
    """A learner's note in a cohort. `state` and what goes with it: written by `operations.make` alone, with an event.

    `shown_since` is `turn_since` as learner and tutor may know it: the deliberation does not move it. `stood_at` is
    where a note that was set aside stood before.
    """

    __tablename__ = "validation_note"
    __table_args__ = (
        UniqueConstraint("cohort_id", "author_id"),
        CheckConstraint(_one_of("state", State), name="state"),
        CheckConstraint(_one_of("turn", Turn), name="turn"),
        CheckConstraint(_one_of("stood_at", State), name="stood_at"),
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
    `excluded_pages`: cover, bibliography, annexes as declared.
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

    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="parts")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


class Review(Rooted, Base):
    """The answer to one submission: drafted unseen, released once with an explicit verdict, readable for ever.

    `parts`: keys of the parts to be taken up again, when not all of them are.
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
    drafted_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="review")
    author: Mapped[Person] = relationship(lazy="raise")


class Remark(Rooted, Base):
    """A thread on a submission. `quote`: the words it is about, as copied by its author; anchoring comes later.

    Until its review is released (`released_at`) its author alone sees it. `changed_at`: the last thing that happened
    to its thread. `declined`: the learner answered that it would not be followed.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint(_one_of("kind", RemarkKind), name="kind"),
        CheckConstraint(_one_of("visibility", Visibility), name="visibility"),
        CheckConstraint(_one_of("status", RemarkStatus), name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"), index=True)
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


@dataclass(frozen=True)
class Happening:
    """An event of a note with the name of who made it ('' for the clock)."""

    event: Event
    who: str


@dataclass(frozen=True)
class NotePage:
    """A note as one reader has it: the note with its relations, and the sides this reader holds on it.

    `note` holds author, tutor, submissions (with parts, files, review) and remarks (without messages), unfiltered:
    pages show them through `shown`. `deadlines`: the learner's effective day of each stage.
    """

    note: ValidationNote
    standing: Standing
    sides: frozenset[Side]
    happenings: tuple[Happening, ...] = ()
    extensions: tuple[Extension, ...] = ()
    derogations: tuple[PageDerogation, ...] = ()

    @cached_property
    def spec(self) -> NoteSpec:
        """What the cohort asks for, read once."""
        return self.standing.cohort.spec

    @cached_property
    def deadlines(self) -> dict[str, date]:
        """The learner's effective day of each stage that has one."""
        later = {extension.stage: extension.until for extension in self.extensions}
        days = {
            stage.key: effective_deadline(stage.deadline, later.get(stage.key)) for stage in self.spec.stages
        }
        return {key: day for key, day in days.items() if day is not None}


@dataclass(frozen=True)
class SubmissionPage:
    """One submission as one reader has it: its remarks with their threads, its note as in `NotePage`."""

    page: NotePage
    submission: Submission
    threads: tuple[Remark, ...]

    @property
    def note(self) -> ValidationNote:
        return self.page.note

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


@dataclass(frozen=True)
class RemarkPage:
    """One remark and the page it stands on."""

    page: SubmissionPage
    remark: Remark

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


@dataclass(frozen=True)
class FilePage:
    """One file that was handed in, for whoever reads its note."""

    part: SubmittedPart
    submission: Submission
    standing: Standing
    sides: frozenset[Side]


@dataclass(frozen=True)
class TutoringPage:
    """Who follows whom in a cohort: its notes by author, and the staff who may be tutors."""

    standing: Standing
    notes: tuple[ValidationNote, ...]
    staff: tuple[Person, ...]
