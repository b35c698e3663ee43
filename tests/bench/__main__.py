"""`make bench`: how long the pages take against an empty route on the same server, in the same run.

Prints a table and writes `build/bench.json`: a list of {name, value, unit, reference, reference_value, ratio, note}.
A goal that is missed is said and ends with status 1.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lti.practice.server import PracticeServer
from lti.practice.visitor import Visitor as LmsVisitor
from tests.bench.cohort import Cohort, build
from tests.bench.timing import Visitor, in_turn, milliseconds

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 60
WORKERS, THREADS = 2, 4
GOALS = {"launch": 50, "front": 30, "day": 30, "note": 30, "search page": 30, "queue": 40, "board": 40}


@dataclass(frozen=True)
class Figure:
    """One line of the table; `value` and `reference_value` are medians of the same run, in `unit`."""

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    note: str


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


def figure(name: str, note: str, act: Callable[[], object], empty: Visitor) -> Figure:
    value, reference = in_turn(act, lambda: empty.ask("/"), ROUNDS)
    return Figure(
        name, round(value, 3), "ms", "empty route", round(reference, 3), round(value / reference, 1), note
    )


def launch_figure(port: int, lms: PracticeServer, cohort: Cohort, empty: Visitor) -> Figure:
    samples, references = [], []
    for _ in range(20):
        samples.append(launch(port, lms, cohort.lms_person, cohort.lms_link))
        references.append(milliseconds(lambda: empty.ask("/")))
    value, reference = sorted(samples)[10], sorted(references)[10]
    note = "login, launch and first page together, practice LMS"
    return Figure(
        "launch", round(value, 3), "ms", "empty route", round(reference, 3), round(value / reference, 1), note
    )


def measure(port: int, empty_port: int, lms: PracticeServer, cohort: Cohort) -> list[Figure]:
    empty = Visitor(empty_port)
    seats = {name: signed_in(port, token) for name, token in cohort.tokens.items()}
    pages = {
        "front": ("learner", f"/c/{cohort.id}/", "a learner's front page, 30 learners"),
        "day": ("learner", f"/c/{cohort.id}/days/1", "a day with synthesis and readings"),
        "note": ("tutor", f"/c/{cohort.id}/notes/{cohort.note_id}", "a note with two versions and remarks"),
        "search page": ("learner", f"/c/{cohort.id}/library?q={cohort.question}", "three words, 15 days"),
        "queue": ("tutor", f"/c/{cohort.id}/queue", "30 notes followed by one tutor"),
        "board": ("coordinator", f"/c/{cohort.id}/board", "30 notes"),
    }
    figures = [launch_figure(port, lms, cohort, empty)]
    for name, (seat, path, note) in pages.items():
        figures.append(figure(name, note, lambda seat=seat, path=path: seats[seat].ask(path), empty))
    return figures


def main() -> None:
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
        with PracticeServer(Path(folder) / "lms", f"http://127.0.0.1:{port}") as lms:
            cohort = build(environ, lms.url)
            with (
                process(sys.executable, "-m", "flask", "serve", **environ),
                process(
                    sys.executable, "-m", "tests.bench.empty", str(empty_port), str(WORKERS), str(THREADS)
                ),
            ):
                wait_for(port, "/healthz")
                wait_for(empty_port, "/")
                figures = measure(port, empty_port, lms, cohort)
    report(figures)


def report(figures: list[Figure]) -> None:
    build_folder = ROOT / "build"
    build_folder.mkdir(exist_ok=True)
    (build_folder / "bench.json").write_text(
        json.dumps([asdict(one) for one in figures], ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(f"{'':14}{'median':>10}{'empty':>10}{'ratio':>8}{'goal':>8}")
    missed = []
    for one in figures:
        goal = GOALS[one.name]
        print(
            f"{one.name:14}{one.value:>8.2f}ms{one.reference_value:>8.2f}ms{one.ratio:>7.1f}x{goal:>7}x  {one.note}"
        )
        if one.ratio > goal:
            missed.append(one.name)
    if missed:
        raise SystemExit(f"over their goal: {', '.join(missed)}")


if __name__ == "__main__":
    main()
