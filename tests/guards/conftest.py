"""The estate that the guards walk through, built once for all of them (they change nothing in it)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from tests.conftest import MONDAY, Clock, settings_in
from tests.estate import Estate
from tests.factories import World
from tutoring.web import edge


@pytest.fixture(scope="session")
def estate(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    folder = tmp_path_factory.mktemp("estate")
    shutil.copy(sqlite_template, folder / "palier.sqlite")
    clock = Clock(MONDAY)
    app = create_app(settings_in(folder, f"sqlite:///{folder / 'palier.sqlite'}"), clock=clock)
    yield Estate(app, World(app, clock))
    with app.app_context():
        edge.database.engine.dispose()
