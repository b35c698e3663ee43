"""The facts of a jury: its panels, who sits, the notes given to each juror, their evaluations, the recorded outcome."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.notes.models import ValidationNote
from tutoring.people.models import Person
from tutoring.programme.models import Cohort
from tutoring.store.db import Base, Rooted


class Panel(Rooted, Base):
    """A jury that sits together on a day."""

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("cohort_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    name: Mapped[str]
    sits_on: Mapped[date | None]
    place: Mapped[str]
    version: Mapped[int] = mapped_column()

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    seats: Mapped[list[Seat]] = relationship(lazy="raise", order_by="Seat.id", back_populates="panel")
    hearings: Mapped[list[Hearing]] = relationship(
        lazy="raise", order_by="Hearing.id", back_populates="panel"
    )

    __mapper_args__ = {"version_id_col": version}


class Seat(Rooted, Base):
    """Somebody on a panel; one of them presides."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("panel_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    presides: Mapped[bool]

    panel: Mapped[Panel] = relationship(lazy="raise", back_populates="seats")
    person: Mapped[Person] = relationship(lazy="raise")


class Hearing(Rooted, Base):
    """A note given to a panel, with the outcome its president records and the date of its release.

    `outcome` and `grade` (of the spec's `grade_out_of`) stay unseen by learner and tutor until `released_at`.
    """

    __tablename__ = "hearing"
    __table_args__ = (
        UniqueConstraint("note_id"),
        CheckConstraint("outcome IN ('passed', 'corrections', 'referred', 'not_validated')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    outcome: Mapped[str | None]
    # In hundredths of a point: 14.25 is 1425, exact on every database.
    grade_hundredths: Mapped[int | None]
    reason: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    panel: Mapped[Panel] = relationship(lazy="raise", back_populates="hearings")
    note: Mapped[ValidationNote] = relationship(lazy="raise")
    evaluations: Mapped[list[Evaluation]] = relationship(
        lazy="raise", order_by="Evaluation.id", back_populates="hearing"
    )

    __mapper_args__ = {"version_id_col": version}


class Evaluation(Rooted, Base):
    """One juror's own evaluation of a note: points per criterion (`{key: points}`) and a comment; final once locked."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("hearing_id", "juror_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    points: Mapped[dict[str, Any]]
    comment: Mapped[str]
    saved_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]

    hearing: Mapped[Hearing] = relationship(lazy="raise", back_populates="evaluations")
    juror: Mapped[Person] = relationship(lazy="raise")
