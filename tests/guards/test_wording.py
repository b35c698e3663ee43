"""Every code that Python can refuse with has a sentence, in French and in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

from tutoring.notes.moves import REFUSAL_CODES
from tutoring.web.wording import sentence

ROOT = Path(__file__).parent.parent.parent
SOURCES = [path for package in ("tutoring", "resources", "lti") for path in (ROOT / package).rglob("*.py")]


class Anything(dict[str, object]):
    """Parameters of any name, so that a sentence can be asked for without its occasion."""

    def __missing__(self, key: str) -> object:
        return Several()

    def __bool__(self) -> bool:
        return True

    def get(self, key: str, default: object = None) -> object:
        return self[key]


class Several(tuple[str, ...]):
    """A value that passes for a list, a number or a word."""

    def __str__(self) -> str:
        return "7"

    def __int__(self) -> int:
        return 7

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return Several()


def codes_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant):
                yield str(code.value)


def every_code() -> list[str]:
    uploads = {
        f"upload_{code}"
        for code in ("empty", "unknown_kind", "belies_its_name", "encrypted", "unsafe_archive")
    }
    return sorted({code for path in SOURCES for code in codes_of(path)} | REFUSAL_CODES | uploads)


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_refusal_has_a_sentence(app, locale):
    with app.test_request_context(), force_locale(locale):
        silent = [code for code in every_code() if not sentence(code, Anything())]
    assert silent == []
