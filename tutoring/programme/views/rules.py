"""A cohort's rules as its coordinator sets them: its dates, what the note must be, how the jury decides."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tutoring.programme.forms import DatesForm, JuryForm, NoteForm, Seen
from tutoring.programme.models import Cohort, Standing
from tutoring.programme.operations import describe_jury, describe_note, set_dates
from tutoring.programme.pages import load_standing
from tutoring.programme.policy import may_coordinate
from tutoring.programme.views.pages import attempt_valid, pages
from tutoring.web.edge import now, session
from tutoring.web.guard import guarded


@pages.get("/c/<int:cohort_id>/programme/dates")
@guarded(may_coordinate, load_standing)
def dates(standing: Standing) -> ResponseReturnValue:
    return _page("dates", standing, DatesForm.of(standing.cohort))


@pages.post("/c/<int:cohort_id>/programme/dates")
@guarded(may_coordinate, load_standing)
def change_dates(standing: Standing) -> ResponseReturnValue:
    form = DatesForm()

    def act() -> Cohort:
        told = {name: form[name].data for name in ("starts_on", "ends_on", "jury_from", "jury_to")}
        return set_dates(
            session(),
            standing,
            **told,
            deadlines={row["key"]: row["deadline"] for row in form.stages.data},
            seen_version=form.version.data or 0,
            now=now(),
        )

    return _done("dates", standing, form, attempt_valid(form, act))


@pages.get("/c/<int:cohort_id>/programme/note")
@guarded(may_coordinate, load_standing)
def note(standing: Standing) -> ResponseReturnValue:
    return _page("note", standing, NoteForm.of(standing.cohort))


@pages.post("/c/<int:cohort_id>/programme/note")
@guarded(may_coordinate, load_standing)
def change_note(standing: Standing) -> ResponseReturnValue:
    form = NoteForm()

    def act() -> Cohort:
        told, seen = form.told(standing.cohort), form.version.data or 0
        return describe_note(session(), standing, told, seen_version=seen, now=now())

    return _done("note", standing, form, attempt_valid(form, act, form.kept))


@pages.get("/c/<int:cohort_id>/programme/jury")
@guarded(may_coordinate, load_standing)
def jury(standing: Standing) -> ResponseReturnValue:
    return _page("jury", standing, JuryForm.of(standing.cohort))


@pages.post("/c/<int:cohort_id>/programme/jury")
@guarded(may_coordinate, load_standing)
def change_jury(standing: Standing) -> ResponseReturnValue:
    form = JuryForm()

    def act() -> Cohort:
        return describe_jury(
            session(),
            standing,
            form.told(),
            graded=form.graded.data,
            seen_version=form.version.data or 0,
            now=now(),
        )

    return _done("jury", standing, form, attempt_valid(form, act))


def _page(section: str, standing: Standing, form: Seen) -> str:
    return render_template(f"programme/{section}.html", standing=standing, cohort=standing.cohort, form=form)


def _done(section: str, standing: Standing, form: Seen, done: Cohort | None) -> ResponseReturnValue:
    if done is None:
        return _page(section, standing, form), 422
    flash("saved")
    return redirect(url_for(f"programme.{section}", cohort_id=standing.cohort.id), 303)
