"""The platforms' public keys: fetched when needed, kept for a while, never lost because a platform is down.

RFC 7517. Platforms rotate keys as they like (Brightspace about hourly), so an unknown kid asks again; since
anyone can send an unknown kid, it asks once per kid and period, and only so often in all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from lti.protocol import strict_json
from lti.protocol.errors import Fault, InvalidLaunch, Reason, ServiceError
from lti.protocol.http import Http, Request
from lti.protocol.platform import Platform
from lti.protocol.strict_json import Json, NotStrictJson

VerifyingKey = RSAKey | ECKey

SHORTEST: Final = timedelta(minutes=5)
USUAL: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=24)
RETRY: Final = timedelta(seconds=30)
MAX_REFETCHES: Final = 10
"""Fetches that unknown kids may cause for one address in a RETRY period."""
MAX_BYTES: Final = 512 * 1024
_MAX_KEYS: Final = 200
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_RSA_BITS: Final = range(2048, 8193)
_MAX_MODULUS_TEXT: Final = 8192 // 6 + 8


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key of a platform's set; ``key`` is None when it may not verify (use=enc, too short, odd)."""

    kid: str
    key: VerifyingKey | None


class Keys(Protocol):
    """Where the verifier asks for a platform's key."""

    def find(self, platform: Platform, kid: str, now: datetime) -> PublishedKey:
        """The key ``kid`` of ``platform``; InvalidLaunch KID_UNKNOWN or KEYS_UNAVAILABLE."""
        ...


@dataclass(slots=True)
class _Cached:
    keys: Mapping[str, PublishedKey] = field(default_factory=dict)
    fetched: bool = False
    stale_at: datetime | None = None
    fault: Fault | None = None
    asked: dict[str, datetime] = field(default_factory=dict)  # unknown kid -> when it made us ask


class PlatformKeys:
    """A ``Keys`` that fetches by HTTP and remembers per address; shared by the threads of a process."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._lock = Lock()
        self._cached: dict[str, _Cached] = {}

    def find(self, platform: Platform, kid: str, now: datetime) -> PublishedKey:
        """The key ``kid`` of ``platform``.

        Raises InvalidLaunch: KID_UNKNOWN when the set does not hold it, asked anew where allowed;
        KEYS_UNAVAILABLE (detail: the Fault) when no set was ever had.
        """
        url = platform.jwks_url
        with self._lock:
            cached = self._cached.setdefault(url, _Cached())
            due = cached.stale_at is None or now >= cached.stale_at
            if due:
                # Others keep using the old set meanwhile; a failure is not tried again before RETRY.
                cached.stale_at = now + RETRY
        if due:
            self._fetch(url, cached, now)
        found = cached.keys.get(kid)
        if found is None and not due and self._may_ask(cached, kid, now):
            self._fetch(url, cached, now)
            found = cached.keys.get(kid)
        if found is not None:
            return found
        if not cached.fetched:
            raise InvalidLaunch(Reason.KEYS_UNAVAILABLE, detail=(cached.fault or Fault.UNREACHABLE).value)
        raise InvalidLaunch(Reason.KID_UNKNOWN)

    def forget(self, platform: Platform) -> None:
        """Drop what is remembered of a platform's keys (its address was changed, or a key was revoked)."""
        with self._lock:
            self._cached.pop(platform.jwks_url, None)

    def _may_ask(self, cached: _Cached, kid: str, now: datetime) -> bool:
        with self._lock:
            cached.asked = {known: when for known, when in cached.asked.items() if now < when + RETRY}
            if kid in cached.asked or len(cached.asked) >= MAX_REFETCHES:
                return False
            cached.asked[kid] = now
            return True

    def _fetch(self, url: str, cached: _Cached, now: datetime) -> None:
        try:
            keys, lifetime = fetch(self._http, url)
        except ServiceError as error:
            with self._lock:
                cached.fault = error.fault
            return
        with self._lock:
            cached.keys, cached.fetched, cached.fault = keys, True, None
            cached.stale_at = now + lifetime


def fetch(http: Http, url: str) -> tuple[dict[str, PublishedKey], timedelta]:
    """The key set at ``url`` by kid, and how long it may be kept. Raises ServiceError."""
    response = http(Request("GET", url, {"Accept": "application/jwk-set+json, application/json"}))
    if response.status != 200:
        fault = Fault.FAILING if response.status >= 500 else Fault.REJECTED
        raise ServiceError(fault, status=response.status)
    if len(response.body) > MAX_BYTES:
        raise ServiceError(Fault.TOO_LARGE)
    try:
        listed = strict_json.parse_object(response.body).get("keys")
    except NotStrictJson as error:
        raise ServiceError(Fault.UNREADABLE) from error
    if not isinstance(listed, list) or len(listed) > _MAX_KEYS:
        raise ServiceError(Fault.UNREADABLE, detail="keys")
    return _by_kid(listed), _lifetime(response.headers.get("cache-control", ""))


def _lifetime(cache_control: str) -> timedelta:
    found = _MAX_AGE.search(cache_control)
    if found is None:
        return USUAL
    return min(max(timedelta(seconds=int(found[1])), SHORTEST), LONGEST)


def _by_kid(listed: list[Json]) -> dict[str, PublishedKey]:
    """Of two keys with one kid (a signing and an encrypting one) the first usable one wins."""
    keys: dict[str, PublishedKey] = {}
    for jwk in listed:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(jwk, dict) or not isinstance(kid, str) or not kid:
            continue
        known = keys.get(kid)
        if known is None or known.key is None:
            keys[kid] = PublishedKey(kid, _verifying(jwk))
    return keys


def _verifying(jwk: dict[str, Json]) -> VerifyingKey | None:
    """The key, if it is one that may verify: use and alg may be missing (Brightspace), never contrary."""
    operations = jwk.get("key_ops")
    if jwk.get("use") not in (None, "sig") or (operations is not None and not _verifies(operations)):
        return None
    algorithm = jwk.get("alg")
    hint = {"alg": algorithm} if isinstance(algorithm, str) else {}
    try:
        if jwk.get("kty") == "RSA":
            return _rsa(jwk, hint)
        if jwk.get("kty") == "EC":
            return ECKey.import_key({**_texts(jwk, "crv", "x", "y"), "kty": "EC", **hint})
    except (JoseError, ValueError, TypeError, KeyError, ArithmeticError):
        return None
    return None


def _verifies(operations: Json) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _rsa(jwk: dict[str, Json], hint: dict[str, str]) -> RSAKey | None:
    public = _texts(jwk, "n", "e")
    if len(public["n"]) > _MAX_MODULUS_TEXT or len(public["n"]) < _RSA_BITS.start // 6:
        return None
    key = RSAKey.import_key({**public, "kty": "RSA", **hint})
    return key if key.public_key.key_size in _RSA_BITS else None


def _texts(jwk: dict[str, Json], *names: str) -> dict[str, str]:
    """Only the public members: whatever else a platform published by mistake stays out."""
    texts = {name: jwk[name] for name in names}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("not text")
    return {name: str(text) for name, text in texts.items()}
