"""The pages of the desk: a cohort's front page, a tutor's queue and the coordination's board, with their files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.desk.board import Sieve, sift
from tutoring.desk.columns import BOARD, QUEUE, cells_of, head_of
from tutoring.desk.lines import Line
from tutoring.desk.models import BoardPage, FrontPage, QueuePage
from tutoring.desk.policy import may_open_board, may_open_front, may_open_queue
from tutoring.desk.queries import board_page, front_page, queue_page
from tutoring.desk.queue import Ask, queue_of
from tutoring.desk.sheet import as_csv
from tutoring.notes.moves import GOAL_DAYS
from tutoring.people.models import Person
from tutoring.programme.models import Standing
from tutoring.programme.queries import standing_in
from tutoring.web.edge import now
from tutoring.web.guard import guarded
from tutoring.web.wording import label

pages = Blueprint("desk", __name__)


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
    ask = Ask.asked(request.args)
    return render_template(
        "desk/queue.html",
        page=page,
        ask=ask,
        shown=queue_of(page.lines, ask),
        goal=GOAL_DAYS,
        link=_linker(page, ask, "desk.queue"),
        file=_linker(page, ask, "desk.queue_file")(),
    )


@pages.get("/c/<int:cohort_id>/queue.csv")
@guarded(may_open_queue, load_queue)
def queue_file(page: QueuePage) -> ResponseReturnValue:
    """The lines that the queue shows, as a file: those that await their tutor first."""
    shown = queue_of(page.lines, Ask.asked(request.args))
    return _file("queue", page, QUEUE, (*shown.waiting, *shown.others))


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


@pages.get("/c/<int:cohort_id>/board.csv")
@guarded(may_open_board, load_board)
def board_file(page: BoardPage) -> ResponseReturnValue:
    """The lines that the board shows, as a file."""
    return _file("board", page, BOARD, sift(page.lines, Sieve.asked(request.args)))


def _linker(page: BoardPage | QueuePage, asked: Sieve | Ask, endpoint: str) -> Callable[..., str]:
    def link(**changes: object) -> str:
        address: dict[str, Any] = {"cohort_id": page.standing.cohort.id, **asked.arguments(**changes)}
        return url_for(endpoint, **address)

    return link


def _file(
    code: str, page: BoardPage | QueuePage, columns: tuple[str, ...], lines: Sequence[Line]
) -> ResponseReturnValue:
    content = as_csv(head_of(columns), (cells_of(columns, line) for line in lines))
    name = f"{label('file', code, part='desk')}-{page.standing.cohort.id}-{page.today.isoformat()}.csv"
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
