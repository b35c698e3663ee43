"""What the desk gathers: the lines of a tutor and of a cohort, what juries expect, from notes that really moved."""

from datetime import date, timedelta

import pytest

from tests.cohorts import Stand, put
from tests.jury import Jury, checked_note
from tests.notes import seat
from tutoring.desk.load import Load
from tutoring.desk.models import Elsewhere
from tutoring.desk.queries import board_page, front_page, queue_page
from tutoring.desk.queue import Ask, queue_of
from tutoring.desk.tasks import Remarks, Task, Todo
from tutoring.notes import operations
from tutoring.notes.models import Remark, RemarkKind, TopicChange, TopicVerdict, Visibility
from tutoring.notes.moves import Side, Stage, State, Turn, Verdict
from tutoring.notes.operations import draft_review
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Role
from tutoring.programme.operations import admit, grant_extension, open_cohort
from tutoring.programme.queries import member, standing_in


@pytest.fixture
def opened(world, db, clock):
    """`opened(page, person)`: this page of the desk as this person has it, read again."""

    def open_(page, person):
        db.flush()
        db.expire_all()
        return page(db, standing_in(db, db.get_one(Person, person.id), world.cohort.id), clock())

    return open_


def deliberated(db, world, clock):
    """A jury at work with one note deliberated on for two days, three days after it was transmitted."""
    jury = Jury(db, world)
    [hearing] = jury.give([checked_note(db, world, db.get_one(Person, world.learner.id))])
    jury.transmit([hearing])
    clock.advance(days=3)
    jury.lock(world.guest, hearing)
    jury.lock(world.staff, hearing)
    jury.record(hearing)
    clock.advance(days=2)
    return jury, hearing


def test_a_deliberation_shows_to_the_coordinator_alone_until_its_release(world, db, clock, opened):
    jury, hearing = deliberated(db, world, clock)
    [seen] = opened(queue_page, world.tutor).lines
    assert (seen.state, seen.turn, seen.days) == (State.WITH_JURY, Turn.JURY, 5)
    own = opened(front_page, world.learner)
    assert (own.note.state, own.note.turn, own.note.days) == (State.WITH_JURY, Turn.JURY, 5)
    assert own.told.last.move == "transmit_to_jury"
    [run] = [line for line in opened(board_page, world.coordinator).lines if line.note_id]
    assert (run.state, run.turn, run.days) == (State.DELIBERATED, Turn.COORDINATION, 2)

    jury.publish([hearing])
    own = opened(front_page, world.learner)
    assert (own.note.state, own.told.last.move) == (State.VALIDATED, "publish")
    assert set(own.told.passed) == set(Stage) - {Stage.CERTIFICATE}


def test_a_queue_says_which_version_waits_and_whether_its_answer_is_begun(world, db, clock, opened):
    at = seat(db, world)
    at.topic()
    [line] = opened(queue_page, world.tutor).lines
    assert (line.name, line.title) == (world.learner.name, "Les communs culturels")
    assert (line.in_review.stage, line.in_review.number, line.in_review.review_begun) == (
        Stage.TOPIC,
        1,
        False,
    )
    page = at.page(world.tutor)
    draft_review(db, page.note, page.note.submissions[-1], page.standing.person, "À préciser.", now=clock())
    [line] = opened(queue_page, world.tutor).lines
    assert line.in_review.review_begun is True


def test_a_queue_is_in_the_order_of_waiting(world, db, clock, opened):
    for learner, days in zip(world.learners, (2, 12, 5), strict=True):
        put(db, world, learner, Stand(State.PLAN_REVIEW, days, world.tutor, version=1))
    waiting = queue_of(opened(queue_page, world.tutor).lines, Ask()).waiting
    assert [(line.days, line.over_goal) for line in waiting] == [(12, True), (5, False), (2, False)]


def test_a_version_taken_back_is_not_what_waits(world, db, clock, opened):
    at = seat(db, world)
    at.topic()
    first = at.page().note.submissions[0]
    first.withdrawn_at = clock()
    [line] = opened(queue_page, world.tutor).lines
    assert line.in_review is None


def test_notes_of_others_are_in_nobodys_queue_but_their_tutors(world, db, clock, opened):
    put(db, world, world.learner, Stand(State.PLAN_REVIEW, 2, world.other_tutor))
    page = opened(queue_page, world.tutor)
    assert (page.lines, page.load) == ((), Load())


def test_a_queue_names_the_other_cohorts_that_wait(world, db, clock, opened):
    track = db.merge(world.track, load=False)
    coordinator = db.get_one(Person, world.coordinator.id)
    other = open_cohort(db, track, actor=coordinator, now=clock(), name="2027 – 2028")
    for person, role in ((world.tutor, Role.STAFF), (world.learner, Role.LEARNER)):
        admit(db, other, db.get_one(Person, person.id), role, actor=coordinator, now=clock())
    note = put(db, world, world.learner, Stand(State.TOPIC_REVIEW, 1, world.tutor))
    note.cohort_id = other.id
    assert opened(queue_page, world.tutor).elsewhere == (Elsewhere(other.id, "2027 – 2028", 1, 1),)
    assert opened(queue_page, world.other_tutor).elsewhere == ()


def test_the_board_has_a_line_for_every_learner_with_or_without_a_note(world, db, clock, opened):
    put(db, world, world.learners[1], Stand(State.PLAN_OPEN, 4, world.tutor))
    page = opened(board_page, world.coordinator)
    assert [(line.name, line.state) for line in page.lines if line.note_id] == [
        (world.learners[1].name, State.PLAN_OPEN)
    ]
    assert {line.name for line in page.lines} == {learner.name for learner in world.learners}
    assert page.tutors == {world.tutor.id: "Claire Aubert"}


def test_an_extension_counts_in_its_learners_line_alone(world, db, clock, opened):
    for learner in world.learners[:2]:
        put(db, world, learner, Stand(State.TOPIC_OPEN))
    standing = standing_in(db, db.get_one(Person, world.coordinator.id), world.cohort.id)
    grant_extension(
        db, standing, world.learner.id, stage="topic", until=date(2027, 2, 14), reason="", now=clock()
    )
    dues = {line.learner_id: line.due.day for line in opened(board_page, world.coordinator).lines}
    common = db.get_one(Cohort, world.cohort.id).spec.deadlines["topic"]
    assert [dues[learner.id] for learner in world.learners] == [date(2027, 2, 14), common, common]


def test_a_juror_is_told_what_is_theirs_to_do(world, db, clock, opened):
    jury = Jury(db, world)
    hearings = jury.give([checked_note(db, world, db.get_one(Person, p.id)) for p in world.learners[:2]])
    [before] = opened(front_page, world.guest).sittings
    assert (before.presides, before.to_evaluate, before.to_deliberate) == (True, 0, 0)
    jury.transmit(hearings)
    [asked] = opened(front_page, world.staff).sittings
    assert (asked.presides, asked.to_evaluate, asked.to_deliberate) == (False, 2, 0)
    jury.lock(world.guest, hearings[0])
    jury.lock(world.staff, hearings[0])
    [then] = opened(front_page, world.guest).sittings
    assert (then.sits_on, then.to_evaluate, then.to_deliberate) == (world.cohort.jury_from, 1, 1)
    [theirs] = opened(front_page, world.staff).sittings
    assert (theirs.to_evaluate, theirs.to_deliberate) == (1, 0)
    jury.record(hearings[0])
    [after] = opened(front_page, world.guest).sittings
    assert (after.to_evaluate, after.to_deliberate) == (1, 0)


def test_a_learner_reads_who_did_what_last(world, db, clock, opened):
    at = seat(db, world)
    at.topic()
    mine = opened(front_page, world.learner)
    assert (mine.told.last.by_me, mine.told.last.move) == (True, "submit_topic")
    at.aside("suspend", world.coordinator, Side.COORDINATOR)
    mine = opened(front_page, world.learner)
    assert (mine.note.state, mine.told.last.who) == (State.SUSPENDED, "Dominique Roux")


def remark(at, kind=RemarkKind.SUGGESTION, visibility=Visibility.SHARED):
    """A remark of the tutor on the newest version, not released yet."""
    page = at.page(at.world.tutor)
    return operations.write_remark(
        at.db,
        page.note,
        operations.newest(page.note),
        page.standing.person,
        kind=kind,
        visibility=visibility,
        text="Dites pourquoi.",
        now=at.now,
    )


def addressed(at, remark_id):
    page = at.page()
    row = next(one for one in page.note.remarks if one.id == remark_id)
    operations.address(at.db, page.note, row, page.standing.person, "Fait.", declined=False, now=at.now)


def planned(db, world):
    """A plan that waits for its review, with one remark of each kind and one for the staff, none released."""
    at = seat(db, world)
    at.topic()
    at.review(Verdict.APPROVED)
    at.plan()
    kinds = (RemarkKind.BLOCKING, RemarkKind.SUGGESTION, RemarkKind.PRAISE)
    rows = [remark(at, kind) for kind in kinds] + [remark(at, visibility=Visibility.STAFF)]
    return at, [row.id for row in rows]


def test_remarks_that_are_not_released_are_counted_for_the_tutors_seat_alone(world, db, clock, opened):
    at, _ids = planned(db, world)
    [line] = opened(queue_page, world.tutor).lines
    assert (line.pending.remarks, line.begun) == (Remarks(unseen=4), True)
    [run] = [line for line in opened(board_page, world.coordinator).lines if line.note_id]
    assert (run.pending.remarks, run.begun) == (Remarks(), False)
    assert opened(front_page, world.learner).note.pending.remarks == Remarks()
    page = at.page(world.coordinator)
    operations.assign_tutor(
        db, page.note, db.get_one(Person, world.other_tutor.id), page.standing.person, now=clock()
    )
    [line] = opened(queue_page, world.other_tutor).lines
    assert line.pending.remarks == Remarks(unseen=4)


def test_released_remarks_are_counted_by_what_they_wait_for_and_staffs_own_are_not_the_learners(
    world, db, clock, opened
):
    at, ids = planned(db, world)
    at.review(Verdict.RETURNED)
    clock.advance(days=2)
    addressed(at, ids[0])
    clock.advance(days=3)
    [line] = opened(queue_page, world.tutor).lines
    since = clock() - timedelta(days=3)
    assert line.pending.remarks == Remarks(
        open=2, addressed=1, blocking=1, addressed_since=since, first_open=ids[1], first_addressed=ids[0]
    )
    assert line.todo == (Todo(Task.VERIFY, 3, 1),)
    own = opened(front_page, world.learner).note.pending.remarks
    assert (own.open, own.addressed, own.first_open) == (1, 1, ids[1])


def test_a_queue_says_whether_the_learner_has_read_the_last_answer(world, db, clock, opened):
    at, _ids = planned(db, world)
    plan = at.review(Verdict.RETURNED)
    [line] = opened(queue_page, world.tutor).lines
    answer = line.versions.answer
    assert (answer.submission_id, answer.stage, answer.released_at, answer.read_at) == (
        plan.id,
        Stage.PLAN,
        clock(),
        None,
    )
    assert opened(front_page, world.learner).news.answer == answer
    clock.advance(hours=2)
    operations.was_read(db, plan.id, plan.institution_id, world.learner.id, now=clock())
    [line] = opened(queue_page, world.tutor).lines
    assert line.versions.answer.read_at == clock()
    assert opened(front_page, world.learner).news.answer is None


def test_a_question_and_a_change_of_topic_await_the_tutor_wherever_the_note_is(world, db, clock, opened):
    at, _ids = planned(db, world)
    at.review(Verdict.APPROVED, waived_because="On avance.")
    page = at.page()
    operations.ask_question(db, page.note, page.standing.person, "Puis-je citer un entretien ?", now=clock())
    clock.advance(days=1)
    page = at.page()
    change = operations.ask_topic_change(
        db, page.note, page.standing.person, title="Autre", message="Autrement.", why="Terrain.", now=clock()
    )
    clock.advance(days=11)
    page = opened(queue_page, world.tutor)
    [line] = page.lines
    assert (line.turn, line.todo) == (Turn.LEARNER, (Todo(Task.QUESTION, 12), Todo(Task.TOPIC, 11)))
    assert (page.load.awaiting, page.load.oldest, page.load.questions, page.load.over_goal) == (1, 12, 1, 1)
    board = opened(board_page, world.coordinator)
    assert (board.tally.questions, board.tally.changes, board.tally.to_remind) == (1, 1, 1)
    [theirs] = [one for one in board.loads if one.tutor_id]
    assert (theirs.name, theirs.load.questions) == ("Claire Aubert", 1)

    news = opened(front_page, world.learner).news
    assert ([one.answered_at for one in news.asked], news.change.id, news.change.verdict) == (
        [None],
        change.id,
        None,
    )
    page = at.page(world.tutor)
    operations.answer_topic_change(
        db,
        page.note,
        db.get_one(TopicChange, change.id),
        page.standing.person,
        Side.TUTOR,
        verdict=TopicVerdict.ACCEPTED,
        answer="Oui.",
        now=clock(),
    )
    [line] = opened(queue_page, world.tutor).lines
    assert [todo.task for todo in line.todo] == [Task.QUESTION]
    assert line.versions.answer.stage == Stage.PLAN
    news = opened(front_page, world.learner).news
    assert (news.change.verdict, news.change.decided_at) == (TopicVerdict.ACCEPTED, clock())


def test_replies_are_new_until_the_learner_opens_the_version_again(world, db, clock, opened):
    at, ids = planned(db, world)
    plan = at.review(Verdict.RETURNED)
    clock.advance(hours=1)
    operations.was_read(db, plan.id, plan.institution_id, world.learner.id, now=clock())
    assert opened(front_page, world.learner).news.replies == 0
    clock.advance(days=1)
    page = at.page(world.tutor)
    for remark_id in (ids[1], ids[3]):
        row = db.get_one(Remark, remark_id)
        operations.answer(db, page.note, row, page.standing.person, "Un exemple suffit.", now=clock())
    news = opened(front_page, world.learner).news
    assert (news.replies, news.first_reply) == (1, ids[1])
    clock.advance(hours=1)
    operations.was_read(db, plan.id, plan.institution_id, world.learner.id, now=clock())
    assert opened(front_page, world.learner).news.replies == 0


def test_a_load_counts_every_cohort_that_one_still_serves(world, db, clock, opened):
    track = db.merge(world.track, load=False)
    coordinator = db.get_one(Person, world.coordinator.id)
    other = open_cohort(db, track, actor=coordinator, now=clock(), name="2027 – 2028")
    for person, role in ((world.tutor, Role.STAFF), (world.learner, Role.LEARNER)):
        admit(db, other, db.get_one(Person, person.id), role, actor=coordinator, now=clock())
    note = put(db, world, world.learner, Stand(State.TOPIC_REVIEW, 15, world.tutor))
    note.cohort_id = other.id
    put(db, world, world.learners[1], Stand(State.PLAN_REVIEW, 2, world.tutor))
    page = opened(queue_page, world.tutor)
    assert [line.learner_id for line in page.lines] == [world.learners[1].id]
    assert (page.load.follows, page.load.awaiting, page.load.oldest, page.load.over_goal) == (2, 2, 15, 1)
    db.delete(member(db, other.id, world.tutor.id))
    page = opened(queue_page, world.tutor)
    assert (page.load.follows, page.elsewhere) == (1, ())


def test_the_days_to_answer_are_those_of_the_journal(world, db, clock, opened):
    at = seat(db, world)
    at.topic()
    clock.advance(days=4)
    at.review(Verdict.APPROVED)
    at.plan()
    clock.advance(days=7)
    assert opened(queue_page, world.tutor).median == 4.0
    at.review(Verdict.RETURNED)
    assert opened(queue_page, world.tutor).median == 5.5
    clock.advance(days=400)
    assert opened(queue_page, world.tutor).median is None
