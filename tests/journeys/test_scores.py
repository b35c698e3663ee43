"""From the jury's release to the platform's gradebook, and from its roster to the cohort: over HTTP, both ways."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import create_app
from lti.gradebook import GRADEBOOK, next_stamp
from lti.models import CourseLink, ResourceLink, Score
from lti.practice.visitor import Visitor, read_form
from tests.door import HTTPS, INES, NOTE, SAMIR, Door, introduce, land, post, practice_lms, served
from tests.factories import World
from tutoring.jury.models import Hearing, Panel
from tutoring.notes.operations import open_note
from tutoring.people.queries import person_known_as
from tutoring.programme.models import Cohort, Membership, Role
from tutoring.store.outbox import OutboxRow, drain, emit
from tutoring.web import edge


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key")


@pytest.fixture
def door(settings: Any, clock: Any, tmp_path: Path, key_folder: Path) -> Iterator[Door]:
    """The application on a port of its own, since the platform asks for its keys before it takes a score."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tool = f"http://127.0.0.1:{port}"
    app = create_app(replace(settings, base_url=tool, port=port), clock=clock)
    with served(app, port), practice_lms(tmp_path / "practice", key_folder, clock, tool) as lms:
        yield introduce(World(app, clock), lms, clock)
    with app.app_context():
        edge.database.engine.dispose()


def learner_arrives(door: Door, sub: str = INES) -> None:
    browser = door.browser()
    land(browser, door.launch(browser, sub, NOTE))


def release(door: Door, sub: str = INES, *, outcome: str = "passed", grade: int | None = 1425) -> int:
    """The jury's result of this learner's note, released now; returns the note's id."""
    now = door.clock()
    with door.world.session() as db:
        person = person_known_as(db, f"lti:{door.platform_id}", sub)
        note = open_note(db, db.get_one(Cohort, door.world.cohort.id), person, now=now)
        root = {"institution_id": note.institution_id}
        panel = Panel(**root, cohort_id=note.cohort_id, name=f"Jury {sub}", sits_on=None, place="")
        hearing = Hearing(
            **root,
            panel=panel,
            note_id=note.id,
            reason="",
            outcome=outcome,
            grade_hundredths=grade,
            grade_out_of=20 if grade is not None else None,
            recorded_at=now,
            released_at=now,
        )
        db.add(hearing)
        db.flush()
        emit(
            db,
            "result.released",
            institution_id=note.institution_id,
            now=now,
            note_id=note.id,
            hearing_id=hearing.id,
        )
        return note.id


def deliver(door: Door) -> None:
    with door.app.app_context():
        drain(edge.database.sessionmaker, [GRADEBOOK], door.clock)


def cell(door: Door, sub: str = INES) -> Any:
    """What the platform's gradebook holds for this learner: (points of its column's 100, comment), or None."""
    grades = [grade for grade in door.lms.store.grades("2") if grade.person == sub]
    return (grades[0].score, grades[0].comment) if grades else None


def score(door: Door) -> Score:
    with door.world.session() as db:
        return db.scalars(select(Score)).one()


def row(door: Door) -> OutboxRow:
    with door.world.session() as db:
        rows = db.scalars(select(OutboxRow).where(OutboxRow.consumer == "gradebook").order_by(OutboxRow.id))
        return rows.all()[-1]


def test_a_released_grade_reaches_the_column_of_the_note(door):
    learner_arrives(door)
    release(door)
    assert cell(door) is None
    deliver(door)
    assert cell(door) == (71.25, "Note de validation : admis·e")
    sent = score(door)
    assert (sent.state, sent.given, sent.maximum, sent.error, sent.attempts) == ("sent", 14.25, 20.0, None, 1)


def test_a_decision_without_a_figure_sends_its_words_and_invents_no_figure(door):
    learner_arrives(door)
    release(door, grade=None)
    deliver(door)
    assert cell(door) == (None, "Note de validation : admis·e")


def test_a_result_released_before_the_link_was_ever_opened_goes_when_it_is(door):
    learner_arrives(door)
    with door.world.session() as db:
        db.delete(db.scalars(select(ResourceLink)).one())
    release(door)
    deliver(door)
    assert cell(door) is None
    learner_arrives(door, SAMIR)
    deliver(door)
    assert cell(door) == (71.25, "Note de validation : admis·e")


def test_a_column_is_made_where_a_course_has_none(door):
    learner_arrives(door)
    with door.world.session() as db:
        link = db.scalars(select(ResourceLink)).one()
        link.lineitem_url, link.link_id = None, "11"
    release(door)
    deliver(door)
    with door.world.session() as db:
        made = db.scalars(select(ResourceLink.lineitem_url)).one()
    columns = {item.id: item for item in door.lms.store.line_items("2")}
    assert [(item.label, item.maximum, item.link) for item in columns.values() if item.link == "11"] == [
        ("Ma note de validation", 100.0, "11")
    ]
    assert made.endswith("/lineitem?type_id=1")
    assert cell(door) == (71.25, "Note de validation : admis·e")


def test_a_score_is_sent_again_with_a_newer_stamp(door):
    learner_arrives(door)
    release(door)
    deliver(door)
    note_id = score(door).note_id
    with door.world.session() as db:
        db.scalars(select(Hearing)).one().grade_hundredths = 1600
        emit(
            db,
            "score.wanted",
            institution_id=door.world.institution.id,
            now=door.clock(),
            note_id=note_id,
            again=True,
        )
    deliver(door)
    assert cell(door) == (80.0, "Note de validation : admis·e")
    assert score(door).stamped_at == door.clock() + timedelta(seconds=1)


def test_a_stamp_that_is_not_newer_is_mended_by_the_next_try(door):
    learner_arrives(door)
    release(door)
    deliver(door)
    with door.world.session() as db:
        kept = db.scalars(select(Score)).one()
        kept.state, kept.stamped_at = "waiting", None
        emit(
            db,
            "score.wanted",
            institution_id=door.world.institution.id,
            now=door.clock(),
            note_id=kept.note_id,
        )
    deliver(door)
    assert (row(door).state, row(door).last_error, score(door).error) == ("waiting", "conflict", "conflict")
    door.clock.advance(seconds=10)
    deliver(door)
    assert (row(door).state, score(door).state, score(door).error) == ("done", "sent", None)


def test_someone_the_platform_does_not_grade_is_a_lasting_fault_the_coordinator_sees(door):
    learner_arrives(door)
    with door.world.session() as db:
        db.connection().exec_driver_sql("UPDATE identity SET subject = '999' WHERE subject = '21'")
    release(door, "999")
    deliver(door)
    assert (row(door).state, row(door).last_error) == ("failed", "not_gradable")
    kept = score(door)
    assert (kept.state, kept.error) == ("failed", "not_gradable")
    browser = door.browser()
    browser.sign_in(door.world.coordinator.id)
    page = f"/c/{door.world.cohort.id}/lms"
    assert "ne note pas cette personne" in browser.get(page).get_data(as_text=True)
    assert browser.post(f"{page}/scores/{kept.id}").status_code == 303
    assert score(door).state == "waiting"


def test_a_platform_that_is_away_is_asked_again_later(door):
    learner_arrives(door)
    release(door)
    with door.world.session() as db:
        link = db.scalars(select(ResourceLink)).one()
        link.lineitem_url = link.lineitem_url.replace(str(door.lms.port), "1")
    deliver(door)
    assert (row(door).state, score(door).state, score(door).attempts) == ("waiting", "waiting", 1)


def test_the_roster_adds_who_is_missing_and_demotes_nobody(door):
    learner_arrives(door)
    browser = door.browser()
    land(browser, door.launch(browser, "5"))
    coordinator = door.browser()
    coordinator.sign_in(door.world.coordinator.id)
    with door.world.session() as db:
        course = db.scalars(select(CourseLink.id)).one()
    where = f"/c/{door.world.cohort.id}/lms/courses/{course}/roster"
    assert coordinator.post(where).status_code == 303
    assert [door.role(sub) for sub in (INES, "33", "3", "5")] == [
        Role.LEARNER,
        Role.LEARNER,
        Role.STAFF,
        Role.STAFF,
    ]
    with door.world.session() as db:
        members = len(db.scalars(select(Membership.id)).all())
    assert coordinator.post(where).status_code == 303
    with door.world.session() as db:
        assert len(db.scalars(select(Membership.id)).all()) == members


def test_a_roster_that_breaks_off_changes_nothing_and_says_so(door):
    learner_arrives(door)
    with door.world.session() as db:
        course = db.scalars(select(CourseLink)).one()
        course.memberships_url = course.memberships_url.replace("/2/", "/77/")
        identity = course.id
    before = door.count()
    coordinator = door.browser()
    coordinator.sign_in(door.world.coordinator.id)
    answer = coordinator.post(f"/c/{door.world.cohort.id}/lms/courses/{identity}/roster")
    assert (answer.status_code, "rien n’a changé" in answer.get_data(as_text=True)) == (502, True)
    assert door.count() == before


def test_a_stamp_grows_by_whole_seconds(clock):
    now = clock()
    assert next_stamp(now, None) == now
    assert next_stamp(now, now.replace(microsecond=500)) == now.replace(microsecond=500) + timedelta(
        seconds=1
    )
    assert next_stamp(now + timedelta(seconds=1), now) == now + timedelta(seconds=1)


def test_the_links_chosen_in_palier_stand_in_the_course(door):
    browser, visitor = door.browser(), Visitor(door.lms.url, "3")
    initiation = visitor.open_selection("2")
    login = browser.client.post("/lti/login", data=initiation.fields, base_url=HTTPS)
    landed = land(browser, post(browser, visitor.authenticate(login.headers["Location"])))
    sealed = landed.headers["Location"].partition("selection=")[2]
    chosen = browser.post("/lti/select", {"selection": sealed, "pages": ["note", "library"]})
    form = read_form(chosen.get_data(as_text=True).partition("<main")[2].partition("</main>")[0])
    assert visitor.http.post(form.action, data=form.fields, timeout=10).status_code == 200
    added = door.lms.store.added_links("2")
    assert [(link.title, link.custom) for link in added] == [
        ("Note de validation", {"page": "note"}),
        ("Bibliothèque", {"page": "library"}),
    ]
    columns = {
        item.label: item.maximum for item in door.lms.store.line_items("2") if item.link == added[0].id
    }
    assert columns == {"Note de validation": 100.0}
    visitor.close()
