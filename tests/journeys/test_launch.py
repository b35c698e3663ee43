"""From a click in the course to a page of the cohort: over HTTP, with the practice LMS as the platform."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lti.models import CourseLink, Platform
from lti.operations import CourseFacts, link_course
from lti.practice.visitor import Form, Visitor, read_form
from lti.protocol.errors import Reason
from tests.conftest import Browser
from tests.door import (
    ARTS,
    CLAIRE,
    EDUC,
    EDUC_HOME,
    ELODIE,
    GAELLE,
    HOME,
    HTTPS,
    INES,
    LIBRARY,
    MARIANNE,
    NOTE,
    SAMIR,
    Door,
    introduce,
    land,
    path_of,
    post,
    practice_lms,
)
from tests.factories import CATALOGUE
from tutoring.people.models import Identity
from tutoring.people.queries import person_known_as
from tutoring.programme.models import Cohort, Membership, Role
from tutoring.programme.operations import import_track, open_cohort
from tutoring.store.outbox import OutboxRow


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key")


@pytest.fixture
def door(app: Any, world: Any, clock: Any, tmp_path: Path, key_folder: Path) -> Iterator[Door]:
    with practice_lms(tmp_path / "practice", key_folder, clock, "http://127.0.0.1:8000") as lms:
        yield introduce(world, lms, clock)


def test_a_learner_lands_on_the_page_that_the_link_names(door):
    for link, page in ((HOME, ""), (NOTE, "note"), (LIBRARY, "library")):
        browser = door.browser()
        landed = land(browser, door.launch(browser, INES, link))
        assert landed.status_code == 303
        assert landed.headers["Location"] == f"/c/{door.world.cohort.id}/{page}"
    person = door.known(INES)
    assert (person.name, person.email) == ("Inès Moreau", "ines.moreau@example.org")
    assert door.role(INES) == Role.LEARNER


def test_an_instructor_is_staff_and_no_more(door):
    browser = door.browser()
    land(browser, door.launch(browser, CLAIRE))
    assert door.role(CLAIRE) == Role.STAFF


def test_the_cookies_survive_a_frame_on_another_site(door):
    browser = door.browser()
    visitor = Visitor(door.lms.url, INES)
    initiation = visitor.open_link(HOME)
    login = browser.client.post("/lti/login", data=initiation.fields, base_url=HTTPS)
    launch = post(browser, visitor.authenticate(login.headers["Location"]))
    binding, session = login.headers["Set-Cookie"], launch.headers["Set-Cookie"]
    assert binding.startswith("palier_lti=")
    assert session.startswith("palier=")
    for cookie in (binding, session):
        for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned"):
            assert flag in cookie
    assert f"frame-ancestors 'self' {door.lms.url}" in launch.headers["Content-Security-Policy"]


def test_a_login_by_get_or_post_writes_nothing(door):
    fields = Visitor(door.lms.url, INES).open_link(HOME).fields
    before = door.count()
    browser = door.browser()
    assert browser.client.post("/lti/login", data=fields, base_url=HTTPS).status_code == 303
    assert browser.client.get("/lti/login", query_string=fields, base_url=HTTPS).status_code == 303
    assert door.count() == before


def test_a_refresh_of_the_page_never_posts_again(door):
    browser = door.browser()
    answer = door.launch(browser, INES)
    first, second = land(browser, answer), land(browser, answer)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]


def test_the_same_post_twice_is_refused(door):
    browser = door.browser()
    form = door.start(browser, INES)
    assert post(browser, form).status_code == 303
    before = door.count()
    answer = post(browser, form)
    assert (answer.status_code, "nonce_used" in answer.get_data(as_text=True)) == (401, True)
    assert door.count() == before


def test_the_same_person_in_two_courses_is_one_person(door):
    with door.world.session() as db:
        source = (CATALOGUE / "education-populaire.toml").read_text(encoding="utf-8")
        track = import_track(db, door.world.institution.id, source, now=door.clock())
        other = open_cohort(db, track, actor=None, now=door.clock())
        facts = CourseFacts(platform_id=door.platform_id, context_id=EDUC, title="Éducation populaire")
        link_course(db, facts, other, actor=None, now=door.clock())
    browser = door.browser()
    first = land(browser, door.launch(browser, CLAIRE, HOME)).headers["Location"]
    second = land(browser, door.launch(browser, CLAIRE, EDUC_HOME)).headers["Location"]
    assert [first, second] == [f"/c/{door.world.cohort.id}/", f"/c/{other.id}/"]
    assert (door.role(CLAIRE), door.role(CLAIRE, other)) == (Role.STAFF, Role.STAFF)
    with door.world.session() as db:
        assert db.scalar(select(func.count(Identity.id)).where(Identity.subject == CLAIRE)) == 1


def test_whoever_comes_next_in_the_same_browser_is_not_the_one_before(door):
    browser = door.browser()
    land(browser, door.launch(browser, INES))
    land(browser, door.launch(browser, SAMIR))
    page = browser.get("/me").get_data(as_text=True)
    assert ("Samir Belkacem" in page, "Inès Moreau" in page) == (True, False)


def test_a_role_held_in_palier_is_kept_whatever_the_platform_says(door):
    browser = door.browser()
    land(browser, door.launch(browser, MARIANNE))
    with door.world.session() as db:
        person = person_known_as(db, f"lti:{door.platform_id}", MARIANNE)
        row = db.scalar(select(Membership).where(Membership.person_id == person.id))
        row.role = Role.COORDINATOR
    land(browser, door.launch(browser, MARIANNE))
    assert door.role(MARIANNE) == Role.COORDINATOR


def test_a_learner_from_a_course_that_opens_nothing_is_told_whom_to_ask(door):
    browser = door.browser()
    form = door.start(browser, ELODIE, EDUC_HOME)
    before = door.count()
    answer = post(browser, form)
    assert answer.status_code == 403
    assert "pas encore relié" in answer.get_data(as_text=True)
    assert f"frame-ancestors 'self' {door.lms.url}" in answer.headers["Content-Security-Policy"]
    assert door.count() == before
    assert browser.get("/me").status_code == 303


def new_course(door: Door, person: str = GAELLE) -> Browser:
    browser = door.browser()
    landed = land(browser, door.launch(browser, person, EDUC_HOME))
    assert landed.headers["Location"] == "/lti/course"
    return browser


def test_staff_of_a_new_course_open_a_cohort_and_coordinate_it(door):
    browser = new_course(door)
    page = browser.get("/lti/course")
    assert page.status_code == 200
    assert "Éducation populaire" in page.get_data(as_text=True)
    answer = browser.post("/lti/course/open", {"track": door.world.track.id, "name": "Printemps 2027"})
    assert answer.status_code == 303
    with door.world.session() as db:
        cohort = db.scalar(select(Cohort).where(Cohort.name == "Printemps 2027"))
    assert answer.headers["Location"] == f"/c/{cohort.id}/"
    assert door.role(GAELLE, cohort) == Role.COORDINATOR
    learner = door.browser()
    assert land(learner, door.launch(learner, ELODIE, EDUC_HOME)).headers["Location"] == f"/c/{cohort.id}/"


def test_a_name_already_taken_keeps_what_was_typed(door):
    browser = new_course(door)
    taken = door.world.cohort.name
    answer = browser.post("/lti/course/open", {"track": door.world.track.id, "name": taken})
    assert answer.status_code == 422
    assert f'value="{taken}"' in answer.get_data(as_text=True)


def test_a_coordinators_code_links_a_course_once(door, browse):
    coordinator = browse(door.world.coordinator)
    page = f"/c/{door.world.cohort.id}/lms"
    assert coordinator.post(f"{page}/code").status_code == 303
    shown = coordinator.get(page).get_data(as_text=True)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?= *</h2>)", shown)[0]
    assert code not in coordinator.get(page).get_data(as_text=True)
    browser = new_course(door)
    assert browser.post("/lti/course/code", {"code": "7K3M-2Q9X-C4WD"}).status_code == 422
    answer = browser.post("/lti/course/code", {"code": code.lower().replace("-", " ")})
    assert answer.headers["Location"] == f"/c/{door.world.cohort.id}/"
    assert door.role(GAELLE) == Role.STAFF
    with door.world.session() as db:
        assert (
            db.scalar(select(CourseLink.cohort_id).where(CourseLink.context_id == EDUC))
            == door.world.cohort.id
        )


def test_staff_may_ask_the_administration(door):
    with door.world.session() as db:
        db.merge(door.world.stranger, load=False).administrator = True
    browser = new_course(door)
    assert browser.post("/lti/course/ask").status_code == 303
    assert browser.post("/lti/course/ask").status_code == 429
    with door.world.session() as db:
        mails = [
            row for row in db.scalars(select(OutboxRow)) if row.payload.get("template") == "lti_course_asked"
        ]
    assert [mail.payload["person_id"] for mail in mails] == [door.world.stranger.id]


def test_only_an_administrator_links_a_cohort_without_its_code(door):
    browser = new_course(door)
    choice = {"cohort": door.world.cohort.id}
    assert browser.post("/lti/course/cohort", choice).status_code == 422
    with door.world.session() as db:
        person_known_as(db, f"lti:{door.platform_id}", GAELLE).administrator = True
    assert browser.post("/lti/course/cohort", choice).headers["Location"] == f"/c/{door.world.cohort.id}/"


def test_the_choice_of_a_course_belongs_to_who_launched_it(door, browse):
    assert browse(door.world.staff).get("/lti/course").status_code == 404
    assert browse().get("/lti/course").status_code == 303


def test_a_frame_that_keeps_no_cookie_offers_a_new_window_good_once(door):
    framed, fresh = door.browser(), door.browser()
    answer = door.launch(framed, INES, NOTE)
    framed.client.delete_cookie("palier", domain="127.0.0.1")
    landed = framed.get(path_of(answer.headers["Location"]))
    assert landed.status_code == 200
    assert f"frame-ancestors 'self' {door.lms.url}" in landed.headers["Content-Security-Policy"]
    way = re.search(r'href="(/lti/ticket\?ticket=[^"]+)"', landed.get_data(as_text=True))[1]
    before = door.count()
    assert "Inès Moreau" in fresh.get(way).get_data(as_text=True)
    assert door.count() == before
    ticket = way.partition("ticket=")[2]
    assert (
        fresh.post("/lti/ticket", {"ticket": ticket}).headers["Location"] == f"/c/{door.world.cohort.id}/note"
    )
    assert "Inès Moreau" in fresh.get("/me").get_data(as_text=True)
    assert door.browser().post("/lti/ticket", {"ticket": ticket}).status_code == 410


def test_a_ticket_has_its_time(door):
    browser = door.browser()
    where = path_of(door.launch(browser, INES).headers["Location"])
    door.clock.advance(minutes=10)
    assert browser.get(where).status_code == 410
    assert browser.get("/lti/landed?ticket=anything").status_code == 410


def bad_launches() -> dict[str, Any]:
    """By the reason they are refused for: what is changed in a launch that was good."""
    return {
        Reason.STATE_MISSING: lambda door, browser, form: post(browser, form, state=""),
        Reason.STATE_UNKNOWN: lambda door, browser, form: post(browser, form, state="x.y.z"),
        Reason.STATE_EXPIRED: late,
        Reason.BINDING_MISSING: without_cookie,
        Reason.BINDING_WRONG: other_browser,
        Reason.TOKEN_MISSING: lambda door, browser, form: post(browser, form, id_token=""),
        Reason.TOKEN_MALFORMED: lambda door, browser, form: post(browser, form, id_token="a.b"),
        Reason.SIGNATURE_WRONG: tampered,
        Reason.NONCE_WRONG: lambda door, browser, form: post(
            browser, form, state=door.start(browser, INES).fields["state"]
        ),
        Reason.PLATFORM_DISABLED: disabled,
        Reason.PLATFORM_ERROR: lambda door, browser, form: post(
            browser, form, id_token="", error="access_denied"
        ),
        Reason.DEPLOYMENT_UNKNOWN: other_deployment,
        Reason.TOO_LARGE: lambda door, browser, form: post(browser, form, more="x" * 300_000),
    }


def late(door: Door, browser: Browser, form: Form) -> Any:
    door.clock.advance(minutes=11)
    return post(browser, form)


def without_cookie(door: Door, browser: Browser, form: Form) -> Any:
    return post(door.browser(), form)


def other_browser(door: Door, browser: Browser, form: Form) -> Any:
    other = door.browser()
    door.start(other, SAMIR)
    return post(other, form)


def tampered(door: Door, browser: Browser, form: Form) -> Any:
    head, _body, signature = form.fields["id_token"].split(".")
    other = door.start(browser, SAMIR).fields["id_token"].split(".")[1]
    return post(browser, form, id_token=f"{head}.{other}.{signature}")


def disabled(door: Door, browser: Browser, form: Form) -> Any:
    with door.world.session() as db:
        db.get_one(Platform, door.platform_id).enabled = False
    return post(browser, form)


def other_deployment(door: Door, browser: Browser, form: Form) -> Any:
    with door.world.session() as db:
        db.connection().exec_driver_sql("UPDATE deployment SET deployment_id = '77'")
    return post(browser, form)


@pytest.mark.parametrize("reason", bad_launches())
def test_a_launch_that_must_be_refused_writes_nothing_and_says_what_to_do(door, caplog, reason):
    browser = door.browser()
    form = door.start(browser, INES)
    before = door.count()
    caplog.clear()
    answer = bad_launches()[reason](door, browser, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code in {400, 401, 403}
    assert str(reason) in page
    assert door.count() == before
    reference = re.search(r"Référence ([0-9a-f]{8})", page)[1]
    logged = [record.getMessage() for record in caplog.records if reference in record.getMessage()]
    assert [str(reason) in line for line in logged] == [True]
    assert form.fields["id_token"] not in "".join(record.getMessage() for record in caplog.records)
    if reason != Reason.STATE_UNKNOWN and reason != Reason.STATE_MISSING and reason != Reason.TOO_LARGE:
        assert f"frame-ancestors 'self' {door.lms.url}" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": ""}, Reason.ISS_MISSING),
        ({"iss": "https://elsewhere.example.org"}, Reason.PLATFORM_UNKNOWN),
        ({"login_hint": ""}, Reason.LOGIN_HINT_MISSING),
        ({"target_link_uri": ""}, Reason.TARGET_MISSING),
        ({"target_link_uri": "https://elsewhere.example.org/"}, Reason.TARGET_FOREIGN),
        ({"lti_deployment_id": "77"}, Reason.DEPLOYMENT_UNKNOWN),
        ({"lti_message_hint": "x" * 40_000}, Reason.TOO_LARGE),
    ],
)
def test_a_login_that_must_be_refused_leaves_no_cookie_and_no_row(door, changes, reason):
    fields = Visitor(door.lms.url, INES).open_link(HOME).fields | changes
    before = door.count()
    answer = door.browser().client.post("/lti/login", data=fields, base_url=HTTPS)
    assert (answer.status_code, str(reason) in answer.get_data(as_text=True)) == (400, True)
    assert "Set-Cookie" not in answer.headers
    assert door.count() == before


def test_a_launch_by_get_is_not_one(door):
    assert door.browser().get("/lti/launch?id_token=x&state=y").status_code == 405


def selecting(door, person=MARIANNE):
    browser = door.browser()
    visitor = Visitor(door.lms.url, person)
    initiation = visitor.open_selection(ARTS)
    login = browser.client.post("/lti/login", data=initiation.fields, base_url=HTTPS)
    landed = land(browser, post(browser, visitor.authenticate(login.headers["Location"])))
    return browser, visitor, landed.headers["Location"]


def test_staff_choose_the_links_that_a_course_shows(door):
    browser, visitor, where = selecting(door)
    page = browser.get(where).get_data(as_text=True)
    assert ("Quels liens ajouter" in page, "sesskey" in page + where) == (True, False)
    sealed = where.partition("selection=")[2]
    assert browser.post("/lti/select", {"selection": sealed}).status_code == 422
    answer = browser.post("/lti/select", {"selection": sealed, "pages": ["note", "library"]})
    assert f"form-action 'self' {door.lms.url}" in answer.headers["Content-Security-Policy"]
    form = read_form(answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0])
    assert form.action.startswith(f"{door.lms.url}/deep-linking/return?")
    assert set(form.fields) == {"JWT"}
    visitor.close()


def test_a_selection_belongs_to_who_began_it_and_has_its_time(door):
    browser, _, where = selecting(door)
    land(browser, door.launch(browser, CLAIRE))
    assert browser.get(where).status_code == 404
    browser, _, where = selecting(door)
    door.clock.advance(hours=1)
    assert browser.get(where).status_code == 404
