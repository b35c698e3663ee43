"""How a reading is handed to learners, seen, read, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from resources.models import AssignedReading
from resources.operations.readings import web_address
from resources.operations.writing import plain_lines
from resources.queries.assigned import Offered, answer_begun, holders
from tutoring.notes.models import Remark, ValidationNote
from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.programme.models import Standing
from tutoring.programme.queries import institution_name
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def offer_link(title: str, url: str) -> Offered:
    """A page of the web that no day of the cohort holds. Refused (field `url`) unless it is a whole address."""
    return Offered(title, url=web_address(url))


def assign(
    db: Session,
    standing: Standing,
    notes: Sequence[ValidationNote],
    offered: Offered,
    *,
    why: str,
    begin: str = "",
    remark: Remark | None = None,
    now: datetime,
) -> list[AssignedReading]:
    """Hand a reading to the learners of these notes (with their authors), and tell them by mail.

    Nobody is told by the tutor who is writing an answer to them: they read it all when that is released. Refused
    without why (field `why`), for nobody or for whoever holds it already from the same remark (`learners`), and when
    the cohort does not find it.
    """
    if not why.strip():
        raise Refusal("assigned_without_why", status=422, field="why")
    if not notes:
        raise Refusal("assigned_to_nobody", status=422, field="learners")
    if offered.url is None and offered.cohort_id != standing.cohort.id:
        raise Refusal("assigned_unpublished")
    held = holders(db, standing.cohort.id, offered)
    remark_id = remark.id if remark else None
    again = [note.author.name for note in notes if remark_id in held.get(note.author_id, [])]
    if again:
        raise Refusal("assigned_already", field="learners", names=again)
    handed = []
    for note in notes:
        row = _row(standing, note, offered, plain_lines(why), begin, remark_id, now)
        db.add(row)
        _happened(
            db, "assigned_reading.given", row, standing.person, now, note_id=note.id, remark_id=remark_id
        )
        if note.tutor_id != standing.person.id or not answer_begun(db, note.id):
            _tell(db, standing, note, row, now)
        handed.append(row)
    return handed


def mark_seen(db: Session, assigned_id: int, *, now: datetime) -> None:
    """Its learner has opened it; the first time is kept."""
    row = db.get(AssignedReading, assigned_id)
    if row is None or row.seen_at is not None or row.taken_back_at is not None:
        return
    row.seen_at = now
    record(db, "assigned_reading.seen", row, actor_id=row.learner_id, now=now)


def mark_read(db: Session, assigned: AssignedReading, actor: Person, *, read: bool, now: datetime) -> None:
    """Its learner says that they have read it, or after all have not. Refused once it was taken back."""
    _still_handed(assigned)
    if read == (assigned.read_at is not None):
        return
    assigned.read_at = now if read else None
    assigned.seen_at = assigned.seen_at or now
    _happened(db, "assigned_reading.read" if read else "assigned_reading.unread", assigned, actor, now)


def take_back(db: Session, assigned: AssignedReading, actor: Person, *, now: datetime) -> None:
    """Hand it no more: its learner no longer finds it; the row is kept. Refused the second time."""
    _still_handed(assigned)
    assigned.taken_back_at, assigned.taken_back_by_id = now, actor.id
    _happened(db, "assigned_reading.taken_back", assigned, actor, now)


def _row(
    standing: Standing,
    note: ValidationNote,
    offered: Offered,
    why: str,
    begin: str,
    remark_id: int | None,
    now: datetime,
) -> AssignedReading:
    return AssignedReading(
        institution_id=note.institution_id,
        cohort_id=note.cohort_id,
        learner_id=note.author_id,
        reading_id=offered.reading_id,
        synthesis_id=offered.synthesis_id,
        url=offered.url,
        title=offered.title,
        why=why,
        begin=begin,
        remark_id=remark_id,
        given_by_id=standing.person.id,
        given_at=now,
    )


def _tell(db: Session, standing: Standing, note: ValidationNote, row: AssignedReading, now: datetime) -> None:
    tell(
        db,
        note.author,
        "reading_assigned",
        path=f"/c/{note.cohort_id}/notes/{note.id}/readings/{row.id}",
        now=now,
        actor=standing.person.name,
        title=row.title,
        why=row.why,
        begin=row.begin,
        cohort=standing.cohort.name,
        institution=institution_name(db, note.institution_id),
    )


def _still_handed(assigned: AssignedReading) -> None:
    if assigned.taken_back_at is not None:
        raise Refusal("assigned_taken_back")


def _happened(
    db: Session, kind: str, row: AssignedReading, actor: Person, now: datetime, **data: Any
) -> None:
    record(db, kind, row, actor_id=actor.id, now=now, **data)
    db.flush()
