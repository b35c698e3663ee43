"""`flask documents read` says what a file is made of, or why not and what to do, without any database."""

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


def test_a_file_that_can_be_read_is_printed_as_blocks(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "essai.docx"
    file.write_bytes(docx(p("Un") + p(r("Été", "<w:b/>"))))
    came = runner.invoke(args=["documents", "read", str(file)])
    assert came.exit_code == 0
    said = json.loads(came.output)
    assert [(block["kind"], block["text"], block["html"]) for block in said["blocks"]] == [
        ("paragraph", "Un", "Un"),
        ("paragraph", "Été", "<strong>Été</strong>"),
    ]
    assert (said["pages"], said["estimate"], said["warnings"]) == (None, 1, [])


def test_a_file_that_cannot_be_read_is_said_to_be_so(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "essai.odt"
    file.write_bytes(b"PK\x03\x04 cut short")
    came = runner.invoke(args=["documents", "read", str(file)])
    assert came.exit_code == 1
    assert json.loads(came.output) == {
        "refused": "unsafe_archive",
        "sentence": "Ce fichier ne peut pas être ouvert sans risque. Ouvrez-le dans votre traitement de texte, "
        "puis enregistrez-le de nouveau ou exportez-le en PDF.",
    }
