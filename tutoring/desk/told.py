"""What a note's own events tell its learner: the day each step was passed, and what happened last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tutoring.notes.moves import STAGE_OF, Side, Stage, State, visible_step

_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a note: its data, when, by whom (None and '' for the clock)."""

    data: Mapping[str, Any]
    at: datetime
    actor_id: int | None
    who: str


@dataclass(frozen=True, slots=True)
class Last:
    """The last step that the learner may know of: who made it ('' for the clock), the move's code, when."""

    who: str
    by_me: bool
    move: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """`passed`: when the note last left each step for a further one."""

    passed: Mapping[Stage, datetime]
    last: Last | None


def told_by(events: Iterable[Happened], reader_id: int) -> Told:
    """Read the events of a note, oldest first, as its learner may: the deliberation is none of them."""
    passed: dict[Stage, datetime] = {}
    last: Last | None = None
    for event in events:
        if "left" not in event.data:
            continue
        left, reached = State(event.data["left"]), State(event.data["state"])
        if not visible_step(left, reached, Side.LEARNER):
            continue
        _pass(passed, STAGE_OF[left], STAGE_OF[reached], event.at)
        last = Last(event.who, event.actor_id == reader_id, event.data["move"], event.at)
    return Told(passed, last)


def _pass(passed: dict[Stage, datetime], left: Stage | None, reached: Stage | None, at: datetime) -> None:
    if left is None or reached is None:
        return
    here = _ORDER.index(reached)
    if here > _ORDER.index(left):
        passed[left] = at
    for stage in _ORDER[here:]:  # a step back, or a second session, takes up what had been passed
        passed.pop(stage, None)
