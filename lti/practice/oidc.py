"""Opening a course link: third-party initiated login, the authentication answer, the platform's keys.

OpenID Connect Core 1.0 section 4 and 1EdTech Security Framework 1.0 section 5.1, with the refusals of
Moodle's `auth.php`: some faults are posted to the tool as `error` and `state`, others end on our own page.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from lti.practice.claims import for_link, for_selection
from lti.practice.running import (
    course_for_visitor,
    new_launch,
    post_elsewhere,
    practice,
    refuse,
    repost,
    visitor,
    wants_repost,
)
from lti.practice.school import Course, Link, Person
from lti.practice.store import Launch

oidc = Blueprint("oidc", __name__)

TARGETS = ("iframe", "window")
NEEDED = ("scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce")


@oidc.get("/launch/<link_id>")
def launch_link(link_id: str) -> ResponseReturnValue:
    """A new launch of a link, as the person entered; `?target=window` says it is not in a frame."""
    found = practice().link(link_id)
    if found is None:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    _, link = found
    course, person = course_for_visitor(found[0].id)
    return _initiate(person, course, link)


@oidc.get("/courses/<course_id>/select")
def launch_selection(course_id: str) -> ResponseReturnValue:
    """A new content selection (Deep Linking), for those who may edit the course."""
    course, person = course_for_visitor(course_id)
    if not person.edits(course):
        refuse(HTTPStatus.FORBIDDEN, "not_editing")
    return _initiate(person, course, None)


def _initiate(person: Person, course: Course, link: Link | None) -> Response:
    target = request.args.get("target", TARGETS[0])
    if target not in TARGETS:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    school = practice().school
    launch = new_launch(person, course, link, target)
    fields = {
        "iss": school.platform.url,
        "target_link_uri": link.url if link else school.tool.launch_url,
        "login_hint": person.id,
        "lti_message_hint": json.dumps({"cmid": int(link.id) if link else 0, "launchid": launch.id}),
        "client_id": school.tool.client_id,
        "lti_deployment_id": school.tool.deployment_id,
    }
    return post_elsewhere(school.tool.login_url, fields)


@oidc.route("/auth", methods=["GET", "POST"])
def authenticate() -> ResponseReturnValue:
    """Answer the tool's request by a page that posts to its redirect_uri. One answer a launch."""
    if wants_repost():
        return repost()
    asked = request.values
    tool = practice().school.tool
    launch = _launch_asked(asked)
    if launch is None or any(not asked.get(name) for name in NEEDED):
        refuse(HTTPStatus.NOT_FOUND, "invalid_request")
    if asked["scope"] != "openid" or asked["response_type"] != "id_token":
        refuse(HTTPStatus.NOT_FOUND, "invalid_request")
    if asked["redirect_uri"] != tool.launch_url:
        refuse(HTTPStatus.NOT_FOUND, "invalid_redirect")
    fields = _fault(asked, launch)
    if not fields:
        fields = {"id_token": practice().key.sign(_claims(launch, asked["nonce"]))}
    if not practice().store.answer_launch(launch.id, practice().now()):
        refuse(HTTPStatus.NOT_FOUND, "launch_used")
    if "state" in asked:
        fields["state"] = asked["state"]
    return post_elsewhere(tool.launch_url, fields)


def _launch_asked(asked: Mapping[str, str]) -> Launch | None:
    """The open launch that `lti_message_hint` names, if the person entered made it."""
    try:
        launch_id = json.loads(asked.get("lti_message_hint", ""))["launchid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    person = visitor()
    launch = practice().store.launch(launch_id) if isinstance(launch_id, str) else None
    if launch is None or person is None or launch.person != person.id or launch.answered is not None:
        return None
    return launch


def _fault(asked: Mapping[str, str], launch: Launch) -> dict[str, str]:
    """The error that is posted to the tool, empty when nothing is wrong."""
    if asked["client_id"] != practice().school.tool.client_id:
        return {"error": "unauthorized_client"}
    if asked["login_hint"] != launch.person:
        return {"error": "access_denied"}
    if asked.get("response_mode") != "form_post":
        return {"error": "invalid_request", "error_description": "Invalid response_mode"}
    if asked.get("prompt") and asked["prompt"] != "none":
        return {"error": "invalid_request", "error_description": "Invalid prompt"}
    return {}


def _claims(launch: Launch, nonce: str) -> dict[str, Any]:
    here = practice()
    course, person = course_for_visitor(launch.course)
    said = {"target": launch.target, "sesskey": launch.sesskey, "nonce": nonce}
    if launch.link is None:
        if not person.edits(course):
            refuse(HTTPStatus.FORBIDDEN, "not_editing")
        return for_selection(here.school, person, course, now=here.clock(), **said)
    found = here.link(launch.link)
    if found is None:
        refuse(HTTPStatus.NOT_FOUND, "unknown")
    columns = [item for item in here.store.line_items(course.id) if item.link == launch.link]
    return for_link(here.school, person, course, found[1], columns=columns, now=here.clock(), **said)


@oidc.get("/jwks")
def keys() -> ResponseReturnValue:
    return jsonify(practice().key.public_set())
