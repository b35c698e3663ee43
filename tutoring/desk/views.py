"""The pages of the desk: a cohort's front page, a tutor's queue, the coordination's board and its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.desk.board import Sieve, sift
from tutoring.desk.lines import Line
from tutoring.desk.models import BoardPage, FrontPage, QueuePage
from tutoring.desk.policy import may_open_board, may_open_front, may_open_queue
from tutoring.desk.queries import board_page, front_page, queue_page
from tutoring.desk.sheet import Cell, as_csv
from tutoring.notes.moves import GOAL_DAYS
from tutoring.people.models import Person
from tutoring.programme.calendar import local_day
from tutoring.programme.models import Standing
from tutoring.programme.queries import standing_in
from tutoring.web.edge import now
from tutoring.web.guard import guarded
from tutoring.web.wording import label

pages = Blueprint("desk", __name__)

COLUMNS = (
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
)


def load_front(db: Session, viewer: Person, cohort_id: int) -> FrontPage | None:
    """The front page of a cohort that the viewer belongs to."""
    standing = standing_in(db, viewer, cohort_id)
    return front_page(db, standing, now()) if standing else None


def load_queue(db: Session, viewer: Person, cohort_id: int) -> QueuePage | Standing | None:
    """The viewer's queue; their bare standing when they may have none."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None or not may_open_queue(viewer, standing):
        return standing
    return queue_page(db, standing, now())


def load_board(db: Session, viewer: Person, cohort_id: int) -> BoardPage | Standing | None:
    """The cohort's board; the viewer's bare standing when it is not for them."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None or not may_open_board(viewer, standing):
        return standing
    return board_page(db, standing, now())


@pages.get("/c/<int:cohort_id>/")
@guarded(may_open_front, load_front)
def front(page: FrontPage) -> ResponseReturnValue:
    return render_template(f"desk/front_{page.standing.role}.html", page=page, goal=GOAL_DAYS)


@pages.get("/c/<int:cohort_id>/queue")
@guarded(may_open_queue, load_queue)
def queue(page: QueuePage) -> ResponseReturnValue:
    return render_template("desk/queue.html", page=page, goal=GOAL_DAYS)


@pages.get("/c/<int:cohort_id>/board")
@guarded(may_open_board, load_board)
def board(page: BoardPage) -> ResponseReturnValue:
    sieve = Sieve.asked(request.args)
    return render_template(
        "desk/board.html",
        page=page,
        sieve=sieve,
        lines=sift(page.lines, sieve),
        goal=GOAL_DAYS,
        link=_linker(page, sieve, "desk.board"),
        file=_linker(page, sieve, "desk.board_file")(),
    )


def _linker(page: BoardPage, sieve: Sieve, endpoint: str) -> Callable[..., str]:
    def link(**changes: object) -> str:
        address: dict[str, Any] = {"cohort_id": page.standing.cohort.id, **sieve.arguments(**changes)}
        return url_for(endpoint, **address)

    return link


@pages.get("/c/<int:cohort_id>/board.csv")
@guarded(may_open_board, load_board)
def board_file(page: BoardPage) -> ResponseReturnValue:
    """The lines that the board shows, as a file."""
    lines = sift(page.lines, Sieve.asked(request.args))
    content = as_csv([label("column", code, part="desk") for code in COLUMNS], map(_cells, lines))
    name = f"{label('file', 'board', part='desk')}-{page.standing.cohort.id}-{page.today.isoformat()}.csv"
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _cells(line: Line) -> list[Cell]:
    return list(_each_cell(line))


def _each_cell(line: Line) -> Iterator[Cell]:
    yield line.name
    yield line.title
    yield label("stage", line.at, part="notes") if line.at else ""
    yield label("state", line.state, part="notes") if line.state else label("state", "unopened", part="desk")
    yield label("turn", line.turn, part="notes")
    yield local_day(line.since) if line.since else None
    yield line.days
    yield label("yes_no", "yes" if line.late else "no", part="desk")
    yield line.tutor
    yield label("stage", line.due.stage, part="notes") if line.due else ""
    yield line.due.day if line.due else None
