"""Who may pass a route: each view names its policy and its loader, and a route without them is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden, NotFound

from tutoring.store.db import bind_institution, writing
from tutoring.store.refusal import Refusal
from tutoring.web.edge import READS, house, session


class Viewer(Protocol):
    """Whoever asks: a person, or nobody (`is_authenticated` false)."""

    @property
    def is_authenticated(self) -> bool: ...


Thing = TypeVar("Thing")
Policy = Callable[[Any, Any], bool]
Load = Callable[..., Any]
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Guard:
    """The rule of a route: `load(db, viewer, **url)` gives the thing or None (404), `policy(viewer, thing)` decides."""

    policy: Policy
    load: Load

    def decide(self, db: Session, viewer: Viewer, url: dict[str, Any]) -> tuple[Any, bool | None]:
        """The thing and whether the viewer may pass; (None, None) when there is no such thing."""
        thing = self.load(db, viewer, **url)
        if thing is None:
            return None, None
        return thing, viewer.is_authenticated and self.policy(viewer, thing)


@dataclass(frozen=True)
class Open:
    """The mark of a route that anybody may ask for, and why."""

    why: str


def guarded(policy: Policy, load: Load) -> Callable[[View], View]:
    """Give a view its guard; the view receives the loaded thing as its only argument."""
    guard = Guard(policy, load)

    def decorate(view: View) -> View:
        @wraps(view)
        def pass_guard(**url: Any) -> ResponseReturnValue:
            viewer = current_user._get_current_object()
            if not viewer.is_authenticated:
                abort(401)
            thing, allowed = guard.decide(session(), viewer, url)
            if allowed is None:
                raise explained(viewer, url) or NotFound()
            g.thing = thing
            if not allowed:
                raise explained(viewer, url) or Forbidden()
            return view(thing)

        pass_guard.__guard__ = guard  # type: ignore[attr-defined]
        return pass_guard

    return decorate


def explained(viewer: Viewer, url: dict[str, Any]) -> Refusal | None:
    """Why this viewer may not pass where they once could, as the first part that knows says; None when none does."""
    found = (part.explain(session(), viewer, url) for part in house().parts if part.explain)
    return next((refusal for refusal in found if refusal is not None), None)


def open_route(why: str) -> Callable[[View], View]:
    """Open a view to anybody. The list of such routes is closed (tests/guards) and says why."""

    def decorate(view: View) -> View:
        view.__guard__ = Open(why)  # type: ignore[attr-defined]
        return view

    return decorate


def rule_of(app: Flask, endpoint: str) -> Guard | Open | None:
    """The guard of an endpoint, None when it has none and is therefore closed."""
    found: Guard | Open | None = getattr(app.view_functions[endpoint], "__guard__", None)
    return found


def close_by_default() -> None:
    """Before each request: begin to read or to write, bind the viewer's institution, refuse a route nobody guards."""
    if request.endpoint is None:
        return
    if request.method not in READS:
        # Before the viewer is read: a transaction that began as a reader's cannot always become a writer's (SQLite).
        # And after the body was received (the forged-request check does): a slow upload keeps nobody waiting.
        writing(session())
    if current_user.is_authenticated:
        bind_institution(session(), current_user.institution_id)
    if request.endpoint != "static" and rule_of(current_app, request.endpoint) is None:
        current_app.logger.error("route without guard: %s", request.endpoint)
        abort(403)


def anyone(_viewer: Viewer, _thing: object) -> bool:
    """Policy of what everyone signed in may do on their own."""
    return True


def themselves(_db: Session, viewer: Any) -> Any:
    """Loader of pages about the viewer alone."""
    return viewer
