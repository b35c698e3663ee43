"""How much a tutor has on their hands: what they follow, what waits for them, what is to come, how fast they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from tutoring.desk.lines import Line
from tutoring.desk.order import plain
from tutoring.desk.tasks import Task
from tutoring.notes.moves import BEFORE_JURY, UNDO, Stage
from tutoring.programme.calendar import waiting_days

AHEAD = timedelta(days=14)
# What a tutor reads; a final version goes to the coordination.
READ_BY_TUTOR = (Stage.TOPIC, Stage.PLAN, Stage.DRAFT)

HANDED_IN = ("submit_topic", "submit_plan", "submit_draft")
ANSWERED = ("return_topic", "approve_topic", "return_plan", "approve_plan", "return_draft", "clear_for_final")
# After these nobody is waited for any more, so that what comes next says nothing of anybody's pace.
SET_ASIDE = ("suspend", "withdraw", "defer")


@dataclass(frozen=True, slots=True)
class Load:
    """Notes that a tutor `follows`, those `awaiting` them (the oldest for `oldest` days) because a learner waits,
    `over_goal` of these longer than one aims at; `verify`: notes with remarks to verify; questions open; submissions
    `expected` in the next 14 days, and those that are `late`.
    """

    follows: int = 0
    awaiting: int = 0
    oldest: int = 0
    over_goal: int = 0
    verify: int = 0
    questions: int = 0
    expected: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class TutorLoad:
    """The load of one tutor of a cohort; `tutor_id` None stands for the notes that nobody follows."""

    tutor_id: int | None
    name: str
    load: Load


@dataclass(frozen=True, slots=True)
class Made:
    """A move as the journal has it, without what it says: which note, which move, when, by whom."""

    note_id: int
    move: str
    at: datetime
    actor_id: int | None


def load_of(lines: Sequence[Line], today: date) -> Load:
    """What these lines, all of one tutor, amount to."""
    waits = [line.longest or 0 for line in lines if any(todo.pressing for todo in line.todo)]
    return Load(
        follows=sum(line.note_id is not None for line in lines),
        awaiting=len(waits),
        oldest=max(waits, default=0),
        over_goal=sum(any(todo.over_goal for todo in line.todo) for line in lines),
        verify=sum(any(todo.task is Task.VERIFY for todo in line.todo) for line in lines),
        questions=sum(line.pending.questions for line in lines),
        expected=sum(is_expected(line, today) for line in lines),
        late=sum(line.late and _for_tutor(line) for line in lines),
    )


def is_expected(line: Line, today: date) -> bool:
    """Whether something for its tutor to read is due on this note within 14 days, whoever has it now."""
    return _for_tutor(line) and line.due is not None and today <= line.due.day <= today + AHEAD


def _for_tutor(line: Line) -> bool:
    """Whether what is due next is for its tutor; a note that was set aside or has left them expects nothing."""
    return line.state in BEFORE_JURY and line.due is not None and line.due.stage in READ_BY_TUTOR


def loads_of(lines: Iterable[Line], today: date) -> tuple[TutorLoad, ...]:
    """The load of everyone who follows somebody, by name; last the notes that nobody follows but that wait."""
    held: dict[int | None, list[Line]] = {}
    names: dict[int | None, str] = {}
    for line in lines:
        held.setdefault(line.tutor_id, []).append(line)
        names[line.tutor_id] = line.tutor
    found = [TutorLoad(key, names[key], load_of(theirs, today)) for key, theirs in held.items()]
    kept = [one for one in found if one.tutor_id is not None or one.load.awaiting]
    return tuple(sorted(kept, key=lambda one: (one.tutor_id is None, plain(one.name))))


def median_days(moves: Iterable[Made], tutor_id: int) -> float | None:
    """How many days this person took to answer what was handed in: the median, None when they never have.

    `moves` oldest first. A version that was replaced meanwhile has waited since the first; an answer that was taken
    back has not been given.
    """
    by_note: dict[int, list[Made]] = {}
    for move in moves:
        by_note.setdefault(move.note_id, []).append(move)
    days = [one for theirs in by_note.values() for one in _answers(theirs, tutor_id)]
    return float(median(days)) if days else None


def _answers(moves: Sequence[Made], tutor_id: int) -> Iterator[int]:
    since: datetime | None = None
    days: tuple[int, ...] = ()
    before: tuple[datetime | None, tuple[int, ...]] = (None, ())
    for one in moves:
        if one.move == UNDO:
            since, days = before
            continue
        before = since, days
        if one.move in HANDED_IN:
            since = one.at
        elif one.move in ANSWERED:
            if since is not None and one.actor_id == tutor_id:
                days = (*days, waiting_days(since, one.at))
            since = None
        elif one.move in SET_ASIDE:
            since = None
    yield from days
