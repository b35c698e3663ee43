"""The calendar as its coordinator keeps it: the list, a day's date, place and hours, its speakers."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tutoring.programme.forms import DayForm, SpeakerForm
from tutoring.programme.operations import add_speaker, move_day, remove_speaker
from tutoring.programme.pages import (
    CalendarPage,
    DayEdit,
    SpeakerEdit,
    load_calendar,
    load_day,
    load_speaker,
)
from tutoring.programme.policy import may_coordinate
from tutoring.programme.views.pages import attempt_valid, pages
from tutoring.web.edge import now, session
from tutoring.web.forms import Form, attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


@pages.get("/c/<int:cohort_id>/programme")
@guarded(may_coordinate, load_calendar)
def calendar(page: CalendarPage) -> ResponseReturnValue:
    return render_template("programme/calendar.html", page=page)


@pages.get("/c/<int:cohort_id>/programme/days/<int:number>")
@guarded(may_coordinate, load_day)
def day(page: DayEdit) -> ResponseReturnValue:
    return _day_page(page, DayForm(obj=page.day), SpeakerForm(page.staff))


@pages.post("/c/<int:cohort_id>/programme/days/<int:number>")
@guarded(may_coordinate, load_day)
def change_day(page: DayEdit) -> ResponseReturnValue:
    form = DayForm()
    moved = attempt_valid(
        form,
        lambda: move_day(
            session(),
            page.standing,
            page.day,
            form.facts(),
            seen_version=form.version.data or 0,
            now=now(),
        ),
    )
    if moved is None:
        return _day_page(page, form, SpeakerForm(page.staff, formdata=None)), 422
    flash("saved")
    return redirect(url_for("programme.calendar", cohort_id=page.standing.cohort.id), 303)


@pages.post("/c/<int:cohort_id>/programme/days/<int:number>/speakers")
@guarded(may_coordinate, load_day)
def name_speaker(page: DayEdit) -> ResponseReturnValue:
    form = SpeakerForm(page.staff)
    chosen = {str(member.person_id): member.person for member in page.staff}
    added = attempt(
        form,
        lambda: add_speaker(
            session(),
            page.standing,
            page.day,
            name=form.name.data or "",
            person=chosen.get(form.person.data or ""),
            now=now(),
        ),
    )
    if added is None:
        return _day_page(page, DayForm(obj=page.day, formdata=None), form), 422
    flash(label("flash", "speaker_added", part="programme"))
    return _back_to(page)


@pages.post("/c/<int:cohort_id>/programme/days/<int:number>/speakers/<int:speaker_id>/remove")
@guarded(may_coordinate, load_speaker)
def drop_speaker(page: SpeakerEdit) -> ResponseReturnValue:
    if not Form().validate_on_submit():
        abort(400)
    remove_speaker(session(), page.standing, page.day, page.speaker, now=now())
    flash("removed")
    return _back_to(page)


def _day_page(page: DayEdit, form: DayForm, speaker_form: SpeakerForm) -> str:
    return render_template("programme/day.html", page=page, form=form, speaker_form=speaker_form)


def _back_to(page: DayEdit | SpeakerEdit) -> ResponseReturnValue:
    address = url_for("programme.day", cohort_id=page.day.cohort_id, number=page.day.number)
    return redirect(f"{address}#speakers", 303)
