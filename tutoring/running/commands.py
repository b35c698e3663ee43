"""`flask serve`, `flask work`, `flask database …`: how Palier is run and kept up to date."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from tutoring.running import server, worker
from tutoring.web.edge import database, house

tables = AppGroup("database", help="The database's tables.")


def alembic_config() -> Config:
    """Alembic on this application's engine and the `migrations/` beside the application."""
    config = Config()
    config.set_main_option("script_location", str(Path(current_app.root_path) / "migrations"))
    config.attributes["engine"] = database.engine
    return config


@tables.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this version."""
    command.upgrade(alembic_config(), "head")


@tables.command("revise")
@click.argument("message")
def revise(message: str) -> None:
    """Write the migration that leads from the migrated tables to the models (developers)."""
    command.revision(alembic_config(), message, autogenerate=True)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; PALIER_PORT by default.")
@with_appcontext
def serve(host: str, port: int | None) -> None:
    """Serve the application with the production server."""
    settings = house().settings
    make_app = current_app.extensions["palier_factory"]
    server.serve(
        make_app, host=host, port=port or settings.port, workers=settings.workers, threads=settings.threads
    )


@click.command("work")
@click.option("--once", is_flag=True, help="Stop as soon as nothing is due.")
@with_appcontext
def work(once: bool) -> None:
    """Drain the outbox: mail, index, LMS grades."""
    worker.work(once=once)
