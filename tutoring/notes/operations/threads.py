"""A remark's thread: answered, taken into account or not, closed, waived or opened again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.notes import notices
from tutoring.notes.models import Remark, RemarkMessage, RemarkStatus, ValidationNote, Visibility
from tutoring.notes.operations.remarks import say
from tutoring.notes.policy import is_unsettled
from tutoring.people.models import Person
from tutoring.store.events import Event, record
from tutoring.store.refusal import Refusal

# A mail was sent to a person about the remarks of a note: they are not sent another within this time.
TOLD = "note.told_of_remarks"
QUIET = timedelta(hours=1)


def answer(
    db: Session, note: ValidationNote, remark: Remark, actor: Person, text: str, *, now: datetime
) -> RemarkMessage:
    """Write in a remark's thread; the other side of the thread is told by mail."""
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    message = say(db, remark, actor, text, now)
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
        say(db, remark, actor, text, now)
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


def _tell_the_others(db: Session, note: ValidationNote, remark: Remark, actor: Person, now: datetime) -> None:
    """The learner hears of what is shared with them, the tutor's seat of what others answer: one mail an hour at most.

    Thirty remarks answered in a row make one mail, which leads to the first of them.
    """
    ids = {note.tutor_id if note.tutor_id is not None else remark.author_id}
    if remark.visibility == Visibility.SHARED and remark.released_at is not None:
        ids.add(note.author_id)
    quiet = _told_lately(db, note, now)
    for person_id in sorted(ids - {actor.id} - quiet):
        path = f"{notices.path_of(note)}/remarks/{remark.id}"
        notices.answered(db, note, [db.get_one(Person, person_id)], actor, path=path, now=now)
        record(db, TOLD, note, actor_id=actor.id, now=now, cohort_id=note.cohort_id, person_id=person_id)


def _told_lately(db: Session, note: ValidationNote, now: datetime) -> set[int]:
    """Who had a mail about this note's remarks within the hour."""
    told = db.scalars(
        select(Event).where(
            Event.subject_type == note.__tablename__,
            Event.subject_id == note.id,
            Event.kind == TOLD,
            Event.at > now - QUIET,
        )
    )
    return {event.data["person_id"] for event in told}
