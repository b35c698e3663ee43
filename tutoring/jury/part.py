"""What jury brings to the house: its pages, its link, and what a note's page shows of it."""

from __future__ import annotations

from collections.abc import Iterable

from tutoring.jury.panels import beside, result
from tutoring.jury.policy import may_open_jury
from tutoring.jury.views import pages
from tutoring.programme.models import Standing
from tutoring.web.part import NavLink, Panel, Part


def nav(standing: Standing) -> Iterable[NavLink]:
    """The jury's page, for all but learners: who sits nowhere finds it empty."""
    if may_open_jury(standing.person, standing):
        yield NavLink("jury", f"/c/{standing.cohort.id}/jury", "jury.index", order=60)


PART = Part(
    name="jury",
    blueprint=pages,
    nav=nav,
    panels=(
        Panel("note.main", result, order=10),
        Panel("note.side", beside, order=40),
    ),
)
