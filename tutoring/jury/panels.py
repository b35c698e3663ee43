"""What a note's own page shows of its jury: to the coordinator where it stands, to all three the released result."""

from __future__ import annotations

from flask import render_template
from sqlalchemy.orm import Session

from tutoring.jury.policy import sees_result
from tutoring.jury.queries import hearing_of_note, locked_of, released_hearing
from tutoring.notes.models import NotePage
from tutoring.notes.moves import Side, State
from tutoring.people.models import Person

# From here on a note may have a panel; before, its page has nothing to say of one.
NEAR_THE_JURY = frozenset(State) - {
    State.TOPIC_OPEN,
    State.TOPIC_REVIEW,
    State.PLAN_OPEN,
    State.PLAN_REVIEW,
    State.DRAFT_OPEN,
    State.DRAFT_REVIEW,
    State.FINAL_OPEN,
}


def beside(db: Session, _viewer: Person, page: NotePage) -> str:
    """For the coordinator: which panel, how far it is, a link. Never what a juror wrote."""
    if Side.COORDINATOR not in page.sides or State(page.note.state) not in NEAR_THE_JURY:
        return ""
    hearing = hearing_of_note(db, page.note.id)
    return render_template(
        "jury/beside_note.html",
        page=page,
        hearing=hearing,
        locked=locked_of(db, hearing) if hearing else None,
    )


def result(db: Session, _viewer: Person, page: NotePage) -> str:
    """The released outcome, grade and reason; nothing before."""
    if State(page.note.state) not in NEAR_THE_JURY:
        return ""
    hearing = released_hearing(db, page.note.id)
    if hearing is None or not sees_result(page.sides, hearing):
        return ""
    return render_template("jury/released.html", page=page, hearing=hearing)
