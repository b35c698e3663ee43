"""The edge of a request: its database session, its one commit, and what the house knows of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, make_response, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, ValidationError

from tutoring.store.db import writing
from tutoring.store.files import FileStore
from tutoring.store.outbox import Consumer
from tutoring.store.settings import Settings
from tutoring.web.part import Part
from tutoring.web.traces import left

READS = frozenset({"GET", "HEAD", "OPTIONS"})

database = SQLAlchemy(engine_options={"pool_pre_ping": True})


@dataclass(frozen=True)
class House:
    """What a process of Palier has at hand; `clock` is the only source of the present instant."""

    settings: Settings
    files: FileStore
    parts: tuple[Part, ...]
    clock: Callable[[], datetime]

    @property
    def consumers(self) -> tuple[Consumer, ...]:
        return tuple(consumer for part in self.parts for consumer in part.consumers)

    @property
    def settlers(self) -> tuple[Callable[[Session, Any, Any], None], ...]:
        return tuple(part.settle_join for part in self.parts if part.settle_join)


def house() -> House:
    """The house of the running application."""
    found: House = current_app.extensions["palier"]
    return found


def session() -> Session:
    """The session of this request (or command)."""
    return database.session


def now() -> datetime:
    """The present instant by the house's clock, aware, UTC."""
    return house().clock()


class RowNumber(IntegerConverter):
    """A whole number of an address that the database can hold (32 bits); a larger one finds nothing (404)."""

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if number > 2**31 - 1:
            raise ValidationError
        return int(number)


class Palier(Flask):
    """Flask with one commit per request: after a view that succeeded and before its response leaves.

    So a stale version or a broken constraint becomes a 409 page, not a lie. A GET is rolled back: it writes nothing
    but the reading marks of `traces`.
    A request that may write begins as a writer before its viewer is read (`guard.close_by_default`).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters["int"] = RowNumber

    def dispatch_request(self) -> Response:
        reading = request.method in READS
        response = make_response(super().dispatch_request())
        if reading or response.status_code >= 400:
            database.session.rollback()
        else:
            database.session.commit()
        if reading and response.status_code == 200:
            leave_traces()
        return response


def leave_traces() -> None:
    """Write the reading marks of a page that was made. One that cannot be written is logged: the page is there."""
    traces = left()
    if not traces:
        return
    try:
        writing(database.session)
        for write in traces:
            write(database.session)
        database.session.commit()
    except SQLAlchemyError:
        database.session.rollback()
        current_app.logger.warning("a reading mark was not kept", exc_info=True)


def session_options(info: dict[str, Any]) -> dict[str, Any]:
    """Options of the session factory: objects stay readable after the commit, while the response is built."""
    return {"info": info, "expire_on_commit": False}
