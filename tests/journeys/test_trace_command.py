"""`flask documents trace` says where quotes of one file are in another, or why not, without any database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app import create_app
from tests.conftest import settings_in
from tests.wordfiles import docx, p, r


@pytest.fixture
def runner(tmp_path: Path) -> FlaskCliRunner:
    nowhere = settings_in(tmp_path, f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}")
    return create_app(nowhere).test_cli_runner()


def written(tmp_path: Path, quotes: str) -> list[str]:
    """Two files and the quotes: the command's arguments."""
    (tmp_path / "old.md").write_text("# Cadre\n\nLe *cadre* tient le groupe.\n\nIl se dit le premier jour.\n")
    (tmp_path / "new.docx").write_bytes(
        docx(
            p("Cadre")
            + p("Il se dit dès le premier jour.")
            + p(r("Le cadre tient", "<w:b/>") + r(" le groupe."))
        )
    )
    (tmp_path / "quotes.json").write_text(quotes)
    return ["documents", "trace", *(str(tmp_path / name) for name in ("old.md", "new.docx", "quotes.json"))]


def test_quotes_are_followed_from_a_file_to_another(runner: FlaskCliRunner, tmp_path: Path) -> None:
    quotes = [
        {"id": 1, "exact": "Le cadre tient le groupe"},
        {"id": "b", "exact": "des mots d'ailleurs", "prefix": ""},
    ]
    came = runner.invoke(args=written(tmp_path, json.dumps(quotes)))
    assert came.exit_code == 0
    assert json.loads(came.output) == [
        {
            "id": 1,
            "outcome": "found",
            "exact": "Le cadre tient le groupe",
            "block": "Le cadre tient le groupe.",
        },
        {"id": "b", "outcome": "orphan", "exact": "", "block": ""},
    ]


def test_what_is_no_list_of_quotes_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    came = runner.invoke(args=written(tmp_path, '{"id": 1}'))
    assert came.exit_code == 1
    assert json.loads(came.output) == {
        "refused": "malformed_quotes",
        "sentence": "A list of quotes is expected.",
    }


def test_a_file_that_cannot_be_read_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    args = written(tmp_path, "[]")
    (tmp_path / "new.docx").write_bytes(b"PK\x03\x04 cut short")
    came = runner.invoke(args=args)
    assert came.exit_code == 1
    assert json.loads(came.output)["refused"] == "unsafe_archive"
