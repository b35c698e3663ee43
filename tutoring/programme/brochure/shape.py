"""What a programme's brochure announces: track, cohort, places, modules, days, and what the note must be."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tutoring.programme.reading import Param
from tutoring.programme.spec import AttendanceRule, Exemption, JurySpec, NoteSpec

Kind = Literal["opening", "thematic", "visit", "tutoring", "closing"]
EventKind = Literal["writing_retreat", "other"]

KINDS: tuple[Kind, ...] = ("opening", "thematic", "visit", "tutoring", "closing")
EVENT_KINDS: tuple[EventKind, ...] = ("writing_retreat", "other")


@dataclass(frozen=True)
class Contact:
    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class PlaceSpec:
    key: str
    name: str
    address: str


@dataclass(frozen=True)
class ModuleSpec:
    """A module: a set of half-days (those that name its number), perhaps none yet."""

    number: int
    title: str
    kind: Kind
    content: str = ""
    heading: str = ""


@dataclass(frozen=True)
class HalfDaySpec:
    """From when to when, in local time, and the number of the module it belongs to."""

    starts: dt.time
    ends: dt.time
    module: int

    @property
    def minutes(self) -> int:
        return minute(self.ends) - minute(self.starts)


@dataclass(frozen=True)
class LunchSpec:
    starts: dt.time
    ends: dt.time


@dataclass(frozen=True)
class DaySpec:
    date: dt.date
    title: str
    kind: Kind
    place: str
    half_days: tuple[HalfDaySpec, ...]
    lunch: LunchSpec | None = None
    speakers: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(half_day.minutes for half_day in self.half_days)


@dataclass(frozen=True)
class GatheringSpec:
    """Days in a row; `announced_hours` is what the brochure prints for them, where it does."""

    title: str
    days: tuple[DaySpec, ...]
    announced_hours: int | None = None

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)


@dataclass(frozen=True)
class VoluntaryEvent:
    """What one comes to by choice: it counts neither in the hours nor in the attendance."""

    title: str
    kind: EventKind
    starts_on: dt.date
    ends_on: dt.date
    description: str = ""


@dataclass(frozen=True)
class TrackSpec:
    slug: str
    name: str
    short_name: str
    certificate: str
    code: str
    level: int | None
    hours: int
    direction: str
    partners: tuple[str, ...]
    contact: Contact
    description: str = ""


@dataclass(frozen=True)
class CohortSpec:
    """The cohort that the brochure recruits for: its name, dates, size, and when its jury sits."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    size_min: int
    size_max: int
    jury_from: dt.date
    jury_to: dt.date


@dataclass(frozen=True)
class Brochure:
    track: TrackSpec
    cohort: CohortSpec
    places: tuple[PlaceSpec, ...]
    modules: tuple[ModuleSpec, ...]
    gatherings: tuple[GatheringSpec, ...]
    events: tuple[VoluntaryEvent, ...]
    note: NoteSpec
    jury: JurySpec
    attendance: AttendanceRule
    exemption: Exemption | None = None

    @property
    def days(self) -> tuple[DaySpec, ...]:
        """Every day of the training in the order of the calendar, whatever the order in the file."""
        return tuple(sorted((day for item in self.gatherings for day in item.days), key=lambda day: day.date))

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.gatherings)


@dataclass(frozen=True)
class BrochureError:
    """One wrong value: its 1-based line, its path (`gatherings[0].days[1].date`), its code, its facts."""

    line: int
    path: str
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """Either a brochure or the errors that prevent it; warnings come beside both."""

    brochure: Brochure | None
    errors: tuple[BrochureError, ...] = ()
    warnings: tuple[BrochureError, ...] = ()


def minute(clock: dt.time) -> int:
    """The minute of the day, from 0 to 1439."""
    return clock.hour * 60 + clock.minute
