"""A note on its way, moved by the operations that the application uses, for tests that start half-way."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import World
from tutoring.notes import operations
from tutoring.notes.models import NotePage, Submission, ValidationNote
from tutoring.notes.moves import Dissemination, Verdict
from tutoring.notes.operations import HandedIn, Item
from tutoring.notes.queries import note_page
from tutoring.people.models import Person
from tutoring.programme.models import Cohort
from tutoring.programme.queries import standing_in
from tutoring.store.files import FolderStore, StoredFile, keep


def small_pdf(pages: int = 1, text: str = "Une note") -> bytes:
    """A real PDF of so many pages, each with a line of text (PDF 1.4, written by hand)."""
    bodies: list[bytes] = []
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    bodies.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    bodies.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode())
    bodies.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for page in range(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text} {page + 1}) Tj ET".encode()
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * page} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        bodies.append(f"<< /Length {len(drawn)} >>\nstream\n".encode() + drawn + b"\nendstream")
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


@dataclass
class Seat:
    """A note in one session, moved by whoever has it to do. `world.learner` writes, `world.tutor` follows."""

    db: Session
    world: World
    note: ValidationNote

    @property
    def now(self) -> datetime:
        return self.world.clock()

    def page(self, person: Person | None = None) -> NotePage:
        """The note as this person (its learner by default) has it, read again."""
        self.db.flush()
        self.db.expire_all()
        person = self.db.get_one(Person, (person or self.world.learner).id)
        standing = standing_in(self.db, person, self.note.cohort_id)
        assert standing is not None
        found = note_page(self.db, person, standing, self.note.id)
        assert found is not None
        self.note = found.note
        return found

    def file(self, content: bytes, kind: str = "pdf") -> StoredFile:
        house = self.world.app.extensions["palier"]
        assert isinstance(house.files, FolderStore)
        return keep(self.db, house.files, self.note.institution_id, io.BytesIO(content), kind)

    def pdf(self, part: str = "note", pages: int = 17, **options: Any) -> Item:
        return Item(part, file=self.file(small_pdf(pages)), filename="note.pdf", pages=pages, **options)

    def hand_in(self, **handed: Any) -> Submission:
        page = self.page()
        return operations.hand_in(
            self.db,
            page.note,
            page.standing.person,
            HandedIn(**handed),
            now=self.now,
            seen_version=handed.pop("seen_version", page.note.version),
        )

    def topic(self, title: str = "Les communs culturels") -> Submission:
        return self.hand_in(title=title, message="Comment **partager** un lieu ?")

    def plan(self) -> Submission:
        return self.hand_in(items=(Item("note", text="# Plan\n\nTrois parties."),))

    def draft(self, pages: int = 17) -> Submission:
        return self.hand_in(items=(self.pdf(pages=pages),), message="Deuxième partie à relire.")

    def final(self, **options: Any) -> Submission:
        asked = {
            "items": (self.pdf(),),
            "honour": True,
            "dissemination": Dissemination.COHORT,
            **options,
        }
        return self.hand_in(**asked)

    def review(
        self, verdict: Verdict | None, message: str = "La question reste large.", **options: Any
    ) -> Submission:
        """The tutor answers the newest submission (or `submission`)."""
        page = self.page(self.world.tutor)
        wanted = options.pop("submission", None)
        latest = operations.newest(page.note)
        submission = next((s for s in page.note.submissions if wanted and s.id == wanted.id), latest)
        assert submission is not None
        operations.release_review(
            self.db,
            page.note,
            submission,
            page.standing.person,
            verdict=verdict,
            message=message,
            now=self.now,
            seen_version=options.pop("seen_version", page.note.version),
            **options,
        )
        return submission

    def aside(
        self, name: str, person: Person, side: Any, reason: str = "Raison dite.", **options: Any
    ) -> None:
        page = self.page(person)
        operations.decide_aside(
            self.db,
            page,
            name,
            page.standing.person,
            side,
            reason=reason,
            now=self.now,
            seen_version=page.note.version,
            **options,
        )

    def undo(self, person: Person, side: Any) -> None:
        page = self.page(person)
        operations.undo(
            self.db, page.note, page.standing.person, side, now=self.now, seen_version=page.note.version
        )

    def to_final_check(self) -> Submission:
        """Topic, plan and draft approved, final version handed in."""
        self.topic()
        self.review(Verdict.APPROVED)
        self.plan()
        self.review(Verdict.APPROVED)
        self.draft()
        self.review(Verdict.APPROVED)
        return self.final()


def seat(db: Session, world: World, *, tutor: bool = True, author: Person | None = None) -> Seat:
    """A note just opened for the world's learner, followed by its tutor."""
    cohort = db.get_one(Cohort, world.cohort.id)
    person = db.get_one(Person, (author or world.learner).id)
    note = operations.open_note(db, cohort, person, now=world.clock())
    if tutor:
        coordinator = db.get_one(Person, world.coordinator.id)
        follows = db.get_one(Person, world.tutor.id)
        operations.assign_tutor(db, note, follows, coordinator, now=world.clock())
    return Seat(db, world, note)
