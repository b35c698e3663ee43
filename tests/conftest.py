"""The tests' ground: a fresh real database for each test, an application on it, a clock that a test moves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, NullPool, event, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.orm import Session

from app import create_app
from tests.factories import World
from tutoring.people.models import Person
from tutoring.store.db import Base, writing
from tutoring.store.settings import Settings
from tutoring.web import edge

# What runs on PostgreSQL too: everywhere the operations, in CI the pages as well (a quarter of the suite's time).
ON_BOTH = {"operations", "journeys"} if os.environ.get("CI") == "true" else {"operations"}
MEMORY = Path("/dev/shm")

if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2 << 30:
    # Each test has a database of its own: in memory they cost a third of what a slow disk makes of them.
    tempfile.tempdir = str(MEMORY)


def create_engine(url: str, **options: Any) -> Engine:
    """An engine that keeps no connection open."""
    return sqlalchemy_engine(url, poolclass=NullPool, **options)


def postgresql_folder() -> Path | None:
    """Where PostgreSQL's own programs are on this machine, None when it has none."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    for folder in (*known, *([Path(found).resolve().parent] if found else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def pytest_report_header() -> str:
    if postgresql_folder() is None:
        return "databases: SQLite (no PostgreSQL on this machine)"
    return f"databases: SQLite, and PostgreSQL for {' and '.join(sorted(ON_BOTH))}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """In CI a test that is skipped for a reason outside the closed list is a failure."""
    if os.environ.get("CI") != "true":
        return
    lines = (Path(__file__).parent / "skips.txt").read_text(encoding="utf-8").splitlines()
    allowed = tuple(line for line in lines if line and not line.startswith("#"))
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if not allowed or not reason.startswith(allowed):
            terminalreporter.write_line(
                f"skipped outside the closed list: {report.nodeid}: {reason}", red=True
            )
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        both = metafunc.definition.path.parent.name in ON_BOTH and postgresql_folder() is not None
        names = ["sqlite", "postgresql"] if both else ["sqlite"]
        metafunc.parametrize("engine_name", names, indirect=True, scope="session")


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **delta: float) -> datetime:
        self.at += timedelta(**delta)
        return self.at


MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture(scope="session")
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every table, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "palier.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own, run by a user that is not root, ended with the tests; gives its URL without database."""
    programs = postgresql_folder()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    # A short path: a socket's name is limited to 107 bytes.
    place = Path(tempfile.mkdtemp(prefix="palier-pg-"))
    user = _somebody_else(place)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run: dict[str, Any] = {"cwd": place, "env": {**os.environ, "LC_ALL": "C"}, **user}
    subprocess.run(
        [programs / "initdb", "-D", place / "data", "-U", "palier", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        **run,
    )
    options = (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        f"unix_socket_directories={place}",
    )
    server = subprocess.Popen(
        [programs / "postgres", "-D", place / "data", "-h", "127.0.0.1", "-p", str(port)]
        + [word for option in options for word in ("-c", option)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **run,
    )
    url = f"postgresql+psycopg://palier@127.0.0.1:{port}"
    _wait_for(url)
    admin = create_engine(f"{url}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE palier_template"))
    template = create_engine(f"{url}/palier_template")
    Base.metadata.create_all(template)
    template.dispose()
    admin.dispose()
    yield url
    server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
    server.wait(20)
    shutil.rmtree(place, ignore_errors=True)


def _somebody_else(place: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: give the folder to `nobody` and run as them."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(place, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup"}


def _wait_for(url: str) -> None:
    engine = create_engine(f"{url}/postgres")
    for _ in range(200):
        try:
            with engine.connect():
                engine.dispose()
                return
        except Exception:
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine_name: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own."""
    if engine_name == "sqlite":
        path = tmp_path / "palier.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    name = f"t{time.monotonic_ns()}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE palier_template"))
    yield f"{server.replace('+psycopg', '')}/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def settings_in(folder: Path, database_url: str) -> Settings:
    """The settings of a test application whose data is in this folder."""
    return Settings(
        data=folder,
        database_url=database_url,
        secret_key="a secret of the tests, long enough to be one",
        base_url="http://127.0.0.1:8000",
        smtp_url="smtp://127.0.0.1:1",
        mail_from="Palier <palier@example.org>",
        max_upload_mb=2,
        workers=1,
        threads=2,
        port=8000,
        testing=True,
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_in(tmp_path, database_url)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications of the session: each would compile its own otherwise."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, clock: Clock, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    application = create_app(settings, clock=clock)
    application.jinja_env.bytecode_cache = compiled_templates
    yield application
    with application.app_context():
        edge.database.engine.dispose()


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    """A session for operations tests, with the house's subscriptions; nothing is committed unless the test does."""
    with app.app_context():
        session = edge.database.sessionmaker()
        writing(session)
        yield session
        session.close()


@pytest.fixture
def world(app: Flask, clock: Clock) -> World:
    """A small institution with a cohort of each programme, made through operations and committed."""
    return World(app, clock)


class Browser:
    """A person's browser on the test client: it signs in as somebody and fills protected forms."""

    def __init__(self, app: Flask, person_id: int | None = None) -> None:
        self.client = app.test_client()
        self.client.environ_base["wsgi.url_scheme"] = "https"  # secure cookies come back
        self.app = app
        if person_id is not None:
            self.sign_in(person_id)

    def sign_in(self, person_id: int) -> None:
        with self.app.app_context():
            person = edge.database.session.get_one(Person, person_id)
            cookie_id = person.get_id()
        with self.client.session_transaction(base_url="https://127.0.0.1:8000") as session:
            session["_user_id"] = cookie_id
            session["_fresh"] = True

    def get(self, path: str, **options: Any) -> Any:
        # Read to the end and closed at once, as a browser does: a file sent stays open otherwise.
        return self.client.get(path, base_url="https://127.0.0.1:8000", buffered=True, **options)

    def token(self) -> str:
        """The protection against forged requests, as any form of a page holds it."""
        page = self.get("/sign-in").get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, "a form without protection"
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        fields = {"csrf_token": self.token(), **(data or {})}
        options.setdefault("headers", {"Referer": "https://127.0.0.1:8000/"})
        return self.client.post(path, data=fields, base_url="https://127.0.0.1:8000", **options)


@pytest.fixture
def browse(app: Flask) -> Any:
    """`browse(person)` opens a browser signed in as this person (or id), `browse()` one of a stranger."""

    def opened(person: Any = None) -> Browser:
        return Browser(app, getattr(person, "id", person))

    return opened


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    with app.app_context():
        engine = edge.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(app: Flask) -> Any:
    """`with statements() as seen:` collects the SQL statements of the block."""
    return lambda: _statements(app)
