"""The table of moves as a page, and as a table that holds together."""

import dataclasses
import typing
from pathlib import Path

import pytest

from tutoring.notes.moves import MOVES, STAGE_OF, TURN_OF, UNDO, Facts, Side, State, Turn, offered
from tutoring.notes.moves.__main__ import workflow_page

WORKFLOW = Path(__file__).parents[2] / "docs" / "workflow.md"
SIDES_OF_TURN = {
    Turn.LEARNER: {Side.LEARNER},
    Turn.TUTOR: {Side.TUTOR},
    Turn.COORDINATION: {Side.COORDINATOR},
    Turn.JURY: {Side.PRESIDENT, Side.DELEGATE},
    Turn.NOBODY: set(),
}
# The tutor may clear an open draft without waiting for another; the clock publishes and refers by itself.
UNAWAITED = {
    State.DRAFT_OPEN: {Side.TUTOR},
    State.DELIBERATED: {Side.CLOCK},
    State.CORRECTIONS_DUE: {Side.CLOCK, Side.COORDINATOR},
}
GUARDS = {guard for move in MOVES for guard in move.guards + move.flags}


def test_the_page_on_the_workflow_is_the_table() -> None:
    assert WORKFLOW.read_text(encoding="utf-8") == workflow_page(), (
        "python -m tutoring.notes.moves > docs/workflow.md"
    )


def test_every_state_has_a_turn_and_a_stage() -> None:
    assert set(TURN_OF) == set(State)
    assert set(STAGE_OF) == set(State)


def test_a_name_asked_by_a_side_from_a_state_finds_one_row_at_most() -> None:
    for state in State:
        for side in Side:
            names = [move.name for move in offered(state, side)]
            assert len(names) == len(set(names)), (state, side)


@pytest.mark.parametrize("state", State)
def test_whoever_is_awaited_has_an_ordinary_move_to_make_and_nobody_else_has(state: State) -> None:
    movers = {side for side in Side for move in offered(state, side) if not move.aside}
    awaited = SIDES_OF_TURN[TURN_OF[state]]
    assert bool(movers & awaited) is bool(awaited)
    assert movers - awaited == UNAWAITED.get(state, set())


def test_every_state_but_the_first_is_reached_by_a_row() -> None:
    reached = {target for move in MOVES if move.name != UNDO for target in move.targets}
    assert reached == set(State)


def test_a_row_with_several_targets_says_how_one_is_picked() -> None:
    assert [move.name for move in MOVES if len(move.targets) > 1 and move.pick is None] == []


def test_a_juror_alone_moves_nothing() -> None:
    assert [move.name for move in MOVES if Side.JUROR in move.by] == []


def test_a_guard_asks_for_facts_that_exist_and_takes_them_as_they_are_when_known() -> None:
    known = typing.get_type_hints(Facts)
    for guard in GUARDS:
        asked = {k: v for k, v in typing.get_type_hints(guard.holds).items() if k != "return"}
        assert tuple(asked) == guard.needs + guard.hears, guard.holds.__name__
        for fact, kind in asked.items():
            assert known[fact] == (kind | None), (guard.holds.__name__, fact)


def test_every_fact_is_asked_for_by_a_guard_or_by_undo() -> None:
    asked = {fact for guard in GUARDS for fact in guard.needs + guard.hears}
    assert {field.name for field in dataclasses.fields(Facts)} == asked | {"undone_move", "undone_from"}


def test_every_fact_is_unknown_until_somebody_brings_it() -> None:
    assert {field.default for field in dataclasses.fields(Facts)} == {None}
