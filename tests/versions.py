"""A note whose plan is approved, whose drafts are handed in as Word files, over HTTP and by operations."""

from __future__ import annotations

import io
from typing import Any

import docx
from sqlalchemy import select

from tests.conftest import Browser
from tests.factories import World
from tests.lint import faults
from tests.notes import seat
from tutoring.documents.operations import keep_reading, read_quickly
from tutoring.notes import operations
from tutoring.notes.models import Remark, RemarkKind, Submission, ValidationNote, Visibility
from tutoring.notes.moves import Verdict
from tutoring.notes.operations import Item, Quoted

DIAGNOSIS = "Le diagnostic montre que les habitantes des tours voisines viennent peu au tiers-lieu."
COMMONS = "La programmation se décide en assemblée, à main levée, le premier lundi du mois."
BAR = "Les bénévoles tiennent le bar et comptent la caisse avant de partir le soir."
CONTRACT = "Une convention lie l’association à la commune jusqu’au printemps prochain."
WEEKLY = "Chaque semaine une trentaine de personnes du quartier passent la porte du lieu."
FIRST = ("# Le diagnostic", DIAGNOSIS, COMMONS, BAR, "# Les suites", CONTRACT, WEEKLY)
SECOND = (
    "# Le diagnostic",
    DIAGNOSIS.replace("viennent peu", "viennent rarement"),
    COMMONS,
    BAR,
    "# Les suites",
    WEEKLY,
    CONTRACT,
    "Un budget est joint en annexe pour la première fois.",
)


def word(*lines: str) -> bytes:
    """A Word file of these paragraphs, those that begin with # being titles."""
    made = docx.Document()
    for line in lines:
        if line.startswith("# "):
            made.add_heading(line[2:], level=1)
        else:
            made.add_paragraph(line)
    return saved(made)


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


class Versions:
    """`home`: the note's address; `first`: id of the draft handed in."""

    def __init__(self, world: World, browse: Any, *, title: str = "Les communs") -> None:
        self.world = world
        with world.session() as db:
            there = seat(db, world)
            there.topic(title)
            there.review(Verdict.APPROVED)
            there.plan()
            there.review(Verdict.APPROVED)
            self.note_id, self.cohort_id = there.note.id, there.note.cohort_id
        self.home = f"/c/{self.cohort_id}/notes/{self.note_id}"
        self.learner, self.tutor = browse(world.learner), browse(world.tutor)
        self.coordinator = browse(world.coordinator)
        self.first = self.hand_in(*FIRST)

    def hand_in(self, *lines: str) -> int:
        """The learner hands in a draft in Word; its id."""
        with self.world.session() as db:
            version = db.get_one(ValidationNote, self.note_id).version
        answer = self.learner.post(
            f"{self.home}/hand-in",
            {"version": str(version), "file_0": (io.BytesIO(word(*lines)), "brouillon.docx")},
        )
        assert answer.status_code == 303, answer.get_data(as_text=True)
        with self.world.session() as db:
            found = db.scalar(select(Submission.id).order_by(Submission.id.desc()).limit(1))
            assert found is not None
            return found

    def release(self, submission: int, verdict: Verdict = Verdict.RETURNED) -> None:
        with self.world.session() as db:
            version = db.get_one(ValidationNote, self.note_id).version
        data = {"version": str(version), "verdict": str(verdict), "reason": "À reprendre ensemble."}
        assert self.tutor.post(f"{self.at(submission)}/review", data).status_code == 303

    def at(self, submission: int) -> str:
        return f"{self.home}/submissions/{submission}"

    def remark(
        self,
        submission: int,
        text: str,
        quote: str = "",
        kind: RemarkKind = RemarkKind.SUGGESTION,
        visibility: Visibility = Visibility.SHARED,
    ) -> int:
        """The tutor remarks on a version; the remark's id."""
        with self.world.session() as db:
            there = seat(db, self.world, tutor=False)
            page = there.page(self.world.tutor)
            found = next(one for one in page.note.submissions if one.id == submission)
            made = operations.write_remark(
                db,
                page.note,
                found,
                page.standing.person,
                kind=kind,
                visibility=visibility,
                text=text,
                quote=Quoted(exact=quote),
                part="note" if quote else "",
                now=self.world.clock(),
            )
            return made.id

    def remarks(self) -> list[Remark]:
        with self.world.session() as db:
            return list(db.scalars(select(Remark).order_by(Remark.id)))

    def seen(self, browser: Browser, path: str, status: int = 200) -> str:
        """A page of the note as it reads, once nothing is wrong with it."""
        answer = browser.get(path)
        assert answer.status_code == status
        html = str(answer.get_data(as_text=True))
        assert faults(html) == []
        return html


def draft_in_word(there: Any, *lines: str) -> Submission:
    """A draft in Word handed in by operations on a `Seat`, read at once."""
    content = word(*lines)
    file = there.file(content, "docx")
    found = read_quickly("brouillon.docx", content)
    assert found is not None
    keep_reading(there.db, there.world.app.extensions["palier"].files, file, found, now=there.now)
    return there.hand_in(items=(Item("note", file=file, filename="brouillon.docx"),))  # type: ignore[no-any-return]
