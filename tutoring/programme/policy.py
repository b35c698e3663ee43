"""Who may do what in a cohort: read its space, write it, run it."""

from __future__ import annotations

from typing import Protocol

from tutoring.people.models import Person
from tutoring.programme.models import Role, Standing


class InCohort(Protocol):
    """Anything that knows where its reader stands in its cohort."""

    @property
    def standing(self) -> Standing: ...


def may_enter(person: Person, thing: InCohort) -> bool:
    """See the cohort's pages: every member."""
    return thing.standing.person.id == person.id


def may_write_space(person: Person, thing: InCohort) -> bool:
    """Write the space of its days: staff and coordinators."""
    return may_enter(person, thing) and thing.standing.role in {Role.STAFF, Role.COORDINATOR}


def may_coordinate(person: Person, thing: InCohort) -> bool:
    """Run the cohort: its coordinators."""
    return may_enter(person, thing) and thing.standing.role == Role.COORDINATOR


def may_administer(person: Person, _thing: object) -> bool:
    """Run the institution: its administrators."""
    return person.administrator


def is_learner(person: Person, thing: InCohort) -> bool:
    """Follow the cohort as a learner."""
    return may_enter(person, thing) and thing.standing.role == Role.LEARNER
