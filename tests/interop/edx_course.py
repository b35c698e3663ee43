"""A course invented in Open edX, with two links to Palier: who is in it, its gradebook, and the tests' hand in it.

It stands where the rest of Open edX would: the seam is the package's own `plugin.compat`. Under `/course/` a test says
what a person clicks, and asks for the launches that no honest platform sends. To be imported once Django is set up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from Cryptodome.PublicKey import RSA
from django.contrib.auth import authenticate, get_user_model, login
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from lti_consumer import utils
from lti_consumer.api import get_lti_1p3_launch_start_url
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.exceptions import LtiError
from lti_consumer.lti_1p3.key_handlers import PlatformKeyHandler
from lti_consumer.models import CourseAllowPIISharingInLTIFlag, Lti1p3Passport, LtiConfiguration
from lti_consumer.plugin import compat
from opaque_keys.edx.keys import CourseKey, UsageKey

COURSE = "course-v1:Escale+DU+2026"
CLIENT_ID = "palier-in-open-edx"
LINKS = {
    # Open edX's usual mode: one line item per link, which the platform makes and a tool only fills.
    "note": f"block-v1:{COURSE.removeprefix('course-v1:')}+type@lti_consumer+block@note",
    # The other one: a tool makes its own line items.
    "jury": f"block-v1:{COURSE.removeprefix('course-v1:')}+type@lti_consumer+block@jury",
}


@dataclass(frozen=True)
class Enrolled:
    id: int
    external_user_id: str
    name: str
    roles: list[str]

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.org"


PEOPLE = [
    Enrolled(1, "6b1f-ines", "Inès Marchetti", ["instructor", "staff"]),
    Enrolled(2, "77c0-bruno", "Bruno Delaunay", ["staff"]),
    Enrolled(3, "0a4e-celia", "Célia Ortmann", ["student"]),
    Enrolled(4, "91d2-doan", "Doan Verhaeghe", ["student"]),
    Enrolled(5, "5e88-elif", "Elif Kersaint", ["student"]),
]


@dataclass
class Gradebook:
    """Open edX's LMS grades: what the package publishes there."""

    grades: list[dict[str, Any]] = field(default_factory=list)

    def block(self, location: Any) -> SimpleNamespace:
        """The unit at `location`, with the little that the package asks of it."""

        def keep(user: Enrolled, score: float, maximum: float, comment: str | None) -> None:
            self.grades.append(
                {"user": user.external_user_id, "score": score, "maximum": maximum, "comment": comment}
            )

        return SimpleNamespace(
            display_name="La note d’analyse clinique",
            weight=20,
            has_score=True,
            accept_grades_past_due=True,
            is_past_due=lambda: False,
            max_score=lambda: 20,
            scope_ids=SimpleNamespace(usage_id=location, user_id=None),
            set_user_module_score=keep,
        )


def stand_in(gradebook: Gradebook) -> None:
    """What the package asks of the rest of Open edX through its own seam, `plugin.compat`."""
    by_external_id = {person.external_user_id: person for person in PEOPLE}

    def find(external_user_id: str) -> Enrolled:
        try:
            return by_external_id[external_user_id]
        except KeyError:
            raise LtiError("Invalid User") from None

    compat.load_enough_xblock = gradebook.block
    compat.load_block_as_user = gradebook.block
    compat.get_user_from_external_user_id = find
    compat.batch_get_or_create_externalids = lambda _users: {person.id: person for person in PEOPLE}
    compat.user_has_studio_write_access = lambda user, _course: bool(user.is_staff)
    compat.get_course_members = lambda _course: {
        person.id: {"id": person.id, "name": person.name, "email": person.email, "roles": list(person.roles)}
        for person in PEOPLE
    }


def open_course(tool: str) -> Course:
    """The course with its links to the tool, as Studio and the admin site would leave it."""
    gradebook = Gradebook()
    stand_in(gradebook)
    call_command("migrate", run_syncdb=True, verbosity=0)
    get_user_model().objects.create_user("ines", password="ines", is_staff=True)
    CourseAllowPIISharingInLTIFlag.objects.create(course_id=CourseKey.from_string(COURSE), enabled=True)
    passport = Lti1p3Passport.objects.create(
        name="Palier", lti_1p3_client_id=CLIENT_ID, lti_1p3_tool_keyset_url=f"{tool}/lti/jwks"
    )
    return Course({name: _link(name, passport, tool) for name in LINKS}, gradebook)


def _link(name: str, passport: Lti1p3Passport, tool: str) -> LtiConfiguration:
    declarative, programmatic = (
        LtiConfiguration.LTI_ADVANTAGE_AGS_DECLARATIVE,
        LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
    )
    return LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string(LINKS[name]),
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=f"{tool}/lti/login",
        lti_1p3_launch_url=f"{tool}/lti/launch",
        lti_1p3_redirect_uris=[f"{tool}/lti/launch"],
        lti_advantage_ags_mode=declarative if name == "note" else programmatic,
        lti_advantage_enable_nrps=True,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=f"{tool}/lti/launch",
    )


class Course:
    """The tests' hand in the course: JSON in, JSON out, under `/course/`."""

    def __init__(self, configurations: dict[str, LtiConfiguration], gradebook: Gradebook) -> None:
        self._configurations = configurations
        self._gradebook = gradebook

    def addresses(self) -> list[Any]:
        """The package's addresses, and this hand's."""
        acts = (self.click, self.bend, self.grades, self.contents)
        return [
            path("api/", include("lti_consumer.plugin.urls")),
            path("course/sign-in", csrf_exempt(_sign_in)),
            *(path(f"course/{act.__name__}", csrf_exempt(_hand(act))) for act in acts),
        ]

    def registration(self) -> dict[str, str]:
        """What Open edX shows its administrator to register at the tool."""
        configuration = self._configurations["note"]
        return {
            "issuer": utils.get_lti_api_base(),
            "client_id": configuration.lti_1p3_client_id,
            "deployment_id": "1",
            "login_url": utils.get_lms_lti_launch_link(),
            "token_url": utils.get_lms_lti_access_token_link(configuration.passport_id),
            "jwks_url": utils.get_lms_lti_keyset_link(configuration.passport_id),
            "course": COURSE,
        }

    def click(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A person clicks a link (`deep_linking` when its author chooses content): where their browser is sent."""
        deep_linking = asked.pop("deep_linking", False)
        data = self._launch_data(asked)
        return {"login": get_lti_1p3_launch_start_url(data, deep_link_launch=deep_linking)}

    def bend(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A launch that the package's view would not make, signed by its own code with the platform's key.

        `asked`: `launch` as for `click`; `request`, the tool's authentication request; `extra` claims for it to add; or
        else claims to `set` and to `drop` in what is signed, a `lifetime` in seconds (None for neither iat nor exp),
        the `kid` to tell, `stranger` to sign with a key which is not the platform's.
        """
        data, request = self._launch_data(asked["launch"]), asked["request"]
        consumer = self._configurations[asked["launch"].get("link", "note")].get_lti_consumer()
        consumer.set_user_data(data.external_user_id, data.user_role, data.name, data.email)
        consumer.set_resource_link_claim(data.resource_link_id)
        consumer.set_context_claim(data.context_id, None, data.context_title, data.context_label)
        consumer.set_extra_claim(asked.get("extra", {}))
        if not asked.keys() & {"set", "drop", "lifetime", "kid", "stranger"}:
            return dict(consumer.generate_launch_request(request))
        message = {**consumer.get_lti_launch_message(), "nonce": request["nonce"], **asked.get("set", {})}
        for name in asked.get("drop", []):
            del message[name]
        handler = consumer.key_handler
        if asked.keys() & {"kid", "stranger"}:
            ours = self._configurations["note"].lti_1p3_private_key
            key = RSA.generate(2048).export_key() if asked.get("stranger") else ours
            handler = PlatformKeyHandler(key, asked.get("kid", handler.key.key_id))
        token = handler.encode_and_sign(message, expiration=asked.get("lifetime", 3600))
        return {"state": request["state"], "id_token": token}

    def grades(self, _asked: dict[str, Any]) -> dict[str, Any]:
        """What arrived in the LMS's own gradebook, oldest first; scores from 0 to 1."""
        return {"grades": self._gradebook.grades}

    def contents(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What deep linking left on a link."""
        items = self._configurations[asked["link"]].ltidlcontentitem_set.order_by("id")
        return {"items": [{"type": item.content_type, **item.attributes} for item in items]}

    def _launch_data(self, asked: dict[str, Any]) -> Lti1p3LaunchData:
        """`asked`: `link`, `person` (external id), `role`, and more fields of the package's own launch data."""
        asked = dict(asked)
        link, person = asked.pop("link", "note"), asked.pop("person")
        known = {
            "context_id": COURSE,
            "context_title": "DU Psychologie et vie sociale",
            "context_label": "DU 2026",
            "context_type": ["course_offering"],
            "launch_presentation_document_target": "iframe",
        }
        return Lti1p3LaunchData(
            user_id=person,
            external_user_id=person,
            user_role=asked.pop("role"),
            config_id=self._configurations[link].config_id,
            resource_link_id=LINKS[link],
            **{**known, **asked},
        )


def _hand(act: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[HttpRequest], JsonResponse]:
    return lambda request: JsonResponse(act(json.loads(request.body)))


def _sign_in(request: HttpRequest) -> HttpResponse:
    """The course's author signs in to the LMS, which is asked for when what they chose comes back."""
    login(request, authenticate(request, username="ines", password="ines"))
    return HttpResponse(status=204)
