"""What a verified launch says, as frozen dataclasses: person, roles, context, link, services, deep linking.

LTI 1.3 Core section 5.3 and appendix C, Names and Roles 2.0 section 3.6.1.1, Assignment and Grade Services
2.0 section 3.1, Deep Linking 2.0 section 3.4, Submission Review 1.0. An explicit null is the same as an
absent claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lti.protocol.platform import Platform
from lti.protocol.roles import CourseRole


class Message(StrEnum):
    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"


@dataclass(frozen=True, slots=True)
class Person:
    """Who launches: ``sub`` is the only identity, with the platform. None where the platform keeps it to
    itself.
    """

    sub: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    locale: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The course the launch comes from. ``types`` as sent (URIs or short names)."""

    id: str
    label: str | None = None
    title: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceLink:
    id: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class GradeService:
    """The AGS claim. ``lineitems`` is the container's address, ``lineitem`` the link's only line item's; both
    may carry a query. ``scopes`` are those that may be asked for.
    """

    scopes: frozenset[str] = frozenset()
    lineitems: str | None = None
    lineitem: str | None = None


@dataclass(frozen=True, slots=True)
class RosterService:
    """The NRPS claim."""

    memberships_url: str
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """What the platform wants back from a deep linking request.

    ``return_url`` may hold the person's session key (Moodle): never log it nor keep it. ``data`` goes back as
    it came.
    """

    return_url: str = field(repr=False)
    accept_types: tuple[str, ...] = ()
    accept_targets: tuple[str, ...] = ()
    accept_multiple: bool = False
    accept_line_item: bool | None = None
    auto_create: bool = False
    title: str | None = None
    text: str | None = None
    data: str | None = field(default=None, repr=False)

    @property
    def takes_resource_links(self) -> bool:
        return "ltiResourceLink" in self.accept_types


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the launch is shown: ``target`` is iframe, frame or window. ``return_url`` may hold the person's
    session key (Moodle): never log it nor keep it; an address that is not a web address was dropped.
    """

    target: str | None = None
    return_url: str | None = field(default=None, repr=False)
    locale: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class ForUser:
    """Whose submission is to be reviewed; the line item is ``Launch.grades.lineitem``."""

    user_id: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    roles: frozenset[CourseRole] = frozenset()


@dataclass(frozen=True, slots=True)
class ToolPlatform:
    """Which software and which site launches, as it says itself."""

    guid: str | None = None
    name: str | None = None
    product: str | None = None
    version: str | None = None
    url: str | None = None
    contact_email: str | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that was verified in all but its nonce being new: burn (platform.id, nonce) before anything
    else.

    ``nonce_expires_at``: after it the state is refused anyway, so the burnt nonce may be swept. ``target`` is
    an address of ours. ``role_names`` are the roles as sent, ``roles`` what they are worth in the course.
    ``resource_link`` is None only for deep linking and submission review; ``deep_linking`` is there exactly
    for deep linking, ``for_user`` exactly for submission review.
    """

    platform: Platform
    message: Message
    deployment_id: str
    nonce: str
    nonce_expires_at: datetime
    target: str
    person: Person
    roles: frozenset[CourseRole]
    role_names: tuple[str, ...] = ()
    context: Context | None = None
    resource_link: ResourceLink | None = None
    grades: GradeService | None = None
    roster: RosterService | None = None
    deep_linking: DeepLinkingSettings | None = None
    for_user: ForUser | None = None
    presentation: Presentation = field(default_factory=Presentation)
    tool_platform: ToolPlatform = field(default_factory=ToolPlatform)
    custom: Mapping[str, str] = field(default_factory=dict)
