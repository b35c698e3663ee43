"""`flask documents …`: what the application makes of files, as JSON and as text, without a database."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import get_template_attribute
from flask.cli import AppGroup

from tutoring.documents.anchors.trace import MalformedQuotes, quotes_from, trace
from tutoring.documents.blocks import Document
from tutoring.documents.reading import Unreadable, read
from tutoring.documents.redline import compare, printed

documents = AppGroup("documents", help="Documents read as blocks.")

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@documents.command("read")
@click.argument("file", type=a_file)
def read_file(file: Path) -> None:
    """Print the blocks of FILE, or exit 1 with a code and a sentence."""
    document = opened(file)
    say(
        {
            "blocks": [block.to_dict() for block in document.blocks],
            "pages": document.pages,
            "estimate": document.estimate,
            "warnings": list(document.warnings),
        }
    )


@documents.command("redline")
@click.argument("old", type=a_file)
@click.argument("new", type=a_file)
def redline(old: Path, new: Path) -> None:
    """Print what changed from OLD to NEW, or exit 1 with a code and a sentence."""
    click.echo(printed(compare(opened(old).blocks, opened(new).blocks)))


@documents.command("trace")
@click.argument("old", type=a_file)
@click.argument("new", type=a_file)
@click.argument("quotes", type=a_file)
def trace_quotes(old: Path, new: Path, quotes: Path) -> None:
    """Print where the QUOTES of OLD are in NEW, or exit 1 with a code and a sentence.

    QUOTES: a JSON list of {"id", "exact", "prefix", "suffix"}, the last two optional.
    """
    try:
        sought = quotes_from(quotes.read_bytes())
    except MalformedQuotes as no:
        say({"refused": "malformed_quotes", "sentence": str(no)})
        raise SystemExit(1) from no
    say(trace(opened(old).blocks, opened(new).blocks, sought))


def opened(file: Path) -> Document:
    """The document of a file; one that is refused ends the command, which says why."""
    try:
        return read(file.name, file.read_bytes())
    except Unreadable as no:
        refuse(no)


def refuse(no: Unreadable) -> NoReturn:
    """Print the code and its French sentence, and exit 1."""
    macro = get_template_attribute("documents/wording.html", "refusal")
    say({"refused": no.code, "sentence": unescape(str(macro(no.code, no.params))).strip()})
    raise SystemExit(1)


def say(value: Any) -> None:
    """Print JSON that a person can read too."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
