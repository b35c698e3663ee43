"""A second platform that shares no code with the first: strict on kid, keeps the key set it once read, other shapes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lti.models import Platform
from lti.protocol import roster
from lti.protocol.claims import RosterService
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.grades import Activity, Gradebook, Grading, Score
from tests.interop.launching import LTI, landing, reasons
from tests.interop.peers import Palier, Peer
from tests.interop.visitor import Visitor
from tutoring.store.db import utc_now

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop-other")]

ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership"
FAUSTINE = {"user_id": "u-701", "name": "Faustine Abadie", "roles": [f"{ROLE}#Instructor"]}
GAEL = {"user_id": "u-702", "name": "Gaël Tournemine", "roles": [f"{ROLE}#Learner"]}
NOBODY = {"user_id": "u-999", "roles": [f"{ROLE}#Learner"]}


@pytest.fixture(scope="module")
def other(start_peer: Callable[[str], Peer]) -> Peer:
    return start_peer("other_platform.py")


@pytest.fixture(scope="module")
def platform(palier: Palier, other: Peer) -> Platform:
    return palier.register(other.facts)


def cohort_page(palier: Palier) -> str:
    return f"{palier.url}/c/{palier.world.cohort.id}/"


@pytest.mark.parametrize(
    ("person", "role"), [(FAUSTINE, "staff"), (GAEL, "learner")], ids=["staff", "learner"]
)
def test_people_come_in_with_their_role(
    palier: Palier, other: Peer, platform: Platform, person: dict[str, Any], role: str
) -> None:
    visitor = Visitor()
    assert landing(visitor, other.launch(visitor, person=person)) == cohort_page(palier)
    assert palier.role(platform, person["user_id"]) == role


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["Learner"], "learner"),
        (["Instructor", "Learner"], "staff"),
        ([f"{ROLE}/Instructor#TeachingAssistant"], "staff"),
        (["https://example.org/role#Wizard", f"{ROLE}#Learner"], "learner"),
    ],
    ids=["short", "two", "sub-role", "an unknown one beside"],
)
def test_roles_are_read_however_they_are_told(
    palier: Palier, other: Peer, platform: Platform, roles: list[str], role: str
) -> None:
    sub = f"u-with-{len(roles)}-{roles[0][-9:]}"
    visitor = Visitor()
    answer = other.launch(visitor, person={"user_id": sub, "roles": roles})
    assert landing(visitor, answer) == cohort_page(palier)
    assert palier.role(platform, sub) == role


@pytest.mark.parametrize(
    "roles",
    [
        [],
        [""],
        ["https://example.org/role#Wizard"],
        ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Staff"],
    ],
    ids=["none", "an empty one", "an unknown one", "one of the institution only"],
)
def test_somebody_without_a_role_in_the_course_gets_none(
    palier: Palier, other: Peer, platform: Platform, roles: list[str]
) -> None:
    answer = other.launch(Visitor(), person={"user_id": "u-998", "roles": roles})
    assert answer.status == 403
    assert palier.person(platform, "u-998") is None


@pytest.mark.parametrize(
    ("extra", "status", "reason"),
    [
        ({"aud": "palier-in-open-edx"}, 401, "aud_wrong"),
        ({"iss": "http://localhost:1"}, 401, "iss_wrong"),
        ({f"{LTI}deployment_id": "site-5"}, 403, "deployment_unknown"),
        ({f"{LTI}message_type": "LtiSubmissionReviewRequest"}, 400, "for_user_missing"),
    ],
    ids=["audience", "issuer", "deployment", "a review of nobody's work"],
)
def test_a_launch_that_is_not_right_is_refused_for_its_reason(
    palier: Palier,
    other: Peer,
    platform: Platform,
    extra: dict[str, str],
    status: int,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = other.launch(Visitor(), person=NOBODY, extra=extra)
    assert (answer.status, reasons(caplog)) == (status, [reason])
    assert palier.person(platform, NOBODY["user_id"]) is None


def test_an_author_who_comes_to_choose_content_is_let_in(
    palier: Palier, other: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    answer = other.launch(visitor, person=FAUSTINE, deep_linking=True)
    where = landing(visitor, answer)
    assert where.startswith(f"{palier.url}/lti/select?")
    assert visitor.get(where).status == 200


def test_a_login_for_another_deployment_is_refused(
    other: Peer, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    address = other.ask("click", person=GAEL)["login"].replace("site-4", "site-5")
    assert Visitor().get(address).status == 400
    assert reasons(caplog) == ["deployment_unknown"]


def test_the_roster_s_next_page_is_found_without_quotes_around_next(
    palier: Palier, other: Peer, platform: Platform
) -> None:
    address = RosterService(f"{other.facts['issuer']}/members")
    with palier.services() as services:
        told = roster.fetch(services, palier.known(platform), address, utc_now(), page_size=1)
    assert (told.context_id, told.context_title) == (other.facts["course"], "Formation continue")
    assert [member.user_id for member in told.members] == ["u-701", "u-702", "u-703"]


def test_a_platform_that_never_reads_our_keys_again_knows_the_next_one_already(
    palier: Palier, other: Peer, platform: Platform
) -> None:
    """It read our set once. The key that signs after one rotation was in it; the one after two was not."""
    address = RosterService(f"{other.facts['issuer']}/members")
    known = palier.known(platform)
    with palier.services() as services:
        roster.fetch(services, known, address, utc_now())
        palier.command("lti", "rotate-keys")
        services.forget(known)
        assert len(roster.fetch(services, known, address, utc_now()).members) == 3
        palier.command("lti", "rotate-keys")
        services.forget(known)
        with pytest.raises(ServiceError) as refused:
            roster.fetch(services, known, address, utc_now())
    assert refused.value.fault is Fault.TOKEN_REFUSED
    other.ask("forget-keys")


def test_a_score_arrives_and_a_stale_one_is_a_conflict(
    palier: Palier, other: Peer, platform: Platform
) -> None:
    other.launch(Visitor(), person=GAEL)
    offered = palier.grade_service(platform, "link-9")
    assert offered.lineitem == f"{other.facts['issuer']}/items/1"
    at = utc_now()

    def score(given: float, timestamp: Any) -> Score:
        return Score("u-702", timestamp, Activity.COMPLETED, Grading.FULLY_GRADED, given, 20)

    with palier.services() as services:
        book = Gradebook(services, palier.known(platform), offered)
        book.put_score(offered.lineitem, score(12.5, at), at)
        with pytest.raises(ServiceError) as stale:
            book.put_score(offered.lineitem, score(2, at - timedelta(seconds=1)), at)
    assert stale.value.fault is Fault.CONFLICT
    arrived = other.ask("grades")["grades"]
    assert [(one["userId"], one["scoreGiven"], one["scoreMaximum"]) for one in arrived] == [
        ("u-702", 12.5, 20)
    ]
