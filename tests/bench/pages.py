"""How long pages take against an empty route on the same server, in the same run, as their readers have them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from lti.practice.server import PracticeServer
from lti.practice.visitor import Visitor as LmsVisitor
from tests.bench.cohort import CROWD, Cohort, build
from tests.bench.report import Figure, Goal, figure
from tests.bench.timing import Visitor, in_turn, milliseconds

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 60
WORKERS, THREADS = 2, 4
GOALS = {
    "launch": Goal(50),
    "front": Goal(30),
    "day": Goal(30),
    "note": Goal(30),
    "search page": Goal(30),
    "queue": Goal(40),
    "board": Goal(40),
    # As it is received: what the network of the machine itself takes is counted too.
    "reading tutor": Goal(60, most=60.0),
    "reading learner": Goal(60, most=60.0),
}


def pages() -> Iterator[tuple[Figure, Goal]]:
    """Every page against the empty route."""
    with tempfile.TemporaryDirectory(prefix="palier-bench-") as folder:
        port, empty_port = free_port(), free_port()
        environ = {
            "PALIER_DATA": folder,
            "PALIER_PORT": str(port),
            "PALIER_BASE_URL": f"http://127.0.0.1:{port}",
            "PALIER_WORKERS": str(WORKERS),
            "PALIER_THREADS": str(THREADS),
            "FLASK_APP": "app",
        }
        empty = (sys.executable, "-m", "tests.bench.empty", str(empty_port), str(WORKERS), str(THREADS))
        with PracticeServer(Path(folder) / "lms", f"http://127.0.0.1:{port}") as lms:
            cohort = build(environ, lms.url)
            with process(sys.executable, "-m", "flask", "serve", **environ), process(*empty):
                wait_for(port, "/healthz")
                wait_for(empty_port, "/")
                for one in measured(port, empty_port, lms, cohort):
                    yield one, GOALS[one.name]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str, **environ: str) -> Iterator[None]:
    """A server of ours for the length of the block."""
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


def wait_for(port: int, path: str) -> None:
    for _ in range(300):
        try:
            Visitor(port).ask(path)
            return
        except (OSError, AssertionError):
            time.sleep(0.1)
    raise SystemExit(f"the server at {port} did not start")


def signed_in(port: int, token: str) -> Visitor:
    """A visitor who came in by a mailed link."""
    visitor = Visitor(port)
    page, _ = visitor.ask(f"/enter/{token}")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    visitor.ask(f"/enter/{token}", {"csrf_token": found[1]}, expect=303)
    return visitor


def launch(port: int, lms: PracticeServer, person: str, link: str) -> float:
    """Milliseconds of login, launch and first page together; the platform's own part is not counted."""
    practice = LmsVisitor(lms.url, person)
    visitor = Visitor(port)
    opened = practice.open_link(link)
    spent = 0.0

    def timed(path: str, fields: dict[str, str] | None, expect: int) -> str:
        nonlocal spent
        headers: list[str] = []
        spent += milliseconds(
            lambda: headers.append(visitor.ask(path, fields, expect=expect)[1].get("Location", ""))
        )
        return headers[0]

    asked = timed(urlsplit(opened.action).path, dict(opened.fields), 303)
    form = practice.authenticate(asked)
    here = timed(urlsplit(form.action).path, dict(form.fields), 303)
    for _ in range(3):
        parts = urlsplit(here)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        before = spent
        visitor_location = ""
        try:
            visitor_location = timed(path, None, 303)
        except AssertionError:
            spent = before
            timed(path, None, 200)
            return spent
        here = visitor_location
    raise AssertionError("the launch leads nowhere")


def launch_figure(port: int, lms: PracticeServer, cohort: Cohort, empty: Visitor) -> Figure:
    samples, references = [], []
    for _ in range(20):
        samples.append(launch(port, lms, cohort.lms_person, cohort.lms_link))
        references.append(milliseconds(lambda: empty.ask("/")))
    value, reference = sorted(samples)[10], sorted(references)[10]
    note = "login, launch and first page together, practice LMS"
    return figure("launch", value, "the empty route", reference, note)


def measured(port: int, empty_port: int, lms: PracticeServer, cohort: Cohort) -> Iterator[Figure]:
    """One figure a page, each taken in turn with the empty route."""
    empty = Visitor(empty_port)
    seats = {name: signed_in(port, token) for name, token in cohort.tokens.items()}
    inside, (essay, draft) = f"/c/{cohort.id}", cohort.essay
    reading = f"{inside}/notes/{essay}/submissions/{draft}"
    told = {
        "front": ("learner", f"{inside}/", "a learner's front page, 30 learners"),
        "day": ("learner", f"{inside}/days/1", "a day with synthesis and readings"),
        "note": ("tutor", f"{inside}/notes/{cohort.note_id}", "a note with two versions and its remarks"),
        "search page": ("learner", f"{inside}/library?q={cohort.question}", "three words, 15 days"),
        "queue": ("tutor", f"{inside}/queue", f"30 notes followed by one tutor, {CROWD} remarks"),
        "board": ("coordinator", f"{inside}/board", f"30 notes, {CROWD} remarks"),
        "reading tutor": ("tutor", reading, "20 pages, 100 remarks carried there, while reviewing"),
        "reading learner": ("essayist", reading, "the same for its learner"),
    }
    yield launch_figure(port, lms, cohort, empty)
    for name, (seat, path, note) in told.items():
        visitor = seats[seat]
        value, reference = in_turn(
            lambda visitor=visitor, path=path: visitor.ask(path), lambda: empty.ask("/"), ROUNDS
        )
        yield figure(name, value, "the empty route", reference, note)
