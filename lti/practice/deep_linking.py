"""Deep Linking 2.0, the way back: what the tool chose becomes links of the course."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lti.practice.claims import DEEP_LINKING, LTI
from lti.practice.jose import BadSignature, UnreachableKeys, claims_signed_by, fetch_keys, seconds
from lti.practice.running import course_for_visitor, practice, refuse, repost, wants_repost
from lti.practice.school import Course, Link

deep_linking = Blueprint("deep_linking", __name__)

LEEWAY = 60
DEFAULT_MAXIMUM = 100.0


@deep_linking.post("/deep-linking/return")
def take_back() -> ResponseReturnValue:
    """The tool's LtiDeepLinkingResponse, once per selection: the sesskey of its return address says which."""
    if wants_repost():
        return repost()
    here = practice()
    course, person = course_for_visitor(request.args.get("course", ""))
    launch = here.store.launch_by_sesskey(request.args.get("sesskey", ""))
    if launch is None or launch.link is not None or (launch.person, launch.course) != (person.id, course.id):
        refuse(HTTPStatus.FORBIDDEN, "sesskey")
    if not person.edits(course):
        refuse(HTTPStatus.FORBIDDEN, "not_editing")
    claims = _verified(request.form.get("JWT", ""))
    chosen = _chosen(claims)
    if not here.store.return_launch(launch.id, here.now()):
        refuse(HTTPStatus.FORBIDDEN, "launch_used")
    added = [_add(course, item) for item in chosen]
    return render_template(
        "added.html",
        course=course,
        added=added,
        message=claims.get(DEEP_LINKING + "msg"),
        fault=claims.get(DEEP_LINKING + "errormsg"),
    )


def _verified(token: str) -> dict[str, Any]:
    """The claims of a response signed by the tool for this platform, or the page that says it is not one."""
    here = practice()
    try:
        claims = claims_signed_by(fetch_keys(here.school.tool.jwks_url), token)
    except UnreachableKeys:
        refuse(HTTPStatus.NOT_FOUND, "tool_keys")
    except BadSignature:
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    audience, expires, now = claims.get("aud"), seconds(claims, "exp"), here.now()
    said = {
        "iss": here.school.tool.client_id,
        LTI + "deployment_id": here.school.tool.deployment_id,
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
    }
    meant = here.school.platform.url in (audience if isinstance(audience, list) else [audience])
    nonce = claims.get("nonce")
    if not meant or any(claims.get(name) != value for name, value in said.items()):
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    if expires is None or expires <= now - LEEWAY or not isinstance(nonce, str):
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    if not here.store.burn("nonce", nonce, expires=expires + LEEWAY, now=now):
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    return claims


def _chosen(claims: dict[str, Any]) -> list[dict[str, Any]]:
    """The links among the items, all on the tool's own site."""
    items, tool = claims.get(DEEP_LINKING + "content_items") or [], practice().school.tool
    if not isinstance(items, list):
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    links = [item for item in items if isinstance(item, dict) and item.get("type") == "ltiResourceLink"]
    if not all(tool.owns(str(item.get("url") or tool.launch_url)) for item in links):
        refuse(HTTPStatus.BAD_REQUEST, "deep_linking")
    return links


def _add(course: Course, item: dict[str, Any]) -> Link:
    here = practice()
    url = str(item.get("url") or here.school.tool.launch_url)
    given = item.get("custom")
    custom = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    title, text = str(item.get("title") or here.school.tool.name), str(item.get("text") or "")
    new = here.store.add_link(course=course.id, title=title, text=text, url=url, custom=custom)
    link = Link(id=new, course=course.id, title=title, text=text, url=url, custom=custom)
    column = item.get("lineItem")
    if isinstance(column, dict):
        maximum = column.get("scoreMaximum")
        here.store.couple(
            link,
            str(column.get("label") or title),
            float(maximum) if isinstance(maximum, int | float) and maximum > 0 else DEFAULT_MAXIMUM,
            resource_id=str(column.get("resourceId") or ""),
            tag=str(column.get("tag") or ""),
        )
    return link
