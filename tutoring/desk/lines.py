"""What the line of a note says to one reader: where it stands, whose turn, since when, what is due next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tutoring.desk.tasks import NOTHING, Pending, Todo, todo_of
from tutoring.notes.moves import (
    BEFORE_JURY,
    GOAL_DAYS,
    SIDE_STATES,
    STAGE_OF,
    Side,
    Stage,
    State,
    Turn,
    visible_state,
    visible_turn,
)
from tutoring.programme.calendar import deadline_instant, effective_deadline, local_day, waiting_days

# Where the way of a note ends, or rests until somebody decides.
STOPPED = (State.REFERRED, State.NOT_VALIDATED, State.ABSENT, *SIDE_STATES)

_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Due:
    """The next day that counts: of a stage, or of the jury (its first day)."""

    stage: Stage
    day: date

    @property
    def at(self) -> datetime:
        """The instant at which that day ends, in Paris."""
        return deadline_instant(self.day)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a note's path. `mark`: done, now, todo or stopped, as the path component draws them."""

    stage: Stage
    mark: str


@dataclass(frozen=True, slots=True)
class InReview:
    """The version that waits for its review. `review_begun`: its answer is being written."""

    id: int
    stage: Stage
    number: int
    late: bool
    review_begun: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer released on a note, to which version; `read_at`: when its learner last had it open since."""

    submission_id: int
    stage: Stage
    number: int
    released_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Versions:
    """What was handed in on a note: the version that waits for its review, the last answer, when its learner last had
    any of them open.
    """

    in_review: InReview | None = None
    answer: Answer | None = None
    opened_at: datetime | None = None


NO_VERSIONS = Versions()


@dataclass(frozen=True, slots=True)
class Frame:
    """What all lines of a cohort share, read once: its stages, common deadlines, jury days, and the present instant."""

    stages: tuple[Stage, ...]
    deadlines: Mapping[Stage, date]
    jury_from: date
    jury_to: date
    now: datetime

    def days_of(self, extensions: Mapping[Stage, date]) -> dict[Stage, date]:
        """One learner's effective day of each stage that has one, their extensions taken in."""
        days = {s: effective_deadline(self.deadlines.get(s), extensions.get(s)) for s in self.stages}
        return {stage: day for stage, day in days.items() if day is not None}

    @property
    def today(self) -> date:
        """The day people have on their calendar."""
        return local_day(self.now)


@dataclass(frozen=True, slots=True)
class Record:
    """A learner and the bare facts of their note, as they are kept; a learner without a note has no state."""

    learner_id: int
    name: str
    family_name: str
    note_id: int | None = None
    title: str | None = None
    state: State | None = None
    stood_at: State | None = None
    turn_since: datetime | None = None
    shown_since: datetime | None = None
    tutor_id: int | None = None
    tutor: str | None = None
    cohort_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A note as one reader is shown it. `days`: how long whoever is awaited has been, None when nobody is.

    `state` is None for a learner whose note is not open yet; `late`: it is the learner's turn and the day has passed.
    `deadlines`: the learner's effective day of each stage that has one. `todo`: what its tutor has to do.
    """

    learner_id: int
    name: str
    family_name: str
    note_id: int | None
    title: str
    state: State | None
    turn: Turn
    since: datetime | None
    days: int | None
    path: tuple[Step, ...]
    due: Due | None
    deadlines: Mapping[Stage, date]
    late: bool
    tutor_id: int | None
    tutor: str
    versions: Versions = NO_VERSIONS
    pending: Pending = NOTHING
    todo: tuple[Todo, ...] = ()

    @property
    def in_review(self) -> InReview | None:
        """The version that waits for its review."""
        return self.versions.in_review

    @property
    def begun(self) -> bool:
        """Whether its answer is being written, as far as this reader may know."""
        reviewed = self.in_review is not None and self.in_review.review_begun
        return reviewed or self.pending.remarks.unseen > 0

    @property
    def at(self) -> Stage | None:
        """The step where the note stands; None before it begins, and at the end of the way."""
        return next((step.stage for step in self.path if step.mark in ("now", "stopped")), None)

    @property
    def says_more(self) -> bool:
        """Whether the state says more than its step and its turn do (a result, a note set aside)."""
        return self.state is not None and self.state not in (*BEFORE_JURY, State.WITH_JURY, State.CERTIFIED)

    @property
    def keeps_waiting(self) -> bool:
        """Whether the learner is made to wait: somebody else is awaited."""
        return self.turn in (Turn.TUTOR, Turn.COORDINATION, Turn.JURY)

    @property
    def longest(self) -> int | None:
        """For how many days the learner has been made to wait, by whoever: a review, a question, a change of topic."""
        pressing = [one.days for one in self.todo if one.pressing]
        if self.keeps_waiting:
            pressing.append(self.days or 0)
        return max(pressing, default=None)

    @property
    def asks(self) -> bool:
        """Whether the learner waits for an answer beside the state: a question, a change of topic."""
        return bool(self.pending.questions) or self.pending.change_id is not None

    @property
    def age(self) -> int:
        """For how many days the oldest thing that its tutor has to do has been waiting, what presses first."""
        pressing = [one.days for one in self.todo if one.pressing]
        return max(pressing or [one.days for one in self.todo], default=0)

    @property
    def over_goal(self) -> bool:
        """Whether the tutor has kept the learner waiting for a review longer than one aims at."""
        return self.turn is Turn.TUTOR and self.days is not None and self.days > GOAL_DAYS

    @property
    def to_remind(self) -> bool:
        """Whether its tutor is to be reminded: something has waited for them longer than one aims at."""
        return self.tutor_id is not None and any(one.over_goal for one in self.todo)


def line_of(
    kept: Record,
    frame: Frame,
    side: Side,
    extensions: Mapping[Stage, date],
    versions: Versions = NO_VERSIONS,
    pending: Pending = NOTHING,
) -> Line:
    """The line that this side is shown; learner and tutor see a deliberated note with the jury, since then.

    `extensions`: the later days granted to this learner. `pending`: what this reader may know of what waits.
    """
    state = visible_state(kept.state, side) if kept.state else None
    turn = visible_turn(kept.state, side) if kept.state else Turn.NOBODY
    since = kept.turn_since if side is Side.COORDINATOR else kept.shown_since
    deadlines = frame.days_of(extensions)
    due = next_due(state, frame, deadlines)
    awaited = turn is not Turn.NOBODY and since is not None
    return Line(
        learner_id=kept.learner_id,
        name=kept.name,
        family_name=kept.family_name,
        note_id=kept.note_id,
        title=kept.title or "",
        state=state,
        turn=turn,
        since=since,
        days=waiting_days(since, frame.now) if awaited and since else None,
        path=path(frame.stages, state, kept.stood_at),
        due=due,
        deadlines=deadlines,
        late=is_late(turn, due, frame.today),
        tutor_id=kept.tutor_id,
        tutor=kept.tutor or "",
        versions=versions,
        pending=pending,
        todo=todo_of(turn, since, pending, frame.now),
    )


def path(stages: Sequence[Stage], state: State | None, stood_at: State | None = None) -> tuple[Step, ...]:
    """The steps of a cohort's notes, each with its mark for a note in this state."""
    here = _step_of(state, stood_at)
    marks = {-1: "done", 0: "stopped" if state in STOPPED else "now", 1: "todo"}
    if state is State.CERTIFIED:
        marks[0] = "done"
    return tuple(
        Step(stage, marks[_side_of(stage, here)] if here else "todo")
        for stage in (*stages, Stage.JURY, Stage.CERTIFICATE)
    )


def _step_of(state: State | None, stood_at: State | None) -> Stage | None:
    if state in SIDE_STATES:
        state = stood_at
    return STAGE_OF[state] if state else None


def _side_of(stage: Stage, here: Stage) -> int:
    return (_ORDER.index(stage) > _ORDER.index(here)) - (_ORDER.index(stage) < _ORDER.index(here))


def next_due(state: State | None, frame: Frame, deadlines: Mapping[Stage, date]) -> Due | None:
    """The next day that counts for a learner: of the stage they write for, else of the first one after it.

    Once all is handed in, the jury's first day, or its last while it sits; None when that is over.
    """
    if state in BEFORE_JURY or state is None:
        for stage in _ahead(state, frame.stages):
            if stage in deadlines:
                return Due(stage, deadlines[stage])
    elif state not in (State.WITH_JURY, State.DELIBERATED):
        return None
    if frame.today <= frame.jury_from:
        return Due(Stage.JURY, frame.jury_from)
    return Due(Stage.JURY, frame.jury_to) if frame.today <= frame.jury_to else None


def _ahead(state: State | None, stages: Sequence[Stage]) -> list[Stage]:
    """The stages still to be handed in, the present one included while the learner has not."""
    here = STAGE_OF[state] if state else None
    if here is None:
        return list(stages)
    writing = visible_turn(state, Side.LEARNER) is Turn.LEARNER if state else True
    return [s for s in stages if _side_of(s, here) > 0 or (writing and s is here)]


def is_late(turn: Turn, due: Due | None, today: date) -> bool:
    """Whether the learner is awaited and their day has passed."""
    return turn is Turn.LEARNER and due is not None and due.stage is not Stage.JURY and due.day < today
