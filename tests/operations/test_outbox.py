"""What is due is done once, and what fails says why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tutoring.store.db import writing
from tutoring.store.outbox import Consumer, Delivery, OutboxRow, Permanent, Transient, Uncertain, drain, emit
from tutoring.web import edge


def the_row(app):
    with app.app_context(), edge.database.sessionmaker() as db:
        return db.scalar(select(OutboxRow).where(OutboxRow.topic == "note.released"))


def queue(world, clock):
    with world.session() as db:
        db.info["subscriptions"] = {"note.released": ("echo",)}
        emit(db, "note.released", institution_id=world.institution.id, now=clock(), note_id=7)


def run(app, clock, handle, *, repeatable=True):
    with app.app_context():
        return drain(
            edge.database.sessionmaker, [Consumer("echo", ("note.released",), handle, repeatable)], clock
        )


def test_a_row_is_handed_over_once(app, world, clock):
    queue(world, clock)
    seen = []
    assert run(app, clock, lambda db, row, now: seen.append(row.payload)) == 1
    assert run(app, clock, lambda db, row, now: seen.append(row.payload)) == 0
    assert seen == [{"note_id": 7}]
    assert the_row(app).state == Delivery.DONE


def test_a_passing_fault_is_tried_again_later_and_says_why(app, world, clock):
    queue(world, clock)

    def fail(db, row, now):
        raise Transient("the LMS is away")

    run(app, clock, fail)
    row = the_row(app)
    assert (row.state, row.attempts, row.last_error) == (Delivery.WAITING, 1, "the LMS is away")
    assert run(app, clock, fail) == 0
    clock.advance(seconds=10)
    assert run(app, clock, fail) == 1
    assert the_row(app).due_at == clock() + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("error", "state"), [(Permanent("no"), Delivery.FAILED), (Uncertain("?"), Delivery.PERHAPS)]
)
def test_a_lasting_or_doubtful_fault_is_never_tried_again(app, world, clock, error, state):
    queue(world, clock)

    def fail(db, row, now):
        raise error

    run(app, clock, fail)
    clock.advance(days=2)
    assert run(app, clock, fail) == 0
    assert the_row(app).state == state


def test_a_secret_of_a_foreign_error_is_not_kept(app, world, clock):
    queue(world, clock)

    def fail(db, row, now):
        raise ValueError("password=hunter2")

    run(app, clock, fail)
    assert the_row(app).last_error == "ValueError"


@pytest.mark.parametrize(("repeatable", "state"), [(True, Delivery.DONE), (False, Delivery.PERHAPS)])
def test_what_a_dead_worker_left_is_done_again_only_when_that_does_no_harm(
    app, world, clock, repeatable, state
):
    queue(world, clock)
    with world.session() as db:
        writing(db)
        row = db.scalar(select(OutboxRow).where(OutboxRow.topic == "note.released"))
        row.state, row.due_at = Delivery.SENDING, clock()
    clock.advance(minutes=6)
    run(app, clock, lambda db, row, now: None, repeatable=repeatable)
    assert the_row(app).state == state
