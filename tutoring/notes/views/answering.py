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
from tutoring.notes.views.submission import here, load_submission, review_form, shown_submission
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review/draft")
@guarded(may_review, load_submission)
def draft_review(page: SubmissionPage) -> ResponseReturnValue:
    """Keep what was typed of an answer: asked by the page's script as one types, or by its button."""
    text = review_form(page, posted=True).reason.data or ""
    if len(text) > LONG:
        abort(413)
    operations.draft_review(session(), page.note, page.submission, page.standing.person, text, now=now())
    if request.accept_mimetypes.best == "application/json":
        return {"saved_at": now().isoformat()}
    flash(label("flash", "review_drafted", part="notes"))
    return redirect(here(page, "review"), 303)


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
            parts=form.parts.data or (),
            now=now(),
            seen_version=form.version.data or 0,
        )

    if attempt(form, act) is None:
        return shown_submission(page, answer=form), 422
    flash(label("flash", "review_released", part="notes"))
    return redirect(url_for("notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id), 303)


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
