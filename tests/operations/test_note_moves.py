"""A note goes from topic to jury, each in their seat; what is refused leaves no trace."""

import pytest
from sqlalchemy import func, select

from tests.notes import Item, seat, small_pdf
from tutoring.documents.pages import read_pages
from tutoring.notes import operations
from tutoring.notes.models import Review, Submission, ValidationNote
from tutoring.notes.moves import Dissemination, Facts, Outcome, Side, State, Turn, Verdict
from tutoring.people.models import Person
from tutoring.store.events import Event, history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def there(world, db):
    return seat(db, world)


def refused(act, *args, **options):
    with pytest.raises(Refusal) as caught:
        act(*args, **options)
    return caught.value.code


def rebuilt(there):
    past = operations.trail(history(there.db, there.note))
    return past.state, past.turn, past.stood_at


def stands(there):
    note = there.note
    return State(note.state), Turn(note.turn), State(note.stood_at) if note.stood_at else None


def test_a_note_is_opened_once_at_the_first_stage(world, db):
    first = seat(db, world).note
    assert (first.state, first.turn, first.title) == (State.TOPIC_OPEN, Turn.LEARNER, "")
    assert seat(db, world).note.id == first.id
    assert db.scalar(select(func.count(ValidationNote.id))) == 1


def test_the_whole_way_to_the_jury_is_what_its_events_say(there, world):
    walked = [stands(there)[0]]

    def then():
        walked.append(State(there.note.state))
        assert stands(there) == rebuilt(there)

    there.topic()
    then()
    there.review(Verdict.RETURNED)
    then()
    there.topic("Un titre plus net")
    then()
    there.review(Verdict.APPROVED)
    then()
    there.plan()
    then()
    there.review(Verdict.RETURNED)
    then()
    there.plan()
    there.review(Verdict.APPROVED)
    then()
    there.draft()
    then()
    there.review(Verdict.RETURNED)
    then()
    there.draft()
    there.review(Verdict.APPROVED)
    then()
    there.final()
    then()
    assert walked == [
        State.TOPIC_OPEN,
        State.TOPIC_REVIEW,
        State.TOPIC_OPEN,
        State.TOPIC_REVIEW,
        State.PLAN_OPEN,
        State.PLAN_REVIEW,
        State.PLAN_OPEN,
        State.DRAFT_OPEN,
        State.DRAFT_REVIEW,
        State.DRAFT_OPEN,
        State.FINAL_OPEN,
        State.FINAL_CHECK,
    ]
    assert there.note.title == "Un titre plus net"
    assert [(s.stage, s.number) for s in there.page().note.submissions] == [
        ("topic", 1),
        ("topic", 2),
        ("plan", 1),
        ("plan", 2),
        ("draft", 1),
        ("draft", 2),
        ("final", 1),
    ]
    jury = Facts(jury_composed=True, jury_impartial=True, jury_blind=False)
    coordinator = there.db.get_one(Person, world.coordinator.id)
    note = there.note
    operations.make(
        there.db,
        note,
        "transmit_to_jury",
        coordinator,
        Side.COORDINATOR,
        jury,
        now=there.now,
        seen_version=note.version,
    )
    assert stands(there) == rebuilt(there) == (State.WITH_JURY, Turn.JURY, None)


def test_each_move_says_who_awaits_whom_since_when(there, clock):
    clock.advance(days=1)
    there.topic()
    assert (there.note.turn, there.note.turn_since) == (Turn.TUTOR, clock())
    asked = clock()
    clock.advance(days=1)
    there.topic("Autre titre")
    assert (there.note.state, there.note.turn_since) == (State.TOPIC_REVIEW, asked)
    assert there.note.title == "Autre titre"


def test_the_deliberation_does_not_show_in_the_learner_s_since(there, world, clock):
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
            now=clock(),
            seen_version=there.note.version,
        )

    make(
        "transmit_to_jury",
        Side.COORDINATOR,
        Facts(jury_composed=True, jury_impartial=True, jury_blind=False),
    )
    sent = clock()
    clock.advance(days=3)
    locked = Facts(
        outcome=Outcome.PASSED,
        evaluations_locked=2,
        evaluations_required=2,
        quorum_met=True,
        minutes_signed=False,
    )
    make("record_deliberation", Side.PRESIDENT, locked)
    assert (there.note.turn_since, there.note.shown_since) == (clock(), sent)
    make("publish", Side.COORDINATOR, Facts(recorded_outcome=Outcome.PASSED))
    assert (there.note.state, there.note.shown_since) == (State.VALIDATED, clock())
    assert stands(there) == rebuilt(there)


def test_a_move_on_a_stale_page_is_refused(there):
    there.topic()
    page = there.page(there.world.tutor)
    seen = page.note.version
    there.topic("Remplacé")
    code = refused(
        operations.make,
        there.db,
        there.note,
        "approve_topic",
        page.standing.person,
        Side.TUTOR,
        Facts(),
        now=there.now,
        seen_version=seen,
    )
    assert code == "stale_page"
    assert there.note.state == State.TOPIC_REVIEW


def test_a_review_of_a_version_that_was_replaced_is_refused_and_kept(there):
    first = there.topic()
    page = there.page(there.world.tutor)
    operations.draft_review(
        there.db, page.note, page.note.submissions[0], page.standing.person, "Presque.", now=there.now
    )
    there.topic("Remplacé")
    assert refused(there.review, Verdict.APPROVED, submission=first) == "newer_version_came"
    page = there.page(there.world.tutor)
    target = operations.carry_review(
        there.db, page.note, page.note.submissions[0], page.standing.person, now=there.now
    )
    assert (target.number, target.review.message) == (2, "Presque.")
    assert there.db.scalar(select(func.count(Review.id))) == 1


def test_a_verdict_is_never_a_default(there):
    there.topic()
    assert refused(there.review, None) == "missing_verdict"


def test_a_return_says_why(there):
    there.topic()
    assert refused(there.review, Verdict.RETURNED, "  ") == "missing_reason"
    assert there.db.scalar(select(func.count(Review.id))) == 0


def test_a_plan_needs_every_part_and_nothing_half_written_stays(there):
    there.topic()
    there.review(Verdict.APPROVED)
    before = there.db.scalar(select(func.count(Event.id))), there.db.scalar(select(func.count(OutboxRow.id)))
    assert refused(there.hand_in) == "parts_missing"
    assert there.db.scalar(select(func.count(Submission.id)).where(Submission.stage == "plan")) == 0
    assert before == (
        there.db.scalar(select(func.count(Event.id))),
        there.db.scalar(select(func.count(OutboxRow.id))),
    )


def test_a_late_submission_is_taken_and_flagged(there, clock):
    clock.advance(days=365)
    submission = there.topic()
    assert submission.late is True
    assert history(there.db, there.note)[-1].data["flags"] == ["late"]


def test_a_draft_out_of_bounds_is_taken_and_flagged_a_final_is_refused(there):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    there.draft(pages=3)
    assert history(there.db, there.note)[-1].data["flags"] == ["pages_out_of_bounds"]
    there.review(Verdict.APPROVED)
    assert refused(there.final, items=(there.pdf(pages=3),)) == "pages_out_of_bounds"
    assert refused(there.final, items=(there.pdf(pages=22),)) == "pages_out_of_bounds"
    assert there.final(items=(there.pdf(pages=22, excluded_pages=3),)).parts[0].excluded_pages == 3


def test_a_derogation_lets_a_part_out_of_its_bounds(there, world):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    there.draft()
    there.review(Verdict.APPROVED)
    coordinator = there.db.get_one(Person, world.coordinator.id)
    grant = operations.grant_derogation
    assert refused(grant, there.db, there.note, coordinator, "note", "", now=there.now) == "missing_reason"
    assert refused(grant, there.db, there.note, coordinator, "annexe", "Oui", now=there.now) == "part_unknown"
    grant(there.db, there.note, coordinator, "note", "Corpus d’entretiens.", now=there.now)
    assert (
        refused(grant, there.db, there.note, coordinator, "note", "x", now=there.now) == "derogation_exists"
    )
    there.final(items=(there.pdf(pages=40),))
    assert there.note.state == State.FINAL_CHECK


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"honour": False}, "honour_not_stated"),
        ({"dissemination": None}, "missing_dissemination_choice"),
        ({"items": ()}, "parts_missing"),
        ({"items": (Item("note", text="Tout est là."),)}, "pdf_missing"),
    ],
)
def test_a_final_version_is_whole_or_refused(there, changed, code):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    there.draft()
    there.review(Verdict.APPROVED)
    assert refused(there.final, **changed) == code


def test_a_pdf_that_could_not_be_counted_is_refused_as_final(there):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    there.draft()
    there.review(Verdict.APPROVED)
    uncounted = Item("note", file=there.file(b"%PDF-1.4 x"), filename="x.pdf")
    assert refused(there.final, items=(uncounted,)) == "pages_uncounted"


def test_more_pages_excluded_than_counted_is_refused(there):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    assert refused(there.hand_in, items=(there.pdf(pages=2, excluded_pages=2),)) == "excluded_too_many"


def test_a_typed_text_is_rendered_when_it_is_handed_in(there):
    topic = there.topic()
    assert topic.html == "<p>Comment <strong>partager</strong> un lieu ?</p>"
    there.review(Verdict.APPROVED)
    there.hand_in(items=(Item("note", text="Un *plan* <script>alert(1)</script>"),))
    html = there.page().note.submissions[-1].parts[0].html
    assert "<em>plan</em>" in html
    assert "<script" not in html


def test_a_part_may_be_kept_as_it_was(there):
    there.topic()
    there.review(Verdict.APPROVED)
    first = there.plan()
    page = there.page()
    earlier = next(s for s in page.note.submissions if s.id == first.id)
    again = there.hand_in(kept=("note",), kept_from=earlier)
    assert [(p.part, p.text) for p in again.parts] == [("note", "# Plan\n\nTrois parties.")]


def test_only_the_author_may_replace_and_not_once_answered(there):
    there.topic()
    there.topic("Mieux")
    there.review(Verdict.APPROVED)
    assert there.note.state == State.PLAN_OPEN
    with pytest.raises(Refusal):
        operations.make(
            there.db,
            there.note,
            "replace_submission",
            None,
            Side.TUTOR,
            Facts(),
            now=there.now,
            seen_version=there.note.version,
        )


def test_clearing_needs_a_draft_reviewed_but_the_coordination_may_override(there, world):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    assert refused(there.aside, "clear_for_final", world.tutor, Side.TUTOR) == "too_few_drafts"
    assert (
        refused(there.aside, "clear_for_final", world.coordinator, Side.COORDINATOR, "") == "missing_reason"
    )
    there.aside("clear_for_final", world.coordinator, Side.COORDINATOR, "Relue en séance.")
    assert there.note.state == State.FINAL_OPEN
    assert history(there.db, there.note)[-1].data["private_reason"] == "Relue en séance."


def test_a_tutor_may_clear_after_a_returned_draft(there, world):
    there.topic()
    there.review(Verdict.APPROVED)
    there.plan()
    there.review(Verdict.APPROVED)
    there.draft()
    there.review(Verdict.RETURNED)
    there.aside("clear_for_final", world.tutor, Side.TUTOR, "")
    assert there.note.state == State.FINAL_OPEN


def test_a_refused_final_may_come_with_more_time(there, world):
    there.to_final_check()
    day = there.page().deadlines["final"]
    later = day.replace(month=6, day=15)
    there.aside("refuse_admissibility", world.coordinator, Side.COORDINATOR, "La page 3 manque.", until=later)
    assert there.note.state == State.FINAL_OPEN
    assert there.page().deadlines["final"] == later


@pytest.mark.parametrize(
    ("away", "state", "back"),
    [
        ("suspend", State.SUSPENDED, "resume"),
        ("withdraw", State.WITHDRAWN, "reinstate"),
        ("defer", State.DEFERRED, "reinstate"),
    ],
)
def test_a_note_set_aside_comes_back_where_it_stood(there, world, away, state, back):
    there.topic()
    there.aside(away, world.coordinator, Side.COORDINATOR)
    assert stands(there) == rebuilt(there) == (state, Turn.NOBODY, State.TOPIC_REVIEW)
    there.aside(back, world.coordinator, Side.COORDINATOR)
    assert stands(there) == rebuilt(there) == (State.TOPIC_REVIEW, Turn.TUTOR, None)


def test_an_absence_is_declared_with_a_reason(there, world):
    there.to_final_check()
    there.aside("refuse_admissibility", world.coordinator, Side.COORDINATOR)
    there.aside("mark_absent", world.coordinator, Side.COORDINATOR)
    assert there.note.state == State.ABSENT


def test_the_learner_takes_back_what_they_have_just_handed_in(there, world, clock):
    there.topic("Premier")
    there.undo(world.learner, Side.LEARNER)
    page = there.page()
    assert (page.note.state, page.note.title) == (State.TOPIC_OPEN, "")
    assert page.note.submissions[0].withdrawn_at == clock()
    assert stands(there) == rebuilt(there)
    again = there.topic("Second")
    assert again.number == 2
    clock.advance(minutes=15)
    assert refused(there.undo, world.learner, Side.LEARNER) == "undo_too_late"


def test_what_a_tutor_has_begun_to_read_is_not_taken_back(there, world):
    submission = there.topic()
    page = there.page(world.tutor)
    operations.draft_review(
        there.db, page.note, page.note.submissions[-1], page.standing.person, "…", now=there.now
    )
    assert refused(there.undo, world.learner, Side.LEARNER) == "something_followed"
    assert submission.withdrawn_at is None


def test_a_decision_taken_back_is_a_draft_again(there, world):
    there.topic()
    there.review(Verdict.APPROVED, "Bravo.")
    there.undo(world.tutor, Side.TUTOR)
    review = there.page(world.tutor).note.submissions[0].review
    assert (there.note.state, review.verdict, review.released_at, review.message) == (
        State.TOPIC_REVIEW,
        None,
        None,
        "Bravo.",
    )
    there.review(Verdict.RETURNED, "Pas encore.")
    assert there.note.state == State.TOPIC_OPEN


def test_nothing_is_undone_twice_nor_by_another(there, world):
    there.topic()
    assert refused(there.undo, world.tutor, Side.TUTOR) == "undo_not_yours"
    assert refused(there.undo, world.coordinator, Side.COORDINATOR) == "undo_left_to_actor"
    there.undo(world.learner, Side.LEARNER)
    assert refused(there.undo, world.learner, Side.LEARNER) == "undone_already"


@pytest.mark.parametrize("side", [Side.LEARNER, Side.COORDINATOR])
def test_a_side_makes_no_move_of_another(there, side):
    there.topic()
    code = refused(
        operations.make,
        there.db,
        there.note,
        "approve_topic",
        None,
        side,
        Facts(),
        now=there.now,
        seen_version=there.note.version,
    )
    assert code == "not_yours"


def test_the_pages_of_a_small_pdf_are_counted(there):
    assert read_pages(small_pdf(3)).count == 3


def test_dissemination_and_honour_are_kept(there):
    final = there.to_final_check()
    assert (final.honour, final.dissemination) == (True, Dissemination.COHORT)


def test_two_records_of_one_learner_keep_the_note_that_moved(there, world):
    other = there.db.get_one(Person, world.learners[1].id)
    unmoved = seat(there.db, world, tutor=False, author=other).note
    there.topic()
    kept = there.db.get_one(Person, world.learner.id)
    operations.settle_join(there.db, kept, other)
    assert there.db.scalars(select(ValidationNote.id)).all() == [there.note.id]
    assert unmoved.id != there.note.id


def test_two_records_whose_notes_both_moved_are_not_united(there, world):
    there.topic()
    second = world.learners[1]
    world.learner, first = second, world.learner
    seat(there.db, world, author=second).topic()
    both = [there.db.get_one(Person, one.id) for one in (first, second)]
    assert refused(operations.settle_join, there.db, *both) == "join_collides"
