"""What each page of the desk is made of, as its one reader has it; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tutoring.desk.board import Tally
from tutoring.desk.lines import Line
from tutoring.desk.load import Load, TutorLoad
from tutoring.desk.news import News
from tutoring.desk.told import Told
from tutoring.notes.moves import Stage
from tutoring.programme.models import Day, Standing


@dataclass(frozen=True)
class Elsewhere:
    """Another cohort in which this tutor follows notes, `count` of which await them."""

    cohort_id: int
    name: str
    count: int
    follows: int


@dataclass(frozen=True)
class Sitting:
    """A panel on which the reader sits, and what it expects of them: how many notes to evaluate, to preside over."""

    panel_id: int
    sits_on: date | None
    place: str
    presides: bool
    to_evaluate: int
    to_deliberate: int


@dataclass(frozen=True)
class QueuePage:
    """The notes that a tutor follows in a cohort; `elsewhere` the other cohorts where they follow some.

    `load` counts all their cohorts together; `median`: how many days they took to answer, None when they never have.
    """

    standing: Standing
    lines: tuple[Line, ...]
    elsewhere: tuple[Elsewhere, ...]
    load: Load
    median: float | None
    today: date


@dataclass(frozen=True)
class BoardPage:
    """Where every learner of a cohort stands. `tutors`: those who follow somebody there, by id, in order of name, and
    `loads` what each of them has on their hands there.
    """

    standing: Standing
    lines: tuple[Line, ...]
    tutors: Mapping[int, str]
    tally: Tally
    loads: tuple[TutorLoad, ...]
    stages: tuple[Stage, ...]
    today: date

    @property
    def mine(self) -> bool:
        """Whether the coordinator who reads it follows some of these notes themselves."""
        return self.standing.person.id in self.tutors


@dataclass(frozen=True)
class FrontPage:
    """What a cohort's front page says to one reader; what does not concern their role is None or empty.

    `note` is the learner's own, `told` what happened last to it and when each step was passed, `news` what they have
    not seen of it. `queue` is the tutor's, `tally` and `lines` (the whole cohort) the coordinator's. `day` is the
    next one, also for the panels.
    """

    standing: Standing
    day: Day | None
    today: date
    note: Line | None = None
    told: Told | None = None
    news: News | None = None
    queue: tuple[Line, ...] = ()
    follows: int = 0
    speaks_on: tuple[Day, ...] = ()
    sittings: tuple[Sitting, ...] = ()
    tally: Tally | None = None
    lines: tuple[Line, ...] = ()

    @property
    def in_days(self) -> int:
        """How many days away the next day is; 0 is today."""
        return (self.day.date - self.today).days if self.day else 0
