"""What the door keeps: nonces burnt once, roles never lowered, codes good once, keys that only the secret opens."""

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti import keyring
from lti.models import BurntNonce, CourseLink, Page, Platform, ResourceLink, ToolKey
from lti.operations import (
    CourseFacts,
    LinkFacts,
    PlatformFacts,
    arrive,
    burn,
    code_hash,
    link_course,
    make_link_code,
    redeem_code,
    register_platform,
    remember_link,
    spell_code,
)
from lti.protocol import claims
from lti.protocol.claims import Launch, Message
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.keys import Stage
from lti.protocol.roles import CourseRole
from lti.queries import as_known
from tests.notes import seat
from tutoring.people.models import Person
from tutoring.people.queries import person_known_as
from tutoring.programme.models import Cohort, Membership, Role, Standing
from tutoring.store.refusal import Refusal

SECRET = "a secret of the tests, long enough to be one"
FACTS = PlatformFacts(
    name="Moodle d’essai",
    issuer="https://lms.example.org",
    client_id="palier",
    login_url="https://lms.example.org/auth",
    token_url="https://lms.example.org/token",
    jwks_url="https://lms.example.org/jwks",
    deployment_id="1",
)
STAFF, LEARNER = frozenset({CourseRole.STAFF}), frozenset({CourseRole.LEARNER})


@pytest.fixture
def db(world, db):
    """The world first: SQLite has one writer at a time."""
    return db


@pytest.fixture
def platform(db, world, clock):
    return register(db, world, clock)


def register(db, world, clock, **changes):
    facts = replace(FACTS, **changes)
    return register_platform(db, world.institution.id, facts, secret=SECRET, development=False, now=clock())


@pytest.fixture
def course(db, world, clock, platform):
    facts = CourseFacts(platform_id=platform.id, context_id="c1", title="Arts")
    return link_course(db, facts, db.merge(world.cohort, load=False), actor=None, now=clock())


def launch(platform, clock, *, sub="21", roles=LEARNER, nonce="n1", context="c1", **changes):
    return Launch(
        platform=as_known(platform),
        message=Message.RESOURCE_LINK,
        deployment_id="1",
        nonce=nonce,
        nonce_expires_at=clock() + timedelta(minutes=10),
        target="http://127.0.0.1:8000/lti/launch",
        person=claims.Person(sub, name="Inès Moreau", email="Ines.Moreau@example.org"),
        roles=roles,
        context=claims.Context(context) if context else None,
        resource_link=claims.ResourceLink("11"),
        **changes,
    )


def roles_of(db, person):
    return db.scalars(select(Membership.role).where(Membership.person_id == person.id)).all()


def test_a_nonce_burns_once_and_is_swept_when_nothing_signed_with_it_counts(db, world, clock):
    until = clock() + timedelta(minutes=10)
    assert burn(db, "lti:1", "n", expires_at=until, now=clock()) is True
    assert burn(db, "lti:1", "n", expires_at=until, now=clock()) is False
    assert burn(db, "lti:2", "n", expires_at=until, now=clock()) is True
    clock.advance(minutes=11)
    burn(db, "lti:1", "m", expires_at=until + timedelta(hours=1), now=clock())
    assert db.scalars(select(BurntNonce.nonce)).all() == ["m"]


def test_a_replayed_launch_is_refused(db, clock, platform, course):
    arrive(db, launch(platform, clock), now=clock())
    with pytest.raises(InvalidLaunch) as refused:
        arrive(db, launch(platform, clock), now=clock())
    assert refused.value.reason is Reason.NONCE_USED


def test_a_person_is_who_the_platform_says_not_who_has_the_address(db, world, clock, platform, course):
    first = arrive(db, launch(platform, clock), now=clock()).person
    other = arrive(db, launch(platform, clock, sub="22", nonce="n2"), now=clock()).person
    assert (first.email, other.email, first.id == other.id) == (
        "ines.moreau@example.org",
        "ines.moreau@example.org",
        False,
    )


def test_what_a_platform_no_longer_tells_is_kept(db, clock, platform, course):
    arrive(db, launch(platform, clock), now=clock())
    nameless = replace(launch(platform, clock, nonce="n2"), person=claims.Person("21"))
    assert arrive(db, nameless, now=clock()).person.name == "Inès Moreau"


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [(STAFF, LEARNER, Role.STAFF), (STAFF, frozenset(), Role.STAFF), (LEARNER, STAFF, Role.STAFF)],
)
def test_a_role_once_held_is_kept(db, clock, platform, course, first, then, kept):
    person = arrive(db, launch(platform, clock, roles=first), now=clock()).person
    arrive(db, launch(platform, clock, roles=then, nonce="n2"), now=clock())
    assert roles_of(db, person) == [kept]


def test_a_learner_who_handed_something_in_stays_one_even_when_launched_as_staff(db, world, clock, platform):
    cohort = db.get_one(Cohort, world.cohort.id)
    facts = CourseFacts(platform_id=platform.id, context_id="c9", title="Cours")
    link_course(db, facts, cohort, actor=None, now=clock())
    learner = arrive(db, launch(platform, clock, roles=LEARNER, context="c9"), now=clock()).person
    again = launch(platform, clock, roles=STAFF, context="c9", nonce="n2")
    there = seat(db, world, author=learner, tutor=False)
    there.world = copy.copy(world)
    there.world.learner = learner
    there.topic()
    arrive(db, again, now=clock())
    assert roles_of(db, learner) == [Role.LEARNER]


def test_a_launch_without_a_role_opens_nothing_to_a_stranger(db, clock, platform, course):
    with pytest.raises(Refusal) as refused:
        arrive(db, launch(platform, clock, roles=frozenset()), now=clock())
    assert (refused.value.code, refused.value.status) == ("no_role_in_course", 403)


def test_an_administrator_is_never_made_a_learner(db, clock, platform, course):
    person = arrive(db, launch(platform, clock, context=None), now=clock()).person
    person.administrator = True
    arrive(db, launch(platform, clock, nonce="n2"), now=clock())
    assert roles_of(db, person) == [Role.GUEST]


def test_a_course_that_opens_nothing_admits_nobody(db, clock, platform):
    arrival = arrive(db, launch(platform, clock, roles=STAFF, context="new"), now=clock())
    assert (arrival.course, arrival.unlinked.context_id, arrival.staff) == (None, "new", True)
    assert roles_of(db, arrival.person) == []


def test_a_course_opens_one_cohort(db, world, clock, platform, course):
    facts = CourseFacts(platform_id=platform.id, context_id="c1", title="Arts")
    with pytest.raises(Refusal, match="course_linked_already"):
        link_course(db, facts, course.cohort, actor=None, now=clock())


def standing(db, world):
    cohort, person = db.merge(world.cohort, load=False), db.merge(world.coordinator, load=False)
    return Standing(cohort=cohort, person=person, role=Role.COORDINATOR)


def test_a_code_links_one_course_within_seven_days(db, world, clock, platform):
    code = spell_code(b"12345678")
    make_link_code(db, standing(db, world), code=code, now=clock())
    staff = arrive(db, launch(platform, clock, roles=STAFF, context="a"), now=clock()).person
    facts = CourseFacts(platform_id=platform.id, context_id="a", title="A")
    assert redeem_code(db, facts, code.lower(), staff, now=clock()).cohort_id == world.cohort.id
    assert roles_of(db, staff) == [Role.STAFF]
    with pytest.raises(Refusal, match="link_code_spent"):
        redeem_code(db, replace(facts, context_id="b"), code, staff, now=clock())
    late = spell_code(b"87654321")
    make_link_code(db, standing(db, world), code=late, now=clock())
    clock.advance(days=7)
    with pytest.raises(Refusal, match="link_code_spent"):
        redeem_code(db, replace(facts, context_id="b"), late, staff, now=clock())
    assert db.scalar(select(func.count(CourseLink.id))) == 1


def test_a_code_is_read_however_its_letters_are_typed():
    assert code_hash("7k3m 2q9x-c4wd") == code_hash("7K3M-2Q9X-C4WD")
    assert code_hash("O1IL") == code_hash("0111")
    assert spell_code(bytes(8)) == "0000-0000-0000"


def test_a_platform_registered_again_is_updated(db, world, clock, platform):
    again = register(db, world, clock, jwks_url="https://lms.example.org/keys", deployment_id="2")
    assert again.id == platform.id
    assert (again.jwks_url, again.name) == ("https://lms.example.org/keys", "Moodle d’essai")
    assert as_known(again).deployments == {"1", "2"}
    assert db.scalar(select(func.count(Platform.id))) == 1
    other = register(db, world, clock, client_id="another")
    assert other.id != platform.id


@pytest.mark.parametrize("address", ["http://lms.example.org/auth", "javascript:alert(1)", "//lms", ""])
def test_a_platform_without_https_is_refused(db, world, clock, address):
    with pytest.raises(Refusal) as refused:
        register(db, world, clock, login_url=address)
    assert (refused.value.code, refused.value.field) == ("address_not_secure", "login_url")


def test_our_keys_are_made_with_the_first_platform_and_only_the_secret_opens_them(db, world, clock, platform):
    known = keyring.own_keys(db, SECRET)
    assert [key.stage for key in known] == [Stage.ACTIVE, Stage.NEXT]
    assert keyring.own_keys(db, "another secret of the same length, more or less") == ()
    sealed = db.scalars(select(ToolKey.sealed)).all()
    assert ["PRIVATE" in text for text in sealed] == [False, False]
    register(db, world, clock, client_id="another")
    assert keyring.own_keys(db, SECRET) == known


def test_a_rotation_signs_with_the_key_announced_before(db, clock, platform):
    before = keyring.own_keys(db, SECRET)
    clock.advance(days=7)
    keyring.rotate_keys(db, SECRET, clock())
    after = {key.kid: key.stage for key in keyring.own_keys(db, SECRET)}
    assert (after[before[0].kid], after[before[1].kid]) == (Stage.RETIRED, Stage.ACTIVE)
    assert sorted(after.values()) == ["active", "next", "retired"]


def test_a_link_keeps_its_column_when_a_launch_no_longer_names_it(db, world, clock, course):
    facts = LinkFacts(
        deployment_id="1",
        link_id="12",
        title="Ma note",
        page=Page.NOTE,
        lineitem_url="https://lms.example.org/1/lineitem",
        scopes=("score",),
    )
    remember_link(db, course, facts, now=clock())
    remember_link(db, course, replace(facts, lineitem_url=None, title=""), now=clock())
    kept = db.scalars(select(ResourceLink)).one()
    assert (kept.lineitem_url, kept.title, kept.page) == (
        "https://lms.example.org/1/lineitem",
        "Ma note",
        "note",
    )


def test_an_identity_moves_with_its_person(db, clock, platform, course):
    person = arrive(db, launch(platform, clock), now=clock()).person
    assert person_known_as(db, platform.source, "21").id == person.id
    assert db.scalar(select(func.count(Person.id)).where(Person.name == "Inès Moreau")) == 1
