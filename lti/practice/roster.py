"""Names and Role Provisioning Services 2.0: who is in a course, in pages when a limit is asked."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, json, request
from flask.typing import ResponseReturnValue

from lti.practice.bearer import holds_scope
from lti.practice.claims import COURSE_ROLE, LTI, ROSTER_READ, roster_address, roster_roles
from lti.practice.running import practice
from lti.practice.school import Course, Person

roster = Blueprint("roster", __name__)

MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@roster.get("/services/CourseSection/<course_id>/bindings/<tool_id>/memberships")
def memberships(course_id: str, tool_id: str) -> ResponseReturnValue:
    """The active members, narrowed by `role`, `limit` and `from`, `rlid`; the next page is a Link header."""
    school = practice().school
    accept = request.headers.get("Accept", "")
    if accept and "*/*" not in accept and accept != MEDIA_TYPE:
        return Response(status=HTTPStatus.BAD_REQUEST)
    course = school.course(course_id)
    if course is None or tool_id != school.tool.deployment_id:
        return Response(status=HTTPStatus.NOT_FOUND)
    if not holds_scope(ROSTER_READ):
        return Response(status=HTTPStatus.FORBIDDEN)
    link_id = request.args.get("rlid")
    if link_id and link_id not in [link.id for link in practice().links(course)]:
        return Response(status=HTTPStatus.NOT_FOUND)
    people = _with_role(course, request.args.get("role", ""))
    limit, start = request.args.get("limit", 0, int), request.args.get("from", 0, int)
    page = people[start : start + limit] if limit > 0 else people
    answer = {
        "id": roster_address(school, course),
        "context": {"id": course.id, "label": course.label, "title": course.title},
        "members": [_member(person, course, link_id) for person in page],
    }
    response = Response(json.dumps(answer), mimetype=MEDIA_TYPE)
    if limit > 0 and start + limit < len(people):
        following = {"limit": limit, "from": start + limit} | ({"rlid": link_id} if link_id else {})
        response.headers["Link"] = f'<{roster_address(school, course)}?{urlencode(following)}>; rel="next"'
    return response


def _with_role(course: Course, role: str) -> list[Person]:
    """Moodle knows two filters, Instructor and Learner, by short name or URI; any other changes nothing."""
    people, short = practice().school.enrolled(course), role.removeprefix(COURSE_ROLE)
    if short not in ("Instructor", "Learner"):
        return people
    return [person for person in people if short in roster_roles(person, course)]


def _member(person: Person, course: Course, link_id: str | None) -> dict[str, Any]:
    member: dict[str, Any] = {
        "status": "Active",
        "roles": roster_roles(person, course),
        "user_id": person.id,
        "lis_person_sourcedid": "",
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
    }
    if link_id:
        member["message"] = [{LTI + "message_type": "LtiResourceLinkRequest"}]
    return member
