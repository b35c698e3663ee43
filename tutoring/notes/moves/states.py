"""Where a validation note can stand, whose turn it is there, and who sees it standing there."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a note stands; stored by value."""

    TOPIC_OPEN = "topic_open"
    TOPIC_REVIEW = "topic_review"
    PLAN_OPEN = "plan_open"
    PLAN_REVIEW = "plan_review"
    DRAFT_OPEN = "draft_open"
    DRAFT_REVIEW = "draft_review"
    FINAL_OPEN = "final_open"
    FINAL_CHECK = "final_check"
    WITH_JURY = "with_jury"
    DELIBERATED = "deliberated"
    VALIDATED = "validated"
    CORRECTIONS_DUE = "corrections_due"
    CORRECTIONS_CHECK = "corrections_check"
    REFERRED = "referred"
    NOT_VALIDATED = "not_validated"
    ABSENT = "absent"
    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"


class Turn(StrEnum):
    """Who is awaited."""

    LEARNER = "learner"
    TUTOR = "tutor"
    COORDINATION = "coordination"
    JURY = "jury"
    NOBODY = "nobody"


class Side(StrEnum):
    """What one is to this note, which is not one's role in the cohort."""

    LEARNER = "learner"
    TUTOR = "tutor"
    COORDINATOR = "coordinator"
    JUROR = "juror"
    PRESIDENT = "president"
    DELEGATE = "delegate"
    CLOCK = "clock"


class Stage(StrEnum):
    """The six steps of the path; which of the first four exist is for the track's NoteSpec to say."""

    TOPIC = "topic"
    PLAN = "plan"
    DRAFT = "draft"
    FINAL = "final"
    JURY = "jury"
    CERTIFICATE = "certificate"


BEFORE_JURY = (
    State.TOPIC_OPEN,
    State.TOPIC_REVIEW,
    State.PLAN_OPEN,
    State.PLAN_REVIEW,
    State.DRAFT_OPEN,
    State.DRAFT_REVIEW,
    State.FINAL_OPEN,
    State.FINAL_CHECK,
)
SIDE_STATES = (State.SUSPENDED, State.WITHDRAWN, State.DEFERRED)

# The delay in days that a tutor aims at: announced to learners, drawn on every bar, never enforced.
GOAL_DAYS = 10

# The turn is of whoever makes the move that the state waits for; a test holds it against the table.
TURN_OF: Mapping[State, Turn] = MappingProxyType(
    {
        State.TOPIC_OPEN: Turn.LEARNER,
        State.TOPIC_REVIEW: Turn.TUTOR,
        State.PLAN_OPEN: Turn.LEARNER,
        State.PLAN_REVIEW: Turn.TUTOR,
        State.DRAFT_OPEN: Turn.LEARNER,
        State.DRAFT_REVIEW: Turn.TUTOR,
        State.FINAL_OPEN: Turn.LEARNER,
        State.FINAL_CHECK: Turn.COORDINATION,
        State.WITH_JURY: Turn.JURY,
        State.DELIBERATED: Turn.COORDINATION,
        State.VALIDATED: Turn.COORDINATION,
        State.CORRECTIONS_DUE: Turn.LEARNER,
        State.CORRECTIONS_CHECK: Turn.JURY,
        State.REFERRED: Turn.COORDINATION,
        State.NOT_VALIDATED: Turn.NOBODY,
        State.ABSENT: Turn.NOBODY,
        State.CERTIFIED: Turn.NOBODY,
        State.SUSPENDED: Turn.NOBODY,
        State.WITHDRAWN: Turn.NOBODY,
        State.DEFERRED: Turn.NOBODY,
    }
)

# A side state belongs to no stage: `Trail.stood_at` tells where the note stood before.
STAGE_OF: Mapping[State, Stage | None] = MappingProxyType(
    {
        State.TOPIC_OPEN: Stage.TOPIC,
        State.TOPIC_REVIEW: Stage.TOPIC,
        State.PLAN_OPEN: Stage.PLAN,
        State.PLAN_REVIEW: Stage.PLAN,
        State.DRAFT_OPEN: Stage.DRAFT,
        State.DRAFT_REVIEW: Stage.DRAFT,
        State.FINAL_OPEN: Stage.FINAL,
        State.FINAL_CHECK: Stage.FINAL,
        State.WITH_JURY: Stage.JURY,
        State.DELIBERATED: Stage.JURY,
        State.CORRECTIONS_DUE: Stage.JURY,
        State.CORRECTIONS_CHECK: Stage.JURY,
        State.REFERRED: Stage.JURY,
        State.NOT_VALIDATED: Stage.JURY,
        State.ABSENT: Stage.JURY,
        State.VALIDATED: Stage.CERTIFICATE,
        State.CERTIFIED: Stage.CERTIFICATE,
        State.SUSPENDED: None,
        State.WITHDRAWN: None,
        State.DEFERRED: None,
    }
)

_OPENS = {
    Stage.TOPIC: State.TOPIC_OPEN,
    Stage.PLAN: State.PLAN_OPEN,
    Stage.DRAFT: State.DRAFT_OPEN,
    Stage.FINAL: State.FINAL_OPEN,
}


def first_state(stages: frozenset[Stage], after: Stage | None = None) -> State:
    """The state that opens the first stage of the NoteSpec, or the first one after `after`.

    A note always has a final version, so what is left when nothing else is asked is FINAL_OPEN.
    """
    order = list(_OPENS)
    for stage in order[order.index(after) + 1 if after else 0 :]:
        if stage in stages:
            return _OPENS[stage]
    return State.FINAL_OPEN


def visible_state(state: State, side: Side) -> State:
    """What this side is shown: to learner and tutor, a note is with the jury until the release."""
    if state is State.DELIBERATED and side in (Side.LEARNER, Side.TUTOR):
        return State.WITH_JURY
    return state


def visible_turn(state: State, side: Side) -> Turn:
    """Whose turn this side is shown."""
    return TURN_OF[visible_state(state, side)]


def visible_step(left: State, reached: State, side: Side) -> bool:
    """Whether this side's history, and its "since when", may hold the step from `left` to `reached`.

    A step that changes nothing in one's eyes (the deliberation, before the release) would betray by its
    date what the state hides. A step that truly stays in place (replace_submission) is shown.
    """
    return left is reached or visible_state(left, side) is not visible_state(reached, side)
