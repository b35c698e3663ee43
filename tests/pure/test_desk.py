"""What a line says to each reader, how a board is sifted and counted, and that its file runs nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tutoring.desk.board import Awaited, Sieve, ordered, place_of, sift, tally
from tutoring.desk.lines import Due, Frame, Record, is_late, line_of, next_due, path
from tutoring.desk.load import Load, Made, is_expected, load_of, loads_of, median_days
from tutoring.desk.news import Asked, News
from tutoring.desk.queue import Ask, queue_of
from tutoring.desk.sheet import as_csv, harmless
from tutoring.desk.tasks import NOTHING, Pending, Remarks, Task, Todo
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


def ago(days):
    return NOW - timedelta(days=days)


ASKED = Pending(questions=1, asked_at=ago(12))
CHANGE = Pending(change_id=5, change_asked_at=ago(4))
ADDRESSED = Pending(Remarks(open=1, addressed=3, addressed_since=ago(6)))


def pending(state, days, waits, **changes):
    facts = {"state": state, "turn_since": ago(days), "shown_since": ago(days), "tutor_id": 3, **changes}
    name = facts.pop("name", "Inès Moreau")
    record = Record(learner_id=1, name=name, family_name=name, note_id=7, tutor="Claire Aubert", **facts)
    return line_of(record, FRAME, Side.TUTOR, {}, pending=waits)


@pytest.mark.parametrize(
    ("state", "waits", "todo", "longest", "age"),
    [
        (State.DRAFT_REVIEW, NOTHING, [Todo(Task.REVIEW, 9)], 9, 9),
        (State.DRAFT_OPEN, ASKED, [Todo(Task.QUESTION, 12)], 12, 12),
        (State.DRAFT_REVIEW, ASKED, [Todo(Task.REVIEW, 9), Todo(Task.QUESTION, 12)], 12, 12),
        (State.DRAFT_OPEN, CHANGE, [Todo(Task.TOPIC, 4)], 4, 4),
        (State.DRAFT_OPEN, ADDRESSED, [Todo(Task.VERIFY, 6, 3)], None, 6),
        (State.DRAFT_REVIEW, ADDRESSED, [Todo(Task.REVIEW, 9), Todo(Task.VERIFY, 6, 3)], 9, 9),
        (State.WITH_JURY, ADDRESSED, [], 9, 0),
        (State.DRAFT_OPEN, NOTHING, [], None, 0),
    ],
)
def test_a_note_says_what_its_tutor_has_to_do(state, waits, todo, longest, age):
    shown = pending(state, 9, waits)
    assert ([*shown.todo], shown.longest, shown.age) == (todo, longest, age)


def test_a_tutor_is_to_be_reminded_when_a_learner_has_waited_beyond_the_goal():
    assert pending(State.DRAFT_REVIEW, 10, NOTHING).to_remind is False
    assert pending(State.DRAFT_REVIEW, 11, NOTHING).to_remind is True
    assert pending(State.DRAFT_OPEN, 90, ASKED).to_remind is True
    old = Pending(Remarks(addressed=1, addressed_since=ago(60)))
    assert pending(State.DRAFT_OPEN, 90, old).to_remind is False
    assert pending(State.DRAFT_REVIEW, 11, NOTHING, tutor_id=None).to_remind is False


def test_the_queue_puts_what_is_only_to_be_verified_last_and_is_turned_round_by_its_address():
    lines = [
        pending(State.DRAFT_OPEN, 1, Pending(Remarks(addressed=1, addressed_since=ago(40))), name="A Un"),
        pending(State.PLAN_REVIEW, 3, NOTHING, name="B Deux"),
        pending(State.DRAFT_OPEN, 1, ASKED, name="C Trois"),
        pending(State.DRAFT_OPEN, 8, NOTHING, name="D Quatre"),
        pending(State.FINAL_CHECK, 2, NOTHING, name="E Cinq"),
    ]

    def names(**asked):
        shown = queue_of(lines, Ask(**asked))
        return [[one.name[0] for one in part] for part in (shown.waiting, shown.others)]

    assert names() == [["C", "B", "A"], ["E", "D"]]
    assert names(sort="name", down=True) == [["C", "B", "A"], ["E", "D"]]
    assert names(sort="stage") == [["B", "C", "A"], ["D", "E"]]
    assert names(awaits="question") == [["C"], []]
    assert names(awaits="verify") == [["A"], []]
    assert names(awaits="learner") == [[], ["D"]]
    assert names(awaits="coordination") == [[], ["E"]]


def test_a_queue_is_asked_by_its_address_and_nonsense_is_left_out():
    ask = Ask(awaits="topic", sort="due", down=True)
    assert Ask.asked(ask.arguments()) == ask
    assert Ask.asked({"awaits": "nobody", "sort": "'--", "down": "yes"}) == Ask()


def test_the_board_is_sifted_by_words_of_a_name_or_title_and_by_whom_to_remind():
    lines = [
        line(State.PLAN_REVIEW, 20, name="Élodie Garrigou", title="Habiter la friche"),
        line(State.PLAN_REVIEW, 2, name="Al Faure", title="L’élan"),
    ]

    def names(**asked):
        return [one.family_name for one in sift(lines, Sieve(**asked))]

    assert names(text="elodie FRICHE") == ["Garrigou"]
    assert names(text="elan") == ["Faure"]
    assert names(text="nulle part") == []
    assert names(over=True) == ["Garrigou"]
    assert Sieve.asked({"text": "  deux   mots "}).arguments() == {"text": "deux mots"}


def test_every_way_to_sort_keeps_what_it_says_nothing_of_last():
    lines = [
        line(State.PLAN_OPEN, 1, name="A Un", tutor_id=None, tutor=None),
        line(State.DRAFT_REVIEW, 2, name="B Deux", tutor="Zoé"),
        line(State.VALIDATED, 3, name="C Trois", tutor="Élie"),
    ]

    def names(sort, down=False):
        return "".join(one.name[0] for one in ordered(lines, sort, down=down))

    assert (names("tutor"), names("tutor", down=True)) == ("CBA", "BCA")
    assert (names("due"), names("due", down=True)) == ("ABC", "BAC")
    assert (names("turn"), names("turn", down=True)) == ("ABC", "CBA")
    assert names("remarks") == "CBA"


def test_remarks_that_block_come_first_in_their_order():
    few = pending(State.DRAFT_OPEN, 1, Pending(Remarks(open=2, blocking=2)), name="A Un")
    many = pending(State.DRAFT_OPEN, 1, Pending(Remarks(open=9, blocking=1)), name="B Deux")
    assert ordered([many, few], "remarks") == (few, many)


def test_a_load_counts_what_waits_and_what_is_to_come():
    lines = [
        line(State.DRAFT_REVIEW, 26),  # the final version is due in May: nothing to come within 14 days
        line(State.PLAN_OPEN, 3, extensions={Stage.PLAN: date(2027, 4, 13)}),
        line(State.PLAN_OPEN, 3),
        line(State.FINAL_OPEN, 3, extensions={Stage.FINAL: date(2027, 4, 2)}),
        line(State.SUSPENDED, 9, stood_at=State.PLAN_OPEN),
    ]
    found = load_of(lines, FRAME.today)
    assert found == Load(follows=5, awaiting=1, oldest=26, over_goal=1, expected=1, late=1)
    assert (
        is_expected(line(State.PLAN_OPEN, extensions={Stage.PLAN: date(2027, 4, 14)}), FRAME.today) is False
    )


def test_each_tutor_has_their_load_and_what_nobody_follows_comes_last():
    lines = [
        line(State.PLAN_OPEN, 1, tutor="Zoé", tutor_id=1),
        line(State.PLAN_REVIEW, 12, tutor="Élie", tutor_id=2),
        line(State.PLAN_REVIEW, 2, tutor=None, tutor_id=None),
    ]
    found = loads_of(lines, FRAME.today)
    assert [(one.tutor_id, one.name, one.load.awaiting, one.load.over_goal) for one in found] == [
        (2, "Élie", 1, 1),
        (1, "Zoé", 0, 0),
        (None, "", 1, 0),
    ]


def made(note_id, move, day, actor_id=3):
    return Made(note_id, move, datetime(2027, 1, day, 10, tzinfo=UTC), actor_id)


def test_the_days_to_answer_run_from_what_was_handed_in_first_to_the_answer_that_stands():
    moves = [
        made(1, "submit_topic", 1, 9),
        made(1, "approve_topic", 3),
        made(1, "submit_plan", 4, 9),
        made(1, "replace_submission", 6, 9),
        made(1, "return_plan", 8),
        made(1, "undo", 8),
        made(1, "return_plan", 14),
        made(2, "submit_draft", 1, 9),
        made(2, "suspend", 2, 4),
        made(2, "resume", 20, 4),
        made(2, "return_draft", 21),
        made(3, "submit_topic", 1, 9),
        made(3, "approve_topic", 30, 8),
        made(4, "clear_for_final", 5),
    ]
    assert median_days(moves, 3) == 6.0
    assert median_days(moves, 8) == 29.0
    assert median_days(moves, 5) is None


def test_what_came_after_one_last_looked_is_new():
    news = News(
        since=ago(3), asked=(Asked(1, ago(9), None), Asked(2, ago(8), ago(2)), Asked(3, ago(7), ago(5)))
    )
    assert [one.id for one in news.unanswered] == [1]
    assert [(one.id, news.is_new(one.answered_at)) for one in news.answered] == [(2, True), (3, False)]
    assert (News().any, News(replies=1).any) == (False, True)
