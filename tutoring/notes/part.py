"""What notes brings to the house: a note for every learner, its pages, the way to one's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.notes.operations import open_note, settle_join
from tutoring.notes.views import pages
from tutoring.programme.models import Cohort, Role, Standing
from tutoring.programme.queries import member
from tutoring.store.outbox import Consumer, OutboxRow
from tutoring.web.part import NavLink, Part


def open_for_learner(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `membership.changed`: whoever is a learner has a note; one who no longer is keeps theirs."""
    membership = member(db, row.payload["cohort_id"], row.payload["person_id"])
    if membership is None or membership.role != Role.LEARNER:
        return
    open_note(db, db.get_one(Cohort, membership.cohort_id), membership.person, now=now)


def nav(standing: Standing) -> Iterable[NavLink]:
    """A learner's link to their own note."""
    if standing.role == Role.LEARNER:
        yield NavLink("note", f"/c/{standing.cohort.id}/note", "notes.note", order=30)


PART = Part(
    name="notes",
    blueprint=pages,
    consumers=(Consumer("notes", ("membership.changed",), open_for_learner),),
    nav=nav,
    settle_join=settle_join,
)
