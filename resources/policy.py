"""Who may do what in the space of a day, and with a reading handed to one learner."""

from __future__ import annotations

from typing import Protocol

from resources.models import AssignedReading
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Side
from tutoring.notes.policy import STAFF, OnNote, sees_remark
from tutoring.notes.policy import may_read as may_read_note
from tutoring.people.models import Person
from tutoring.programme.models import Standing
from tutoring.programme.policy import may_coordinate, may_enter, may_write_space

# A draft is nobody's but those who write: pages that show one take `may_write`.
may_read = may_enter
may_write = may_write_space


class ForLearners(Protocol):
    """A page from which a reading is handed: the notes of those to whom its reader may hand one."""

    @property
    def standing(self) -> Standing: ...

    @property
    def notes(self) -> tuple[ValidationNote, ...]: ...


class OnAssigned(OnNote, Protocol):
    """A reading handed to the learner of a note, as one reader has it."""

    @property
    def assigned(self) -> AssignedReading: ...


def may_assign(person: Person, page: ForLearners) -> bool:
    """Hand a reading to learners of a cohort: its coordinators, and whoever follows one of them."""
    return may_coordinate(person, page) or (may_write_space(person, page) and bool(page.notes))


def may_assign_here(_person: Person, thing: OnNote) -> bool:
    """Hand a reading to the learner of this note: their tutor, the coordination."""
    return bool(thing.sides & STAFF)


def may_open_assigned(person: Person, thing: OnAssigned) -> bool:
    """Open a reading that was handed: its learner, their tutor, the coordination."""
    return may_read_note(person, thing) and sees_assigned(thing.assigned, thing.sides)


def may_mark_assigned(person: Person, thing: OnAssigned) -> bool:
    """Say that one has read it: its learner."""
    return Side.LEARNER in thing.sides and may_open_assigned(person, thing)


def may_take_back(person: Person, thing: OnAssigned) -> bool:
    """Take it back: whoever handed it and still follows the learner, the coordination."""
    own = thing.assigned.given_by_id == person.id and bool(thing.sides & STAFF)
    return (own or Side.COORDINATOR in thing.sides) and may_open_assigned(person, thing)


def sees_assigned(assigned: AssignedReading, sides: frozenset[Side]) -> bool:
    """Whether these sides see that it was handed: with a remark that is not released, the tutor's seat alone.

    `assigned.remark` is loaded.
    """
    held_back = assigned.remark is not None and assigned.remark.released_at is None
    return not held_back or Side.TUTOR in sides


def sees_its_remark(assigned: AssignedReading, sides: frozenset[Side]) -> bool:
    """Whether these sides see the remark it was handed from; staff's own remarks stay among staff."""
    return assigned.remark is not None and sees_remark(assigned.remark, sides)
