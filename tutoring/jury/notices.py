"""Who is told what by mail around a jury; never an outcome nor a grade, which are read on the page alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.jury.models import Hearing, Panel
from tutoring.people.models import Institution, Person
from tutoring.people.notices import tell


def tell_members(db: Session, panel: Panel, members: Iterable[Person], *, notes: int, now: datetime) -> None:
    """Each member: notes wait for their evaluation. One mail for the whole batch."""
    for member in members:
        tell(
            db,
            member,
            "jury_notes_given",
            path=f"/c/{panel.cohort_id}/jury",
            now=now,
            notes=notes,
            **_about(db, panel),
        )


def tell_president(
    db: Session, president: Person, panel: Panel, hearing: Hearing, *, own_locked: bool, now: datetime
) -> None:
    """The president: enough evaluations are locked to deliberate."""
    tell(
        db,
        president,
        "jury_ready",
        path=f"/c/{panel.cohort_id}/jury/hearings/{hearing.id}",
        now=now,
        title=hearing.note.title,
        own_locked=own_locked,
        **_about(db, panel),
    )


def tell_recalled(db: Session, hearing: Hearing, *, now: datetime) -> None:
    """Each member: a note is no longer theirs to evaluate. `hearing.panel` is loaded with its seats."""
    panel = hearing.panel
    for seat in panel.seats:
        tell(
            db,
            seat.person,
            "jury_note_recalled",
            path=f"/c/{panel.cohort_id}/jury",
            now=now,
            title=hearing.note.title,
            **_about(db, panel),
        )


def _about(db: Session, panel: Panel) -> dict[str, str | None]:
    return {
        "panel": panel.name,
        "sits_on": panel.sits_on.isoformat() if panel.sits_on else None,
        "place": panel.place,
        "institution": db.get_one(Institution, panel.institution_id).name,
    }
