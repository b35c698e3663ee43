"""The demo's data: a school in the middle of its year, made by the operations, whatever day it is."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from lti.demo.data import follow_ports, make_data
from lti.demo.pdf import text_pdf
from lti.models import CourseLink, Platform, ResourceLink
from resources.models import AssignedReading, Edition, Reading
from tutoring.documents.models import ReadDocument
from tutoring.documents.pages import read_pages
from tutoring.notes.models import Question, Remark, RemarkPlacement, Submission, TopicChange, ValidationNote
from tutoring.notes.operations import trail
from tutoring.people.models import Identity, Person
from tutoring.programme.models import Cohort, Membership, Track
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow

LMS = "http://localhost:8001"


@pytest.fixture
def made(app, db, clock):
    house = app.extensions["palier"]
    make_data(db, house.files, secret=house.settings.secret_key, platform_url=LMS, now=clock())
    return db


def states(db, slug):
    rows = db.scalars(
        select(ValidationNote.state)
        .join(Cohort, Cohort.id == ValidationNote.cohort_id)
        .join(Track, Track.id == Cohort.track_id)
        .where(Track.slug == slug)
    )
    return Counter(rows)


def test_every_note_stands_where_its_story_says_and_its_events_agree(made):
    assert states(made, "arts-et-culture") == {
        "topic_open": 5,
        "topic_review": 3,
        "plan_open": 2,
        "plan_review": 1,
        "draft_open": 1,
        "draft_review": 1,
    }
    assert states(made, "education-populaire") == {
        "plan_open": 1,
        "draft_open": 1,
        "draft_review": 2,
        "final_open": 3,
        "final_check": 4,
        "with_jury": 3,
        "deliberated": 2,
        "validated": 2,
        "corrections_due": 1,
        "suspended": 1,
    }
    notes = made.scalars(select(ValidationNote)).all()
    assert {note.id: trail(history(made, note)).state for note in notes} == {
        note.id: note.state for note in notes
    }


def test_everyone_is_known_to_the_platform_or_by_mail_and_nobody_is_mailed(made):
    sources = Counter(made.scalars(select(Identity.source)))
    assert sources == {"lti:1": 45, "mail": 3}
    assert Counter(made.scalars(select(Membership.role)))["learner"] == 33
    assert made.scalars(select(Person.name).where(Person.administrator)).all() == ["Sylvie Marchetti"]
    assert "mail" not in Counter(made.scalars(select(OutboxRow.consumer)))


def test_nothing_happens_before_the_cohort_begins(made):
    firsts = made.execute(
        select(func.min(Submission.submitted_at), Cohort.starts_on)
        .join(ValidationNote, ValidationNote.id == Submission.note_id)
        .join(Cohort, Cohort.id == ValidationNote.cohort_id)
        .group_by(Cohort.id, Cohort.starts_on)
    ).all()
    assert [first.date() >= begins for first, begins in firsts] == [True, True]


def test_the_space_holds_syntheses_and_readings(made):
    words = made.scalars(select(Edition.words)).all()
    assert (len(words), min(words) >= 300, max(words) <= 700) == (5, True, True)
    assert made.scalar(select(func.count(Reading.id))) == 5


def test_remarks_have_followed_a_draft_to_its_next_version(made):
    author = made.scalars(select(Person).where(Person.name == "Łucja Wiśniak")).one()
    note = made.scalars(select(ValidationNote).where(ValidationNote.author_id == author.id)).one()
    newest = made.scalar(select(func.max(Submission.id)).where(Submission.note_id == note.id))
    carried = made.execute(
        select(RemarkPlacement.outcome, Remark.status, Remark.declined)
        .join(Remark, Remark.id == RemarkPlacement.remark_id)
        .where(RemarkPlacement.submission_id == newest, Remark.submission_id < newest)
        .order_by(Remark.id)
    ).all()
    assert [tuple(row) for row in carried] == [
        ("changed", "addressed", False),
        ("changed", "open", False),
        ("found", "addressed", False),
        ("paragraph", "open", False),
        ("orphan", "open", False),
        ("found", "addressed", True),
        ("found", "open", False),
    ]
    # What its tutor has begun to say of the new version is shown to nobody else yet.
    unseen = select(Remark.quote).where(Remark.submission_id == newest, Remark.released_at.is_(None))
    assert made.scalars(unseen).all() == ["Deux y ont changé des mots"]


def test_files_are_read_and_things_said_beside_them(made):
    read = Counter(made.scalars(select(ReadDocument.kind).where(ReadDocument.state == "ready")))
    assert (read["docx"], read["pdf"]) == (4, 2)
    assert made.scalar(select(func.count(Question.id)).where(Question.answered_at.is_(None))) == 1
    assert made.scalar(select(func.count(TopicChange.id)).where(TopicChange.decided_at.is_(None))) == 1
    handed = made.execute(select(AssignedReading.read_at.is_not(None)).order_by(AssignedReading.id)).scalars()
    assert list(handed) == [True, False]


@pytest.mark.parametrize("day", [datetime(2025, 1, 2, tzinfo=UTC), datetime(2029, 8, 1, 12, tzinfo=UTC)])
def test_it_can_be_made_on_any_day(app, db, clock, day):
    clock.at = day
    house = app.extensions["palier"]
    make_data(db, house.files, secret=house.settings.secret_key, platform_url=LMS, now=day)
    assert db.scalar(select(func.max(ValidationNote.turn_since))) <= day


def test_what_is_known_of_the_platform_follows_its_port(made, clock):
    course = made.scalars(select(CourseLink)).first()
    made.add(
        ResourceLink(
            institution_id=course.institution_id,
            platform_id=course.platform_id,
            deployment_id="1",
            link_id="12",
            course_link_id=course.id,
            title="",
            page="note",
            lineitem_url=f"{LMS}/services/2/lineitems/1/lineitem?type_id=1",
            lineitems_url=None,
            scopes=[],
            told_at=clock(),
        )
    )
    made.flush()
    follow_ports(made, "http://localhost:8101")
    platform, link = made.scalars(select(Platform)).one(), made.scalars(select(ResourceLink)).one()
    assert (platform.issuer, platform.token_url) == ("http://localhost:8101", "http://localhost:8101/token")
    assert link.lineitem_url == "http://localhost:8101/services/2/lineitems/1/lineitem?type_id=1"


def test_its_pdfs_have_the_pages_they_say_and_text_that_can_be_read():
    pages = read_pages(text_pdf([["Une note (première)", "à relire"], ["Page 2"], []]))
    assert len(pages.texts) == 3
    assert "Une note (première)" in pages.texts[0]
