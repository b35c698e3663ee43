"""A jury at work, moved by the operations that the application uses, for tests that start half-way."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import World
from tests.notes import seat
from tutoring.jury import operations
from tutoring.jury.models import Evaluation, Hearing, HearingPage, Panel, PanelPage
from tutoring.jury.operations import PanelFacts
from tutoring.jury.queries import hearing_page, new_panel_page, panel_page
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Outcome
from tutoring.people.models import Person

FULL = {"questionnement": 400, "analyse": 350, "connaissances": 425, "documentation": 150, "composition": 200}


def checked_note(db: Session, world: World, author: Person) -> ValidationNote:
    """The note of this learner, followed by the world's tutor, with its final version handed in."""
    theirs = copy.copy(world)
    theirs.learner = author
    at = seat(db, theirs, author=author)
    at.to_final_check()
    return at.note


class Jury:
    """One panel of a world in one session: `world.guest` presides, `world.staff` sits."""

    def __init__(self, db: Session, world: World) -> None:
        self.db, self.world = db, world
        page = new_panel_page(db, self.person(world.coordinator), world.cohort.id)
        assert page is not None
        panel = operations.add_panel(
            db,
            page.standing,
            self.facts(),
            [member.person for member in page.candidates],
            now=world.clock(),
        )
        self.panel_id = panel.id

    def facts(self, **changes: Any) -> PanelFacts:
        told = {
            "name": "Jury A",
            "sits_on": self.world.cohort.jury_from,
            "place": "2 rue Conté",
            "members": frozenset({self.world.guest.id, self.world.staff.id}),
            "president": self.world.guest.id,
            **changes,
        }
        return PanelFacts(**told)

    def person(self, person: Person) -> Person:
        return self.db.get_one(Person, person.id)

    def page(self) -> PanelPage:
        self.db.flush()
        self.db.expire_all()
        found = panel_page(self.db, self.person(self.world.coordinator), self.world.cohort.id, self.panel_id)
        assert found is not None
        return found

    def hearing(self, person: Person, hearing: Hearing) -> HearingPage:
        """The hearing as this person has it, read again."""
        self.db.flush()
        self.db.expire_all()
        found = hearing_page(self.db, self.person(person), self.world.cohort.id, hearing.id)
        assert found is not None
        return found

    def compose(self, **changes: Any) -> Panel:
        page = self.page()
        return operations.compose(
            self.db, page, self.facts(**changes), seen_version=page.panel.version, now=self.world.clock()
        )

    def give(self, notes: Iterable[ValidationNote]) -> list[Hearing]:
        ids = {note.id for note in notes}
        page = self.page()
        return operations.give(
            self.db, page, [note for note in page.waiting if note.id in ids], now=self.world.clock()
        )

    def transmit(self, hearings: Iterable[Hearing]) -> list[Hearing]:
        return operations.transmit(self.db, *self._batch(hearings), now=self.world.clock())

    def publish(self, hearings: Iterable[Hearing]) -> list[Hearing]:
        return operations.publish(self.db, *self._batch(hearings), now=self.world.clock())

    def _batch(self, hearings: Iterable[Hearing]) -> tuple[PanelPage, dict[int, int]]:
        ids = {hearing.id for hearing in hearings}
        page = self.page()
        return page, {h.id: h.note.version for h in page.panel.hearings if h.id in ids}

    def lock(self, person: Person, hearing: Hearing, **changes: Any) -> Evaluation:
        page = self.hearing(person, hearing)
        told = {
            "points": FULL,
            "comment": f"Appréciation de {person.name}.",
            "confirmed": True,
            "seen_version": page.mine.version if page.mine else 0,
            "now": self.world.clock(),
            **changes,
        }
        return operations.lock_evaluation(self.db, page, **told)

    def save(self, person: Person, hearing: Hearing, **changes: Any) -> Evaluation:
        page = self.hearing(person, hearing)
        told = {
            "points": {"questionnement": 400},
            "comment": "En cours.",
            "seen_version": page.mine.version if page.mine else 0,
            "now": self.world.clock(),
            **changes,
        }
        return operations.save_evaluation(self.db, page, **told)

    def record(self, hearing: Hearing, outcome: Outcome | None = Outcome.PASSED, **changes: Any) -> Hearing:
        page = self.hearing(changes.pop("by", self.world.guest), hearing)
        told = {
            "grade": 1525,
            "reason": "",
            "seen_version": page.hearing.note.version,
            "now": self.world.clock(),
            **changes,
        }
        return operations.record_outcome(self.db, page, outcome=outcome, **told)

    def reopen(self, hearing: Hearing) -> Hearing:
        page = self.hearing(self.world.guest, hearing)
        return operations.reopen(
            self.db, page, seen_version=page.hearing.note.version, now=self.world.clock()
        )

    def before(self, *authors: Person) -> list[Hearing]:
        """Final versions of these learners, given and transmitted to the panel."""
        notes = [checked_note(self.db, self.world, author) for author in authors]
        given = self.give(notes)
        self.transmit(given)
        return given

    def deliberated(self, *authors: Person, **decision: Any) -> list[Hearing]:
        """The same, evaluated by both members, the outcome recorded."""
        hearings = self.before(*authors)
        for hearing in hearings:
            self.lock(self.world.staff, hearing)
            self.lock(self.world.guest, hearing)
            self.record(hearing, **decision)
        return hearings
