"""Every launch and login that must be refused, by its number on the list, with its code and status.

Decided where the database is, and tested there: 47 (the same POST twice) and 49 (a second token with the
same nonce), which need the burnt nonces; that 50 is looked up in a table, and that nothing is written (38,
login step).
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti.protocol import strict_json
from lti.protocol.errors import Fault, InvalidLaunch, Reason, ServiceError
from lti.protocol.http import Response
from lti.protocol.jwks import MAX_REFETCHES

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

Lms = Any  # the fixture's class lives in conftest, which is not importable
Act = Callable[[Lms], Any]


def seconds(lms: Lms, **delta: float) -> int:
    return int((lms.now + timedelta(**delta)).timestamp())


def edit(**claims: Any) -> Act:
    """A launch with standard claims replaced (None: removed)."""

    def act(lms: Lms) -> Any:
        return lms.launch(
            lambda found: found.update(
                {name: lms.absent if value is None else value for name, value in claims.items()}
            )
        )

    return act


def times(**deltas: dict[str, float]) -> Act:
    """A launch with ``exp`` or ``iat`` set so far from now."""
    return lambda lms: lms.launch(
        lambda found: found.update({name: seconds(lms, **delta) for name, delta in deltas.items()})
    )


def lti(**claims: Any) -> Act:
    """A launch with LTI claims replaced (None: removed)."""
    return lambda lms: lms.launch(
        **{name: lms.absent if value is None else value for name, value in claims.items()}
    )


def header(**parameters: Any) -> Act:
    return lambda lms: lms.launch(
        header={name: lms.absent if value is None else value for name, value in parameters.items()}
    )


def tampered(lms: Lms) -> Any:
    request = lms.login()
    head, _, signature = lms.token(lms.claims(request.nonce)).split(".")
    forged = lms.token({**lms.claims(request.nonce), "sub": "1"}).split(".")[1]
    token = f"{head}.{forged}.{signature}"
    return lms.post({"state": request.state, "id_token": token}, binding=request.binding)


def attackers_own_key(name: str) -> Act:
    def act(lms: Lms) -> Any:
        value = {"jwk": lms.other.jwk(), "x5c": ["MIIB"]}.get(name, "https://evil.example/keys")
        return lms.launch(header={name: value}, pair=lms.other)

    return act


def with_keys(change: Callable[[Lms], list[dict[str, Any]]], act: Act = lambda lms: lms.launch()) -> Act:
    def acted(lms: Lms) -> Any:
        lms.published = change(lms)
        return act(lms)

    return acted


def posted(
    *,
    state: Callable[[Lms, str], str | None] | None = None,
    binding: Any = ...,
    method: str = "POST",
    **form: str,
) -> Act:
    """A right token in a wrong envelope."""

    def act(lms: Lms) -> Any:
        request = lms.login()
        sent = {"state": request.state, "id_token": lms.token(lms.claims(request.nonce)), **form}
        if state is not None:
            changed = state(lms, request.state)
            if changed is None:
                del sent["state"]
            else:
                sent["state"] = changed
        cookie = request.binding if binding is ... else binding
        return lms.post(sent, binding=cookie, method=method)

    return act


def expired_state(lms: Lms) -> Any:
    request = lms.login()
    form = {"state": request.state, "id_token": lms.token(lms.claims(request.nonce))}
    return lms.post(form, binding=request.binding, later=timedelta(minutes=10))


def state_of_another_secret(lms: Lms, token: str) -> str:
    own, lms.secret = lms.secret, b"another secret, just as long as ours"
    forged: str = lms.login().state
    lms.secret = own
    return forged


def nonce_of_another_state(lms: Lms) -> Any:
    first, second = lms.login(), lms.login()
    token = lms.token(lms.claims(first.nonce))
    return lms.post({"state": second.state, "id_token": token}, binding=second.binding)


def disabled_after_login(lms: Lms) -> Any:
    request = lms.login()
    lms.change_platform(enabled=False)
    form = {"state": request.state, "id_token": lms.token(lms.claims(request.nonce))}
    return lms.post(form, binding=request.binding)


def removed_after_login(lms: Lms) -> Any:
    request = lms.login()
    lms.platforms = []
    form = {"state": request.state, "id_token": lms.token(lms.claims(request.nonce))}
    return lms.post(form, binding=request.binding)


def platform_error(code: str) -> Act:
    def act(lms: Lms) -> Any:
        request = lms.login()
        form = {"state": request.state, "error": code, "error_description": "<script>"}
        return lms.post(form, binding=request.binding)

    return act


def token_of_another_tenant(*, shared_issuer: bool) -> Act:
    """Two tenants, A and B: a token that A signed for its client, on the state of B."""

    def act(lms: Lms) -> Any:
        ours = lms.platform
        theirs = replace(
            ours,
            id="8",
            client_id="client-2",
            issuer=ours.issuer if shared_issuer else "https://other.example.org",
        )
        lms.platforms = [ours, theirs]
        request = lms.login(iss=theirs.issuer, client_id="client-2")
        pair = lms.pair if shared_issuer else lms.other
        token = lms.token(
            lms.claims(request.nonce), pair=pair, header={"kid": pair.kid if shared_issuer else "a"}
        )
        return lms.post({"state": request.state, "id_token": token}, binding=request.binding)

    return act


def jwks_says(status: int, body: bytes) -> Act:
    def act(lms: Lms) -> Any:
        lms.jwks_answer = lambda: Response(status, {}, body, "https://lms.example.org/jwks")
        return lms.launch()

    return act


def jwks_fails(fault: Fault) -> Act:
    def act(lms: Lms) -> Any:
        lms.http_fails(ServiceError(fault))
        return lms.launch()

    return act


def deep(lms: Lms) -> Any:
    return lms.send(b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}")


def deep_header(lms: Lms) -> Any:
    return lms.send(b"{}", header=b'{"alg":"RS256","kid":' + b"[" * 20_000 + b"]" * 20_000 + b"}")


def deep_linking(**changes: Any) -> Act:
    """A deep linking request whose settings are changed; no settings at all without changes."""

    def act(lms: Lms) -> Any:
        settings_claim = {"accept_types": ["ltiResourceLink"], **changes}
        return lms.launch(
            lambda claims: claims.update({DL_SETTINGS: settings_claim} if changes else {}),
            message_type="LtiDeepLinkingRequest",
        )

    return act


def review(*, for_user: Any = ..., line_item: bool = True) -> Act:
    def act(lms: Lms) -> Any:
        def change(claims: dict[str, Any]) -> None:
            if not line_item:
                del claims[AGS]["lineitem"]

        user = {"user_id": "43"} if for_user is ... else for_user
        return lms.launch(change, message_type="LtiSubmissionReviewRequest", for_user=user)

    return act


MALFORMED, BAD_TOKEN, FORBIDDEN = 400, 401, 403
R = Reason

LAUNCHES: list[tuple[str, Act, Reason, int]] = [
    ("1 no kid", header(kid=None), R.KID_MISSING, BAD_TOKEN),
    ("1 empty kid", header(kid=""), R.KID_MISSING, BAD_TOKEN),
    ("1 null kid in a set of one", lambda lms: lms.send(b"{}", header=b'{"alg":"RS256","kid":null}'),
     R.KID_MISSING, BAD_TOKEN),
    ("1 kid a number", header(kid=1), R.KID_MISSING, BAD_TOKEN),
    ("2 unknown kid", header(kid="nobody"), R.KID_UNKNOWN, BAD_TOKEN),
    ("3 right kid, other key", lambda lms: lms.launch(pair=lms.other), R.SIGNATURE_WRONG, BAD_TOKEN),
    ("4 payload tampered", tampered, R.SIGNATURE_WRONG, BAD_TOKEN),
    ("5 signature stripped", lambda lms: lms.launch(signature=lambda _: b""), R.SIGNATURE_WRONG, BAD_TOKEN),
    ("6 alg none", lambda lms: lms.launch(header={"alg": "none"}, signature=lambda _: b""),
     R.ALG_REFUSED, BAD_TOKEN),
    ("6 alg None", header(alg="None"), R.ALG_REFUSED, BAD_TOKEN),
    ("6 no alg", header(alg=None), R.ALG_REFUSED, BAD_TOKEN),
    ("7 HS256 with the public key", lambda lms: lms.launch(header={"alg": "HS256"}, signature=lms.hs256),
     R.ALG_REFUSED, BAD_TOKEN),
    ("8 RS512 not agreed",
     lambda lms: lms.launch(header={"alg": "RS512"}, signature=lambda m: lms.pair.sign(m, hashes.SHA512())),
     R.ALG_REFUSED, BAD_TOKEN),
    ("8 ES256 not agreed", header(alg="ES256"), R.ALG_REFUSED, BAD_TOKEN),
    ("8 rs256 in small letters", header(alg="rs256"), R.ALG_REFUSED, BAD_TOKEN),
    ("8 alg a list", header(alg=["RS256"]), R.ALG_REFUSED, BAD_TOKEN),
    ("9 key with use=enc", with_keys(lambda lms: [lms.pair.jwk(use="enc")]), R.KEY_UNUSABLE, BAD_TOKEN),
    ("9 key with key_ops encrypt", with_keys(lambda lms: [lms.pair.jwk(key_ops=["encrypt"])]),
     R.KEY_UNUSABLE, BAD_TOKEN),
    ("9 key of another alg", with_keys(lambda lms: [lms.pair.jwk(alg="RS512")]), R.KEY_UNUSABLE, BAD_TOKEN),
    ("9 key too short", with_keys(lambda lms: [lms.pair.jwk(n=lms.pair.jwk()["n"][:171])]),
     R.KEY_UNUSABLE, BAD_TOKEN),
    ("9 key without modulus", with_keys(lambda lms: [lms.pair.jwk(n=lms.absent)]), R.KEY_UNUSABLE, BAD_TOKEN),
    ("9 key of no kind we know", with_keys(lambda lms: [lms.pair.jwk(kty="oct", k="c2VjcmV0")]),
     R.KEY_UNUSABLE, BAD_TOKEN),
    ("10 attacker's jwk", attackers_own_key("jwk"), R.HEADER_KEY_REFUSED, BAD_TOKEN),
    ("10 attacker's jku", attackers_own_key("jku"), R.HEADER_KEY_REFUSED, BAD_TOKEN),
    ("10 attacker's x5u", attackers_own_key("x5u"), R.HEADER_KEY_REFUSED, BAD_TOKEN),
    ("10 attacker's x5c", attackers_own_key("x5c"), R.HEADER_KEY_REFUSED, BAD_TOKEN),
    ("11 unknown crit", header(crit=["exp"], exp=1), R.CRIT_UNKNOWN, BAD_TOKEN),
    ("11 b64 in crit", header(crit=["b64"], b64=False), R.CRIT_UNKNOWN, BAD_TOKEN),
    ("11 b64 without crit", header(b64=False), R.SIGNATURE_WRONG, BAD_TOKEN),
    ("12 not a JWT", lambda lms: lms.send("not a token"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 two parts", lambda lms: lms.send("e30.e30"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 five parts", lambda lms: lms.send("e30.e30.e30.e30.e30"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 header not base64", lambda lms: lms.send("é.e30.e30"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 header not JSON", lambda lms: lms.send(b"{}", header=b"alg=RS256"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 header a list", lambda lms: lms.send(b"{}", header=b"[]"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 payload not JSON", lambda lms: lms.send(b"sub=1"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 payload not UTF-8", lambda lms: lms.send(b'{"a":"\xff"}'), R.TOKEN_MALFORMED, MALFORMED),
    ("12 a JSON list", lambda lms: lms.send(b"[1]"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 a JSON text", lambda lms: lms.send(b'"a"'), R.TOKEN_MALFORMED, MALFORMED),
    ("12 duplicate key", lambda lms: lms.claims_text(lambda text: text[:-1] + ',"sub":"1"}'),
     R.TOKEN_MALFORMED, MALFORMED),
    ("12 a lone surrogate", edit(name="\ud800"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 a NUL", edit(name="a\x00b"), R.TOKEN_MALFORMED, MALFORMED),
    ("12 no id_token at all", posted(id_token=""), R.TOKEN_MISSING, MALFORMED),
    ("13 JSON but not LTI", lambda lms: lms.send(b'{"name":"badltilaunch"}'), R.NOT_LTI, MALFORMED),
    ("14 several claims missing", lti(version=None, roles=None, deployment_id=None, message_type=None),
     R.VERSION_MISSING, MALFORMED),
    ("15 iss missing", edit(iss=None), R.ISS_MISSING, MALFORMED),
    ("15 iss unknown", edit(iss="https://evil.example"), R.ISS_WRONG, BAD_TOKEN),
    ("15 iss with a trailing slash", edit(iss="https://lms.example.org/"), R.ISS_WRONG, BAD_TOKEN),
    ("15 iss a number", edit(iss=1), R.CLAIM_MALFORMED, MALFORMED),
    ("16 aud missing", edit(aud=None), R.AUD_MISSING, MALFORMED),
    ("16 aud empty list", edit(aud=[]), R.AUD_MISSING, MALFORMED),
    ("16 aud wrong", edit(aud="client-2"), R.AUD_WRONG, BAD_TOKEN),
    ("16 aud a list without us", edit(aud=["client-2", "client-3"]), R.AUD_WRONG, BAD_TOKEN),
    ("16 aud an object with our name", edit(aud={"client-1": 1}), R.AUD_WRONG, BAD_TOKEN),
    ("16 aud a text that contains us", edit(aud="xclient-1x"), R.AUD_WRONG, BAD_TOKEN),
    ("17 aud us and another without azp", edit(aud=["client-1", "other"]), R.AZP_MISSING, BAD_TOKEN),
    ("18 azp not us", edit(azp="other"), R.AZP_WRONG, BAD_TOKEN),
    ("18 azp not us among several", edit(aud=["client-1", "other"], azp="other"), R.AZP_WRONG, BAD_TOKEN),
    ("19 exp missing", edit(exp=None), R.EXP_MISSING, MALFORMED),
    ("20 exp past beyond leeway", times(exp={"seconds": -61}), R.EXPIRED, BAD_TOKEN),
    ("21 iat missing", edit(iat=None), R.IAT_MISSING, MALFORMED),
    ("22 iat 11111 with exp 22222", edit(iat=11111, exp=22222), R.EXPIRED, BAD_TOKEN),
    ("23 iat an hour ahead", times(iat={"hours": 1}, exp={"hours": 2}), R.ISSUED_LATER, BAD_TOKEN),
    ("24 iat two days old, exp far", times(iat={"days": -2}, exp={"days": 2}), R.ISSUED_LONG_AGO, BAD_TOKEN),
    ("24 nbf an hour ahead", times(nbf={"hours": 1}), R.NOT_YET_VALID, BAD_TOKEN),
    ("25 exp a string", edit(exp="1900000000"), R.TIME_MALFORMED, MALFORMED),
    ("25 exp a bool", edit(exp=True), R.TIME_MALFORMED, MALFORMED),
    ("25 exp a list", edit(exp=[1]), R.TIME_MALFORMED, MALFORMED),
    ("25 exp NaN", edit(exp=float("nan")), R.TOKEN_MALFORMED, MALFORMED),
    ("25 exp Infinity", edit(exp=float("inf")), R.TOKEN_MALFORMED, MALFORMED),
    ("25 exp infinite by size", lambda lms: lms.claims_text(
        lambda text: text.replace(f'"exp": {seconds(lms, seconds=60)}', '"exp": 1e999')),
     R.TIME_MALFORMED, MALFORMED),
    ("25 iat a bool", edit(iat=True), R.TIME_MALFORMED, MALFORMED),
    ("25 nbf a string", edit(nbf="0"), R.TIME_MALFORMED, MALFORMED),
    ("25 iat of a thousand digits", edit(iat=10**1000), R.ISSUED_LATER, BAD_TOKEN),
    ("26 nonce missing", edit(nonce=None), R.NONCE_MISSING, MALFORMED),
    ("26 nonce empty", edit(nonce=""), R.NONCE_MISSING, MALFORMED),
    ("27 nonce never issued", edit(nonce="never"), R.NONCE_WRONG, BAD_TOKEN),
    ("28 version missing", lti(version=None), R.VERSION_MISSING, MALFORMED),
    ("29 version 11.3", lti(version="11.3"), R.VERSION_UNSUPPORTED, MALFORMED),
    ("30 message_type missing", lti(message_type=None), R.MESSAGE_TYPE_MISSING, MALFORMED),
    ("31 message_type unknown", lti(message_type="LtiStartProctoring"), R.MESSAGE_TYPE_UNKNOWN, MALFORMED),
    ("32 roles missing", lti(roles=None), R.ROLES_MISSING, MALFORMED),
    ("33 roles a text", lti(roles="Learner"), R.ROLES_MALFORMED, MALFORMED),
    ("33 roles an object", lti(roles={"Instructor": True}), R.ROLES_MALFORMED, MALFORMED),
    ("33 roles of numbers", lti(roles=[1]), R.ROLES_MALFORMED, MALFORMED),
    ("34 deployment_id missing", lti(deployment_id=None), R.DEPLOYMENT_MISSING, MALFORMED),
    ("35 deployment_id empty", lti(deployment_id=""), R.DEPLOYMENT_MISSING, MALFORMED),
    ("35 deployment_id unknown", lti(deployment_id="2"), R.DEPLOYMENT_UNKNOWN, FORBIDDEN),
    ("35 deployment_id a number", lti(deployment_id=1), R.CLAIM_MALFORMED, MALFORMED),
    ("36 resource_link missing", lti(resource_link=None), R.RESOURCE_LINK_MISSING, MALFORMED),
    ("37 resource_link without id", lti(resource_link={"title": "x"}), R.RESOURCE_LINK_ID_MISSING, MALFORMED),
    ("37 resource_link with no id", lti(resource_link={"id": ""}), R.RESOURCE_LINK_ID_MISSING, MALFORMED),
    ("37 resource_link a list", lti(resource_link=["5"]), R.CLAIM_MALFORMED, MALFORMED),
    ("38 sub missing", edit(sub=None), R.SUB_MISSING, FORBIDDEN),
    ("38 sub empty", edit(sub=""), R.SUB_MISSING, FORBIDDEN),
    ("39 sub over 255", edit(sub="x" * 256), R.SUB_MALFORMED, MALFORMED),
    ("39 sub not a string", edit(sub=42), R.SUB_MALFORMED, MALFORMED),
    ("40 target_link_uri missing", lti(target_link_uri=None), R.TARGET_MISSING, MALFORMED),
    ("43 return url missing", deep_linking(title="x"), R.DEEP_LINKING_RETURN_REFUSED, MALFORMED),
    ("42 deep linking without settings", deep_linking(), R.DEEP_LINKING_MISSING, MALFORMED),
    ("43 return url javascript:", deep_linking(deep_link_return_url="javascript:alert(1)"),
     R.DEEP_LINKING_RETURN_REFUSED, MALFORMED),
    ("43 return url data:", deep_linking(deep_link_return_url="data:text/html,x"),
     R.DEEP_LINKING_RETURN_REFUSED, MALFORMED),
    ("43 return url relative", deep_linking(deep_link_return_url="/return"),
     R.DEEP_LINKING_RETURN_REFUSED, MALFORMED),
    ("43 return url plain http", deep_linking(deep_link_return_url="http://lms.example.org/return"),
     R.DEEP_LINKING_RETURN_REFUSED, MALFORMED),
    ("44 review without for_user", review(for_user=None), R.FOR_USER_MISSING, MALFORMED),
    ("44 review of nobody", review(for_user={"name": "x"}), R.FOR_USER_MISSING, MALFORMED),
    ("44 review without lineitem", review(line_item=False), R.LINE_ITEM_MISSING, MALFORMED),
    ("45 state missing", posted(state=lambda lms, state: None), R.STATE_MISSING, MALFORMED),
    ("45 state empty", posted(state=lambda lms, state: ""), R.STATE_MISSING, MALFORMED),
    ("45 state unknown", posted(state=lambda lms, state: "e30.e30.e30"), R.STATE_UNKNOWN, BAD_TOKEN),
    ("45 state not ASCII", posted(state=lambda lms, state: "é"), R.STATE_UNKNOWN, BAD_TOKEN),
    ("45 state tampered", posted(state=lambda lms, state: state[:-4] + "AAAA"), R.STATE_UNKNOWN, BAD_TOKEN),
    ("45 state of another secret", posted(state=state_of_another_secret), R.STATE_UNKNOWN, BAD_TOKEN),
    ("45 an id_token as state", posted(state=lambda lms, state: lms.token({"nonce": "n"})),
     R.STATE_UNKNOWN, BAD_TOKEN),
    ("45 state expired", expired_state, R.STATE_EXPIRED, BAD_TOKEN),
    ("46 cookie absent", posted(binding=None), R.BINDING_MISSING, BAD_TOKEN),
    ("46 cookie empty", posted(binding=""), R.BINDING_MISSING, BAD_TOKEN),
    ("46 another browser's cookie", posted(binding="c" * 43), R.BINDING_WRONG, BAD_TOKEN),
    ("48 nonce of another state", nonce_of_another_state, R.NONCE_WRONG, BAD_TOKEN),
    ("50 platform disabled", disabled_after_login, R.PLATFORM_DISABLED, FORBIDDEN),
    ("50 platform removed", removed_after_login, R.PLATFORM_UNKNOWN, MALFORMED),
    ("51 the platform's error", platform_error("login_required"), R.PLATFORM_ERROR, MALFORMED),
    ("51 an error nobody defined", platform_error("<b>oops</b>"), R.PLATFORM_ERROR, MALFORMED),
    ("52 token of another tenant", token_of_another_tenant(shared_issuer=False), R.KID_UNKNOWN, BAD_TOKEN),
    ("52 of a tenant that shares the issuer", token_of_another_tenant(shared_issuer=True),
     R.AUD_WRONG, BAD_TOKEN),
    ("53 id_token by GET", posted(method="GET"), R.METHOD_WRONG, MALFORMED),
    ("53 body over 64 KB", posted(padding="x" * 65_536), R.TOO_LARGE, MALFORMED),
    ("53 20k-deep JSON", deep, R.TOKEN_MALFORMED, MALFORMED),
    ("53 20k-deep header", deep_header, R.TOKEN_MALFORMED, MALFORMED),
    ("54 JWKS down", jwks_fails(Fault.UNREACHABLE), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS silent", jwks_fails(Fault.TIMEOUT), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS 500", jwks_says(500, b""), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS 404 HTML", jwks_says(404, b"<html>"), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS HTML", jwks_says(200, b"<html>"), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS a list", jwks_says(200, b"[]"), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS without keys", jwks_says(200, b"{}"), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS 10 MB", jwks_says(200, b" " * 10_000_000 + b'{"keys":[]}'), R.KEYS_UNAVAILABLE, BAD_TOKEN),
    ("54 JWKS of no keys", jwks_says(200, b'{"keys":[]}'), R.KID_UNKNOWN, BAD_TOKEN),
    ("54 JWKS of things that are no keys", jwks_says(200, b'{"keys":[1,null,{"kid":3},{"kid":"a"}]}'),
     R.KID_UNKNOWN, BAD_TOKEN),
]  # fmt: skip

FOREIGN_TARGETS = [
    "https://evil.example/",
    "http://palier.example.org/lti/launch",
    "https://palier.example.org:8443/lti/launch",
    "https://palier.example.org.evil.example/",
    "https://palier.example.org@evil.example/",
    "https://someone@palier.example.org/",
    "https://evil.example\\@palier.example.org/",
    "//palier.example.org/",
    "/lti/launch",
    "javascript:alert(1)",
    " https://palier.example.org/",
    "https://palier.example.org/\nx",
    "https://[palier.example.org/",
]


def without(name: str) -> Act:
    return lambda lms: lms.login(**{name: lms.absent})


def two_clients(lms: Lms) -> Any:
    lms.platforms.append(replace(lms.platform, id="8", client_id="client-2"))
    return lms.login(client_id=lms.absent)


def disabled(lms: Lms) -> Any:
    lms.change_platform(enabled=False)
    return lms.login()


LOGINS: list[tuple[str, Act, Reason, int]] = [
    ("missing iss", without("iss"), R.ISS_MISSING, MALFORMED),
    ("missing login_hint", without("login_hint"), R.LOGIN_HINT_MISSING, MALFORMED),
    ("missing target_link_uri", without("target_link_uri"), R.TARGET_MISSING, MALFORMED),
    ("unknown iss", lambda lms: lms.login(iss="https://evil.example"), R.PLATFORM_UNKNOWN, MALFORMED),
    ("unknown client_id", lambda lms: lms.login(client_id="nobody"), R.PLATFORM_UNKNOWN, MALFORMED),
    ("an iss with two clients and no client_id", two_clients, R.CLIENT_AMBIGUOUS, MALFORMED),
    ("foreign deployment", lambda lms: lms.login(lti_deployment_id="2"), R.DEPLOYMENT_UNKNOWN, MALFORMED),
    ("disabled platform", disabled, R.PLATFORM_DISABLED, FORBIDDEN),
    ("parameters over 16 KB", lambda lms: lms.login(lti_message_hint="x" * 16_384), R.TOO_LARGE, MALFORMED),
    ("a target too long to carry", lambda lms: lms.login(target_link_uri=lms.base_url + "/" + "x" * 2048),
     R.TARGET_FOREIGN, MALFORMED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "reason", "status"), [case[1:] for case in LAUNCHES], ids=[case[0] for case in LAUNCHES]
)
def test_a_launch_is_refused_with_its_reason(lms: Lms, act: Act, reason: Reason, status: int) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        act(lms)
    assert (refusal.value.reason, refusal.value.status) == (reason, status)


@pytest.mark.parametrize("target", FOREIGN_TARGETS)
def test_41_a_launch_to_another_host_is_refused(lms: Lms, target: str) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        lms.launch(target_link_uri=target)
    assert (refusal.value.reason, refusal.value.status) == (Reason.TARGET_FOREIGN, 400)


@pytest.mark.parametrize(
    ("act", "reason", "status"), [case[1:] for case in LOGINS], ids=[case[0] for case in LOGINS]
)
def test_a_login_is_refused_with_its_reason(lms: Lms, act: Act, reason: Reason, status: int) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        act(lms)
    assert (refusal.value.reason, refusal.value.status) == (reason, status)


@pytest.mark.parametrize("target", FOREIGN_TARGETS)
def test_a_login_that_would_land_on_another_host_is_refused(lms: Lms, target: str) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        lms.login(target_link_uri=target)
    assert (refusal.value.reason, refusal.value.status) == (Reason.TARGET_FOREIGN, 400)


def test_every_number_that_is_decided_here_has_a_case() -> None:
    named = {int(case[0].split()[0]) for case in LAUNCHES} | {41}
    assert set(range(1, 55)) - named == {47, 49}


def test_2_an_unknown_kid_asks_the_platform_once_more_and_not_again_for_thirty_seconds(lms: Lms) -> None:
    lms.launch()
    for _ in range(3):
        with pytest.raises(InvalidLaunch):
            lms.launch(header={"kid": "nobody"})
    assert lms.fetched == 2
    lms.now += timedelta(seconds=30)
    with pytest.raises(InvalidLaunch):
        lms.launch(header={"kid": "nobody"})
    assert lms.fetched == 3


def test_2_a_stream_of_unknown_kids_does_not_make_us_flood_the_platform(lms: Lms) -> None:
    lms.launch()
    for number in range(MAX_REFETCHES + 20):
        with pytest.raises(InvalidLaunch):
            lms.launch(header={"kid": f"nobody-{number}"})
    assert lms.fetched == 1 + MAX_REFETCHES


def test_52_two_tenants_of_one_issuer_do_not_pass_for_one_another_at_login(lms: Lms) -> None:
    lms.platforms.append(replace(lms.platform, id="8", client_id="client-2", deployments=frozenset({"9"})))
    assert lms.login(client_id="client-2", lti_deployment_id="9").platform.id == "8"
    with pytest.raises(InvalidLaunch) as refusal:
        lms.login(client_id="client-2", lti_deployment_id="1")
    assert refusal.value.reason is Reason.DEPLOYMENT_UNKNOWN


def test_a_refusal_repeats_nothing_of_what_came(lms: Lms) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        platform_error("<b>oops</b>")(lms)
    assert str(refusal.value) == "platform_error (other)"


def test_the_platform_cannot_agree_on_a_symmetric_algorithm(lms: Lms) -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        lms.change_platform(algorithms=frozenset({"RS256", "HS256"}))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
STANDARD = ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "name", "email", "locale", "picture"]
OWN = [
    *("version", "message_type", "deployment_id", "target_link_uri", "roles", "resource_link", "context"),
    *("launch_presentation", "tool_platform", "custom", "for_user"),
]
SERVICES = [AGS, DL_SETTINGS, "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
INNER = {
    **{LTI + "context": ["id", "label", "title", "type"], LTI + "resource_link": ["id", "title"]},
    **{AGS: ["scope", "lineitem", "lineitems"], LTI + "for_user": ["user_id", "roles", "email"]},
    DL_SETTINGS: ["deep_link_return_url", "accept_types", "accept_multiple", "data", "title"],
    LTI + "launch_presentation": ["return_url", "width", "locale", "document_target"],
}
changes = st.dictionaries(
    st.sampled_from([*STANDARD, *(LTI + name for name in OWN), *SERVICES]), anything, min_size=1, max_size=3
)
inner_changes = st.sampled_from(sorted(INNER)).flatmap(
    lambda claim: st.dictionaries(st.sampled_from(INNER[claim]), anything).map(lambda found: {claim: found})
)


@given(
    changed=changes | inner_changes,
    message=st.sampled_from(
        ["LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiSubmissionReviewRequest"]
    ),
)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_whatever_the_claims_say_nothing_but_a_refusal_is_raised(
    lms: Lms, changed: dict[str, Any], message: str
) -> None:
    with suppress(InvalidLaunch):
        assert (
            lms.launch(lambda claims: claims.update(changed), message_type=message).platform == lms.platform
        )


@given(raw=st.binary(max_size=60) | st.text(max_size=60))
@settings(derandomize=True)
def test_strict_json_reads_or_refuses_and_what_it_reads_can_be_stored(raw: bytes | str) -> None:
    try:
        value = strict_json.parse(raw)
    except strict_json.NotStrictJson:
        return
    assert json.dumps(value, ensure_ascii=False, allow_nan=True).encode("utf-8").count(b"\x00") == 0
