"""The worker: drains the outbox and, from time to time, sweeps what nobody needs any more."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta

from flask import current_app

from tutoring.store.db import writing
from tutoring.store.files import sweep
from tutoring.store.outbox import drain
from tutoring.web.edge import database, house

SWEEP_EVERY = timedelta(hours=1).total_seconds()


def work(*, once: bool, pause: float = 0.5) -> None:
    """Drain until TERM or Ctrl-C, or `once` until nothing is due. `pause`: seconds between two looks at the outbox."""
    ending = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
    swept = 0.0
    while not ending.is_set():
        try:
            tried = drain(database.sessionmaker, house().consumers, house().clock, limit=100)
            if time.monotonic() - swept > SWEEP_EVERY:
                _sweep()
                swept = time.monotonic()
        except Exception:
            # The database may be restarting: a worker that ends would need someone to see it.
            current_app.logger.exception("the worker could not drain; it tries again")
            tried = 0
            ending.wait(5)
        if not tried:
            if once:
                return
            ending.wait(pause)


def _sweep() -> None:
    with database.sessionmaker() as db:
        writing(db)
        for part in house().parts:
            if part.sweep:
                part.sweep(db, house().clock())
        sweep(db, house().files, house().clock())
        db.commit()
