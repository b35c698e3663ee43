"""What an id_token of this platform says: LTI 1.3 and Deep Linking 2.0 claims, as Moodle 4.5 fills them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from lti.practice.school import Course, Link, Person, School
from lti.practice.store import LineItem

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_SERVICE = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM = AGS + "lineitem"
LINE_ITEM_READ = AGS + "lineitem.readonly"
RESULT_READ = AGS + "result.readonly"
SCORE = AGS + "score"
ROSTER_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (LINE_ITEM_READ, RESULT_READ, SCORE, LINE_ITEM, ROSTER_READ)

COURSE_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ADMINISTRATOR_ROLES = (
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
)
LIFETIME = 60


def launch_roles(person: Person, course: Course) -> list[str]:
    """Roles of a launch: a non-editing teacher is Instructor here (and Learner in the roster)."""
    roles = [COURSE_ROLE + ("Instructor" if person.teaches(course) else "Learner")]
    return roles + list(ADMINISTRATOR_ROLES) if person.manager else roles


def roster_roles(person: Person, course: Course) -> list[str]:
    """Short names, and Instructor only for those who may edit the course."""
    return ["Instructor" if person.edits(course) else "Learner"]


def line_items_address(school: School, course: Course) -> str:
    return f"{school.platform.url}/services/{course.id}/lineitems"


def line_item_address(school: School, item: LineItem) -> str:
    """Without its `?type_id=`, which comes after what a service adds to the path."""
    return f"{school.platform.url}/services/{item.course}/lineitems/{item.id}/lineitem"


def type_query(school: School) -> str:
    return f"?type_id={school.tool.deployment_id}"


def roster_address(school: School, course: Course) -> str:
    tool = school.tool.deployment_id
    return f"{school.platform.url}/services/CourseSection/{course.id}/bindings/{tool}/memberships"


def for_link(
    school: School, person: Person, course: Course, link: Link, *,
    columns: Sequence[LineItem], target: str, sesskey: str, nonce: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """LtiResourceLinkRequest. `columns` are those of this link: one alone is named as its `lineitem`."""
    back = {"course": course.id, "launch_container": 3, "instanceid": link.id, "sesskey": sesskey}
    grading: dict[str, Any] = {
        "scope": list(SCOPES[:4]),
        "lineitems": line_items_address(school, course) + type_query(school),
    }
    if len(columns) == 1:
        grading["lineitem"] = line_item_address(school, columns[0]) + type_query(school)
    return _common(school, person, course, nonce=nonce, now=now) | {
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "target_link_uri": link.url,
        LTI + "resource_link": {"id": link.id, "title": link.title, "description": link.text},
        LTI + "custom": dict(link.custom),
        LTI + "launch_presentation": {
            "locale": "fr",
            "document_target": target,
            "return_url": f"{school.platform.url}/return?{urlencode(back)}",
        },
        AGS_ENDPOINT: grading,
        NRPS_SERVICE: {
            "context_memberships_url": roster_address(school, course),
            "service_versions": ["1.0", "2.0"],
        },
    }


def for_selection(
    school: School, person: Person, course: Course, *, target: str, sesskey: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """LtiDeepLinkingRequest: several resource links accepted, no `data`."""
    back = {"course": course.id, "id": school.tool.deployment_id, "sesskey": sesskey}
    return _common(school, person, course, nonce=nonce, now=now) | {
        LTI + "message_type": "LtiDeepLinkingRequest",
        LTI + "target_link_uri": school.tool.launch_url,
        LTI + "launch_presentation": {"locale": "fr", "document_target": target},
        DEEP_LINKING + "deep_linking_settings": {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_multiple": True,
            "accept_copy_advice": False,
            "auto_create": False,
            "can_confirm": False,
            "deep_link_return_url": f"{school.platform.url}/deep-linking/return?{urlencode(back)}",
            "title": "",
            "text": "",
        },
    }


def _common(school: School, person: Person, course: Course, *, nonce: str, now: datetime) -> dict[str, Any]:
    platform, tool, made = school.platform, school.tool, int(now.timestamp())
    return {
        "iss": platform.url,
        "aud": tool.client_id,
        "sub": person.id,
        "nonce": nonce,
        "iat": made,
        "exp": made + LIFETIME,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        LTI + "version": "1.3.0",
        LTI + "deployment_id": tool.deployment_id,
        LTI + "roles": launch_roles(person, course),
        LTI + "context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": ["CourseSection"],
        },
        LTI + "tool_platform": {
            "guid": platform.guid,
            "name": platform.name,
            "description": platform.name,
            "product_family_code": platform.family,
            "version": platform.version,
        },
        LTI + "lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
        LTI + "ext": {"user_username": person.username, "lms": "moodle-2"},
    }
