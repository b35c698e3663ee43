"""Where a remark stands, looked at by a person: confirmed where it was carried to, or put elsewhere in that version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.notes.models import Remark, RemarkPlacement, Submission, ValidationNote
from tutoring.notes.operations.carrying import carry_after_reading, versions_with
from tutoring.notes.operations.remarks import Quoted, find_passage, place_remark
from tutoring.people.models import Person
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def confirm_place(
    db: Session,
    note: ValidationNote,
    remark: Remark,
    submission: Submission,
    actor: Person,
    *,
    now: datetime,
) -> RemarkPlacement:
    """Say that a remark was carried to the right place. `remark.placements` holds the one in this submission."""
    place = _place_in(remark, submission)
    if place is None:
        raise Refusal("remark_not_here")
    place.confirmed_by_id, place.confirmed_at = actor.id, now
    _tell(db, note, remark, submission, actor, now, "remark.place_confirmed")
    return place


def move_place(
    db: Session,
    note: ValidationNote,
    remark: Remark,
    submission: Submission,
    actor: Person,
    quoted: Quoted,
    *,
    now: datetime,
) -> RemarkPlacement:
    """Put a remark on another passage of this submission, or give it one. Its place elsewhere stays as it was.

    `remark.placements` holds the one in this submission, if any. Refused (field `quote`) when the passage is not there.
    """
    passage = find_passage(db, submission, quoted, remark.part)
    if passage is None:
        raise Refusal("passage_not_found", status=422, field="quote")
    before = _place_in(remark, submission)
    if before is not None:
        db.delete(before)
        db.flush()
        db.expire(remark, ["placements"])
    place = place_remark(db, remark, submission, passage, now=now)
    place.confirmed_by_id, place.confirmed_at = actor.id, now
    # Written on the whole and now about a passage: the words are what will be followed from here on.
    if not remark.quote:
        remark.quote, remark.part = passage.words, passage.part
    _tell(db, note, remark, submission, actor, now, "remark.moved")
    return place


def place_after_reading(db: Session, document_id: int, *, now: datetime) -> int:
    """A document was read: remarks that quoted it before find their passage, and those of earlier versions theirs.

    Returns how many were placed. A quote that is not there stays where it was, on the whole.
    """
    placed = 0
    for submission in versions_with(db, document_id):
        waiting = select(Remark).where(
            Remark.submission_id == submission.id, Remark.quote != "", ~Remark.placements.any()
        )
        for remark in db.scalars(waiting.order_by(Remark.id)).all():
            try:
                passage = find_passage(db, submission, Quoted(remark.quote), remark.part)
            except Refusal:
                continue
            if passage is not None:
                remark.part = passage.part
                place_remark(db, remark, submission, passage, now=now)
                placed += 1
        db.flush()
    return placed + carry_after_reading(db, document_id, now=now)


def _place_in(remark: Remark, submission: Submission) -> RemarkPlacement | None:
    return next((one for one in remark.placements if one.submission_id == submission.id), None)


def _tell(
    db: Session,
    note: ValidationNote,
    remark: Remark,
    submission: Submission,
    actor: Person,
    now: datetime,
    kind: str,
) -> None:
    record(
        db,
        kind,
        remark,
        actor_id=actor.id,
        now=now,
        cohort_id=note.cohort_id,
        submission_id=submission.id,
    )
    db.flush()
