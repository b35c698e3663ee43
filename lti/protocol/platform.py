"""What is known of a platform once it is registered: its identity, addresses and deployments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lti.protocol.roles import CourseRole

# Asymmetric only: with "none" or HS256 in the list, a public key becomes a password that everyone knows.
POSSIBLE_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"}
)


@dataclass(frozen=True, slots=True)
class Platform:
    """One client of one issuer; the pair (issuer, client_id) is unique, the issuer alone is not (Canvas).

    ``id`` is the caller's own key as text. ``token_audience`` is the ``aud`` of our assertions where it is
    not the token address (Brightspace, Canvas). ``algorithms`` are those agreed for its id_tokens.
    ``role_overrides`` maps a role as the platform spells it to what it is worth here, None for nothing.
    """

    id: str
    issuer: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    deployments: frozenset[str]
    token_audience: str | None = None
    enabled: bool = True
    algorithms: frozenset[str] = frozenset({"RS256"})
    role_overrides: Mapping[str, CourseRole | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= POSSIBLE_ALGORITHMS:
            raise ValueError("algorithms: asymmetric signatures only")
