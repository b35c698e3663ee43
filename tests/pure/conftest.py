"""A platform in a box for the tests of LTI 1.3: its keys, its forms, its tokens, right or wrong on demand.

It signs with cryptography alone, so that it can say what no JOSE library lets one say, and so that it shares
no bug with the code it tests.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lti.protocol import launch, login
from lti.protocol.claims import Launch
from lti.protocol.errors import ServiceError
from lti.protocol.http import Request, Response
from lti.protocol.jwks import PlatformKeys
from lti.protocol.login import AuthenticationRequest
from lti.protocol.platform import Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ABSENT: Any = object()


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@dataclass
class KeyPair:
    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, message: bytes, hash_algorithm: hashes.HashAlgorithm | None = None) -> bytes:
        return self.private.sign(message, padding.PKCS1v15(), hash_algorithm or hashes.SHA256())

    def jwk(self, **changes: Any) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        jwk = {
            "kty": "RSA",
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
            "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": "AQAB",
        }
        return without_absent({**jwk, **changes})

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def without_absent(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not ABSENT}


@dataclass
class Lms:
    """One platform and one browser. Change what it publishes, then log in and launch."""

    pair: KeyPair
    other: KeyPair
    now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    base_url: str = "https://palier.example.org"
    secret: bytes = b"a secret of the tests, long enough"
    absent: Any = ABSENT
    published: list[dict[str, Any]] = field(default_factory=list)
    jwks_answer: Callable[[], Response] | None = None
    jwks_headers: dict[str, str] = field(default_factory=dict)
    fetched: int = 0
    nonces: int = 0

    def __post_init__(self) -> None:
        self.platform = Platform(
            id="7",
            issuer="https://lms.example.org",
            client_id="client-1",
            login_url="https://lms.example.org/auth?tenant=a",
            token_url="https://lms.example.org/token",
            jwks_url="https://lms.example.org/jwks",
            deployments=frozenset({"1"}),
        )
        self.platforms = [self.platform]
        self.published = [self.pair.jwk()]
        self.keys = PlatformKeys(self.http)

    def http(self, request: Request) -> Response:
        self.fetched += 1
        if self.jwks_answer is not None:
            return self.jwks_answer()
        body = json.dumps({"keys": self.published}).encode()
        return Response(200, self.jwks_headers, body, request.url)

    def http_fails(self, error: ServiceError) -> None:
        def fail() -> Response:
            raise error

        self.jwks_answer = fail

    def change_platform(self, **changes: Any) -> None:
        self.platform = replace(self.platform, **changes)
        self.platforms = [self.platform]

    # login

    def login(self, *, cookie: str | None = None, **changes: Any) -> AuthenticationRequest:
        self.nonces += 1
        params = {
            "iss": self.platform.issuer,
            "login_hint": "42",
            "target_link_uri": self.base_url + "/lti/launch",
            "client_id": self.platform.client_id,
            "lti_deployment_id": "1",
        }
        return login.begin(
            without_absent({**params, **changes}),
            platforms_of=lambda issuer: [known for known in self.platforms if known.issuer == issuer],
            base_url=self.base_url,
            redirect_uri=self.base_url + "/lti/launch",
            binding_cookie=cookie,
            fresh_binding="b" * 40 + str(self.nonces),
            nonce=f"nonce-{self.nonces}",
            secret=self.secret,
            now=self.now,
        )

    @staticmethod
    def query(request: AuthenticationRequest) -> dict[str, str]:
        parsed = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
        return {name: values[0] for name, values in parsed.items()}

    # tokens

    def claims(self, nonce: str, **lti: Any) -> dict[str, Any]:
        """A full launch of a learner, all Moodle's; ``lti`` changes LTI claims by their short names."""
        seconds = int(self.now.timestamp())
        standard = {
            "iss": self.platform.issuer,
            "aud": self.platform.client_id,
            "sub": "42",
            "exp": seconds + 60,
            "iat": seconds,
            "nonce": nonce,
            "name": "Ada Martin",
            "given_name": "Ada",
            "family_name": "Martin",
            "email": "ada@example.org",
        }
        own = {
            "version": "1.3.0",
            "message_type": "LtiResourceLinkRequest",
            "deployment_id": "1",
            "target_link_uri": self.base_url + "/lti/launch",
            "roles": [ROLE + "Learner"],
            "resource_link": {"id": "5", "title": "Journée 3"},
            "context": {"id": "2", "label": "CS26", "title": "Arts et culture", "type": ["CourseSection"]},
            "launch_presentation": {
                "document_target": "iframe",
                "locale": "fr",
                "return_url": "https://lms.example.org/return?sesskey=abc",
            },
            "tool_platform": {"guid": "g", "product_family_code": "moodle", "version": "2024100700"},
            "custom": {"cohort": "CS26"},
            **lti,
        }
        services = {
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": [
                    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
                    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
                ],
                "lineitems": "https://lms.example.org/2/lineitems?type_id=1",
                "lineitem": "https://lms.example.org/2/lineitems/9/lineitem?type_id=1",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": "https://lms.example.org/2/memberships",
                "service_versions": ["1.0", "2.0"],
            },
        }
        return without_absent(
            {
                **standard,
                **{LTI + name: value for name, value in own.items() if value is not ABSENT},
                **services,
            }
        )

    def token(
        self,
        payload: Mapping[str, Any] | bytes,
        *,
        header: Mapping[str, Any] | bytes | None = None,
        pair: KeyPair | None = None,
        signature: Callable[[bytes], bytes] | None = None,
    ) -> str:
        """A JWS of ``payload``; ``header`` changes the usual one (bytes: replaces it)."""
        usual = {"alg": "RS256", "typ": "JWT", "kid": self.pair.kid}
        if not isinstance(header, bytes):
            header = json.dumps(without_absent({**usual, **(header or {})})).encode()
        if not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        message = f"{base64url(header)}.{base64url(payload)}".encode()
        sign = signature or (pair or self.pair).sign
        return f"{message.decode()}.{base64url(sign(message))}"

    def hs256(self, message: bytes) -> bytes:
        return hmac.digest(self.pair.public_pem(), message, hashlib.sha256)

    # launch

    def post(
        self,
        form: Mapping[str, str],
        *,
        binding: str | None,
        method: str = "POST",
        later: timedelta = timedelta(0),
    ) -> Launch:
        return launch.verify(
            form,
            method=method,
            binding=binding,
            find_platform=lambda key: next((known for known in self.platforms if known.id == key), None),
            keys=self.keys,
            base_url=self.base_url,
            secret=self.secret,
            now=self.now + later,
        )

    def launch(
        self,
        change: Callable[[dict[str, Any]], Any] | None = None,
        *,
        header: Mapping[str, Any] | bytes | None = None,
        pair: KeyPair | None = None,
        signature: Callable[[bytes], bytes] | None = None,
        **lti: Any,
    ) -> Launch:
        """Log in and launch in one browser; ``change`` edits the claims, ``lti`` replaces LTI claims."""
        request = self.login()
        claims = self.claims(request.nonce, **lti)
        if change is not None:
            change(claims)
        token = self.token(without_absent(claims), header=header, pair=pair, signature=signature)
        return self.post({"state": request.state, "id_token": token}, binding=request.binding)

    def send(self, payload: bytes | str, **token: Any) -> Launch:
        """Log in, then post a payload that is signed as it is (bytes), or a token that is no token (str)."""
        request = self.login()
        if isinstance(payload, bytes):
            payload = self.token(payload, **token)
        return self.post({"state": request.state, "id_token": payload}, binding=request.binding)

    def claims_text(self, change: Callable[[str], str]) -> Launch:
        """Log in and launch with claims edited as text, for JSON that Python would not write."""
        request = self.login()
        text = change(json.dumps(deepcopy(self.claims(request.nonce))))
        return self.post(
            {"state": request.state, "id_token": self.token(text.encode())}, binding=request.binding
        )


@pytest.fixture(scope="session")
def key_pairs() -> tuple[KeyPair, KeyPair]:
    """RSA keys take long to make: two for the whole run."""
    made = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    return KeyPair("key-1", made[0]), KeyPair("key-1", made[1])


@pytest.fixture
def lms(key_pairs: tuple[KeyPair, KeyPair]) -> Lms:
    return Lms(*key_pairs)
