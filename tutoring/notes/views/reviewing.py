"""The page of one submission: its text and files, the remarks on it, the answer that its tutor gives."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.notes import operations, shown
from tutoring.notes.forms import LONG, RemarkForm, ReviewForm, ThreadForm, part_choices
from tutoring.notes.models import (
    Remark,
    RemarkKind,
    RemarkPage,
    RemarkStatus,
    Review,
    SubmissionPage,
    Visibility,
)
from tutoring.notes.moves import STAGE_OF, State, Verdict
from tutoring.notes.operations.reviewing import IN_REVIEW
from tutoring.notes.policy import (
    may_address,
    may_read_submission,
    may_review,
    may_see_remark,
    may_settle,
    sees_remark,
)
from tutoring.notes.queries import remark_page, submission_page
from tutoring.notes.views.note import framing, pages
from tutoring.people.models import Person
from tutoring.programme.queries import standing_in
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label

SETTLING = {
    "resolve": RemarkStatus.RESOLVED,
    "waive": RemarkStatus.WAIVED,
    "reopen": RemarkStatus.OPEN,
}


def load_submission(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, submission_id: int
) -> SubmissionPage | None:
    """A submission of a note of this cohort as the viewer has it."""
    standing = standing_in(db, viewer, cohort_id)
    return submission_page(db, viewer, standing, note_id, submission_id) if standing else None


def load_remark(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, remark_id: int
) -> RemarkPage | None:
    """A remark on a note of this cohort, for whoever sees it."""
    standing = standing_in(db, viewer, cohort_id)
    page = remark_page(db, viewer, standing, note_id, remark_id) if standing else None
    return page if page and sees_remark(page.remark, page.sides, viewer.id) else None


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>")
@guarded(may_read_submission, load_submission)
def submission(page: SubmissionPage) -> ResponseReturnValue:
    return _shown(page)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review/draft")
@guarded(may_review, load_submission)
def draft_review(page: SubmissionPage) -> ResponseReturnValue:
    """Keep what was typed of an answer: asked by the page's script as one types, or by its button."""
    text = _review_form(page, posted=True).reason.data or ""
    if len(text) > LONG:
        abort(413)
    operations.draft_review(session(), page.note, page.submission, page.standing.person, text, now=now())
    if request.accept_mimetypes.best == "application/json":
        return {"saved_at": now().isoformat()}
    flash(label("flash", "review_drafted", part="notes"))
    return redirect(_here(page, "review"), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/review")
@guarded(may_review, load_submission)
def review(page: SubmissionPage) -> ResponseReturnValue:
    form = _review_form(page, posted=True)

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
        return _shown(page, answer=form), 422
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


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/remarks")
@guarded(may_review, load_submission)
def write_remark(page: SubmissionPage) -> ResponseReturnValue:
    form = _remark_form(page, posted=True)

    def act() -> Remark:
        return operations.write_remark(
            session(),
            page.note,
            page.submission,
            page.standing.person,
            kind=RemarkKind(form.kind.data),
            visibility=Visibility(form.visibility.data),
            text=form.text.data or "",
            quote=form.quote.data or "",
            part=form.part.data or "",
            now=now(),
        )

    remark = attempt(form, act)
    if remark is None:
        return _shown(page, new_remark=form), 422
    return redirect(_here(page, f"r{remark.id}"), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/remarks/<int:remark_id>")
@guarded(may_see_remark, load_remark)
def thread(page: RemarkPage) -> ResponseReturnValue:
    """Write in a remark's thread: an answer, how it was taken into account, its closing."""
    form = ThreadForm()
    if attempt(form, lambda: _act_on(page, form.act.data or "", form.text.data or "")) is None:
        return _shown(page.page, failed=(page.remark.id, form)), 422
    anchor = "remarks" if form.act.data == "drop" else f"r{page.remark.id}"
    return redirect(_here(page.page, anchor), 303)


def _act_on(page: RemarkPage, act: str, text: str) -> object:
    """What the button that was pressed asks for; refused when it is not this reader's."""
    db, note, remark, actor = session(), page.page.note, page.remark, page.standing.person
    if act in ("address", "decline") and may_address(actor, page):
        return operations.address(db, note, remark, actor, text, declined=act == "decline", now=now())
    if act in SETTLING and may_settle(actor, page):
        return operations.settle(db, note, remark, actor, SETTLING[act], reason=text, now=now())
    if act == "drop":
        return operations.drop_remark(db, remark, actor)
    if act == "rewrite":
        return operations.rewrite_remark(db, remark, actor, text, now=now())
    if act == "answer":
        return operations.answer(db, note, remark, actor, text, now=now())
    raise Refusal("not_yours", status=403)


def _review_form(page: SubmissionPage, *, posted: bool) -> ReviewForm:
    """The answer to a submission: as posted, or as it was left."""
    draft = page.submission.review
    mine = draft is not None and draft.author_id == page.standing.person.id
    begun = {"reason": draft.message} if mine and draft else {}
    form = ReviewForm(data=begun) if posted else ReviewForm(formdata=None, data=begun)
    form.parts.choices = part_choices(page.page)
    if not posted:
        form.version.data = page.note.version
    form.apart("answer")
    return form


def _remark_form(page: SubmissionPage, *, posted: bool) -> RemarkForm:
    """A new remark, as posted or empty."""
    form = RemarkForm() if posted else RemarkForm(formdata=None)
    form.part.choices = part_choices(page.page, nowhere=True)
    form.apart("new")
    return form


def _shown(
    page: SubmissionPage,
    *,
    answer: ReviewForm | None = None,
    new_remark: RemarkForm | None = None,
    failed: tuple[int, ThreadForm] | None = None,
) -> str:
    return render_template(
        "notes/submission.html",
        **framing(page.page),
        **_answer(page),
        submission=page.submission,
        remarks=shown.seen_remarks(page.page, page.threads),
        review=shown.seen_review(page.page, page.submission),
        pages_counted=shown.counted_pages(page.page, page.submission),
        answer=answer or _review_form(page, posted=False),
        new_remark=new_remark or _remark_form(page, posted=False),
        failed=failed,
    )


def _answer(page: SubmissionPage) -> dict[str, Any]:
    """What stands in the tutor's way: an answer to give, another version, blocking remarks of the whole note."""
    state, latest = State(page.note.state), operations.newest(page.note)
    reviewing = may_review(page.standing.person, page)
    open_here = state in IN_REVIEW and STAGE_OF[state] == page.submission.stage
    mine = [one for one in page.threads if one.author_id == page.standing.person.id and not one.released_at]
    begun = page.submission.review is not None and page.submission.review.released_at is None
    replaced = (
        latest is not None and latest.id != page.submission.id and latest.stage == page.submission.stage
    )
    settled = shown.unsettled(shown.seen_remarks(page.page, page.note.remarks), blocking=True)
    return {
        "may_answer": reviewing and open_here and not replaced,
        "may_remark": reviewing and (open_here or page.submission.review is not None) and not replaced,
        "may_carry": reviewing and replaced and open_here and (bool(mine) or begun),
        "replaced_by": latest if replaced else None,
        "blocking": len(settled),
    }


def _here(page: SubmissionPage, anchor: str) -> str:
    return url_for(
        "notes.submission",
        cohort_id=page.standing.cohort.id,
        note_id=page.note.id,
        submission_id=page.submission.id,
        _anchor=anchor,
    )
