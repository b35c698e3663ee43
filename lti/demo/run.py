"""The demo's three processes: what they need to know, when they are ready, and that they end together.

PORT (8000) is Palier's, LMS_PORT (8001) the practice LMS's, whose mail listens on LMS_PORT + 25; PALIER_DATA (.data)
holds everything.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select

from lti.demo.data import follow_ports, make_data
from lti.demo.processes import Processes
from tutoring.people.models import Institution
from tutoring.store.db import writing
from tutoring.web.edge import database, house

ROOT = Path(__file__).parent.parent.parent
# What the demo makes in its folder, and so all that `--reset` takes away.
MARK = "demo.json"
LOCK = "demo.lock"
MADE = (
    "palier.sqlite",
    "palier.sqlite-wal",
    "palier.sqlite-shm",
    "secret_key",
    "files",
    "index",
    "practice",
    MARK,
)
PATIENCE = 60.0


class CannotStart(Exception):
    """Why the demo does not start, as a sentence for the terminal."""


@dataclass(frozen=True)
class Places:
    """Where everything of this demo is."""

    data: Path
    port: int
    lms_port: int

    @property
    def palier(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lms(self) -> str:
        # Another name than Palier's 127.0.0.1: two sites, so that the frame is truly third-party.
        return f"http://localhost:{self.lms_port}"

    @property
    def mail_port(self) -> int:
        return self.lms_port + 25


def main(arguments: Sequence[str]) -> int:
    """Run the demo until it is ended, or reset it. Returns the exit status."""
    try:
        places = _places()
        places.data.mkdir(parents=True, exist_ok=True)
        with _alone(places):
            if "--reset" in arguments:
                _reset(places)
                return 0
            return _run(places)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1


def _places() -> Places:
    data = Path(os.environ.get("PALIER_DATA") or ".data").expanduser().resolve()
    return Places(data, _port("PORT", 8000), _port("LMS_PORT", 8001))


def _port(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not 1 <= int(text) <= 65500:
        raise CannotStart(f"{name}: a port number is expected, not “{text}”.")
    return int(text)


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[None]:
    """One demo at a time on a folder."""
    with (places.data / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"The demo of {places.data} is running already; end it first (Ctrl-C)."
            ) from error
        yield


def _reset(places: Places) -> None:
    if not (places.data / MARK).exists():
        raise CannotStart(f"{places.data} holds no demo; nothing was deleted.")
    # The mark goes last: a reset that was interrupted can be taken up again.
    for name in MADE:
        place = places.data / name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    sys.stdout.write(f"The demo in {places.data} is forgotten; make demo begins a new one.\n")


def _run(places: Places) -> int:
    for port in (places.port, places.lms_port, places.mail_port):
        _require_free(port, places)
    _tell_environment(places)
    ending = _Ending()
    processes = Processes()
    try:
        # It needs nothing of Palier's data: it starts while those are made.
        processes.start("practice LMS", [sys.executable, "-m", "lti.practice"])
        app = _make_tables()
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        # It starts beside the data too, and shows them once they are committed, all at once.
        processes.start("Palier", [*flask, "serve", "--port", str(places.port)])
        _make_data_once(app, places)
        processes.start("worker", [*flask, "work"])
        for url in (f"{places.palier}/healthz", f"{places.lms}/"):
            _wait_for(url, processes, ending)
        sys.stdout.write(_welcome(places))
        sys.stdout.flush()
        while not ending.asked:
            if gone := processes.gone():
                raise CannotStart(f"{gone} has ended by itself; the others are ended too.")
            time.sleep(0.2)
    except _Asked:
        pass
    finally:
        processes.end()
    return 0


def _require_free(port: int, places: Places) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken by another program. Choose others: "
                f"make demo PORT={places.port + 200} LMS_PORT={places.lms_port + 200}"
            ) from error


def _tell_environment(places: Places) -> None:
    """What the three processes read; a setting of one's own is kept."""
    os.chdir(ROOT)
    os.environ.update(PALIER_DATA=str(places.data), PORT=str(places.port), LMS_PORT=str(places.lms_port))
    os.environ.setdefault("PALIER_BASE_URL", places.palier)
    os.environ.setdefault("PALIER_SMTP_URL", f"smtp://127.0.0.1:{places.mail_port}")
    os.environ.setdefault("PALIER_WORKERS", "1")
    os.environ.setdefault("PALIER_THREADS", "8")
    os.environ["PYTHONUNBUFFERED"] = "1"


def _make_tables() -> Flask:
    """The application, its tables brought up to date."""
    app = ScriptInfo(app_import_path=str(ROOT / "app.py")).load_app()
    assert isinstance(app, Flask)
    done = app.test_cli_runner().invoke(args=["database", "upgrade"])
    if done.exit_code:
        raise CannotStart(f"The tables could not be made: {done.output or done.exception}")
    return app


def _make_data_once(app: Flask, places: Places) -> None:
    """The demo's data, made at the first start and followed to other ports afterwards."""
    mark = places.data / MARK
    with app.app_context(), database.sessionmaker() as db:
        writing(db)
        if mark.exists():
            follow_ports(db, places.lms)
        elif db.scalar(select(Institution.id).limit(1)) is not None:
            raise CannotStart(
                f"{places.data} holds an installation that is no demo; choose another folder: "
                "make demo PALIER_DATA=.demo"
            )
        else:
            sys.stdout.write("Making the people, days and notes of the demo…\n")
            sys.stdout.flush()
            secret = house().settings.secret_key
            make_data(db, house().files, secret=secret, platform_url=places.lms, now=house().clock())
        db.commit()
        database.engine.dispose()
    if not mark.exists():
        mark.write_text(json.dumps({"made": datetime.now(UTC).isoformat()}), encoding="utf-8")


class _Asked(Exception):
    """The demo was asked to end while it was starting."""


class _Ending:
    """Whether Ctrl-C, TERM or a closed terminal asked for the end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _wait_for(url: str, processes: Processes, ending: _Ending) -> None:
    deadline = time.monotonic() + PATIENCE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if ending.asked:
            raise _Asked
        if gone := processes.gone():
            raise CannotStart(f"{gone} could not start.")
        with contextlib.suppress(OSError, urllib.error.URLError), opener.open(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise CannotStart(f"{url} does not answer after {PATIENCE:.0f} seconds.")


def _welcome(places: Places) -> str:
    return f"""
Palier is ready. Begin in the practice LMS, and choose who you want to be:

  {places.lms}/

  Inès Moreau        a learner: “Arts et culture”, then “Ma note de validation”, and propose a topic
  Claire Aubert      her tutor: the same course, “Espace de la formation”, answers her; a second draft waits there
                     with the remarks made on the first, and an answer that she has begun
  Baptiste Œuvrard   a learner whose draft came back with remarks to answer
  Marianne Estève    coordinates “Arts et culture”; Gaëlle Kermadec coordinates “Éducation populaire”
  Odile Charbonnel   presides over the jury of “Éducation populaire”

Everyone's mail:     {places.lms}/mail
Without the LMS:     {places.palier}/sign-in
                     yvesmarie.duteillet@example.org sits on a jury, remi.vauquelet@example.org tutors

What you do is kept in {places.data}; make demo-reset begins anew. Ctrl-C ends everything.
"""
