"""One's cohorts, and an institution's: the way to each, and a new one opened from a track."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tutoring.programme.forms import CohortForm
from tutoring.programme.operations import open_cohort_for
from tutoring.programme.pages import HomePage, InstitutionCohorts, load_cohorts, load_home
from tutoring.programme.policy import may_administer
from tutoring.programme.views.pages import pages
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import anyone, guarded
from tutoring.web.wording import label


@pages.get("/")
@guarded(anyone, load_home)
def home(page: HomePage) -> ResponseReturnValue:
    """The viewer's cohorts; whoever has only one is led to its front page."""
    if len(page.standings) == 1 and not page.person.administrator:
        return redirect(page.standings[0].cohort.path, 303)
    return render_template("programme/home.html", page=page)


@pages.get("/institution/cohorts")
@guarded(may_administer, load_cohorts)
def cohorts(page: InstitutionCohorts) -> ResponseReturnValue:
    return render_template("programme/cohorts.html", page=page, form=CohortForm(page.tracks))


@pages.post("/institution/cohorts")
@guarded(may_administer, load_cohorts)
def start_cohort(page: InstitutionCohorts) -> ResponseReturnValue:
    form = CohortForm(page.tracks)
    tracks = {str(track.id): track for track in page.tracks}
    opened = attempt(
        form,
        lambda: open_cohort_for(
            session(),
            tracks[form.track.data],
            page.person,
            name=form.name.data or None,
            coordinator_name=form.coordinator_name.data or "",
            coordinator_email=form.coordinator_email.data or "",
            now=now(),
        ),
    )
    if opened is None:
        return render_template("programme/cohorts.html", page=page, form=form), 422
    flash(label("flash", "cohort_opened", part="programme"))
    return redirect(url_for("programme.cohorts"), 303)
