"""Who may tie a course to a cohort, and who sees the ties."""

from __future__ import annotations

from lti.models import LmsPage, NewCourse
from tutoring.people.models import Person
from tutoring.programme.policy import may_coordinate


def may_see_ties(person: Person, page: LmsPage) -> bool:
    """A cohort's page about its platform: its coordinators."""
    return may_coordinate(person, page)


def may_link_new_course(person: Person, course: NewCourse) -> bool:
    """Choose what a new course opens: the staff whose verified launch brought it."""
    return course.person.id == person.id


def may_choose_cohort(person: Person) -> bool:
    """Link a course to an existing cohort without its coordinator's code: administrators of the institution."""
    return person.administrator
