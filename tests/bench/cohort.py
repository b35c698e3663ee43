"""The cohort that the bench reads: 30 learners with drafts under review, 15 days with a synthesis, an index, an LMS."""

from __future__ import annotations

import copy
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from alembic import command
from flask import Flask

from app import create_app
from lti.operations import CourseFacts, PlatformFacts, link_course, register_platform
from lti.practice.school import load_school
from tests.bench.remarks import crowd, essay_under_review
from tests.factories import World
from tests.notes import Seat, seat
from tests.shelf import linked, published
from tutoring.notes import operations as notes
from tutoring.notes.models import RemarkKind, Visibility
from tutoring.notes.moves import Verdict
from tutoring.people.models import Person
from tutoring.people.operations import make_link
from tutoring.programme.models import Cohort as CohortRow
from tutoring.running.commands import alembic_config
from tutoring.running.worker import work
from tutoring.store.db import utc_now
from tutoring.store.settings import read_settings
from tutoring.web import edge

LEARNERS, DAYS, REMARKS = 30, 15, 10
# Written in the whole cohort, beside those of the notes that are read.
CROWD = 10_000
WORDS = (
    "La coopération entre lieux culturels suppose des règles que chacun reconnaît. Les communs donnent un cadre "
    "à cette gouvernance partagée : une ressource, une communauté, des droits d’usage. L’évaluation de l’utilité "
    "sociale se construit avec les personnes concernées, jamais sans elles."
)


@dataclass(frozen=True)
class Cohort:
    """What the bench needs to know: ids, one mailed token a seat, who launches what from the LMS.

    `essay`: ids of the note that holds a long draft, and of that draft.
    """

    id: int
    note_id: int
    essay: tuple[int, int]
    tokens: dict[str, str]
    question: str
    lms_person: str
    lms_link: str


def build(environ: Mapping[str, str], lms_url: str) -> Cohort:
    """Make it all through operations, in the database that `environ` names."""
    os.environ.update(environ)
    app = create_app(read_settings(environ))
    with app.app_context():
        command.upgrade(alembic_config(), "head")
    world = World(app, utc_now, learners=LEARNERS)
    for number in range(1, DAYS + 1):
        markdown = "\n\n".join(f"## Partie {part} de la journée {number}\n\n{WORDS}" for part in range(1, 6))
        published(world, markdown, number=number, title=f"Synthèse de la journée {number}")
        linked(world, f"Lecture de la journée {number}", number=number, why="Pour aller plus loin.")
    note_id = _notes(world)
    essay = essay_under_review(world, world.learners[-1])
    # Not on the two that are read: they have as many as a note has.
    crowd(world, CROWD, but=frozenset({note_id, essay[0]}))
    _door(app, world, lms_url)
    tokens = _tokens(world)
    with app.app_context():
        work(once=True)
        edge.database.engine.dispose()
    return Cohort(
        id=world.cohort.id,
        note_id=note_id,
        essay=essay,
        tokens=tokens,
        question="gouvernance+communs+coop%C3%A9ration",
        lms_person="21",
        lms_link="11",
    )


def _notes(world: World) -> int:
    """Drafts under review, of all but the last learner; the first, on its second version, carries remarks. Its id."""
    ids = []
    for learner in world.learners[:-1]:
        theirs = copy.copy(world)
        theirs.learner = learner
        with world.session() as db:
            at = seat(db, theirs, author=learner)
            at.topic(title=f"La coopération vue par {learner.name}")
            at.review(Verdict.APPROVED)
            at.plan()
            at.review(Verdict.APPROVED)
            at.draft()
            if not ids:
                _remark(at, theirs)
                at.review(Verdict.RETURNED)
                at.draft()
            ids.append(at.note.id)
    return ids[0]


def _remark(at: Seat, world: World) -> None:
    page = at.page(world.tutor)
    draft = notes.newest(page.note)
    assert draft is not None
    for rank in range(REMARKS):
        notes.write_remark(
            at.db,
            page.note,
            draft,
            page.standing.person,
            kind=RemarkKind.SUGGESTION,
            visibility=Visibility.SHARED,
            part="note",
            quote=f"passage {rank}",
            text="Dites ce que cela produit.",
            now=world.clock(),
        )


def _door(app: Flask, world: World, lms_url: str) -> None:
    school = load_school()
    with world.session() as db:
        platform = register_platform(
            db,
            world.institution.id,
            PlatformFacts(
                name="LMS",
                issuer=lms_url,
                client_id=school.tool.client_id,
                login_url=f"{lms_url}/auth",
                token_url=f"{lms_url}/token",
                jwks_url=f"{lms_url}/jwks",
                deployment_id=school.tool.deployment_id,
            ),
            secret=app.config["SECRET_KEY"],
            development=True,
            now=world.clock(),
        )
        link_course(
            db,
            CourseFacts(platform_id=platform.id, context_id="2", title="Arts et culture"),
            db.get_one(CohortRow, world.cohort.id),
            actor=None,
            now=world.clock(),
        )


def _tokens(world: World) -> dict[str, str]:
    seats = {
        "learner": world.learner,
        "essayist": world.learners[-1],
        "tutor": world.tutor,
        "coordinator": world.coordinator,
    }
    tokens = {name: secrets.token_urlsafe(16) for name in seats}
    with world.session() as db:
        for name, person in seats.items():
            make_link(
                db,
                db.get_one(Person, person.id),
                purpose="sign_in",
                target="/me",
                token=tokens[name],
                now=world.clock(),
            )
    return tokens
