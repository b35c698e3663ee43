"""The platform's own key and signature, and the check of what the tool signs, on joserfc."""

import json
from pathlib import Path
from typing import Any

import requests
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

JWKS_SIZE = 1 << 20


class UnreachableKeys(Exception):
    """The tool's key set did not come, or is none."""


class BadSignature(Exception):
    """A token that the tool's keys do not bear out."""


class PlatformKey:
    """An RSA key made at the first start and kept beside the store, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        file = folder / "platform-key.json"
        if not file.exists():
            file.touch(mode=0o600)
            made = RSAKey.generate_key(2048, auto_kid=True)
            file.write_text(json.dumps(made.as_dict(private=True)), encoding="utf-8")
        self._key = RSAKey.import_key(json.loads(file.read_text(encoding="utf-8")))

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._key.kid}, claims, self._key)

    def public_set(self) -> dict[str, Any]:
        public = self._key.as_dict(private=False)
        return {"keys": [public | {"alg": "RS256", "use": "sig"}]}


def fetch_keys(url: str) -> KeySet:
    """The tool's public keys over HTTP. Raises UnreachableKeys."""
    try:
        answer = requests.get(url, timeout=5, headers={"Accept": "application/json"}, allow_redirects=False)
        answer.raise_for_status()
        if len(answer.content) > JWKS_SIZE:
            raise UnreachableKeys(url)
        return KeySet.import_key_set(answer.json())
    except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
        raise UnreachableKeys(url) from error


def claims_signed_by(keys: KeySet, token: str) -> dict[str, Any]:
    """The claims of a token signed with RS256 by one of these keys, named by its kid. Raises BadSignature."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        if not any(kid and key.kid == kid for key in keys):
            raise BadSignature("kid")
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BadSignature("signature") from error
    if not isinstance(claims, dict):
        raise BadSignature("claims")
    return claims


def seconds(claims: dict[str, Any], name: str) -> int | None:
    """A NumericDate claim in whole seconds; None when absent or no finite number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return int(value)
    except (OverflowError, ValueError):
        return None
