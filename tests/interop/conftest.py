"""Palier and other people's platforms, each on a port of its own for as long as one file of tests needs them."""

from __future__ import annotations

import json
import select
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app import create_app
from tests.factories import World
from tests.interop.peers import Palier, Peer, free_port
from tutoring.store.db import utc_now
from tutoring.store.settings import Settings
from tutoring.web import edge

PEERS = Path(__file__).resolve().parents[2] / ".venv-interop"
ABSENT = "interop peers are not installed (make interop)"
START = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ready = (PEERS / "ready").exists()
    for item in items:
        if Path(__file__).parent in item.path.parents and not ready:
            item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.fixture(scope="module")
def palier(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Palier]:
    place = tmp_path_factory.mktemp("interop")
    database = place / "palier.sqlite"
    database.write_bytes(sqlite_template.read_bytes())
    port = free_port("127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        data=place,
        database_url=f"sqlite:///{database}",
        secret_key="a secret of the tests, long enough to be one",
        base_url=url,
        smtp_url="smtp://127.0.0.1:1",
        mail_from="Palier <palier@example.org>",
        max_upload_mb=2,
        workers=1,
        threads=2,
        port=port,
        testing=True,
    )
    app = create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Palier(app, url, World(app, utc_now))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            edge.database.engine.dispose()


@pytest.fixture(scope="module")
def start_peer(palier: Palier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Peer]]:
    """`start_peer("edx_platform.py")` runs a platform that knows this Palier; it ends with the file's tests."""
    running: list[subprocess.Popen[str]] = []
    said = tmp_path_factory.mktemp("peers")

    def start(program: str) -> Peer:
        command = [PEERS / "bin" / "python", Path(__file__).with_name(program)]
        options = ["--port", str(free_port("localhost")), "--tool", palier.url]
        with (said / program).open("w") as errors:
            process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True)
        running.append(process)
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], START)
        line = process.stdout.readline() if ready else ""
        assert line, f"{program} did not start: {(said / program).read_text()}"
        return Peer(json.loads(line))

    yield start
    for process in running:
        with process:
            process.terminate()
            process.wait(10)
