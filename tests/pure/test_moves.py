"""Each row of the workflow as a sentence, then what no walk through it may ever do."""

from dataclasses import dataclass, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutoring.notes.moves import (
    BEFORE_JURY,
    MOVE_NAMES,
    MOVES,
    REFUSAL_CODES,
    SIDE_STATES,
    TURN_OF,
    UNDO,
    Dissemination,
    Facts,
    Outcome,
    PartPages,
    Side,
    Stage,
    State,
    Trail,
    Turn,
    Verdict,
    decide,
    first_state,
    offered,
    refusals,
    replay,
    retrace,
    visible_state,
    visible_step,
    visible_turn,
)
from tutoring.store.refusal import Refusal

DIAGNOSIS, PROBLEM = "Diagnostic", "Problème"
EVERY_STAGE = frozenset({Stage.TOPIC, Stage.PLAN, Stage.DRAFT, Stage.FINAL})
READY = Facts(
    stages=EVERY_STAGE,
    drafts_required=1,
    form_complete=True,
    parts_expected=(DIAGNOSIS, PROBLEM),
    parts_provided=(DIAGNOSIS, PROBLEM),
    parts_in_pdf=(DIAGNOSIS, PROBLEM),
    pages=(PartPages(DIAGNOSIS, 18, 15, 20), PartPages(PROBLEM, 30, 25, 30)),
    honour_statement=True,
    dissemination_choice=Dissemination.NO,
    late=False,
    reason="La question reste trop large.",
    verdict=Verdict.APPROVED,
    review_of_newest=True,
    review_released=False,
    open_blocking_remarks=0,
    drafts_reviewed=1,
    jury_composed=True,
    jury_impartial=True,
    jury_blind=False,
    evaluations_locked=2,
    evaluations_required=2,
    quorum_met=True,
    outcome=Outcome.PASSED,
    recorded_outcome=Outcome.PASSED,
    minutes_signed=False,
    release_due=True,
    redline_seen=True,
    corrections_date_passed=True,
    resit_stage=Stage.DRAFT,
    resit_dates_set=True,
    attendance_met=True,
)
RETURNED = replace(READY, verdict=Verdict.RETURNED)


def reached(state: State, name: str, side: Side, facts: Facts = READY) -> State:
    return decide(state, name, side, facts).state


def refused(state: State, name: str, side: Side, facts: Facts = READY) -> str:
    with pytest.raises(Refusal) as caught:
        decide(state, name, side, facts)
    return caught.value.code


def lacks(fact: str, facts: Facts = READY) -> Facts:
    return replace(facts, **{fact: None})


# the topic


def test_a_complete_form_submits_the_topic_and_awaits_the_tutor() -> None:
    decision = decide(State.TOPIC_OPEN, "submit_topic", Side.LEARNER, READY)
    assert (decision.state, decision.turn) == (State.TOPIC_REVIEW, Turn.TUTOR)
    assert (decision.now, decision.digest, decision.flags) == ((Side.LEARNER,), (Side.TUTOR,), ())


def test_an_incomplete_form_does_not_submit_the_topic() -> None:
    assert refused(State.TOPIC_OPEN, "submit_topic", Side.LEARNER, replace(READY, form_complete=False)) == (
        "form_incomplete"
    )


def test_late_is_allowed_and_flagged() -> None:
    decision = decide(State.TOPIC_OPEN, "submit_topic", Side.LEARNER, replace(READY, late=True))
    assert (decision.state, decision.flags) == (State.TOPIC_REVIEW, ("late",))


def test_a_flag_marks_nothing_that_is_not_known() -> None:
    assert decide(State.TOPIC_OPEN, "submit_topic", Side.LEARNER, lacks("late")).flags == ()


def test_a_topic_is_returned_with_a_reason_only() -> None:
    assert reached(State.TOPIC_REVIEW, "return_topic", Side.TUTOR, RETURNED) is State.TOPIC_OPEN
    blank = replace(RETURNED, reason="  \n")
    assert refused(State.TOPIC_REVIEW, "return_topic", Side.TUTOR, blank) == "missing_reason"


def test_an_approved_topic_opens_the_plan() -> None:
    assert reached(State.TOPIC_REVIEW, "approve_topic", Side.TUTOR) is State.PLAN_OPEN


@pytest.mark.parametrize(
    ("stages", "opened"),
    [
        ({Stage.TOPIC, Stage.DRAFT, Stage.FINAL}, State.DRAFT_OPEN),
        ({Stage.TOPIC, Stage.FINAL}, State.FINAL_OPEN),
    ],
)
def test_an_approved_topic_opens_the_next_stage_that_the_specification_has(
    stages: set[Stage], opened: State
) -> None:
    facts = replace(READY, stages=frozenset(stages))
    assert reached(State.TOPIC_REVIEW, "approve_topic", Side.TUTOR, facts) is opened


def test_a_note_opens_on_the_first_stage_that_the_specification_has() -> None:
    assert first_state(EVERY_STAGE) is State.TOPIC_OPEN
    assert first_state(frozenset({Stage.DRAFT, Stage.FINAL})) is State.DRAFT_OPEN


# the plan


def test_a_plan_with_a_text_for_each_part_awaits_the_tutor() -> None:
    assert reached(State.PLAN_OPEN, "submit_plan", Side.LEARNER) is State.PLAN_REVIEW


def test_a_plan_without_one_of_its_parts_is_refused_beside_its_field_with_what_to_name() -> None:
    facts = replace(READY, parts_provided=(DIAGNOSIS,))
    with pytest.raises(Refusal) as caught:
        decide(State.PLAN_OPEN, "submit_plan", Side.LEARNER, facts)
    refusal = caught.value
    assert (refusal.code, refusal.status, refusal.field) == ("parts_missing", 422, "parts")
    assert refusal.params == {"parts_expected": (DIAGNOSIS, PROBLEM), "parts_provided": (DIAGNOSIS,)}


def test_a_plan_is_returned_with_a_reason_or_approved() -> None:
    assert reached(State.PLAN_REVIEW, "return_plan", Side.TUTOR, RETURNED) is State.PLAN_OPEN
    assert (
        refused(State.PLAN_REVIEW, "return_plan", Side.TUTOR, lacks("reason", RETURNED)) == "missing_reason"
    )
    assert reached(State.PLAN_REVIEW, "approve_plan", Side.TUTOR) is State.DRAFT_OPEN


def test_open_blocking_remarks_hold_a_plan_until_waived_with_a_reason() -> None:
    blocked = replace(READY, open_blocking_remarks=2)
    assert refused(State.PLAN_REVIEW, "approve_plan", Side.TUTOR, blocked) == "blocking_remarks_open"
    blank = replace(blocked, waived_with_reason=" ")
    assert refused(State.PLAN_REVIEW, "approve_plan", Side.TUTOR, blank) == "blocking_remarks_open"
    waived = replace(blocked, waived_with_reason="À reprendre dans le brouillon.")
    assert reached(State.PLAN_REVIEW, "approve_plan", Side.TUTOR, waived) is State.DRAFT_OPEN


# replacing


@pytest.mark.parametrize("state", [State.TOPIC_REVIEW, State.PLAN_REVIEW, State.DRAFT_REVIEW])
def test_what_is_under_review_is_replaced_in_place_until_the_review_is_released(state: State) -> None:
    assert reached(state, "replace_submission", Side.LEARNER) is state
    released = replace(READY, review_released=True)
    assert refused(state, "replace_submission", Side.LEARNER, released) == "review_already_released"


def test_a_final_version_is_not_replaced() -> None:
    assert refused(State.FINAL_CHECK, "replace_submission", Side.LEARNER) == "not_now"


# the drafts


def test_a_draft_of_one_part_awaits_the_tutor_and_an_empty_one_does_not() -> None:
    one = replace(READY, parts_provided=(PROBLEM,))
    assert reached(State.DRAFT_OPEN, "submit_draft", Side.LEARNER, one) is State.DRAFT_REVIEW
    none = replace(READY, parts_provided=())
    assert refused(State.DRAFT_OPEN, "submit_draft", Side.LEARNER, none) == "nothing_handed_in"


def test_the_page_count_of_a_draft_only_warns() -> None:
    long = replace(READY, pages=(PartPages(DIAGNOSIS, 21, 15, 20),))
    decision = decide(State.DRAFT_OPEN, "submit_draft", Side.LEARNER, long)
    assert (decision.state, decision.flags) == (State.DRAFT_REVIEW, ("pages_out_of_bounds",))


def test_a_draft_is_returned_by_a_chosen_verdict() -> None:
    assert reached(State.DRAFT_REVIEW, "return_draft", Side.TUTOR, RETURNED) is State.DRAFT_OPEN


@pytest.mark.parametrize("state", [State.DRAFT_OPEN, State.DRAFT_REVIEW])
def test_the_tutor_clears_for_the_final_version_once_enough_drafts_are_reviewed(state: State) -> None:
    decision = decide(state, "clear_for_final", Side.TUTOR, READY)
    assert (decision.state, decision.now, decision.digest) == (
        State.FINAL_OPEN,
        (Side.LEARNER,),
        (Side.COORDINATOR,),
    )
    none = replace(READY, drafts_reviewed=0)
    assert refused(state, "clear_for_final", Side.TUTOR, none) == "too_few_drafts"


@pytest.mark.parametrize("state", [State.DRAFT_OPEN, State.DRAFT_REVIEW])
def test_the_coordinator_overrides_with_a_reason_for_the_log(state: State) -> None:
    none = replace(READY, drafts_reviewed=0)
    assert reached(state, "clear_for_final", Side.COORDINATOR, none) is State.FINAL_OPEN
    assert refused(state, "clear_for_final", Side.COORDINATOR, lacks("reason", none)) == "missing_reason"


# the verdict


@pytest.mark.parametrize(
    ("state", "name", "side", "facts"),
    [
        (State.TOPIC_REVIEW, "return_topic", Side.TUTOR, RETURNED),
        (State.TOPIC_REVIEW, "approve_topic", Side.TUTOR, READY),
        (State.PLAN_REVIEW, "return_plan", Side.TUTOR, RETURNED),
        (State.PLAN_REVIEW, "approve_plan", Side.TUTOR, READY),
        (State.DRAFT_REVIEW, "return_draft", Side.TUTOR, RETURNED),
        (State.DRAFT_REVIEW, "clear_for_final", Side.TUTOR, READY),
        (State.CORRECTIONS_CHECK, "return_corrections", Side.DELEGATE, RETURNED),
        (State.CORRECTIONS_CHECK, "attest_corrections", Side.DELEGATE, READY),
    ],
)
def test_no_verdict_is_a_default_and_a_review_is_of_the_newest_version(
    state: State, name: str, side: Side, facts: Facts
) -> None:
    other = Verdict.APPROVED if facts.verdict is Verdict.RETURNED else Verdict.RETURNED
    assert refused(state, name, side, lacks("verdict", facts)) == "missing_verdict"
    assert refused(state, name, side, replace(facts, verdict=other)) == "verdict_disagrees"
    stale = replace(facts, review_of_newest=False)
    assert refused(state, name, side, stale) == "newer_version_came"


# the final version


def test_a_whole_final_version_awaits_the_coordination() -> None:
    decision = decide(State.FINAL_OPEN, "submit_final", Side.LEARNER, READY)
    assert (decision.state, decision.turn) == (State.FINAL_CHECK, Turn.COORDINATION)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, parts_provided=(DIAGNOSIS,)), "parts_missing"),
        (replace(READY, parts_in_pdf=(DIAGNOSIS,)), "pdf_missing"),
        (replace(READY, pages=(PartPages(DIAGNOSIS, 18, 15, 20),)), "pages_uncounted"),
        (
            replace(READY, pages=(PartPages(DIAGNOSIS, 14, 15, 20), PartPages(PROBLEM, 30, 25, 30))),
            "pages_out_of_bounds",
        ),
        (
            replace(READY, pages=(PartPages(DIAGNOSIS, 18, 15, 20), PartPages(PROBLEM, 31, 25, 30))),
            "pages_out_of_bounds",
        ),
        (replace(READY, honour_statement=False), "honour_not_stated"),
        (lacks("dissemination_choice"), "missing_dissemination_choice"),
    ],
)
def test_a_final_version_is_refused_for_what_it_lacks(facts: Facts, code: str) -> None:
    assert refused(State.FINAL_OPEN, "submit_final", Side.LEARNER, facts) == code


def test_a_derogation_lifts_the_bounds_of_its_part() -> None:
    pages = (PartPages(DIAGNOSIS, 14, 15, 20, derogation=True), PartPages(PROBLEM, 99))
    facts = replace(READY, pages=pages)
    assert reached(State.FINAL_OPEN, "submit_final", Side.LEARNER, facts) is State.FINAL_CHECK


def test_a_form_can_say_at_once_everything_that_stands_against_it() -> None:
    facts = replace(READY, parts_in_pdf=(), honour_statement=False, dissemination_choice=None)
    against = refusals(State.FINAL_OPEN, "submit_final", Side.LEARNER, facts)
    assert [(refusal.code, refusal.field) for refusal in against] == [
        ("pdf_missing", "parts"),
        ("honour_not_stated", "honour_statement"),
        ("missing_dissemination_choice", "dissemination_choice"),
    ]
    assert refusals(State.FINAL_OPEN, "submit_final", Side.LEARNER, READY) == ()


def test_admissibility_is_refused_with_a_reason() -> None:
    assert reached(State.FINAL_CHECK, "refuse_admissibility", Side.COORDINATOR) is State.FINAL_OPEN
    assert refused(State.FINAL_CHECK, "refuse_admissibility", Side.COORDINATOR, lacks("reason")) == (
        "missing_reason"
    )


# the jury


def test_a_final_version_goes_to_a_jury_that_is_composed_and_impartial() -> None:
    decision = decide(State.FINAL_CHECK, "transmit_to_jury", Side.COORDINATOR, READY)
    assert (decision.state, decision.turn, decision.now) == (
        State.WITH_JURY,
        Turn.JURY,
        (Side.JUROR, Side.LEARNER),
    )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, jury_composed=False), "jury_incomplete"),
        (lacks("jury_composed"), "missing_jury_composed"),
        (replace(READY, jury_impartial=False), "jury_partial"),
        (replace(READY, jury_blind=True), "author_shown_to_blind_jury"),
        (replace(READY, jury_blind=True, metadata_stripped=False), "author_shown_to_blind_jury"),
    ],
)
def test_a_final_version_does_not_go_to_a_jury_that_is_not_ready(facts: Facts, code: str) -> None:
    assert refused(State.FINAL_CHECK, "transmit_to_jury", Side.COORDINATOR, facts) == code


def test_a_blind_jury_gets_a_version_stripped_of_its_author() -> None:
    facts = replace(READY, jury_blind=True, metadata_stripped=True)
    assert reached(State.FINAL_CHECK, "transmit_to_jury", Side.COORDINATOR, facts) is State.WITH_JURY


def test_the_president_records_the_deliberation_and_nobody_hears_of_it() -> None:
    decision = decide(State.WITH_JURY, "record_deliberation", Side.PRESIDENT, READY)
    assert (decision.state, decision.now, decision.digest) == (State.DELIBERATED, (), ())


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (lacks("outcome"), "missing_outcome"),
        (replace(READY, evaluations_locked=1), "too_few_evaluations"),
        (replace(READY, quorum_met=False), "quorum_not_met"),
        (replace(READY, minutes_signed=True), "minutes_already_signed"),
    ],
)
def test_a_deliberation_is_not_recorded_without_what_it_rests_on(facts: Facts, code: str) -> None:
    assert refused(State.WITH_JURY, "record_deliberation", Side.PRESIDENT, facts) == code


def test_a_deliberation_is_reopened_until_the_minutes_are_signed() -> None:
    assert reached(State.DELIBERATED, "reopen_deliberation", Side.PRESIDENT) is State.WITH_JURY
    signed = replace(READY, minutes_signed=True)
    assert (
        refused(State.DELIBERATED, "reopen_deliberation", Side.PRESIDENT, signed) == "minutes_already_signed"
    )


@pytest.mark.parametrize("side", [Side.COORDINATOR, Side.CLOCK])
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.PASSED, State.VALIDATED),
        (Outcome.CORRECTIONS, State.CORRECTIONS_DUE),
        (Outcome.REFERRED, State.REFERRED),
        (Outcome.NOT_VALIDATED, State.NOT_VALIDATED),
    ],
)
def test_publishing_leads_where_the_recorded_outcome_says(side: Side, outcome: Outcome, state: State) -> None:
    decision = decide(State.DELIBERATED, "publish", side, replace(READY, recorded_outcome=outcome))
    assert (decision.state, decision.now, decision.digest) == (state, (Side.LEARNER,), (Side.TUTOR,))


def test_nothing_is_published_without_a_recorded_outcome_nor_by_the_clock_before_its_date() -> None:
    assert refused(State.DELIBERATED, "publish", Side.COORDINATOR, lacks("recorded_outcome")) == (
        "missing_recorded_outcome"
    )
    assert refused(State.DELIBERATED, "publish", Side.CLOCK, replace(READY, release_due=False)) == (
        "release_not_due"
    )
    assert refused(State.DELIBERATED, "publish", Side.PRESIDENT) == "not_yours"


# after the release


def test_corrections_go_from_learner_to_delegate_and_back_or_to_validation() -> None:
    assert reached(State.CORRECTIONS_DUE, "submit_corrections", Side.LEARNER) is State.CORRECTIONS_CHECK
    check = State.CORRECTIONS_CHECK
    assert reached(check, "return_corrections", Side.DELEGATE, RETURNED) is State.CORRECTIONS_DUE
    assert reached(check, "attest_corrections", Side.DELEGATE) is State.VALIDATED
    unseen = replace(READY, redline_seen=False)
    assert refused(check, "attest_corrections", Side.DELEGATE, unseen) == "redline_unseen"


@pytest.mark.parametrize("side", [Side.CLOCK, Side.COORDINATOR])
def test_corrections_that_never_came_refer_the_note_once_the_date_has_passed(side: Side) -> None:
    assert reached(State.CORRECTIONS_DUE, "corrections_overdue", side) is State.REFERRED
    early = replace(READY, corrections_date_passed=False)
    assert refused(State.CORRECTIONS_DUE, "corrections_overdue", side, early) == "corrections_not_overdue"


@pytest.mark.parametrize("state", [State.FINAL_OPEN, State.WITH_JURY])
def test_an_absence_is_marked_with_a_reason(state: State) -> None:
    assert reached(state, "mark_absent", Side.COORDINATOR) is State.ABSENT
    assert refused(state, "mark_absent", Side.COORDINATOR, lacks("reason")) == "missing_reason"


@pytest.mark.parametrize(
    ("stage", "state"), [(Stage.DRAFT, State.DRAFT_OPEN), (Stage.FINAL, State.FINAL_OPEN)]
)
def test_a_second_session_opens_on_a_draft_or_a_final_version(stage: Stage, state: State) -> None:
    assert reached(State.REFERRED, "open_resit", Side.COORDINATOR, replace(READY, resit_stage=stage)) is state


def test_a_second_session_needs_its_dates_and_a_stage_that_can_be_redone() -> None:
    undated = replace(READY, resit_dates_set=False)
    assert refused(State.REFERRED, "open_resit", Side.COORDINATOR, undated) == "resit_dates_unset"
    topic = replace(READY, resit_stage=Stage.TOPIC)
    assert refused(State.REFERRED, "open_resit", Side.COORDINATOR, topic) == "resit_stage_unknown"


def test_the_certificate_needs_attendance_or_a_recorded_waiver() -> None:
    assert reached(State.VALIDATED, "certify", Side.COORDINATOR) is State.CERTIFIED
    missed = replace(READY, attendance_met=False)
    assert refused(State.VALIDATED, "certify", Side.COORDINATOR, missed) == "attendance_not_met"
    waived = replace(missed, attendance_waived=True)
    assert reached(State.VALIDATED, "certify", Side.COORDINATOR, waived) is State.CERTIFIED


# aside


@pytest.mark.parametrize(
    ("aside", "state", "back"),
    [
        ("suspend", State.SUSPENDED, "resume"),
        ("withdraw", State.WITHDRAWN, "reinstate"),
        ("defer", State.DEFERRED, "reinstate"),
    ],
)
@pytest.mark.parametrize("stood", BEFORE_JURY)
def test_a_note_set_aside_comes_back_where_it_stood(
    aside: str, state: State, back: str, stood: State
) -> None:
    decision = decide(stood, aside, Side.COORDINATOR, READY)
    assert (decision.state, decision.turn) == (state, Turn.NOBODY)
    assert reached(state, back, Side.COORDINATOR, replace(READY, stood_at=stood)) is stood
    assert refused(stood, aside, Side.COORDINATOR, lacks("reason")) == "missing_reason"
    assert refused(state, back, Side.COORDINATOR, READY) == "missing_stood_at"


def test_a_note_is_not_set_aside_once_it_is_with_the_jury() -> None:
    for name in ("suspend", "withdraw", "defer"):
        assert refused(State.WITH_JURY, name, Side.COORDINATOR) == "not_now"


# undo


def just_made(name: str, left: State, minutes: float, *, mine: bool) -> Facts:
    return replace(
        READY,
        undone_move=name,
        undone_from=left,
        minutes_since_move=minutes,
        actor_made_it=mine,
        later_move=False,
    )


def test_the_actor_takes_a_move_back_within_fifteen_minutes_and_whoever_was_told_is_told() -> None:
    facts = just_made("approve_topic", State.TOPIC_REVIEW, 14.9, mine=True)
    decision = decide(State.PLAN_OPEN, UNDO, Side.TUTOR, facts)
    assert (decision.state, decision.turn, decision.now) == (State.TOPIC_REVIEW, Turn.TUTOR, (Side.LEARNER,))


def test_after_fifteen_minutes_undoing_is_for_the_coordinator() -> None:
    facts = just_made("approve_topic", State.TOPIC_REVIEW, 15, mine=True)
    assert refused(State.PLAN_OPEN, UNDO, Side.TUTOR, facts) == "undo_too_late"
    later = just_made("approve_topic", State.TOPIC_REVIEW, 15, mine=False)
    assert reached(State.PLAN_OPEN, UNDO, Side.COORDINATOR, later) is State.TOPIC_REVIEW


def test_within_fifteen_minutes_the_coordinator_leaves_it_to_the_actor_but_undoes_their_own_moves() -> None:
    other = just_made("approve_topic", State.TOPIC_REVIEW, 5, mine=False)
    assert refused(State.PLAN_OPEN, UNDO, Side.COORDINATOR, other) == "undo_left_to_actor"
    own = just_made("refuse_admissibility", State.FINAL_CHECK, 5, mine=True)
    assert reached(State.FINAL_OPEN, UNDO, Side.COORDINATOR, own) is State.FINAL_CHECK


def test_one_does_not_undo_what_another_did_nor_what_something_rests_on() -> None:
    other = just_made("approve_topic", State.TOPIC_REVIEW, 5, mine=False)
    assert refused(State.PLAN_OPEN, UNDO, Side.LEARNER, other) == "undo_not_yours"
    followed = replace(just_made("submit_topic", State.TOPIC_OPEN, 5, mine=True), later_move=True)
    assert refused(State.TOPIC_REVIEW, UNDO, Side.LEARNER, followed) == "something_followed"


def test_what_is_published_is_never_undone() -> None:
    for name, left, state in [
        ("publish", State.DELIBERATED, State.VALIDATED),
        ("publish", State.DELIBERATED, State.NOT_VALIDATED),
        ("corrections_overdue", State.CORRECTIONS_DUE, State.REFERRED),
        ("attest_corrections", State.CORRECTIONS_CHECK, State.VALIDATED),
        ("certify", State.VALIDATED, State.CERTIFIED),
    ]:
        facts = just_made(name, left, 5, mine=True)
        assert refused(state, UNDO, Side.COORDINATOR, facts) == "already_published"


def test_a_deliberation_is_reopened_by_its_president_and_not_undone_by_the_coordinator() -> None:
    facts = just_made("record_deliberation", State.WITH_JURY, 60, mine=False)
    assert refused(State.DELIBERATED, UNDO, Side.COORDINATOR, facts) == "reopen_instead"


def test_undo_goes_back_one_step_only() -> None:
    facts = just_made(UNDO, State.PLAN_OPEN, 20, mine=False)
    assert refused(State.TOPIC_REVIEW, UNDO, Side.COORDINATOR, facts) == "undone_already"


def test_undo_refuses_a_move_that_did_not_lead_here_or_is_not_known() -> None:
    elsewhere = just_made("submit_final", State.FINAL_OPEN, 20, mine=False)
    assert refused(State.PLAN_OPEN, UNDO, Side.COORDINATOR, elsewhere) == "nothing_to_undo"
    unknown = lacks("undone_move", elsewhere)
    assert refused(State.PLAN_OPEN, UNDO, Side.COORDINATOR, unknown) == "missing_undone_move"


# who sees what


@pytest.mark.parametrize("side", [Side.LEARNER, Side.TUTOR])
def test_before_the_release_learner_and_tutor_see_the_note_with_the_jury(side: Side) -> None:
    assert visible_state(State.DELIBERATED, side) is State.WITH_JURY
    assert visible_turn(State.DELIBERATED, side) is Turn.JURY
    assert not visible_step(State.WITH_JURY, State.DELIBERATED, side)
    assert not visible_step(State.DELIBERATED, State.WITH_JURY, side)
    assert visible_step(State.DELIBERATED, State.VALIDATED, side)
    assert visible_step(State.PLAN_REVIEW, State.PLAN_REVIEW, side)


@pytest.mark.parametrize("side", [Side.COORDINATOR, Side.JUROR, Side.PRESIDENT, Side.CLOCK])
def test_the_others_see_it_deliberated(side: Side) -> None:
    assert visible_state(State.DELIBERATED, side) is State.DELIBERATED
    assert visible_step(State.WITH_JURY, State.DELIBERATED, side)


@pytest.mark.parametrize("side", [Side.LEARNER, Side.TUTOR])
@pytest.mark.parametrize("name", MOVE_NAMES)
def test_no_refusal_betrays_the_deliberation(side: Side, name: str) -> None:
    facts = just_made("transmit_to_jury", State.FINAL_CHECK, 20, mine=False)
    deliberated = replace(facts, undone_move="record_deliberation", undone_from=State.WITH_JURY)
    assert refused(State.DELIBERATED, name, side, deliberated) == refused(State.WITH_JURY, name, side, facts)
    assert offered(State.DELIBERATED, side) == offered(State.WITH_JURY, side)


# what no walk may do

NAMES = st.sampled_from(MOVE_NAMES)
SIDES = st.sampled_from(list(Side))
STATES = st.sampled_from(list(State))


def _fact(name: str, known: object) -> st.SearchStrategy[object]:
    choices = {
        "verdict": st.sampled_from(list(Verdict)),
        "recorded_outcome": st.sampled_from(list(Outcome)),
        "resit_stage": st.sampled_from(list(Stage)),
        "stages": st.sets(st.sampled_from(list(Stage))).map(frozenset),
        "parts_provided": st.sampled_from([(), (DIAGNOSIS,), (DIAGNOSIS, PROBLEM)]),
        "stood_at": STATES,
        "undone_move": NAMES,
        "undone_from": STATES,
        "minutes_since_move": st.floats(0, 60),
    }
    if known is True or known is False or name in ("actor_made_it", "later_move", "attendance_waived"):
        return st.booleans()
    return choices.get(name, st.just(known))


FACTS = st.fixed_dictionaries(
    {field.name: st.none() | _fact(field.name, getattr(READY, field.name)) for field in fields(Facts)}
).map(lambda facts: Facts(**facts))
# A walk mostly brings what a move needs, so that it goes far.
HELPFUL = st.builds(
    lambda verdict, outcome, stage, minutes, mine: replace(
        READY,
        verdict=verdict,
        recorded_outcome=outcome,
        resit_stage=stage,
        minutes_since_move=minutes,
        actor_made_it=mine,
        later_move=False,
    ),
    st.sampled_from(list(Verdict)),
    st.sampled_from(list(Outcome)),
    st.sampled_from([Stage.DRAFT, Stage.FINAL]),
    st.sampled_from([1, 20]),
    st.booleans(),
)


@dataclass(frozen=True)
class Walk:
    """A note's life: where it began, where it ended as it went, and its events."""

    start: State
    end: State
    events: list[tuple[str, State]]


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Moves tried one after the other, four times in five an ordinary one, from any state of the way."""
    start = draw(st.sampled_from([state for state in State if state not in SIDE_STATES]))
    trail, events, state = Trail(start), [], start
    for _ in range(draw(st.integers(0, 30))):
        open_to = [(side, row) for side in Side for row in offered(state, side)]
        ordinary = [(side, row) for side, row in open_to if not row.aside] or open_to
        side, row = draw(st.sampled_from(ordinary if draw(st.integers(0, 4)) else open_to))
        try:
            decision = decide(state, row.name, side, trail.facts(draw(HELPFUL)))
        except Refusal:
            continue
        state = decision.state
        events.append((row.name, state))
        trail = trail.after(row.name, state)
    return Walk(start, state, events)


@given(STATES, NAMES, SIDES, FACTS)
def test_whatever_is_asked_comes_to_a_row_of_the_table_or_to_a_known_refusal(
    state: State, name: str, side: Side, facts: Facts
) -> None:
    against = refusals(state, name, side, facts)
    assert {refusal.code for refusal in against} <= REFUSAL_CODES
    assert all((refusal.status == 422) is (refusal.field is not None) for refusal in against)
    if against:
        assert refused(state, name, side, facts) == against[0].code
        return
    decision = decide(state, name, side, facts)
    rows = [m for m in MOVES if m.name == name and side in m.by and state in m.sources]
    assert rows == [decision.move]
    assert decision.state in rows[0].targets
    assert decision.turn is TURN_OF[decision.state]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("side", Side)
def test_what_is_not_offered_is_refused_whatever_the_facts(state: State, side: Side) -> None:
    names = {move.name for move in offered(state, side)}
    for name in set(MOVE_NAMES) - names:
        assert refused(state, name, side) in ("not_yours", "not_now")


def test_a_move_that_does_not_exist_is_refused() -> None:
    assert refused(State.TOPIC_OPEN, "approve_everything", Side.COORDINATOR) == "unknown_move"


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.name}-{move.by[0]}-{move.sources[0]}")
def test_knowing_nothing_refuses_every_guarded_move(move: object) -> None:
    assert isinstance(move, type(MOVES[0]))
    for state in move.sources:
        for side in move.by:
            assert refused(state, move.name, side, Facts()).startswith("missing_")


@settings(max_examples=150)
@given(walks())
def test_the_events_rebuild_the_state_and_the_turn_of_any_walk(walk: Walk) -> None:
    assert replay(walk.events, walk.start) == (walk.end, TURN_OF[walk.end])


@settings(max_examples=150)
@given(walks())
def test_an_undo_in_any_walk_leaves_the_note_where_it_stood_before_the_move(walk: Walk) -> None:
    for step, (name, state) in enumerate(walk.events):
        if name == UNDO:
            assert state is replay(walk.events[: step - 1], walk.start)[0]


@settings(max_examples=150)
@given(walks())
def test_a_note_in_a_side_state_remembers_where_it_stood(walk: Walk) -> None:
    trail = retrace(walk.events, walk.start)
    assert (trail.stood_at in BEFORE_JURY) is (trail.state in SIDE_STATES)


def test_a_damaged_history_is_said_to_be_damaged() -> None:
    with pytest.raises(ValueError, match="publish does not lead from topic_review to validated"):
        replay([("submit_topic", State.TOPIC_REVIEW), ("publish", State.VALIDATED)])
    with pytest.raises(ValueError, match="resume does not lead from suspended to final_open"):
        replay([("suspend", State.SUSPENDED), ("resume", State.FINAL_OPEN)])


def test_undoing_a_return_from_a_side_state_still_knows_the_way_back() -> None:
    events = [
        ("submit_topic", State.TOPIC_REVIEW),
        ("suspend", State.SUSPENDED),
        ("resume", State.TOPIC_REVIEW),
        (UNDO, State.SUSPENDED),
    ]
    assert retrace(events).stood_at is State.TOPIC_REVIEW
    assert replay([*events, ("resume", State.TOPIC_REVIEW)]) == (State.TOPIC_REVIEW, Turn.TUTOR)


def test_the_whole_way_once() -> None:
    way = [
        ("submit_topic", Side.LEARNER, READY),
        ("return_topic", Side.TUTOR, RETURNED),
        ("submit_topic", Side.LEARNER, READY),
        ("approve_topic", Side.TUTOR, READY),
        ("submit_plan", Side.LEARNER, READY),
        ("approve_plan", Side.TUTOR, READY),
        ("submit_draft", Side.LEARNER, READY),
        ("clear_for_final", Side.TUTOR, READY),
        ("submit_final", Side.LEARNER, READY),
        ("transmit_to_jury", Side.COORDINATOR, READY),
        ("record_deliberation", Side.PRESIDENT, READY),
        ("publish", Side.COORDINATOR, READY),
        ("certify", Side.COORDINATOR, READY),
    ]
    state, events = State.TOPIC_OPEN, []
    for name, side, facts in way:
        state = reached(state, name, side, facts)
        events.append((name, state))
    assert replay(events) == (State.CERTIFIED, Turn.NOBODY)
