"""What one running practice LMS holds, and who is looking at it: the current person is a cookie."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NoReturn

from flask import Response, abort, current_app, make_response, render_template, request

from lti.practice.jose import PlatformKey
from lti.practice.school import Course, Link, Person, School
from lti.practice.store import Launch, Store

COOKIE = "practice_person"


@dataclass(frozen=True)
class Practice:
    """`clock` gives an aware datetime, `fresh` an unguessable string."""

    school: School
    store: Store
    key: PlatformKey
    clock: Callable[[], datetime]
    fresh: Callable[[], str]

    def now(self) -> int:
        return int(self.clock().timestamp())

    def links(self, course: Course) -> list[Link]:
        """The links of the school's file, then those that teachers added."""
        return [*course.links, *self.store.added_links(course.id)]

    def link(self, link_id: str) -> tuple[Course, Link] | None:
        found = ((course, link) for course in self.school.courses for link in self.links(course))
        return next(((course, link) for course, link in found if link.id == link_id), None)


def practice() -> Practice:
    running = current_app.extensions["practice"]
    assert isinstance(running, Practice)
    return running


def visitor() -> Person | None:
    """Whom the browser has entered as."""
    person = practice().school.person(request.cookies.get(COOKIE))
    return person if person and person.lms else None


def refuse(status: HTTPStatus, code: str) -> NoReturn:
    """Answer with the LMS's own page: nothing is sent to the tool."""
    abort(make_response(render_template("refusal.html", code=code), status))


def course_for_visitor(course_id: str) -> tuple[Course, Person]:
    """The course and the person in it, or the page that says why not."""
    person = visitor()
    if person is None:
        refuse(HTTPStatus.FORBIDDEN, "nobody")
    course = practice().school.course(course_id)
    if course is None:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    if not person.may_enter(course):
        refuse(HTTPStatus.FORBIDDEN, "not_enrolled")
    return course, person


def new_launch(person: Person, course: Course, link: Link | None, target: str) -> Launch:
    here = practice()
    launch = Launch(
        id=f"ltilaunch{link.id if link else 0}_{here.fresh()}",
        person=person.id,
        course=course.id,
        link=link.id if link else None,
        target=target,
        sesskey=here.fresh(),
        made=here.now(),
        answered=None,
        returned=None,
    )
    here.store.add_launch(launch)
    return launch


def post_elsewhere(action: str, fields: dict[str, str]) -> Response:
    """A page that posts these fields at once, with a button where scripts do not run."""
    page = make_response(render_template("handoff.html", action=action, fields=fields))
    page.headers["Cache-Control"] = "no-store"
    return page


def wants_repost() -> bool:
    """Whether the cookie may have been withheld because another site's page sent the browser here.

    SameSite=Lax keeps it back in a frame; a form of our own page brings it. Moodle does the same.
    """
    return visitor() is None and "repost" not in request.form


def repost() -> Response:
    return post_elsewhere(request.full_path, request.form.to_dict() | {"repost": "1"})
