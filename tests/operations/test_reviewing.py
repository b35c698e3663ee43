"""An answer drafted by one or by two, released at once, in the words of its day; remarks kept for other times."""

import pytest
from sqlalchemy import select

from tests.notes import seat
from tutoring.notes import operations
from tutoring.notes.models import RemarkKind, SavedRemark, Visibility
from tutoring.notes.moves import Verdict
from tutoring.notes.queries import saved_remarks
from tutoring.people.models import Person
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def there(world, db):
    return seat(db, world)


def begin_plan(there):
    there.topic()
    there.review(Verdict.APPROVED)
    return there.plan()


def draft(there, text, submission, person=None, **options):
    page = there.page(there.world.tutor)
    submission = next(one for one in page.note.submissions if one.id == submission.id)
    actor = there.db.get_one(Person, (person or there.world.tutor).id)
    return operations.draft_review(there.db, page.note, submission, actor, text, now=there.now, **options)


def refused(act, *given, **options):
    with pytest.raises(Refusal) as wrong:
        act(*given, **options)
    return wrong.value


def test_each_draft_has_a_revision_and_the_same_words_none(there):
    topic = there.topic()
    assert draft(there, "Un", topic, seen_revision=0).revision == 1
    assert draft(there, "Un deux", topic, seen_revision=1).revision == 2
    assert draft(there, "Un deux", topic, seen_revision=1).revision == 2


def test_of_two_windows_the_second_is_told_and_nothing_is_overwritten(there):
    topic = there.topic()
    draft(there, "De la première", topic, seen_revision=0)
    late = refused(draft, there, "De la seconde", topic, seen_revision=0)
    assert (late.code, late.status, late.field, late.params) == (
        "review_written_meanwhile",
        409,
        "revision",
        {"who": ""},
    )
    assert draft(there, "De la première", topic).revision == 1


def test_of_two_people_the_second_learns_who_wrote(there, world):
    topic = there.topic()
    draft(there, "De Claire", topic, seen_revision=0)
    late = refused(draft, there, "De Malik", topic, world.other_tutor, seen_revision=0)
    assert late.params == {"who": "Claire Aubert"}
    assert draft(there, "De Malik, après", topic, world.other_tutor, seen_revision=1).author_id == (
        world.other_tutor.id
    )


def test_a_release_on_an_older_draft_is_refused_and_moves_nothing(there):
    topic = there.topic()
    draft(there, "Écrit ailleurs", topic)
    late = refused(there.review, Verdict.APPROVED, "Écrit ici", seen_revision=0)
    assert late.code == "review_written_meanwhile"
    page = there.page()
    assert page.note.state == "topic_review"
    assert page.note.submissions[-1].review.released_at is None
    there.review(Verdict.APPROVED, "Écrit ici", seen_revision=1)
    assert there.page().note.submissions[-1].review.message == "Écrit ici"


def test_a_draft_tells_nobody_anything(there, db):
    topic = there.topic()
    count = (len(history(db, there.note)), len(db.scalars(select(OutboxRow)).all()), there.note.version)
    draft(there, "Pas encore", topic)
    there.page()
    assert (
        len(history(db, there.note)),
        len(db.scalars(select(OutboxRow)).all()),
        there.note.version,
    ) == count


def test_levels_are_drafted_left_and_released_in_their_words(there, db):
    plan = begin_plan(there)
    draft(there, "Voyons", plan, levels={"question": 0, "progression": 2})
    assert draft(there, "Voyons mieux", plan).levels == {"question": 0, "progression": 2}
    there.review(Verdict.RETURNED, levels={"question": 1})
    assert there.page().note.submissions[-1].review.levels == {"question": 1}
    told = history(db, there.note)[-1].data["levels"]
    assert told == [
        {"key": "question", "title": "Une question située", "level": "en chemin", "rank": 2, "of": 3}
    ]


@pytest.mark.parametrize("levels", [{"question": 3}, {"question": -1}, {"humour": 0}])
def test_a_level_that_the_rubric_does_not_have_is_refused(there, levels):
    plan = begin_plan(there)
    assert refused(draft, there, "Voyons", plan, levels=levels).code == "level_unknown"


def test_what_was_begun_goes_to_the_newer_version_levels_and_parts_included(there):
    first = begin_plan(there)
    draft(there, "Déjà lu", first, levels={"question": 1}, parts=["note"])
    second = there.hand_in(items=(operations.Item("note", text="# Plan\n\nQuatre parties."),))
    page = there.page(there.world.tutor)
    earlier = next(one for one in page.note.submissions if one.id == first.id)
    target = operations.carry_review(there.db, page.note, earlier, page.standing.person, now=there.now)
    assert (target.id, target.review.message) == (second.id, "Déjà lu")
    assert (target.review.levels, target.review.parts) == ({"question": 1}, ["note"])


def save(there, text, kind=RemarkKind.SUGGESTION, person=None):
    person = there.db.get_one(Person, (person or there.world.tutor).id)
    return operations.save_remark(there.db, person, kind=kind, text=text, now=there.now)


def test_saved_remarks_are_one_s_own_the_last_used_first(there, world, clock):
    first = save(there, "Citez la page.")
    clock.advance(minutes=1)
    save(there, "Qui parle ?", RemarkKind.QUESTION)
    save(there, "De Malik.", person=world.other_tutor)
    tutor = there.db.get_one(Person, world.tutor.id)
    assert [one.text for one in saved_remarks(there.db, tutor)] == ["Qui parle ?", "Citez la page."]
    clock.advance(minutes=1)
    operations.use_saved(there.db, first, now=clock())
    assert [one.text for one in saved_remarks(there.db, tutor)] == ["Citez la page.", "Qui parle ?"]
    operations.drop_saved(there.db, first)
    assert [one.text for one in saved_remarks(there.db, tutor)] == ["Qui parle ?"]


def test_the_same_words_are_kept_once(there):
    save(there, "Citez la page.")
    save(there, " Citez la page. ", RemarkKind.BLOCKING)
    kept = there.db.scalars(select(SavedRemark)).all()
    assert [(one.text, one.kind) for one in kept] == [("Citez la page.", "blocking")]


def test_a_saved_remark_says_something(there):
    saved = save(there, "Citez la page.")
    assert refused(save, there, "  ").field == "text"
    kind = RemarkKind.QUESTION
    assert refused(operations.rewrite_saved, there.db, saved, kind=kind, text=" ").field == "text"
    operations.rewrite_saved(there.db, saved, kind=kind, text="Quelle page ?")
    assert (saved.text, saved.kind) == ("Quelle page ?", "question")


def test_rewriting_saved_words_changes_no_remark_written_with_them(there):
    topic = there.topic()
    saved = save(there, "Citez la page.")
    page = there.page(there.world.tutor)
    remark = operations.write_remark(
        there.db,
        page.note,
        next(one for one in page.note.submissions if one.id == topic.id),
        page.standing.person,
        kind=RemarkKind.SUGGESTION,
        visibility=Visibility.SHARED,
        text=saved.text,
        now=there.now,
    )
    operations.rewrite_saved(there.db, saved, kind=RemarkKind.SUGGESTION, text="Autre chose.")
    there.db.refresh(remark, ["messages"])
    assert [one.text for one in remark.messages] == ["Citez la page."]
