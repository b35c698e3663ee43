"""What the desk brings to the house: the front page of a cohort, the tutor's queue, the coordination's board."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for

from tutoring.desk.policy import may_open_board
from tutoring.desk.views import pages
from tutoring.programme.models import Role, Standing
from tutoring.web.part import NavLink, Part


def _nav(standing: Standing) -> Iterable[NavLink]:
    cohort_id = standing.cohort.id
    yield NavLink("home", url_for("desk.front", cohort_id=cohort_id), "desk.front", 10)
    # A coordinator's queue is reached from the board: their line of links is the longest already.
    if standing.role == Role.STAFF:
        yield NavLink("queue", url_for("desk.queue", cohort_id=cohort_id), "desk.queue", 40)
    if may_open_board(standing.person, standing):
        yield NavLink("board", url_for("desk.board", cohort_id=cohort_id), "desk.board", 50)


PART = Part(name="desk", blueprint=pages, nav=_nav)
