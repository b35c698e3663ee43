"""Named questions about readings handed to learners: what can be handed, to whom, what was, and by whom it was seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from resources.models import AssignedReading, Edition, Reading, Synthesis
from resources.queries.space import latest
from tutoring.notes.models import Remark, RemarkMessage, Review, Submission, ValidationNote
from tutoring.notes.moves import Side
from tutoring.notes.policy import sides_of
from tutoring.notes.queries import note_and_people
from tutoring.people.models import Person
from tutoring.programme.models import Day, Membership, Role, Standing


@dataclass(frozen=True)
class Offered:
    """Something that can be handed: a reading, a synthesis, or an address of one's own (then of no cohort).

    `day`: the number of its day.
    """

    title: str
    cohort_id: int | None = None
    day: int | None = None
    reading_id: int | None = None
    synthesis_id: int | None = None
    url: str | None = None
    author: str = ""


@dataclass(frozen=True)
class AssigningPage:
    """A cohort for somebody who would hand a reading to those whose `notes` these are, with their authors."""

    standing: Standing
    notes: tuple[ValidationNote, ...]


@dataclass(frozen=True)
class LearnerPage:
    """A note for somebody who would hand a reading to its learner."""

    standing: Standing
    note: ValidationNote
    sides: frozenset[Side]


@dataclass(frozen=True)
class AssignedPage:
    """A reading handed to the learner of a note, as one reader has it."""

    standing: Standing
    note: ValidationNote
    sides: frozenset[Side]
    assigned: AssignedReading


def assigning_page(db: Session, standing: Standing) -> AssigningPage:
    """To whom this person may hand a reading here: a coordinator to every learner, a tutor to those they follow."""
    question = (
        select(ValidationNote)
        .options(joinedload(ValidationNote.author))
        .join(Person, Person.id == ValidationNote.author_id)
        .join(
            Membership,
            and_(
                Membership.cohort_id == ValidationNote.cohort_id,
                Membership.person_id == ValidationNote.author_id,
                Membership.role == Role.LEARNER,
            ),
        )
        .where(ValidationNote.cohort_id == standing.cohort.id)
        .order_by(Person.family_name, Person.name, ValidationNote.id)
    )
    if standing.role == Role.STAFF:
        question = question.where(ValidationNote.tutor_id == standing.person.id)
    elif standing.role != Role.COORDINATOR:
        return AssigningPage(standing, ())
    return AssigningPage(standing, tuple(db.scalars(question)))


def learner_page(db: Session, standing: Standing, note_id: int) -> LearnerPage | None:
    """A note of this cohort with author and tutor, and the sides its reader holds; None when there is none."""
    note = note_and_people(db, note_id)
    if note is None or note.cohort_id != standing.cohort.id:
        return None
    return LearnerPage(standing, note, sides_of(standing.person, note, standing))


def assigned_page(db: Session, standing: Standing, note_id: int, assigned_id: int) -> AssignedPage | None:
    """A reading handed to the learner of this note, taken back or not; None when there is none."""
    page = learner_page(db, standing, note_id)
    if page is None:
        return None
    assigned = db.scalar(_handed(page.note).where(AssignedReading.id == assigned_id))
    return AssignedPage(standing, page.note, page.sides, assigned) if assigned else None


def assigned_to(db: Session, note: ValidationNote) -> list[AssignedReading]:
    """What was handed to the learner of a note and not taken back, latest first, whoever may see it."""
    return list(db.scalars(_handed(note).where(AssignedReading.taken_back_at.is_(None))))


def assigned_to_learner(db: Session, standing: Standing) -> list[AssignedReading]:
    """What was handed to this person in this cohort, not taken back, that they do not say they have read."""
    unread = (AssignedReading.taken_back_at.is_(None), AssignedReading.read_at.is_(None))
    return list(db.scalars(_of(standing.cohort.id, standing.person.id).where(*unread)))


def _handed(note: ValidationNote) -> Select[tuple[AssignedReading]]:
    return _of(note.cohort_id, note.author_id)


def _of(cohort_id: int, learner_id: int) -> Select[tuple[AssignedReading]]:
    """With who handed it, its remark, and what it is without its texts."""
    return (
        select(AssignedReading)
        .options(
            joinedload(AssignedReading.given_by),
            joinedload(AssignedReading.remark),
            joinedload(AssignedReading.reading).options(
                defer(Reading.text, raiseload=True), joinedload(Reading.file), joinedload(Reading.day)
            ),
            joinedload(AssignedReading.synthesis).options(
                defer(Synthesis.markdown, raiseload=True), joinedload(Synthesis.day)
            ),
        )
        .where(AssignedReading.cohort_id == cohort_id, AssignedReading.learner_id == learner_id)
        .order_by(AssignedReading.given_at.desc(), AssignedReading.id.desc())
    )


def offered_reading(db: Session, cohort_id: int, reading_id: int) -> Offered | None:
    """A reading that this cohort finds on one of its days; None when it does not, or does not any more."""
    row = db.execute(
        select(Reading.title, Reading.author, Day.number)
        .join(Reading.day)
        .where(Reading.id == reading_id, Reading.removed_at.is_(None), Day.cohort_id == cohort_id)
    ).one_or_none()
    if row is None:
        return None
    title, author, number = row
    return Offered(title, cohort_id, number, reading_id=reading_id, author=author)


def offered_synthesis(db: Session, cohort_id: int, synthesis_id: int) -> Offered | None:
    """A synthesis published to this cohort, by the title of its latest edition; None when it has none."""
    row = db.execute(
        select(Edition.title, Day.number)
        .join(Edition.synthesis)
        .join(Synthesis.day)
        .where(Synthesis.id == synthesis_id, Day.cohort_id == cohort_id, latest())
    ).one_or_none()
    if row is None:
        return None
    title, number = row
    return Offered(title, cohort_id, number, synthesis_id=synthesis_id)


def holders(db: Session, cohort_id: int, offered: Offered) -> dict[int, list[int | None]]:
    """By learner, from which remarks (None: from none) this was handed to them in this cohort and not taken back."""
    rows = db.execute(
        select(AssignedReading.learner_id, AssignedReading.remark_id).where(
            AssignedReading.cohort_id == cohort_id,
            AssignedReading.taken_back_at.is_(None),
            *[
                getattr(AssignedReading, name) == getattr(offered, name)
                for name in ("reading_id", "synthesis_id", "url")
                if getattr(offered, name) is not None
            ],
        )
    )
    found: dict[int, list[int | None]] = {}
    for learner_id, remark_id in rows:
        found.setdefault(learner_id, []).append(remark_id)
    return found


def cohorts_assigning(db: Session, person_id: int, cohort_ids: Collection[int]) -> set[int]:
    """Those of these cohorts in which this person may hand readings to somebody."""
    follows = exists().where(
        ValidationNote.cohort_id == Membership.cohort_id, ValidationNote.tutor_id == Membership.person_id
    )
    return set(
        db.scalars(
            select(Membership.cohort_id).where(
                Membership.person_id == person_id,
                Membership.cohort_id.in_(cohort_ids),
                or_(
                    Membership.role == Role.COORDINATOR,
                    and_(Membership.role == Role.STAFF, follows),
                ),
            )
        )
    )


def remark_of_note(db: Session, note_id: int, remark_id: int) -> Remark | None:
    """A remark on a note, without its thread."""
    return db.scalar(select(Remark).where(Remark.id == remark_id, Remark.note_id == note_id))


def first_words(db: Session, remark_id: int) -> str:
    """What a remark says: the first message of its thread."""
    said = select(RemarkMessage.text).where(RemarkMessage.remark_id == remark_id)
    return db.scalar(said.order_by(RemarkMessage.id).limit(1)) or ""


def answer_begun(db: Session, note_id: int) -> bool:
    """Whether the tutor's seat is writing an answer that the learner does not see yet: a review or a remark."""
    review = select(Review.id).join(Review.submission)
    begun = review.where(Submission.note_id == note_id, Review.released_at.is_(None))
    remark = select(Remark.id).where(Remark.note_id == note_id, Remark.released_at.is_(None))
    return db.scalar(begun.limit(1)) is not None or db.scalar(remark.limit(1)) is not None
