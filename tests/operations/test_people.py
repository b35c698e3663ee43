"""Institutions, persons and the ways they are known: what the verbs about people do, and refuse."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tutoring.people.models import Identity, Institution, Person, SignInLink
from tutoring.people.operations import (
    Names,
    absorb,
    add_person,
    describe_institution,
    end_sessions,
    invite,
    invite_administrator,
    know,
    make_institution,
    make_link,
    own_path,
    token_hash,
    use_link,
)
from tutoring.people.queries import person_of_cookie
from tutoring.programme.models import Membership, Role
from tutoring.programme.operations import settle_join
from tutoring.store.db import bind_institution
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal

ANA = Names(given="Ana", family="Gil", email="Ana.Gil@Example.org", locale="en")


@pytest.fixture
def cnam(db):
    return make_institution(db, slug="cnam", name="Cnam")


@pytest.fixture
def now(clock):
    return clock()


def test_an_institution_is_called_by_one_slug(db, cnam):
    with pytest.raises(Refusal, match="institution_exists"), db.begin_nested():
        make_institution(db, slug="cnam", name="Autre")


def test_somebody_is_made_at_first_sight_and_known_again(db, cnam, now):
    first = know(db, cnam.id, source="lti:1", subject="42", names=ANA, now=now)
    again = know(db, cnam.id, source="lti:1", subject="42", names=Names(name="Ana Gil-Roux"), now=now)
    assert again is first
    assert (first.name, first.given_name, first.email, first.locale) == (
        "Ana Gil-Roux",
        "Ana",
        "ana.gil@example.org",
        "en",
    )


def test_the_same_subject_of_another_source_is_somebody_else(db, cnam, now):
    people = {know(db, cnam.id, source=s, subject="42", names=ANA, now=now).id for s in ("lti:1", "lti:2")}
    assert len(people) == 2


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (Names(name="Ana Gil"), "Ana Gil"),
        (Names(given="Ana", family="Gil"), "Ana Gil"),
        (Names(email="ana@example.org"), "ana"),
        (Names(), ""),
    ],
)
def test_somebody_is_called_as_told(db, cnam, now, names, name):
    assert add_person(db, cnam.id, names, now=now).name == name


def test_an_invitation_finds_only_whom_it_had_invited(db, cnam, now):
    lms = know(db, cnam.id, source="lti:1", subject="42", names=ANA, now=now)
    invited = invite(db, cnam.id, name="Ana", email="ana.gil@example.org", now=now)
    again = invite(db, cnam.id, name="Somebody", email=" Ana.Gil@example.org ", now=now)
    assert invited is not lms
    assert (again is invited, again.name) == (True, "Ana")


def test_an_administrator_is_told_so(db, cnam, now):
    person = invite_administrator(db, cnam, name="Ada", email="ada@example.org", now=now)
    row = db.scalar(select(OutboxRow))
    assert person.administrator
    assert (row.payload["template"], row.payload["path"]) == ("administrator", "/institution")
    assert [event.kind for event in history(db, person)] == ["person.administrator"]


def test_a_link_is_kept_by_its_hash_alone(db, cnam, now):
    person = add_person(db, cnam.id, ANA, now=now)
    link = make_link(db, person, purpose="sign_in", target="/me", token="secret", now=now)
    assert (link.token_sha256, link.address) == (token_hash("secret"), "ana.gil@example.org")
    assert link.expires_at == now + timedelta(hours=1)
    db.flush()
    assert use_link(db, "secret", now=now) == (link, person)
    with pytest.raises(Refusal, match="link_spent"):
        use_link(db, "secret", now=now)


def test_a_link_opens_the_records_at_the_address_it_was_mailed_to(db, cnam, now):
    person = add_person(db, cnam.id, ANA, now=now)
    make_link(db, person, purpose="sign_in", target="/me", token="secret", now=now)
    victim = add_person(db, cnam.id, Names(email="victim@example.org"), now=now)
    person.email = "victim@example.org"
    db.flush()
    for asked in (None, victim.id, person.id):
        with pytest.raises(Refusal, match="link_spent"):
            use_link(db, "secret", now=now, person_id=asked)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/c/1/days?x=1", "/c/1/days?x=1"),
        (None, "/"),
        ("", "/"),
        ("https://x.example", "/"),
        ("//x.example", "/"),
        ("/\\x.example", "/"),
        ("/a\nb", "/"),
        ("c/1", "/"),
    ],
)
def test_a_target_is_a_path_of_ours(target, path):
    assert own_path(target) == path


def test_ending_sessions_makes_every_cookie_worthless(db, cnam, now):
    person = add_person(db, cnam.id, ANA, now=now)
    cookie = person.get_id()
    assert person_of_cookie(db, cookie) is person
    end_sessions(db, person, now=now)
    db.flush()
    assert person_of_cookie(db, cookie) is None


@pytest.mark.parametrize("cookie", ["", "1", "x.0", "1.x", "1.0.0", "-1.0"])
def test_a_cookie_that_names_nobody_is_nobody(db, cnam, cookie):
    assert person_of_cookie(db, cookie) is None


def test_an_institution_is_described_on_a_fresh_page_only(db, cnam, now):
    person = add_person(db, cnam.id, ANA, now=now)
    facts = {"name": "Le Cnam", "signatory": "D. Roux", "activity_number": "11", "logo": None}
    describe_institution(db, cnam, person, **facts, seen_version=cnam.version, now=now)
    db.flush()
    with pytest.raises(Refusal, match="stale_page"):
        describe_institution(db, cnam, person, **facts, seen_version=cnam.version - 1, now=now)


def test_a_session_bound_to_an_institution_sees_no_other(db, cnam, now):
    other = make_institution(db, slug="autre", name="Autre")
    mine, theirs = (add_person(db, house.id, ANA, now=now) for house in (cnam, other))
    bind_institution(db, cnam.id)
    assert list(db.scalars(select(Person))) == [mine]
    assert theirs.institution_id == other.id
    db.add(Person(institution_id=other.id, name="x", created_at=now, email=None, locale=None))
    with pytest.raises(ValueError, match="another institution"):
        db.flush()


class TestUniting:
    """Two records of one person become one."""

    @pytest.fixture
    def db(self, world):
        with world.session() as session:
            yield session

    @pytest.fixture
    def pair(self, world, db):
        return db.get_one(Person, world.tutor.id), db.get_one(Person, world.other_tutor.id)

    def test_all_that_pointed_to_one_points_to_the_other(self, db, pair, now):
        kept, absorbed = pair
        db.add(Identity(source="lti:1", subject="7", person=absorbed, created_at=now))
        make_link(db, absorbed, purpose="mail", target="/", token="secret", now=now)
        absorbed.administrator = True
        db.flush()
        absorb(db, kept, absorbed, now=now, settlers=[settle_join])
        db.flush()
        db.expire_all()
        assert [row.person_id for row in db.scalars(select(Identity).where(Identity.source == "lti:1"))] == [
            kept.id
        ]
        assert [row.person_id for row in db.scalars(select(SignInLink))] == [kept.id]
        held = db.scalars(
            select(Membership.person_id).where(Membership.person_id.in_([kept.id, absorbed.id]))
        )
        assert list(held) == [kept.id]
        assert (absorbed.merged_into_id, absorbed.administrator, kept.administrator) == (kept.id, False, True)

    def test_the_larger_role_is_kept(self, db, world, pair, now):
        kept, absorbed = pair
        for row in db.scalars(select(Membership).where(Membership.person_id == absorbed.id)):
            row.role = Role.COORDINATOR
        absorb(db, kept, absorbed, now=now, settlers=[settle_join])
        roles = db.scalars(select(Membership.role).where(Membership.person_id == kept.id))
        assert list(roles) == ["coordinator"]

    def test_a_learner_is_not_also_staff(self, db, world, pair, now):
        kept, _ = pair
        learner = db.get_one(Person, world.learner.id)
        with pytest.raises(Refusal, match="join_collides"):
            absorb(db, kept, learner, now=now, settlers=[settle_join])

    def test_nobody_joins_themselves_nor_another_institution(self, db, world, pair, now):
        kept, _ = pair
        other = make_institution(db, slug="autre", name="Autre")
        elsewhere = add_person(db, other.id, ANA, now=now)
        for absorbed in (kept, elsewhere):
            with pytest.raises(Refusal, match="join_impossible"):
                absorb(db, kept, absorbed, now=now)


def test_a_version_goes_up_when_an_institution_is_written(db, cnam):
    before = cnam.version
    cnam.name = "Le Cnam"
    db.flush()
    assert db.get_one(Institution, cnam.id).version == before + 1
