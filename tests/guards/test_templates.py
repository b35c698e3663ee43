"""Every template compiles, every sentence has its English, and no page carries inline style or script."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_it_compiles(app, path):
    app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_it_has_no_inline_style_script_or_handler(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_macro_takes_the_name_of_another_of_its_file(path):
    names = re.findall(r"^\{%-? macro (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in set(names) if names.count(name) > 1] == []


def first(text: str | tuple[str, ...]) -> str:
    return text[0] if isinstance(text, tuple) else text


def message_is_done(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms) and not message.fuzzy


def messages() -> set[str]:
    found = set()
    for folder in ("templates", "tutoring", "resources", "lti"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            method_map=[
                ("practice/**", "ignore"),
                ("**.py", "python"),
                ("**.html", "jinja2"),
                ("**.txt", "jinja2"),
            ],
            options_map={
                "**.html": {"extensions": "jinja2.ext.i18n"},
                "**.txt": {"extensions": "jinja2.ext.i18n"},
            },
            keywords={"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None},
        ):
            found.add(first(message))
    return found


def test_every_sentence_has_its_english():
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalog = read_po(file)
    done = {first(message.id) for message in catalog if message.id and message_is_done(message)}
    missing = sorted(messages() - done)
    assert missing == []
