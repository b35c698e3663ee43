"""A note of two parts: handed in together, answered once, one part taken up again without the other."""

import io

import pytest
from sqlalchemy import select

from tests.factories import CATALOGUE
from tests.lint import faults
from tests.notes import small_pdf
from tutoring.notes import operations
from tutoring.notes.models import Submission, ValidationNote
from tutoring.notes.moves import State
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.programme.operations import admit, import_track, open_cohort

REST = {"honour_statement": "y", "dissemination_choice": "no"}


class Pair:
    def __init__(self, world, browse, clock):
        self.world = world
        with world.session() as db:
            source = (CATALOGUE / "education-populaire.toml").read_text(encoding="utf-8")
            track = import_track(db, world.institution.id, source, now=clock())
            coordinator = db.get_one(Person, world.coordinator.id)
            cohort = open_cohort(db, track, actor=coordinator, now=clock())
            learner, tutor = (db.get_one(Person, one.id) for one in (world.learner, world.tutor))
            admit(db, cohort, learner, Role.LEARNER, actor=coordinator, now=clock())
            admit(db, cohort, tutor, Role.STAFF, actor=coordinator, now=clock())
            note = operations.open_note(db, cohort, learner, now=clock())
            operations.assign_tutor(db, note, tutor, coordinator, now=clock())
            self.note_id, self.home = note.id, f"/c/{cohort.id}/notes/{note.id}"
        self.learner, self.tutor = browse(world.learner), browse(world.tutor)

    def note(self):
        with self.world.session() as db:
            return db.get_one(ValidationNote, self.note_id)

    def hand_in(self, **fields):
        return self.learner.post(f"{self.home}/hand-in", {"version": str(self.note().version), **fields})

    def answer(self, verdict, reason="Dit.", **fields):
        with self.world.session() as db:
            last = db.scalar(select(Submission.id).order_by(Submission.id.desc()))
        data = {"version": str(self.note().version), "verdict": verdict, "reason": reason, **fields}
        return self.tutor.post(f"{self.home}/submissions/{last}/review", data), last


@pytest.fixture
def pair(world, browse, clock):
    return Pair(world, browse, clock)


def text_of(answer):
    page = answer.get_data(as_text=True)
    assert faults(page) == []
    return page


def pdf(pages):
    return (io.BytesIO(small_pdf(pages)), f"{pages}.pdf")


def test_two_parts_make_one_submission_and_one_decision(pair):
    pair.hand_in(title="Fédérer", message="Pourquoi ?")
    pair.answer("approved")
    lacking = pair.hand_in(text_0="Le diagnostic.")
    assert lacking.status_code == 422
    page = text_of(lacking)
    assert "Il manque un fichier ou un texte pour\u00a0: Identification d’une problématique" in page
    assert "Le diagnostic." in page
    assert pair.hand_in(text_0="Le diagnostic.", text_1="Le problème.").status_code == 303
    answer, plan = pair.answer("returned", "Le diagnostic est à reprendre.", parts="diagnostic")
    assert answer.status_code == 303
    page = text_of(pair.learner.get(f"{pair.home}/submissions/{plan}"))
    assert "À reprendre\u00a0:" in page
    assert pair.hand_in(text_0="Le diagnostic repris.", keep_1="y").status_code == 303
    with pair.world.session() as db:
        last = db.scalar(select(Submission).order_by(Submission.id.desc()))
        assert (last.stage, last.number) == ("plan", 2)
    page = text_of(pair.tutor.get(f"{pair.home}/submissions/{last.id}"))
    assert "Le diagnostic repris." in page
    assert "Le problème." in text_of(pair.tutor.get(f"{pair.home}/submissions/{last.id}?part=problematique"))
    pair.answer("approved")
    pair.hand_in(file_0=pdf(27), excluded_0="0", text_1="Brouillon.")
    pair.answer("approved")
    short = pair.hand_in(file_0=pdf(27), file_1=pdf(4), **REST)
    assert short.status_code == 422
    assert "compte 4 pages\u00a0; il en faut de 15 à 20." in text_of(short)
    one = pair.hand_in(file_0=pdf(27), **REST)
    assert one.status_code == 422
    text_of(one)
    assert pair.hand_in(file_0=pdf(27), file_1=pdf(16), **REST).status_code == 303
    assert pair.note().state == State.FINAL_CHECK
    text_of(pair.learner.get(pair.home))


def test_the_pages_of_two_parts_are_shown_apart(pair):
    pair.hand_in(title="Fédérer", message="Pourquoi ?")
    pair.answer("approved")
    text_of(pair.learner.get(f"{pair.home}/hand-in"))
    pair.hand_in(text_0="A", text_1="B")
    pair.answer("approved")
    pair.hand_in(file_0=pdf(3), file_1=pdf(16))
    page = text_of(pair.tutor.get(pair.home))
    assert page.count("hors des bornes</span>") == 1
