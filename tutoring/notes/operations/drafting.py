"""What is typed and not written yet: remarks begun, kept on the server; and the marks that reading leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tutoring.notes.models import ReadingTrace, RemarkDraft, Submission
from tutoring.people.models import Person

# A page opened again within this time is the same reading.
SAME_READING = timedelta(minutes=1)


def keep_draft(
    db: Session,
    submission: Submission,
    person: Person,
    block: str,
    typed: Mapping[str, str],
    *,
    now: datetime,
) -> RemarkDraft | None:
    """Keep a remark being typed about a block ('' the whole); when nothing is typed any more it is forgotten."""
    known = _draft(db, submission, person, block)
    if not any(value.strip() for name, value in typed.items() if name in ("text", "quote")):
        if known is not None:
            db.delete(known)
        return None
    if known is None:
        known = RemarkDraft(
            institution_id=submission.institution_id,
            person_id=person.id,
            submission_id=submission.id,
            block=block,
            typed=dict(typed),
            changed_at=now,
        )
        db.add(known)
    known.typed, known.changed_at = dict(typed), now
    db.flush()
    return known


def drop_draft(db: Session, submission: Submission, person: Person, block: str) -> bool:
    """Forget a remark that was being typed."""
    db.execute(
        delete(RemarkDraft).where(
            RemarkDraft.submission_id == submission.id,
            RemarkDraft.person_id == person.id,
            RemarkDraft.block == block,
        )
    )
    return True


def was_read(db: Session, submission_id: int, institution_id: int, person_id: int, *, now: datetime) -> None:
    """Leave the mark that someone had a submission's page open."""
    known = db.scalar(
        select(ReadingTrace).where(
            ReadingTrace.submission_id == submission_id, ReadingTrace.person_id == person_id
        )
    )
    if known is None:
        db.add(
            ReadingTrace(
                institution_id=institution_id,
                submission_id=submission_id,
                person_id=person_id,
                first_at=now,
                last_at=now,
            )
        )
    else:
        known.last_at = now


def is_new_reading(trace: ReadingTrace | None, now: datetime) -> bool:
    """Whether this opening of a page is worth a mark."""
    return trace is None or now - trace.last_at > SAME_READING


def _draft(db: Session, submission: Submission, person: Person, block: str) -> RemarkDraft | None:
    return db.scalar(
        select(RemarkDraft).where(
            RemarkDraft.submission_id == submission.id,
            RemarkDraft.person_id == person.id,
            RemarkDraft.block == block,
        )
    )


def join_typed(db: Session, kept: Person, absorbed: Person) -> None:
    """Two records of one person: what both began about one place becomes one draft, what both read one reading."""
    for trace in db.scalars(select(ReadingTrace).where(ReadingTrace.person_id == absorbed.id)).all():
        same = db.scalar(
            select(ReadingTrace).where(
                ReadingTrace.person_id == kept.id, ReadingTrace.submission_id == trace.submission_id
            )
        )
        if same is not None:
            same.first_at, same.last_at = (
                min(same.first_at, trace.first_at),
                max(same.last_at, trace.last_at),
            )
            db.delete(trace)
    for draft in db.scalars(select(RemarkDraft).where(RemarkDraft.person_id == absorbed.id)).all():
        mine = db.scalar(
            select(RemarkDraft).where(
                RemarkDraft.person_id == kept.id,
                RemarkDraft.submission_id == draft.submission_id,
                RemarkDraft.block == draft.block,
            )
        )
        if mine is not None:
            words = [one.typed.get("text", "") for one in (mine, draft)]
            mine.typed = {**draft.typed, **mine.typed, "text": "\n\n".join(filter(None, words))}
            db.delete(draft)
    db.flush()
