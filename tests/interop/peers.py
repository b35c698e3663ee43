"""Palier and the platforms of others as the interop tests handle them: addresses, registrations, clicks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from lti import queries
from lti.connection import connection
from lti.keyring import own_keys
from lti.models import Platform, ResourceLink
from lti.operations import CourseFacts, link_course
from lti.protocol import keys
from lti.protocol.claims import GradeService
from lti.protocol.http import RequestsHttp
from lti.protocol.keys import OwnKey
from lti.protocol.platform import Platform as KnownPlatform
from lti.protocol.tokens import Services
from tests.factories import World
from tests.interop.visitor import Answer, Visitor
from tutoring.people.models import Identity, Person
from tutoring.programme.models import Cohort, Membership
from tutoring.store.db import utc_now


def free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Palier:
    """The application under its own address, with the world of the other tests in its database."""

    app: Flask
    url: str
    world: World

    def command(self, *words: str) -> str:
        """Run `flask …` and give what it says; a failure is an error."""
        done = self.app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == 0, done.output
        return done.output

    def register(self, facts: dict[str, str]) -> Platform:
        """Register a platform as its administrator does, and open the world's cohort from its course."""
        names = ("issuer", "client_id", "login_url", "token_url", "jwks_url", "deployment_id")
        told = [word for name in names for word in (f"--{name.replace('_', '-')}", facts[name])]
        self.command("lti", "add-platform", "--institution", "cnam", *told)
        with self.world.session() as db:
            platform = queries.platform_called(db, facts["issuer"], facts["client_id"])
            assert platform is not None
            course = CourseFacts(platform_id=platform.id, context_id=facts["course"], title="Le cours")
            link_course(db, course, db.get_one(Cohort, self.world.cohort.id), actor=None, now=utc_now())
            return platform

    def known(self, platform: Platform) -> KnownPlatform:
        with self.world.session() as db:
            found = queries.platform(db, platform.id)
            assert found is not None
            return queries.as_known(found)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The calls that this process makes to platforms, with its own keys."""
        with self.app.app_context():
            yield connection().services

    @contextmanager
    def services_signed_by_another(self) -> Iterator[Services]:
        """The same calls by somebody who has a key of their own."""
        stranger = keys.generate(keys.Stage.ACTIVE, utc_now())
        yield Services(RequestsHttp(development=True), signing_key=lambda: stranger, new_jti=lambda: "once")

    def key(self) -> OwnKey:
        """The key that signs at present."""
        with self.world.session() as db:
            return keys.active(own_keys(db, self.app.extensions["palier"].settings.secret_key))

    def person(self, platform: Platform, sub: str) -> Person | None:
        """Whom Palier knows under this `sub`."""
        with self.world.session() as db:
            return db.scalar(
                select(Person)
                .join(Identity, Identity.person_id == Person.id)
                .where(Identity.source == platform.source, Identity.subject == sub)
            )

    def role(self, platform: Platform, sub: str) -> str | None:
        """Their role in the cohort."""
        person = self.person(platform, sub)
        with self.world.session() as db:
            return db.scalar(
                select(Membership.role).where(
                    Membership.cohort_id == self.world.cohort.id,
                    Membership.person_id == (person.id if person else None),
                )
            )

    def grade_service(self, platform: Platform, link_id: str) -> GradeService:
        """What the last launch of a link told of its gradebook."""
        with self.world.session() as db:
            link = db.scalars(
                select(ResourceLink).where(
                    ResourceLink.platform_id == platform.id, ResourceLink.link_id == link_id
                )
            ).one()
            return GradeService(frozenset(link.scopes), link.lineitems_url, link.lineitem_url)


@dataclass(frozen=True)
class Peer:
    """A platform in a process of its own; `facts` are what it tells to be registered."""

    facts: dict[str, str]

    def ask(self, act: str, **asked: Any) -> dict[str, Any]:
        """The tests' hand in its course."""
        answer = Visitor().post_json(f"{self.facts['issuer']}/course/{act}", asked)
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def request(self, visitor: Visitor, **asked: Any) -> str:
        """A person clicks: the authentication request that Palier answers, as an address."""
        answer = visitor.get(self.ask("click", **asked)["login"])
        assert answer.status in (302, 303), answer.text
        return answer.location

    def launch(self, visitor: Visitor, **asked: Any) -> Answer:
        """A person clicks and is let through by the platform: what Palier answers to the launch."""
        handed = visitor.get(self.request(visitor, **asked))
        assert handed.status == 200, handed.text
        return visitor.post(handed.form.action, handed.form.fields)
