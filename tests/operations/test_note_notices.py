"""Whom a note's moves tell, in which words: a receipt, a turn, a decision, never the same mail twice."""

import pytest
from sqlalchemy import select

from tests.notes import seat
from tutoring.notes import operations
from tutoring.notes.models import RemarkKind, Visibility
from tutoring.notes.moves import Facts, Outcome, Side, Verdict
from tutoring.people.models import Person
from tutoring.people.post import compose
from tutoring.store.outbox import OutboxRow


@pytest.fixture
def there(world, db):
    return seat(db, world)


class Mailbag:
    """What the outbox holds since it was last opened: (template, person id, message)."""

    def __init__(self, there):
        self.there, self.after = there, 0
        self.open()

    def open(self):
        db = self.there.db
        db.flush()
        rows = db.scalars(
            select(OutboxRow)
            .where(OutboxRow.id > self.after, OutboxRow.topic == "mail.wanted")
            .order_by(OutboxRow.id)
        ).all()
        self.after = max([self.after, *(row.id for row in rows)])
        settings = self.there.world.app.extensions["palier"].settings
        found = []
        for row in rows:
            person = db.get_one(Person, row.payload["person_id"])
            wanted = row.payload
            message = compose(person, wanted["template"], wanted["params"], "https://lien", settings)
            assert "\n\n\n\n" not in message.get_content()
            assert "https://lien" in message.get_content()
            assert message.get_content().rstrip().endswith("Palier, Cnam")
            found.append((wanted["template"], person.id, message))
        return found


@pytest.fixture
def bag(there):
    return Mailbag(there)


def heard(mails):
    return [(template, person) for template, person, _ in mails]


def test_a_submission_gives_a_receipt_and_the_turn(there, bag, world):
    there.topic()
    mails = bag.open()
    assert heard(mails) == [("note_receipt", world.learner.id), ("note_turn", world.tutor.id)]
    receipt, turn = (message for _, _, message in mails)
    assert receipt["Subject"] == "Accusé de réception de votre dépôt"
    assert "16 novembre 2026, 10:00" in receipt.get_content()
    assert turn["Subject"] == "À vous : Sujet en relecture, Prénom0 Nom00"
    assert "Prénom0 Nom00 a déposé le sujet." in turn.get_content()


def test_a_decision_tells_the_learner_what_is_next_and_by_when(there, bag, world):
    there.topic()
    bag.open()
    there.review(Verdict.APPROVED)
    ((template, person, message),) = bag.open()
    assert (template, person) == ("note_turn", world.learner.id)
    assert message["Subject"].startswith("À vous : Plan détaillé à déposer")
    assert "À faire avant le 28 mars 2027, 23:59" in message.get_content()


def test_the_final_receipt_carries_the_digest_of_each_file(there, bag, world):
    final = there.to_final_check()
    mails = bag.open()[-2:]
    assert heard(mails) == [("note_receipt", world.learner.id), ("note_turn", world.coordinator.id)]
    assert f"SHA-256 {final.parts[0].file.sha256}" in mails[0][2].get_content()
    assert "note.pdf, 17 pages" in mails[0][2].get_content()


def test_a_note_without_a_tutor_asks_the_coordination_for_one(world, db):
    there = seat(db, world, tutor=False)
    bag = Mailbag(there)
    there.topic()
    mails = bag.open()
    assert heard(mails) == [("note_receipt", world.learner.id), ("note_tutor_wanted", world.coordinator.id)]


def test_who_was_told_is_told_that_it_was_undone(there, bag, world):
    there.topic()
    bag.open()
    there.undo(world.learner, Side.LEARNER)
    mails = bag.open()
    assert heard(mails) == [("note_receipt", world.learner.id), ("note_told", world.tutor.id)]
    assert mails[0][2]["Subject"] == "Étape annulée"


def test_a_move_aside_tells_learner_and_tutor(there, bag, world):
    there.aside("suspend", world.coordinator, Side.COORDINATOR, "Congé.")
    mails = bag.open()
    assert sorted(heard(mails)) == sorted([("note_told", world.learner.id), ("note_told", world.tutor.id)])
    assert "Congé." not in mails[0][2].get_content()


def test_the_deliberation_is_told_to_nobody_and_the_release_to_both(there, bag, world):
    there.to_final_check()
    coordinator = there.db.get_one(Person, world.coordinator.id)

    def make(name, side, facts):
        operations.make(
            there.db,
            there.note,
            name,
            coordinator,
            side,
            facts,
            now=there.now,
            seen_version=there.note.version,
        )

    make(
        "transmit_to_jury", Side.COORDINATOR, Facts(jury_composed=True, jury_impartial=True, jury_blind=False)
    )
    assert heard(bag.open())[-1:] == [("note_told", world.learner.id)]
    facts = Facts(
        outcome=Outcome.PASSED,
        evaluations_locked=2,
        evaluations_required=2,
        quorum_met=True,
        minutes_signed=False,
    )
    make("record_deliberation", Side.PRESIDENT, facts)
    assert bag.open() == []
    make("publish", Side.COORDINATOR, Facts(recorded_outcome=Outcome.PASSED))
    assert heard(bag.open()) == [("note_released", world.learner.id), ("note_released", world.tutor.id)]


def test_more_time_a_derogation_a_tutor_and_an_answer_are_told(there, bag, world):
    page = there.page(world.coordinator)
    coordinator = page.standing.person
    later = page.deadlines["topic"].replace(month=2, day=15)
    operations.extend(
        there.db, page.note, page.standing, stage="topic", until=later, reason="Arrêt.", now=there.now
    )
    mails = bag.open()
    assert heard(mails) == [("note_extension", world.learner.id), ("note_extension", world.tutor.id)]
    assert "15 février 2027, 23:59" in mails[0][2].get_content()
    assert "Arrêt." not in mails[0][2].get_content()
    operations.grant_derogation(there.db, page.note, coordinator, "note", "Corpus.", now=there.now)
    assert heard(bag.open()) == [("note_derogation", world.learner.id)]
    other = there.db.get_one(Person, world.other_tutor.id)
    operations.assign_tutor(there.db, page.note, other, coordinator, now=there.now)
    told = [
        ("note_tutor", other.id),
        ("note_your_tutor", world.learner.id),
        ("note_passed_on", world.tutor.id),
    ]
    assert heard(bag.open()) == told


def test_an_answer_in_a_thread_is_told_to_the_other_side_only(there, bag, world):
    there.topic()
    page = there.page(world.tutor)
    remark = operations.write_remark(
        there.db,
        page.note,
        page.note.submissions[-1],
        page.standing.person,
        kind=RemarkKind.QUESTION,
        visibility=Visibility.SHARED,
        text="Où ?",
        now=there.now,
    )
    there.review(Verdict.RETURNED)
    bag.open()
    page = there.page()
    shown = next(one for one in page.note.remarks if one.id == remark.id)
    operations.address(
        there.db, page.note, shown, page.standing.person, "À Lyon.", declined=False, now=there.now
    )
    assert heard(bag.open()) == [("note_answered", world.tutor.id)]
