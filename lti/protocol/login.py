"""Third-party-initiated login: what a platform sends becomes the authentication request sent back to it.

LTI 1.3 Core section 5.1.1 (security framework 1.0 sections 5.1.1.1 and 5.1.1.2). It writes nothing: all it
must remember travels in the signed state.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lti.protocol import state, urls
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.platform import Platform

MAX_PARAMETERS: Final = 16 * 1024
_MAX_TARGET: Final = 2048
_BINDING: Final = re.compile(r"[A-Za-z0-9_-]{32,128}")
_FRAME_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")

PlatformsOf = Callable[[str], Sequence[Platform]]


@dataclass(frozen=True, slots=True)
class AuthenticationRequest:
    """Where to send the browser (303 or form), and what to leave in it.

    ``binding`` is the value of the state cookie (and of the Platform Storage entry): keep it for as long as
    the browser lives. ``storage_target`` is the frame to post ``lti.put_data`` to, None where the platform
    offers none.
    """

    url: str
    state: str
    nonce: str
    binding: str
    platform: Platform
    storage_target: str | None


def begin(
    params: Mapping[str, str],
    *,
    platforms_of: PlatformsOf,
    base_url: str,
    redirect_uri: str,
    binding_cookie: str | None,
    fresh_binding: str,
    nonce: str,
    secret: bytes,
    now: datetime,
) -> AuthenticationRequest:
    """The authentication request that answers a login initiation (``params``: query or form, as they came).

    ``platforms_of(issuer)`` gives every platform of an issuer, disabled ones too. A well-formed
    ``binding_cookie`` is kept, so that two tabs of one browser do not chase each other out; otherwise
    ``fresh_binding`` (32 to 128 URL-safe characters) is used. Raises InvalidLaunch with 400, or 403 for a
    disabled platform.
    """
    if sum(len(name) + len(value) for name, value in params.items()) > MAX_PARAMETERS:
        raise InvalidLaunch(Reason.TOO_LARGE)
    issuer = _required(params, "iss", Reason.ISS_MISSING)
    hint = _required(params, "login_hint", Reason.LOGIN_HINT_MISSING)
    target = _required(params, "target_link_uri", Reason.TARGET_MISSING)
    platform = _platform(platforms_of(issuer), params.get("client_id"))
    deployment = params.get("lti_deployment_id")
    if deployment and deployment not in platform.deployments:
        raise InvalidLaunch(Reason.DEPLOYMENT_UNKNOWN, status=400)
    if len(target) > _MAX_TARGET or not urls.same_origin(target, base_url):
        raise InvalidLaunch(Reason.TARGET_FOREIGN)
    binding = _binding(binding_cookie) or fresh_binding
    token = state.issue(
        nonce=nonce, platform_id=platform.id, target=target, binding=binding, secret=secret, now=now
    )
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": redirect_uri,
        "login_hint": hint,
        "state": token,
        "nonce": nonce,
    }
    if message_hint := params.get("lti_message_hint"):
        query["lti_message_hint"] = message_hint
    return AuthenticationRequest(
        url=urls.with_query(platform.login_url, query),
        state=token,
        nonce=nonce,
        binding=binding,
        platform=platform,
        storage_target=_frame(params.get("lti_storage_target")),
    )


def _required(params: Mapping[str, str], name: str, reason: Reason) -> str:
    value = params.get(name)
    if not value:
        raise InvalidLaunch(reason)
    return value


def _platform(candidates: Sequence[Platform], client_id: str | None) -> Platform:
    if client_id:
        candidates = [platform for platform in candidates if platform.client_id == client_id]
    if not candidates:
        raise InvalidLaunch(Reason.PLATFORM_UNKNOWN)
    enabled = [platform for platform in candidates if platform.enabled]
    if not enabled:
        raise InvalidLaunch(Reason.PLATFORM_DISABLED)
    if len(enabled) > 1:
        raise InvalidLaunch(Reason.CLIENT_AMBIGUOUS)
    return enabled[0]


def _binding(cookie: str | None) -> str | None:
    return cookie if cookie and _BINDING.fullmatch(cookie) else None


def _frame(name: str | None) -> str | None:
    return name if name and _FRAME_NAME.fullmatch(name) else None
