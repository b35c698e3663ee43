"""The whole workflow of a validation note as one table: what moves it, where to, by whom, only if what."""

from collections.abc import Callable
from dataclasses import dataclass

from tutoring.notes.moves import guards as g
from tutoring.notes.moves.facts import Facts, Outcome, known
from tutoring.notes.moves.guards import Guard
from tutoring.notes.moves.states import BEFORE_JURY, Side, Stage, State, first_state

LEARNER, TUTOR, COORDINATOR = (Side.LEARNER,), (Side.TUTOR,), (Side.COORDINATOR,)
JUROR, PRESIDENT, DELEGATE, CLOCK = (Side.JUROR,), (Side.PRESIDENT,), (Side.DELEGATE,), (Side.CLOCK,)
UNDO = "undo"

TOPIC_OPEN, TOPIC_REVIEW = State.TOPIC_OPEN, State.TOPIC_REVIEW
PLAN_OPEN, PLAN_REVIEW = State.PLAN_OPEN, State.PLAN_REVIEW
DRAFT_OPEN, DRAFT_REVIEW = State.DRAFT_OPEN, State.DRAFT_REVIEW
FINAL_OPEN, FINAL_CHECK = State.FINAL_OPEN, State.FINAL_CHECK
WITH_JURY, DELIBERATED = State.WITH_JURY, State.DELIBERATED
VALIDATED, REFERRED, NOT_VALIDATED = State.VALIDATED, State.REFERRED, State.NOT_VALIDATED
CORRECTIONS_DUE, CORRECTIONS_CHECK = State.CORRECTIONS_DUE, State.CORRECTIONS_CHECK
ABSENT, CERTIFIED = State.ABSENT, State.CERTIFIED
SUSPENDED, WITHDRAWN, DEFERRED = State.SUSPENDED, State.WITHDRAWN, State.DEFERRED


@dataclass(frozen=True, slots=True)
class Move:
    """One row: `sources` lead to `targets`, to the one that `pick` reads from the facts if there are several.

    `guards` refuse, `flags` only mark. `now` hears of it at once and `digest` in the day's summary; a side
    that hears at once of its own move gets a receipt, and JUROR stands for the whole jury. Pages keep the
    `aside` moves apart from the ordinary way. `never_undone` is the code that refuses to undo it.
    """

    name: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    by: tuple[Side, ...]
    guards: tuple[Guard, ...] = ()
    flags: tuple[Guard, ...] = ()
    now: tuple[Side, ...] = ()
    digest: tuple[Side, ...] = ()
    pick: Callable[[Facts], State] | None = None
    aside: bool = False
    never_undone: str | None = None


def after_the_topic(facts: Facts) -> State:
    """The next stage that the specification has."""
    return first_state(facts.stages or frozenset(), after=Stage.TOPIC)


def after_the_plan(facts: Facts) -> State:
    """The next stage that the specification has."""
    return first_state(facts.stages or frozenset(), after=Stage.PLAN)


def by_outcome(facts: Facts) -> State:
    """The state that the recorded outcome stands for."""
    return {
        Outcome.PASSED: VALIDATED,
        Outcome.CORRECTIONS: CORRECTIONS_DUE,
        Outcome.REFERRED: REFERRED,
        Outcome.NOT_VALIDATED: NOT_VALIDATED,
    }[known(facts.recorded_outcome)]


def as_chosen_for_the_resit(facts: Facts) -> State:
    """A new draft or a new final version."""
    return DRAFT_OPEN if facts.resit_stage is Stage.DRAFT else FINAL_OPEN


def where_it_stood(facts: Facts) -> State:
    """Where the note stood before it was set aside."""
    return known(facts.stood_at)


def one_step_back(facts: Facts) -> State:
    """The state that the move undone had left."""
    return known(facts.undone_from)


# fmt: off
MOVES: tuple[Move, ...] = (
    Move("submit_topic", (TOPIC_OPEN,), (TOPIC_REVIEW,), LEARNER, (g.form_is_complete,),
         flags=(g.it_is_in_time,), now=LEARNER, digest=TUTOR),
    Move("return_topic", (TOPIC_REVIEW,), (TOPIC_OPEN,), TUTOR,
         (g.verdict_returns, g.it_says_why, g.review_is_of_the_newest), now=LEARNER),
    Move("approve_topic", (TOPIC_REVIEW,), (PLAN_OPEN, DRAFT_OPEN, FINAL_OPEN), TUTOR,
         (g.verdict_approves, g.review_is_of_the_newest, g.stages_are_known),
         pick=after_the_topic, now=LEARNER),

    Move("submit_plan", (PLAN_OPEN,), (PLAN_REVIEW,), LEARNER, (g.every_part_is_there,),
         flags=(g.it_is_in_time,), now=LEARNER, digest=TUTOR),
    Move("return_plan", (PLAN_REVIEW,), (PLAN_OPEN,), TUTOR,
         (g.verdict_returns, g.it_says_why, g.review_is_of_the_newest), now=LEARNER),
    Move("approve_plan", (PLAN_REVIEW,), (DRAFT_OPEN, FINAL_OPEN), TUTOR,
         (g.verdict_approves, g.blocking_remarks_are_settled, g.review_is_of_the_newest, g.stages_are_known),
         pick=after_the_plan, now=LEARNER),

    Move("submit_draft", (DRAFT_OPEN,), (DRAFT_REVIEW,), LEARNER, (g.some_part_is_there,),
         flags=(g.it_is_in_time, g.pages_are_within_bounds), now=LEARNER, digest=TUTOR),
    Move("return_draft", (DRAFT_REVIEW,), (DRAFT_OPEN,), TUTOR,
         (g.verdict_returns, g.review_is_of_the_newest), now=LEARNER),
    Move("clear_for_final", (DRAFT_REVIEW,), (FINAL_OPEN,), TUTOR,
         (g.verdict_approves, g.enough_drafts_are_reviewed, g.review_is_of_the_newest),
         now=LEARNER, digest=COORDINATOR),
    Move("clear_for_final", (DRAFT_OPEN,), (FINAL_OPEN,), TUTOR, (g.enough_drafts_are_reviewed,),
         now=LEARNER, digest=COORDINATOR),
    # The coordinator's override counts no draft: its reason is what the log keeps.
    Move("clear_for_final", (DRAFT_OPEN, DRAFT_REVIEW), (FINAL_OPEN,), COORDINATOR, (g.it_says_why,),
         now=LEARNER, digest=TUTOR + COORDINATOR, aside=True),

    Move("replace_submission", (TOPIC_REVIEW,), (TOPIC_REVIEW,), LEARNER,
         (g.form_is_complete, g.review_is_not_released), flags=(g.it_is_in_time,), now=TUTOR, aside=True),
    Move("replace_submission", (PLAN_REVIEW,), (PLAN_REVIEW,), LEARNER,
         (g.every_part_is_there, g.review_is_not_released), flags=(g.it_is_in_time,), now=TUTOR, aside=True),
    Move("replace_submission", (DRAFT_REVIEW,), (DRAFT_REVIEW,), LEARNER,
         (g.some_part_is_there, g.review_is_not_released),
         flags=(g.it_is_in_time, g.pages_are_within_bounds), now=TUTOR, aside=True),

    Move("submit_final", (FINAL_OPEN,), (FINAL_CHECK,), LEARNER,
         (g.every_part_is_there, g.every_part_is_a_pdf, g.pages_are_counted, g.pages_are_within_bounds,
          g.honour_is_stated, g.dissemination_is_chosen),
         flags=(g.it_is_in_time,), now=LEARNER, digest=COORDINATOR),
    Move("refuse_admissibility", (FINAL_CHECK,), (FINAL_OPEN,), COORDINATOR, (g.it_says_why,), now=LEARNER),
    Move("transmit_to_jury", (FINAL_CHECK,), (WITH_JURY,), COORDINATOR,
         (g.jury_is_composed, g.jury_is_impartial, g.blind_jury_sees_no_author), now=JUROR + LEARNER),

    Move("record_deliberation", (WITH_JURY,), (DELIBERATED,), PRESIDENT,
         (g.outcome_is_chosen, g.enough_evaluations_are_locked, g.quorum_is_met, g.minutes_are_not_signed),
         never_undone="reopen_instead"),
    Move("reopen_deliberation", (DELIBERATED,), (WITH_JURY,), PRESIDENT, (g.minutes_are_not_signed,),
         aside=True, never_undone="record_again_instead"),
    Move("publish", (DELIBERATED,), (VALIDATED, CORRECTIONS_DUE, REFERRED, NOT_VALIDATED), COORDINATOR,
         (g.decision_of_the_jury_stands,), pick=by_outcome, now=LEARNER, digest=TUTOR,
         never_undone="already_published"),
    Move("publish", (DELIBERATED,), (VALIDATED, CORRECTIONS_DUE, REFERRED, NOT_VALIDATED), CLOCK,
         (g.decision_of_the_jury_stands, g.release_is_due), pick=by_outcome, now=LEARNER, digest=TUTOR,
         never_undone="already_published"),

    Move("submit_corrections", (CORRECTIONS_DUE,), (CORRECTIONS_CHECK,), LEARNER, (g.some_part_is_there,),
         flags=(g.it_is_in_time,), now=LEARNER + DELEGATE),
    Move("return_corrections", (CORRECTIONS_CHECK,), (CORRECTIONS_DUE,), DELEGATE,
         (g.verdict_returns, g.it_says_why, g.redline_is_seen, g.review_is_of_the_newest),
         now=LEARNER + DELEGATE),
    Move("attest_corrections", (CORRECTIONS_CHECK,), (VALIDATED,), DELEGATE,
         (g.verdict_approves, g.redline_is_seen, g.review_is_of_the_newest), now=LEARNER + DELEGATE,
         never_undone="already_published"),
    Move("corrections_overdue", (CORRECTIONS_DUE,), (REFERRED,), CLOCK + COORDINATOR,
         (g.corrections_date_is_past,), now=LEARNER + TUTOR, never_undone="already_published"),

    Move("mark_absent", (FINAL_OPEN, WITH_JURY), (ABSENT,), COORDINATOR, (g.it_says_why,),
         now=LEARNER, aside=True),
    Move("open_resit", (REFERRED,), (DRAFT_OPEN, FINAL_OPEN), COORDINATOR,
         (g.resit_stage_is_chosen, g.resit_dates_are_set), pick=as_chosen_for_the_resit, now=LEARNER + TUTOR),
    Move("certify", (VALIDATED,), (CERTIFIED,), COORDINATOR, (g.attendance_is_met_or_waived,), now=LEARNER,
         never_undone="already_published"),

    Move("suspend", BEFORE_JURY, (SUSPENDED,), COORDINATOR, (g.it_says_why,),
         now=LEARNER + TUTOR, aside=True),
    Move("resume", (SUSPENDED,), BEFORE_JURY, COORDINATOR, (g.it_says_why, g.it_stood_before_the_jury),
         pick=where_it_stood, now=LEARNER + TUTOR, aside=True),
    Move("withdraw", BEFORE_JURY, (WITHDRAWN,), COORDINATOR, (g.it_says_why,),
         now=LEARNER + TUTOR, aside=True),
    Move("defer", BEFORE_JURY, (DEFERRED,), COORDINATOR, (g.it_says_why,),
         now=LEARNER + TUTOR, aside=True),
    Move("reinstate", (WITHDRAWN, DEFERRED), BEFORE_JURY, COORDINATOR,
         (g.it_says_why, g.it_stood_before_the_jury), pick=where_it_stood, now=LEARNER + TUTOR, aside=True),

    # Whoever was told of the move is told that it was undone: `decide` reads that from the move's own row.
    Move(UNDO, tuple(State), tuple(State), LEARNER + TUTOR + DELEGATE,
         (g.actor_made_the_move, g.quarter_hour_is_not_over, g.nothing_followed), pick=one_step_back,
         aside=True, never_undone="undone_already"),
    Move(UNDO, tuple(State), tuple(State), COORDINATOR, (g.coordinator_may_undo, g.nothing_followed),
         pick=one_step_back, aside=True, never_undone="undone_already"),
)
# fmt: on


def offered(state: State, side: Side) -> tuple[Move, ...]:
    """The moves that this side may try from this state, in the order of the table."""
    return tuple(row for row in MOVES if state in row.sources and side in row.by)


def row_of(name: str, left: State, reached: State) -> Move | None:
    """A row by which the move of that name leads from `left` to `reached`."""
    return next((m for m in MOVES if m.name == name and left in m.sources and reached in m.targets), None)
