"""A jury from its composition to the release: who may decide what, when, and what nobody learns before."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.jury import FULL, Jury, checked_note
from tutoring.jury import operations
from tutoring.jury.models import Seat
from tutoring.jury.policy import may_read_hearing
from tutoring.jury.queries import released_result
from tutoring.notes.moves import Outcome, State, Turn, replay
from tutoring.notes.operations import steps
from tutoring.notes.queries import note_and_people
from tutoring.people.models import Person
from tutoring.people.post import compose
from tutoring.programme.models import Cohort
from tutoring.store.events import Event, history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def jury(world, db):
    db.info["subscriptions"] = {**db.info.get("subscriptions", {}), "result.released": ("gradebook",)}
    return Jury(db, world)


def mails(db, template=None):
    rows = db.scalars(select(OutboxRow).where(OutboxRow.topic == "mail.wanted").order_by(OutboxRow.id))
    return [row.payload for row in rows if template in (None, row.payload["template"])]


def change_spec(db, world, **changes):
    cohort = db.get_one(Cohort, world.cohort.id)
    cohort.jury_spec = {**cohort.jury_spec, **changes}
    db.flush()


def refusal_of(act, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        act(*args, **kwargs)
    return refused.value.code, refused.value.field


# composition


def test_a_panel_is_made_of_staff_guests_and_coordinators_with_one_president(world, db, jury):
    page = jury.page()
    assert [(seat.person.name, seat.presides) for seat in page.panel.seats] == [
        (world.staff.name, False),
        (world.guest.name, True),
    ]
    assert world.learner.id not in {member.person_id for member in page.candidates}


def test_the_database_knows_one_president_a_panel(world, db, jury):
    staff = db.scalar(select(Seat).where(Seat.person_id == world.staff.id))
    staff.presides = True
    with pytest.raises(IntegrityError):
        db.flush()


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"president": "other_tutor"}, ("president_not_seated", "president")),
        ({"members": ("learner", "guest")}, ("not_a_candidate", "members")),
    ],
)
def test_a_composition_that_cannot_be_is_refused_beside_its_field(world, db, jury, changes, refused):
    told = {}
    if "president" in changes:
        told["president"] = getattr(world, changes["president"]).id
    if "members" in changes:
        told["members"] = frozenset(getattr(world, name).id for name in changes["members"])
    assert refusal_of(jury.compose, **told) == refused


def test_two_panels_never_share_a_name(world, db, jury):
    assert refusal_of(Jury, db, world) == ("panel_exists", "name")


def test_the_presidency_changes_hands(world, db, jury):
    jury.compose(president=world.staff.id)
    assert {seat.person_id: seat.presides for seat in jury.page().panel.seats} == {
        world.staff.id: True,
        world.guest.id: False,
    }


def test_a_panel_changed_meanwhile_is_not_overwritten(world, db, jury):
    seen = jury.page().panel.version
    jury.compose(president=world.staff.id)
    stale = jury.page()
    assert refusal_of(operations.compose, db, stale, jury.facts(), seen_version=seen, now=world.clock()) == (
        "stale_page",
        None,
    )


# handing over


def test_only_final_versions_are_given_and_to_one_panel_only(world, db, jury):
    note = checked_note(db, world, world.learner)
    [hearing] = jury.give([note])
    page = jury.page()
    assert [h.id for h in page.panel.hearings] == [hearing.id]
    assert page.waiting == ()
    jury.transmit([hearing])
    jury.lock(world.staff, hearing)
    early = note_and_people(db, note.id)
    early.state = State.VALIDATED
    assert refusal_of(operations.give, db, jury.page(), [early], now=world.clock()) == (
        "note_not_ready",
        "notes",
    )


def test_transmitting_moves_each_note_and_mails_each_juror_once(world, db, jury):
    notes = [checked_note(db, world, author) for author in world.learners]
    given = jury.give(notes)
    before = len(mails(db))
    jury.transmit(given)
    states = [(h.note.state, h.note.turn) for h in jury.page().panel.hearings]
    assert states == [(State.WITH_JURY, Turn.JURY)] * 3
    told = mails(db)[before:]
    assert sorted(m["person_id"] for m in told if m["template"] == "jury_notes_given") == sorted(
        [world.guest.id, world.staff.id]
    )
    assert {m["params"]["notes"] for m in told if m["template"] == "jury_notes_given"} == {3}
    assert sorted(m["person_id"] for m in told if m["template"] != "jury_notes_given") == sorted(
        learner.id for learner in world.learners
    )


@pytest.mark.parametrize(
    ("spec", "seats", "code"),
    [
        ({"min_members": 3}, {}, "jury_incomplete"),
        ({}, {"president": None}, "jury_incomplete"),
        ({}, {"members": ("tutor", "staff"), "president": "tutor"}, "jury_partial"),
        ({"blind": True}, {}, "author_shown_to_blind_jury"),
    ],
)
def test_a_jury_that_is_incomplete_partial_or_blind_receives_nothing(world, db, jury, spec, seats, code):
    given = jury.give([checked_note(db, world, world.learner)])
    change_spec(db, world, **spec)
    told = {}
    if "members" in seats:
        told["members"] = frozenset(getattr(world, name).id for name in seats["members"])
    if "president" in seats:
        told["president"] = getattr(world, seats["president"]).id if seats["president"] else None
    jury.compose(**told)
    assert refusal_of(jury.transmit, given) == (code, None)


def test_a_tutor_may_sit_without_presiding(world, db, jury):
    given = jury.give([checked_note(db, world, world.learner)])
    jury.compose(members=frozenset({world.tutor.id, world.guest.id}))
    jury.transmit(given)
    assert jury.page().panel.hearings[0].note.state == State.WITH_JURY


def test_a_note_is_taken_back_only_before_the_panel_has_it(world, db, jury):
    [hearing] = jury.give([checked_note(db, world, world.learner)])
    operations.take_back(db, jury.hearing(world.coordinator, hearing), now=world.clock())
    assert len(jury.page().waiting) == 1
    [again] = jury.give(jury.page().waiting)
    jury.transmit([again])
    page = jury.hearing(world.coordinator, again)
    assert refusal_of(operations.take_back, db, page, now=world.clock()) == ("already_transmitted", None)


def test_once_notes_are_before_it_a_panel_stays_complete_and_impartial(world, db, jury):
    jury.before(world.learner)
    assert refusal_of(jury.compose, members=frozenset({world.guest.id})) == (
        "composition_must_stand",
        "members",
    )
    assert refusal_of(
        jury.compose, members=frozenset({world.tutor.id, world.guest.id}), president=world.tutor.id
    ) == ("composition_must_stand", "members")


def test_who_joins_a_panel_at_work_is_told_and_who_has_locked_stays(world, db, jury):
    [hearing] = jury.before(world.learner)
    jury.lock(world.staff, hearing)
    everyone = frozenset({world.guest.id, world.staff.id, world.other_tutor.id})
    jury.compose(members=everyone)
    last = mails(db, "jury_notes_given")[-1]
    assert (last["person_id"], last["params"]["notes"]) == (world.other_tutor.id, 1)
    assert refusal_of(jury.compose, members=everyone - {world.staff.id}) == (
        "seat_with_evaluation",
        "members",
    )


# evaluating


def test_a_draft_may_be_incomplete_and_is_nobody_elses(world, db, jury):
    [hearing] = jury.before(world.learner)
    jury.save(world.staff, hearing)
    jury.save(world.staff, hearing, points={"questionnement": 300, "analyse": 125})
    assert jury.hearing(world.staff, hearing).mine.points == {"questionnement": 300, "analyse": 125}
    other = jury.hearing(world.guest, hearing)
    assert (other.mine, other.others, other.locked.count.locked) == (None, (), 0)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"points": {**FULL, "analyse": None}}, ("points_missing", "points_analyse")),
        ({"points": {**FULL, "analyse": 501}}, ("points_wrong", "points_analyse")),
        ({"points": {**FULL, "analyse": 310}}, ("points_wrong", "points_analyse")),
        ({"confirmed": False}, ("lock_unconfirmed", "confirm")),
        ({"seen_version": 7}, ("stale_page", None)),
    ],
)
def test_an_evaluation_is_locked_only_complete_and_confirmed(world, db, jury, changes, refused):
    [hearing] = jury.before(world.learner)
    assert refusal_of(jury.lock, world.staff, hearing, **changes) == refused


def test_a_locked_evaluation_never_changes(world, db, jury):
    [hearing] = jury.before(world.learner)
    jury.lock(world.staff, hearing)
    assert refusal_of(jury.save, world.staff, hearing) == ("evaluation_locked", None)
    assert refusal_of(jury.lock, world.staff, hearing) == ("evaluation_locked", None)


def test_evaluations_show_side_by_side_once_ones_own_is_locked_and_there_are_enough(world, db, jury):
    jury.compose(members=frozenset({world.guest.id, world.staff.id, world.other_tutor.id}))
    [hearing] = jury.before(world.learner)

    def shown(person):
        return {one.juror_id for one in jury.hearing(person, hearing).others}

    jury.lock(world.staff, hearing)
    assert (shown(world.staff), shown(world.guest), shown(world.coordinator)) == (set(), set(), set())
    jury.lock(world.guest, hearing)
    both = {world.staff.id, world.guest.id}
    assert (shown(world.staff), shown(world.guest)) == (both, both)
    assert (shown(world.other_tutor), shown(world.coordinator)) == (set(), set())
    jury.record(hearing)
    assert (shown(world.other_tutor), shown(world.coordinator)) == (set(), both)


def test_the_president_is_told_once_when_enough_are_locked(world, db, jury):
    jury.compose(members=frozenset({world.guest.id, world.staff.id, world.other_tutor.id}))
    [hearing] = jury.before(world.learner)
    jury.lock(world.staff, hearing)
    assert mails(db, "jury_ready") == []
    jury.lock(world.other_tutor, hearing)
    [told] = mails(db, "jury_ready")
    assert (told["person_id"], told["params"]["own_locked"]) == (world.guest.id, False)
    jury.lock(world.guest, hearing)
    assert len(mails(db, "jury_ready")) == 1


# deliberating


@pytest.mark.parametrize(
    ("outcome", "changes", "refused"),
    [
        (None, {}, ("missing_outcome", "outcome")),
        (Outcome.PASSED, {"grade": 975}, ("grade_below_pass_mark", "grade")),
        (Outcome.PASSED, {"grade": 2025}, ("points_wrong", "grade")),
        (Outcome.REFERRED, {"grade": None}, ("outcome_without_reason", "reason")),
        (Outcome.PASSED, {"seen_version": 1}, ("stale_page", None)),
    ],
)
def test_a_decision_is_refused_when_it_contradicts_itself_or_an_old_page(
    world, db, jury, outcome, changes, refused
):
    [hearing] = jury.before(world.learner)
    jury.lock(world.staff, hearing)
    jury.lock(world.guest, hearing)
    assert refusal_of(jury.record, hearing, outcome, **changes) == refused


def test_nobody_deliberates_alone(world, db, jury):
    [hearing] = jury.before(world.learner)
    assert refusal_of(jury.record, hearing) == ("own_evaluation_first", None)
    jury.lock(world.guest, hearing)
    assert refusal_of(jury.record, hearing) == ("too_few_evaluations", None)


def test_a_quorum_above_the_evaluations_asked_for_holds_too(world, db, jury):
    change_spec(db, world, min_locked_evaluations=1)
    [hearing] = jury.before(world.learner)
    jury.lock(world.guest, hearing)
    assert refusal_of(jury.record, hearing) == ("quorum_not_met", None)


def test_the_outcome_is_recorded_and_evaluations_close(world, db, jury):
    jury.compose(members=frozenset({world.guest.id, world.staff.id, world.other_tutor.id}))
    [hearing] = jury.deliberated(world.learner)
    page = jury.hearing(world.coordinator, hearing)
    kept = page.hearing
    assert (kept.outcome, kept.grade_hundredths, kept.grade_out_of, kept.recorded_by_id) == (
        "passed",
        1525,
        20,
        world.guest.id,
    )
    assert (kept.note.state, kept.note.turn) == (State.DELIBERATED, Turn.COORDINATION)
    assert refusal_of(jury.save, world.other_tutor, hearing) == ("evaluations_closed", None)


def test_a_deliberation_reopened_forgets_its_outcome_and_keeps_what_was_written(world, db, jury):
    [hearing] = jury.deliberated(world.learner, outcome=Outcome.REFERRED, reason="À reprendre.", grade=None)
    jury.reopen(hearing)
    kept = jury.hearing(world.guest, hearing).hearing
    assert (kept.outcome, kept.recorded_at, kept.reason, kept.note.state) == (
        None,
        None,
        "À reprendre.",
        State.WITH_JURY,
    )
    jury.record(hearing, Outcome.CORRECTIONS, reason="À compléter.")
    jury.publish([hearing])
    assert refusal_of(jury.reopen, hearing) == ("not_now", None)


# releasing


def test_nothing_of_the_outcome_is_told_or_written_in_the_journal_before_the_release(world, db, jury):
    [hearing] = jury.deliberated(world.learner, outcome=Outcome.REFERRED, reason="Motif caché.", grade=825)
    assert released_result(db, hearing.note_id) is None
    events = [event.data for event in db.scalars(select(Event))]
    told = [row.payload for row in db.scalars(select(OutboxRow))]
    text = json.dumps([events, told], ensure_ascii=False)
    assert [word for word in ("referred", "Motif caché", "825", "8,25", "8.25") if word in text] == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.PASSED, State.VALIDATED),
        (Outcome.CORRECTIONS, State.CORRECTIONS_DUE),
        (Outcome.REFERRED, State.REFERRED),
        (Outcome.NOT_VALIDATED, State.NOT_VALIDATED),
    ],
)
def test_the_release_moves_the_note_where_the_outcome_says(world, db, jury, outcome, state):
    [hearing] = jury.deliberated(world.learner, outcome=outcome, reason="Motif.", grade=None)
    jury.publish([hearing])
    note = note_and_people(db, hearing.note_id)
    assert note.state == state
    moves = [(e.data["move"], State(e.data["state"])) for e in steps(history(db, note))]
    assert replay(moves) == (State(note.state), Turn(note.turn))


def test_a_whole_panel_is_released_at_once_and_each_result_goes_its_way(world, db, jury):
    hearings = jury.deliberated(*world.learners)
    jury.publish(hearings)
    result = released_result(db, hearings[0].note_id)
    assert (result.outcome, result.grade_hundredths, result.out_of, result.author_id, result.cohort_id) == (
        Outcome.PASSED,
        1525,
        20,
        world.learner.id,
        world.cohort.id,
    )
    assert result.released_at == world.clock()
    rows = db.scalars(select(OutboxRow).where(OutboxRow.topic == "result.released"))
    assert {(row.payload["note_id"], row.payload["hearing_id"]) for row in rows} >= {
        (h.note_id, h.id) for h in hearings
    }


def test_the_grade_stays_out_of_what_it_was_given_out_of(world, db, jury):
    [hearing] = jury.deliberated(world.learner)
    change_spec(db, world, grade_out_of=100)
    jury.publish([hearing])
    result = released_result(db, hearing.note_id)
    assert (result.grade_hundredths, result.out_of) == (1525, 20)


def test_a_batch_is_released_whole_or_not_at_all(world, db, jury):
    done, open_ = jury.before(*world.learners[:2])
    for juror in (world.staff, world.guest):
        jury.lock(juror, done)
    jury.record(done)
    savepoint = db.begin_nested()
    assert refusal_of(jury.publish, [done, open_]) == ("not_now", None)
    savepoint.rollback()
    assert released_result(db, done.note_id) is None


def test_a_transmission_is_taken_back_until_a_member_has_begun(world, db, jury):
    [hearing] = jury.before(world.learner)
    page = jury.hearing(world.coordinator, hearing)
    seen = page.hearing.note.version
    operations.recall(db, page, seen_version=seen, now=world.clock())
    assert page.hearing.note.state == State.FINAL_CHECK
    assert may_read_hearing(jury.person(world.staff), jury.hearing(world.staff, hearing)) is False
    assert {mail["person_id"] for mail in mails(db, "jury_note_recalled")} == {world.guest.id, world.staff.id}
    jury.transmit([hearing])
    jury.save(world.staff, hearing)
    page = jury.hearing(world.coordinator, hearing)
    assert refusal_of(
        operations.recall, db, page, seen_version=page.hearing.note.version, now=world.clock()
    ) == ("something_followed", None)


def test_only_a_transmission_is_recalled(world, db, jury):
    [hearing] = jury.deliberated(world.learner)
    page = jury.hearing(world.coordinator, hearing)
    assert refusal_of(
        operations.recall, db, page, seen_version=page.hearing.note.version, now=world.clock()
    ) == ("nothing_to_recall", None)


def test_the_mail_of_a_release_says_that_the_result_is_there_and_never_which(world, db, jury, app):
    jury.publish(jury.deliberated(world.learner))
    told = mails(db, "note_released")
    assert sorted(m["person_id"] for m in told) == sorted([world.learner.id, world.tutor.id])
    with app.test_request_context():
        message = compose(
            db.get_one(Person, world.learner.id),
            "note_released",
            told[0]["params"],
            "https://palier.example.org/enter/x",
            app.extensions["palier"].settings,
        )
    text = f"{message['Subject']}\n{message.get_content()}".casefold()
    assert [word for word in ("validé", "admis", "15", "ajourné", "15,25") if word in text] == []
    assert "https://palier.example.org/enter/x" in text
