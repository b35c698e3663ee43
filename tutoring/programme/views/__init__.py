"""The pages about a programme: one's cohorts, and what a coordinator keeps of one."""

from tutoring.programme.views import cohorts, days, members, rules
from tutoring.programme.views.pages import pages

__all__ = ["cohorts", "days", "members", "pages", "rules"]
