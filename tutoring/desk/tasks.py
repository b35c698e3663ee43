"""What waits on a note beside its state, and what that gives its tutor to do, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutoring.notes.moves import GOAL_DAYS, Turn
from tutoring.programme.calendar import waiting_days


class Task(StrEnum):
    """What a note asks of its tutor; all but VERIFY keep its learner waiting."""

    REVIEW = "review"
    QUESTION = "question"
    TOPIC = "topic"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Remarks:
    """The remarks of a note that are not settled, praise apart, as one reader may count them.

    `open`: nobody has answered; `addressed`: the learner says that they were taken into account, or why not, since
    `addressed_since` at the earliest; `blocking`: how many of both forbid an approval, `blocking_open` of the open
    ones. `unseen`: written and not released, counted for the tutor's seat alone. `first_open`, `first_addressed`: ids
    of the oldest ones.
    """

    open: int = 0
    addressed: int = 0
    blocking: int = 0
    blocking_open: int = 0
    unseen: int = 0
    addressed_since: datetime | None = None
    first_open: int | None = None
    first_addressed: int | None = None

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """All that words say of them."""
        return self.open, self.addressed, self.blocking, self.unseen

    @property
    def unsettled(self) -> int:
        """How many still wait for somebody."""
        return self.open + self.addressed


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits on a note: its remarks, questions since `asked_at` at the earliest, a change of topic (its id)."""

    remarks: Remarks = Remarks()
    questions: int = 0
    asked_at: datetime | None = None
    change_id: int | None = None
    change_asked_at: datetime | None = None


NOTHING = Pending()


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that a tutor has to do: how many of them, and for how many days the oldest has waited."""

    task: Task
    days: int
    count: int = 1

    @property
    def pressing(self) -> bool:
        """Whether a learner waits for it."""
        return self.task is not Task.VERIFY

    @property
    def over_goal(self) -> bool:
        """Whether they have waited longer than one aims at."""
        return self.pressing and self.days > GOAL_DAYS


def todo_of(turn: Turn, since: datetime | None, pending: Pending, now: datetime) -> tuple[Todo, ...]:
    """What a note gives to do to its tutor (or to the coordination, where it has none), in the order of `Task`.

    What the learner took into account is theirs to verify until the final version has left them both.
    """
    remarks = pending.remarks
    verifies = remarks.addressed and turn in (Turn.LEARNER, Turn.TUTOR)
    facts = (
        (Task.REVIEW, since if turn is Turn.TUTOR else None, 1),
        (Task.QUESTION, pending.asked_at, pending.questions),
        (Task.TOPIC, pending.change_asked_at, 1),
        (Task.VERIFY, remarks.addressed_since if verifies else None, remarks.addressed),
    )
    return tuple(Todo(task, waiting_days(at, now), count) for task, at, count in facts if at is not None)
