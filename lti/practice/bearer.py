"""Access tokens: how the tool gets one, and which service it opens.

OAuth 2.0 client credentials with a signed assertion (RFC 7523, 1EdTech Security Framework 1.0 section 4),
answered as Moodle's `token.php` does: JSON under text/html, 400 with a code, its own 404 page when the tool's
keys do not come.
"""

import json
from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lti.practice.claims import SCOPES
from lti.practice.jose import BadSignature, UnreachableKeys, claims_signed_by, fetch_keys, seconds
from lti.practice.running import practice

bearer = Blueprint("bearer", __name__)

LIFETIME = 3600
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NEEDED = ("client_assertion", "client_assertion_type", "grant_type", "scope")
LEEWAY = 60


@bearer.post("/token")
def token() -> ResponseReturnValue:
    form = request.form
    if request.mimetype != "application/x-www-form-urlencoded" or any(not form.get(name) for name in NEEDED):
        return _refused("invalid_request")
    if form["client_assertion_type"] != ASSERTION_TYPE or form["grant_type"] != "client_credentials":
        return _refused("unsupported_grant_type")
    try:
        known = _is_the_tool(form["client_assertion"])
    except UnreachableKeys:
        page = render_template("refusal.html", code="tool_keys")
        return make_response(page, HTTPStatus.NOT_FOUND)
    if not known:
        return _refused("invalid_client")
    scopes = set(form["scope"].split()) & set(SCOPES)
    if not scopes:
        return _refused("invalid_scope")
    here = practice()
    issued = here.fresh()
    here.store.add_token(issued, scopes, here.now() + LIFETIME)
    answer = {
        "access_token": issued,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "scope": " ".join(scope for scope in form["scope"].split() if scope in scopes),
    }
    return _as_html(answer, HTTPStatus.OK)


def _is_the_tool(assertion: str) -> bool:
    """Signed by the tool, about itself, for this address, alive, and never seen before."""
    here = practice()
    client_id, now = here.school.tool.client_id, here.now()
    try:
        claims = claims_signed_by(fetch_keys(here.school.tool.jwks_url), assertion)
    except BadSignature:
        return False
    audience, expires, made = claims.get("aud"), seconds(claims, "exp"), seconds(claims, "iat")
    named = claims.get("iss") == claims.get("sub") == client_id
    meant = here.school.platform.token_url in (audience if isinstance(audience, list) else [audience])
    alive = expires is not None and expires > now - LEEWAY and (made is None or made <= now)
    jti = claims.get("jti")
    if not (named and meant and alive and isinstance(jti, str) and jti):
        return False
    return here.store.burn("jti", jti, expires=(expires or now) + LEEWAY, now=now)


def _refused(code: str) -> Response:
    return _as_html({"error": code}, HTTPStatus.BAD_REQUEST)


def _as_html(answer: dict[str, object], status: HTTPStatus) -> Response:
    return Response(json.dumps(answer), status, mimetype="text/html")


def holds_scope(*any_of: str) -> bool:
    """Whether the request's token is alive and carries one of these scopes, for our tool if it names one."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    here = practice()
    scopes = here.store.token_scopes(given.strip(), here.now()) if kind.lower() == "bearer" else None
    named = request.args.get("type_id", here.school.tool.deployment_id)
    return bool(scopes and scopes & set(any_of)) and named == here.school.tool.deployment_id
