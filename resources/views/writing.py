"""The page where a synthesis is written: preview, draft, publication."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from resources import operations
from resources.forms import SynthesisForm
from resources.operations.writing import rendered
from resources.policy import may_write
from resources.queries.space import DayPage
from resources.views.routes import load_day, pages
from tutoring.documents.markdown import Rendered, reading_minutes
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label, sentence


def _shown(page: DayPage, form: SynthesisForm, preview: Rendered | None = None) -> str:
    return render_template(
        "resources/synthesis.html",
        page=page,
        day=page.day,
        form=form,
        preview=preview,
        minutes=reading_minutes,
    )


@pages.get("/c/<int:cohort_id>/days/<int:number>/synthesis")
@guarded(may_write, load_day)
def synthesis(page: DayPage) -> ResponseReturnValue:
    draft = page.synthesis
    title = draft.title if draft else page.day.title
    markdown = draft.markdown if draft else ""
    version = draft.version if draft else 0
    return _shown(page, SynthesisForm(data={"title": title, "markdown": markdown, "version": version}))


@pages.post("/c/<int:cohort_id>/days/<int:number>/synthesis")
@guarded(may_write, load_day)
def save_synthesis(page: DayPage) -> ResponseReturnValue:
    form = SynthesisForm()
    facts = _facts(form)
    saved = attempt(
        form, lambda: operations.save_draft(session(), page.day, current_user, **facts, now=now())
    )
    if saved is None:
        return _shown(page, form), 422
    flash(label("flash", "draft_saved", part="resources"))
    return redirect(url_for("resources.synthesis", **_address(page)), 303)


@pages.post("/c/<int:cohort_id>/days/<int:number>/synthesis/publish")
@guarded(may_write, load_day)
def publish_synthesis(page: DayPage) -> ResponseReturnValue:
    form = SynthesisForm()
    facts = _facts(form)
    edition = attempt(form, lambda: operations.publish(session(), page.day, current_user, **facts, now=now()))
    if edition is None:
        return _shown(page, form), 422
    flash(label("flash", "synthesis_published", part="resources"))
    return redirect(url_for("resources.day", **_address(page)), 303)


@pages.post("/c/<int:cohort_id>/days/<int:number>/synthesis/preview")
@guarded(may_write, load_day)
def preview_synthesis(page: DayPage) -> ResponseReturnValue:
    """The form again with its preview, or the preview alone for the page's script. Nothing is kept."""
    form = SynthesisForm()
    if request.form.get("fragment"):
        return _fragment(form.markdown.data or "")
    preview = attempt(form, lambda: rendered(form.markdown.data or ""))
    return _shown(page, form, preview), 422 if preview is None else 200


def _fragment(markdown: str) -> ResponseReturnValue:
    try:
        preview, problem = rendered(markdown), ""
    except Refusal as refusal:
        preview, problem = None, sentence(refusal.code, refusal.params)
    body = render_template(
        "resources/preview.html", preview=preview, problem=problem, minutes=reading_minutes
    )
    return body, 422 if preview is None else 200


def _facts(form: SynthesisForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "markdown": form.markdown.data or "",
        "seen_version": form.version.data or 0,
    }


def _address(page: DayPage) -> dict[str, Any]:
    return {"cohort_id": page.standing.cohort.id, "number": page.day.number}
