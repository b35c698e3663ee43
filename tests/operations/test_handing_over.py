"""A note passes from one tutor to the next with all that the first had begun, and everybody is told what they find."""

import pytest

from tests.notes import seat
from tests.operations.test_note_notices import Mailbag, heard
from tutoring.notes import operations
from tutoring.notes.models import RemarkDraft, RemarkKind, Underway, Visibility
from tutoring.notes.queries import tutoring_page
from tutoring.notes.underway import underway
from tutoring.people.models import Person
from tutoring.store.events import history


@pytest.fixture
def there(world, db):
    return seat(db, world)


def begin(there):
    """The tutor begins a review of the topic, a remark, and another that they are still typing."""
    there.topic()
    page = there.page(there.world.tutor)
    tutor, topic = page.standing.person, page.note.submissions[-1]
    operations.draft_review(there.db, page.note, topic, tutor, "Je commence.", now=there.now)
    operations.write_remark(
        there.db,
        page.note,
        topic,
        tutor,
        kind=RemarkKind.QUESTION,
        visibility=Visibility.SHARED,
        text="Où ?",
        now=there.now,
    )
    draft = RemarkDraft(
        institution_id=page.note.institution_id,
        person_id=tutor.id,
        submission_id=topic.id,
        block="",
        typed={"text": "Et puis"},
        changed_at=there.now,
    )
    there.db.add(draft)
    page = there.page()
    operations.ask_question(there.db, page.note, page.standing.person, "Quand ?", now=there.now)
    return draft.id


def pass_on(there, tutor):
    page = there.page(there.world.coordinator)
    person = there.db.get_one(Person, tutor.id) if tutor else None
    operations.assign_tutor(there.db, page.note, person, page.standing.person, now=there.now)


def test_each_is_told_what_the_change_means_to_them(there, world):
    begin(there)
    bag = Mailbag(there)
    pass_on(there, world.other_tutor)
    mails = bag.open()
    assert heard(mails) == [
        ("note_tutor", world.other_tutor.id),
        ("note_your_tutor", world.learner.id),
        ("note_passed_on", world.tutor.id),
    ]
    new, learner, former = (message.get_content() for _, _, message in mails)
    assert "Attend votre relecture depuis le 16 novembre 2026." in new
    assert "Une relecture est commencée" in new
    assert "1 remarque n’est pas encore rendue." in new
    assert "1 question sans réponse, depuis le 16 novembre 2026." in new
    assert "Malik Sadi relira ce que vous déposez" in learner
    assert (
        "Prénom0 Nom00\u00a0: suivi·e désormais par Malik Sadi, qui trouve votre relecture commencée"
        in former
    )


def test_what_was_being_typed_goes_to_the_new_tutor(there, world):
    draft_id = begin(there)
    pass_on(there, None)
    assert there.db.get_one(RemarkDraft, draft_id).person_id == world.tutor.id
    pass_on(there, world.other_tutor)
    assert there.db.get_one(RemarkDraft, draft_id).person_id == world.other_tutor.id
    page = there.page(world.other_tutor)
    assert page.note.submissions[-1].review.message == "Je commence."


def test_a_note_that_loses_its_tutor_says_so_to_both(there, world):
    there.topic()
    bag = Mailbag(there)
    pass_on(there, None)
    mails = bag.open()
    assert heard(mails) == [("note_your_tutor", world.learner.id), ("note_passed_on", world.tutor.id)]
    assert mails[0][2]["Subject"] == "Votre note change de tuteur ou de tutrice"
    assert "en attente d’un tuteur ou d’une tutrice" in mails[1][2].get_content()


def test_the_page_of_tutors_says_what_is_under_way_and_who_follows_how_much(there, world):
    begin(there)
    note_id = there.note.id
    found = Underway(begun=True, unseen=1, open=0, questions=1, asked_at=there.now, change_id=None)
    assert underway(there.db, [note_id]) == {note_id: found}
    page = tutoring_page(
        there.db, there.db.get_one(Person, world.coordinator.id), cohort_id=there.note.cohort_id
    )
    assert page.underway[note_id] == found
    loads = {load.person.id: (load.follows, load.awaited, load.since, load.elsewhere) for load in page.loads}
    assert loads[world.tutor.id] == (1, 1, there.now, 0)
    assert loads[world.other_tutor.id] == (0, 0, None, 0)


def test_a_former_tutor_is_known_until_the_note_comes_back_to_them(there, world):
    def gone(person):
        return operations.tutor_no_more(history(there.db, there.note), person.id)

    assert gone(world.tutor) is None
    pass_on(there, world.other_tutor)
    assert gone(world.tutor).data["tutor_id"] == world.other_tutor.id
    assert (gone(world.other_tutor), gone(world.staff)) == (None, None)
    pass_on(there, world.tutor)
    assert gone(world.tutor) is None
