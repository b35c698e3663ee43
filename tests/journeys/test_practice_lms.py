"""The practice LMS is a strict LTI 1.3 platform: a tool written here, sharing nothing with ours, says so."""

import json
import secrets
import smtplib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from lti.practice.school import DEFAULT_FILE, load_school
from lti.practice.server import PracticeServer
from lti.practice.visitor import Form, Visitor, read_form

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
READ_ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
ROSTER_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

INES, SAMIR, CLAIRE, MARIANNE, SYLVIE, JUROR_OUTSIDE = "21", "22", "5", "3", "2", "15"
ARTS, HOME, NOTE = "2", "11", "12"
CLIENT_ID = load_school().tool.client_id


class Tool:
    """A tool of a few lines: a key, its JWKS over HTTP, and requests made by hand."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "tool-1"})
        published = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/lti/jwks" else 404)
                self.end_headers()
                self.wfile.write(published)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def auth_request(self, lms: PracticeServer, initiation: Form, **changes: str) -> str:
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": initiation.fields["client_id"],
            "redirect_uri": f"{self.url}/lti/launch",
            "login_hint": initiation.fields["login_hint"],
            "lti_message_hint": initiation.fields["lti_message_hint"],
            "state": "the-state",
            "nonce": "the-nonce",
        }
        asked |= changes
        return f"{lms.url}/auth?{urlencode({name: value for name, value in asked.items() if value})}"

    def assertion(self, lms: PracticeServer, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": f"{lms.url}/token",
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": "RS256", "kid": "tool-1"}, claims | changes, self.key)

    def ask_token(self, lms: PracticeServer, *scopes: str, assertion: str | None = None) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(lms),
            "scope": " ".join(scopes),
        }
        return requests.post(f"{lms.url}/token", data=form, timeout=10)

    def bearer(self, lms: PracticeServer, *scopes: str) -> dict[str, str]:
        return {"Authorization": "Bearer " + self.ask_token(lms, *scopes).json()["access_token"]}


@pytest.fixture(scope="module")
def tool() -> Iterator[Tool]:
    made = Tool()
    yield made
    made.close()


@pytest.fixture(scope="module")
def lms(tool: Tool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path_factory.mktemp("practice"), tool.url) as server:
        yield server


def enter(lms: PracticeServer, person: str) -> Visitor:
    return Visitor(lms.url, person)


def launch(lms: PracticeServer, tool: Tool, person: str, link: str = HOME) -> dict[str, Any]:
    """The verified claims of a launch."""
    browser = enter(lms, person)
    answer = browser.authenticate(tool.auth_request(lms, browser.open_link(link)))
    return claims_in(lms, answer)


def claims_in(lms: PracticeServer, answer: Form) -> dict[str, Any]:
    keys = KeySet.import_key_set(requests.get(f"{lms.url}/jwks", timeout=10).json())
    token = jwt.decode(answer.fields["id_token"], keys, algorithms=["RS256"])
    assert token.header["kid"] == next(iter(keys)).kid
    return token.claims


def score_for(person: str, points: float | None = 15.5, *, at: datetime | None = None) -> dict[str, Any]:
    score: dict[str, Any] = {
        "userId": person,
        "timestamp": (at or datetime.now(UTC)).isoformat(),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreMaximum": 20,
        "comment": "Admise",
    }
    return score if points is None else score | {"scoreGiven": points}


def add_column(lms: PracticeServer, tool: Tool, label: str, **more: Any) -> str:
    """A new column's address."""
    heads = tool.bearer(lms, AGS + "lineitem") | {"Content-Type": LINE_ITEM_TYPE}
    body = json.dumps({"label": label, "scoreMaximum": 20, **more})
    items = f"{lms.url}/services/{ARTS}/lineitems?type_id=1"
    answer = requests.post(items, body, headers=heads, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, LINE_ITEM_TYPE)
    return str(answer.json()["id"])


def post_score(
    lms: PracticeServer, tool: Tool, column: str, score: dict[str, Any], media_type: str = SCORE_TYPE
) -> int:
    heads = tool.bearer(lms, AGS + "score") | {"Content-Type": media_type}
    address = column.replace("?", "/scores?")
    return requests.post(address, json.dumps(score), headers=heads, timeout=10).status_code


def results_of(lms: PracticeServer, tool: Tool, column: str) -> list[dict[str, Any]]:
    heads = tool.bearer(lms, AGS + "result.readonly") | {"Accept": RESULTS_TYPE}
    answer = requests.get(column.replace("?", "/results?"), headers=heads, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, RESULTS_TYPE)
    found: list[dict[str, Any]] = answer.json()
    return found


# The school


def test_the_school_has_thirteen_and_twenty_learners_and_its_staff() -> None:
    school = load_school()
    arts, educ = school.courses
    counts = {
        (course.code, duty): sum(duty in person.duty(course) for person in school.people)
        for course in (arts, educ)
        for duty in ("learner", "tutor", "coordinator", "speaker", "juror", "president")
    }
    assert counts == {
        ("arts", "learner"): 13, ("arts", "tutor"): 4, ("arts", "coordinator"): 1,
        ("arts", "speaker"): 1, ("arts", "juror"): 3, ("arts", "president"): 1,
        ("educ", "learner"): 20, ("educ", "tutor"): 4, ("educ", "coordinator"): 1,
        ("educ", "speaker"): 1, ("educ", "juror"): 3, ("educ", "president"): 1,
    }  # fmt: skip
    assert len({person.id for person in school.people}) == len(school.people)
    assert len({person.email for person in school.people}) == len(school.people)
    assert {person.email.partition("@")[2] for person in school.people} == {"example.org"}
    assert [person.id for person in school.people if not person.lms] == ["10", "15"]


# Launches


def test_a_link_starts_a_login_with_what_the_tool_needs_and_no_storage_target(
    lms: PracticeServer, tool: Tool
) -> None:
    form = enter(lms, INES).open_link(NOTE)
    hint = json.loads(form.fields.pop("lti_message_hint"))
    assert form == Form(
        f"{tool.url}/lti/login",
        {
            "iss": lms.url,
            "target_link_uri": f"{tool.url}/lti/launch",
            "login_hint": INES,
            "client_id": CLIENT_ID,
            "lti_deployment_id": "1",
        },
    )
    assert hint["cmid"] == 12


def test_a_learner_is_launched_with_moodles_claims(lms: PracticeServer, tool: Tool) -> None:
    claims = launch(lms, tool, INES, NOTE)
    assert (claims["iss"], claims["aud"], claims["sub"], claims["nonce"]) == (
        lms.url, CLIENT_ID, INES, "the-nonce",
    )  # fmt: skip
    assert (claims["given_name"], claims["family_name"]) == ("Inès", "Moreau")
    assert claims["exp"] - claims["iat"] == 60
    assert claims[CLAIM + "deployment_id"] == "1"
    assert claims[CLAIM + "roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
    assert claims[CLAIM + "context"] == {
        "id": ARTS, "label": "CS26", "title": "Arts et culture (CS26)", "type": ["CourseSection"],
    }  # fmt: skip
    assert claims[CLAIM + "resource_link"]["id"] == NOTE
    assert claims[CLAIM + "custom"] == {"page": "note"}
    back = parse_qs(urlsplit(claims[CLAIM + "launch_presentation"]["return_url"]).query)
    assert sorted(back) == ["course", "instanceid", "launch_container", "sesskey"]
    assert claims[ENDPOINT]["lineitems"] == f"{lms.url}/services/{ARTS}/lineitems?type_id=1"
    assert claims[ENDPOINT]["lineitem"].endswith("/lineitem?type_id=1")
    assert len(claims[ENDPOINT]["scope"]) == 4
    assert claims[ROSTER]["service_versions"] == ["1.0", "2.0"]


def test_a_link_without_a_column_names_no_line_item(lms: PracticeServer, tool: Tool) -> None:
    assert "lineitem" not in launch(lms, tool, INES, HOME)[ENDPOINT]


def test_teachers_are_instructors_and_a_manager_an_administrator_too(lms: PracticeServer, tool: Tool) -> None:
    instructor = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
    assert launch(lms, tool, CLAIRE)[CLAIM + "roles"] == [instructor]
    assert launch(lms, tool, MARIANNE)[CLAIM + "roles"] == [instructor]
    assert launch(lms, tool, SYLVIE)[CLAIM + "roles"] == [
        instructor,
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    ]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"client_id": "another"}, {"error": "unauthorized_client"}),
        ({"login_hint": SAMIR}, {"error": "access_denied"}),
        (
            {"response_mode": "query"},
            {"error": "invalid_request", "error_description": "Invalid response_mode"},
        ),
        ({"prompt": "login"}, {"error": "invalid_request", "error_description": "Invalid prompt"}),
    ],
)
def test_some_wrong_requests_are_posted_to_the_tool_with_its_state(
    lms: PracticeServer, tool: Tool, changes: dict[str, str], fields: dict[str, str]
) -> None:
    browser = enter(lms, INES)
    answer = browser.authenticate(tool.auth_request(lms, browser.open_link(HOME), **changes))
    assert answer == Form(f"{tool.url}/lti/launch", fields | {"state": "the-state"})


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "openid profile"},
        {"response_type": "code"},
        {"redirect_uri": "http://127.0.0.1:1/lti/launch"},
        {"nonce": ""},
        {"lti_message_hint": "12"},
        {"lti_message_hint": "[" * 20_000},
    ],
    ids=["scope", "response_type", "redirect_uri", "nonce", "hint", "deep hint"],
)
def test_other_wrong_requests_end_on_the_lms_page(
    lms: PracticeServer, tool: Tool, changes: dict[str, str]
) -> None:
    browser = enter(lms, INES)
    address = tool.auth_request(lms, browser.open_link(HOME), **changes)
    form = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = browser.http.post(f"{lms.url}/auth", form, timeout=10)
    assert (answer.status_code, "id_token" in answer.text) == (404, False)


def test_a_launch_is_answered_once_and_the_link_opens_anew(lms: PracticeServer, tool: Tool) -> None:
    browser = enter(lms, INES)
    address = tool.auth_request(lms, browser.open_link(HOME))
    assert [browser.http.get(address, timeout=10).status_code for _ in range(2)] == [200, 404]
    again = tool.auth_request(lms, browser.open_link(HOME))
    assert claims_in(lms, browser.authenticate(again))["sub"] == INES


def test_someone_elses_launch_cannot_be_answered(lms: PracticeServer, tool: Tool) -> None:
    address = tool.auth_request(lms, enter(lms, INES).open_link(HOME), login_hint=SAMIR)
    assert enter(lms, SAMIR).http.get(address, timeout=10).status_code == 404


def test_a_browser_that_withheld_its_cookie_is_asked_again_by_our_own_page(
    lms: PracticeServer, tool: Tool
) -> None:
    browser = enter(lms, INES)
    address = tool.auth_request(lms, browser.open_link(HOME))
    form = read_form(requests.get(address, timeout=10).text)
    assert form.fields == {"repost": "1"}
    answer = browser.http.post(lms.url + form.action, form.fields, timeout=10)
    assert claims_in(lms, read_form(answer.text))["sub"] == INES


def test_people_open_only_their_own_courses(lms: PracticeServer) -> None:
    browser = enter(lms, INES)
    refused = {
        path: browser.http.get(lms.url + path, timeout=10).status_code
        for path in ("/courses/3", "/launch/21", "/courses/2/add-content", "/courses/2/select")
    }
    assert refused == dict.fromkeys(refused, 403)
    outside = browser.http.post(f"{lms.url}/enter/{JUROR_OUTSIDE}", timeout=10)
    assert outside.status_code == 404


# Tokens


def test_the_token_comes_as_html_and_carries_only_known_scopes(lms: PracticeServer, tool: Tool) -> None:
    answer = tool.ask_token(lms, AGS + "score", "https://example.org/other")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    given = answer.json()
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 3600, AGS + "score")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"sub": "another"},
        {"aud": "http://localhost/token"},
        {"exp": 1},
        {"exp": "soon"},
        {"iat": int(time.time()) + 3600},
        {"jti": ""},
    ],
    ids=["iss", "sub", "aud", "exp past", "exp text", "iat ahead", "jti"],
)
def test_an_assertion_that_says_something_else_gets_no_token(
    lms: PracticeServer, tool: Tool, changes: dict[str, Any]
) -> None:
    answer = tool.ask_token(lms, READ_ROSTER, assertion=tool.assertion(lms, **changes))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_an_assertion_serves_once_and_only_under_the_tools_key(lms: PracticeServer, tool: Tool) -> None:
    assertion = tool.assertion(lms)
    codes = [tool.ask_token(lms, READ_ROSTER, assertion=assertion).status_code for _ in range(2)]
    assert codes == [200, 400]
    stranger = RSAKey.generate_key(2048)
    forged = jwt.encode({"alg": "RS256", "kid": "tool-1"}, {"iss": CLIENT_ID}, stranger)
    assert tool.ask_token(lms, READ_ROSTER, assertion=forged).json() == {"error": "invalid_client"}
    assert tool.ask_token(lms, "openid").json() == {"error": "invalid_scope"}


def test_a_tool_whose_keys_cannot_be_read_gets_the_lms_page(tmp_path: Path, tool: Tool) -> None:
    with PracticeServer(tmp_path, "http://127.0.0.1:1") as lms:
        answer = tool.ask_token(lms, READ_ROSTER)
    assert (answer.status_code, answer.text.startswith("<!doctype html>")) == (404, True)


# Roster


def test_the_roster_comes_in_pages_only_when_a_limit_is_asked(lms: PracticeServer, tool: Tool) -> None:
    address = launch(lms, tool, MARIANNE)[ROSTER]["context_memberships_url"]
    heads = tool.bearer(lms, READ_ROSTER) | {"Accept": ROSTER_TYPE}
    whole = requests.get(address, headers=heads, timeout=10)
    assert (whole.headers["Content-Type"], "Link" in whole.headers) == (ROSTER_TYPE, False)
    sizes, found, following = [], [], f"{address}?limit=9"
    while following:
        page = requests.get(following, headers=heads, timeout=10)
        sizes.append(len(page.json()["members"]))
        found += page.json()["members"]
        following = page.links.get("next", {}).get("url", "")
    assert (sizes, found) == ([9, 9, 4], whole.json()["members"])


def test_the_roster_has_short_role_names_and_learners_for_those_who_cannot_edit(
    lms: PracticeServer, tool: Tool
) -> None:
    address = launch(lms, tool, MARIANNE)[ROSTER]["context_memberships_url"]
    members = requests.get(address, headers=tool.bearer(lms, READ_ROSTER), timeout=10).json()["members"]
    by_id = {member["user_id"]: member for member in members}
    assert by_id[MARIANNE]["roles"] == ["Instructor"]
    assert by_id[CLAIRE]["roles"] == ["Learner"]
    assert by_id[INES] == {
        "status": "Active", "roles": ["Learner"], "user_id": INES, "lis_person_sourcedid": "",
        "name": "Inès Moreau", "given_name": "Inès", "family_name": "Moreau",
        "email": "ines.moreau@example.org",
    }  # fmt: skip
    assert {SYLVIE, JUROR_OUTSIDE} & set(by_id) == set()


def test_the_roster_refuses_plain_json_and_other_scopes(lms: PracticeServer, tool: Tool) -> None:
    address = f"{lms.url}/services/CourseSection/{ARTS}/bindings/1/memberships"
    plain = tool.bearer(lms, READ_ROSTER) | {"Accept": "application/json"}
    answers = [
        requests.get(address, headers=heads, timeout=10).status_code
        for heads in (plain, tool.bearer(lms, AGS + "score"), {"Authorization": "Bearer nothing"})
    ]
    assert answers == [400, 403, 403]


def test_someone_suspended_leaves_the_roster_and_cannot_be_graded(tmp_path: Path, tool: Tool) -> None:
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    school = tmp_path / "school.toml"
    school.write_text(text.replace('{ id = "21",', '{ id = "21", suspended = ["arts"],'), encoding="utf-8")
    with PracticeServer(tmp_path / "data", tool.url, school=school) as lms:
        address = f"{lms.url}/services/CourseSection/{ARTS}/bindings/1/memberships"
        members = requests.get(address, headers=tool.bearer(lms, READ_ROSTER), timeout=10).json()["members"]
        column = add_column(lms, tool, "Note")
        codes = [post_score(lms, tool, column, score_for(person)) for person in (INES, SAMIR)]
    assert (len(members), codes) == (21, [400, 200])


# Columns and scores


def test_a_score_reaches_the_gradebook(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Note publiée")
    assert post_score(lms, tool, column, score_for(INES)) == 200
    result = next(iter(results_of(lms, tool, column)))
    assert (result["userId"], result["resultScore"], result["resultMaximum"], result["comment"]) == (
        INES, 15.5, 20.0, "Admise",
    )  # fmt: skip
    page = enter(lms, CLAIRE).http.get(f"{lms.url}/courses/{ARTS}/grades", timeout=10).text
    assert all(words in page for words in ("Note publiée", "<b>15,5</b>", "Admise"))
    own = enter(lms, SAMIR).http.get(f"{lms.url}/courses/{ARTS}/grades", timeout=10).text
    assert ("Samir Belkacem" in own, "Inès Moreau" in own, "<b>15,5</b>" in own) == (True, False, False)


def test_a_score_not_newer_by_a_whole_second_is_a_conflict(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Secondes")
    at = datetime(2026, 11, 20, 10, 0, 0, 100_000, tzinfo=UTC)
    moments = [at, at, at + timedelta(milliseconds=800), at - timedelta(days=1), at + timedelta(seconds=1)]
    codes = [post_score(lms, tool, column, score_for(INES, at=moment)) for moment in moments]
    assert codes == [200, 409, 409, 409, 200]


@pytest.mark.parametrize(
    "change",
    [
        {"userId": CLAIRE},
        {"userId": "41"},
        {"userId": 21},
        {"timestamp": "yesterday"},
        {"timestamp": None},
        {"gradingProgress": None},
        {"activityProgress": None},
        {"scoreGiven": "many"},
        {"scoreMaximum": []},
    ],
)
def test_a_score_that_lacks_something_or_is_for_no_learner_is_refused(
    lms: PracticeServer, tool: Tool, change: dict[str, Any]
) -> None:
    column = add_column(lms, tool, "Refus")
    assert post_score(lms, tool, column, score_for(INES) | change) == 400
    assert results_of(lms, tool, column) == []


def test_scores_are_scaled_clamped_and_nulled_as_moodle_does(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Échelles")
    for person, change in {
        "21": {"scoreGiven": 50, "scoreMaximum": 100},
        "22": {"scoreGiven": 30},
        "23": {"scoreGiven": 0, "scoreMaximum": "0"},
        "24": {"scoreGiven": 12, "gradingProgress": "Pending"},
    }.items():
        assert post_score(lms, tool, column, score_for(person) | change) == 200
    scores = {row["userId"]: row.get("resultScore") for row in results_of(lms, tool, column)}
    assert scores == {"21": 10.0, "22": 20.0, "23": None, "24": None}


def test_a_new_maximum_rescales_and_turns_a_null_grade_into_zero(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Maximum")
    post_score(lms, tool, column, score_for(INES))
    post_score(lms, tool, column, score_for(SAMIR, None))
    heads = tool.bearer(lms, AGS + "lineitem") | {"Content-Type": LINE_ITEM_TYPE}
    body = json.dumps({"label": "Maximum", "scoreMaximum": 100})
    assert requests.put(column, body, headers=heads, timeout=10).json()["id"] == column
    kept = {grade.person: grade.score for grade in lms.store.grades(ARTS) if f"/{grade.line_item}/" in column}
    assert kept == {INES: 77.5, SAMIR: 0.0}


def test_media_types_are_compared_whole(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Types")
    for media_type in (f"{SCORE_TYPE}; charset=utf-8", "application/json"):
        assert post_score(lms, tool, column, score_for(INES), media_type) == 400
    heads, items = tool.bearer(lms, AGS + "lineitem"), f"{lms.url}/services/{ARTS}/lineitems?type_id=1"
    accepted = {
        accept: requests.get(items, headers=heads | {"Accept": accept}, timeout=10).status_code
        for accept in (LINE_ITEMS_TYPE, "application/json", f"{LINE_ITEMS_TYPE}, application/json", "*/*")
    }
    assert list(accepted.values()) == [200, 400, 400, 400]


def test_a_token_opens_only_the_services_of_its_scopes(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Portées")
    reading = tool.bearer(lms, AGS + "lineitem.readonly")
    write = {"Content-Type": LINE_ITEM_TYPE}
    body = json.dumps({"label": "x", "scoreMaximum": 1})
    assert requests.get(column, headers=reading, timeout=10).status_code == 200
    assert requests.put(column, body, headers=reading | write, timeout=10).status_code == 401
    assert requests.delete(column, headers=reading, timeout=10).status_code == 401
    scores = column.replace("?", "/scores?")
    heads = reading | {"Content-Type": SCORE_TYPE}
    answer = requests.post(scores, json.dumps(score_for(INES)), headers=heads, timeout=10)
    assert answer.status_code == 401
    other_tool = column.replace("type_id=1", "type_id=2")
    assert requests.get(other_tool, headers=reading, timeout=10).status_code == 401


def test_columns_are_listed_filtered_and_deleted(lms: PracticeServer, tool: Tool) -> None:
    column = add_column(lms, tool, "Étiquetée", tag="tag-1", resourceId="note-7", resourceLinkId=HOME)
    items = f"{lms.url}/services/{ARTS}/lineitems?type_id=1"
    heads = tool.bearer(lms, AGS + "lineitem") | {"Accept": LINE_ITEMS_TYPE}
    expected = {
        "id": column, "label": "Étiquetée", "scoreMaximum": 20.0, "tag": "tag-1", "resourceId": "note-7",
        "resourceLinkId": HOME, "ltiLinkId": HOME,
    }  # fmt: skip
    for filtering in ("tag=tag-1", "resource_id=note-7", f"resource_link_id={HOME}"):
        assert requests.get(f"{items}&{filtering}", headers=heads, timeout=10).json() == [expected]
    page = requests.get(f"{items}&limit=1", headers=heads, timeout=10)
    assert (len(page.json()), "from=1" in page.links["next"]["url"]) == (1, True)
    assert launch(lms, tool, INES, HOME)[ENDPOINT]["lineitem"] == column
    assert requests.delete(column, headers=heads, timeout=10).status_code == 204
    assert requests.get(column, headers=tool.bearer(lms, AGS + "lineitem"), timeout=10).status_code == 404


def test_a_links_own_column_stays_and_is_named_while_it_is_the_only_one(
    lms: PracticeServer, tool: Tool
) -> None:
    own = launch(lms, tool, INES, NOTE)[ENDPOINT]["lineitem"]
    heads = tool.bearer(lms, AGS + "lineitem")
    assert requests.delete(own, headers=heads, timeout=10).status_code == 403
    second = add_column(lms, tool, "Deuxième", resourceLinkId=NOTE)
    assert "lineitem" not in launch(lms, tool, INES, NOTE)[ENDPOINT]
    requests.delete(second, headers=heads, timeout=10)
    assert launch(lms, tool, INES, NOTE)[ENDPOINT]["lineitem"] == own


# Deep linking


def response_to(
    lms: PracticeServer, tool: Tool, items: list[dict[str, Any]], **changes: Any
) -> tuple[Visitor, str, str]:
    """A coordinator's selection answered by the tool: the browser, the return address, the response."""
    browser = enter(lms, MARIANNE)
    asked = claims_in(lms, browser.authenticate(tool.auth_request(lms, browser.open_selection(ARTS))))
    assert asked[CLAIM + "message_type"] == "LtiDeepLinkingRequest"
    settings = asked[DEEP_LINKING + "deep_linking_settings"]
    assert (settings["accept_types"], "data" in settings) == (["ltiResourceLink"], False)
    now = int(time.time())
    claims = {
        "iss": CLIENT_ID,
        "aud": lms.url,
        "iat": now,
        "exp": now + 60,
        "nonce": secrets.token_hex(8),
        CLAIM + "deployment_id": "1",
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": "1.3.0",
        DEEP_LINKING + "content_items": items,
    }
    signed = jwt.encode({"alg": "RS256", "kid": "tool-1"}, claims | changes, tool.key)
    return browser, settings["deep_link_return_url"], signed


def test_what_the_tool_chose_becomes_a_link_that_launches_with_its_column(
    lms: PracticeServer, tool: Tool
) -> None:
    item = {
        "type": "ltiResourceLink",
        "title": "La journée du 12 octobre",
        "url": f"{tool.url}/lti/launch?day=1",
        "custom": {"page": "day", "day": 1},
        "lineItem": {"scoreMaximum": 20, "label": "Participation", "tag": "day-1"},
    }
    browser, address, signed = response_to(lms, tool, [item])
    codes = [browser.http.post(address, {"JWT": signed}, timeout=10).status_code for _ in range(2)]
    assert codes == [200, 400]
    link = lms.store.added_links(ARTS)[-1]
    assert "La journée du 12 octobre" in browser.http.get(f"{lms.url}/courses/{ARTS}", timeout=10).text
    claims = launch(lms, tool, INES, link.id)
    assert claims[CLAIM + "target_link_uri"] == item["url"]
    assert claims[CLAIM + "custom"] == {"page": "day", "day": "1"}
    column = claims[ENDPOINT]["lineitem"]
    shown = requests.get(column, headers=tool.bearer(lms, AGS + "lineitem.readonly"), timeout=10).json()
    assert (shown["label"], shown["scoreMaximum"], shown["tag"]) == ("Participation", 20.0, "day-1")


@pytest.mark.parametrize(
    "changes",
    [{"iss": "another"}, {"aud": "http://localhost"}, {"exp": 1}, {CLAIM + "deployment_id": "2"}],
    ids=["iss", "aud", "exp", "deployment"],
)
def test_a_response_that_is_not_for_us_adds_nothing(
    lms: PracticeServer, tool: Tool, changes: dict[str, Any]
) -> None:
    before = lms.store.added_links(ARTS)
    browser, address, signed = response_to(lms, tool, [{"type": "ltiResourceLink"}], **changes)
    assert browser.http.post(address, {"JWT": signed}, timeout=10).status_code == 400
    assert lms.store.added_links(ARTS) == before


def test_a_response_comes_back_only_under_its_own_sesskey_and_site(lms: PracticeServer, tool: Tool) -> None:
    browser, address, signed = response_to(lms, tool, [{"type": "ltiResourceLink"}])
    wrong = address.partition("sesskey=")[0] + "sesskey=other"
    assert browser.http.post(wrong, {"JWT": signed}, timeout=10).status_code == 403
    abroad, address, signed = response_to(
        lms, tool, [{"type": "ltiResourceLink", "url": "http://example.org"}]
    )
    assert abroad.http.post(address, {"JWT": signed}, timeout=10).status_code == 400


def test_a_tool_that_chose_nothing_is_heard(lms: PracticeServer, tool: Tool) -> None:
    words = {DEEP_LINKING + "errormsg": "Rien à proposer"}
    browser, address, signed = response_to(lms, tool, [], **words)
    answer = browser.http.post(address, {"JWT": signed}, timeout=10)
    assert (answer.status_code, "Rien à proposer" in answer.text) == (200, True)


# Mail


def test_a_mail_is_shown_to_its_reader_with_links_that_open_in_a_tab(lms: PracticeServer) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Palier <palier@example.org>", "Ines.Moreau@example.org"
    message["Subject"] = "À vous : le brouillon"
    message.set_content("Bonjour Inès <b>,\n\nOuvrir : http://127.0.0.1:8000/c/1/note?a=1&b=2.\n")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="date.ics")
    with smtplib.SMTP("127.0.0.1", lms.smtp_port) as smtp:
        smtp.send_message(message)
    mail = next(iter(lms.store.mails("ines.moreau@example.org")))
    box = requests.get(f"{lms.url}/mail?person={INES}", timeout=10).text
    assert ("À vous : le brouillon" in box, f"/mail/{mail.id}" in box) == (True, True)
    assert "À vous" not in requests.get(f"{lms.url}/mail?person={SAMIR}", timeout=10).text
    page = requests.get(f"{lms.url}/mail/{mail.id}", timeout=10).text
    address = "http://127.0.0.1:8000/c/1/note?a=1&amp;b=2"
    assert f'<a href="{address}" target="_blank" rel="noopener">{address}</a>.' in page
    assert "Bonjour Inès &lt;b&gt;," in page
    part = requests.get(f"{lms.url}/mail/{mail.id}/attachments/0", timeout=10)
    assert (part.content, part.headers["Content-Disposition"]) == (
        b"BEGIN:VCALENDAR", "attachment; filename=date.ics",
    )  # fmt: skip


def test_an_html_mail_is_read_as_text_with_its_addresses(lms: PracticeServer) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "html"
    message.set_content(
        '<style>p{}</style><p>Lire <a href="http://example.org/x">ici</a></p>', subtype="html"
    )
    with smtplib.SMTP("127.0.0.1", lms.smtp_port) as smtp:
        smtp.send_message(message)
    mail = next(iter(lms.store.mails("b@example.org")))
    page = requests.get(f"{lms.url}/mail/{mail.id}", timeout=10).text
    assert 'Lire ici (<a href="http://example.org/x"' in page


# Pages and state


def test_every_page_has_one_heading_a_title_and_no_inline_script(lms: PracticeServer) -> None:
    browser = enter(lms, MARIANNE)
    paths = ("/", "/courses/2", "/courses/2/links/11", "/courses/2/add-content", "/courses/2/grades", "/mail")
    for path in (*paths, "/launch/11", "/nowhere"):
        answer = browser.http.get(lms.url + path, timeout=10)
        found = [
            answer.text.count(mark) for mark in ("<h1", "<title>", "<script>", " style=", '<html lang="fr">')
        ]
        assert (path, found) == (path, [1, 1, 0, 0, 1])
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_other_loopback_name_leads_to_the_issuer(lms: PracticeServer) -> None:
    answer = requests.get(f"http://127.0.0.1:{lms.port}/mail?person=21", timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{lms.url}/mail?person=21")


def test_a_restart_keeps_the_key_the_grades_and_the_mails(tmp_path: Path, tool: Tool) -> None:
    with PracticeServer(tmp_path, tool.url) as first:
        column = add_column(first, tool, "Gardée")
        post_score(first, tool, column, score_for(INES))
        with smtplib.SMTP("127.0.0.1", first.smtp_port) as smtp:
            smtp.sendmail("a@example.org", ["c@example.org"], b"Subject: Garde\r\n\r\nbonjour\r\n")
        keys = requests.get(f"{first.url}/jwks", timeout=10).json()
    with PracticeServer(tmp_path, tool.url, port=first.port, smtp_port=first.smtp_port) as second:
        assert requests.get(f"{second.url}/jwks", timeout=10).json() == keys
        assert [row["resultScore"] for row in results_of(second, tool, column)] == [15.5]
        assert [mail.recipient for mail in second.store.mails()] == ["c@example.org"]
        assert len(second.store.line_items(ARTS)) == 2
