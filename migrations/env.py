"""Alembic's environment: the application's engine and every model."""

from alembic import context
from sqlalchemy import JSON

import app  # noqa: F401  # loads every part, hence every model
from tutoring.store.db import Base, UTCDateTime


def render(kind, item, _autogen):
    """Our own column types by name, so that a migration says what the models say."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "tutoring.store.db.UTCDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "tutoring.store.db.Json"
    return False


engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
