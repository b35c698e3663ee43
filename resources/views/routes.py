"""The blueprint of the space, and what its pages are loaded from."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from sqlalchemy.orm import Session

from resources.models import Reading
from resources.policy import may_write, sees_assigned
from resources.queries.assigned import (
    AssignedPage,
    AssigningPage,
    LearnerPage,
    assigned_page,
    assigning_page,
    learner_page,
)
from resources.queries.library import LibraryPage
from resources.queries.space import DayPage, DaysPage, day_page, days_page, reading_numbered
from tutoring.people.models import Person
from tutoring.programme.calendar import local_day
from tutoring.programme.models import Day, Standing
from tutoring.programme.queries import day_numbered, standing_in, standings_of
from tutoring.web.edge import now

pages = Blueprint("resources", __name__)


@dataclass(frozen=True)
class ReadingPage:
    """A reading of a day, for those who open or mend it."""

    standing: Standing
    day: Day
    reading: Reading


@dataclass(frozen=True)
class NewReadingPage:
    """A day to which a reading is being added."""

    standing: Standing
    day: Day


def load_days(db: Session, viewer: Person, cohort_id: int) -> DaysPage | None:
    """The calendar of a cohort that the viewer belongs to."""
    standing = standing_in(db, viewer, cohort_id)
    return days_page(db, standing, local_day(now())) if standing else None


def load_day(
    db: Session, viewer: Person, cohort_id: int, number: int, edition: int | None = None
) -> DayPage | None:
    """The space of a day, with the text being written for those who may write it."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    return day_page(db, standing, number, writes=may_write(viewer, standing), edition=edition)


def load_bare_day(db: Session, viewer: Person, cohort_id: int, number: int) -> NewReadingPage | None:
    """A day alone."""
    standing = standing_in(db, viewer, cohort_id)
    day = day_numbered(db, cohort_id, number) if standing else None
    return NewReadingPage(standing, day) if standing and day else None


def load_reading(
    db: Session, viewer: Person, cohort_id: int, number: int, reading_id: int
) -> ReadingPage | None:
    """A reading that was not removed."""
    page = load_bare_day(db, viewer, cohort_id, number)
    reading = reading_numbered(db, page.day.id, reading_id) if page else None
    return ReadingPage(page.standing, page.day, reading) if page and reading else None


def load_library(db: Session, viewer: Person, cohort_id: int) -> LibraryPage | None:
    """The library, entered from a cohort."""
    standings = standings_of(db, viewer)
    here = next((standing for standing in standings if standing.cohort.id == cohort_id), None)
    return LibraryPage(here, tuple(one.cohort for one in standings)) if here else None


def load_assigning(db: Session, viewer: Person, cohort_id: int) -> AssigningPage | None:
    """A cohort with those to whom the viewer may hand a reading."""
    standing = standing_in(db, viewer, cohort_id)
    return assigning_page(db, standing) if standing else None


def load_learner(db: Session, viewer: Person, cohort_id: int, note_id: int) -> LearnerPage | None:
    """A note of this cohort, whose learner a reading may be handed to."""
    standing = standing_in(db, viewer, cohort_id)
    return learner_page(db, standing, note_id) if standing else None


def load_assigned(
    db: Session, viewer: Person, cohort_id: int, note_id: int, assigned_id: int
) -> AssignedPage | None:
    """A reading handed to the learner of this note; what goes with an unreleased remark is not there for others."""
    standing = standing_in(db, viewer, cohort_id)
    page = assigned_page(db, standing, note_id, assigned_id) if standing else None
    return page if page and sees_assigned(page.assigned, page.sides) else None
