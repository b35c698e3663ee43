"""Access tokens for a platform's services: asked for once, kept until they end, and calls made with them.

Security framework 1.0 section 4.1 (client credentials with a signed assertion, RFC 7523). A token belongs to
one platform, client included, and one set of scopes: two clients of one issuer never share one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from urllib.parse import urlencode

from lti.protocol import keys
from lti.protocol.answers import next_page, read_object, require_success
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.http import Http, Request, Response
from lti.protocol.keys import OwnKey
from lti.protocol.platform import Platform
from lti.protocol.strict_json import Json
from lti.protocol.urls import same_origin

MARGIN: Final = timedelta(seconds=60)
BACKDATED: Final = timedelta(seconds=10)
ASSERTION_LIFETIME: Final = timedelta(minutes=5)
MAX_PAGES: Final = 100
_USUAL_LIFETIME: Final = 300
_LONGEST_LIFETIME: Final = 24 * 3600
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_Wanted = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AccessToken:
    value: str = field(repr=False)
    expires_at: datetime


class Services:
    """Calls to platforms' services with the right token; shared by the threads of a process.

    ``signing_key()`` gives our active key, ``new_jti()`` a fresh id for each assertion (never the same
    twice).
    """

    def __init__(self, http: Http, *, signing_key: Callable[[], OwnKey], new_jti: Callable[[], str]) -> None:
        self._http = http
        self._signing_key = signing_key
        self._new_jti = new_jti
        self._lock = Lock()
        self._tokens: dict[_Wanted, AccessToken] = {}

    def token(self, platform: Platform, scopes: Iterable[str], now: datetime) -> AccessToken:
        """A token good for MARGIN more, from memory or new. Raises ServiceError (TOKEN_REFUSED,
        SCOPE_REFUSED…).
        """
        wanted = _wanted(platform, scopes)
        with self._lock:
            kept = self._tokens.get(wanted)
        if kept is not None and now < kept.expires_at - MARGIN:
            return kept
        fresh = self._ask(platform, wanted[1], now)
        with self._lock:
            self._tokens[wanted] = fresh
        return fresh

    def call(self, platform: Platform, scopes: Iterable[str], request: Request, now: datetime) -> Response:
        """The successful answer to ``request``, made with a token for ``scopes``.

        On a 401 the token is dropped and the call made once more with a new one. Raises ServiceError.
        """
        scopes = tuple(scopes)
        token = self.token(platform, scopes, now)
        response = self._http(_authorised(request, token))
        if response.status == 401:
            self._drop(_wanted(platform, scopes), token)
            response = self._http(_authorised(request, self.token(platform, scopes, now)))
        if response.status == 401:
            # A token the platform refuses at once is of no use to the next call either.
            self.forget(platform)
        return require_success(response, now)

    def pages(
        self, platform: Platform, scopes: Iterable[str], request: Request, now: datetime
    ) -> tuple[Response, ...]:
        """Every page from ``request`` on, following ``rel=next`` on the same origin, at most MAX_PAGES.

        All or nothing: raises ServiceError (PAGE_FOREIGN, PAGES_ENDLESS, or that of any page).
        """
        scopes = tuple(scopes)
        pages: list[Response] = []
        seen: set[str] = set()
        url: str | None = request.url
        while url is not None:
            if url in seen or len(seen) >= MAX_PAGES:
                raise ServiceError(Fault.PAGES_ENDLESS)
            if not same_origin(url, request.url):
                # The bearer token would go along.
                raise ServiceError(Fault.PAGE_FOREIGN)
            seen.add(url)
            page = self.call(platform, scopes, replace(request, url=url), now)
            pages.append(page)
            url = next_page(page)
        return tuple(pages)

    def forget(self, platform: Platform) -> None:
        """Drop every token of a platform (it was disabled, or its registration changed)."""
        with self._lock:
            for wanted in [wanted for wanted in self._tokens if wanted[0] == platform.id]:
                del self._tokens[wanted]

    def _drop(self, wanted: _Wanted, token: AccessToken) -> None:
        with self._lock:
            if self._tokens.get(wanted) == token:
                del self._tokens[wanted]

    def _ask(self, platform: Platform, scopes: tuple[str, ...], now: datetime) -> AccessToken:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion(platform, key=self._signing_key(), jti=self._new_jti(), now=now),
            "scope": " ".join(scopes),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        response = self._http(Request("POST", platform.token_url, headers, urlencode(form).encode("ascii")))
        _check_token_answer(response, now)
        return _token(read_object(response), scopes, now)


def assertion(platform: Platform, *, key: OwnKey, jti: str, now: datetime) -> str:
    """The signed assertion by which we show who asks (RFC 7523 section 3). ``iat`` is backdated by BACKDATED,
    since Moodle refuses one that its clock has not reached.
    """
    issued = now - BACKDATED
    claims = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.token_audience or platform.token_url,
        "iat": int(issued.timestamp()),
        "exp": int((issued + ASSERTION_LIFETIME).timestamp()),
        "jti": jti,
    }
    return keys.sign(claims, key)


def _wanted(platform: Platform, scopes: Iterable[str]) -> _Wanted:
    return platform.id, tuple(sorted(set(scopes)))


def _authorised(request: Request, token: AccessToken) -> Request:
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {token.value}"})


_KNOWN_ERRORS: Final = frozenset(
    {"invalid_client", "invalid_grant", "invalid_request", "unauthorized_client", "unsupported_grant_type"}
)


def _check_token_answer(response: Response, now: datetime) -> None:
    """RFC 6749 section 5.2; a refusal of our identity is TOKEN_REFUSED, whatever 4xx or page it came with."""
    if response.status < 400 or response.status >= 500 or response.status in (408, 429):
        require_success(response, now)
        return
    try:
        error = read_object(response).get("error")
    except ServiceError:
        error = None
    if error == "invalid_scope":
        raise ServiceError(Fault.SCOPE_REFUSED, status=response.status)
    detail = error if isinstance(error, str) and error in _KNOWN_ERRORS else ""
    raise ServiceError(Fault.TOKEN_REFUSED, status=response.status, detail=detail)


def _token(answer: dict[str, Json], scopes: tuple[str, ...], now: datetime) -> AccessToken:
    value = answer.get("access_token")
    kind = answer.get("token_type", "bearer")
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ServiceError(Fault.UNREADABLE, detail="access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ServiceError(Fault.UNREADABLE, detail="token_type")
    granted = answer.get("scope")
    if isinstance(granted, str) and granted and not set(scopes) <= set(granted.split()):
        raise ServiceError(Fault.SCOPE_REFUSED, detail="granted")
    return AccessToken(value, now + timedelta(seconds=_lifetime(answer.get("expires_in"))))


def _lifetime(seconds: Json) -> int:
    """``expires_in`` in seconds, also where it comes as text; short when it is not said."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 10:
        seconds = int(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return _USUAL_LIFETIME
    return min(max(seconds, 0), _LONGEST_LIFETIME)
