"""In what order lines are shown: each way to sort them, whichever database they came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tutoring.desk.lines import Line
from tutoring.notes.moves import Stage, Turn

_STAGES, _TURNS = tuple(Stage), tuple(Turn)


def plain(text: str) -> str:
    """The text without accents or case: the same order, and the same search, on every database."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def by_name(line: Line) -> tuple[str, str]:
    """Family name then name."""
    return plain(line.family_name or line.name), plain(line.name)


def _by_waiting(line: Line) -> tuple[int, bool, int]:
    """First the learners whom somebody keeps waiting, the longest first, since those are the ones a board is opened
    for; then those who are writing, the late ones first; then the others.
    """
    group = 0 if line.longest is not None else 1 if line.turn is Turn.LEARNER else 2
    days = line.days if line.longest is None else line.longest
    return group, not line.late, -(days or 0)


def _by_age(line: Line) -> tuple[bool, int] | None:
    """What has waited longest for its tutor; what is only to be verified comes after all that a learner waits for."""
    return (line.longest is None, -line.age) if line.todo else None


def _by_stage(line: Line) -> int:
    if line.state is None:
        return -1
    return len(_STAGES) if line.at is None else _STAGES.index(line.at)


def _by_due(line: Line) -> Any:
    return line.due.day if line.due else None


def _by_remarks(line: Line) -> tuple[int, int] | None:
    remarks = line.pending.remarks
    return (-remarks.blocking, -remarks.unsettled) if remarks.unsettled else None


# By its name in an address: what each way compares; None has nothing to compare, and stays last both ways round.
WAYS: Mapping[str, Callable[[Line], Any]] = {
    "waiting": _by_waiting,
    "age": _by_age,
    "name": by_name,
    "stage": _by_stage,
    "turn": lambda line: _TURNS.index(line.turn),
    "tutor": lambda line: plain(line.tutor) if line.tutor else None,
    "due": _by_due,
    "remarks": _by_remarks,
}


def ordered(lines: Iterable[Line], sort: str = "waiting", *, down: bool = False) -> tuple[Line, ...]:
    """Lines in one of WAYS, the other way round when `down`; equal ones by waiting, then by name."""
    known = sorted(sorted(lines, key=by_name), key=_by_waiting)
    way = WAYS[sort]
    present = [line for line in known if way(line) is not None]
    absent = [line for line in known if way(line) is None]
    return (*sorted(present, key=way, reverse=down), *absent)
