"""Later means a row: what happened is written for each consumer in the same transaction, and drained by workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tutoring.store.db import Base, Rooted, writing

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12


class Delivery(StrEnum):
    """Where a row stands. PERHAPS: the process died while sending something that must not be sent twice."""

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    PERHAPS = "perhaps"


class OutboxRow(Rooted, Base):
    """One thing to do for one consumer. `payload` holds ids and plain values; `last_error` a reason, never a secret."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','sending','done','failed','perhaps')", name="state"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consumer: Mapped[str]
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=Delivery.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Transient(Exception):
    """Raised by a consumer for a fault that time may mend; its message is kept as `last_error`."""


class Uncertain(Exception):
    """Raised by a consumer when the far end may or may not have taken it: never done again by itself."""


class Permanent(Exception):
    """Raised by a consumer for a fault that no new attempt will mend."""


Handle = Callable[[Session, OutboxRow, datetime], None]


@dataclass(frozen=True)
class Consumer:
    """Who answers `topics`. `repeatable`: doing it twice does no harm (an index, a score); a mail is not."""

    name: str
    topics: tuple[str, ...]
    handle: Handle
    repeatable: bool = True


def subscribe(db_info: dict[str, Any], consumers: Sequence[Consumer]) -> None:
    """Tell sessions made with this `info` who is subscribed to what (the roof calls it once)."""
    table: dict[str, tuple[str, ...]] = {}
    for consumer in consumers:
        for topic in consumer.topics:
            table[topic] = (*table.get(topic, ()), consumer.name)
    db_info["subscriptions"] = table


def emit(
    db: Session,
    topic: str,
    *,
    institution_id: int,
    now: datetime,
    after: datetime | None = None,
    **payload: Any,
) -> list[OutboxRow]:
    """Say that `topic` happened: one row per subscribed consumer, due at once or at `after`."""
    subscriptions: Mapping[str, tuple[str, ...]] = db.info.get("subscriptions", {})
    rows = [
        OutboxRow(
            institution_id=institution_id,
            consumer=name,
            topic=topic,
            payload=payload,
            state=Delivery.WAITING,
            attempts=0,
            created_at=now,
            due_at=after or now,
        )
        for name in subscriptions.get(topic, ())
    ]
    db.add_all(rows)
    return rows


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 10 s doubling, one hour at most."""
    return timedelta(seconds=min(10 * 2 ** (attempts - 1), 3600))


def drain(
    sessions: Callable[[], Session],
    consumers: Sequence[Consumer],
    clock: Callable[[], datetime],
    *,
    limit: int = 1000,
) -> int:
    """Do what is due, oldest first, at most `limit` rows; returns how many were tried.

    Two transactions a row: it is claimed and committed before the consumer runs, so that no lock is held while a
    server far away is waited for, and so that a crash in between leaves a trace.
    """
    by_name = {consumer.name: consumer for consumer in consumers}
    for done in range(limit):
        claimed = _claim(sessions, by_name, clock())
        if claimed is None:
            return done
        _run(sessions, by_name[claimed[1]], claimed[0], clock)
    return limit


def _claim(
    sessions: Callable[[], Session], by_name: Mapping[str, Consumer], now: datetime
) -> tuple[int, str] | None:
    with sessions() as db:
        writing(db)
        _release_abandoned(db, by_name, now)
        row = db.scalar(
            select(OutboxRow)
            .where(
                OutboxRow.state == Delivery.WAITING, OutboxRow.due_at <= now, OutboxRow.consumer.in_(by_name)
            )
            .order_by(OutboxRow.due_at, OutboxRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        claimed = None
        if row is not None:
            row.state, row.attempts, row.due_at = Delivery.SENDING, row.attempts + 1, now + LEASE
            claimed = (row.id, row.consumer)
        db.commit()
        return claimed


def _release_abandoned(db: Session, by_name: Mapping[str, Consumer], now: datetime) -> None:
    """Rows whose worker died: done again when that does no harm, shown as perhaps done otherwise."""
    for repeatable, state in ((True, Delivery.WAITING), (False, Delivery.PERHAPS)):
        names = [name for name, consumer in by_name.items() if consumer.repeatable is repeatable]
        db.execute(
            update(OutboxRow)
            .where(
                OutboxRow.state == Delivery.SENDING, OutboxRow.due_at <= now, OutboxRow.consumer.in_(names)
            )
            .values(state=state)
        )


def _run(
    sessions: Callable[[], Session], consumer: Consumer, row_id: int, clock: Callable[[], datetime]
) -> None:
    with sessions() as db:
        row = db.get_one(OutboxRow, row_id)
        db.info["institution_id"] = row.institution_id
        try:
            consumer.handle(db, row, clock())
            row.state, row.last_error, row.ended_at = Delivery.DONE, None, clock()
            db.commit()
            return
        except Exception as error:
            db.rollback()
            problem = error
    _note_failure(sessions, row_id, problem, clock())


def _note_failure(sessions: Callable[[], Session], row_id: int, error: Exception, now: datetime) -> None:
    # Only the faults our consumers word themselves are kept whole: another's text may hold what was sent.
    worded = isinstance(error, Transient | Permanent | Uncertain)
    with sessions() as db:
        writing(db)
        row = db.get_one(OutboxRow, row_id)
        row.last_error = (str(error) if worded else type(error).__name__)[:500]
        given_up = isinstance(error, Permanent) or row.attempts >= MAX_ATTEMPTS
        row.state = Delivery.FAILED if given_up else Delivery.WAITING
        if isinstance(error, Uncertain):
            row.state = Delivery.PERHAPS
        row.due_at = now + backoff(row.attempts)
        row.ended_at = now if given_up else None
        db.commit()
