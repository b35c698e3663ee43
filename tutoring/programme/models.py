"""The facts of a programme: its track, cohorts, calendar, members, and the dates of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.people.models import Person
from tutoring.programme.spec import JurySpec, NoteSpec
from tutoring.store.db import Base, Rooted


class Role(StrEnum):
    """What one is in a cohort. STAFF writes its space; GUEST (a juror from outside, say) only reads it."""

    LEARNER = "learner"
    STAFF = "staff"
    COORDINATOR = "coordinator"
    GUEST = "guest"


class Track(Rooted, Base):
    """A programme as its brochure tells it; `source` is the brochure's TOML, read again when a cohort is opened."""

    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("institution_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    certificate: Mapped[str]
    source: Mapped[str]
    imported_at: Mapped[datetime]


class Cohort(Rooted, Base):
    """One run of a track with its people. The specifications are its own copies: changing them changes it alone."""

    __tablename__ = "cohort"
    __table_args__ = (UniqueConstraint("track_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), index=True)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note_spec: Mapped[dict[str, Any]]
    jury_spec: Mapped[dict[str, Any]]
    attendance_rule: Mapped[dict[str, Any]]
    exemption: Mapped[dict[str, Any] | None]
    jury_from: Mapped[date]
    jury_to: Mapped[date]
    version: Mapped[int] = mapped_column()

    track: Mapped[Track] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    @property
    def path(self) -> str:
        """Its front page, where upper floors gather what concerns the reader."""
        return f"/c/{self.id}/"

    @property
    def spec(self) -> NoteSpec:
        """The validation note as this cohort specifies it."""
        return NoteSpec.from_dict(self.note_spec)

    @property
    def jury(self) -> JurySpec:
        """How this cohort's jury is composed."""
        return JurySpec.from_dict(self.jury_spec)


class Module(Rooted, Base):
    """A module of a cohort: a set of half-days, perhaps none yet."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    number: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    heading: Mapped[str]
    content: Mapped[str]


class Gathering(Rooted, Base):
    """Days in a row."""

    __tablename__ = "gathering"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    number: Mapped[int]
    title: Mapped[str]


class Day(Rooted, Base):
    """A training day, `number`ed within its cohort. `about`: its programme, Markdown. Lunch is data, or None."""

    __tablename__ = "day"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    gathering_id: Mapped[int | None] = mapped_column(ForeignKey("gathering.id"), index=True)
    number: Mapped[int]
    date: Mapped[dt.date]
    title: Mapped[str]
    kind: Mapped[str]
    place: Mapped[str]
    about: Mapped[str]
    lunch_starts: Mapped[time | None]
    lunch_ends: Mapped[time | None]
    version: Mapped[int] = mapped_column()

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    gathering: Mapped[Gathering | None] = relationship(lazy="raise")
    half_days: Mapped[list[HalfDay]] = relationship(
        lazy="raise", order_by="HalfDay.starts", back_populates="day"
    )
    speakers: Mapped[list[Speaker]] = relationship(lazy="raise", order_by="Speaker.id", back_populates="day")

    __mapper_args__ = {"version_id_col": version}


class HalfDay(Rooted, Base):
    """From when to when of a day (local time), and the module it belongs to."""

    __tablename__ = "half_day"
    __table_args__ = (CheckConstraint("starts < ends", name="hours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"), index=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    starts: Mapped[time]
    ends: Mapped[time]

    day: Mapped[Day] = relationship(lazy="raise", back_populates="half_days")
    module: Mapped[Module] = relationship(lazy="raise")

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute


class Speaker(Rooted, Base):
    """Who speaks on a day: by name, and as a person once they have a record."""

    __tablename__ = "speaker"
    __table_args__ = (UniqueConstraint("day_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"))
    name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    day: Mapped[Day] = relationship(lazy="raise", back_populates="speakers")


class VoluntaryEvent(Rooted, Base):
    """What one comes to by choice (a writing weekend): it counts neither in the hours nor in the attendance."""

    __tablename__ = "voluntary_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    title: Mapped[str]
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    description: Mapped[str]


class Membership(Rooted, Base):
    """Somebody's role in a cohort. Tutor, speaker and juror are not roles: they are held on a note, a day, a panel."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        CheckConstraint("role IN ('learner', 'staff', 'coordinator', 'guest')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    joined_at: Mapped[datetime]

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


class Extension(Rooted, Base):
    """A later day for one learner at one stage (`topic`, `plan`, `draft`, `final`), with its reason."""

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    stage: Mapped[str]
    until: Mapped[date]
    reason: Mapped[str]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in a cohort: the cohort (with its track), the person, their role there."""

    cohort: Cohort
    person: Person
    role: Role

    @property
    def standing(self) -> Standing:
        """Itself, so that a page about a cohort is framed as any page inside it."""
        return self
