"""Every code of a document that is refused or read in part has its words, in careful French."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule

from tutoring.documents.unreadable import CODES

ROOT = Path(__file__).parents[3]
# Those of Word and OpenDocument, then those of a PDF.
WARNINGS = ("left_out_contents", "left_out_images", "left_out_objects", "images_left_out", "unreadable_font")


@cache
def wording() -> TemplateModule:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return env.get_template("documents/wording.html").module


def careful(words: str) -> bool:
    return bool(words) and "'" not in words and not re.search(r" [:;!?»]|« ", words) and words.endswith(".")


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_says_what_is_wrong_and_what_to_do(code: str) -> None:
    words = str(wording().refusal(code, {"most": 2_000} if code == "too_many_pages" else {}))  # type: ignore[attr-defined]
    assert careful(words)
    assert len(re.findall(r"[.;:]", words)) >= 2


@pytest.mark.parametrize("code", WARNINGS)
def test_every_warning_says_what_is_not_shown(code: str) -> None:
    assert careful(str(wording().warning_label(code)))  # type: ignore[attr-defined]


def test_a_code_of_elsewhere_says_nothing() -> None:
    assert str(wording().refusal("other", {})) == ""  # type: ignore[attr-defined]
