"""Another topic once one was approved: asked, withdrawn, accepted, declined; the note never moves, nothing is lost."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.notes import seat
from tests.operations.test_note_notices import Mailbag, heard
from tutoring.notes import operations
from tutoring.notes.models import TopicChange, TopicVerdict
from tutoring.notes.moves import Side, State, Verdict
from tutoring.notes.operations import newest
from tutoring.notes.shown import offers
from tutoring.notes.underway import pending_topic_changes, topic_changes_of
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def there(world, db):
    there = seat(db, world)
    there.topic()
    there.review(Verdict.APPROVED, "Allez-y.")
    return there


@pytest.fixture
def bag(there):
    return Mailbag(there)


def ask(there, title="Les tiers-lieux", message="Comment *tenir* ?", why="Le terrain a fermé."):
    page = there.page()
    actor = page.standing.person
    return operations.ask_topic_change(
        there.db, page.note, actor, title=title, message=message, why=why, now=there.now
    )


def answer(there, who, verdict, words="", side=Side.TUTOR):
    page = there.page(who)
    [change] = [one for one in topic_changes_of(there.db, page.note.id) if one.waits] or [None]
    change = change or topic_changes_of(there.db, page.note.id)[0]
    return operations.answer_topic_change(
        there.db, page.note, change, page.standing.person, side, verdict=verdict, answer=words, now=there.now
    )


def withdraw(there):
    page = there.page()
    change = topic_changes_of(there.db, page.note.id)[0]
    return operations.withdraw_topic_change(there.db, page.note, change, page.standing.person, now=there.now)


def topics(there):
    note = there.page().note
    return [(one.number, one.title, one.withdrawn_at) for one in note.submissions if one.stage == "topic"]


def test_accepted_the_new_topic_is_kept_as_the_next_one_and_the_old_stays(there, bag, world):
    change = ask(there)
    note_id, path = there.note.id, f"/c/{there.note.cohort_id}/notes/{there.note.id}/topic/{change.id}"
    assert pending_topic_changes(there.db, [note_id]) == {note_id: (change.id, there.now)}
    assert there.page().note.title == "Les communs culturels"
    ((template, told, message),) = bag.open()
    assert (template, told) == ("note_topic_change", world.tutor.id)
    assert "Nouveau titre demandé\u00a0: Les tiers-lieux" in message.get_content()
    answer(there, world.tutor, TopicVerdict.ACCEPTED, "Bonne idée.")
    note = there.page().note
    assert (note.title, note.state) == ("Les tiers-lieux", State.PLAN_OPEN)
    assert topics(there) == [(1, "Les communs culturels", None), (2, "Les tiers-lieux", None)]
    new = note.submissions[-1]
    assert (new.review.verdict, new.review.message) == (Verdict.APPROVED, "Bonne idée.")
    ((template, told, message),) = bag.open()
    assert (template, told) == ("note_topic_change_answered", world.learner.id)
    assert message["Subject"] == "Nouveau sujet accepté"
    assert "Bonne idée." in message.get_content()
    assert "À faire avant le 28 mars 2027" in message.get_content()
    assert there.db.query(OutboxRow).order_by(OutboxRow.id.desc()).first().payload["path"] == path
    assert pending_topic_changes(there.db, [note_id]) == {}


def test_declined_says_why_and_changes_nothing(there, bag, world):
    ask(there)
    with pytest.raises(Refusal, match="topic_change_declined_why"):
        answer(there, world.tutor, TopicVerdict.DECLINED)
    bag.open()
    answer(there, world.tutor, TopicVerdict.DECLINED, "Trop tard dans l’année.")
    assert there.page().note.title == "Les communs culturels"
    assert len(topics(there)) == 1
    ((_template, told, message),) = bag.open()
    assert told == world.learner.id
    assert message["Subject"] == "Le sujet actuel est gardé"
    assert "Trop tard dans l’année." in message.get_content()
    with pytest.raises(Refusal, match="topic_change_settled"):
        answer(there, world.tutor, TopicVerdict.ACCEPTED)


def test_one_waits_at_a_time_and_may_be_withdrawn(there, bag, world):
    ask(there)
    with pytest.raises(Refusal, match="topic_change_waits"):
        ask(there, title="Un troisième")
    bag.open()
    withdraw(there)
    assert heard(bag.open()) == [("note_topic_change_withdrawn", world.tutor.id)]
    with pytest.raises(Refusal, match="topic_change_settled"):
        answer(there, world.tutor, TopicVerdict.ACCEPTED)
    ask(there, title="Un troisième")
    assert len(pending_topic_changes(there.db, [there.note.id])) == 1


def test_the_database_holds_one_request_at_a_time_too(there):
    first = ask(there)
    columns = {column.key: getattr(first, column.key) for column in TopicChange.__mapper__.column_attrs}
    there.db.add(TopicChange(**{**columns, "id": None, "version": None}))
    with pytest.raises(IntegrityError):
        there.db.flush()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": " "}, "missing_form_complete"),
        ({"message": ""}, "missing_form_complete"),
        ({"why": ""}, "missing_reason"),
        (
            {"title": "Les communs culturels", "message": "Comment **partager** un lieu ?"},
            "topic_unchanged",
        ),
        ({"message": "a\x00b"}, "text_unsafe"),
    ],
)
def test_a_request_that_says_nothing_is_refused(there, given, code):
    with pytest.raises(Refusal, match=code):
        ask(there, **given)


def test_it_is_asked_from_the_approval_to_the_final_version(world, db):
    there = seat(db, world)
    with pytest.raises(Refusal, match="topic_change_not_now"):
        ask(there)
    there.topic()
    with pytest.raises(Refusal, match="topic_change_not_now"):
        ask(there)
    there.review(Verdict.APPROVED)
    there.plan()
    ask(there)
    withdraw(there)
    there.review(Verdict.APPROVED)
    there.draft()
    there.review(Verdict.APPROVED)
    ask(there)
    there.final()
    with pytest.raises(Refusal, match="topic_change_too_late"):
        answer(there, world.coordinator, TopicVerdict.ACCEPTED, side=Side.COORDINATOR)
    answer(there, world.coordinator, TopicVerdict.DECLINED, "Déposée.", side=Side.COORDINATOR)
    with pytest.raises(Refusal, match="topic_change_not_now"):
        ask(there)


def test_the_approval_of_a_topic_is_not_undone_under_a_change_that_rests_on_it(there, world):
    ask(there)
    assert "undo" not in [offer.name for offer in offers(there.page(world.tutor), there.now)]
    with pytest.raises(Refusal, match="something_followed"):
        there.undo(world.tutor, Side.TUTOR)
    withdraw(there)
    assert "undo" in [offer.name for offer in offers(there.page(world.tutor), there.now)]
    ask(there)
    answer(there, world.tutor, TopicVerdict.ACCEPTED)
    with pytest.raises(Refusal, match="something_followed"):
        there.undo(world.tutor, Side.TUTOR)


def test_later_moves_and_their_undo_are_not_harmed(there, world):
    plan = there.plan()
    ask(there)
    answer(there, world.tutor, TopicVerdict.ACCEPTED)
    assert newest(there.page().note).id == plan.id
    there.undo(world.learner, Side.LEARNER)
    note = there.page().note
    assert (note.state, note.title) == (State.PLAN_OPEN, "Les tiers-lieux")
    there.plan()
    there.review(Verdict.RETURNED)
    there.undo(world.tutor, Side.TUTOR)
    assert there.page().note.state == State.PLAN_REVIEW
    assert topics(there)[-1] == (2, "Les tiers-lieux", None)


def test_without_a_tutor_the_coordination_is_asked_and_answers(there, bag, world):
    coordinator = there.page(world.coordinator).standing.person
    operations.assign_tutor(there.db, there.note, None, coordinator, now=there.now)
    bag.open()
    ask(there)
    assert heard(bag.open()) == [("note_topic_change", world.coordinator.id)]
    answer(there, world.coordinator, TopicVerdict.ACCEPTED, side=Side.COORDINATOR)
    assert heard(bag.open()) == [("note_topic_change_answered", world.learner.id)]
