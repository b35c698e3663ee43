"""A note, a submission, a remark, a file as one reader has them: what pages and policies are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from tutoring.documents.models import DocumentImage
from tutoring.notes.models.note import (
    PageDerogation,
    Submission,
    SubmittedPart,
    TopicChange,
    ValidationNote,
)
from tutoring.notes.models.questions import Question
from tutoring.notes.models.reviews import ReadingTrace, Remark, RemarkDraft, SavedRemark
from tutoring.notes.moves import Side
from tutoring.people.models import Person
from tutoring.programme.calendar import effective_deadline
from tutoring.programme.models import Extension, Standing
from tutoring.programme.spec import NoteSpec
from tutoring.store.events import Event


@dataclass(frozen=True)
class Happening:
    """An event of a note with the name of who made it ('' for the clock)."""

    event: Event
    who: str


@dataclass(frozen=True)
class NotePage:
    """A note as one reader has it: the note with its relations, and the sides this reader holds on it.

    `note` holds author, tutor, submissions (with parts, files, review) and remarks (without messages), unfiltered:
    pages show them through `shown`. `carried`: (submission id, remark id) of remarks placed on a version they were not
    written on. `deadlines`: the learner's effective day of each stage.
    """

    note: ValidationNote
    standing: Standing
    sides: frozenset[Side]
    happenings: tuple[Happening, ...] = ()
    extensions: tuple[Extension, ...] = ()
    derogations: tuple[PageDerogation, ...] = ()
    carried: tuple[tuple[int, int], ...] = ()

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
    """One submission as one reader has it: its remarks with their threads, its note as in `NotePage`.

    `threads`: the remarks written on it or carried to it, with their `placements` in it. `drafts`: what this reader has
    begun to write about it. `traces`: who has read it, the reader among them. `saved`: a tutor's own saved remarks.
    """

    page: NotePage
    submission: Submission
    threads: tuple[Remark, ...]
    drafts: tuple[RemarkDraft, ...] = ()
    traces: tuple[ReadingTrace, ...] = ()
    saved: tuple[SavedRemark, ...] = ()

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
class ImagePage:
    """An image of a text of a submission, for whoever reads the submission."""

    page: SubmissionPage
    image: DocumentImage

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


@dataclass(frozen=True)
class SavedRemarksPage:
    """The remarks that someone keeps for other times. `teaches`: they are of the staff of some cohort."""

    person: Person
    remarks: tuple[SavedRemark, ...]
    teaches: bool


@dataclass(frozen=True)
class SavedRemarkPage:
    """One of them."""

    page: SavedRemarksPage
    saved: SavedRemark

    @property
    def teaches(self) -> bool:
        return self.page.teaches


@dataclass(frozen=True)
class RemarkAddress:
    """A remark of a note and the latest version on which it stands: where mails lead."""

    page: NotePage
    remark: Remark
    submission_id: int

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
class QuestionPage:
    """One question of a note, with its thread."""

    page: NotePage
    question: Question

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


@dataclass(frozen=True)
class TopicChangePage:
    """A change of topic asked on a note."""

    page: NotePage
    change: TopicChange

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


@dataclass(frozen=True)
class Underway:
    """What whoever follows a note finds there: an answer `begun` and remarks `unseen` (not released yet), remarks
    `open`, questions that wait since `asked_at`, the change of topic (its id) that waits.
    """

    begun: bool = False
    unseen: int = 0
    open: int = 0
    questions: int = 0
    asked_at: datetime | None = None
    change_id: int | None = None


@dataclass(frozen=True)
class Load:
    """How much one of the staff follows: notes of this cohort, those that await them (since when the oldest does),
    and notes that still move in other cohorts.
    """

    person: Person
    follows: int
    awaited: int
    since: datetime | None
    elsewhere: int


@dataclass(frozen=True)
class TutoringPage:
    """Who follows whom in a cohort: its notes by author with what is under way on each, the staff with their loads."""

    standing: Standing
    notes: tuple[ValidationNote, ...]
    staff: tuple[Person, ...]
    underway: Mapping[int, Underway] = field(default_factory=dict)
    loads: tuple[Load, ...] = ()
