"""`python -m lti.demo`: ready, kept at a second start, ended whole, never on somebody else's folder."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    while True:
        with socket.socket() as probe, socket.socket() as mail:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if port > 65000:
                continue
            try:
                mail.bind(("127.0.0.1", port + 25))
            except OSError:
                continue
            return port


class Demo:
    def __init__(self, data: Path) -> None:
        self.data, self.port, self.lms_port = data, free_port(), free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PALIER_")}
        self.environment = {
            **kept,
            "PALIER_DATA": str(data),
            "PORT": str(self.port),
            "LMS_PORT": str(self.lms_port),
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lti.demo", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "lti.demo"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Palier is ready"):
                return process
        raise AssertionError(process.communicate()[1])

    def answers(self) -> list[bool]:
        found = []
        for url in (f"http://127.0.0.1:{self.port}/healthz", f"http://localhost:{self.lms_port}/"):
            try:
                found.append(requests.get(url, timeout=5).status_code == 200)
            except requests.ConnectionError:
                found.append(False)
        return found


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path / "data")


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def test_it_starts_is_kept_and_ends_whole(demo):
    process = demo.start()
    try:
        assert demo.answers() == [True, True]
        assert "is running already" in demo.command("--reset").stderr
    finally:
        assert end(process) == 0
    assert demo.answers() == [False, False]
    made = (demo.data / "demo.json").read_text()
    process = demo.start()
    # Killed outright, it leaves nobody behind either.
    end(process, signal.SIGKILL)
    for _ in range(100):
        if demo.answers() == [False, False]:
            break
        time.sleep(0.1)
    assert demo.answers() == [False, False]
    assert (demo.data / "demo.json").read_text() == made
    assert demo.command("--reset").returncode == 0
    assert [path.name for path in demo.data.iterdir()] == ["demo.lock"]


def test_a_port_that_is_taken_is_named(demo):
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        refused = demo.command()
    assert (refused.returncode, f"Port {demo.port} is taken" in refused.stderr) == (1, True)


def test_nothing_is_deleted_from_a_folder_that_holds_no_demo(demo):
    demo.data.mkdir()
    (demo.data / "palier.sqlite").write_text("somebody's")
    refused = demo.command("--reset")
    assert (refused.returncode, (demo.data / "palier.sqlite").read_text()) == (1, "somebody's")
