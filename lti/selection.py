"""A content selection under way (Deep Linking), sealed in its page's address since its return holds a session key.

Moodle's return address carries the person's `sesskey`: it is kept nowhere, and travels only encrypted.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from lti.protocol.claims import DeepLinkingSettings

LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Selection:
    """Who chooses links for which course of which platform, and what the platform wants back."""

    person_id: int
    platform_id: int
    deployment_id: str
    cohort_id: int
    settings: DeepLinkingSettings


def seal(selection: Selection, *, secret: str, now: datetime) -> str:
    """The selection as text for an address (RFC 7516, dir with A256GCM), good for LASTS."""
    told = {**asdict(selection), "until": int((now + LASTS).timestamp())}
    payload = json.dumps(told).encode()
    return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, payload, _key(secret))


def unseal(text: str, *, secret: str, now: datetime) -> Selection | None:
    """The selection that `seal` closed, None when it is not ours or its time is over."""
    try:
        told: dict[str, Any] = json.loads(jwe.decrypt_compact(text, _key(secret)).plaintext or b"{}")
    except (JoseError, ValueError):
        return None
    if now.timestamp() >= told.pop("until", 0):
        return None
    settings = told.pop("settings")
    for name in ("accept_types", "accept_targets"):
        settings[name] = tuple(settings[name])
    return Selection(**told, settings=DeepLinkingSettings(**settings))


def _key(secret: str) -> OctKey:
    return OctKey.import_key(hmac.digest(secret.encode(), b"palier lti selection v1", "sha256"))
