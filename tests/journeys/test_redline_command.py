"""`flask documents redline` tells in text what changed between two files, or why one cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app import create_app
from tests.conftest import settings_in
from tests.wordfiles import docx, p


@pytest.fixture
def runner(tmp_path: Path) -> FlaskCliRunner:
    nowhere = settings_in(tmp_path, f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}")
    return create_app(nowhere).test_cli_runner()


def test_what_changed_is_printed_across_formats(runner: FlaskCliRunner, tmp_path: Path) -> None:
    old, new = tmp_path / "old.docx", tmp_path / "new.md"
    old.write_bytes(docx(p("L’atelier dure trois heures.") + p("Il se tient en mars.")))
    new.write_text("L'atelier dure quatre heures.\n\nIl se tient en mars.\n", encoding="utf-8")
    came = runner.invoke(args=["documents", "redline", str(old), str(new)])
    assert came.exit_code == 0
    assert came.output == (
        "changed\n"
        "    L'atelier dure [-trois-]{+quatre+} heures.\n\n"
        "blocks: same 1, changed 1 · words: +1 -1 moved 0\n"
    )


def test_a_file_that_cannot_be_read_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.docx"
    old.write_text("Un.\n", encoding="utf-8")
    new.write_bytes(b"")
    came = runner.invoke(args=["documents", "redline", str(old), str(new)])
    assert came.exit_code == 1
    assert json.loads(came.output)["refused"] == "empty"
