"""What a line says to each reader, how a board is sifted and counted, and that its file runs nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tutoring.desk.board import Awaited, Sieve, ordered, place_of, sift, tally
from tutoring.desk.lines import Due, Frame, Record, is_late, line_of, next_due, path
from tutoring.desk.sheet import as_csv, harmless
from tutoring.desk.told import Happened, Last, told_by
from tutoring.notes.moves import Side, Stage, State, Turn

NOW = datetime(2027, 3, 30, 9, 0, tzinfo=UTC)
STAGES = (Stage.TOPIC, Stage.PLAN, Stage.DRAFT, Stage.FINAL)
FRAME = Frame(
    stages=STAGES,
    deadlines={
        Stage.TOPIC: date(2027, 1, 24),
        Stage.PLAN: date(2027, 3, 28),
        Stage.DRAFT: date(2027, 5, 2),
        Stage.FINAL: date(2027, 5, 30),
    },
    jury_from=date(2027, 6, 1),
    jury_to=date(2027, 6, 30),
    now=NOW,
)


def line(state=None, days=0, *, name="Inès Moreau", side=Side.COORDINATOR, extensions=None, **changes):
    since = NOW - timedelta(days=days)
    facts = {
        "learner_id": 1,
        "name": name,
        "family_name": name.rpartition(" ")[2],
        "note_id": 7 if state else None,
        "state": state,
        "turn_since": since if state else None,
        "shown_since": since if state else None,
        "tutor_id": 3,
        "tutor": "Claire Aubert",
        **changes,
    }
    return line_of(Record(**facts), FRAME, side, extensions or {})


def marks(steps):
    return "".join({"done": "d", "now": "n", "todo": "-", "stopped": "x"}[step.mark] for step in steps)


@pytest.mark.parametrize(
    ("state", "stood_at", "drawn"),
    [
        (None, None, "------"),
        (State.TOPIC_OPEN, None, "n-----"),
        (State.PLAN_REVIEW, None, "dn----"),
        (State.DELIBERATED, None, "ddddn-"),
        (State.REFERRED, None, "ddddx-"),
        (State.VALIDATED, None, "dddddn"),
        (State.CERTIFIED, None, "dddddd"),
        (State.SUSPENDED, State.DRAFT_OPEN, "ddx---"),
        (State.WITHDRAWN, None, "------"),
    ],
)
def test_the_path_says_where_a_note_stands(state, stood_at, drawn):
    assert marks(path(STAGES, state, stood_at)) == drawn


def test_a_cohort_without_some_stages_has_a_shorter_path():
    assert marks(path((Stage.TOPIC, Stage.FINAL), State.DRAFT_OPEN)) == "d---"


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (None, Due(Stage.TOPIC, date(2027, 1, 24))),
        (State.PLAN_OPEN, Due(Stage.PLAN, date(2027, 3, 28))),
        (State.PLAN_REVIEW, Due(Stage.DRAFT, date(2027, 5, 2))),
        (State.FINAL_CHECK, Due(Stage.JURY, date(2027, 6, 1))),
        (State.WITH_JURY, Due(Stage.JURY, date(2027, 6, 1))),
        (State.CORRECTIONS_DUE, None),
        (State.VALIDATED, None),
        (State.SUSPENDED, None),
    ],
)
def test_what_is_due_next_is_the_day_of_what_one_writes_else_of_what_follows(state, due):
    assert next_due(state, FRAME, FRAME.days_of({})) == due


def test_the_day_is_due_until_it_ends_in_paris():
    assert Due(Stage.PLAN, date(2027, 3, 28)).at == datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC)


def test_an_extension_moves_the_day_and_takes_the_lateness_away():
    assert line(State.PLAN_OPEN).late is True
    extended = line(State.PLAN_OPEN, extensions={Stage.PLAN: date(2027, 4, 5)})
    assert (extended.due, extended.late) == (Due(Stage.PLAN, date(2027, 4, 5)), False)


def test_only_a_learner_who_is_awaited_is_late():
    passed, today = Due(Stage.PLAN, date(2027, 3, 28)), date(2027, 3, 30)
    assert is_late(Turn.LEARNER, passed, today) is True
    assert is_late(Turn.TUTOR, passed, today) is False
    assert is_late(Turn.LEARNER, Due(Stage.PLAN, today), today) is False
    assert is_late(Turn.LEARNER, Due(Stage.JURY, date(2027, 3, 28)), today) is False


@pytest.mark.parametrize("side", [Side.LEARNER, Side.TUTOR])
def test_a_deliberated_note_stays_with_the_jury_for_learner_and_tutor(side):
    moved = {"turn_since": NOW - timedelta(days=1), "shown_since": NOW - timedelta(days=9)}
    shown = line(State.DELIBERATED, side=side, **moved)
    assert (shown.state, shown.turn, shown.days) == (State.WITH_JURY, Turn.JURY, 9)
    assert shown.since == NOW - timedelta(days=9)
    assert shown == line(State.WITH_JURY, side=side, **moved)


def test_the_coordinator_sees_a_deliberation_and_since_when():
    moved = {"turn_since": NOW - timedelta(days=1), "shown_since": NOW - timedelta(days=9)}
    shown = line(State.DELIBERATED, **moved)
    assert (shown.state, shown.turn, shown.days) == (State.DELIBERATED, Turn.COORDINATION, 1)


def test_a_learner_without_a_note_has_a_line_where_nobody_is_awaited():
    shown = line(None, tutor_id=None, tutor=None)
    assert (shown.turn, shown.days, shown.late, shown.tutor) == (Turn.NOBODY, None, False, "")
    assert place_of(shown) == "unopened"


def test_the_board_puts_first_the_learners_whom_somebody_keeps_waiting():
    lines = [
        line(State.DRAFT_OPEN, 60, name="A Un"),
        line(State.PLAN_OPEN, 5, name="B Deux"),
        line(State.SUSPENDED, 90, name="C Trois", stood_at=State.PLAN_OPEN),
        line(State.DRAFT_REVIEW, 3, name="D Quatre"),
        line(State.FINAL_CHECK, 8, name="E Cinq"),
        line(None, name="F Six"),
    ]
    assert [one.name[0] for one in ordered(lines)] == ["E", "D", "B", "A", "F", "C"]
    assert [one.name[0] for one in ordered(lines, "stage")] == ["F", "B", "C", "D", "A", "E"]


def test_names_are_ordered_without_accents_or_case():
    lines = [line(State.TOPIC_OPEN, name=name) for name in ("Lucie Étienne", "Zoé faure", "Ana Eze", "Al Fa")]
    assert [one.family_name for one in ordered(lines, "name")] == ["Étienne", "Eze", "Fa", "faure"]


def test_what_makes_no_sense_in_an_address_is_left_out():
    asked = {"stage": "x", "turn": "y", "tutor": "1 OR 1", "late": "yes", "sort": "random"}
    assert Sieve.asked(asked) == Sieve()


def test_a_sieve_is_its_address():
    sieve = Sieve(stage="plan", turn="tutor", tutor="3", late=True, sort="name")
    assert Sieve.asked(sieve.arguments()) == sieve
    assert Sieve().arguments(sort="stage") == {"sort": "stage"}


def test_the_board_is_sifted_by_stage_turn_tutor_and_lateness():
    lines = [
        line(State.PLAN_OPEN, name="A Un"),
        line(State.PLAN_REVIEW, name="B Deux", tutor_id=None),
        line(State.DRAFT_REVIEW, name="C Trois", tutor_id=4),
        line(State.CERTIFIED, name="D Quatre"),
        line(State.DEFERRED, name="E Cinq", stood_at=State.PLAN_OPEN),
    ]

    def names(**asked):
        return [one.name[0] for one in sift(lines, Sieve(sort="name", **asked))]

    assert names(stage="plan") == ["B", "A"]
    assert names(stage="certificate") == ["D"]
    assert names(stage="aside") == ["E"]
    assert names(turn="tutor") == ["B", "C"]
    assert names(tutor="4") == ["C"]
    assert names(tutor="none") == ["B"]
    assert names(late=True) == ["A"]
    assert names(stage="draft", turn="learner") == []


def test_a_tally_counts_who_waits_for_whom():
    counted = tally(
        [
            line(State.DRAFT_REVIEW, 26),
            line(State.PLAN_REVIEW, 3),
            line(State.FINAL_CHECK, 6),
            line(State.PLAN_OPEN, 12, tutor_id=None),
            line(State.CERTIFIED),
            line(State.WITHDRAWN, stood_at=State.TOPIC_OPEN, tutor_id=None),
            line(None, tutor_id=None),
        ]
    )
    assert counted.awaited[Turn.TUTOR] == Awaited(2, 26)
    assert counted.awaited[Turn.COORDINATION] == Awaited(1, 6)
    assert counted.awaited[Turn.JURY] == Awaited(0, 0)
    assert counted.awaited[Turn.LEARNER] == Awaited(1, 12)
    assert (counted.learners, counted.over_goal, counted.late) == (7, 1, 1)
    assert (counted.without_tutor, counted.unopened, counted.aside, counted.certified) == (2, 1, 1, 1)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_a_cell_that_would_run_is_text(text):
    assert harmless(text) == "'" + text.strip()


def test_an_ordinary_cell_is_left_as_it_is_on_one_line():
    assert harmless("Une note\r\nen deux lignes") == "Une note en deux lignes"
    assert harmless("l’année 2027 = mieux") == "l’année 2027 = mieux"


def test_the_file_is_what_a_french_spreadsheet_expects():
    content = as_csv(
        ["Étudiant·e", "Jours"], [["Moreau ; Inès", 3], ['dite "Jo"', None], [date(2027, 3, 1), -1]]
    )
    assert (
        content
        == ('\ufeffÉtudiant·e;Jours\r\n"Moreau ; Inès";3\r\n"dite ""Jo""";\r\n2027-03-01;-1\r\n').encode()
    )


def step(move, left, reached, day, who="Claire Aubert", actor_id=3):
    at = datetime(2027, 1, day, tzinfo=UTC)
    return Happened({"move": move, "left": str(left), "state": str(reached)}, at, actor_id, who)


def test_the_steps_of_a_note_say_when_each_was_passed_and_what_came_last():
    events = [
        Happened({"state": "topic_open"}, datetime(2027, 1, 1, tzinfo=UTC), None, ""),
        step("submit_topic", State.TOPIC_OPEN, State.TOPIC_REVIEW, 2, "Inès", 1),
        step("approve_topic", State.TOPIC_REVIEW, State.PLAN_OPEN, 3),
        step("submit_plan", State.PLAN_OPEN, State.PLAN_REVIEW, 4, "Inès", 1),
    ]
    told = told_by(events, 1)
    assert told.passed == {Stage.TOPIC: datetime(2027, 1, 3, tzinfo=UTC)}
    assert told.last == Last("Inès", True, "submit_plan", datetime(2027, 1, 4, tzinfo=UTC))


def test_a_step_taken_back_is_no_longer_passed():
    events = [
        step("approve_topic", State.TOPIC_REVIEW, State.PLAN_OPEN, 3),
        step("undo", State.PLAN_OPEN, State.TOPIC_REVIEW, 3),
    ]
    assert told_by(events, 1).passed == {}


def test_the_deliberation_is_not_told():
    events = [
        step("transmit_to_jury", State.FINAL_CHECK, State.WITH_JURY, 5, "Dominique Roux", 2),
        step("record_deliberation", State.WITH_JURY, State.DELIBERATED, 9, "Anne Leroy", 8),
    ]
    told = told_by(events, 1)
    assert told.last == Last("Dominique Roux", False, "transmit_to_jury", datetime(2027, 1, 5, tzinfo=UTC))
