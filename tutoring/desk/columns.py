"""What the files of the desk hold of each line, column by column, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import unescape

from flask import get_template_attribute

from tutoring.desk.lines import Line
from tutoring.desk.sheet import Cell
from tutoring.programme.calendar import local_day
from tutoring.web.wording import label

BOARD = (
    "learner",
    "title",
    "stage",
    "state",
    "turn",
    "since",
    "days",
    "late",
    "tutor",
    "due_stage",
    "due_day",
    "remarks_open",
    "remarks_verify",
    "remarks_blocking",
    "questions",
    "change",
    "remind",
)
QUEUE = (
    "learner",
    "title",
    "todo",
    "age",
    "stage",
    "state",
    "turn",
    "since",
    "days",
    "late",
    "begun",
    "remarks_open",
    "remarks_verify",
    "remarks_blocking",
    "remarks_unseen",
    "questions",
    "change",
    "answered",
    "read",
    "due_stage",
    "due_day",
)


def head_of(columns: tuple[str, ...]) -> list[str]:
    """The names of these columns."""
    return [label("column", code, part="desk") for code in columns]


def cells_of(columns: tuple[str, ...], line: Line) -> list[Cell]:
    """A line in these columns."""
    return [_CELLS[code](line) for code in columns]


def _yes_no(says: object) -> str:
    return label("yes_no", "yes" if says else "no", part="desk")


def _state(line: Line) -> str:
    if line.state is None:
        return label("state", "unopened", part="desk")
    return label("state", line.state, part="notes")


def _stage(line: Line) -> str:
    return label("stage", line.at, part="notes") if line.at else ""


def _todo(line: Line) -> str:
    words = get_template_attribute("desk/wording.html", "todo_words")
    return ", ".join(unescape(str(words(todo, line.in_review))).strip() for todo in line.todo)


def _read(line: Line) -> str:
    answer = line.versions.answer
    return _yes_no(answer.read_at) if answer else ""


_CELLS: Mapping[str, Callable[[Line], Cell]] = {
    "learner": lambda line: line.name,
    "title": lambda line: line.title,
    "todo": _todo,
    "age": lambda line: line.age if line.todo else None,
    "stage": _stage,
    "state": _state,
    "turn": lambda line: label("turn", line.turn, part="notes"),
    "since": lambda line: local_day(line.since) if line.since else None,
    "days": lambda line: line.days,
    "late": lambda line: _yes_no(line.late),
    "tutor": lambda line: line.tutor,
    "begun": lambda line: _yes_no(line.begun),
    "remarks_open": lambda line: line.pending.remarks.open,
    "remarks_verify": lambda line: line.pending.remarks.addressed,
    "remarks_blocking": lambda line: line.pending.remarks.blocking,
    "remarks_unseen": lambda line: line.pending.remarks.unseen,
    "questions": lambda line: line.pending.questions,
    "change": lambda line: _yes_no(line.pending.change_id),
    "remind": lambda line: _yes_no(line.to_remind),
    "answered": lambda line: local_day(line.versions.answer.released_at) if line.versions.answer else None,
    "read": _read,
    "due_stage": lambda line: label("stage", line.due.stage, part="notes") if line.due else "",
    "due_day": lambda line: line.due.day if line.due else None,
}
