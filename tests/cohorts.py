"""A cohort as one finds it in the middle of its year: each learner's note somewhere else on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.factories import World
from tutoring.notes.models import Submission, ValidationNote
from tutoring.notes.moves import STAGE_OF, TURN_OF, State
from tutoring.notes.operations import open_note
from tutoring.people.models import Person
from tutoring.programme.models import Cohort


@dataclass(frozen=True)
class Stand:
    """Where to put a note: its state, for how many days, who follows it, where it stood before it was set aside.

    `shown_days`: for how many days learner and tutor believe it to stand where they see it.
    """

    state: State
    days: int = 0
    tutor: Person | None = None
    title: str = ""
    stood_at: State | None = None
    shown_days: int | None = None
    version: int = 0
    late: bool = False


def put(db: Session, world: World, learner: Person, stand: Stand) -> ValidationNote:
    """The learner's note, put there at once: the way to it is what other tests walk."""
    now = world.clock()
    note = open_note(db, db.get_one(Cohort, world.cohort.id), learner, now=now)
    note.state, note.turn, note.title = stand.state, TURN_OF[stand.state], stand.title
    note.stood_at, note.tutor_id = stand.stood_at, stand.tutor.id if stand.tutor else None
    note.turn_since = now - timedelta(days=stand.days)
    shown = stand.days if stand.shown_days is None else stand.shown_days
    note.shown_since = now - timedelta(days=shown)
    stage = STAGE_OF[stand.state]
    for number in range(1, stand.version + 1):
        db.add(
            Submission(
                institution_id=note.institution_id,
                note=note,
                stage=str(stage),
                number=number,
                title=stand.title,
                message="",
                html="",
                late=stand.late and number == stand.version,
                honour=False,
                submitted_by_id=learner.id,
                submitted_at=note.turn_since,
            )
        )
    db.flush()
    return note


def put_all(world: World, stands: Sequence[Stand | None]) -> list[int | None]:
    """Put the notes of the world's learners, in their order; None leaves a learner without a note. Returns note ids."""
    with world.session() as db:
        return [
            put(db, world, learner, stand).id if stand else None
            for learner, stand in zip(world.learners, stands, strict=True)
        ]
