"""The page of a note, the way to one's own, and the files that were handed in with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.documents.kinds import Kind
from tutoring.notes import shown
from tutoring.notes.forms import QuestionForm
from tutoring.notes.models import FilePage, NotePage, SubmittedPart
from tutoring.notes.operations import may_change_topic, newest
from tutoring.notes.policy import eye, may_fetch, may_hand_in, may_read
from tutoring.notes.queries import file_page, note_of_learner, note_page, readings_of_note
from tutoring.notes.underway import questions_of, topic_changes_of
from tutoring.notes.views.beside import receipts
from tutoring.people.models import Person
from tutoring.programme.calendar import deadline_instant
from tutoring.programme.models import Standing
from tutoring.programme.policy import is_learner
from tutoring.programme.queries import standing_in
from tutoring.web.edge import house, now, session
from tutoring.web.guard import guarded

pages = Blueprint("notes", __name__)
pages.add_app_template_filter(deadline_instant, "deadline_instant")
# Mails carry plain values: a day and an instant in ISO 8601.
pages.add_app_template_filter(lambda day: deadline_instant(date.fromisoformat(day)), "note_due")
pages.add_app_template_filter(datetime.fromisoformat, "note_instant")


def load_standing(db: Session, viewer: Person, *, cohort_id: int) -> Standing | None:
    """Where the viewer stands in this cohort."""
    return standing_in(db, viewer, cohort_id)


def load_note(db: Session, viewer: Person, *, cohort_id: int, note_id: int) -> NotePage | None:
    """A note of this cohort as the viewer has it."""
    standing = standing_in(db, viewer, cohort_id)
    return note_page(db, viewer, standing, note_id) if standing else None


def load_file(db: Session, viewer: Person, *, cohort_id: int, note_id: int, part_id: int) -> FilePage | None:
    """A file handed in with a note of this cohort."""
    standing = standing_in(db, viewer, cohort_id)
    return file_page(db, viewer, standing, note_id, part_id) if standing else None


@pages.get("/c/<int:cohort_id>/note")
@guarded(is_learner, load_standing)
def mine(standing: Standing) -> ResponseReturnValue:
    """One's own note; until the worker has opened it, a page that says so."""
    note = note_of_learner(session(), standing.cohort.id, standing.person.id)
    if note is None:
        return render_template("notes/prepared.html")
    return redirect(url_for("notes.note", cohort_id=standing.cohort.id, note_id=note.id), 303)


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>")
@guarded(may_read, load_note)
def note(page: NotePage) -> ResponseReturnValue:
    return shown_note(page)


def shown_note(
    page: NotePage, *, ask: QuestionForm | None = None, failed: tuple[int, QuestionForm] | None = None
) -> str:
    """The page of a note, with the question (or what was written in a question's thread) that was refused."""
    return render_template(
        "notes/note.html", **framing(page), **told(page), ask=ask or empty_question("ask"), failed=failed
    )


def empty_question(name: str) -> QuestionForm:
    """Nothing written yet; the controls' ids begin with `name`."""
    form = QuestionForm(formdata=None)
    form.apart(name)
    return form


def framing(page: NotePage) -> dict[str, Any]:
    """What every page of a note says of it: the path, whose turn it is, the sides of its reader."""
    instant = now()
    return {
        "page": page,
        "note": page.note,
        "eye": eye(page.sides),
        "standing_of_note": shown.standing(page, instant),
        "steps": shown.path(page.note, eye(page.sides), page.spec, page.deadlines, page.happenings),
        "offers": {offer.name: offer for offer in shown.offers(page, instant)},
        "newest": newest(page.note),
    }


def told(page: NotePage) -> dict[str, Any]:
    """What the note's own page shows beside its framing."""
    questions = questions_of(session(), page.note.id)
    return {
        "versions": shown.versions(page),
        "receipts": receipts(page, readings_of_note(session(), page.note.id)),
        "history": shown.history(page),
        "to_answer": shown.to_answer(page),
        "questions": questions,
        "thread_forms": {one.id: empty_question(f"q{one.id}") for one in questions},
        "topic_changes": topic_changes_of(session(), page.note.id),
        "may_change_topic": may_hand_in(page.standing.person, page) and may_change_topic(page.note),
    }


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/files/<int:part_id>")
@guarded(may_fetch, load_file)
def file(page: FilePage) -> ResponseReturnValue:
    return deliver(page.part)


def deliver(part: SubmittedPart) -> Response:
    """Send a file as it was handed in: its own name, its media type, never shown inside our pages.

    For other floors (the jury) too: they guard their own routes. `part.file` is loaded.
    """
    if part.file is None:
        raise LookupError("a typed text has no file")
    stream = house().files.open(part.institution_id, part.file.sha256)
    response = send_file(
        stream,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=part.filename,
        etag=part.file.sha256,
        max_age=0,
    )
    response.headers["Content-Type"] = Kind(part.file.kind).media_type
    response.headers["Content-Length"] = str(part.file.size)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
