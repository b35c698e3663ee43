"""The door's pages: launches and where they land, and the ties between courses and cohorts."""

from lti.views import courses, door, selecting
from lti.views.blueprint import pages

__all__ = ["courses", "door", "pages", "selecting"]
