"""Where Palier's own signing keys are kept: encrypted at rest with a key derived from the installation's secret."""

from __future__ import annotations

import hmac
from datetime import datetime

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.models import ToolKey
from lti.protocol import keys
from lti.protocol.keys import OwnKey, Stage


def own_keys(db: Session, secret: str) -> tuple[OwnKey, ...]:
    """Every key that this secret opens, oldest first; one sealed under another secret is left out."""
    rows = db.scalars(select(ToolKey).order_by(ToolKey.id))
    return tuple(key for key in (_opened(row, secret) for row in rows) if key is not None)


def ensure_keys(db: Session, secret: str, now: datetime) -> tuple[OwnKey, ...]:
    """Our keys, made when there is none that signs: one that signs and one announced for the next rotation."""
    known = own_keys(db, secret)
    if any(key.stage is Stage.ACTIVE for key in known):
        return known
    return rotate_keys(db, secret, now)


def rotate_keys(db: Session, secret: str, now: datetime) -> tuple[OwnKey, ...]:
    """One rotation: the announced key signs, the signing one retires, a new one is announced.

    Keys that this secret does not open are lost and go. The very first key signs at once, and a second is announced.
    """
    known = own_keys(db, secret)
    moved = keys.rotate(known, keys.generate(Stage.NEXT, now), now)
    if not any(key.stage is Stage.NEXT for key in moved):
        moved = (*moved, keys.generate(Stage.NEXT, now))
    _write(db, secret, moved)
    return moved


def seal(pem: str, secret: str) -> str:
    """A private PEM as a JWE (RFC 7516, dir with A256GCM)."""
    return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, pem.encode("ascii"), _wrapping(secret))


def unseal(sealed: str, secret: str) -> str:
    """The PEM that `seal` closed. ValueError when another secret closed it."""
    try:
        opened = jwe.decrypt_compact(sealed, _wrapping(secret)).plaintext
    except JoseError as error:
        raise ValueError("sealed under another secret") from error
    return (opened or b"").decode("ascii")


def _wrapping(secret: str) -> OctKey:
    return OctKey.import_key(hmac.digest(secret.encode(), b"palier lti keys at rest v1", "sha256"))


def _opened(row: ToolKey, secret: str) -> OwnKey | None:
    try:
        pem = unseal(row.sealed, secret)
    except ValueError:
        return None
    return OwnKey(row.kid, pem, Stage(row.stage), row.since)


def _write(db: Session, secret: str, wanted: tuple[OwnKey, ...]) -> None:
    """Make the rows say `wanted`; stages are left before they are entered, since each is held by one key."""
    rows = {row.kid: row for row in db.scalars(select(ToolKey))}
    kept = {key.kid for key in wanted}
    for kid, lost in rows.items():
        if kid not in kept:
            db.delete(lost)
    db.flush()
    for key in sorted(wanted, key=lambda key: (Stage.RETIRED, Stage.ACTIVE, Stage.NEXT).index(key.stage)):
        row = rows.get(key.kid) or ToolKey(kid=key.kid, sealed=seal(key.private_pem, secret))
        db.add(row)
        row.stage, row.since = key.stage, key.since
        db.flush()
