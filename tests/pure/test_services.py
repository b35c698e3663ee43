"""Tokens, grades, roster and deep linking against a real HTTP server that misbehaves on demand."""

import gzip
import json
import socket
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from lti.protocol import deep_linking, jwks, keys, roster, urls
from lti.protocol.claims import DeepLinkingSettings, GradeService, RosterService
from lti.protocol.deep_linking import LineItemWish, ResourceLinkItem
from lti.protocol.errors import Fault, InvalidLaunch, Reason, ServiceError
from lti.protocol.grades import (
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
    Activity,
    Gradebook,
    Grading,
    LineItem,
    Result,
    Score,
)
from lti.protocol.http import USER_AGENT, Request, RequestsHttp
from lti.protocol.keys import OwnKey, Stage
from lti.protocol.platform import Platform
from lti.protocol.roles import CourseRole
from lti.protocol.roster import Member, Roster, Status
from lti.protocol.tokens import MAX_PAGES, Services

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALL_SCOPES = frozenset({LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE})


@dataclass
class Received:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    status: int = 200
    body: bytes | object = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds between single bytes

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Callable[[Received], Reply]


class Site:
    """A platform's server on loopback: answers by (method, path) and remembers what it was sent."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Answer] = {}
        self.received: list[Received] = []
        self.tokens = count(1)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.on("POST", "/token", self.give_token)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        if not self.thread.is_alive():
            return
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def on(self, method: str, path: str, *answers: Answer | Reply) -> None:
        """Answer so, in turn; the last answer goes on for ever."""
        waiting = list(answers)

        def answer(request: Received) -> Reply:
            now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return now if isinstance(now, Reply) else now(request)

        self.routes[method, path] = answer

    def give_token(self, request: Received) -> Reply:
        """As Moodle: JSON that says it is HTML."""
        scope = parse_qs(request.body.decode())["scope"][0]
        body = {
            "access_token": f"t{next(self.tokens)}",
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": scope,
        }
        return Reply(200, body, {"Content-Type": "text/html"})

    def sent_to(self, path: str) -> list[Received]:
        return [request for request in self.received if request.path == path]

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the inner class has its own self
        class Handler(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Received(self.command, parts.path, query, dict(self.headers), body)
                site.received.append(request)
                answer = site.routes.get((self.command, parts.path))
                reply = answer(request) if answer else Reply(404, b"<html>404</html>")
                raw = reply.raw()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                with suppress(OSError):  # the client had enough
                    self._write(raw, reply.drip)

            def _write(self, raw: bytes, drip: float) -> None:
                if not drip:
                    self.wfile.write(raw)
                    return
                for byte in raw:
                    self.wfile.write(bytes([byte]))
                    time.sleep(drip)

            do_GET = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def own_key() -> OwnKey:
    return keys.generate(Stage.ACTIVE, NOW)


@pytest.fixture
def platform(site: Site) -> Platform:
    return Platform(
        id="7",
        issuer="https://lms.example.org",
        client_id="client-1",
        login_url=site.url + "/auth",
        token_url=site.url + "/token",
        jwks_url=site.url + "/jwks",
        deployments=frozenset({"1"}),
    )


@pytest.fixture
def services(own_key: OwnKey) -> Services:
    ids = count(1)
    return Services(
        RequestsHttp(development=True, timeout=1),
        signing_key=lambda: own_key,
        new_jti=lambda: f"jti-{next(ids)}",
    )


@pytest.fixture
def gradebook(services: Services, platform: Platform, site: Site) -> Gradebook:
    return Gradebook(services, platform, GradeService(ALL_SCOPES, site.url + "/items?type_id=1"))


def item_url(site: Site) -> str:
    return site.url + "/items/9?type_id=1"


def score(**changes: Any) -> Score:
    usual = Score("42", NOW, Activity.COMPLETED, Grading.FULLY_GRADED, given=15, maximum=20)
    return replace(usual, **changes)


def fault_of(act: Callable[[], Any]) -> ServiceError:
    with pytest.raises(ServiceError) as failure:
        act()
    return failure.value


# tokens


def test_the_assertion_says_who_we_are_and_was_signed_ten_seconds_ago(
    services: Services, platform: Platform, site: Site, own_key: OwnKey
) -> None:
    assert services.token(platform, ["b", "a"], NOW).value == "t1"
    sent = site.sent_to("/token")[0]
    form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
    assertion = form.pop("client_assertion")
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": "a b",
    }
    read = jwt.decode(assertion, KeySet.import_key_set(keys.jwks([own_key])))  # type: ignore[arg-type]
    seconds = int(NOW.timestamp())
    assert read.header == {"alg": "RS256", "kid": own_key.kid, "typ": "JWT"}
    assert read.claims == {
        "iss": "client-1",
        "sub": "client-1",
        "aud": platform.token_url,
        "iat": seconds - 10,
        "exp": seconds + 290,
        "jti": "jti-1",
    }
    assert sent.headers["User-Agent"] == USER_AGENT


def test_a_platform_may_want_another_audience(services: Services, platform: Platform, site: Site) -> None:
    services.token(replace(platform, token_audience="https://api.example.org/token"), ["a"], NOW)
    assertion = parse_qs(site.sent_to("/token")[0].body.decode())["client_assertion"][0]
    payload = assertion.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["aud"] == "https://api.example.org/token"


def test_a_token_is_kept_until_a_minute_before_its_end(services: Services, platform: Platform) -> None:
    assert services.token(platform, ["b", "a"], NOW).value == "t1"
    assert services.token(platform, ["a", "b", "a"], NOW + timedelta(seconds=3539)).value == "t1"
    assert services.token(platform, ["a", "b"], NOW + timedelta(seconds=3540)).value == "t2"


def test_a_token_belongs_to_one_client_and_one_set_of_scopes(services: Services, platform: Platform) -> None:
    twin = replace(platform, id="8", client_id="client-2")
    asked = [(platform, "a"), (twin, "a"), (platform, "b"), (platform, "a"), (twin, "a")]
    assert [services.token(one, [scope], NOW).value for one, scope in asked] == ["t1", "t2", "t3", "t1", "t2"]


def test_each_assertion_has_an_id_of_its_own(services: Services, platform: Platform, site: Site) -> None:
    services.token(platform, ["a"], NOW)
    services.token(platform, ["b"], NOW)
    assertions = [parse_qs(sent.body.decode())["client_assertion"][0] for sent in site.sent_to("/token")]
    assert len(set(assertions)) == 2


def test_a_token_refused_midway_is_dropped_and_the_call_made_once_more(
    gradebook: Gradebook, site: Site
) -> None:
    site.on("POST", "/items/9/scores", Reply(401), Reply(204))
    gradebook.put_score(item_url(site), score(), NOW)
    assert [sent.headers["Authorization"] for sent in site.sent_to("/items/9/scores")] == [
        "Bearer t1",
        "Bearer t2",
    ]


def test_a_token_refused_twice_is_a_lasting_fault(gradebook: Gradebook, site: Site) -> None:
    site.on("POST", "/items/9/scores", Reply(401))
    fault = fault_of(lambda: gradebook.put_score(item_url(site), score(), NOW))
    assert (fault.fault, fault.transient, len(site.sent_to("/items/9/scores"))) == (
        Fault.TOKEN_REFUSED,
        False,
        2,
    )


@pytest.mark.parametrize(
    ("reply", "fault", "detail", "transient"),
    [
        (Reply(400, {"error": "invalid_client"}), Fault.TOKEN_REFUSED, "invalid_client", False),
        (Reply(401, {"error": "<b>"}), Fault.TOKEN_REFUSED, "", False),
        (Reply(400, {"error": "invalid_scope"}), Fault.SCOPE_REFUSED, "", False),
        (Reply(404, b"<html>"), Fault.TOKEN_REFUSED, "", False),
        (Reply(429, b"", {"Retry-After": "7"}), Fault.RATE_LIMITED, "", True),
        (Reply(500, b"<html>"), Fault.FAILING, "", True),
        (Reply(200, b"<html>"), Fault.UNREADABLE, "", True),
        (Reply(200, b"[]"), Fault.UNREADABLE, "not an object", True),
        (Reply(200, {}), Fault.UNREADABLE, "access_token", True),
        (Reply(200, {"access_token": "a\nb"}), Fault.UNREADABLE, "access_token", True),
        (Reply(200, {"access_token": "a", "token_type": "mac"}), Fault.UNREADABLE, "token_type", True),
        (Reply(200, {"access_token": "a", "scope": "b"}), Fault.SCOPE_REFUSED, "granted", False),
    ],
)
def test_a_token_that_is_not_given_says_why(
    services: Services,
    platform: Platform,
    site: Site,
    reply: Reply,
    fault: Fault,
    detail: str,
    transient: bool,
) -> None:
    site.on("POST", "/token", reply)
    found = fault_of(lambda: services.token(platform, ["a"], NOW))
    assert (found.fault, found.detail, found.transient) == (fault, detail, transient)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [("1200", 1200), (None, 300), (True, 300), (-5, 0), (10**9, 86400), (60, 60)],
)
def test_the_end_of_a_token_is_read_from_what_platforms_write(
    services: Services, platform: Platform, site: Site, expires_in: object, seconds: int
) -> None:
    site.on("POST", "/token", Reply(200, {"access_token": "a", "expires_in": expires_in}))
    assert services.token(platform, ["a"], NOW).expires_at == NOW + timedelta(seconds=seconds)


# grades


def test_a_score_goes_into_the_path_before_the_query_with_its_media_type(
    gradebook: Gradebook, site: Site
) -> None:
    site.on("POST", "/items/9/scores", Reply(200))
    sent_at = datetime(2026, 11, 23, 10, 0, 1, 234567, tzinfo=UTC)
    gradebook.put_score(
        item_url(site),
        score(timestamp=sent_at, given=14.5, comment="Très bien", submitted_at=NOW, started_at=NOW),
        NOW,
    )
    sent = site.sent_to("/items/9/scores")[0]
    assert (sent.query, sent.headers["Content-Type"]) == (
        {"type_id": "1"},
        "application/vnd.ims.lis.v1.score+json",
    )
    assert sent.json() == {
        "userId": "42",
        "timestamp": "2026-11-23T10:00:01.234Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 14.5,
        "scoreMaximum": 20,
        "comment": "Très bien",
        "submission": {"startedAt": "2026-11-23T09:00:00.000Z", "submittedAt": "2026-11-23T09:00:00.000Z"},
    }


def test_a_score_that_is_not_yet_one_says_only_how_far_things_are(gradebook: Gradebook, site: Site) -> None:
    site.on("POST", "/items/9/scores", Reply(200))
    gradebook.put_score(item_url(site), Score("42", NOW, Activity.SUBMITTED, Grading.PENDING), NOW)
    assert site.sent_to("/items/9/scores")[0].json() == {
        "userId": "42",
        "timestamp": "2026-11-23T09:00:00.000Z",
        "activityProgress": "Submitted",
        "gradingProgress": "Pending",
    }


@pytest.mark.parametrize(
    "wrong",
    [{"maximum": None}, {"given": float("nan")}, {"given": -1}, {"maximum": 0}, {"maximum": float("inf")}],
)
def test_a_score_that_no_platform_could_take_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"given|maximum"):
        score(**wrong)


def test_line_items_are_read_from_all_pages(gradebook: Gradebook, site: Site) -> None:
    first = {"id": item_url(site), "label": "Note", "scoreMaximum": 20, "resourceId": 3, "tag": None}
    second = {
        "id": site.url + "/items/10?type_id=1",
        "label": "Jury",
        "scoreMaximum": 100.0,
        "tag": "jury",
        "endDateTime": "2027-06-08T17:00:00Z",
    }
    site.on(
        "GET",
        "/items",
        Reply(200, [first], {"Link": '</items?type_id=1&from=1>; rel="next", </items>; rel="first"'}),
        Reply(200, [second]),
    )
    assert gradebook.line_items(NOW, tag="jury") == (
        LineItem("Note", 20, item_url(site), resource_id="3"),
        LineItem(
            "Jury",
            100,
            site.url + "/items/10?type_id=1",
            tag="jury",
            ends_at=datetime(2027, 6, 8, 17, tzinfo=UTC),
        ),
    )
    asked = site.sent_to("/items")
    assert [sent.query for sent in asked] == [
        {"type_id": "1", "tag": "jury"},
        {"type_id": "1", "from": "1"},
    ]
    assert asked[0].headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    scope = parse_qs(site.sent_to("/token")[0].body.decode())["scope"]
    assert scope == [LINE_ITEM_READ_SCOPE]


def test_a_line_item_is_created_changed_and_deleted(gradebook: Gradebook, site: Site) -> None:
    made = {"id": item_url(site), "label": "Note", "scoreMaximum": 20, "resourceId": "note"}
    site.on("POST", "/items", Reply(201, made))
    site.on("PUT", "/items/9", Reply(200, {**made, "label": "Note finale"}))
    site.on("DELETE", "/items/9", Reply(204))
    site.on("GET", "/items/9", Reply(200, made))
    created = gradebook.create(LineItem("Note", 20, resource_id="note"), NOW)
    assert created == gradebook.line_item(created.url, NOW)
    changed = gradebook.update(replace(created, label="Note finale"), NOW)
    gradebook.delete(changed.url, NOW)
    calls = [
        (sent.method, sent.headers.get("Content-Type")) for sent in site.received if sent.path != "/token"
    ]
    line_item = "application/vnd.ims.lis.v2.lineitem+json"
    assert calls == [("POST", line_item), ("GET", None), ("PUT", line_item), ("DELETE", None)]
    assert site.sent_to("/items")[0].json() == {"label": "Note", "scoreMaximum": 20, "resourceId": "note"}
    assert changed == LineItem("Note finale", 20, item_url(site), resource_id="note")


def test_results_are_read_and_a_zero_that_is_left_out_is_not_invented(
    gradebook: Gradebook, site: Site
) -> None:
    listed = [
        {"userId": 42, "resultScore": 15, "resultMaximum": 20, "comment": "Bien"},
        {"userId": "43", "resultMaximum": 20},
    ]
    site.on("GET", "/items/9/results", Reply(200, listed))
    assert gradebook.results(item_url(site), NOW, user_id="42") == (
        Result("42", 15, 20, "Bien"),
        Result("43", None, 20, None),
    )
    assert site.sent_to("/items/9/results")[0].query == {"type_id": "1", "user_id": "42"}


@pytest.mark.parametrize(
    ("reply", "fault", "transient", "retry_after"),
    [
        (Reply(400), Fault.REJECTED, False, None),
        (Reply(403), Fault.SCOPE_REFUSED, False, None),
        (Reply(404, b"<html>"), Fault.GONE, False, None),
        (Reply(410), Fault.GONE, False, None),
        (Reply(409), Fault.CONFLICT, False, None),
        (Reply(429, b"", {"Retry-After": "120"}), Fault.RATE_LIMITED, True, 120),
        (Reply(429, b"", {"Retry-After": "Mon, 23 Nov 2026 09:05:00 GMT"}), Fault.RATE_LIMITED, True, 300),
        (Reply(429, b"", {"Retry-After": "soon"}), Fault.RATE_LIMITED, True, None),
        (Reply(429, b"", {"Retry-After": "9" * 50}), Fault.RATE_LIMITED, True, 86400),
        (Reply(429), Fault.RATE_LIMITED, True, None),
        (Reply(500, b"<html>"), Fault.FAILING, True, None),
        (Reply(503, b"", {"Retry-After": "60"}), Fault.FAILING, True, 60),
        (Reply(302, b"", {"Location": "/elsewhere"}), Fault.REDIRECT_REFUSED, False, None),
        (Reply(304), Fault.REJECTED, False, None),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Reply) else None,
)
def test_a_score_that_is_not_taken_says_why(
    gradebook: Gradebook, site: Site, reply: Reply, fault: Fault, transient: bool, retry_after: int | None
) -> None:
    site.on("POST", "/items/9/scores", reply)
    found = fault_of(lambda: gradebook.put_score(item_url(site), score(), NOW))
    assert (found.fault, found.transient, found.retry_after) == (fault, transient, retry_after)


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"{}", b"[1]", b'[{"label":"x"}]', b'[{"id":"u","scoreMaximum":0}]']
)
def test_a_list_that_cannot_be_read_gives_nothing(gradebook: Gradebook, site: Site, body: bytes) -> None:
    site.on("GET", "/items", Reply(200, body))
    assert fault_of(lambda: gradebook.line_items(NOW)).fault is Fault.UNREADABLE


def test_a_scope_that_was_never_offered_is_not_even_asked_for(
    services: Services, platform: Platform, site: Site
) -> None:
    gradebook = Gradebook(services, platform, GradeService(frozenset({LINE_ITEM_SCOPE})))
    for act in (
        lambda: gradebook.put_score(item_url(site), score(), NOW),
        lambda: gradebook.results(item_url(site), NOW),
        lambda: gradebook.line_items(NOW),
    ):
        assert fault_of(act).fault is Fault.SCOPE_REFUSED
    assert site.received == []


# roster


def members(*ids: str) -> dict[str, Any]:
    return {"members": [{"user_id": user, "roles": ["Learner"], "status": "Active"} for user in ids]}


def learner(user_id: str) -> Member:
    return Member(user_id, Status.ACTIVE, frozenset({CourseRole.LEARNER}), ("Learner",))


def read_roster(services: Services, platform: Platform, site: Site) -> Roster:
    return roster.fetch(services, platform, RosterService(site.url + "/members?type_id=1"), NOW)


@pytest.mark.parametrize(
    "link",
    [
        '<{url}>; rel="next"',
        "<{url}>; rel=next",
        '<{url}>;rel="NEXT"',
        '<{site}/x>; rel="prev", <{url}>; title="a, b"; rel="last next"',
        "<{path}>; rel=next",
    ],
)
def test_a_roster_is_read_from_all_pages_however_the_link_is_written(
    services: Services, platform: Platform, site: Site, link: str
) -> None:
    path = "/members/2;v=1?a=1,2"
    said = link.format(url=site.url + path, site=site.url, path=path)
    site.on(
        "GET", "/members", Reply(200, {"context": {"id": 2, "label": "CS26"}, **members("1")}, {"Link": said})
    )
    site.on("GET", "/members/2;v=1", Reply(200, members("2")))
    assert read_roster(services, platform, site) == Roster("2", "CS26", None, (learner("1"), learner("2")))
    first = site.sent_to("/members")[0]
    assert first.query == {"type_id": "1", "limit": "100"}
    assert first.headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_a_member_listed_twice_is_one_member(services: Services, platform: Platform, site: Site) -> None:
    twice = [
        {"user_id": "1", "roles": ["Learner"], "status": "Inactive", "name": "Ada"},
        {"user_id": "2", "roles": ["Learner"]},
        {"user_id": "1", "roles": ["Instructor", "Learner"], "name": "Other", "email": "ada@example.org"},
        {"user_id": 2, "roles": None, "status": "Asleep"},
    ]
    site.on("GET", "/members", Reply(200, {"members": twice}))
    assert read_roster(services, platform, site).members == (
        Member(
            "1",
            Status.ACTIVE,
            frozenset({CourseRole.LEARNER, CourseRole.STAFF}),
            ("Learner", "Instructor"),
            name="Ada",
            email="ada@example.org",
        ),
        learner("2"),
    )


@pytest.mark.parametrize(
    ("second", "fault", "transient"),
    [
        (Reply(500), Fault.FAILING, True),
        (Reply(403), Fault.SCOPE_REFUSED, False),
        (Reply(200, b"<html>"), Fault.UNREADABLE, True),
        (Reply(200, {"members": "many"}), Fault.UNREADABLE, True),
        (Reply(200, {"members": [{"name": "nobody"}]}), Fault.UNREADABLE, True),
        (Reply(200, members("2"), drip=0.1), Fault.TIMEOUT, True),
    ],
)
def test_a_roster_that_fails_part_way_is_no_roster(
    services: Services, platform: Platform, site: Site, second: Reply, fault: Fault, transient: bool
) -> None:
    site.on("GET", "/members", Reply(200, members("1"), {"Link": "</members/2>; rel=next"}))
    site.on("GET", "/members/2", second)
    found = fault_of(lambda: read_roster(services, platform, site))
    assert (found.fault, found.transient) == (fault, transient)


def test_the_next_page_on_another_host_is_not_asked_for(
    services: Services, platform: Platform, site: Site
) -> None:
    other = Site()
    try:
        site.on("GET", "/members", Reply(200, members("1"), {"Link": f"<{other.url}/m>; rel=next"}))
        assert fault_of(lambda: read_roster(services, platform, site)).fault is Fault.PAGE_FOREIGN
        assert other.received == []
    finally:
        other.close()


def test_a_chain_of_pages_that_comes_back_ends(services: Services, platform: Platform, site: Site) -> None:
    site.on("GET", "/members", Reply(200, members("1"), {"Link": "</members/2>; rel=next"}))
    site.on("GET", "/members/2", Reply(200, members("2"), {"Link": "</members/2>; rel=next"}))
    assert fault_of(lambda: read_roster(services, platform, site)).fault is Fault.PAGES_ENDLESS
    assert len(site.sent_to("/members/2")) == 1


def test_a_chain_of_pages_without_end_ends(services: Services, platform: Platform, site: Site) -> None:
    def another(request: Received) -> Reply:
        return Reply(200, members("1"), {"Link": f"</members?page={len(site.received)}>; rel=next"})

    site.on("GET", "/members", another)
    assert fault_of(lambda: read_roster(services, platform, site)).fault is Fault.PAGES_ENDLESS
    assert len(site.sent_to("/members")) == MAX_PAGES


# the wire itself


def development_http(**changes: Any) -> RequestsHttp:
    return RequestsHttp(**{"development": True, "timeout": 3, **changes})


def get(http: RequestsHttp, url: str) -> Any:
    return http(Request("GET", url))


def test_a_redirect_on_the_same_host_is_followed_for_a_get(site: Site) -> None:
    site.on("GET", "/a", Reply(302, b"", {"Location": "/b"}))
    site.on("GET", "/b", Reply(200, b"here"))
    answer = get(development_http(), site.url + "/a")
    assert (answer.status, answer.body, answer.url) == (200, b"here", site.url + "/b")


@pytest.mark.parametrize(
    "location",
    ["http://localhost:{port}/b", "http://10.0.0.1/", "file:///etc/passwd", "//evil.example/", "/a"],
)
def test_any_other_redirect_is_refused(site: Site, location: str) -> None:
    site.on("GET", "/a", Reply(302, b"", {"Location": location.format(port=site.server.server_port)}))
    assert fault_of(lambda: get(development_http(), site.url + "/a")).fault is Fault.REDIRECT_REFUSED


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b" " * 10_000_000),
        Reply(200, gzip.compress(b" " * 10_000_000), {"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "compressed"],
)
def test_an_answer_of_ten_megabytes_is_cut_off(site: Site, reply: Reply) -> None:
    site.on("GET", "/a", reply)
    assert fault_of(lambda: get(development_http(timeout=5), site.url + "/a")).fault is Fault.TOO_LARGE


def test_a_server_that_is_silent_or_drips_does_not_hold_us(site: Site) -> None:
    site.on("GET", "/silent", lambda request: time.sleep(0.6) or Reply())
    site.on("GET", "/drips", Reply(200, b"x" * 100, drip=0.05))
    began = time.monotonic()
    assert fault_of(lambda: get(development_http(timeout=0.3), site.url + "/silent")).fault is Fault.TIMEOUT
    assert fault_of(lambda: get(development_http(timeout=0.3), site.url + "/drips")).fault is Fault.TIMEOUT
    assert time.monotonic() - began < 5


def test_a_server_that_is_not_there_is_a_passing_fault(site: Site) -> None:
    site.close()
    found = fault_of(lambda: get(development_http(), site.url + "/a"))
    assert (found.fault, found.transient) == (Fault.UNREACHABLE, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example.org/",
        "ftp://127.0.0.1/",
        "/jwks",
        "http://127.0.0.1@lms.example.org/",
        "http://10.0.0.1/",
        "http://lms.example.org\\@127.0.0.1/",
    ],
)
def test_plain_http_is_for_loopback_in_development_only(url: str) -> None:
    assert urls.is_web_address(url, development=True) is False
    assert fault_of(lambda: get(development_http(), url)).fault is Fault.ADDRESS_REFUSED


def test_loopback_is_reached_in_development_only(site: Site) -> None:
    site.on("GET", "/a", Reply(200, b"x"))
    assert get(development_http(), site.url + "/a").status == 200
    assert fault_of(lambda: get(RequestsHttp(), site.url + "/a")).fault is Fault.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "[::ffff:10.0.0.1]",
        "2130706433",
    ],
)
def test_no_private_address_is_reached_outside_development(site: Site, host: str) -> None:
    found = fault_of(lambda: get(RequestsHttp(timeout=0.3), f"https://{host}:{site.server.server_port}/"))
    assert (found.fault, found.detail) == (Fault.ADDRESS_REFUSED, "private")
    assert site.received == []


def test_a_name_that_changes_its_address_between_check_and_use_gains_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    answers = iter([public])
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **named: next(answers, None) or resolve(*args, **named)
    )
    found = fault_of(lambda: get(RequestsHttp(timeout=1), f"https://127.0.0.1:{site.server.server_port}/"))
    assert (found.fault, found.detail, site.received) == (Fault.ADDRESS_REFUSED, "private", [])


def test_a_private_host_that_is_named_may_be_reached_by_https(site: Site) -> None:
    http = RequestsHttp(private_hosts=frozenset({"localhost"}), timeout=0.3)
    found = fault_of(lambda: get(http, f"https://localhost:{site.server.server_port}/"))
    assert found.fault in (Fault.UNREACHABLE, Fault.TIMEOUT)  # it speaks no TLS, but it was spoken to


def test_54_the_key_set_over_a_real_wire(site: Site, platform: Platform, own_key: OwnKey) -> None:
    site.on(
        "GET",
        "/jwks",
        Reply(302, b"", {"Location": "http://10.0.0.1/jwks"}),
        Reply(200, keys.jwks([own_key])),
    )
    known = jwks.PlatformKeys(development_http())
    with pytest.raises(InvalidLaunch) as refusal:
        known.find(platform, own_key.kid, NOW)
    assert (refusal.value.reason, refusal.value.detail) == (Reason.KEYS_UNAVAILABLE, "redirect_refused")
    assert known.find(platform, own_key.kid, NOW).kid == own_key.kid


# our own keys, and deep linking


def test_keys_are_announced_before_they_sign_and_stay_after(own_key: OwnKey) -> None:
    following, third = (replace(own_key, kid=kid, stage=Stage.NEXT) for kid in ("k2", "k3"))
    week = timedelta(days=7)
    ring = keys.rotate([], own_key, NOW)
    assert [(key.kid, key.stage) for key in ring] == [(own_key.kid, Stage.ACTIVE)]
    ring = (*ring, following)
    ring = keys.rotate(ring, third, NOW + week)
    assert [(key.kid, key.stage) for key in ring] == [
        (own_key.kid, Stage.RETIRED),
        ("k2", Stage.ACTIVE),
        ("k3", Stage.NEXT),
    ]
    assert keys.active(ring).kid == "k2"
    assert [key["kid"] for key in keys.jwks(ring)["keys"]] == [own_key.kid, "k2", "k3"]
    later = keys.rotate(ring, replace(own_key, kid="k4"), NOW + week + keys.KEEP_RETIRED)
    assert [key.kid for key in later] == ["k2", "k3", "k4"]


def test_the_published_set_holds_nothing_private(own_key: OwnKey) -> None:
    assert [sorted(key) for key in keys.jwks([own_key])["keys"]] == [["alg", "e", "kid", "kty", "n", "use"]]
    assert "PRIVATE" not in repr(own_key)
    with pytest.raises(LookupError):
        keys.active([replace(own_key, stage=Stage.NEXT)])


def deep_linking_claims(answer: deep_linking.Answer, own_key: OwnKey) -> dict[str, Any]:
    key_set = KeySet.import_key_set(keys.jwks([own_key]))  # type: ignore[arg-type]
    return jwt.decode(answer.jwt, key_set).claims


def test_a_deep_linking_answer_is_issued_by_the_client_for_the_issuer(
    platform: Platform, own_key: OwnKey
) -> None:
    settings = DeepLinkingSettings(
        "https://lms.example.org/back?sesskey=abc",
        ("ltiResourceLink",),
        accept_multiple=True,
        data="opaque",
    )
    items = [
        ResourceLinkItem("https://palier.example.org/c/1/days/3", "Journée 3", custom={"day": "3"}),
        ResourceLinkItem("https://palier.example.org/c/1/note", "Note", line_item=LineItemWish(20, "Note")),
    ]
    answer = deep_linking.answer(
        settings,
        items,
        platform=platform,
        deployment_id="1",
        key=own_key,
        nonce="n",
        now=NOW,
        message="Ajouté",
    )
    lti, dl = "https://purl.imsglobal.org/spec/lti/claim/", "https://purl.imsglobal.org/spec/lti-dl/claim/"
    seconds = int(NOW.timestamp())
    assert deep_linking_claims(answer, own_key) == {
        "iss": "client-1",
        "aud": "https://lms.example.org",
        "iat": seconds - 10,
        "exp": seconds + 290,
        "nonce": "n",
        lti + "message_type": "LtiDeepLinkingResponse",
        lti + "version": "1.3.0",
        lti + "deployment_id": "1",
        dl + "data": "opaque",
        dl + "msg": "Ajouté",
        dl + "content_items": [
            {
                "type": "ltiResourceLink",
                "url": "https://palier.example.org/c/1/days/3",
                "title": "Journée 3",
                "custom": {"day": "3"},
            },
            {
                "type": "ltiResourceLink",
                "url": "https://palier.example.org/c/1/note",
                "title": "Note",
                "lineItem": {"scoreMaximum": 20, "label": "Note"},
            },
        ],
    }
    assert "sesskey" not in repr(answer)


def test_t_a_platform_that_takes_links_only_gets_an_empty_answer_with_a_word(
    platform: Platform, own_key: OwnKey
) -> None:
    settings = DeepLinkingSettings("https://lms.example.org/back", ("link",))
    common: dict[str, Any] = {
        "platform": platform, "deployment_id": "1", "key": own_key, "nonce": "n", "now": NOW,
    }  # fmt: skip
    answer = deep_linking.answer(settings, [], error_message="Rien à proposer", **common)
    claims = deep_linking_claims(answer, own_key)
    dl = "https://purl.imsglobal.org/spec/lti-dl/claim/"
    assert (claims[dl + "content_items"], claims[dl + "errormsg"], dl + "data" in claims) == (
        [],
        "Rien à proposer",
        False,
    )
    item = ResourceLinkItem("https://palier.example.org/", "x")
    with pytest.raises(ValueError, match="no resource links"):
        deep_linking.answer(settings, [item], **common)
    with pytest.raises(ValueError, match="one item"):
        deep_linking.answer(replace(settings, accept_types=("ltiResourceLink",)), [item, item], **common)
