"""Who opens which page of the desk: a front page is every member's, a queue the staff's, a board the coordinators'."""

from __future__ import annotations

from tutoring.people.models import Person
from tutoring.programme.policy import InCohort, may_coordinate, may_enter, may_write_space


def may_open_front(person: Person, page: InCohort) -> bool:
    """See the cohort's front page: every member finds there what concerns them."""
    return may_enter(person, page)


def may_open_queue(person: Person, page: InCohort) -> bool:
    """See the notes one follows as a tutor: staff and coordinators, who alone may be tutors."""
    return may_write_space(person, page)


def may_open_board(person: Person, page: InCohort) -> bool:
    """See where every note of the cohort stands, and carry it away as a file: coordinators."""
    return may_coordinate(person, page)
