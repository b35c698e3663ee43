"""Remarks: written on a submission, answered by the learner, closed or waived by whoever wrote them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.notes import notices
from tutoring.notes.models import (
    Remark,
    RemarkKind,
    RemarkMessage,
    RemarkStatus,
    Submission,
    ValidationNote,
    Visibility,
)
from tutoring.notes.policy import is_unsettled
from tutoring.people.models import Person
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def write_remark(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    *,
    kind: RemarkKind,
    visibility: Visibility,
    text: str,
    quote: str = "",
    part: str = "",
    now: datetime,
) -> Remark:
    """Remark on a submission. Its author alone sees it until the review of the submission is released.

    On a submission already answered it shows at once.
    """
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    answered = submission.review is not None and submission.review.released_at is not None
    remark = Remark(
        institution_id=note.institution_id,
        note_id=note.id,
        submission_id=submission.id,
        author_id=actor.id,
        part=part,
        kind=kind,
        visibility=visibility,
        status=RemarkStatus.OPEN,
        quote=quote,
        waived_because="",
        declined=False,
        created_at=now,
        changed_at=now,
        released_at=now if answered else None,
    )
    db.add(remark)
    db.flush()
    _say(db, remark, actor, text, now)
    return remark


def rewrite_remark(db: Session, remark: Remark, actor: Person, text: str, *, now: datetime) -> Remark:
    """Change the words of a remark that nobody else has seen. `remark.messages` is loaded."""
    _unseen(remark, actor)
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    remark.messages[0].text, remark.changed_at = text, now
    db.flush()
    return remark


def drop_remark(db: Session, remark: Remark, actor: Person) -> bool:
    """Take back a remark that nobody else has seen. `remark.messages` is loaded."""
    _unseen(remark, actor)
    for message in remark.messages:
        db.delete(message)
    db.flush()
    db.delete(remark)
    db.flush()
    return True


def answer(
    db: Session, note: ValidationNote, remark: Remark, actor: Person, text: str, *, now: datetime
) -> RemarkMessage:
    """Write in a remark's thread; the other side of the thread is told by mail."""
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    message = _say(db, remark, actor, text, now)
    remark.changed_at = now
    _tell_the_others(db, note, remark, actor, now)
    db.flush()
    return message


def address(
    db: Session,
    note: ValidationNote,
    remark: Remark,
    actor: Person,
    text: str,
    *,
    declined: bool,
    now: datetime,
) -> Remark:
    """The learner says how a remark was taken into account, in a few words; or, `declined`, why it is not followed."""
    if not is_unsettled(remark):
        raise Refusal("remark_settled")
    if declined and not text.strip():
        raise Refusal("remark_declined_why", status=422, field="text")
    if text.strip():
        _say(db, remark, actor, text, now)
    remark.status, remark.declined, remark.changed_at = RemarkStatus.ADDRESSED, declined, now
    record(
        db,
        "remark.addressed",
        remark,
        actor_id=actor.id,
        now=now,
        cohort_id=note.cohort_id,
        declined=declined,
    )
    _tell_the_others(db, note, remark, actor, now)
    db.flush()
    return remark


def settle(
    db: Session,
    note: ValidationNote,
    remark: Remark,
    actor: Person,
    status: RemarkStatus,
    *,
    reason: str = "",
    now: datetime,
) -> Remark:
    """Close a remark (RESOLVED), pass over it with a reason (WAIVED), or open it again (OPEN)."""
    if status is RemarkStatus.ADDRESSED:
        raise Refusal("not_yours", status=403)
    if status is RemarkStatus.WAIVED and not reason.strip():
        raise Refusal("remark_waived_why", status=422, field="text")
    remark.status, remark.changed_at = status, now
    remark.waived_because = reason if status is RemarkStatus.WAIVED else ""
    remark.declined = remark.declined and status is not RemarkStatus.OPEN
    record(db, f"remark.{status}", remark, actor_id=actor.id, now=now, cohort_id=note.cohort_id)
    db.flush()
    return remark


def _say(db: Session, remark: Remark, actor: Person, text: str, now: datetime) -> RemarkMessage:
    message = RemarkMessage(
        institution_id=remark.institution_id,
        remark_id=remark.id,
        author_id=actor.id,
        text=text,
        written_at=now,
    )
    db.add(message)
    return message


def _unseen(remark: Remark, actor: Person) -> None:
    if remark.released_at is not None or remark.author_id != actor.id:
        raise Refusal("remark_already_seen")


def _tell_the_others(db: Session, note: ValidationNote, remark: Remark, actor: Person, now: datetime) -> None:
    """The learner hears of what is shared with them, the remark's author of what others answer."""
    ids = {remark.author_id}
    if remark.visibility == Visibility.SHARED and remark.released_at is not None:
        ids.add(note.author_id)
    persons = [db.get_one(Person, person_id) for person_id in sorted(ids - {actor.id})]
    path = f"{notices.path_of(note)}/submissions/{remark.submission_id}#r{remark.id}"
    notices.answered(db, note, persons, actor, path=path, now=now)
