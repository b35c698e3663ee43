"""Palier's own signing keys: made, published, signed with, rotated, written down.

RFC 7517 and security framework 1.0 section 6: a key is published one rotation before it signs (next), and
stays published after (retired), since platforms keep our set for a while. Encryption at rest is the caller's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import RSAKey

ALGORITHM: Final = "RS256"
BITS: Final = 2048
KEEP_RETIRED: Final = timedelta(days=14)


class Stage(StrEnum):
    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One RSA key pair; ``private_pem`` is PKCS#8, unencrypted; ``since`` is when it entered its stage."""

    kid: str
    private_pem: str = field(repr=False)
    stage: Stage
    since: datetime


def generate(stage: Stage, now: datetime) -> OwnKey:
    """A new key of BITS bits; its kid is its thumbprint (RFC 7638), so no two keys share one."""
    key = RSAKey.generate_key(BITS)
    return OwnKey(key.thumbprint(), key.as_pem(private=True).decode("ascii"), stage, now)


def active(keys: Iterable[OwnKey]) -> OwnKey:
    """The key that signs. LookupError when there is none."""
    for key in keys:
        if key.stage is Stage.ACTIVE:
            return key
    raise LookupError("no active key")


def jwks(keys: Iterable[OwnKey]) -> dict[str, list[dict[str, str]]]:
    """The public set to publish: every key given, whatever its stage, and no private member."""
    return {"keys": [public_jwk(key) for key in keys]}


def public_jwk(key: OwnKey) -> dict[str, str]:
    public = _rsa(key.private_pem).as_dict(private=False)
    return {
        **{name: str(public[name]) for name in ("kty", "n", "e")},
        "kid": key.kid,
        "use": "sig",
        "alg": ALGORITHM,
    }


def rotate(keys: Iterable[OwnKey], fresh: OwnKey, now: datetime) -> tuple[OwnKey, ...]:
    """The keys after one rotation: active retires, next signs, ``fresh`` (a NEXT key) is announced, keys
    retired longer than KEEP_RETIRED are gone. Without a next key, ``fresh`` signs at once (the very first
    key, or a loss).
    """
    moved: list[OwnKey] = []
    has_next = False
    for key in keys:
        if key.stage is Stage.RETIRED:
            if now < key.since + KEEP_RETIRED:
                moved.append(key)
        elif key.stage is Stage.ACTIVE:
            moved.append(replace(key, stage=Stage.RETIRED, since=now))
        else:
            moved.append(replace(key, stage=Stage.RETIRED if has_next else Stage.ACTIVE, since=now))
            has_next = True
    moved.append(replace(fresh, stage=Stage.NEXT if has_next else Stage.ACTIVE, since=now))
    return tuple(moved)


def sign(claims: Mapping[str, Any], key: OwnKey) -> str:
    """A JWT of ``claims`` signed RS256 by ``key``, with its kid."""
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jwt.encode(header, dict(claims), _rsa(key.private_pem), algorithms=[ALGORITHM])


@lru_cache(maxsize=8)
def _rsa(private_pem: str) -> RSAKey:
    return RSAKey.import_key(private_pem)
