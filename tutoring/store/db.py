"""What every table stands on: the declarative base, its types, and how an engine is opened on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    MetaData,
    Table,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes only, kept in UTC (SQLite has no zone, so it is put back on reading)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models. JSON columns are JSONB on PostgreSQL."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: Mapping[Any, Any] = {
        datetime: UTCDateTime,
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


class Rooted:
    """Mixin of a root row: it belongs to one institution, and a session bound to another never sees it."""

    @declared_attr
    def institution_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("institution.id"), index=True)


def bind_institution(db: Session, institution_id: int) -> None:
    """From now on this session reads only the rows of this institution, and stamps new root rows with it."""
    db.info["institution_id"] = institution_id


def unbind_institution(db: Session) -> None:
    """From now on this session serves every institution: a mailed link may lead to another than the reader's."""
    db.info.pop("institution_id", None)


@event.listens_for(Session, "do_orm_execute")
def _only_our_institution(state: ORMExecuteState) -> None:
    bound = state.session.info.get("institution_id")
    if bound is None or not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(
        with_loader_criteria(
            Rooted,
            lambda cls: cls.institution_id == bound,
            include_aliases=True,
            track_closure_variables=True,
        )
    )


@event.listens_for(Session, "before_flush")
def _stamp_institution(db: Session, *_: object) -> None:
    bound = db.info.get("institution_id")
    for row in db.new:
        if isinstance(row, Rooted) and bound is not None:
            if row.institution_id is None:
                row.institution_id = bound
            elif row.institution_id != bound:
                raise ValueError(f"{type(row).__name__} of another institution")


def driver_url(url: str) -> str:
    """The SQLAlchemy address of a `PALIER_DATABASE_URL`: psycopg 3 on PostgreSQL."""
    return (
        url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url
    )


def prepare_engine(engine: Engine) -> Engine:
    """On SQLite: WAL, foreign keys, 10 s of patience, and BEGIN issued by us (see `writing`)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: Any, _: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN comes too late for IMMEDIATE
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def writing(db: Session) -> None:
    """Begin this session's transaction as a writer: on SQLite IMMEDIATE, so that two writers queue, never deadlock."""
    if db.get_bind().dialect.name == "sqlite" and not db.in_transaction():
        db.connection(execution_options={"sqlite_begin": "IMMEDIATE"})


def pointers_to(table_name: str) -> list[tuple[Table, Column[Any]]]:
    """Every foreign key of any table to this one, so that a new user of its rows is never forgotten."""
    return [
        (table, column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == table_name for key in column.foreign_keys)
    ]


def utc_now() -> datetime:
    """The present instant, aware, in UTC. Called at the edge only; below, time is an argument."""
    return datetime.now(UTC)
