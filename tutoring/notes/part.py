"""What notes brings to the house: a note for every learner, its pages, the way to one's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask import render_template
from sqlalchemy.orm import Session

from tutoring.notes.operations import open_note, settle_join
from tutoring.notes.views import pages
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Role, Standing
from tutoring.programme.policy import InCohort, may_coordinate
from tutoring.programme.queries import member
from tutoring.store.outbox import Consumer, OutboxRow
from tutoring.web.part import NavLink, Panel, Part


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


def tutors_link(_db: Session, person: Person, page: InCohort) -> str:
    """Panel of the people page, for its coordinators: where tutors are shared out."""
    if not may_coordinate(person, page):
        return ""
    return render_template("notes/people_panel.html", cohort_id=page.standing.cohort.id)


PART = Part(
    name="notes",
    blueprint=pages,
    consumers=(Consumer("notes", ("membership.changed",), open_for_learner),),
    panels=(Panel("people.top", tutors_link),),
    nav=nav,
    settle_join=settle_join,
)
