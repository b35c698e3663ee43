"""`flask resources reindex`: what an administrator does for the library."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from resources.operations.indexing import engine_at
from resources.operations.indexing import reindex as build_anew
from tutoring.web.edge import house, session

resources = AppGroup("resources", help="The library and its index.")


@resources.command("reindex")
def reindex() -> None:
    """Build the search index anew beside the present one, then take its place."""
    entries = build_anew(session(), engine_at(house().settings.index))
    click.echo(f"{entries} entries in the index")
