"""Migrated tables equal the models, on every database that is there; what they held is still there, and read."""

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


def migrate(engine: Engine, revision: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, revision)


def differences(engine: Engine) -> list[object]:
    migrate(engine)
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


def test_what_was_handed_in_before_documents_were_read_is_read_by_the_upgrade(app, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'before.sqlite'}", poolclass=NullPool)
    migrate(engine, "0001")
    with engine.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO stored_file (id, institution_id, sha256, size, kind) VALUES (7, 1, 'abc', 3, 'docx')"
        )
        rows = "(1, 1, 1, 'n', NULL, '', '# Plan\n\nTrois parties.', '', 0), (2, 1, 1, 'n', 7, 'a.docx', '', '', 0)"
        db.exec_driver_sql(
            "INSERT INTO submitted_part (id, institution_id, submission_id, part, file_id, filename, text, html, "
            f"excluded_pages) VALUES {rows}"
        )
    migrate(engine)
    with engine.connect() as db:
        read = db.exec_driver_sql(
            "SELECT p.id, d.kind, d.state, d.words FROM submitted_part p JOIN read_document d ON d.id = p.document_id"
        ).all()
        asked = db.exec_driver_sql("SELECT consumer, topic, state FROM outbox").all()
    assert sorted(map(tuple, read)) == [(1, "md", "ready", 3), (2, "docx", "waiting", 0)]
    assert list(map(tuple, asked)) == [("documents", "document.waiting", "waiting")]
