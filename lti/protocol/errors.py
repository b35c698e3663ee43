"""Why a launch was refused and why a service call failed: one code each, and what follows from it.

A reason is a code for the log and for the template that words it; it never carries a token, a name or an
address.
"""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Every way in which a login or a launch is refused (numbers: the list of launches to refuse)."""

    METHOD_WRONG = "method_wrong"  # 53
    TOO_LARGE = "too_large"  # 53
    PLATFORM_ERROR = "platform_error"  # 51
    STATE_MISSING = "state_missing"  # 45
    STATE_UNKNOWN = "state_unknown"  # 45
    STATE_EXPIRED = "state_expired"  # 45
    BINDING_MISSING = "binding_missing"  # 46
    BINDING_WRONG = "binding_wrong"  # 46
    PLATFORM_UNKNOWN = "platform_unknown"  # login, and a platform removed since
    PLATFORM_DISABLED = "platform_disabled"  # 50
    CLIENT_AMBIGUOUS = "client_ambiguous"  # login
    LOGIN_HINT_MISSING = "login_hint_missing"  # login
    TOKEN_MISSING = "token_missing"  # noqa: S105 - 12
    TOKEN_MALFORMED = "token_malformed"  # noqa: S105 - 12, 25, 53
    KID_MISSING = "kid_missing"  # 1
    KID_UNKNOWN = "kid_unknown"  # 2
    ALG_REFUSED = "alg_refused"  # 6, 7, 8
    HEADER_KEY_REFUSED = "header_key_refused"  # 10
    CRIT_UNKNOWN = "crit_unknown"  # 11
    KEY_UNUSABLE = "key_unusable"  # 9
    KEYS_UNAVAILABLE = "keys_unavailable"  # 54
    SIGNATURE_WRONG = "signature_wrong"  # 3, 4, 5
    NOT_LTI = "not_lti"  # 13
    ISS_MISSING = "iss_missing"  # 15
    ISS_WRONG = "iss_wrong"  # 15
    AUD_MISSING = "aud_missing"  # 16
    AUD_WRONG = "aud_wrong"  # 16, 52
    AZP_MISSING = "azp_missing"  # 17
    AZP_WRONG = "azp_wrong"  # 18
    EXP_MISSING = "exp_missing"  # 19
    IAT_MISSING = "iat_missing"  # 21
    TIME_MALFORMED = "time_malformed"  # 25
    EXPIRED = "expired"  # 20, 22
    ISSUED_LATER = "issued_later"  # 23
    ISSUED_LONG_AGO = "issued_long_ago"  # 24
    NOT_YET_VALID = "not_yet_valid"  # nbf
    NONCE_MISSING = "nonce_missing"  # 26
    NONCE_WRONG = "nonce_wrong"  # 27, 48
    NONCE_USED = "nonce_used"  # 47, 49: raised by the caller, who keeps the burnt nonces
    VERSION_MISSING = "version_missing"  # 28
    VERSION_UNSUPPORTED = "version_unsupported"  # 29
    MESSAGE_TYPE_MISSING = "message_type_missing"  # 30
    MESSAGE_TYPE_UNKNOWN = "message_type_unknown"  # 31
    ROLES_MISSING = "roles_missing"  # 32
    ROLES_MALFORMED = "roles_malformed"  # 33
    DEPLOYMENT_MISSING = "deployment_missing"  # 34, 35
    DEPLOYMENT_UNKNOWN = "deployment_unknown"  # 35, login
    SUB_MISSING = "sub_missing"  # 38
    SUB_MALFORMED = "sub_malformed"  # 39
    TARGET_MISSING = "target_missing"  # 40, login
    TARGET_FOREIGN = "target_foreign"  # 41, login
    RESOURCE_LINK_MISSING = "resource_link_missing"  # 36
    RESOURCE_LINK_ID_MISSING = "resource_link_id_missing"  # 37
    DEEP_LINKING_MISSING = "deep_linking_missing"  # 42
    DEEP_LINKING_RETURN_REFUSED = "deep_linking_return_refused"  # 43
    FOR_USER_MISSING = "for_user_missing"  # 44
    LINE_ITEM_MISSING = "line_item_missing"  # 44
    CLAIM_MALFORMED = "claim_malformed"  # an optional claim of the wrong shape


_FORBIDDEN: Final = frozenset(
    {Reason.PLATFORM_DISABLED, Reason.DEPLOYMENT_UNKNOWN, Reason.SUB_MISSING},
)
_BAD_TOKEN: Final = frozenset(
    {
        Reason.STATE_UNKNOWN,
        Reason.STATE_EXPIRED,
        Reason.BINDING_MISSING,
        Reason.BINDING_WRONG,
        Reason.KID_MISSING,
        Reason.KID_UNKNOWN,
        Reason.ALG_REFUSED,
        Reason.HEADER_KEY_REFUSED,
        Reason.CRIT_UNKNOWN,
        Reason.KEY_UNUSABLE,
        Reason.KEYS_UNAVAILABLE,
        Reason.SIGNATURE_WRONG,
        Reason.ISS_WRONG,
        Reason.AUD_WRONG,
        Reason.AZP_MISSING,
        Reason.AZP_WRONG,
        Reason.EXPIRED,
        Reason.ISSUED_LATER,
        Reason.ISSUED_LONG_AGO,
        Reason.NOT_YET_VALID,
        Reason.NONCE_WRONG,
        Reason.NONCE_USED,
    }
)


def status_of(reason: Reason) -> int:
    """The HTTP status of a refused launch: 400 malformed, 401 bad token, 403 known but not allowed."""
    if reason in _FORBIDDEN:
        return 403
    return 401 if reason in _BAD_TOKEN else 400


class InvalidLaunch(Exception):
    """A login or a launch that is refused; nothing was written.

    ``reason`` goes to the log and chooses the wording, ``status`` is 400, 401 or 403, ``detail`` is a short
    code that says which claim, header or service it was (never a value that came from outside).
    """

    def __init__(self, reason: Reason, *, status: int | None = None, detail: str = "") -> None:
        super().__init__(reason.value if not detail else f"{reason.value} ({detail})")
        self.reason = reason
        self.status = status_of(reason) if status is None else status
        self.detail = detail


class Fault(StrEnum):
    """Every way in which a call to a platform's service fails."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"  # not https, or a private address, outside development
    REDIRECT_REFUSED = "redirect_refused"  # to another host, or of anything but a GET
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # HTML or anything else that is not the JSON asked for
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - by the token endpoint, or 401 twice
    SCOPE_REFUSED = "scope_refused"  # 403, or a scope the platform never offered
    REJECTED = "rejected"  # any other 4xx
    GONE = "gone"  # 404, 410
    CONFLICT = "conflict"  # 409: a score not newer than the one kept
    RATE_LIMITED = "rate_limited"  # 429
    FAILING = "failing"  # 5xx
    PAGE_FOREIGN = "page_foreign"  # the next page is on another host
    PAGES_ENDLESS = "pages_endless"


_TRANSIENT: Final = frozenset(
    {Fault.TIMEOUT, Fault.UNREACHABLE, Fault.UNREADABLE, Fault.RATE_LIMITED, Fault.FAILING}
)


class ServiceError(Exception):
    """A call to a platform's service that failed as a whole: no partial result is ever given.

    ``fault`` is the code, ``status`` the HTTP status where there was one, ``retry_after`` the seconds the
    platform asked for (429, 503), ``detail`` a short code; ``transient`` says whether trying again later may
    help.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(fault.value if not detail else f"{fault.value} ({detail})")
        self.fault = fault
        self.status = status
        self.retry_after = retry_after
        self.detail = detail

    @property
    def transient(self) -> bool:
        return self.fault in _TRANSIENT
