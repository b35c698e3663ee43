"""The people and cohorts that tests start from, made through the operations that the application uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from tutoring.people.models import Institution, Person
from tutoring.people.operations import Names, add_person, make_institution
from tutoring.programme.models import Cohort, Role
from tutoring.programme.operations import admit, import_track, open_cohort
from tutoring.store.db import writing
from tutoring.web import edge

CATALOGUE = Path(__file__).parent.parent / "tutoring" / "programme" / "catalogue"


class World:
    """An institution with one cohort of “Arts et culture”: coordinator, tutors, staff, guest, three learners.

    The attributes are detached rows: read their columns, not their relations.
    """

    def __init__(self, app: Flask, clock: Callable[[], datetime], *, learners: int = 3) -> None:
        self.app, self.clock = app, clock
        with self.session() as db:
            self.institution = make_institution(db, slug="cnam", name="Cnam")
            source = (CATALOGUE / "arts-et-culture.toml").read_text(encoding="utf-8")
            self.track = import_track(db, self.institution.id, source, now=clock())
            self.coordinator = self.person(db, "Dominique", "Roux")
            self.cohort = open_cohort(db, self.track, actor=self.coordinator, now=clock())
            self.tutor = self.member(db, "Claire", "Aubert", Role.STAFF)
            self.other_tutor = self.member(db, "Malik", "Sadi", Role.STAFF)
            self.staff = self.member(db, "Noa", "Petit", Role.STAFF)
            self.guest = self.member(db, "Anne", "Leroy", Role.GUEST)
            self.learners = [
                self.member(db, f"Prénom{rank}", f"Nom{rank:02}", Role.LEARNER) for rank in range(learners)
            ]
            self.learner = self.learners[0]
            self.stranger = self.person(db, "Sam", "Ailleurs")

    def person(
        self, db: Session, given: str, family: str, *, institution: Institution | None = None
    ) -> Person:
        """Somebody of the institution, with an address @example.org."""
        email = f"{given}.{family}@example.org".lower().replace("é", "e").replace("ï", "i")
        return add_person(
            db,
            (institution or self.institution).id,
            Names(given=given, family=family, email=email),
            now=self.clock(),
        )

    def member(
        self, db: Session, given: str, family: str, role: Role, cohort: Cohort | None = None
    ) -> Person:
        """Somebody with a role in the cohort."""
        person = self.person(db, given, family)
        admit(db, cohort or db.merge(self.cohort, load=False), person, role, actor=None, now=self.clock())
        return person

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that commits at the end of the block."""
        with self.app.app_context():
            db = edge.database.sessionmaker()
            writing(db)
            with db:
                yield db
                db.commit()
