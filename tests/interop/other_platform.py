"""A platform made of lti1p3platform, which shares no code with Open edX's: launch, token, roster in pages, scores.

Run by `.venv-interop/bin/python` as a process of its own. The package leaves storage and HTTP to its user: this is a
small server over its abstract classes, with a course invented here. Under `/course/` a test says what a person clicks.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lti1p3platform.exceptions import LineItemNotFoundException, PreflightRequestValidationException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import Response, generate_next_link
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

CLIENT_ID = "palier-in-another-lms"
DEPLOYMENT = "site-4"
COURSE = "course-84"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
PEOPLE = [
    {"user_id": "u-701", "name": "Faustine Abadie", "roles": [ROLE + "Instructor"]},
    {"user_id": "u-702", "name": "Gaël Tournemine", "roles": [ROLE + "Learner"]},
    {"user_id": "u-703", "name": "Hakima Le Goff", "roles": [ROLE + "Learner"]},
]


class Course:
    """The registration of the tool, the hints of launches under way and the gradebook."""

    def __init__(self, issuer: str, tool: str) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.issuer = issuer
        self.hints: dict[str, dict[str, Any]] = {}
        self.scores: list[dict[str, Any]] = []
        self.registration = (
            Registration()
            .set_iss(issuer)
            .set_client_id(CLIENT_ID)
            .set_deployment_id(DEPLOYMENT)
            .set_oidc_login_url(f"{tool}/lti/login")
            .set_launch_url(f"{tool}/lti/launch")
            .set_deeplink_launch_url(f"{tool}/lti/launch")
            .set_tool_key_set_url(f"{tool}/lti/jwks")
            .set_platform_private_key(private.decode("ascii"))
            .set_platform_public_key(public.decode("ascii"))
        )


class Platform(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, course: Course) -> None:
        self._registration = course.registration

    def get_registration_by_params(self, **_: Any) -> Registration:
        raise LookupError("there is one registration")


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, hint: str) -> None:
        self._lti_message_hint = hint

    def get_redirect(self, url: str) -> str:
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    def __init__(self, parameters: dict[str, str], platform: Platform, course: Course) -> None:
        super().__init__(None, platform)
        self._parameters = parameters
        self._course = course

    def get_preflight_response(self) -> dict[str, str]:
        return self._parameters

    def prepare_launch(self, preflight_response: dict[str, str]) -> None:
        asked = self._course.hints.pop(preflight_response["lti_message_hint"])
        person = asked["person"]
        self.set_user_data(person["user_id"], person["roles"], person.get("name"))
        self.set_resource_link_claim("link-9", title="La note")
        self.set_launch_context_claim(COURSE, [], "Formation continue", "FC")
        self.set_ags(f"{self._course.issuer}/items", f"{self._course.issuer}/items/1")
        self.set_nrps(f"{self._course.issuer}/members")
        self.set_extra_claims(asked.get("extra", {}))
        if asked.get("deep_linking"):
            self.set_dl(f"{self._course.issuer}/deep-linking", accept_types={"ltiResourceLink"})

    def render_launch_form(self, launch_data: dict[str, str], **_: Any) -> str:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{escape(launch_data[name])}">'
            for name in ("state", "id_token")
        )
        return f'<form method="post" action="{escape(launch_data["launch_url"])}">{fields}<button>→</button></form>'


class Asked(Request):
    """A request as the package reads it."""

    def build_metadata(self, request: Any) -> Any:
        return request


class Members(NamesRoleProvisioningService):
    def get_member_data_page(self, page: int = 1, limit: int | None = None, **_: Any) -> dict[str, Any]:
        size = limit or len(PEOPLE)
        end = page * size
        return {
            "content": [dict(one) for one in PEOPLE[end - size : end]],
            "has_next": end < len(PEOPLE),
        }

    def get_context_by_id(self) -> Context:
        return Context(id=COURSE, label="FC", title="Formation continue")


class Grades(AssignmentsGradesService):
    """One line item; only the score is asked of it."""

    def __init__(self, request: Request, platform: Platform, course: Course) -> None:
        super().__init__(request, platform, f"{course.issuer}/items", f"{course.issuer}/items/1")
        self._course = course

    def update_score(self, line_item_id: str, score: dict[str, Any]) -> UpdateScoreStatus:
        if line_item_id != "1":
            raise LineItemNotFoundException
        kept = [one["timestamp"] for one in self._course.scores if one["userId"] == score["userId"]]
        if any(timestamp >= score["timestamp"] for timestamp in kept):
            return UpdateScoreStatus.OLD_TIMESTAMP
        self._course.scores.append(score)
        return UpdateScoreStatus.SUCCESS

    def _not_here(self, *_: Any, **__: Any) -> Any:
        raise LineItemNotFoundException

    find_lineitems = find_lineitem = create_lineitem = update_lineitem = delete_lineitem = get_results = (
        _not_here
    )


class Door(BaseHTTPRequestHandler):
    def __init__(self, course: Course, *args: Any) -> None:
        self._course = course
        super().__init__(*args)

    def do_GET(self) -> None:
        path, query = self._address()
        if path == "/jwks":
            self._json(200, Platform(course=self._course).get_jwks())
        elif path == "/auth":
            self._authenticate(query)
        elif path == "/members":
            numbers = {name: int(value) for name, value in query.items() if name in ("limit", "page")}
            self._serve(Members(self._asked(numbers), self._platform(), f"{self._course.issuer}/members"))
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        path, _ = self._address()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/auth":
            self._authenticate(dict(parse_qsl(body.decode())))
        elif path == "/token":
            self._token(dict(parse_qsl(body.decode())))
        elif path.endswith("/scores"):
            grades = Grades(self._asked({}, json.loads(body)), self._platform(), self._course)
            self._answer(grades.handle_resp(grades.handle_update_score, line_item_id=path.split("/")[2]))
        elif path == "/course/click":
            self._json(200, {"login": self._click(json.loads(body))})
        elif path == "/course/grades":
            self._json(200, {"grades": self._course.scores})
        elif path == "/course/forget-keys":
            self._course.registration.set_tool_key_set(None)
            self._json(200, {})
        else:
            self._json(404, {})

    def log_message(self, *_: Any) -> None:
        """Nothing: the process's output is for its first line and for errors."""

    def _address(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        return parts.path, dict(parse_qsl(parts.query))

    def _platform(self) -> Platform:
        return Platform(course=self._course)

    def _asked(self, query: dict[str, Any], sent: Any = None) -> Asked:
        asked = {"method": self.command, "get_data": query, "headers": self.headers, "json": sent}
        return Asked(asked)

    def _click(self, asked: dict[str, Any]) -> str:
        """`asked`: `person` as in a roster, `extra` claims, `deep_linking`."""
        hint = f"hint-{len(self._course.hints)}-{asked['person']['user_id']}"
        self._course.hints[hint] = asked
        login = Login(None, self._platform())
        login.set_lti_message_hint(hint)
        return str(login.initiate_login(asked["person"]["user_id"]))

    def _authenticate(self, parameters: dict[str, str]) -> None:
        try:
            page = Launch(parameters, self._platform(), self._course).lti_launch()
        except (PreflightRequestValidationException, KeyError):
            self._send(400, "text/plain", "refused")
            return
        self._send(200, "text/html; charset=utf-8", page)

    def _token(self, form: dict[str, str]) -> None:
        try:
            answer = self._platform().get_access_token(form)
        except Exception:  # the package lets those of its libraries through
            self._json(400, {"error": "invalid_client"})
            return
        self._json(200, answer)

    def _serve(self, members: Members) -> None:
        self._answer(members.handle_resp(members.handle_get_members))

    def _answer(self, response: Response) -> None:
        result = response.result or {}
        # As the package writes it: rel=next without quotes, which RFC 8288 allows and some tools do not read.
        link = {"Link": generate_next_link(result.pop("next"))} if "next" in result else {}
        self._send(response.code, response.media_type, json.dumps(result), link)

    def _json(self, status: int, answer: Any) -> None:
        self._send(status, "application/json", json.dumps(answer))

    def _send(self, status: int, kind: str, text: str, headers: dict[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    asked = argparse.ArgumentParser(description="a platform made of lti1p3platform, for the interop tests")
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--tool", required=True, help="Palier's address")
    options = asked.parse_args()
    issuer = f"http://localhost:{options.port}"
    course = Course(issuer, options.tool)
    with ThreadingHTTPServer(("localhost", options.port), partial(Door, course)) as server:
        facts = {
            "issuer": issuer,
            "client_id": CLIENT_ID,
            "deployment_id": DEPLOYMENT,
            "login_url": f"{issuer}/auth",
            "token_url": f"{issuer}/token",
            "jwks_url": f"{issuer}/jwks",
            "course": COURSE,
        }
        print(json.dumps(facts), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
