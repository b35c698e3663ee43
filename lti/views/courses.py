"""The pages that tie a course to a cohort: what a new course opens, and the ties as the coordinator sees them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lti import operations, queries, roster
from lti.connection import connection
from lti.forms import Button, ChooseCohortForm, LinkCodeForm, OpenCohortForm
from lti.models import CourseLink, LmsPage, NewCourse
from lti.operations import CourseFacts
from lti.policy import may_link_new_course, may_see_ties
from lti.protocol.errors import ServiceError
from lti.views.blueprint import pages
from tutoring.people.models import Person
from tutoring.store.db import writing
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session
from tutoring.web.forms import Form, attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label

# How long a launch from a new course may wait for its choice.
WAITS = timedelta(hours=2)


def remember_course(person: Person, facts: CourseFacts, now: datetime) -> None:
    """Keep in this browser's session which course its verified staff launch came from."""
    browser["lti_course"] = {
        "person": person.id,
        "until": (now + WAITS).isoformat(),
        "facts": asdict(operations.shortened(facts)),
    }


def _waiting_facts(person: Person) -> CourseFacts | None:
    kept = browser.get("lti_course")
    if kept is None or kept["person"] != person.id or now() >= datetime.fromisoformat(kept["until"]):
        return None
    return CourseFacts(**kept["facts"])


def _new_course(db: Session, person: Person) -> NewCourse | None:
    facts = _waiting_facts(person)
    if facts is None:
        return None
    return queries.new_course(db, person, facts.platform_id, facts.title)


def _facts(course: NewCourse) -> CourseFacts:
    facts = _waiting_facts(course.person)
    if facts is None:
        abort(404)
    return facts


def _new_course_page(course: NewCourse, filled: Form | None = None) -> str:
    forms: dict[str, Form] = {
        "open_form": OpenCohortForm(formdata=None).offer(course),
        "code_form": LinkCodeForm(formdata=None),
        "cohort_form": ChooseCohortForm(formdata=None).offer(course),
    }
    names = {OpenCohortForm: "open_form", LinkCodeForm: "code_form", ChooseCohortForm: "cohort_form"}
    if filled is not None:
        forms[names[type(filled)]] = filled
    return render_template("lti/new_course.html", course=course, **forms)


def _linked(course: NewCourse, form: Form, act: Callable[[], CourseLink]) -> ResponseReturnValue:
    """Tie the course by `act` and open its cohort, or show the choice again."""
    tied = attempt(form, act)
    if tied is None:
        return _new_course_page(course, form), 422
    browser.pop("lti_course", None)
    flash(label("flash", "course_linked", part="lti"))
    return redirect(f"/c/{tied.cohort_id}/", 303)


@pages.get("/lti/course")
@guarded(may_link_new_course, _new_course)
def new_course(course: NewCourse) -> ResponseReturnValue:
    known = queries.course_called(session(), course.platform.id, _facts(course).context_id)
    if known is not None:
        return redirect(f"/c/{known.cohort_id}/", 303)
    return _new_course_page(course)


@pages.post("/lti/course/open")
@guarded(may_link_new_course, _new_course)
def open_cohort(course: NewCourse) -> ResponseReturnValue:
    form = OpenCohortForm().offer(course)
    return _linked(
        course,
        form,
        lambda: operations.open_for_course(
            session(), _facts(course), form.track.data, course.person, name=form.name.data or "", now=now()
        ),
    )


@pages.post("/lti/course/code")
@guarded(may_link_new_course, _new_course)
def redeem_code(course: NewCourse) -> ResponseReturnValue:
    form = LinkCodeForm()
    return _linked(
        course,
        form,
        lambda: operations.redeem_code(
            session(), _facts(course), form.code.data or "", course.person, now=now()
        ),
    )


@pages.post("/lti/course/cohort")
@guarded(may_link_new_course, _new_course)
def choose_cohort(course: NewCourse) -> ResponseReturnValue:
    form = ChooseCohortForm().offer(course)
    return _linked(
        course,
        form,
        lambda: operations.choose_cohort(
            session(), _facts(course), form.cohort.data, course.person, now=now()
        ),
    )


@pages.post("/lti/course/ask")
@guarded(may_link_new_course, _new_course)
def ask_for_course(course: NewCourse) -> ResponseReturnValue:
    if not Button().validate_on_submit():
        abort(400)
    operations.ask_for_course(session(), _facts(course), course.platform, course.person, now=now())
    flash(label("flash", "course_asked", part="lti"))
    return redirect(url_for("lti.new_course"), 303)


def _lms_page(db: Session, viewer: Person, cohort_id: int) -> LmsPage | None:
    return queries.lms_page(db, viewer, cohort_id, now())


@pages.get("/c/<int:cohort_id>/lms")
@guarded(may_see_ties, _lms_page)
def lms(page: LmsPage) -> ResponseReturnValue:
    base = house().settings.base_url
    return render_template(
        "lti/lms.html",
        page=page,
        code=browser.pop("lti_code", None),
        addresses={
            "login": base + url_for("lti.begin_login"),
            "launch": base + url_for("lti.receive_launch"),
            "jwks": base + url_for("lti.jwks"),
        },
    )


def _back(page: LmsPage, said: str) -> ResponseReturnValue:
    flash(label("flash", said, part="lti"))
    return redirect(url_for("lti.lms", cohort_id=page.standing.cohort.id), 303)


@pages.post("/c/<int:cohort_id>/lms/code")
@guarded(may_see_ties, _lms_page)
def make_code(page: LmsPage) -> ResponseReturnValue:
    if not Button().validate_on_submit():
        abort(400)
    code = operations.spell_code(secrets.token_bytes(8))
    operations.make_link_code(session(), page.standing, code=code, now=now())
    browser["lti_code"] = code  # shown once, by the page that follows
    return redirect(url_for("lti.lms", cohort_id=page.standing.cohort.id), 303)


@pages.post("/c/<int:cohort_id>/lms/scores")
@guarded(may_see_ties, _lms_page)
def send_all_again(page: LmsPage) -> ResponseReturnValue:
    if not Button().validate_on_submit():
        abort(400)
    operations.send_again(session(), page.standing, now=now())
    return _back(page, "scores_wanted")


@dataclass(frozen=True)
class OneScore:
    """A score of a cohort's page."""

    page: LmsPage
    score_id: int

    @property
    def standing(self) -> object:
        return self.page.standing


def _one_score(db: Session, viewer: Person, cohort_id: int, score_id: int) -> OneScore | None:
    page = _lms_page(db, viewer, cohort_id)
    known = page is not None and any(score.id == score_id for score in page.scores)
    return OneScore(page, score_id) if page is not None and known else None


@pages.post("/c/<int:cohort_id>/lms/scores/<int:score_id>")
@guarded(lambda viewer, thing: may_see_ties(viewer, thing.page), _one_score)
def send_score_again(thing: OneScore) -> ResponseReturnValue:
    if not Button().validate_on_submit():
        abort(400)
    operations.send_again(session(), thing.page.standing, now=now(), score_id=thing.score_id)
    return _back(thing.page, "scores_wanted")


@dataclass(frozen=True)
class OneCourse:
    """A course of a cohort's page, with its platform and cohort."""

    page: LmsPage
    course: CourseLink

    @property
    def standing(self) -> object:
        return self.page.standing


def _one_course(db: Session, viewer: Person, cohort_id: int, course_id: int) -> OneCourse | None:
    page = _lms_page(db, viewer, cohort_id)
    course = queries.course(db, cohort_id, course_id)
    return OneCourse(page, course) if page is not None and course is not None else None


@pages.post("/c/<int:cohort_id>/lms/courses/<int:course_id>/roster")
@guarded(lambda viewer, thing: may_see_ties(viewer, thing.page), _one_course)
def take_roster(thing: OneCourse) -> ResponseReturnValue:
    if not Button().validate_on_submit():
        abort(400)
    known, address = queries.as_known(thing.course.platform), thing.course.memberships_url
    # The platform may be slow: the database is not kept waiting for it.
    session().commit()
    try:
        members = roster.fetch(connection().services, known, address, now())
    except ServiceError as error:
        raise Refusal("roster_unread", status=502, fault=error.fault.value) from error
    writing(session())
    course = queries.course(session(), thing.page.standing.cohort.id, thing.course.id)
    if course is None:
        abort(404)
    added = roster.take(session(), course, members, actor=thing.page.standing.person, now=now())
    return _back(thing.page, "roster_taken" if added else "roster_unchanged")
