"""The remarks that a tutor keeps for other times: one page, in every cohort the same, theirs alone."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.notes import operations
from tutoring.notes.models import RemarkKind, SavedRemark, SavedRemarkPage, SavedRemarksPage
from tutoring.notes.policy import may_save_remarks
from tutoring.notes.queries import saved_remarks
from tutoring.notes.views.note import pages
from tutoring.notes.views.review_forms import SavedRemarkForm, saved_remark_form
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.programme.queries import standings_of
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


def load_saved(db: Session, viewer: Person) -> SavedRemarksPage:
    """What the viewer keeps, whatever their cohorts."""
    roles = {standing.role for standing in standings_of(db, viewer)}
    teaches = bool(roles & {Role.STAFF, Role.COORDINATOR})
    return SavedRemarksPage(viewer, tuple(saved_remarks(db, viewer)), teaches)


def load_one(db: Session, viewer: Person, *, saved_id: int) -> SavedRemarkPage | None:
    """One of the viewer's own; nobody finds another's."""
    page = load_saved(db, viewer)
    saved = next((one for one in page.remarks if one.id == saved_id), None)
    return SavedRemarkPage(page, saved) if saved else None


@pages.get("/me/remarks")
@guarded(may_save_remarks, load_saved)
def saved_remarks_page(page: SavedRemarksPage) -> ResponseReturnValue:
    return _shown(page)


@pages.post("/me/remarks")
@guarded(may_save_remarks, load_saved)
def save_remark(page: SavedRemarksPage) -> ResponseReturnValue:
    form = saved_remark_form(posted=True)

    def act() -> SavedRemark:
        kind, text = RemarkKind(form.kind.data), form.text.data or ""
        return operations.save_remark(session(), page.person, kind=kind, text=text, now=now())

    if attempt(form, act) is None:
        return _shown(page, form), 422
    return _done("remark_saved")


@pages.post("/me/remarks/<int:saved_id>")
@guarded(may_save_remarks, load_one)
def change_saved(page: SavedRemarkPage) -> ResponseReturnValue:
    """Rewrite a saved remark, or keep it no more."""
    form = saved_remark_form(page.saved, posted=True)
    if form.act.data == "drop":
        operations.drop_saved(session(), page.saved)
        return _done("saved_dropped")

    def act() -> SavedRemark:
        kind, text = RemarkKind(form.kind.data), form.text.data or ""
        return operations.rewrite_saved(session(), page.saved, kind=kind, text=text)

    if attempt(form, act) is None:
        return _shown(page.page, form, page.saved), 422
    return _done("remark_saved")


def _shown(
    page: SavedRemarksPage, form: SavedRemarkForm | None = None, changed: SavedRemark | None = None
) -> str:
    """The page, with the form that was refused: of the one being `changed`, or of a new one."""
    forms = [(one, form if form and changed is one else saved_remark_form(one)) for one in page.remarks]
    adding = form if form and changed is None else saved_remark_form()
    failed = changed.id if changed else None
    return render_template("notes/saved_remarks.html", forms=forms, adding=adding, failed=failed)


def _done(code: str) -> ResponseReturnValue:
    flash(label("flash", code, part="notes"))
    return redirect(url_for("notes.saved_remarks_page"), 303)
