"""Reading the claims of a verified token into dataclasses, claim by claim, as lenient as each may be.

Texts that only inform (names, titles) are dropped when they are of another type; what the rest leans on (ids,
addresses of services) must be as the standard says, or the launch is refused with CLAIM_MALFORMED.
"""

from collections.abc import Mapping
from typing import Final

from lti.protocol import urls
from lti.protocol.claims import (
    Context,
    DeepLinkingSettings,
    ForUser,
    GradeService,
    Message,
    Person,
    Presentation,
    ResourceLink,
    RosterService,
    ToolPlatform,
)
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.platform import Platform
from lti.protocol.roles import in_course
from lti.protocol.strict_json import Json

LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING_SETTINGS: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
AGS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_SERVICE: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MAX_ID: Final = 255

Claims = Mapping[str, Json]


def text(claims: Claims, name: str) -> str | None:
    """A text that only informs: trimmed, None when absent, empty or of another type."""
    value = claims.get(name)
    return (value.strip() or None) if isinstance(value, str) else None


def identifier(claims: Claims, name: str, missing: Reason, *, longest: int | None = None) -> str:
    """A required text kept exactly as sent; ``missing`` when absent, null or empty, CLAIM_MALFORMED
    otherwise.
    """
    value = claims.get(name)
    if value is None or value == "":
        raise InvalidLaunch(missing)
    if not isinstance(value, str) or (longest is not None and len(value) > longest):
        raise malformed(name)
    return value


def texts(claims: Claims, name: str) -> tuple[str, ...]:
    """The strings of a list (or one string alone), in order; anything else is left out."""
    value = claims.get(name)
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def group(claims: Claims, name: str) -> Claims | None:
    """An optional claim that is an object; CLAIM_MALFORMED when it is neither an object nor null."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise malformed(name)
    return value


def malformed(name: str) -> InvalidLaunch:
    """The refusal that names the claim (one of ours, never a text that came from outside)."""
    return InvalidLaunch(Reason.CLAIM_MALFORMED, detail=name.rpartition("/")[2])


def person(claims: Claims) -> Person:
    """Sections 5.3.6 and 5.3.7: without a subject there is nobody to know, which is allowed and not for us
    (403).
    """
    sub = claims.get("sub")
    if sub is None or sub == "":
        raise InvalidLaunch(Reason.SUB_MISSING)
    if not isinstance(sub, str) or len(sub) > MAX_ID:
        raise InvalidLaunch(Reason.SUB_MALFORMED)
    return Person(
        sub=sub,
        name=text(claims, "name"),
        given_name=text(claims, "given_name"),
        family_name=text(claims, "family_name"),
        email=_email(claims),
        locale=text(claims, "locale"),
        picture=text(claims, "picture"),
    )


def context(claims: Claims) -> Context | None:
    found = group(claims, LTI + "context")
    if found is None:
        return None
    course = identifier(found, "id", Reason.CLAIM_MALFORMED, longest=MAX_ID)
    return Context(course, text(found, "label"), text(found, "title"), texts(found, "type"))


def resource_link(claims: Claims, *, required: bool) -> ResourceLink | None:
    found = group(claims, LTI + "resource_link")
    if found is None:
        if required:
            raise InvalidLaunch(Reason.RESOURCE_LINK_MISSING)
        return None
    link = identifier(found, "id", Reason.RESOURCE_LINK_ID_MISSING, longest=MAX_ID)
    return ResourceLink(link, text(found, "title"), text(found, "description"))


def grades(claims: Claims, *, development: bool) -> GradeService | None:
    found = group(claims, AGS_ENDPOINT)
    if found is None:
        return None
    return GradeService(
        scopes=frozenset(texts(found, "scope")),
        lineitems=_address(found, "lineitems", development=development),
        lineitem=_address(found, "lineitem", development=development),
    )


def roster(claims: Claims, *, development: bool) -> RosterService | None:
    found = group(claims, NRPS_SERVICE)
    if found is None:
        return None
    address = _address(found, "context_memberships_url", development=development)
    return RosterService(address, texts(found, "service_versions")) if address else None


def deep_linking(claims: Claims, *, development: bool) -> DeepLinkingSettings:
    """Deep Linking 2.0 section 3.4.1. The return address will hold a form: nothing but a web address may
    stand there.
    """
    found = group(claims, DEEP_LINKING_SETTINGS)
    if found is None:
        raise InvalidLaunch(Reason.DEEP_LINKING_MISSING)
    back = found.get("deep_link_return_url")
    if not isinstance(back, str) or not urls.is_web_address(back, development=development):
        raise InvalidLaunch(Reason.DEEP_LINKING_RETURN_REFUSED)
    data = found.get("data")
    return DeepLinkingSettings(
        return_url=back,
        accept_types=texts(found, "accept_types"),
        accept_targets=texts(found, "accept_presentation_document_targets"),
        accept_multiple=_flag(found, "accept_multiple") or False,
        accept_line_item=_flag(found, "accept_lineitem"),
        auto_create=_flag(found, "auto_create") or False,
        title=text(found, "title"),
        text=text(found, "text"),
        data=data if isinstance(data, str) else None,
    )


def for_user(claims: Claims, platform: Platform) -> ForUser:
    found = group(claims, LTI + "for_user")
    if found is None:
        raise InvalidLaunch(Reason.FOR_USER_MISSING)
    return ForUser(
        user_id=identifier(found, "user_id", Reason.FOR_USER_MISSING, longest=MAX_ID),
        name=text(found, "name"),
        given_name=text(found, "given_name"),
        family_name=text(found, "family_name"),
        email=_email(found),
        roles=in_course(texts(found, "roles"), platform.role_overrides),
    )


def presentation(claims: Claims, *, development: bool) -> Presentation:
    found = group(claims, LTI + "launch_presentation")
    if found is None:
        return Presentation()
    back = text(found, "return_url")
    return Presentation(
        target=text(found, "document_target"),
        return_url=back if back and urls.is_web_address(back, development=development) else None,
        locale=text(found, "locale"),
        width=_count(found, "width"),
        height=_count(found, "height"),
    )


def tool_platform(claims: Claims) -> ToolPlatform:
    found = group(claims, LTI + "tool_platform") or {}
    return ToolPlatform(
        guid=text(found, "guid"),
        name=text(found, "name"),
        product=text(found, "product_family_code"),
        version=text(found, "version"),
        url=text(found, "url"),
        contact_email=text(found, "contact_email"),
    )


def custom(claims: Claims) -> dict[str, str]:
    """Section 5.4.6: names to texts. Numbers and booleans, which some platforms send, become text as JSON
    spells them.
    """
    found = group(claims, LTI + "custom") or {}
    return {name: _spelled(value) for name, value in found.items() if isinstance(value, str | int | float)}


def message(claims: Claims) -> Message:
    found = identifier(claims, LTI + "message_type", Reason.MESSAGE_TYPE_MISSING)
    try:
        return Message(found)
    except ValueError:
        raise InvalidLaunch(Reason.MESSAGE_TYPE_UNKNOWN) from None


def role_names(claims: Claims) -> tuple[str, ...]:
    """Section 5.3.7: the claim is required and may be empty."""
    found = claims.get(LTI + "roles")
    if found is None:
        raise InvalidLaunch(Reason.ROLES_MISSING)
    if not isinstance(found, list) or not all(isinstance(role, str) for role in found):
        raise InvalidLaunch(Reason.ROLES_MALFORMED)
    return tuple(str(role) for role in found)


def _address(claims: Claims, name: str, *, development: bool) -> str | None:
    value = claims.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not urls.is_web_address(value, development=development):
        raise malformed(name)
    return value


def _email(claims: Claims) -> str | None:
    found = text(claims, "email")
    return found if found and "@" in found and len(found) <= 254 else None


def _flag(claims: Claims, name: str) -> bool | None:
    """Booleans, which Moodle and others also send as the texts true and false."""
    value = claims.get(name)
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _count(claims: Claims, name: str) -> int | None:
    value = claims.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000 else None


def _spelled(value: str | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
