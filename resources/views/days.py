"""The pages one reads: the calendar of the days, the space of a day, its earlier editions."""

from __future__ import annotations

from functools import lru_cache

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup, escape

from resources.policy import may_read, may_write
from resources.queries.assigned import cohorts_assigning
from resources.queries.entries import modules_of_day
from resources.queries.space import DayPage, DaysPage
from resources.views.routes import load_day, load_days, pages
from tutoring.documents.markdown import HostileMarkdown, reading_minutes, render
from tutoring.programme.calendar import local_day
from tutoring.web.edge import now, session
from tutoring.web.guard import guarded


@lru_cache(maxsize=256)
def programme_html(about: str) -> Markup:
    """A day's programme as HTML. It has no editions to keep a rendering in, so the last ones are kept here."""
    try:
        return Markup(render(about).html)  # noqa: S704 (the renderer's output is safe)
    except HostileMarkdown:
        return escape(about)


@pages.get("/c/<int:cohort_id>/days")
@guarded(may_read, load_days)
def days(page: DaysPage) -> ResponseReturnValue:
    return render_template("resources/days.html", page=page, minutes=reading_minutes)


@pages.get("/c/<int:cohort_id>/days/<int:number>")
@guarded(may_read, load_day)
def day(page: DayPage) -> ResponseReturnValue:
    writes = may_write(current_user, page)
    return render_template(
        "resources/day.html",
        page=page,
        day=page.day,
        about=programme_html(page.day.about) if page.day.about.strip() else None,
        modules=modules_of_day(page.day),
        minutes=reading_minutes,
        writes=writes,
        assigns=writes and bool(cohorts_assigning(session(), current_user.id, [page.day.cohort_id])),
        past=page.day.date < local_day(now()),
    )


@pages.get("/c/<int:cohort_id>/days/<int:number>/editions/<int:edition>")
@guarded(may_read, load_day)
def edition(page: DayPage) -> ResponseReturnValue:
    return render_template("resources/edition.html", page=page, day=page.day, minutes=reading_minutes)
