"""A question without a submission: who awaits whom, who is told, what the boards are given."""

from datetime import timedelta

import pytest

from tests.notes import seat
from tests.operations.test_note_notices import Mailbag, heard
from tutoring.notes import operations
from tutoring.notes.moves import Side, State, Turn
from tutoring.notes.underway import open_questions, questions_of
from tutoring.people.models import Person
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def there(world, db):
    return seat(db, world)


@pytest.fixture
def bag(there):
    return Mailbag(there)


def person(there, who):
    return there.db.get_one(Person, who.id)


def ask(there, text="Puis-je interroger des élus ?"):
    page = there.page()
    return operations.ask_question(there.db, page.note, page.standing.person, text, now=there.now)


def write(there, question, who, text="Oui."):
    page = there.page(who)
    found = next(one for one in questions_of(there.db, page.note.id) if one.id == question.id)
    return operations.write_in_question(there.db, page.note, found, page.standing.person, text, now=there.now)


def close(there, question, who, text=""):
    page = there.page(who)
    found = next(one for one in questions_of(there.db, page.note.id) if one.id == question.id)
    return operations.close_question(there.db, page.note, found, page.standing.person, text, now=there.now)


def paths(there):
    rows = there.db.query(OutboxRow).filter(OutboxRow.topic == "mail.wanted").order_by(OutboxRow.id)
    return [row.payload["path"] for row in rows]


def kinds(there):
    return [event.kind for event in history(there.db, there.note) if "question" in event.kind]


def test_a_question_tells_the_tutor_at_its_exact_place_and_moves_nothing(there, bag, world):
    before = (there.note.state, there.note.turn, there.note.version)
    question = ask(there)
    ((template, told, message),) = bag.open()
    assert (template, told) == ("note_question", world.tutor.id)
    assert message["Subject"] == "À vous : répondre à une question de Prénom0 Nom00"
    assert paths(there)[-1] == f"/c/{there.note.cohort_id}/notes/{there.note.id}#q{question.id}"
    note = there.page().note
    assert (note.state, note.turn, note.version) == before
    assert kinds(there) == ["note.question_asked"]


def test_the_tutor_is_awaited_until_they_answer_and_again_when_the_learner_goes_on(there, bag, world, clock):
    question = ask(there)
    asked_at = there.now
    note_id = there.note.id
    assert open_questions(there.db, [note_id]) == {note_id: (1, asked_at)}
    clock.advance(days=2)
    bag.open()
    write(there, question, world.tutor)
    assert open_questions(there.db, [note_id]) == {}
    assert heard(bag.open()) == [("note_question_answered", world.learner.id)]
    clock.advance(days=1)
    write(there, question, world.learner, "Et des agents ?")
    assert open_questions(there.db, [note_id]) == {note_id: (1, asked_at + timedelta(days=3))}
    ((template, told, message),) = bag.open()
    assert (template, told) == ("note_question", world.tutor.id)
    assert "a écrit à la suite" in message.get_content()


def test_adding_to_a_question_does_not_make_it_younger(there, world, clock):
    question = ask(there)
    asked_at = there.now
    clock.advance(days=4)
    write(there, question, world.learner, "Je précise.")
    assert open_questions(there.db, [there.note.id]) == {there.note.id: (1, asked_at)}


def test_it_is_closed_by_either_side_and_opened_again_by_writing(there, bag, world):
    question = ask(there)
    with pytest.raises(Refusal, match="question_unanswered"):
        close(there, question, world.tutor)
    bag.open()
    close(there, question, world.tutor, "Oui, avec leur accord.")
    assert heard(bag.open()) == [("note_question_answered", world.learner.id)]
    assert open_questions(there.db, [there.note.id]) == {}
    with pytest.raises(Refusal, match="question_closed"):
        close(there, question, world.learner)
    write(there, question, world.learner, "Et sans accord ?")
    assert open_questions(there.db, [there.note.id])[there.note.id][0] == 1
    close(there, question, world.learner)
    assert open_questions(there.db, [there.note.id]) == {}
    assert kinds(there) == [
        "note.question_asked",
        "note.question_answered",
        "note.question_closed",
        "note.question_followed",
        "note.question_closed",
    ]


def test_a_note_without_tutor_asks_the_coordination(world, db):
    there = seat(db, world, tutor=False)
    bag = Mailbag(there)
    ask(there)
    ((template, told, message),) = bag.open()
    assert (template, told) == ("note_question", world.coordinator.id)
    assert "Personne ne suit encore cette note" in message.get_content()


def test_the_coordination_is_told_too_while_the_note_awaits_it_and_may_answer(there, bag, world):
    there.to_final_check()
    bag.open()
    question = ask(there, "Le mauvais PDF est parti.")
    told = [("note_question", world.tutor.id), ("note_question", world.coordinator.id)]
    assert heard(bag.open()) == told
    write(there, question, world.coordinator, "Je vous rends la main.")
    told = [("note_question_answered", world.learner.id), ("note_question_answered", world.tutor.id)]
    assert heard(bag.open()) == told
    assert (there.note.state, there.note.turn) == (State.FINAL_CHECK, Turn.COORDINATION)


def test_a_question_does_not_stand_in_the_way_of_an_undo(there, world):
    there.topic()
    ask(there)
    there.undo(world.learner, Side.LEARNER)
    assert there.page().note.state == State.TOPIC_OPEN


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_question_says_something(there, text):
    with pytest.raises(Refusal, match="question_empty"):
        ask(there, text)
