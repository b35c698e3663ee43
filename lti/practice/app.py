"""The practice LMS as a Flask application, on a folder that keeps its state."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, render_template
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from lti.practice.bearer import bearer
from lti.practice.deep_linking import deep_linking
from lti.practice.gradebook import gradebook
from lti.practice.jose import PlatformKey
from lti.practice.oidc import oidc
from lti.practice.pages import pages
from lti.practice.roster import roster
from lti.practice.running import Practice
from lti.practice.school import DEFAULT_FILE, load_school
from lti.practice.store import Store

BLUEPRINTS = (pages, oidc, bearer, roster, gradebook, deep_linking)


def _clock() -> datetime:
    return datetime.now(UTC)


def _fresh() -> str:
    return secrets.token_hex(16)


def create_app(
    data: Path,
    *,
    tool_url: str | None = None,
    issuer: str | None = None,
    school: Path = DEFAULT_FILE,
    clock: Callable[[], datetime] = _clock,
    fresh: Callable[[], str] = _fresh,
) -> Flask:
    """The platform `issuer` with the tool at `tool_url` (both else as the school file has them).

    `data` is the folder of its database and key, made when absent; a second start on it goes on from there.
    """
    store = Store(data)
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    here = Practice(
        school=load_school(school, tool_url=tool_url, platform_url=issuer),
        store=store,
        key=PlatformKey(data),
        clock=clock,
        fresh=fresh,
    )
    store.add_coupled_line_items(here.school)
    app.extensions["practice"] = here
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _plain_refusal)
    app.after_request(_closed_page(here.school.tool.url))
    return app


def _plain_refusal(error: HTTPException) -> ResponseReturnValue:
    """Our own page for what went wrong; an answer made on purpose goes out as it is."""
    if error.response is not None:
        return error.get_response()
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    code = "unknown" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "fault"
    return render_template("refusal.html", code=code), status


def _closed_page(tool_url: str) -> Callable[[Response], Response]:
    policy = (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'self';"
        f" frame-src 'self' {tool_url}; form-action 'self' {tool_url}"
    )

    def close(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return close
