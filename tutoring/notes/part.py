"""What notes brings to the house: a note for every learner, its pages, the way to one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from tutoring.notes.operations import open_note, place_after_reading, settle_join, tutor_no_more
from tutoring.notes.policy import may_save_remarks
from tutoring.notes.queries import note_and_people
from tutoring.notes.views import pages
from tutoring.notes.views.saved import load_saved
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Role, Standing
from tutoring.programme.policy import InCohort, may_coordinate
from tutoring.programme.queries import member
from tutoring.store.events import history
from tutoring.store.outbox import Consumer, OutboxRow
from tutoring.store.refusal import Refusal
from tutoring.web.part import NavLink, Panel, Part


def open_for_learner(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `membership.changed`: whoever is a learner has a note; one who no longer is keeps theirs."""
    membership = member(db, row.payload["cohort_id"], row.payload["person_id"])
    if membership is None or membership.role != Role.LEARNER:
        return
    open_note(db, db.get_one(Cohort, membership.cohort_id), membership.person, now=now)


def carry_when_read(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `document.read`: remarks that waited for a long document to be read find their places in it."""
    place_after_reading(db, row.payload["document_id"], now=now)


def nav(standing: Standing) -> Iterable[NavLink]:
    """A learner's link to their own note."""
    if standing.role == Role.LEARNER:
        yield NavLink("note", f"/c/{standing.cohort.id}/note", "notes.note", order=30)


def tutors_link(_db: Session, person: Person, page: InCohort) -> str:
    """Panel of the people page, for its coordinators: where tutors are shared out."""
    if not may_coordinate(person, page):
        return ""
    return render_template("notes/people_panel.html", cohort_id=page.standing.cohort.id)


def saved_link(db: Session, viewer: Person, person: Person) -> str:
    """Panel of one's own account, for whoever teaches: what they keep to write again."""
    page = load_saved(db, person)
    if viewer.id != person.id or not may_save_remarks(viewer, page):
        return ""
    return render_template("notes/saved_link.html", count=len(page.remarks))


def no_longer_tutor(db: Session, viewer: Person, url: Mapping[str, Any]) -> Refusal | None:
    """To a former tutor: who follows the note now, and since when."""
    note = note_and_people(db, url["note_id"]) if "note_id" in url else None
    if note is None or note.cohort_id != url.get("cohort_id") or note.tutor_id == viewer.id:
        return None
    passed = tutor_no_more(history(db, note), viewer.id)
    if passed is None:
        return None
    tutor = note.tutor.name if note.tutor else ""
    return Refusal("tutor_changed", status=403, tutor=tutor, since=passed.at)


PART = Part(
    name="notes",
    blueprint=pages,
    consumers=(
        Consumer("notes", ("membership.changed",), open_for_learner),
        Consumer("notes.remarks", ("document.read",), carry_when_read),
    ),
    panels=(Panel("people.top", tutors_link), Panel("person.me", saved_link)),
    nav=nav,
    settle_join=settle_join,
    explain=no_longer_tutor,
)
