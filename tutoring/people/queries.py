"""Named questions about persons."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tutoring.people.models import Identity, Institution, Person, SignInLink


def person_of_cookie(db: Session, cookie_id: str) -> Person | None:
    """The person a session cookie names (`<id>.<epoch>`), with their institution; None once the epoch has passed."""
    number, _, epoch = cookie_id.partition(".")
    if not number.isdecimal() or not epoch.isdecimal():
        return None
    person = db.scalar(select(Person).options(joinedload(Person.institution)).where(Person.id == int(number)))
    if person is None or person.epoch != int(epoch) or person.merged_into_id is not None:
        return None
    return person


def person_known_as(db: Session, source: str, subject: str) -> Person | None:
    """The person whom `source` calls `subject`."""
    identity = db.scalar(
        select(Identity)
        .options(joinedload(Identity.person).joinedload(Person.institution))
        .where(Identity.source == source, Identity.subject == subject)
    )
    return identity.person if identity else None


def persons_at(db: Session, email: str) -> list[Person]:
    """Every living record with this address, of all institutions, oldest first."""
    return list(
        db.scalars(
            select(Person)
            .options(joinedload(Person.institution))
            .where(Person.email == email.strip().lower(), Person.merged_into_id.is_(None))
            .order_by(Person.id)
        )
    )


def other_records(db: Session, person: Person) -> list[Person]:
    """The other living records of the person's institution with their address: perhaps the same person."""
    if not person.email:
        return []
    known = persons_at(db, person.email)
    return [p for p in known if p.id != person.id and p.institution_id == person.institution_id]


def records_behind(db: Session, link: SignInLink) -> list[Person]:
    """The records that a mailed link opens: one that was asked for at sign-in, all those at its address."""
    if link.purpose == "sign_in" and link.address:
        return persons_at(db, link.address)
    return [link.person] if link.person.merged_into_id is None else []


def sources_of(db: Session, people: Sequence[Person]) -> dict[int, set[str]]:
    """By person id, how each is recognised: `mail`, `lti`."""
    known: dict[int, set[str]] = {person.id: set() for person in people}
    for identity in db.scalars(select(Identity).where(Identity.person_id.in_(known))):
        known[identity.person_id].add(identity.source.partition(":")[0])
    return known


def link_of(db: Session, token_sha256: str) -> SignInLink | None:
    """The mailed link with this token hash, with its person and their institution."""
    return db.scalar(
        select(SignInLink)
        .options(joinedload(SignInLink.person).joinedload(Person.institution))
        .where(SignInLink.token_sha256 == token_sha256)
    )


def institution_called(db: Session, slug: str) -> Institution | None:
    """The institution with this slug."""
    return db.scalar(select(Institution).where(Institution.slug == slug))


def institution_with_logo(db: Session, institution_id: int) -> Institution | None:
    """The institution and its logo's file."""
    return db.scalar(
        select(Institution).options(joinedload(Institution.logo)).where(Institution.id == institution_id)
    )


def institutions(db: Session) -> list[Institution]:
    """Every institution, by slug."""
    return list(db.scalars(select(Institution).order_by(Institution.slug)))
