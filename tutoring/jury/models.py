"""The facts of a jury: its panels, who sits, the notes given to each juror, their evaluations, the recorded outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.jury.composition import Count
from tutoring.notes.models import Submission, SubmittedPart, ValidationNote
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Membership, Standing
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


# One president a panel, whoever writes the rows.
Index(
    "uq_seat_presides",
    Seat.panel_id,
    unique=True,
    sqlite_where=text("presides"),
    postgresql_where=text("presides"),
)


class Hearing(Rooted, Base):
    """A note given to a panel, with the outcome its president records and the date of its release.

    `outcome` and `grade_hundredths` stay unseen by learner and tutor until `released_at`.
    """

    __tablename__ = "hearing"
    __table_args__ = (
        UniqueConstraint("note_id"),
        CheckConstraint("outcome IN ('passed', 'corrections', 'referred', 'not_validated')", name="outcome"),
        CheckConstraint("released_at IS NULL OR outcome IS NOT NULL", name="released_with_outcome"),
        CheckConstraint("(outcome IS NULL) = (recorded_at IS NULL)", name="outcome_is_recorded"),
        CheckConstraint("grade_hundredths >= 0 AND grade_hundredths <= 100 * grade_out_of", name="grade"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    transmitted_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    # In hundredths of a point: 14.25 is 1425, exact on every database.
    grade_hundredths: Mapped[int | None]
    # What the grade was out of when it was recorded: the cohort's rule may change afterwards.
    grade_out_of: Mapped[int | None]
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
    """One juror's own evaluation of a note; final once locked.

    `points`: hundredths of a point by criterion, `{key: 350}`; a draft may lack some.
    """

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("hearing_id", "juror_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    points: Mapped[dict[str, Any]]
    comment: Mapped[str]
    saved_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    hearing: Mapped[Hearing] = relationship(lazy="raise", back_populates="evaluations")
    juror: Mapped[Person] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


@dataclass(frozen=True)
class Locked:
    """Who has locked an evaluation of a note, among those who sit; never what it says."""

    person_ids: frozenset[int]
    expected: int

    @property
    def count(self) -> Count:
        return Count(len(self.person_ids), self.expected)


@dataclass(frozen=True)
class JuryPage:
    """A cohort's jury as one reader has it.

    `own`: the hearings of the panels on which the reader sits; `panels` and `waiting` (notes checked for
    the jury, given to no panel) are the coordinator's, empty for others. `locked` goes by hearing id,
    `mine` is the reader's own evaluation of each hearing.
    """

    standing: Standing
    seats: tuple[Seat, ...]
    own: tuple[Hearing, ...]
    panels: tuple[Panel, ...]
    waiting: tuple[ValidationNote, ...]
    locked: dict[int, Locked]
    mine: dict[int, Evaluation]


@dataclass(frozen=True)
class NewPanelPage:
    """A panel to be made: whom one may seat."""

    standing: Standing
    candidates: tuple[Membership, ...]


@dataclass(frozen=True)
class PanelPage:
    """One panel for its coordinator: seats, hearings with notes and persons, whom one may seat, notes to be given."""

    standing: Standing
    panel: Panel
    candidates: tuple[Membership, ...]
    waiting: tuple[ValidationNote, ...]
    locked: dict[int, Locked]


@dataclass(frozen=True)
class HearingPage:
    """A note before its panel as one reader has it.

    `seat`: the reader's own, or None; `final`: the final version handed in; `mine`: the reader's own
    evaluation; `others`: everybody's locked evaluations, loaded only for whom `policy.may_compare` lets read them.
    """

    standing: Standing
    hearing: Hearing
    seat: Seat | None
    final: Submission | None
    mine: Evaluation | None
    locked: Locked
    others: tuple[Evaluation, ...]


@dataclass(frozen=True)
class HeardFilePage:
    """One file of the final version that a panel reads."""

    page: HearingPage
    part: SubmittedPart

    @property
    def standing(self) -> Standing:
        return self.page.standing
