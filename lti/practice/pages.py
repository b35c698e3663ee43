"""The pages people see: who to be, their courses, a link in its frame, the gradebook and everyone's mail."""

from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lti.practice import letters
from lti.practice.running import COOKIE, course_for_visitor, practice, refuse, visitor
from lti.practice.school import Course, Link, Person

pages = Blueprint("pages", __name__)

PARIS = ZoneInfo("Europe/Paris")
DUTIES = ("coordinator", "tutor", "speaker", "president", "juror", "learner")


@pages.before_request
def on_the_issuers_site() -> ResponseReturnValue | None:
    """The cookie belongs to the issuer's host: whoever typed the other loopback name is sent there."""
    issuer = urlsplit(practice().school.platform.url)
    if request.method == "GET" and request.host != issuer.netloc:
        return redirect(issuer._replace(path=request.path, query=request.query_string.decode()).geturl())
    return None


@pages.app_template_filter("in_paris")
def in_paris(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, PARIS)


@pages.app_context_processor
def everywhere() -> dict[str, object]:
    school = practice().school
    return {"visitor": visitor(), "platform": school.platform, "tool": school.tool}


@pages.get("/")
def home() -> ResponseReturnValue:
    """Every course with its people by duty: one click enters as one of them."""
    school = practice().school
    groups = {
        course.id: {
            duty: found for duty in DUTIES if (found := [p for p in school.people if duty in p.duty(course)])
        }
        for course in school.courses
    }
    return render_template(
        "home.html",
        courses=school.courses,
        groups=groups,
        managers=[person for person in school.people if person.manager],
        counts=practice().store.mail_counts(),
    )


@pages.post("/enter/<person_id>")
def enter(person_id: str) -> ResponseReturnValue:
    """Become somebody: sets the cookie, shows the course named in the form, or the first one open to them."""
    person = practice().school.person(person_id)
    if person is None or not person.lms:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    courses = _courses_of(person)
    wanted = practice().school.course(request.form.get("course", ""))
    course = wanted if wanted in courses else next(iter(courses), None)
    where = url_for("pages.course_page", course_id=course.id) if course else url_for("pages.home")
    response = redirect(where, HTTPStatus.SEE_OTHER)
    response.set_cookie(COOKIE, person.id, samesite="Lax", httponly=True)
    return response


@pages.post("/leave")
def leave() -> ResponseReturnValue:
    response = redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, samesite="Lax", httponly=True)
    return response


@pages.get("/courses/<course_id>")
def course_page(course_id: str) -> ResponseReturnValue:
    course, person = course_for_visitor(course_id)
    return render_template(
        "course.html",
        course=course,
        links=practice().links(course),
        edits=person.edits(course),
        teaches=person.teaches(course),
        duties=[duty for duty in DUTIES if duty in person.duty(course)],
        others=[other for other in _courses_of(person) if other != course],
        unread=practice().store.mail_counts().get(person.email, 0),
        said=request.args.get("lti_msg"),
        fault=request.args.get("lti_errormsg"),
    )


@pages.get("/courses/<course_id>/links/<link_id>")
def link_page(course_id: str, link_id: str) -> ResponseReturnValue:
    """A link in its frame, as a course page shows it."""
    course, _ = course_for_visitor(course_id)
    link = _link(course, link_id)
    return render_template("frame.html", course=course, title=link.title, link=link)


@pages.get("/courses/<course_id>/add-content")
def add_content(course_id: str) -> ResponseReturnValue:
    course, person = course_for_visitor(course_id)
    if not person.edits(course):
        refuse(HTTPStatus.FORBIDDEN, "not_editing")
    return render_template("frame.html", course=course, title=None, link=None)


@pages.get("/courses/<course_id>/grades")
def grades(course_id: str) -> ResponseReturnValue:
    """People by columns for a teacher; a learner sees their own line."""
    course, person = course_for_visitor(course_id)
    teaches = person.teaches(course)
    learners = practice().school.learners(course)
    rows = learners if teaches else [learner for learner in learners if learner == person]
    cells = {(grade.person, grade.line_item): grade for grade in practice().store.grades(course.id)}
    columns = practice().store.line_items(course.id)
    return render_template(
        "grades.html", course=course, teaches=teaches, rows=rows, columns=columns, cells=cells
    )


@pages.get("/return")
def return_from_tool() -> ResponseReturnValue:
    """Where a launch's `return_url` leads: the course, with what the tool had to say."""
    course, _ = course_for_visitor(request.args.get("course", ""))
    said = {name: request.args[name] for name in ("lti_msg", "lti_errormsg") if name in request.args}
    where = url_for("pages.course_page", course_id=course.id)
    return redirect(f"{where}?{urlencode(said)}" if said else where, HTTPStatus.SEE_OTHER)


@pages.get("/mail")
def mailbox() -> ResponseReturnValue:
    """Every mail caught, newest first; `?person=` shows one person's."""
    school, store = practice().school, practice().store
    person = school.person(request.args.get("person"))
    mails = store.mails(person.email if person else None)
    counts = store.mail_counts()
    return render_template(
        "mails.html",
        letters=[letters.read(mail) for mail in mails],
        person=person,
        people=sorted(school.people, key=lambda someone: (someone.family_name, someone.given_name)),
        counts=counts,
        person_of=school.person_of,
    )


@pages.get("/mail/<int:mail_id>")
def mail(mail_id: int) -> ResponseReturnValue:
    letter = _letter(mail_id)
    person = practice().school.person_of(letter.mail.recipient)
    return render_template("mail.html", letter=letter, person=person)


@pages.get("/mail/<int:mail_id>/attachments/<int:number>")
def attachment(mail_id: int, number: int) -> ResponseReturnValue:
    found = _letter(mail_id).attachments
    if number >= len(found):
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    part = found[number]
    return send_file(BytesIO(part.content), part.media_type, as_attachment=True, download_name=part.name)


def _letter(mail_id: int) -> letters.Letter:
    mail = practice().store.mail(mail_id)
    if mail is None:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    return letters.read(mail)


def _link(course: Course, link_id: str) -> Link:
    link = next((link for link in practice().links(course) if link.id == link_id), None)
    if link is None:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    return link


def _courses_of(person: Person) -> list[Course]:
    return [course for course in practice().school.courses if person.may_enter(course)]
