"""The state of one login as a signed token, so that a login writes nothing.

It travels in addresses that others can read, so it holds only a digest of the value that binds it to a
browser. OpenID Connect Core 1.0 section 3.1.2.1 (state, nonce); JWS through joserfc with a type of our own,
so that no other token signed with the application's secret can pass for it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from lti.protocol import strict_json
from lti.protocol.errors import InvalidLaunch, Reason

LIFETIME: Final = timedelta(minutes=10)
_TYPE: Final = "palier-lti-state"
_ALGORITHM: Final = "HS256"
# The target and the platform id are ours or bounded at login; anything longer was not made here.
_MAX_LENGTH: Final = 8192


@dataclass(frozen=True, slots=True)
class State:
    """One login under way: its nonce, the platform it went to, where it wants to land, whose browser, until
    when.
    """

    nonce: str
    platform_id: str
    target: str
    binding_digest: str
    expires_at: datetime

    def bound_to(self, binding: str) -> bool:
        """Whether ``binding``, the value of the browser's cookie or storage, is the one of the login."""
        return hmac.compare_digest(self.binding_digest, digest(binding))


def digest(binding: str) -> str:
    """What the token tells of a binding value: enough to recognise it, too little to forge the cookie."""
    return hashlib.sha256(b"palier-lti-binding:" + binding.encode("utf-8", "surrogatepass")).hexdigest()


def issue(*, nonce: str, platform_id: str, target: str, binding: str, secret: bytes, now: datetime) -> str:
    """A state token good for LIFETIME from ``now`` (to the second)."""
    claims = {
        "nonce": nonce,
        "platform": platform_id,
        "target": target,
        "binding": digest(binding),
        "exp": int((now + LIFETIME).timestamp()),
    }
    header = {"alg": _ALGORITHM, "typ": _TYPE}
    payload = strict_json.dump(claims)
    return jws.serialize_compact(header, payload, _key(secret), algorithms=[_ALGORITHM])


def verify(token: str, *, secret: bytes, now: datetime) -> State:
    """The state that ``issue`` wrote.

    Raises InvalidLaunch: STATE_UNKNOWN when it is not ours, STATE_EXPIRED when its time is over.
    """
    state = _read(token, secret)
    if now >= state.expires_at:
        raise InvalidLaunch(Reason.STATE_EXPIRED)
    return state


def _read(token: str, secret: bytes) -> State:
    if len(token) > _MAX_LENGTH or not token.isascii():
        raise InvalidLaunch(Reason.STATE_UNKNOWN)
    try:
        signed = jws.deserialize_compact(token, _key(secret), algorithms=[_ALGORITHM])
        claims = strict_json.parse_object(signed.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidLaunch(Reason.STATE_UNKNOWN) from error
    if signed.headers().get("typ") != _TYPE:
        raise InvalidLaunch(Reason.STATE_UNKNOWN, detail="typ")
    expiry = claims["exp"]
    assert isinstance(expiry, int)
    return State(
        nonce=str(claims["nonce"]),
        platform_id=str(claims["platform"]),
        target=str(claims["target"]),
        binding_digest=str(claims["binding"]),
        expires_at=datetime.fromtimestamp(expiry, UTC),
    )


def _key(secret: bytes) -> OctKey:
    """A key for this use alone, of the length HS256 wants whatever the secret's."""
    if not secret:
        raise ValueError("an empty secret signs nothing")
    return OctKey.import_key(hmac.digest(secret, b"palier lti state v1", "sha256"))
