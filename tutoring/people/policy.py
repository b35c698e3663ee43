"""Who may do what with persons and institutions."""

from __future__ import annotations

from tutoring.people.models import Institution, Person


def may_run_institution(person: Person, institution: Institution) -> bool:
    """The institution's page and its administrators: its administrators."""
    return person.administrator and person.institution_id == institution.id
