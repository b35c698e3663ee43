"""Palier as it runs: its pages and its worker in threads of this process, beside a practice LMS on another site."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from lti.demo.data import make_data
from lti.practice.server import PracticeServer
from tutoring.running.worker import work
from tutoring.store.db import Base, utc_now, writing
from tutoring.store.outbox import Delivery, OutboxRow
from tutoring.store.settings import read_settings
from tutoring.web import edge

# The demo hands in some thirty documents, which the worker reads one after the other.
PAUSE, PATIENCE = 0.05, 120.0
SECRET = "a secret of the browser's tests, long enough"
Found = TypeVar("Found")


class Live:
    """Palier at `url` (127.0.0.1), its LMS at `lms.url` (localhost): two sites, so a frame is third-party."""

    def __init__(self, app: Flask, url: str, lms: PracticeServer) -> None:
        self.app, self.url, self.lms = app, url, lms

    def write(self, act: Callable[[Session], Found]) -> Found:
        """What `act` does in a session of its own, committed."""

        def acted() -> Found:
            with self.app.app_context(), edge.database.sessionmaker() as db:
                writing(db)
                found = act(db)
                db.commit()
                return found

        return aside(acted)

    def settle(self) -> None:
        """Wait until the worker has done all that is due: mails sent, notes opened, grades in the gradebook."""
        waited = threading.Event()
        for _ in range(int(PATIENCE / PAUSE)):
            if not self._undone((Delivery.WAITING, Delivery.SENDING)):
                break
            waited.wait(PAUSE)
        left = self._undone((Delivery.WAITING, Delivery.SENDING, Delivery.FAILED, Delivery.PERHAPS))
        assert left == [], f"the worker left {left}"

    def _undone(self, states: tuple[Delivery, ...]) -> list[tuple[str, str, str | None]]:
        def left() -> list[tuple[str, str, str | None]]:
            with self.app.app_context(), edge.database.sessionmaker() as db:
                rows = db.execute(
                    select(OutboxRow.consumer, OutboxRow.topic, OutboxRow.last_error)
                    .where(OutboxRow.state.in_(states))
                    .order_by(OutboxRow.id)
                )
                return [(consumer, topic, error) for consumer, topic, error in rows]

        return aside(left)


def aside(act: Callable[[], Found]) -> Found:
    """Run this in a thread of its own: Playwright holds an event loop in the test's, where Flask closes no context."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()


@contextmanager
def live(folder: Path, *, clock: Callable[[], datetime] = utc_now) -> Iterator[Live]:
    """Palier on an empty database in `folder`, its worker and its LMS, until the end of the block."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with closing(_listening()) as web:
        port = web.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with PracticeServer(folder / "practice", url, clock=clock) as lms:
            app = aside(lambda: _application(folder, url, lms, clock))
            server = make_server("127.0.0.1", port, app, threaded=True, fd=web.fileno())
            with _serving(server), _working(app):
                yield Live(app, url, lms)
            aside(lambda: _close(app))


@contextmanager
def demo(folder: Path, now: datetime) -> Iterator[Live]:
    """The demo's two cohorts as they are at this instant, where the clock stands still."""
    with live(folder, clock=lambda: now) as running:
        files = running.app.extensions["palier"].files
        running.write(lambda db: make_data(db, files, secret=SECRET, platform_url=running.lms.url, now=now))
        running.settle()
        yield running


def _close(app: Flask) -> None:
    with app.app_context():
        edge.database.engine.dispose()


def _listening() -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    return listening


def _application(folder: Path, url: str, lms: PracticeServer, clock: Callable[[], datetime]) -> Flask:
    settings = read_settings(
        {
            "PALIER_DATA": str(folder / "palier"),
            "PALIER_SECRET_KEY": SECRET,
            "PALIER_BASE_URL": url,
            "PALIER_SMTP_URL": f"smtp://127.0.0.1:{lms.smtp_port}",
        }
    )
    app = create_app(settings, clock=clock)
    with app.app_context():
        Base.metadata.create_all(edge.database.engine)
    return app


@contextmanager
def _serving(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, name="palier-web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _working(app: Flask) -> Iterator[None]:
    ending = threading.Event()

    def drain() -> None:
        with app.app_context():
            while not ending.wait(PAUSE):
                work(once=True)

    thread = threading.Thread(target=drain, name="palier-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
