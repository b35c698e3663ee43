"""Named questions about notes. Each loads all that its page needs, in as many queries whatever the cohort's size."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from tutoring.documents.models import DocumentImage, ReadDocument
from tutoring.notes.models import (
    FilePage,
    Happening,
    ImagePage,
    NotePage,
    PageDerogation,
    QuestionPage,
    ReadingTrace,
    Remark,
    RemarkDraft,
    RemarkMessage,
    RemarkPage,
    RemarkPlacement,
    Review,
    SavedRemark,
    Submission,
    SubmissionPage,
    SubmittedPart,
    TopicChangePage,
    TutoringPage,
    ValidationNote,
)
from tutoring.notes.moves import Side
from tutoring.notes.policy import sides_of
from tutoring.notes.texts import texts_of
from tutoring.notes.underway import loads, questions_of, topic_changes_of, underway
from tutoring.people.models import Person
from tutoring.programme.models import Role, Standing
from tutoring.programme.queries import extensions_of, members_of, standing_in
from tutoring.store.events import Event


def note_page(db: Session, person: Person, standing: Standing, note_id: int) -> NotePage | None:
    """The note of this cohort as this person has it, with all its relations; None when the cohort has no such note.

    Its `sides` are empty for whoever holds none: the policy then refuses.
    """
    note = db.scalar(
        select(ValidationNote)
        .options(
            joinedload(ValidationNote.author),
            joinedload(ValidationNote.tutor),
            selectinload(ValidationNote.submissions).options(
                joinedload(Submission.review).joinedload(Review.author),
                selectinload(Submission.parts).options(
                    joinedload(SubmittedPart.file), joinedload(SubmittedPart.document)
                ),
            ),
            selectinload(ValidationNote.remarks),
        )
        .where(ValidationNote.id == note_id, ValidationNote.cohort_id == standing.cohort.id)
    )
    if note is None:
        return None
    return NotePage(
        note=note,
        standing=standing,
        sides=sides_of(person, note, standing),
        happenings=tuple(happenings(db, note)),
        extensions=tuple(extensions_of(db, note.cohort_id, note.author_id)),
        derogations=tuple(derogations_of(db, note.id)),
        carried=tuple(carried_in(db, note.id)),
    )


def carried_in(db: Session, note_id: int) -> list[tuple[int, int]]:
    """Where the remarks of a note were carried to: (submission id, remark id), their own versions left out."""
    rows = db.execute(
        select(RemarkPlacement.submission_id, RemarkPlacement.remark_id)
        .join(Remark)
        .where(Remark.note_id == note_id, RemarkPlacement.submission_id != Remark.submission_id)
    )
    return [(submission_id, remark_id) for submission_id, remark_id in rows]


def happenings(db: Session, note: ValidationNote) -> list[Happening]:
    """Every event of a note with its actor's name, oldest first."""
    rows = db.execute(
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_type == ValidationNote.__tablename__, Event.subject_id == note.id)
        .order_by(Event.id)
    )
    return [Happening(event=event, who=name or "") for event, name in rows]


def derogations_of(db: Session, note_id: int) -> list[PageDerogation]:
    """The page derogations granted on a note."""
    return list(db.scalars(select(PageDerogation).where(PageDerogation.note_id == note_id)))


def submission_page(
    db: Session, person: Person, standing: Standing, note_id: int, submission_id: int
) -> SubmissionPage | None:
    """One submission of a note with its remarks and their threads, as this person has them; None when there is none."""
    page = note_page(db, person, standing, note_id)
    if page is None:
        return None
    submission = next((one for one in page.note.submissions if one.id == submission_id), None)
    if submission is None:
        return None
    return SubmissionPage(
        page=page,
        submission=submission,
        threads=tuple(threads_of(db, submission.id)),
        drafts=tuple(
            db.scalars(
                select(RemarkDraft)
                .where(RemarkDraft.submission_id == submission.id, RemarkDraft.person_id == person.id)
                .order_by(RemarkDraft.id)
            )
        ),
        traces=tuple(db.scalars(select(ReadingTrace).where(ReadingTrace.submission_id == submission.id))),
        saved=tuple(saved_remarks(db, person)) if Side.TUTOR in page.sides else (),
    )


def saved_remarks(db: Session, person: Person) -> list[SavedRemark]:
    """What someone keeps to write again, the last used first."""
    mine = select(SavedRemark).where(SavedRemark.person_id == person.id)
    return list(db.scalars(mine.order_by(SavedRemark.saved_at.desc(), SavedRemark.id.desc())))


def readings_of_note(db: Session, note_id: int) -> list[ReadingTrace]:
    """Who has opened which submission of a note."""
    return list(db.scalars(select(ReadingTrace).join(Submission).where(Submission.note_id == note_id)))


def threads_of(db: Session, submission_id: int) -> list[Remark]:
    """The remarks on a submission, written there or carried to it, oldest first, whoever may see them.

    With their authors, their messages, and their `placements` in this submission alone.
    """
    here = RemarkPlacement.submission_id == submission_id
    # Two short lists put together: asked as "or", every remark of the house would be looked at.
    ids = union(
        select(Remark.id).where(Remark.submission_id == submission_id),
        select(RemarkPlacement.remark_id).where(here),
    )
    return list(
        db.scalars(
            select(Remark)
            .options(
                joinedload(Remark.author),
                selectinload(Remark.messages).joinedload(RemarkMessage.author),
                selectinload(Remark.placements.and_(here)),
            )
            .where(Remark.id.in_(ids))
            .order_by(Remark.id)
        )
    )


def document_with_blocks(db: Session, document_id: int) -> ReadDocument:
    """A document with its blocks and images."""
    return db.scalars(
        select(ReadDocument)
        .options(undefer(ReadDocument.kept), selectinload(ReadDocument.images).joinedload(DocumentImage.file))
        .where(ReadDocument.id == document_id)
        .execution_options(populate_existing=True)
    ).one()


def remark_page(
    db: Session, person: Person, standing: Standing, note_id: int, submission_id: int, remark_id: int
) -> RemarkPage | None:
    """One remark of a note with the version it is read on; None when it does not stand there."""
    page = submission_page(db, person, standing, note_id, submission_id)
    remark = next((one for one in page.threads if one.id == remark_id), None) if page else None
    return RemarkPage(page=page, remark=remark) if page and remark else None


def image_page(db: Session, page: SubmissionPage, part: str, key: str) -> ImagePage | None:
    """An image of the text that is read for a part of a submission; None when it has no such image."""
    item = texts_of(page.submission).get(part)
    image = db.scalar(
        select(DocumentImage)
        .options(joinedload(DocumentImage.file))
        .where(DocumentImage.document_id == (item.document_id if item else None), DocumentImage.key == key)
    )
    return ImagePage(page, image) if image else None


def latest_place(db: Session, remark: Remark) -> int:
    """Id of the latest version on which a remark is read: the last it was carried to, else its own."""
    carried = (
        select(RemarkPlacement.submission_id)
        .join(Submission)
        .where(RemarkPlacement.remark_id == remark.id, Submission.withdrawn_at.is_(None))
        .order_by(RemarkPlacement.submission_id.desc())
        .limit(1)
    )
    return db.scalar(carried) or remark.submission_id


def question_page(
    db: Session, person: Person, standing: Standing, note_id: int, question_id: int
) -> QuestionPage | None:
    """One question of a note with its thread; None when there is none."""
    page = note_page(db, person, standing, note_id)
    found = questions_of(db, note_id) if page else []
    question = next((one for one in found if one.id == question_id), None)
    return QuestionPage(page=page, question=question) if page and question else None


def topic_change_page(
    db: Session, person: Person, standing: Standing, note_id: int, change_id: int
) -> TopicChangePage | None:
    """A change of topic asked on a note; None when there is none."""
    page = note_page(db, person, standing, note_id)
    found = topic_changes_of(db, note_id) if page else []
    change = next((one for one in found if one.id == change_id), None)
    return TopicChangePage(page=page, change=change) if page and change else None


def file_page(db: Session, person: Person, standing: Standing, note_id: int, part_id: int) -> FilePage | None:
    """A file handed in with a note of this cohort; None when there is none (a typed text has none)."""
    part = db.scalar(
        select(SubmittedPart)
        .options(
            joinedload(SubmittedPart.file),
            joinedload(SubmittedPart.submission).joinedload(Submission.note),
        )
        .join(SubmittedPart.submission)
        .join(Submission.note)
        .where(
            SubmittedPart.id == part_id,
            SubmittedPart.file_id.is_not(None),
            Submission.note_id == note_id,
            ValidationNote.cohort_id == standing.cohort.id,
        )
    )
    if part is None:
        return None
    sides = sides_of(person, part.submission.note, standing)
    return FilePage(part=part, submission=part.submission, standing=standing, sides=sides)


def note_of_learner(db: Session, cohort_id: int, person_id: int) -> ValidationNote | None:
    """A learner's note in a cohort, with author and tutor; None until it has been opened."""
    return db.scalar(_with_people().where(*_of(cohort_id), ValidationNote.author_id == person_id))


def notes_of_cohort(db: Session, cohort_id: int) -> list[ValidationNote]:
    """Every note of a cohort with author and tutor, by family name."""
    return list(db.scalars(_by_name().where(*_of(cohort_id))))


def note_and_people(db: Session, note_id: int) -> ValidationNote | None:
    """A note with author and tutor."""
    return db.scalar(_with_people().where(ValidationNote.id == note_id))


def tutoring_page(db: Session, person: Person, *, cohort_id: int) -> TutoringPage | None:
    """Who follows whom in a cohort, and who could; None for whoever is no member of it."""
    standing = standing_in(db, person, cohort_id)
    if standing is None:
        return None
    notes = notes_of_cohort(db, cohort_id)
    staff = [member.person for member in members_of(db, cohort_id, Role.STAFF, Role.COORDINATOR)]
    return TutoringPage(
        standing=standing,
        notes=tuple(notes),
        staff=tuple(staff),
        underway=underway(db, [note.id for note in notes]),
        loads=tuple(loads(db, cohort_id, notes, staff)),
    )


def _of(cohort_id: int) -> tuple[Any, ...]:
    return (ValidationNote.cohort_id == cohort_id,)


def _with_people() -> Select[tuple[ValidationNote]]:
    return select(ValidationNote).options(joinedload(ValidationNote.author), joinedload(ValidationNote.tutor))


def _by_name() -> Select[tuple[ValidationNote]]:
    named = _with_people().join(Person, Person.id == ValidationNote.author_id)
    return named.order_by(Person.family_name, Person.name, ValidationNote.id)
