"""The workflow as a page to read: `python -m tutoring.notes.moves > docs/workflow.md`."""

import sys
from collections.abc import Iterable

from tutoring.notes.moves import BEFORE_JURY, MOVES, STAGE_OF, TURN_OF, UNDO, Move, State

HEAD = """\
# The workflow of a validation note

Generated from `tutoring/notes/moves/table.py` by `python -m tutoring.notes.moves > docs/workflow.md`; a test
compares. Every condition is asked of facts, and a fact that nobody brought refuses.

"""


def workflow_page() -> str:
    """The moves, then the states, as two Markdown tables."""
    moves = _table(
        ("move", "from", "to", "who", "only if", "marked unless", "now", "digest"), map(_row, MOVES)
    )
    states = _table(("state", "stage", "turn"), ((s.name, STAGE_OF[s] or "", TURN_OF[s]) for s in State))
    return f"{HEAD}## Moves\n\n{moves}\n## States\n\n{states}"


def _row(move: Move) -> tuple[str, ...]:
    now = "whoever was told" if move.name == UNDO else ", ".join(move.now)
    targets = "one step back" if move.name == UNDO else _states(move.targets)
    return (
        move.name,
        _states(move.sources),
        targets,
        ", ".join(move.by),
        "; ".join(guard.sentence.lower() for guard in move.guards),
        "; ".join(guard.sentence.lower() for guard in move.flags),
        now,
        ", ".join(move.digest),
    )


def _states(states: tuple[State, ...]) -> str:
    named = {BEFORE_JURY: "any before WITH_JURY", tuple(State): "any"}
    return named.get(states) or ", ".join(state.name for state in states)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(workflow_page())
