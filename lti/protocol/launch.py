"""Verifying a launch: from the form a browser posted to a ``Launch``, or one reason why not.

LTI 1.3 Core section 5, security framework 1.0 section 5.1.3, OpenID Connect Core 1.0 section 3.2.2.11.
Signature first, then the standard claims, then those of LTI; nothing of a token is believed before its
signature is. Whether the nonce was used before is the caller's to know (NONCE_USED).
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedKeyAlgorithmError
from joserfc.util import urlsafe_b64decode

from lti.protocol import reading, state, strict_json, urls
from lti.protocol.claims import Launch, Message
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.jwks import Keys, PublishedKey
from lti.protocol.platform import Platform
from lti.protocol.reading import LTI, Claims
from lti.protocol.roles import in_course
from lti.protocol.state import State
from lti.protocol.strict_json import Json, NotStrictJson

MAX_BODY: Final = 64 * 1024
LEEWAY: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(hours=1)
_HEADER_KEYS: Final = ("jwk", "jku", "x5u", "x5c")
_MAX_HEADER: Final = 4096

FindPlatform = Callable[[str], Platform | None]


def verify(
    form: Mapping[str, str],
    *,
    method: str,
    binding: str | None,
    find_platform: FindPlatform,
    keys: Keys,
    base_url: str,
    secret: bytes,
    now: datetime,
    development: bool = False,
) -> Launch:
    """The launch that ``form`` carries.

    ``binding`` is the value of the state cookie (or of the Platform Storage entry) of this browser,
    ``find_platform`` gives a platform by our key, ``base_url`` is our own address, ``secret`` the one of
    ``login.begin``. Raises InvalidLaunch and nothing else, whatever came.
    """
    token, login = _accept_form(form, method, binding, secret, now)
    platform = find_platform(login.platform_id)
    if platform is None:
        raise InvalidLaunch(Reason.PLATFORM_UNKNOWN)
    if not platform.enabled:
        raise InvalidLaunch(Reason.PLATFORM_DISABLED)
    claims = _verified_claims(token, platform, keys, now)
    _check_parties(claims, platform)
    _check_times(claims, now)
    _check_nonce(claims, login)
    return _launch(claims, platform, login, base_url, development=development)


def _accept_form(
    form: Mapping[str, str], method: str, binding: str | None, secret: bytes, now: datetime
) -> tuple[str, State]:
    if method != "POST":
        raise InvalidLaunch(Reason.METHOD_WRONG)
    if sum(len(name) + len(value) for name, value in form.items()) > MAX_BODY:
        raise InvalidLaunch(Reason.TOO_LARGE)
    token = form.get("id_token")
    if not token and form.get("error"):
        raise InvalidLaunch(Reason.PLATFORM_ERROR, detail=_known_error(form["error"]))
    if not form.get("state"):
        raise InvalidLaunch(Reason.STATE_MISSING)
    login = state.verify(form["state"], secret=secret, now=now)
    if not binding:
        raise InvalidLaunch(Reason.BINDING_MISSING)
    if not login.bound_to(binding):
        raise InvalidLaunch(Reason.BINDING_WRONG)
    if not token:
        raise InvalidLaunch(Reason.TOKEN_MISSING)
    return token, login


_KNOWN_ERRORS: Final = frozenset(
    {
        *(
            "invalid_request",
            "unauthorized_client",
            "access_denied",
            "unsupported_response_type",
            "invalid_scope",
        ),
        *(
            "server_error",
            "temporarily_unavailable",
            "login_required",
            "interaction_required",
            "consent_required",
        ),
        *("account_selection_required", "invalid_client", "launch_no_longer_valid", "request_not_supported"),
    }
)


def _known_error(code: str) -> str:
    """OAuth 2.0 and OpenID Connect codes as they are; anything else is a stranger's text and stays out."""
    return code if code in _KNOWN_ERRORS else "other"


def _verified_claims(token: str, platform: Platform, keys: Keys, now: datetime) -> Claims:
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in platform.algorithms:
        raise InvalidLaunch(Reason.ALG_REFUSED)
    if "crit" in header:
        raise InvalidLaunch(Reason.CRIT_UNKNOWN)
    for name in _HEADER_KEYS:
        # Only the platform's own set says which keys are its; a token that brings its own is not to be
        # trusted.
        if name in header:
            raise InvalidLaunch(Reason.HEADER_KEY_REFUSED, detail=name)
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise InvalidLaunch(Reason.KID_MISSING)
    payload = _verified_payload(token, algorithm, keys.find(platform, kid, now))
    try:
        return strict_json.parse_object(payload)
    except NotStrictJson as error:
        raise InvalidLaunch(Reason.TOKEN_MALFORMED, detail="payload") from error


def _header(token: str) -> Mapping[str, Json]:
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise InvalidLaunch(Reason.TOKEN_MALFORMED, detail="parts")
    try:
        return strict_json.parse_object(urlsafe_b64decode(parts[0].encode("ascii")))
    except ValueError as error:
        raise InvalidLaunch(Reason.TOKEN_MALFORMED, detail="header") from error


def _verified_payload(token: str, algorithm: str, published: PublishedKey) -> bytes:
    if published.key is None:
        raise InvalidLaunch(Reason.KEY_UNUSABLE)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = _MAX_HEADER
    try:
        return jws.deserialize_compact(token, published.key, registry=registry).payload
    except UnsupportedKeyAlgorithmError as error:
        raise InvalidLaunch(Reason.KEY_UNUSABLE, detail="alg") from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise InvalidLaunch(Reason.SIGNATURE_WRONG) from error


def _check_parties(claims: Claims, platform: Platform) -> None:
    """Issuer, audience and authorised party (OpenID Connect Core section 3.1.3.7, items 2 to 5)."""
    if not any(name.startswith(LTI) for name in claims):
        raise InvalidLaunch(Reason.NOT_LTI)
    if reading.identifier(claims, "iss", Reason.ISS_MISSING) != platform.issuer:
        raise InvalidLaunch(Reason.ISS_WRONG)
    audience = claims.get("aud")
    if audience is None or audience in ("", []):
        raise InvalidLaunch(Reason.AUD_MISSING)
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or platform.client_id not in named:
        raise InvalidLaunch(Reason.AUD_WRONG)
    party = claims.get("azp")
    if party is None and len(named) > 1:
        raise InvalidLaunch(Reason.AZP_MISSING)
    if party is not None and party != platform.client_id:
        raise InvalidLaunch(Reason.AZP_WRONG)


def _check_times(claims: Claims, now: datetime) -> None:
    expires = _time(claims, "exp", Reason.EXP_MISSING)
    issued = _time(claims, "iat", Reason.IAT_MISSING)
    # Only our own side is computed with: a claim may be an integer of a thousand digits.
    if expires <= (now - LEEWAY).timestamp():
        raise InvalidLaunch(Reason.EXPIRED)
    if issued > (now + LEEWAY).timestamp():
        raise InvalidLaunch(Reason.ISSUED_LATER)
    if issued < (now - OLDEST).timestamp():
        raise InvalidLaunch(Reason.ISSUED_LONG_AGO)
    if (
        claims.get("nbf") is not None
        and _time(claims, "nbf", Reason.TIME_MALFORMED) > (now + LEEWAY).timestamp()
    ):
        raise InvalidLaunch(Reason.NOT_YET_VALID)


def _time(claims: Claims, name: str, missing: Reason) -> int | float:
    """A NumericDate (RFC 7519 section 2): a finite number, of which a boolean is none in spite of Python."""
    value = claims.get(name)
    if value is None:
        raise InvalidLaunch(missing)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidLaunch(Reason.TIME_MALFORMED, detail=name)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidLaunch(Reason.TIME_MALFORMED, detail=name)
    return value


def _check_nonce(claims: Claims, login: State) -> None:
    if reading.identifier(claims, "nonce", Reason.NONCE_MISSING) != login.nonce:
        raise InvalidLaunch(Reason.NONCE_WRONG)


def _launch(claims: Claims, platform: Platform, login: State, base_url: str, *, development: bool) -> Launch:
    if reading.identifier(claims, LTI + "version", Reason.VERSION_MISSING) != "1.3.0":
        raise InvalidLaunch(Reason.VERSION_UNSUPPORTED)
    message = reading.message(claims)
    names = reading.role_names(claims)
    deployment = _deployment(claims, platform)
    person = reading.person(claims)
    target = reading.identifier(claims, LTI + "target_link_uri", Reason.TARGET_MISSING)
    if not urls.same_origin(target, base_url):
        raise InvalidLaunch(Reason.TARGET_FOREIGN)
    grades = reading.grades(claims, development=development)
    settings = for_user = None
    if message is Message.DEEP_LINKING:
        settings = reading.deep_linking(claims, development=development)
    if message is Message.SUBMISSION_REVIEW:
        for_user = reading.for_user(claims, platform)
        if grades is None or grades.lineitem is None:
            raise InvalidLaunch(Reason.LINE_ITEM_MISSING)
    return Launch(
        platform=platform,
        message=message,
        deployment_id=deployment,
        nonce=login.nonce,
        nonce_expires_at=login.expires_at,
        target=target,
        person=person,
        roles=in_course(names, platform.role_overrides),
        role_names=names,
        context=reading.context(claims),
        resource_link=reading.resource_link(claims, required=message is Message.RESOURCE_LINK),
        grades=grades,
        roster=reading.roster(claims, development=development),
        deep_linking=settings,
        for_user=for_user,
        presentation=reading.presentation(claims, development=development),
        tool_platform=reading.tool_platform(claims),
        custom=reading.custom(claims),
    )


def _deployment(claims: Claims, platform: Platform) -> str:
    deployment = reading.identifier(claims, LTI + "deployment_id", Reason.DEPLOYMENT_MISSING)
    if deployment not in platform.deployments:
        raise InvalidLaunch(Reason.DEPLOYMENT_UNKNOWN)
    return deployment
