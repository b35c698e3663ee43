"""Open edX's own platform code launches Palier, gives it tokens, its roster and a place for its scores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti.gradebook import GRADEBOOK
from lti.models import Platform, ScoreState
from lti.models import Score as SentScore
from lti.protocol import deep_linking, roster
from lti.protocol.claims import DeepLinkingSettings, RosterService
from lti.protocol.deep_linking import ResourceLinkItem
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.grades import Activity, Gradebook, Grading, LineItem, Score
from lti.protocol.roles import CourseRole
from tests.interop.launching import LTI, bent, landing, reasons
from tests.interop.peers import Palier, Peer
from tests.interop.visitor import Visitor
from tutoring.jury.models import Hearing, Panel
from tutoring.notes.operations.moving import open_note
from tutoring.programme.models import Cohort
from tutoring.store.db import utc_now
from tutoring.store.outbox import OutboxRow, drain, emit
from tutoring.web import edge

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop-edx")]

CELIA = {"person": "0a4e-celia", "role": "student", "name": "Célia Ortmann", "email": "celia@example.org"}
DOAN = {"person": "91d2-doan", "role": "student"}
ELIF = {"person": "5e88-elif", "role": "student", "name": "Elif Kersaint"}
INES = {"person": "6b1f-ines", "role": "instructor", "name": "Inès Marchetti"}
BRUNO = {"person": "77c0-bruno", "role": "staff", "name": "Bruno Delaunay"}
NOBODY = {"person": "ffff-nobody", "role": "student", "name": "Personne"}
NOTE = "block-v1:Escale+DU+2026+type@lti_consumer+block@note"
JURY = "block-v1:Escale+DU+2026+type@lti_consumer+block@jury"


@pytest.fixture(scope="module")
def edx(start_peer: Callable[[str], Peer]) -> Peer:
    return start_peer("edx_platform.py")


@pytest.fixture(scope="module")
def platform(palier: Palier, edx: Peer) -> Platform:
    return palier.register(edx.facts)


def cohort_page(palier: Palier, page: str = "") -> str:
    return f"{palier.url}/c/{palier.world.cohort.id}/{page}"


# Launches that must be accepted.


def test_a_learner_comes_in_with_their_name_and_lands_in_their_cohort(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    assert landing(visitor, edx.launch(visitor, **CELIA)) == cohort_page(palier)
    person = palier.person(platform, CELIA["person"])
    assert person is not None
    assert (person.name, person.email) == ("Célia Ortmann", "celia@example.org")
    assert palier.role(platform, CELIA["person"]) == "learner"


def test_a_link_leads_to_the_page_that_its_custom_parameter_names(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    answer = edx.launch(visitor, **CELIA, custom_parameters={"page": "note"})
    assert landing(visitor, answer) == cohort_page(palier, "note")


@pytest.mark.parametrize("who", [INES, BRUNO], ids=["instructor", "staff"])
def test_the_course_s_team_comes_in_as_staff(
    palier: Palier, edx: Peer, platform: Platform, who: dict[str, str]
) -> None:
    visitor = Visitor()
    assert landing(visitor, edx.launch(visitor, **who)) == cohort_page(palier)
    assert palier.role(platform, who["person"]) == "staff"


def test_somebody_whom_the_platform_does_not_name_comes_in_and_is_named_later(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    assert landing(visitor, edx.launch(visitor, **DOAN)) == cohort_page(palier)
    nameless = palier.person(platform, DOAN["person"])
    assert nameless is not None
    assert (nameless.name, nameless.email) == ("", None)
    edx.launch(visitor, **DOAN, name="Doan Verhaeghe")
    edx.launch(visitor, **DOAN)
    named = palier.person(platform, DOAN["person"])
    assert named is not None
    assert (named.id, named.name) == (nameless.id, "Doan Verhaeghe")


def test_claims_that_nobody_knows_change_nothing(palier: Palier, edx: Peer, platform: Platform) -> None:
    extra = {
        "https://example.org/claim/weather": {"wind": [3, None, "ouest"]},
        f"{LTI}custom": {"page": "library", "number": 7, "nothing": None},
        f"{LTI}lis": None,
        f"{LTI}ext": {"deep": [[[]]]},
        "locale": "pt-BR",
        "given_name": None,
    }
    visitor = Visitor()
    answer = bent(edx, visitor, ELIF, extra=extra)
    assert landing(visitor, answer) == cohort_page(palier, "library")
    assert palier.role(platform, ELIF["person"]) == "learner"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["palier-in-open-edx"]},
        {"aud": ["another-tool", "palier-in-open-edx"]},
        {f"{LTI}context": {"id": "course-v1:Escale+DU+2026", "title": "عنوان " * 50 + "𝕋"}},
        {"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": None},
        {"https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": None},
    ],
    ids=["aud in a list", "aud with azp", "a long title", "no grades", "no roster"],
)
def test_unusual_launches_are_let_in(
    palier: Palier, edx: Peer, platform: Platform, claims: dict[str, Any]
) -> None:
    visitor = Visitor()
    assert landing(visitor, bent(edx, visitor, ELIF, set=claims)) == cohort_page(palier)


def test_staff_of_a_course_that_opens_nothing_may_choose_what_it_opens(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    answer = edx.launch(visitor, **INES, context_id="course-v1:Escale+NEW+2027")
    choice = landing(visitor, answer)
    assert choice == f"{palier.url}/lti/course"
    page = visitor.get(choice)
    assert (page.status, "Inès Marchetti" in page.text) == (200, True)


def test_a_learner_of_a_course_that_opens_nothing_is_told_so_and_not_kept(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    answer = edx.launch(Visitor(), **NOBODY, context_id="course-v1:Escale+NEW+2027")
    assert answer.status == 403
    assert palier.person(platform, NOBODY["person"]) is None


def test_an_author_who_comes_to_choose_content_is_let_in(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    # Deep linking without resource link, grades nor roster: they land where Palier's links are chosen.
    visitor = Visitor()
    answer = edx.launch(visitor, **INES, deep_linking=True)
    where = landing(visitor, answer)
    assert where.startswith(f"{palier.url}/lti/select?")
    assert visitor.get(where).status == 200


# Launches that must be refused, signed by the platform's own code.

BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "another tool's audience": ({"set": {"aud": "another", "azp": "another"}}, 401, "aud_wrong"),
    "an audience of two without azp": (
        {"set": {"aud": ["palier-in-open-edx", "another"]}, "drop": ["azp"]},
        401,
        "azp_missing",
    ),
    "another authorised party": ({"set": {"azp": "another"}}, 401, "azp_wrong"),
    "another issuer": ({"set": {"iss": "http://localhost"}}, 401, "iss_wrong"),
    "expired": ({"lifetime": -7200}, 401, "expired"),
    "no expiry": ({"lifetime": None}, 400, "exp_missing"),
    "an expiry but no date": ({"lifetime": None, "set": {"exp": 4102444800}}, 400, "iat_missing"),
    "issued long ago": ({"lifetime": None, "set": {"exp": 4102444800, "iat": 11111}}, 401, "issued_long_ago"),
    "an expiry in words": ({"lifetime": None, "set": {"exp": "4102444800", "iat": 1}}, 400, "time_malformed"),
    "no nonce": ({"drop": ["nonce"]}, 400, "nonce_missing"),
    "a nonce never issued": ({"set": {"nonce": "never"}}, 401, "nonce_wrong"),
    "no version": ({"drop": [f"{LTI}version"]}, 400, "version_missing"),
    "another version": ({"set": {f"{LTI}version": "11.3"}}, 400, "version_unsupported"),
    "no message": ({"drop": [f"{LTI}message_type"]}, 400, "message_type_missing"),
    "an unknown message": ({"set": {f"{LTI}message_type": "LtiNovelty"}}, 400, "message_type_unknown"),
    "no roles": ({"drop": [f"{LTI}roles"]}, 400, "roles_missing"),
    "roles not in a list": ({"set": {f"{LTI}roles": "Learner"}}, 400, "roles_malformed"),
    "no deployment": ({"drop": [f"{LTI}deployment_id"]}, 400, "deployment_missing"),
    "another deployment": ({"set": {f"{LTI}deployment_id": "2"}}, 403, "deployment_unknown"),
    "no link": ({"drop": [f"{LTI}resource_link"]}, 400, "resource_link_missing"),
    "nobody": ({"drop": ["sub"]}, 403, "sub_missing"),
    "a target elsewhere": (
        {"set": {f"{LTI}target_link_uri": "http://localhost/lti/launch"}},
        400,
        "target_foreign",
    ),
    "an unknown key": ({"kid": "unheard-of"}, 401, "kid_unknown"),
    "another's key under the platform's name": (
        {"stranger": True},
        401,
        "signature_wrong",
    ),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_launch_that_is_not_right_is_refused_for_its_reason_and_keeps_nobody(
    palier: Palier,
    edx: Peer,
    platform: Platform,
    bad: tuple[dict[str, Any], int, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    bend, status, reason = bad
    answer = bent(edx, Visitor(), NOBODY, **bend)
    assert (answer.status, reasons(caplog)) == (status, [reason])
    assert palier.person(platform, NOBODY["person"]) is None


def test_a_launch_is_good_once(edx: Peer, platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    visitor = Visitor()
    handed = visitor.get(edx.request(visitor, **CELIA)).form
    assert visitor.post(handed.action, handed.fields).status == 303
    assert visitor.post(handed.action, handed.fields).status == 401
    assert reasons(caplog) == ["nonce_used"]


def test_a_launch_is_good_in_the_browser_that_began_it_alone(
    edx: Peer, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor()
    handed = visitor.get(edx.request(visitor, **CELIA)).form
    assert Visitor().post(handed.action, handed.fields).status == 401
    assert reasons(caplog) == ["binding_missing"]


# Services, with tokens that Open edX grants for our assertion after it read our keys.


def test_the_roster_is_read_page_after_page(palier: Palier, edx: Peer, platform: Platform) -> None:
    address = f"{edx.facts['issuer']}/api/lti_consumer/v1/lti/1/memberships"
    with palier.services() as services:
        told = roster.fetch(services, palier.known(platform), RosterService(address), utc_now(), page_size=2)
    assert told.context_id == edx.facts["course"]
    assert [(member.user_id, member.name) for member in told.members] == [
        ("6b1f-ines", "Inès Marchetti"),
        ("77c0-bruno", "Bruno Delaunay"),
        ("0a4e-celia", "Célia Ortmann"),
        ("91d2-doan", "Doan Verhaeghe"),
        ("5e88-elif", "Elif Kersaint"),
    ]
    assert told.members[0].roles == {CourseRole.STAFF, CourseRole.ADMINISTRATOR}
    assert told.members[2].roles == {CourseRole.LEARNER}


def test_a_token_for_an_unheard_of_client_is_not_granted(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    """Open edX knows us by our key alone: one that is not in our published set is refused."""
    stranger = palier.known(platform)
    address = RosterService(f"{edx.facts['issuer']}/api/lti_consumer/v1/lti/1/memberships")
    with palier.services_signed_by_another() as services, pytest.raises(ServiceError) as refused:
        roster.fetch(services, stranger, address, utc_now())
    assert refused.value.fault is Fault.TOKEN_REFUSED


def test_our_keys_rotate_without_a_call_that_fails(palier: Palier, edx: Peer, platform: Platform) -> None:
    before = palier.key().kid
    palier.command("lti", "rotate-keys")
    assert palier.key().kid != before
    address = RosterService(f"{edx.facts['issuer']}/api/lti_consumer/v1/lti/1/memberships")
    with palier.services() as services:
        services.forget(palier.known(platform))
        assert len(roster.fetch(services, palier.known(platform), address, utc_now()).members) == 5


def score(given: float | None, at: datetime, grading: Grading = Grading.FULLY_GRADED) -> Score:
    return Score(
        user_id=CELIA["person"],
        timestamp=at,
        activity=Activity.COMPLETED,
        grading=grading,
        given=given,
        maximum=20 if given is not None else None,
        comment="Validé",
        submitted_at=at - timedelta(days=3),
    )


def test_a_score_reaches_the_course_s_gradebook_and_a_stale_one_does_not(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    visitor = Visitor()
    edx.launch(visitor, **CELIA, custom_parameters={"page": "note"})
    offered = palier.grade_service(platform, NOTE)
    assert offered.lineitem is not None
    at = utc_now()
    with palier.services() as services:
        book = Gradebook(services, palier.known(platform), offered)
        assert [(item.label, item.score_maximum) for item in book.line_items(at)] == [
            ("La note d’analyse clinique", 20.0)
        ]
        book.put_score(offered.lineitem, score(None, at, Grading.PENDING_MANUAL), at)
        book.put_score(offered.lineitem, score(14.5, at + timedelta(seconds=1)), at)
        with pytest.raises(ServiceError) as stale:
            book.put_score(offered.lineitem, score(3, at), at)
        results = book.results(offered.lineitem, at)
    # Open edX answers 400 where Moodle answers 409.
    assert (stale.value.fault, stale.value.status) == (Fault.REJECTED, 400)
    assert [(one.user_id, one.score, one.maximum) for one in results] == [(CELIA["person"], 14.5, 20.0)]
    assert edx.ask("grades")["grades"][-1] == {
        "user": CELIA["person"],
        "score": 0.725,
        "maximum": 20,
        "comment": "Validé",
    }


def test_line_items_are_made_found_and_changed_where_the_platform_lets_us(
    palier: Palier, edx: Peer, platform: Platform
) -> None:
    edx.launch(Visitor(), **CELIA, link="jury")
    offered = palier.grade_service(platform, JURY)
    assert offered.lineitem is None
    now = utc_now()
    wished = LineItem("Note et soutenance", 100.0, resource_link_id=JURY, resource_id="palier", tag="note")
    with palier.services() as services:
        book = Gradebook(services, palier.known(platform), offered)
        assert book.line_items(now, resource_link_id=JURY) == ()
        made = book.create(wished, now)
        assert (made.label, made.score_maximum, made.resource_link_id) == ("Note et soutenance", 100.0, JURY)
        assert book.line_items(now, resource_link_id=JURY) == (made,)
        assert book.line_items(now, tag="another") == ()
        changed = book.update(LineItem(**{**_fields(made), "label": "La note"}), now)
        assert book.line_item(made.url, now) == changed
        assert changed.label == "La note"
        # Open edX grants nobody the deletion of a line item.
        with pytest.raises(ServiceError) as refused:
            book.delete(made.url, now)
    assert refused.value.fault is Fault.SCOPE_REFUSED


def _fields(item: LineItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in LineItem.__dataclass_fields__}


def test_a_released_result_arrives_through_the_outbox(palier: Palier, edx: Peer, platform: Platform) -> None:
    edx.launch(Visitor(), **ELIF, custom_parameters={"page": "note"})
    author = palier.person(platform, ELIF["person"])
    assert author is not None
    with palier.world.session() as db:
        cohort, now = db.get_one(Cohort, palier.world.cohort.id), utc_now()
        note = open_note(db, cohort, author, now=now)
        root = {"institution_id": cohort.institution_id}
        panel = Panel(**root, cohort_id=cohort.id, name="Jury", place="", sits_on=None)
        db.add(panel)
        db.flush()
        db.add(
            Hearing(
                **root,
                panel_id=panel.id,
                note_id=note.id,
                transmitted_at=now,
                outcome="passed",
                grade_hundredths=1600,
                grade_out_of=20,
                reason="",
                recorded_at=now,
                released_at=now,
            )
        )
        db.flush()
        emit(db, "result.released", **root, now=now, note_id=note.id)
    with palier.app.app_context():
        drain(edge.database.sessionmaker, [GRADEBOOK], utc_now)
    with palier.world.session() as db:
        delivery = db.scalars(select(OutboxRow).where(OutboxRow.consumer == GRADEBOOK.name)).one()
        assert (delivery.state, delivery.last_error) == ("done", None)
        sent = db.scalars(select(SentScore).where(SentScore.note_id == note.id)).one()
        assert (sent.state, sent.error) == (ScoreState.SENT, None)
    arrived = edx.ask("grades")["grades"][-1]
    assert (arrived["user"], arrived["score"]) == (ELIF["person"], 0.8)


def test_our_deep_linking_answer_is_kept_by_the_course(palier: Palier, edx: Peer, platform: Platform) -> None:
    """The pages that let an author choose come later; the answer they will sign is already what Open edX reads."""
    author = Visitor()
    edx_address = edx.facts["issuer"]
    assert author.post(f"{edx_address}/course/sign-in", {}).status == 204
    chosen = ResourceLinkItem(
        url=f"{palier.url}/lti/launch", title="La note d’analyse", custom={"page": "note"}
    )
    settings = DeepLinkingSettings(
        return_url=f"{edx_address}/api/lti_consumer/v1/lti/2/lti-dl/response",
        accept_types=("ltiResourceLink", "link", "html", "image"),
        accept_multiple=True,
    )
    answer = deep_linking.answer(
        settings,
        [chosen],
        platform=palier.known(platform),
        deployment_id="1",
        key=palier.key(),
        nonce="an answer's own",
        now=utc_now(),
    )
    assert author.post(answer.return_url, {"JWT": answer.jwt}).status == 200
    assert edx.ask("contents", link="jury")["items"] == [
        {
            "type": "ltiResourceLink",
            "url": chosen.url,
            "title": "La note d’analyse",
            "custom": {"page": "note"},
        }
    ]
