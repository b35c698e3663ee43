"""The pages of a jury: panels for the coordinator, notes to evaluate for who sits, the decision for who presides."""

from tutoring.jury.views import composing, judging
from tutoring.jury.views.pages import pages

__all__ = ["composing", "judging", "pages"]
