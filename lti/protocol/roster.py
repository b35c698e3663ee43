"""Names and Role Provisioning Services 2.0: who is in the course, whole or not at all.

Whoever reads a roster to remove people must be sure that it is complete: a page that fails, or a next link
that leads elsewhere, gives no roster.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from lti.protocol.answers import read_object
from lti.protocol.claims import RosterService
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.http import Request
from lti.protocol.platform import Platform
from lti.protocol.roles import CourseRole, in_course
from lti.protocol.strict_json import Json
from lti.protocol.tokens import Services
from lti.protocol.urls import with_query

SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PAGE_SIZE: Final = 100


class Status(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the course; ``user_id`` is the ``sub`` of their launches. ``role_names`` as sent.

    Roles may differ from the launch's (Moodle's non-editing teacher is Learner here): never demote from a
    roster.
    """

    user_id: str
    status: Status
    roles: frozenset[CourseRole]
    role_names: tuple[str, ...] = ()
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Every member of a course, each once, in the platform's order."""

    context_id: str | None
    context_label: str | None
    context_title: str | None
    members: tuple[Member, ...]


def fetch(
    services: Services,
    platform: Platform,
    offered: RosterService,
    now: datetime,
    *,
    resource_link_id: str | None = None,
    page_size: int = PAGE_SIZE,
) -> Roster:
    """The roster of the course, or of one resource link of it, from all pages (Moodle pages only when asked
    to).

    Members listed twice are merged. Raises ServiceError, and then nothing is known of the roster.
    """
    query = {"limit": str(page_size)}
    if resource_link_id is not None:
        query["rlid"] = resource_link_id
    request = Request("GET", with_query(offered.memberships_url, query), {"Accept": MEDIA_TYPE})
    pages = [read_object(page) for page in services.pages(platform, (SCOPE,), request, now)]
    context = pages[0].get("context")
    course: Mapping[str, Json] = context if isinstance(context, dict) else {}
    return Roster(
        context_id=_text(course, "id"),
        context_label=_text(course, "label"),
        context_title=_text(course, "title"),
        members=_merged(_member(entry, platform) for page in pages for entry in _entries(page)),
    )


def _entries(page: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    listed = page.get("members")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise ServiceError(Fault.UNREADABLE, detail="members")
    return [entry for entry in listed if isinstance(entry, dict)]


def _member(entry: Mapping[str, Json], platform: Platform) -> Member:
    user_id = _text(entry, "user_id")
    if user_id is None:
        raise ServiceError(Fault.UNREADABLE, detail="user_id")
    listed = entry.get("roles")
    names = tuple(role for role in listed if isinstance(role, str)) if isinstance(listed, list) else ()
    return Member(
        user_id=user_id,
        status=_status(entry.get("status")),
        roles=in_course(names, platform.role_overrides),
        role_names=names,
        name=_text(entry, "name"),
        given_name=_text(entry, "given_name"),
        family_name=_text(entry, "family_name"),
        email=_text(entry, "email"),
        picture=_text(entry, "picture"),
    )


def _status(value: Json) -> Status:
    """Section 2.2: absent means active. One we do not know takes nobody off the roster."""
    try:
        return Status(value) if isinstance(value, str) else Status.ACTIVE
    except ValueError:
        return Status.ACTIVE


def _merged(members: Iterable[Member]) -> tuple[Member, ...]:
    found: dict[str, Member] = {}
    for member in members:
        known = found.get(member.user_id)
        found[member.user_id] = member if known is None else _union(known, member)
    return tuple(found.values())


def _union(one: Member, other: Member) -> Member:
    """All roles of both, the first known of each name, active if either is."""
    statuses = {one.status, other.status}
    return replace(
        one,
        status=next(status for status in Status if status in statuses),
        roles=one.roles | other.roles,
        role_names=tuple(dict.fromkeys((*one.role_names, *other.role_names))),
        name=one.name or other.name,
        given_name=one.given_name or other.given_name,
        family_name=one.family_name or other.family_name,
        email=one.email or other.email,
        picture=one.picture or other.picture,
    )


def _text(entry: Mapping[str, Json], name: str) -> str | None:
    """A text, also where it comes as a number; None when absent, null or blank."""
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else None
