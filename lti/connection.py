"""What a process holds to talk with platforms: their public keys, our access tokens, and the way to make a call."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import current_app

from lti.keyring import own_keys
from lti.protocol import keys
from lti.protocol.http import RequestsHttp
from lti.protocol.jwks import PlatformKeys
from lti.protocol.keys import OwnKey
from lti.protocol.tokens import Services
from tutoring.web.edge import database, house


@dataclass(frozen=True)
class Connection:
    """One for each process of the application, shared by its threads."""

    keys: PlatformKeys
    services: Services


def connection() -> Connection:
    """The connection of the running application, made when it is first asked for."""
    known = current_app.extensions.get("lti")
    if known is None:
        http = RequestsHttp(development=house().settings.development)
        made = Connection(PlatformKeys(http), _services(http))
        known = current_app.extensions.setdefault("lti", made)
    assert isinstance(known, Connection)
    return known


def _services(http: RequestsHttp) -> Services:
    return Services(http, signing_key=_signing_key, new_jti=lambda: secrets.token_urlsafe(24))


def _signing_key() -> OwnKey:
    """The key that signs, read in a session of its own: the caller's may be in a transaction."""
    with database.sessionmaker() as db:
        return keys.active(own_keys(db, house().settings.secret_key))
