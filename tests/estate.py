"""A cohort where everything exists once, with somebody in every seat: each route can be asked by each of them."""

from __future__ import annotations

import base64
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from lti.models import Score, ScoreState
from lti.operations import (
    CourseFacts,
    LinkFacts,
    PlatformFacts,
    link_course,
    register_platform,
    remember_link,
)
from resources import operations as readings
from tests.conftest import Browser
from tests.factories import World
from tests.jury import Jury
from tests.notes import Seat, seat, small_pdf
from tests.shelf import filed, linked, published
from tutoring.documents.models import DocumentImage
from tutoring.notes import operations as notes
from tutoring.notes.models import RemarkKind, Submission, SubmittedPart, Visibility
from tutoring.notes.moves import Verdict
from tutoring.people.models import Person
from tutoring.people.operations import Names, add_person, make_link
from tutoring.programme.models import Cohort
from tutoring.programme.operations import add_speaker
from tutoring.programme.queries import day_numbered, standing_in

TOKEN = "a-mailed-token-of-the-estate"


# The smallest PNG: one grey pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


class Estate:
    """`seats`: name of a seat -> person id (None for a stranger); `values`: argument of an address -> its value.

    The learner's draft is under review; another learner's final version is before the jury; a third has their result.
    """

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.values: dict[str, Any] = {
            "cohort_id": world.cohort.id,
            "number": 1,
            "edition": 1,
            "name": "suspend",
            "token": TOKEN,
            "filename": "favicon.svg",
        }
        self._shelf()
        self._speaker()
        self._notes()
        self._jury()
        self._door()
        self._people()
        self.read_before()

    def _shelf(self) -> None:
        published(self.world, "# Synthèse\n\nUne journée sur les **communs**.")
        linked(self.world, "Un article")
        self.values["reading_id"] = filed(self.world, small_pdf(2), "texte.pdf").id

    def _speaker(self) -> None:
        with self.world.session() as db:
            coordinator = db.get_one(Person, self.world.coordinator.id)
            standing = standing_in(db, coordinator, self.world.cohort.id)
            assert standing is not None
            day = day_numbered(db, self.world.cohort.id, 1)
            assert day is not None
            speaker = add_speaker(db, standing, day, name="Lou Garnier", person=None, now=self.world.clock())
            db.flush()
            self.values["speaker_id"] = speaker.id

    def _notes(self) -> None:
        with self.world.session() as db:
            at: Seat = seat(db, self.world)
            at.topic()
            at.review(Verdict.APPROVED)
            at.plan()
            at.review(Verdict.APPROVED)
            draft = at.draft()
            page = at.page(self.world.tutor)
            remark = notes.write_remark(
                db,
                page.note,
                draft,
                page.standing.person,
                kind=RemarkKind.QUESTION,
                visibility=Visibility.SHARED,
                part="note",
                quote="les communs",
                text="Lesquels ?",
                now=self.world.clock(),
            )
            db.flush()
            part = at.page().note.submissions[-1].parts[0]
            page = at.page()
            asked = notes.ask_question(db, page.note, page.standing.person, "Où ?", now=self.world.clock())
            change = notes.ask_topic_change(
                db,
                page.note,
                page.standing.person,
                title="Un autre sujet",
                message="Pourquoi *ici* ?",
                why="Le terrain a changé.",
                now=self.world.clock(),
            )
            tutor = db.get_one(Person, self.world.tutor.id)
            saved = notes.save_remark(
                db, tutor, kind=RemarkKind.SUGGESTION, text="Citez la page.", now=self.world.clock()
            )
            self.values |= {"question_id": asked.id, "change_id": change.id, "saved_id": saved.id}
            self.values["assigned_id"] = self._assigned(db, at)
            self.values |= {
                "note_id": at.note.id,
                "submission_id": draft.id,
                "remark_id": remark.id,
                "notes.part_id": part.id,
                "part": part.part,
                "key": self._image(db, at, part),
            }

    def _image(self, db: Session, at: Seat, part: SubmittedPart) -> str:
        """An image of the draft's document, by its key."""
        row = DocumentImage(
            institution_id=part.institution_id,
            document_id=part.document_id,
            key="figure-1",
            file=at.file(PIXEL, "png"),
        )
        db.add(row)
        return row.key

    def read_before(self) -> None:
        """Everybody has had every submission's page open: opening it again leaves no new mark."""
        with self.world.session() as db:
            persons = db.scalars(select(Person)).all()
            for submission in db.scalars(select(Submission)).all():
                for person in persons:
                    ids = (submission.id, submission.institution_id, person.id)
                    notes.was_read(db, *ids, now=self.world.clock())

    def _assigned(self, db: Session, at: Seat) -> int:
        """A page of the web handed by the tutor to the learner, who has seen it: opening it again writes nothing."""
        page, now = at.page(self.world.tutor), self.world.clock()
        offered = readings.offer_link("Une page", "https://example.org/page")
        [row] = readings.assign(db, page.standing, [page.note], offered, why="Pour commencer.", now=now)
        readings.mark_seen(db, row.id, now=now)
        return row.id

    def _jury(self) -> None:
        with self.world.session() as db:
            jury = Jury(db, self.world)
            released = jury.deliberated(self.world.learners[2])
            jury.publish(released)
            [hearing] = jury.before(self.world.learners[1])
            jury.lock(self.world.staff, hearing)
            final_part = db.scalar(
                select(SubmittedPart.id)
                .join(SubmittedPart.submission)
                .where(Submission.note_id == hearing.note_id, Submission.stage == "final")
            )
            self.values |= {
                "panel_id": jury.panel_id,
                "hearing_id": hearing.id,
                "jury.part_id": final_part,
            }
            self.released_note_id = released[0].note_id

    def _door(self) -> None:
        with self.world.session() as db:
            platform = register_platform(
                db,
                self.world.institution.id,
                PlatformFacts(
                    name="Plateforme",
                    issuer="http://localhost:1",
                    client_id="client",
                    login_url="http://localhost:1/auth",
                    token_url="http://localhost:1/token",
                    jwks_url="http://localhost:1/jwks",
                    deployment_id="1",
                ),
                secret=self.app.config["SECRET_KEY"],
                development=True,
                now=self.world.clock(),
            )
            course = link_course(
                db,
                CourseFacts(platform_id=platform.id, context_id="2", title="Cours"),
                db.get_one(Cohort, self.world.cohort.id),
                actor=db.get_one(Person, self.world.coordinator.id),
                now=self.world.clock(),
            )
            link = remember_link(
                db,
                course,
                LinkFacts(deployment_id="1", link_id="12", title="Ma note", page="note"),
                now=self.world.clock(),
            )
            score = Score(
                institution_id=self.world.institution.id,
                note_id=self.released_note_id,
                resource_link_id=link.id,
                state=ScoreState.FAILED,
                attempts=1,
                error="timeout",
            )
            db.add(score)
            db.flush()
            self.values |= {"course_id": course.id, "score_id": score.id}

    def _people(self) -> None:
        world = self.world
        with world.session() as db:
            administrator = add_person(db, world.institution.id, Names(name="Admin Istre"), now=world.clock())
            administrator.administrator = True
            make_link(
                db,
                db.get_one(Person, world.learner.id),
                purpose="sign_in",
                target="/",
                token=TOKEN,
                now=world.clock(),
            )
            db.flush()
            self.values["person_id"] = world.learners[1].id
            self.seats: dict[str, int | None] = {
                "stranger": None,
                "outsider": world.stranger.id,
                "learner": world.learner.id,
                "other learner": world.learners[2].id,
                "tutor": world.tutor.id,
                "staff": world.other_tutor.id,
                "juror": world.staff.id,
                "president": world.guest.id,
                "coordinator": world.coordinator.id,
                "administrator": administrator.id,
            }

    def address(self, rule: Rule) -> dict[str, Any]:
        """The arguments of this rule's address here. Raises KeyError for one that the estate does not have yet."""
        package = rule.endpoint.partition(".")[0]
        return {
            argument: self.values[
                f"{package}.{argument}" if f"{package}.{argument}" in self.values else argument
            ]
            for argument in rule.arguments
        }

    def path(self, rule: Rule) -> str:
        """The address itself."""
        with self.app.test_request_context():
            return self.app.url_map.bind("127.0.0.1").build(
                rule.endpoint, self.address(rule), method="GET" if "GET" in (rule.methods or ()) else "POST"
            )

    def browser(self, seat_name: str) -> Browser:
        """A browser of whoever holds this seat."""
        return Browser(self.app, self.seats[seat_name])
