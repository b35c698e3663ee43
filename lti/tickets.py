"""A way in that a launch leaves in its landing address, for frames that keep no cookie: signed, good once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

# As long as the state of a login: reading two sentences and pressing a button may take a while.
LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Ticket:
    """Whom it lets in (`person` as the session cookie names them), where to, and in whose frame the page stands."""

    id: str
    person: str
    target: str
    frame: str
    expires_at: datetime

    @property
    def person_id(self) -> int:
        return int(self.person.partition(".")[0])


def write(*, fresh: str, person: str, target: str, frame: str, secret: str, now: datetime) -> str:
    """A ticket good for LASTS, as text for an address. `fresh`: an unguessable id, never the same twice."""
    return str(_signer(secret).dumps([fresh, person, target, frame, int((now + LASTS).timestamp())]))


def read(text: str, *, secret: str, now: datetime) -> Ticket | None:
    """The ticket that `write` wrote, None when it is not ours or its time is over."""
    try:
        fresh, person, target, frame, expires = _signer(secret).loads(text)
    except BadSignature:
        return None
    expires_at = datetime.fromtimestamp(expires, now.tzinfo)
    return Ticket(fresh, person, target, frame, expires_at) if now < expires_at else None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="palier lti landing ticket v1")
