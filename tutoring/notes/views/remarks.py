"""Remarks in the page: written on a passage, kept while typed, answered in their threads, put where they belong."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.notes import operations
from tutoring.notes.forms import SHORT, PlaceForm, ThreadForm
from tutoring.notes.models import (
    Remark,
    RemarkAddress,
    RemarkKind,
    RemarkPage,
    RemarkPlacement,
    RemarkStatus,
    SubmissionPage,
    Visibility,
)
from tutoring.notes.operations import Quoted
from tutoring.notes.policy import (
    may_address,
    may_place,
    may_read,
    may_review,
    may_see_remark,
    may_settle,
    sees_remark,
)
from tutoring.notes.queries import latest_place
from tutoring.notes.views.note import load_note, pages
from tutoring.notes.views.review_forms import RemarkForm, remark_form, taken
from tutoring.notes.views.submission import (
    here,
    load_remark,
    load_submission,
    shown_submission,
)
from tutoring.people.models import Person
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded

SETTLING = {
    "resolve": RemarkStatus.RESOLVED,
    "waive": RemarkStatus.WAIVED,
    "reopen": RemarkStatus.OPEN,
}
KEPT = ("text", "quote", "prefix", "suffix", "kind", "visibility", "part")
REMARKS = "/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/remarks"


@pages.post(REMARKS)
@guarded(may_review, load_submission)
def write_remark(page: SubmissionPage) -> ResponseReturnValue:
    form = remark_form(page, posted=True)

    def act() -> Remark:
        return operations.write_remark(
            session(),
            page.note,
            page.submission,
            page.standing.person,
            kind=RemarkKind(form.kind.data),
            visibility=Visibility(form.visibility.data),
            text=form.text.data or "",
            quote=_quoted(form),
            part=form.part.data or "",
            now=now(),
        )

    remark = attempt(form, act)
    if remark is None:
        return shown_submission(page, new_remark=form), 422
    operations.drop_draft(session(), page.submission, page.standing.person, form.block.data or "")
    _keep_words(page, form)
    return redirect(here(page, f"r{remark.id}", remark.part), 303)


@pages.post(REMARKS + "/draft")
@guarded(may_review, load_submission)
def draft_remark(page: SubmissionPage) -> ResponseReturnValue:
    """Keep a remark as it is being typed: asked by the page's script, or by its button; `drop` throws it away."""
    form = remark_form(page, posted=True)
    block = (form.block.data or "")[:40]
    if "drop" in request.form:
        operations.drop_draft(session(), page.submission, page.standing.person, block)
        return redirect(here(page, "remarks", request.args.get("part", "")), 303)
    typed = {name: form[name].data or "" for name in KEPT}
    if any(len(value) > SHORT for value in typed.values()):
        abort(413)
    operations.keep_draft(session(), page.submission, page.standing.person, block, typed, now=now())
    if request.accept_mimetypes.best == "application/json":
        return {"saved_at": now().isoformat()}
    return redirect(here(page, "new", form.part.data or ""), 303)


@pages.post(REMARKS + "/<int:remark_id>")
@guarded(may_see_remark, load_remark)
def thread(page: RemarkPage) -> ResponseReturnValue:
    """Write in a remark's thread: an answer, how it was taken into account, its closing."""
    form = ThreadForm()
    if attempt(form, lambda: _act_on(page, form.act.data or "", form.text.data or "")) is None:
        return shown_submission(page.page, failed=(page.remark.id, form)), 422
    anchor = "remarks" if form.act.data == "drop" else f"r{page.remark.id}"
    return redirect(here(page.page, anchor, page.remark.part), 303)


@pages.post(REMARKS + "/<int:remark_id>/place")
@guarded(may_place, load_remark)
def place_remark(page: RemarkPage) -> ResponseReturnValue:
    """Say that a remark was carried to the right place, or put it where it belongs in this version."""
    form = PlaceForm()

    def act() -> RemarkPlacement:
        given = (session(), page.page.note, page.remark, page.page.submission, page.standing.person)
        if form.act.data == "confirm":
            return operations.confirm_place(*given, now=now())
        return operations.move_place(*given, _quoted(form), now=now())

    if attempt(form, act) is None:
        raise Refusal("passage_not_found")
    return redirect(here(page.page, f"r{page.remark.id}", page.remark.part), 303)


def load_address(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, remark_id: int
) -> RemarkAddress | None:
    """Where a remark of this note is read now, for whoever sees it."""
    page = load_note(db, viewer, cohort_id=cohort_id, note_id=note_id)
    remark = next((one for one in page.note.remarks if one.id == remark_id), None) if page else None
    if page is None or remark is None or not sees_remark(remark, page.sides):
        return None
    return RemarkAddress(page, remark, latest_place(db, remark))


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/remarks/<int:remark_id>")
@guarded(may_read, load_address)
def remark(page: RemarkAddress) -> ResponseReturnValue:
    """Where mails lead: a remark on the latest version on which it stands."""
    return redirect(
        url_for(
            "notes.submission",
            cohort_id=page.standing.cohort.id,
            note_id=page.remark.note_id,
            submission_id=page.submission_id,
            part=page.remark.part or None,
            _anchor=f"r{page.remark.id}",
        ),
        303,
    )


def _keep_words(page: SubmissionPage, form: RemarkForm) -> None:
    """Save the words of a remark that was written, if asked; say that a saved one was used."""
    saved = taken(form, page.saved)
    if saved is not None:
        operations.use_saved(session(), saved, now=now())
    if form.keep.data:
        kind, text = RemarkKind(form.kind.data), form.text.data or ""
        operations.save_remark(session(), page.standing.person, kind=kind, text=text, now=now())


def _quoted(form: RemarkForm | PlaceForm) -> Quoted:
    return Quoted(
        exact=form.quote.data or "",
        block=form.block.data or "",
        prefix=form.prefix.data or "",
        suffix=form.suffix.data or "",
    )


def _act_on(page: RemarkPage, act: str, text: str) -> object:
    """What the button that was pressed asks for; refused when it is not this reader's."""
    db, note, remark, actor = session(), page.page.note, page.remark, page.standing.person
    if act in ("address", "decline") and may_address(actor, page):
        return operations.address(db, note, remark, actor, text, declined=act == "decline", now=now())
    if act in SETTLING and may_settle(actor, page):
        return operations.settle(db, note, remark, actor, SETTLING[act], reason=text, now=now())
    if act == "drop" and may_review(actor, page.page):
        return operations.drop_remark(db, remark, actor)
    if act == "rewrite" and may_review(actor, page.page):
        return operations.rewrite_remark(db, remark, actor, text, now=now())
    if act == "answer":
        return operations.answer(db, note, remark, actor, text, now=now())
    raise Refusal("not_yours", status=403)
