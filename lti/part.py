"""What lti brings to the house: the door, the pages that tie courses to cohorts, and the gradebook's consumer."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from lti.commands import lti
from lti.gradebook import GRADEBOOK
from lti.views import pages
from tutoring.programme.models import Role, Standing
from tutoring.web.part import NavLink, Part


def nav(standing: Standing) -> Iterator[NavLink]:
    """The cohort's ties with its platforms, for coordinators."""
    if standing.role == Role.COORDINATOR:
        yield NavLink("lms", url_for("lti.lms", cohort_id=standing.cohort.id), "lti.lms", order=90)


PART = Part(name="lti", blueprint=pages, commands=(lti,), consumers=(GRADEBOOK,), nav=nav)
