"""Every launch that must be accepted, by the letter of the list it stands on, and what is read from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lti.protocol import state
from lti.protocol.claims import (
    Context,
    DeepLinkingSettings,
    ForUser,
    GradeService,
    Launch,
    Message,
    Person,
    Presentation,
    ResourceLink,
    RosterService,
    ToolPlatform,
)
from lti.protocol.errors import Fault, InvalidLaunch, Reason, ServiceError
from lti.protocol.roles import CourseRole, in_course

Lms = Any  # the fixture's class lives in conftest, which is not importable

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"

LEARNER, STAFF, ADMINISTRATOR = CourseRole.LEARNER, CourseRole.STAFF, CourseRole.ADMINISTRATOR


def with_claims(lms: Lms, **claims: Any) -> Launch:
    launched: Launch = lms.launch(lambda found: found.update(claims))
    return launched


def without_claims(lms: Lms, *names: str) -> Launch:
    launched: Launch = lms.launch(lambda found: [found.pop(name) for name in names])
    return launched


def test_a_a_full_launch_of_a_student_is_read_whole(lms: Lms) -> None:
    assert lms.launch() == Launch(
        platform=lms.platform,
        message=Message.RESOURCE_LINK,
        deployment_id="1",
        nonce="nonce-1",
        nonce_expires_at=lms.now + timedelta(minutes=10),
        target="https://palier.example.org/lti/launch",
        person=Person("42", "Ada Martin", "Ada", "Martin", "ada@example.org"),
        roles=frozenset({LEARNER}),
        role_names=(MEMBERSHIP + "#Learner",),
        context=Context("2", "CS26", "Arts et culture", ("CourseSection",)),
        resource_link=ResourceLink("5", "Journée 3"),
        grades=GradeService(
            frozenset({SCOPE + "lineitem", SCOPE + "score"}),
            "https://lms.example.org/2/lineitems?type_id=1",
            "https://lms.example.org/2/lineitems/9/lineitem?type_id=1",
        ),
        roster=RosterService("https://lms.example.org/2/memberships", ("1.0", "2.0")),
        presentation=Presentation("iframe", "https://lms.example.org/return?sesskey=abc", "fr"),
        tool_platform=ToolPlatform(guid="g", product="moodle", version="2024100700"),
        custom={"cohort": "CS26"},
    )


def test_a_a_full_launch_of_an_instructor_gives_staff(lms: Lms) -> None:
    assert lms.launch(roles=[MEMBERSHIP + "#Instructor"]).roles == {STAFF}


@pytest.mark.parametrize(
    ("letter", "names", "worth"),
    [
        ("b several", [MEMBERSHIP + "#Learner", MEMBERSHIP + "#Instructor"], {LEARNER, STAFF}),
        ("c short", ["Instructor"], {STAFF}),
        ("c short", ["Learner"], {LEARNER}),
        ("d unknown alone", ["https://example.org/role#Wizard"], set()),
        ("d unknown beside Learner", ["https://example.org/role#Wizard", "Learner"], {LEARNER}),
        ("d unknown that ends like one we know", ["https://example.org/role#Instructor"], set()),
        ("d unknown in the right vocabulary", [MEMBERSHIP + "#Wizard"], set()),
        ("e none", [], set()),
        ("e empty", [""], set()),
        ("k institution only", [INSTITUTION + "#Instructor", INSTITUTION + "#Administrator"], set()),
        ("k system only", [SYSTEM + "#Administrator"], set()),
        ("l tutor", [MEMBERSHIP + "/Mentor#Tutor"], set()),
        ("l assistant", [MEMBERSHIP + "/Instructor#TeachingAssistant"], {STAFF}),
        ("l assistant, short", ["Instructor#TeachingAssistant"], {STAFF}),
        ("administrator of the course", [MEMBERSHIP + "#Administrator"], {ADMINISTRATOR}),
        ("course designer", [MEMBERSHIP + "#ContentDeveloper"], {STAFF}),
        ("parent", [MEMBERSHIP + "#Mentor"], set()),
    ],
)
def test_b_c_d_e_k_l_roles_are_worth_what_they_are_in_the_course(
    lms: Lms, letter: str, names: list[str], worth: set[CourseRole]
) -> None:
    launched = lms.launch(roles=names)
    assert (launched.roles, launched.role_names) == (worth, tuple(names))


def test_a_tenant_may_say_what_its_own_roles_are_worth(lms: Lms) -> None:
    lms.change_platform(role_overrides={MEMBERSHIP + "/Mentor#Tutor": STAFF, "Learner": None})
    assert lms.launch(roles=[MEMBERSHIP + "/Mentor#Tutor", "Learner"]).roles == {STAFF}
    assert in_course(["Learner"], {"Learner": None}) == frozenset()


def test_f_email_only(lms: Lms) -> None:
    launched = without_claims(lms, "name", "given_name", "family_name")
    assert launched.person == Person("42", email="ada@example.org")


def test_g_names_only(lms: Lms) -> None:
    assert without_claims(lms, "email").person == Person("42", "Ada Martin", "Ada", "Martin")


def test_h_no_personal_data(lms: Lms) -> None:
    assert without_claims(lms, "name", "given_name", "family_name", "email").person == Person("42")


def test_i_no_context(lms: Lms) -> None:
    assert lms.launch(context=lms.absent).context is None


def test_j_a_new_resource_link(lms: Lms) -> None:
    assert lms.launch(resource_link={"id": "new"}).resource_link == ResourceLink("new")


def test_m_aud_a_list_of_one(lms: Lms) -> None:
    assert with_claims(lms, aud=["client-1"]).person.sub == "42"


def test_n_aud_of_several_with_us_as_azp(lms: Lms) -> None:
    assert with_claims(lms, aud=["other", "client-1"], azp="client-1").person.sub == "42"


@pytest.mark.parametrize("issued", [-5, 5, 59])
@pytest.mark.parametrize("expires", [-5, -59, 60])
def test_o_clocks_that_differ_by_less_than_a_minute(lms: Lms, issued: int, expires: int) -> None:
    seconds = lms.now.timestamp()
    assert with_claims(lms, iat=seconds + issued, exp=seconds + expires).person.sub == "42"


def test_p_no_services(lms: Lms) -> None:
    launched = without_claims(lms, AGS, NRPS)
    assert (launched.grades, launched.roster) == (None, None)


def test_p_grades_without_a_line_item(lms: Lms) -> None:
    launched = lms.launch(lambda claims: claims[AGS].pop("lineitem"))
    assert (launched.grades.lineitem, launched.grades.lineitems) == (
        None,
        "https://lms.example.org/2/lineitems?type_id=1",
    )


def test_q_unknown_claims_and_custom_of_any_kind(lms: Lms) -> None:
    launched = lms.launch(
        lambda claims: claims.update({"https://example.org/claim": {"a": [1]}, "at_hash": 3}),
        custom={"number": 3, "half": 0.5, "yes": True, "nothing": None, "text": "a", "list": [1]},
    )
    assert launched.custom == {"number": "3", "half": "0.5", "yes": "true", "text": "a"}


def test_r_names_of_every_script_and_long_titles(lms: Lms) -> None:
    names = {"name": "𠮷田 🎭", "given_name": "محمد", "family_name": "Nguyễn"}
    launched = lms.launch(lambda claims: claims.update(names), resource_link={"id": "5", "title": "é" * 300})
    assert launched.person == Person("42", "𠮷田 🎭", "محمد", "Nguyễn", "ada@example.org")
    assert launched.resource_link == ResourceLink("5", "é" * 300)


def test_s_an_explicit_null_is_an_absent_claim(lms: Lms) -> None:
    optional = [
        "context",
        "launch_presentation",
        "tool_platform",
        "custom",
        "for_user",
        "lis",
        "role_scope_mentor",
    ]
    launched = lms.launch(
        lambda claims: claims.update(
            dict.fromkeys(["azp", "nbf", "name", "given_name", "family_name", "email", "locale", AGS, NRPS])
        ),
        **dict.fromkeys(optional),
    )
    assert launched == Launch(
        platform=lms.platform,
        message=Message.RESOURCE_LINK,
        deployment_id="1",
        nonce="nonce-1",
        nonce_expires_at=lms.now + timedelta(minutes=10),
        target="https://palier.example.org/lti/launch",
        person=Person("42"),
        roles=frozenset({LEARNER}),
        role_names=(MEMBERSHIP + "#Learner",),
        resource_link=ResourceLink("5", "Journée 3"),
    )


def test_s_nulls_inside_optional_claims(lms: Lms) -> None:
    launched = lms.launch(
        lambda claims: claims.update(
            {
                AGS: {"scope": None, "lineitem": None, "lineitems": None},
                NRPS: {"context_memberships_url": None},
            }
        ),
        context={"id": "2", "label": None, "title": None, "type": None},
        resource_link={"id": "5", "title": None, "description": None},
        launch_presentation={"document_target": None, "return_url": None, "width": None},
    )
    assert (launched.context, launched.resource_link) == (Context("2"), ResourceLink("5"))
    assert (launched.grades, launched.roster) == (GradeService(), None)
    assert launched.presentation == Presentation()


def test_t_deep_linking_that_accepts_links_only(lms: Lms) -> None:
    wanted = {"deep_link_return_url": "https://lms.example.org/back", "accept_types": ["link"]}
    launched = lms.launch(
        lambda claims: claims.update({DL_SETTINGS: wanted}), message_type="LtiDeepLinkingRequest"
    )
    assert launched.deep_linking == DeepLinkingSettings("https://lms.example.org/back", ("link",))
    assert launched.deep_linking.takes_resource_links is False


def test_u_deep_linking_without_resource_link_and_services(lms: Lms) -> None:
    wanted = {
        "deep_link_return_url": "https://lms.example.org/back?sesskey=abc",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": "true",
        "accept_lineitem": False,
        "data": "opaque",
    }

    def change(claims: dict[str, Any]) -> None:
        del claims[AGS], claims[NRPS]
        claims[DL_SETTINGS] = wanted

    launched = lms.launch(change, message_type="LtiDeepLinkingRequest", resource_link=lms.absent)
    assert (launched.message, launched.resource_link) == (Message.DEEP_LINKING, None)
    assert launched.deep_linking == DeepLinkingSettings(
        "https://lms.example.org/back?sesskey=abc",
        accept_types=("ltiResourceLink",),
        accept_targets=("iframe", "window"),
        accept_multiple=True,
        accept_line_item=False,
        data="opaque",
    )
    assert "sesskey" not in repr(launched)


def test_a_submission_review_says_whose(lms: Lms) -> None:
    launched = lms.launch(
        message_type="LtiSubmissionReviewRequest",
        for_user={"user_id": "43", "name": "Bo", "roles": ["Learner"]},
    )
    assert launched.for_user == ForUser("43", "Bo", roles=frozenset({LEARNER}))


def test_v_keys_rotated_since_the_last_launch(lms: Lms) -> None:
    lms.launch()
    lms.published = [lms.other.jwk(kid="key-2")]
    launched = lms.launch(header={"kid": "key-2"}, pair=lms.other)
    assert (launched.person.sub, lms.fetched) == ("42", 2)


def test_v_the_old_keys_stay_while_the_platform_cannot_be_asked(lms: Lms) -> None:
    lms.jwks_headers = {"cache-control": "public, max-age=600"}
    lms.launch()
    lms.now += timedelta(seconds=600)
    lms.http_fails(ServiceError(Fault.TIMEOUT))
    assert lms.launch().person.sub == "42"
    assert lms.launch().person.sub == "42"
    assert lms.fetched == 2
    lms.now += timedelta(seconds=30)
    assert lms.launch().person.sub == "42"
    assert lms.fetched == 3


@pytest.mark.parametrize(
    ("cache_control", "kept"),
    [
        ("", timedelta(hours=1)),
        ("max-age=0, no-store", timedelta(minutes=5)),
        ("max-age=900", timedelta(minutes=15)),
        ("Max-Age = 999999999", timedelta(hours=24)),
        ("s-maxage=10", timedelta(hours=1)),
    ],
)
def test_v_keys_are_kept_as_long_as_the_platform_says_within_bounds(
    lms: Lms, cache_control: str, kept: timedelta
) -> None:
    lms.jwks_headers = {"cache-control": cache_control}
    lms.launch()
    lms.now += kept - timedelta(seconds=1)
    lms.launch()
    assert lms.fetched == 1
    lms.now += timedelta(seconds=1)
    lms.launch()
    assert lms.fetched == 2


def test_v_a_platform_that_was_down_is_asked_again_at_the_next_launch(lms: Lms) -> None:
    lms.http_fails(ServiceError(Fault.UNREACHABLE))
    with pytest.raises(InvalidLaunch):
        lms.launch()
    lms.jwks_answer = None
    assert lms.launch().person.sub == "42"


def test_w_keys_without_alg_and_use(lms: Lms) -> None:
    lms.published = [lms.pair.jwk(alg=lms.absent, use=lms.absent)]
    assert lms.launch().person.sub == "42"


def test_w_a_signing_key_beside_odd_ones_of_the_same_set(lms: Lms) -> None:
    odd = [{"kty": "AKP", "kid": "pq"}, lms.pair.jwk(use="enc"), {"kty": "RSA"}, "key"]
    lms.published = [*odd, lms.pair.jwk()]
    assert lms.launch().person.sub == "42"


def test_x_the_login_answers_with_an_authentication_request(lms: Lms) -> None:
    request = lms.login(target_link_uri="https://palier.example.org/c/CS26/days/3?a=1")
    sent = lms.query(request)
    assert urlsplit(request.url)._replace(query="").geturl() == "https://lms.example.org/auth"
    assert {name: value for name, value in sent.items() if name != "state"} == {
        "tenant": "a",
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": "https://palier.example.org/lti/launch",
        "login_hint": "42",
        "nonce": "nonce-1",
    }
    assert state.verify(sent["state"], secret=lms.secret, now=lms.now) == state.State(
        nonce="nonce-1",
        platform_id="7",
        target="https://palier.example.org/c/CS26/days/3?a=1",
        binding_digest=state.digest(request.binding),
        expires_at=datetime(2026, 11, 23, 9, 10, tzinfo=UTC),
    )
    assert request.binding not in request.url


def test_x_with_a_hint_of_four_kilobytes_and_without_client_and_deployment(lms: Lms) -> None:
    hint = "é&=" * 1024
    request = lms.login(lti_message_hint=hint, client_id=lms.absent, lti_deployment_id=lms.absent)
    assert parse_qs(urlsplit(request.url).query)["lti_message_hint"] == [hint]


def test_x_two_tabs_of_one_browser_share_their_binding(lms: Lms) -> None:
    first = lms.login()
    second = lms.login(cookie=first.binding)
    for request in (first, second):
        form = {"state": request.state, "id_token": lms.token(lms.claims(request.nonce))}
        assert lms.post(form, binding=second.binding).nonce == request.nonce


def test_x_a_cookie_that_is_not_ours_is_replaced(lms: Lms) -> None:
    assert lms.login(cookie="short").binding == "b" * 40 + "1"


@pytest.mark.parametrize(
    ("offered", "kept"), [("_parent", "_parent"), ("frame-1", "frame-1"), ("a b", None), ("", None)]
)
def test_x_the_platforms_storage_frame_is_kept_when_it_is_a_name(
    lms: Lms, offered: str, kept: str | None
) -> None:
    assert lms.login(lti_storage_target=offered).storage_target == kept


def test_x_a_disabled_twin_does_not_stand_in_the_way(lms: Lms) -> None:
    lms.platforms.append(replace(lms.platform, id="8", client_id="client-2", enabled=False))
    assert lms.login(client_id=lms.absent).platform.id == "7"


def test_a_launch_lands_where_its_token_says_on_our_own_host(lms: Lms) -> None:
    launched = lms.launch(target_link_uri="https://PALIER.example.org:443/c/CS26/days/3")
    assert launched.target == "https://PALIER.example.org:443/c/CS26/days/3"


def test_a_return_address_that_is_no_web_address_is_dropped(lms: Lms) -> None:
    launched = lms.launch(launch_presentation={"return_url": "javascript:alert(1)", "width": "wide"})
    assert launched.presentation == Presentation()


def test_an_id_of_the_wrong_type_is_refused_by_the_name_of_its_claim(lms: Lms) -> None:
    with pytest.raises(InvalidLaunch) as refusal:
        lms.launch(context="2")
    assert (refusal.value.reason, refusal.value.detail) == (Reason.CLAIM_MALFORMED, "context")
