"""Answering a submission: a review drafted unseen, carried to a newer version, released with a verdict."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tutoring.notes import operations
from tutoring.notes.forms import LONG
from tutoring.notes.models import Review, SubmissionPage
from tutoring.notes.moves import Verdict
from tutoring.notes.policy import may_review
from tutoring.notes.views.note import pages
from tutoring.notes.views.review_forms import ReviewForm, review_form
from tutoring.notes.views.submission import here, load_submission, shown_submission
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label, sentence


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review/draft")
@guarded(may_review, load_submission)
def draft_review(page: SubmissionPage) -> ResponseReturnValue:
    """Keep what was typed of an answer: asked by the page's script as one types, or by its button."""
    form = review_form(page, posted=True)
    text = form.reason.data or ""
    if len(text) > LONG:
        abort(413)
    try:
        draft = operations.draft_review(
            session(),
            page.note,
            page.submission,
            page.standing.person,
            text,
            levels=form.levels(),
            parts=form.taken_up_again(),
            now=now(),
            seen_revision=form.seen_revision(),
        )
    except Refusal as refusal:
        if refusal.field != "revision" or request.accept_mimetypes.best == "application/json":
            raise
        form.revision.errors = [sentence(refusal.code, refusal.params)]
        return _beside_the_other(page, form)
    if request.accept_mimetypes.best == "application/json":
        return {"saved_at": now().isoformat(), "revision": draft.revision}
    flash(label("flash", "review_drafted", part="notes"))
    return redirect(here(page, "answer"), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review")
@guarded(may_review, load_submission)
def review(page: SubmissionPage) -> ResponseReturnValue:
    form = review_form(page, posted=True)

    def act() -> Review:
        return operations.release_review(
            session(),
            page.note,
            page.submission,
            page.standing.person,
            verdict=Verdict(form.verdict.data),
            message=form.reason.data or "",
            waived_because=form.waived_with_reason.data or "",
            parts=form.taken_up_again(),
            levels=form.levels(),
            now=now(),
            seen_version=form.version.data or 0,
            seen_revision=form.seen_revision(),
        )

    if attempt(form, act) is None:
        if form.revision.errors:
            return _beside_the_other(page, form)
        return shown_submission(page, answer=form), 422
    flash(label("flash", "review_released", part="notes"))
    return redirect(url_for("notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id), 303)


def _beside_the_other(page: SubmissionPage, form: ReviewForm) -> ResponseReturnValue:
    """The form as it was typed, with what was written meanwhile beside it; sent again, it knows of both."""
    form.show_beside(page.submission.review)
    return shown_submission(page, answer=form), 409


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review/carry")
@guarded(may_review, load_submission)
def carry_review(page: SubmissionPage) -> ResponseReturnValue:
    """Bring what was begun on this version to the one that replaced it."""
    target = operations.carry_review(session(), page.note, page.submission, page.standing.person, now=now())
    return redirect(
        url_for(
            "notes.submission",
            cohort_id=page.standing.cohort.id,
            note_id=page.note.id,
            submission_id=target.id,
        ),
        303,
    )
