"""A reading is handed to one learner with why; it is seen, read, taken back, and nobody else's business."""

import pytest
from sqlalchemy import select

from resources import operations
from resources.models import AssignedReading
from resources.policy import sees_assigned, sees_its_remark
from resources.queries.assigned import (
    assigned_page,
    assigned_to,
    assigning_page,
    cohorts_assigning,
    offered_reading,
    offered_synthesis,
)
from resources.queries.space import reading_numbered
from tests.notes import seat
from tests.shelf import day_of, linked, published
from tutoring.notes import operations as notes
from tutoring.notes.models import RemarkKind, Visibility
from tutoring.notes.moves import Side, Verdict
from tutoring.notes.queries import note_and_people, threads_of
from tutoring.people.models import Person
from tutoring.people.post import compose
from tutoring.programme.models import Role
from tutoring.programme.operations import open_cohort
from tutoring.programme.queries import member, standing_in
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal

TUTOR, LEARNER, COORDINATOR = (frozenset({side}) for side in (Side.TUTOR, Side.LEARNER, Side.COORDINATOR))


@pytest.fixture
def shelf(world):
    """The ids of a reading and a synthesis; made before the test's own session begins to write."""
    reading = linked(world, "Manifeste", author="Ufisc")
    edition = published(world, "# Les communs\n\ntexte", number=2, title="Ce que l’on retient")
    return {"reading": reading.id, "synthesis": edition.synthesis_id}


@pytest.fixture
def there(world, shelf, db):
    return seat(db, world)


def standing(there, person=None):
    db, world = there.db, there.world
    found = standing_in(db, db.get_one(Person, (person or world.tutor).id), world.cohort.id)
    assert found is not None
    return found


def give(there, offered, *, by=None, to=None, why="Pour ta deuxième partie.", **facts):
    there.db.flush()
    followed = [note_and_people(there.db, note.id) for note in to or [there.note]]
    return operations.assign(
        there.db, standing(there, by), followed, offered, why=why, now=there.now, **facts
    )


def manifeste(there, shelf):
    return offered_reading(there.db, there.world.cohort.id, shelf["reading"])


def remark_on(there, submission, visibility=Visibility.SHARED):
    page = there.page(there.world.tutor)
    return notes.write_remark(
        there.db,
        page.note,
        submission,
        page.standing.person,
        kind=RemarkKind.SUGGESTION,
        visibility=visibility,
        text="Voyez Ostrom.",
        now=there.now,
    )


def told(there):
    """Who was mailed about a reading, and what."""
    there.db.flush()
    rows = there.db.scalars(select(OutboxRow).where(OutboxRow.topic == "mail.wanted").order_by(OutboxRow.id))
    return [row.payload for row in rows if row.payload["template"] == "reading_assigned"]


def refused(call, *args, **facts):
    with pytest.raises(Refusal) as no:
        call(*args, **facts)
    return no.value.code, no.value.field


def kinds(db, row):
    return [(event.kind, event.actor_id) for event in history(db, row)]


def test_a_reading_is_handed_with_why_and_where_to_start(there, shelf, world):
    (row,) = give(there, manifeste(there, shelf), begin="p. 12")
    (found,) = assigned_to(there.db, there.note)
    assert found.id == row.id
    assert (found.title, found.why, found.begin, found.kind) == (
        "Manifeste",
        "Pour ta deuxième partie.",
        "p. 12",
        "lecture",
    )
    assert (found.learner_id, found.given_by.name, found.seen_at) == (world.learner.id, "Claire Aubert", None)
    assert found.institution_id == world.institution.id
    assert kinds(there.db, row) == [("assigned_reading.given", world.tutor.id)]


def test_a_synthesis_and_a_link_of_its_own_are_handed_too(there, shelf, world):
    synthesis = offered_synthesis(there.db, world.cohort.id, shelf["synthesis"])
    give(there, synthesis)
    give(there, operations.offer_link("Ostrom", " https://example.org/ostrom "))
    assert [(one.kind, one.title, one.url) for one in assigned_to(there.db, there.note)] == [
        ("lien", "Ostrom", "https://example.org/ostrom"),
        ("synthese", "Ce que l’on retient", None),
    ]
    assert refused(operations.offer_link, "x", "javascript:alert(1)") == ("url_not_web", "url")


def test_nothing_is_handed_without_why_to_nobody_or_twice(there, shelf):
    offered = manifeste(there, shelf)
    assert refused(give, there, offered, why=" ") == ("assigned_without_why", "why")
    at_nobody = {"why": "x", "now": there.now}
    assert refused(operations.assign, there.db, standing(there), [], offered, **at_nobody) == (
        "assigned_to_nobody",
        "learners",
    )
    (row,) = give(there, offered)
    assert refused(give, there, offered) == ("assigned_already", "learners")
    operations.take_back(there.db, row, standing(there).person, now=there.now)
    (again,) = give(there, offered)
    assert [one.id for one in assigned_to(there.db, there.note)] == [again.id]


def test_only_what_the_cohort_finds_can_be_handed(there, shelf, world):
    db = there.db
    coordinator = db.get_one(Person, world.coordinator.id)
    other = open_cohort(db, db.merge(world.track), actor=coordinator, name="Autre", now=there.now)
    db.flush()
    assert offered_reading(db, other.id, shelf["reading"]) is None
    assert offered_synthesis(db, other.id, shelf["synthesis"]) is None
    offered = manifeste(there, shelf)
    day = day_of(db, world)
    reading = reading_numbered(db, day.id, shelf["reading"])
    operations.remove_reading(db, day, reading, coordinator, now=there.now)
    assert manifeste(there, shelf) is None
    elsewhere = standing_in(db, coordinator, other.id)
    no = refused(operations.assign, db, elsewhere, [there.note], offered, why="x", now=there.now)
    assert no == ("assigned_unpublished", None)


def test_a_synthesis_without_an_edition_cannot_be_handed(there, world):
    draft = operations.save_draft(
        there.db,
        day_of(there.db, world, 3),
        world.staff,
        title="Brouillon",
        markdown="x",
        seen_version=0,
        now=there.now,
    )
    assert offered_synthesis(there.db, world.cohort.id, draft.id) is None


def test_a_tutor_hands_to_those_they_follow_a_coordinator_to_all(there, world):
    second = seat(there.db, world, tutor=False, author=world.learners[1])
    there.db.flush()

    def to(person):
        return [note.id for note in assigning_page(there.db, standing(there, person)).notes]

    everyone = {one: to(one) for one in (world.coordinator, world.tutor, world.other_tutor, world.learner)}
    assert everyone == {
        world.coordinator: [there.note.id, second.note.id],
        world.tutor: [there.note.id],
        world.other_tutor: [],
        world.learner: [],
    }
    here = [world.cohort.id]
    assert [
        cohorts_assigning(there.db, person.id, here)
        for person in (world.coordinator, world.tutor, world.other_tutor, world.learner, world.guest)
    ] == [set(here), set(here), set(), set(), set()]


def test_one_mail_each_says_who_what_and_why(there, shelf, world):
    second = seat(there.db, world, author=world.learners[1])
    first, other = give(there, manifeste(there, shelf), to=[there.note, second.note], begin="p. 3")
    paths = [(one["person_id"], one["path"]) for one in told(there)]
    assert paths == [
        (world.learners[0].id, f"/c/{world.cohort.id}/notes/{there.note.id}/readings/{first.id}"),
        (world.learners[1].id, f"/c/{world.cohort.id}/notes/{second.note.id}/readings/{other.id}"),
    ]
    wanted = told(there)[0]
    settings = world.app.extensions["palier"].settings
    person = there.db.get_one(Person, world.learner.id)
    message = compose(person, wanted["template"], wanted["params"], "https://lien", settings)
    assert message["Subject"] == "Une lecture vous est conseillée : Manifeste"
    for words in ("Claire Aubert vous conseille de lire", "Pour ta deuxième partie.", "p. 3", "https://lien"):
        assert words in message.get_content()
    assert message.get_content().rstrip().endswith("Palier, Cnam")


def test_while_their_answer_is_being_written_the_tutor_sends_no_mail_of_its_own(there, shelf, world):
    topic = there.topic()
    remark_on(there, topic)
    give(there, manifeste(there, shelf))
    assert told(there) == []
    give(there, offered_synthesis(there.db, world.cohort.id, shelf["synthesis"]), by=world.coordinator)
    assert [one["params"]["actor"] for one in told(there)] == ["Dominique Roux"]


def test_what_goes_with_a_remark_shows_when_it_is_released(there, shelf):
    remark = remark_on(there, there.topic())
    give(there, manifeste(there, shelf), remark=remark)

    def seen():
        there.db.expire_all()
        (row,) = assigned_to(there.db, there.note)
        return [sees_assigned(row, sides) for sides in (LEARNER, TUTOR, COORDINATOR)]

    assert seen() == [False, True, False]
    there.review(Verdict.RETURNED)
    assert seen() == [True, True, True]


def test_of_a_remark_kept_among_staff_the_learner_sees_the_reading_alone(there, shelf):
    remark = remark_on(there, there.topic(), Visibility.STAFF)
    there.review(Verdict.RETURNED)
    give(there, manifeste(there, shelf), remark=remark)
    (row,) = assigned_to(there.db, there.note)
    assert [(sees_assigned(row, sides), sees_its_remark(row, sides)) for sides in (LEARNER, TUTOR)] == [
        (True, False),
        (True, True),
    ]


def test_a_remark_dropped_before_its_release_leaves_the_reading(there, shelf, world):
    remark = remark_on(there, there.topic())
    (row,) = give(there, manifeste(there, shelf), remark=remark)
    there.db.flush()
    there.db.expire_all()
    (loaded,) = threads_of(there.db, remark.submission_id)
    notes.drop_remark(there.db, loaded, there.db.get_one(Person, world.tutor.id))
    there.db.expire_all()
    (found,) = assigned_to(there.db, there.note)
    assert (found.id, found.remark_id, found.why) == (row.id, None, "Pour ta deuxième partie.")


def test_the_first_look_is_kept_and_reading_is_the_learners_word(there, shelf, world, clock):
    (row,) = give(there, manifeste(there, shelf))
    learner = there.db.get_one(Person, world.learner.id)
    first = there.now
    operations.mark_seen(there.db, row.id, now=first)
    clock.advance(hours=2)
    operations.mark_seen(there.db, row.id, now=there.now)
    assert (row.seen_at, row.read_at) == (first, None)
    operations.mark_read(there.db, row, learner, read=True, now=there.now)
    operations.mark_read(there.db, row, learner, read=True, now=clock.advance(hours=1))
    assert (row.seen_at, row.read_at.hour) == (first, 11)
    operations.mark_read(there.db, row, learner, read=False, now=there.now)
    assert row.read_at is None
    assert [kind for kind, _ in kinds(there.db, row)] == [
        "assigned_reading.given",
        "assigned_reading.seen",
        "assigned_reading.read",
        "assigned_reading.unread",
    ]


def test_what_was_taken_back_is_kept_as_a_row_and_is_not_marked_any_more(there, shelf, world):
    (row,) = give(there, manifeste(there, shelf))
    tutor, learner = (there.db.get_one(Person, one.id) for one in (world.tutor, world.learner))
    operations.take_back(there.db, row, tutor, now=there.now)
    assert assigned_to(there.db, there.note) == []
    gone = ("assigned_taken_back", None)
    assert refused(operations.take_back, there.db, row, tutor, now=there.now) == gone
    assert refused(operations.mark_read, there.db, row, learner, read=True, now=there.now) == gone
    operations.mark_seen(there.db, row.id, now=there.now)
    assert row.seen_at is None
    assert there.db.get_one(AssignedReading, row.id).taken_back_by_id == tutor.id


def test_a_reading_withdrawn_from_the_library_keeps_its_name(there, shelf, world):
    (row,) = give(there, manifeste(there, shelf))
    day = day_of(there.db, world)
    reading = reading_numbered(there.db, day.id, shelf["reading"])
    operations.remove_reading(there.db, day, reading, world.staff, now=there.now)
    there.db.flush()
    there.db.expire_all()
    page = assigned_page(there.db, standing(there), there.note.id, row.id)
    assert (page.assigned.title, page.assigned.reading.removed_at) == ("Manifeste", there.now)


def test_a_change_of_tutor_loses_nothing(there, shelf, world):
    give(there, manifeste(there, shelf))
    coordinator, follows = (
        there.db.get_one(Person, one.id) for one in (world.coordinator, world.other_tutor)
    )
    notes.assign_tutor(there.db, there.note, follows, coordinator, now=there.now)
    there.db.flush()
    page = assigning_page(there.db, standing(there, world.other_tutor))
    assert [one.id for one in page.notes] == [there.note.id]
    assert [one.title for one in assigned_to(there.db, there.note)] == ["Manifeste"]


def test_a_note_finds_only_what_was_handed_to_its_own_learner(there, shelf, world):
    second = seat(there.db, world, author=world.learners[1])
    mine, theirs = give(there, manifeste(there, shelf), to=[there.note, second.note])
    at = standing(there, world.coordinator)
    assert [one.id for one in assigned_to(there.db, second.note)] == [theirs.id]
    assert assigned_page(there.db, at, second.note.id, mine.id) is None
    assert assigned_page(there.db, at, there.note.id, mine.id).assigned.id == mine.id


def test_the_pages_queries_do_not_grow_with_what_was_handed(there, shelf, statements):
    give(there, manifeste(there, shelf))

    def asked():
        there.db.flush()
        there.db.expire_all()
        note = there.page().note
        with statements() as seen:
            assigned_to(there.db, note)
        return len(seen)

    assert asked() == 1
    for rank in range(5):
        give(there, operations.offer_link(f"Lien {rank}", f"https://example.org/{rank}"))
    assert (asked(), len(assigned_to(there.db, there.note))) == (1, 6)


def test_somebody_who_left_is_not_offered(there, world):
    there.db.flush()
    member(there.db, world.cohort.id, world.learner.id).role = Role.GUEST
    there.db.flush()
    assert assigning_page(there.db, standing(there)).notes == ()
