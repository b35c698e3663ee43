"""The door's addresses: login, launch, our keys, and where a launch lands when a browser keeps no cookie in a frame."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask import session as browser
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti import queries, selection, tickets
from lti.connection import connection
from lti.forms import Button
from lti.keyring import own_keys
from lti.landing import frame_of, target_of
from lti.operations import Arrival, arrive, burn
from lti.protocol import keys, launch, login, state
from lti.protocol.claims import Launch
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.platform import Platform as KnownPlatform
from lti.selection import Selection
from lti.views.blueprint import pages
from lti.views.courses import remember_course
from tutoring.people.models import Person
from tutoring.people.queries import person_of_cookie
from tutoring.people.views import enter_as
from tutoring.store.db import bind_institution, unbind_institution, writing
from tutoring.web.edge import house, now, session
from tutoring.web.embedding import allow_frame, framed_by
from tutoring.web.guard import open_route

# Holds what binds a login to this browser. Own name: cookies ignore ports, a platform on this host sends us its own.
BINDING = "palier_lti"
JWKS_KEPT = 3600


def _exempt(view: Callable[[], ResponseReturnValue]) -> None:
    """Posted from the platform's site: protected by the signed state and the cookie it is bound to instead."""

    def tell(setup: BlueprintSetupState) -> None:
        setup.app.extensions["csrf"].exempt(view)

    pages.record_once(tell)


@pages.route("/lti/login", methods=["GET", "POST"])
@open_route("a platform starts a login here; writes nothing")
def begin_login() -> ResponseReturnValue:
    unbind_institution(session())
    params: dict[str, str] = {}
    try:
        _bound_body(login.MAX_PARAMETERS)
        params = (request.form if request.method == "POST" else request.args).to_dict()
        asked = login.begin(
            params,
            platforms_of=lambda issuer: [
                queries.as_known(row) for row in queries.platforms(session(), issuer)
            ],
            base_url=house().settings.base_url,
            redirect_uri=house().settings.base_url + url_for("lti.receive_launch"),
            binding_cookie=request.cookies.get(BINDING),
            fresh_binding=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(24),
            secret=_secret(),
            now=now(),
        )
    except InvalidLaunch as refused:
        return _refuse(refused, issuer=params.get("iss"))
    response = redirect(asked.url, 303)
    if asked.binding != request.cookies.get(BINDING):
        _keep_binding(response, asked.binding)
    return response


@pages.post("/lti/launch")
@open_route("a platform posts a signed launch here")
def receive_launch() -> ResponseReturnValue:
    # Until the launch is verified nothing is written: no lock is held while a platform's keys are fetched.
    session().commit()
    unbind_institution(session())
    try:
        _bound_body(launch.MAX_BODY)
        verified = launch.verify(
            request.form.to_dict(),
            method=request.method,
            binding=request.cookies.get(BINDING),
            find_platform=_find_platform,
            keys=connection().keys,
            base_url=house().settings.base_url,
            secret=_secret(),
            now=now(),
            development=house().settings.development,
        )
        allow_frame(frame_of(verified))
        return _let_in(verified, _arrive(verified))
    except InvalidLaunch as refused:
        return _refuse(refused)


def _arrive(verified: Launch) -> Arrival:
    """Once more when another launch of the same newcomer came between: then both know the same person."""
    session().commit()
    writing(session())
    try:
        with session().begin_nested():
            return arrive(session(), verified, now=now())
    except IntegrityError:
        return arrive(session(), verified, now=now())


def _let_in(verified: Launch, arrival: Arrival) -> ResponseReturnValue:
    if arrival.unlinked is not None and not arrival.staff:
        # Answered as a refusal, so that nothing of this person is kept.
        return render_template("lti/unlinked.html", title=arrival.unlinked.title, language_url=""), 403
    _enter(arrival.person, frame_of(verified))
    if arrival.unlinked is not None:
        remember_course(arrival.person, arrival.unlinked, now())
    ticket = tickets.write(
        fresh=secrets.token_urlsafe(16),
        person=arrival.person.get_id(),
        target=_selection_of(verified, arrival) or target_of(verified, arrival, house().settings.base_url),
        frame=frame_of(verified),
        secret=house().settings.secret_key,
        now=now(),
    )
    return redirect(url_for("lti.landed", ticket=ticket), 303)


def _selection_of(verified: Launch, arrival: Arrival) -> str:
    """Where staff choose the links that a platform asks for; '' for any other launch."""
    if verified.deep_linking is None or arrival.course is None or not arrival.staff:
        return ""
    sealed = selection.seal(
        Selection(
            person_id=arrival.person.id,
            platform_id=int(verified.platform.id),
            deployment_id=verified.deployment_id,
            cohort_id=arrival.course.cohort_id,
            settings=verified.deep_linking,
        ),
        secret=house().settings.secret_key,
        now=now(),
    )
    return url_for("lti.select_links", selection=sealed)


def _enter(person: Person, frame: str) -> None:
    """Open the browser's session; what somebody else left in it goes."""
    if not current_user.is_authenticated or current_user.id != person.id:
        locale = browser.get("locale")
        browser.clear()
        if locale:
            browser["locale"] = locale
    enter_as(person)
    framed_by(frame)


@pages.get("/lti/landed")
@open_route(
    "where a launch lands: on to its page, or the offer of a new window when the cookie did not come back"
)
def landed() -> ResponseReturnValue:
    ticket = _ticket()
    if ticket is None:
        return render_template("lti/ticket_spent.html"), 410
    if current_user.is_authenticated and current_user.id == ticket.person_id:
        return redirect(ticket.target, 303)
    allow_frame(ticket.frame)
    return render_template("lti/landed.html", ticket=request.args["ticket"], language_url="")


@pages.get("/lti/ticket")
@open_route("a new window for a launch that could not keep its cookie; shows a button, writes nothing")
def show_ticket() -> ResponseReturnValue:
    ticket = _ticket()
    person = _bearer(session(), ticket) if ticket else None
    if ticket is None or person is None:
        return render_template("lti/ticket_spent.html"), 410
    return render_template("lti/ticket.html", form=Button(), name=person.name, ticket=request.args["ticket"])


@pages.post("/lti/ticket")
@open_route("burns the ticket of a launch")
def use_ticket() -> ResponseReturnValue:
    ticket = _ticket()
    unbind_institution(session())
    person = _bearer(session(), ticket) if ticket else None
    if (
        ticket is None
        or person is None
        or not Button().validate_on_submit()
        or not burn(session(), "ticket", ticket.id, expires_at=ticket.expires_at, now=now())
    ):
        return render_template("lti/ticket_spent.html"), 410
    _enter(person, ticket.frame)
    return redirect(ticket.target, 303)


@pages.get("/lti/jwks")
@open_route("our public keys, fetched by platforms")
def jwks() -> ResponseReturnValue:
    response = jsonify(keys.jwks(own_keys(session(), house().settings.secret_key)))
    response.headers["Cache-Control"] = f"public, max-age={JWKS_KEPT}"
    return response


for _view in (begin_login, receive_launch):
    _exempt(_view)


def _secret() -> bytes:
    return house().settings.secret_key.encode()


def _find_platform(platform_id: str) -> KnownPlatform | None:
    found = queries.platform(session(), int(platform_id)) if platform_id.isdecimal() else None
    return queries.as_known(found) if found else None


def _bound_body(most: int) -> None:
    """A body longer than any platform sends is not even read."""
    if (request.content_length or 0) > 2 * most:
        raise InvalidLaunch(Reason.TOO_LARGE)
    request.max_content_length = request.max_form_memory_size = 2 * most


def _keep_binding(response: Any, binding: str) -> None:
    response.set_cookie(
        BINDING, binding, path="/lti", secure=True, httponly=True, samesite="None", partitioned=True
    )


def _ticket() -> tickets.Ticket | None:
    text = request.values.get("ticket", "")
    return tickets.read(text, secret=house().settings.secret_key, now=now())


def _bearer(db: Session, ticket: tickets.Ticket) -> Person | None:
    unbind_institution(db)
    person = person_of_cookie(db, ticket.person)
    if person is not None:
        bind_institution(db, person.institution_id)
    return person


def _refuse(refused: InvalidLaunch, *, issuer: str | None = None) -> ResponseReturnValue:
    """A page with a sentence and a reference; the log has the reason beside the same reference, and never a token."""
    reference = secrets.token_hex(4)
    current_app.logger.warning("launch refused, %s: %s", reference, refused)
    _show_in_frame(issuer)
    return (
        # No choice of language: its form would leave a cookie with a stranger.
        render_template("lti/refused.html", reason=str(refused.reason), reference=reference, language_url=""),
        refused.status,
    )


def _show_in_frame(issuer: str | None) -> None:
    """Let the refusal show where the person clicked, if that is a platform we know."""
    known = next(iter(queries.platforms(session(), issuer)), None) if issuer else _platform_of_state()
    if known is None and request.headers.get("Origin"):
        known = queries.framing_platform(session(), request.headers["Origin"])
    if known is not None:
        allow_frame(known.issuer)


def _platform_of_state() -> Any:
    """The platform that a state of ours names, even when its time is over."""
    try:
        told = state.verify(
            request.form.get("state", ""), secret=_secret(), now=datetime.min.replace(tzinfo=UTC)
        )
    except (InvalidLaunch, ValueError):
        return None
    return queries.platform(session(), int(told.platform_id))
