"""The readings of a day: added, mended, removed, and their files handed over."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from resources import operations
from resources.forms import ReadingForm, RevisedReadingForm
from resources.models import Reading
from resources.policy import may_read, may_write
from resources.views.routes import NewReadingPage, ReadingPage, load_bare_day, load_reading, pages
from tutoring.documents.kinds import Kind
from tutoring.people.forms import EmptyForm
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


def _back(page: NewReadingPage | ReadingPage, said: str, anchor: str) -> ResponseReturnValue:
    flash(label("flash", said, part="resources"))
    address: dict[str, Any] = {"cohort_id": page.standing.cohort.id, "number": page.day.number}
    return redirect(url_for("resources.day", **address, _anchor=anchor), 303)


@pages.get("/c/<int:cohort_id>/days/<int:number>/readings/new")
@guarded(may_write, load_bare_day)
def new_reading(page: NewReadingPage) -> ResponseReturnValue:
    return render_template("resources/reading_new.html", page=page, day=page.day, form=ReadingForm())


@pages.post("/c/<int:cohort_id>/days/<int:number>/readings/new")
@guarded(may_write, load_bare_day)
def add_reading(page: NewReadingPage) -> ResponseReturnValue:
    form = ReadingForm()
    reading = attempt(form, lambda: _add(page, form))
    if reading is None:
        return render_template("resources/reading_new.html", page=page, day=page.day, form=form), 422
    unread = reading.file_id is not None and not reading.text
    return _back(page, "reading_unread" if unread else "reading_added", f"reading-{reading.id}")


def _add(page: NewReadingPage, form: ReadingForm) -> Reading:
    told = {
        "title": form.title.data or "",
        "author": form.author.data or "",
        "why": form.why.data or "",
    }
    url, upload = form.url.data or "", form.file.data
    if bool(url) == bool(upload):
        raise Refusal("reading_both" if url else "reading_neither", field="url")
    if upload is None:
        return operations.add_link(session(), page.day, current_user, **told, url=url, now=now())
    return operations.add_file(
        session(), page.day, current_user, **told, upload=upload, files=house().files, now=now()
    )


def _edit_page(page: ReadingPage, form: RevisedReadingForm) -> str:
    return render_template(
        "resources/reading_edit.html",
        page=page,
        day=page.day,
        reading=page.reading,
        form=form,
    )


@pages.get("/c/<int:cohort_id>/days/<int:number>/readings/<int:reading_id>/edit")
@guarded(may_write, load_reading)
def edit_reading(page: ReadingPage) -> ResponseReturnValue:
    return _edit_page(page, RevisedReadingForm(obj=page.reading))


@pages.post("/c/<int:cohort_id>/days/<int:number>/readings/<int:reading_id>/edit")
@guarded(may_write, load_reading)
def revise_reading(page: ReadingPage) -> ResponseReturnValue:
    form = RevisedReadingForm()

    def act() -> Reading:
        return operations.revise_reading(
            session(),
            page.day,
            page.reading,
            current_user,
            title=form.title.data or "",
            author=form.author.data or "",
            why=form.why.data or "",
            url=form.url.data or "",
            seen_version=form.version.data or 0,
            now=now(),
        )

    if attempt(form, act) is None:
        return _edit_page(page, form), 422
    return _back(page, "reading_revised", f"reading-{page.reading.id}")


@pages.post("/c/<int:cohort_id>/days/<int:number>/readings/<int:reading_id>/remove")
@guarded(may_write, load_reading)
def remove_reading(page: ReadingPage) -> ResponseReturnValue:
    if not EmptyForm().validate_on_submit():
        abort(400)
    operations.remove_reading(session(), page.day, page.reading, current_user, now=now())
    return _back(page, "reading_removed", "readings")


@pages.get("/c/<int:cohort_id>/days/<int:number>/readings/<int:reading_id>/file")
@guarded(may_read, load_reading)
def reading_file(page: ReadingPage) -> ResponseReturnValue:
    """The file of a reading. A PDF opens in the page, so that `#page=7` works; the others are saved."""
    file = page.reading.file
    if file is None:
        abort(404)
    try:
        stream = house().files.open(file.institution_id, file.sha256)
    except FileNotFoundError:
        current_app.logger.exception("the bytes of stored file %s are missing", file.id)
        abort(404)
    response: Response = send_file(
        stream,
        mimetype="application/octet-stream",
        as_attachment=file.kind != Kind.PDF,
        download_name=page.reading.filename,
        conditional=False,
        etag=False,
    )
    response.headers["Content-Type"] = Kind(file.kind).media_type
    response.content_length = file.size
    response.set_etag(file.sha256)
    # Asked again each time, since rights may end; not sent again when it is still there.
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request, accept_ranges=True, complete_length=file.size)
