"""The page where a learner hands in what their note's stage asks for, or replaces it while nobody has answered."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tutoring.notes import operations
from tutoring.notes.forms import PartsForm, TopicForm, parts_form
from tutoring.notes.models import NotePage, Submission
from tutoring.notes.moves import STAGE_OF, Stage, State
from tutoring.notes.policy import may_hand_in
from tutoring.notes.views.note import framing, load_note, pages
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/hand-in")
@guarded(may_hand_in, load_note)
def hand_in_page(page: NotePage) -> ResponseReturnValue:
    form = _form(page)
    if form is None:
        return redirect(_home(page), 303)
    form.version.data = page.note.version
    return _shown(page, form)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/hand-in")
@guarded(may_hand_in, load_note)
def hand_in(page: NotePage) -> ResponseReturnValue:
    form = _form(page)
    if form is None:
        raise Refusal("not_now")
    if form.version.data != page.note.version:
        raise Refusal("stale_page")

    replacing = "replace_submission" in framing(page)["offers"]

    def act() -> Submission:
        handed = form.handed_in()
        if replacing and operations.unchanged(operations.newest(page.note), handed):
            raise Refusal("nothing_replaced", status=422, field="parts" if "parts" in form else "title")
        return operations.hand_in(
            session(),
            page.note,
            page.standing.person,
            handed,
            now=now(),
            seen_version=form.version.data or 0,
        )

    submission = attempt(form, act)
    if submission is None:
        return _shown(page, form), 422
    code = "replaced" if replacing else f"{submission.stage}_handed_in"
    flash(label("flash", code, part="notes"))
    return redirect(_home(page), 303)


def _form(page: NotePage) -> TopicForm | PartsForm | None:
    """The form of the stage the note stands at, holding what there is to replace; None when nothing is awaited."""
    names = {"submit_topic", "submit_plan", "submit_draft", "submit_final", "replace_submission"}
    offers = framing(page)["offers"]
    stage = STAGE_OF[State(page.note.state)]
    asked = page.spec.stage(stage) if stage else None
    if asked is None or not names & set(offers):
        return None
    earlier = operations.newest(page.note)
    if stage is Stage.TOPIC:
        begun = {"title": earlier.title, "message": earlier.message} if earlier else {}
        return TopicForm(data=begun)
    return parts_form(page, asked, earlier, replacing="replace_submission" in offers)


def _shown(page: NotePage, form: TopicForm | PartsForm) -> str:
    template = "notes/topic.html" if isinstance(form, TopicForm) else "notes/hand_in.html"
    return render_template(template, form=form, **framing(page))


def _home(page: NotePage) -> str:
    return url_for("notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id)
