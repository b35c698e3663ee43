"""What happened: the append-only journal from which states can be rebuilt and disputes settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, event, select
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from tutoring.store.db import Base, Rooted


class Event(Rooted, Base):
    """One fact: `kind` happened to (`subject_type`, `subject_id`), by `actor_id` (None: the clock), `at`.

    `data` holds ids, codes, numbers and the words of a decision, never a name or an address.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    cohort_id: Mapped[int | None] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    side: Mapped[str | None]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class AppendOnly(RuntimeError):
    """Somebody tried to change or delete an event."""


@event.listens_for(Event, "before_update")
@event.listens_for(Event, "before_delete")
def _refuse_rewriting(_mapper: Mapper[Event], _connection: object, row: Event) -> None:
    raise AppendOnly(f"event {row.id}")


def record(
    db: Session,
    kind: str,
    subject: Any,
    *,
    actor_id: int | None,
    now: datetime,
    side: str | None = None,
    cohort_id: int | None = None,
    **data: Any,
) -> Event:
    """Append an event about `subject` (a persistent model with `id` and `institution_id`) and return it."""
    if subject.id is None:
        db.flush()
    row = Event(
        institution_id=subject.institution_id,
        kind=kind,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        cohort_id=cohort_id if cohort_id is not None else getattr(subject, "cohort_id", None),
        actor_id=actor_id,
        side=side,
        at=now,
        data=data,
    )
    db.add(row)
    return row


def history(db: Session, subject: Any) -> list[Event]:
    """Every event about `subject`, oldest first."""
    return list(
        db.scalars(
            select(Event)
            .where(Event.subject_type == subject.__tablename__, Event.subject_id == subject.id)
            .order_by(Event.id)
        )
    )
