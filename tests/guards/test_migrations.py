"""Migrated tables equal the models, on every database that is there."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, NullPool, create_engine

from tests.conftest import postgresql_folder
from tutoring.store.db import Base

ROOT = Path(__file__).parent.parent.parent


def differences(engine: Engine) -> list[object]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    with engine.connect() as connection:
        return compare_metadata(
            MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            ),
            Base.metadata,
        )


def test_migrated_tables_equal_the_models_on_sqlite(app, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}", poolclass=NullPool)
    assert differences(engine) == []


@pytest.mark.skipif(postgresql_folder() is None, reason="no PostgreSQL on this machine")
def test_migrated_tables_equal_the_models_on_postgresql(postgresql_server):
    admin = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE migrated")
    assert differences(create_engine(f"{postgresql_server}/migrated", poolclass=NullPool)) == []
