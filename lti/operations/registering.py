"""The verbs about platforms: to register one, to let it launch or stop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti import queries
from lti.keyring import ensure_keys
from lti.models import (
    Deployment,
    Platform,
)
from lti.protocol.urls import is_web_address
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class PlatformFacts:
    """How a platform presents itself when it is registered; addresses are absolute."""

    name: str
    issuer: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    deployment_id: str
    token_audience: str = ""


def register_platform(
    db: Session, institution_id: int, facts: PlatformFacts, *, secret: str, development: bool, now: datetime
) -> Platform:
    """Keep a platform and one deployment of it; registered again with the same issuer and client it is updated.

    Our own keys are made with the first platform. Refused when an address is not https (plain http on the loopback
    passes in `development`), or when the pair belongs to another institution.
    """
    for name in ("issuer", "login_url", "token_url", "jwks_url"):
        if not is_web_address(getattr(facts, name), development=development):
            raise Refusal("address_not_secure", field=name, address=getattr(facts, name))
    ensure_keys(db, secret, now)
    known = queries.platform_called(db, facts.issuer, facts.client_id)
    if known is not None and known.institution_id != institution_id:
        raise Refusal("platform_elsewhere")
    platform = known or Platform(
        institution_id=institution_id, issuer=facts.issuer, client_id=facts.client_id, registered_at=now
    )
    platform.name = facts.name or (known.name if known else facts.issuer)
    platform.login_url, platform.token_url = facts.login_url, facts.token_url
    platform.jwks_url, platform.token_audience = facts.jwks_url, facts.token_audience or None
    platform.enabled = True
    if known is None:
        platform.deployments = []
        db.add(platform)
    if facts.deployment_id not in {row.deployment_id for row in platform.deployments}:
        platform.deployments.append(
            Deployment(institution_id=institution_id, deployment_id=facts.deployment_id)
        )
    db.flush()
    record(db, "platform.registered", platform, actor_id=None, now=now)
    return platform


def enable_platform(db: Session, platform: Platform, enabled: bool, *, now: datetime) -> Platform:
    """Let a platform launch, or stop it; nothing of what it brought is lost."""
    platform.enabled = enabled
    record(db, "platform.enabled" if enabled else "platform.disabled", platform, actor_id=None, now=now)
    return platform
