"""Questions without a submission: asked on the note's page, answered in their threads, closed."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.notes import operations
from tutoring.notes.forms import QuestionForm
from tutoring.notes.models import NotePage, Question, QuestionPage
from tutoring.notes.policy import may_hand_in, may_read
from tutoring.notes.queries import question_page
from tutoring.notes.views.note import load_note, pages, shown_note
from tutoring.people.models import Person
from tutoring.programme.queries import standing_in
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


def load_question(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, question_id: int
) -> QuestionPage | None:
    """A question of a note of this cohort."""
    standing = standing_in(db, viewer, cohort_id)
    return question_page(db, viewer, standing, note_id, question_id) if standing else None


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/questions")
@guarded(may_hand_in, load_note)
def ask(page: NotePage) -> ResponseReturnValue:
    form = QuestionForm()
    form.apart("ask")

    def act() -> Question:
        return operations.ask_question(
            session(), page.note, page.standing.person, form.text.data or "", now=now()
        )

    question = attempt(form, act)
    if question is None:
        return shown_note(page, ask=form), 422
    flash(label("flash", "question_asked", part="notes"))
    return redirect(_there(page, question.id), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/questions/<int:question_id>")
@guarded(may_read, load_question)
def question(page: QuestionPage) -> ResponseReturnValue:
    """Write in a question's thread, or close it: learner, tutor, coordination."""
    form = QuestionForm()
    form.apart(f"q{page.question.id}")
    verb = operations.close_question if form.act.data == "close" else operations.write_in_question

    def act() -> object:
        text, actor = form.text.data or "", page.standing.person
        return verb(session(), page.page.note, page.question, actor, text, now=now())

    if attempt(form, act) is None:
        return shown_note(page.page, failed=(page.question.id, form)), 422
    code = "question_closed" if form.act.data == "close" else "question_written"
    flash(label("flash", code, part="notes"))
    return redirect(_there(page.page, page.question.id), 303)


def _there(page: NotePage, question_id: int) -> str:
    return url_for(
        "notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id, _anchor=f"q{question_id}"
    )
