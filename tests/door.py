"""Palier and the practice LMS, known to each other, as a test's browsers walk between them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from lti import keyring
from lti.models import ToolKey
from lti.operations import CourseFacts, PlatformFacts, link_course, register_platform
from lti.practice.server import PracticeServer
from lti.practice.visitor import Form, Visitor
from lti.protocol import keys
from lti.protocol.keys import OwnKey, Stage
from tests.conftest import Browser, Clock
from tests.factories import World
from tutoring.people.models import Person
from tutoring.people.queries import person_known_as
from tutoring.programme.models import Cohort, Membership
from tutoring.store.db import Base

INES, SAMIR, CLAIRE, MARIANNE, GAELLE, SYLVIE, ELODIE = "21", "22", "5", "3", "4", "2", "41"
ARTS, EDUC = "2", "3"
HOME, NOTE, LIBRARY, EDUC_HOME = "11", "12", "13", "21"
HTTPS = "https://127.0.0.1:8000"


def path_of(address: str) -> str:
    """The part of an address that a test client asks for."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def post(browser: Browser, form: Form, **changes: str) -> Any:
    """Post a form of another site's page, some of its fields changed."""
    return browser.client.post(path_of(form.action), data=form.fields | changes, base_url=HTTPS)


def land(browser: Browser, answer: Any) -> Any:
    """Follow a launch's 303 to where it lands."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser.get(path_of(answer.headers["Location"]))


@dataclass
class Door:
    """Palier and a platform that it knows, with one course linked to the world's cohort."""

    app: Flask
    world: World
    lms: PracticeServer
    clock: Clock
    platform_id: int

    def browser(self) -> Browser:
        return Browser(self.app)

    def count(self) -> dict[str, int]:
        """How many rows each table holds."""
        with self.world.session() as db:
            tables = Base.metadata.sorted_tables
            return {
                table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
                for table in tables
            }

    def start(self, browser: Browser, person: str, link: str = HOME) -> Form:
        """The form with `id_token` and `state` that the platform has the browser post."""
        visitor = Visitor(self.lms.url, person)
        initiation = visitor.open_link(link)
        answer = browser.client.post(path_of(initiation.action), data=initiation.fields, base_url=HTTPS)
        assert answer.status_code == 303
        form = visitor.authenticate(answer.headers["Location"])
        visitor.close()
        return form

    def launch(self, browser: Browser, person: str, link: str = HOME) -> Any:
        """A whole launch, up to the answer to its POST."""
        return post(browser, self.start(browser, person, link))

    def known(self, sub: str) -> Person | None:
        with self.world.session() as db:
            return person_known_as(db, f"lti:{self.platform_id}", sub)

    def role(self, sub: str, cohort: Cohort | None = None) -> str | None:
        cohort = cohort or self.world.cohort
        with self.world.session() as db:
            person = person_known_as(db, f"lti:{self.platform_id}", sub)
            return person and db.scalar(
                select(Membership.role).where(
                    Membership.person_id == person.id, Membership.cohort_id == cohort.id
                )
            )


@cache
def our_keys() -> tuple[OwnKey, ...]:
    """Keys of Palier's, made once for all tests: RSA takes its time."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return tuple(keys.generate(stage, now) for stage in (Stage.ACTIVE, Stage.NEXT))


@contextmanager
def practice_lms(folder: Path, key_folder: Path, clock: Clock, tool: str) -> Iterator[PracticeServer]:
    """The practice LMS with the key of `key_folder`, which is made when it is not there."""
    folder.mkdir()
    name = "platform-key.json"
    if (key_folder / name).exists():
        shutil.copy(key_folder / name, folder / name)
    with PracticeServer(folder, tool, clock=clock) as lms:
        shutil.copy(folder / name, key_folder / name)
        yield lms


def introduce(world: World, lms: PracticeServer, clock: Clock) -> Door:
    """Register the platform with the world's institution and link its first course to the world's cohort."""
    secret = world.app.extensions["palier"].settings.secret_key
    with world.session() as db:
        for key in our_keys():
            sealed = keyring.seal(key.private_pem, secret)
            db.add(ToolKey(kid=key.kid, sealed=sealed, stage=key.stage, since=key.since))
        platform = register_platform(
            db,
            world.institution.id,
            PlatformFacts(
                name=lms.school.platform.name,
                issuer=lms.url,
                client_id=lms.school.tool.client_id,
                login_url=lms.school.platform.auth_url,
                token_url=lms.school.platform.token_url,
                jwks_url=lms.school.platform.jwks_url,
                deployment_id=lms.school.tool.deployment_id,
            ),
            secret=secret,
            development=True,
            now=clock(),
        )
        facts = CourseFacts(platform_id=platform.id, context_id=ARTS, title="Arts et culture")
        link_course(db, facts, db.merge(world.cohort, load=False), actor=None, now=clock())
        return Door(world.app, world, lms, clock, platform.id)


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    """The application on a port of this machine, for a platform that asks for its keys."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
