"""The workflow of a validation note: states, turns, and the one table of moves between them.

Read `table.MOVES` first. Everything here is pure: what a move depends on comes in as `Facts`, and a fact that
nobody brought refuses.
"""

from tutoring.notes.moves.deciding import (
    FLAG_CODES,
    MOVE_NAMES,
    REFUSAL_CODES,
    Decision,
    Trail,
    decide,
    refusals,
    replay,
    retrace,
)
from tutoring.notes.moves.facts import Dissemination, Facts, Outcome, PartPages, Verdict
from tutoring.notes.moves.guards import UNDO_MINUTES
from tutoring.notes.moves.states import (
    BEFORE_JURY,
    GOAL_DAYS,
    SIDE_STATES,
    STAGE_OF,
    TURN_OF,
    Side,
    Stage,
    State,
    Turn,
    first_state,
    visible_state,
    visible_step,
    visible_turn,
)
from tutoring.notes.moves.table import MOVES, UNDO, Move, offered

__all__ = [
    "BEFORE_JURY",
    "FLAG_CODES",
    "GOAL_DAYS",
    "MOVES",
    "MOVE_NAMES",
    "REFUSAL_CODES",
    "SIDE_STATES",
    "STAGE_OF",
    "TURN_OF",
    "UNDO",
    "UNDO_MINUTES",
    "Decision",
    "Dissemination",
    "Facts",
    "Move",
    "Outcome",
    "PartPages",
    "Side",
    "Stage",
    "State",
    "Trail",
    "Turn",
    "Verdict",
    "decide",
    "first_state",
    "offered",
    "refusals",
    "replay",
    "retrace",
    "visible_state",
    "visible_step",
    "visible_turn",
]
