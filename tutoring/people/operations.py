"""The verbs about people: to make an institution, to know somebody, to let them in, to unite two records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tutoring.people.models import Identity, Institution, Person, SignInLink
from tutoring.people.notices import tell
from tutoring.people.queries import (
    link_of,
    other_records,
    person_known_as,
    persons_at,
    records_behind,
)
from tutoring.store.db import pointers_to
from tutoring.store.events import Event, record
from tutoring.store.files import StoredFile
from tutoring.store.refusal import Refusal

LIFETIMES = {"sign_in": timedelta(hours=1), "join": timedelta(hours=1), "mail": timedelta(days=14)}
ASKED_PER_HOUR = 5


@dataclass(frozen=True)
class Names:
    """What a source tells of somebody; every field may be empty."""

    name: str = ""
    given: str = ""
    family: str = ""
    email: str = ""
    locale: str = ""

    @property
    def full(self) -> str:
        return (self.name or f"{self.given} {self.family}").strip()


def make_institution(db: Session, *, slug: str, name: str) -> Institution:
    """A new institution. Refused when the slug is taken."""
    institution = Institution(slug=slug, name=name, signatory="", activity_number="")
    db.add(institution)
    try:
        db.flush()
    except IntegrityError as error:
        raise Refusal("institution_exists", slug=slug) from error
    return institution


def describe_institution(
    db: Session,
    institution: Institution,
    actor: Person,
    *,
    name: str,
    signatory: str,
    activity_number: str,
    logo: StoredFile | None,
    seen_version: int,
    now: datetime,
) -> None:
    """Write the institution's own facts; refused when the page was stale. A missing logo keeps the present one."""
    if seen_version != institution.version:
        raise Refusal("stale_page")
    institution.name, institution.signatory = name, signatory
    institution.activity_number = activity_number
    if logo is not None:
        institution.logo_id = logo.id
    db.add(
        Event(
            institution_id=institution.id,
            kind="institution.described",
            subject_type="institution",
            subject_id=institution.id,
            actor_id=actor.id,
            at=now,
            data={},
        )
    )


def add_person(db: Session, institution_id: int, names: Names, *, now: datetime) -> Person:
    """A new record of somebody, named as told; without any name it is called by its address, or nothing."""
    person = Person(
        institution_id=institution_id,
        given_name=names.given,
        family_name=names.family,
        name=names.full or names.email.partition("@")[0],
        email=names.email.strip().lower() or None,
        locale=names.locale if names.locale in {"fr", "en"} else None,
        administrator=False,
        epoch=0,
        created_at=now,
    )
    db.add(person)
    db.flush()
    return person


def know(
    db: Session, institution_id: int, *, source: str, subject: str, names: Names, now: datetime
) -> Person:
    """The person whom `source` calls `subject`, made at first sight; what the source no longer tells is kept."""
    person = person_known_as(db, source, subject)
    if person is None:
        person = add_person(db, institution_id, names, now=now)
        db.add(Identity(source=source, subject=subject, person=person, created_at=now))
        db.flush()
        return person
    person.name = names.full or person.name
    person.given_name = names.given or person.given_name
    person.family_name = names.family or person.family_name
    person.email = names.email.strip().lower() or person.email
    return person


def invite(db: Session, institution_id: int, *, name: str, email: str, now: datetime) -> Person:
    """The record that answers to this address by mail in this institution, made if nobody does.

    Only a record that was itself invited by mail is found again, and keeps its name: one that an LMS made is never
    taken over.
    """
    address = email.strip().lower()
    subject = f"{institution_id}:{address}"
    known = person_known_as(db, "mail", subject)
    if known is not None:
        return known
    return know(
        db, institution_id, source="mail", subject=subject, names=Names(name=name, email=address), now=now
    )


def invite_administrator(
    db: Session, institution: Institution, *, name: str, email: str, now: datetime
) -> Person:
    """Let somebody run the institution; they are mailed a way in."""
    person = invite(db, institution.id, name=name, email=email, now=now)
    person.administrator = True
    record(db, "person.administrator", person, actor_id=None, now=now)
    tell(db, person, "administrator", path="/institution", now=now, institution=institution.name)
    return person


def ask_way_in(db: Session, email: str, *, target: str, now: datetime) -> None:
    """Mail the holder of this address one link, behind which each of their records opens. Never says whom it knows.

    Beyond five demands an hour nothing more is sent.
    """
    person = next(iter(persons_at(db, email)), None)
    if person is None or _asked_lately(db, "person.asked_way_in", person, now) >= ASKED_PER_HOUR:
        return
    record(db, "person.asked_way_in", person, actor_id=None, now=now)
    tell(db, person, "sign_in", path=target, now=now, institution=person.institution.name)


def _asked_lately(db: Session, kind: str, person: Person, now: datetime) -> int:
    return db.scalars(
        select(func.count(Event.id)).where(
            Event.kind == kind,
            Event.subject_type == "person",
            Event.subject_id == person.id,
            Event.at >= now - timedelta(hours=1),
        )
    ).one()


def make_link(
    db: Session,
    person: Person,
    *,
    purpose: str,
    target: str,
    token: str,
    now: datetime,
    absorbed_id: int | None = None,
) -> SignInLink:
    """Keep the hash of a mailed `token` that leads `person` to `target` once."""
    link = SignInLink(
        token_sha256=token_hash(token),
        purpose=purpose,
        person_id=person.id,
        absorbed_id=absorbed_id,
        address=person.email or "",
        target=own_path(target),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    db.add(link)
    return link


def token_hash(token: str) -> str:
    """sha256 of a mailed token, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def own_path(target: str | None) -> str:
    """A path of this site, or `/`: never an address elsewhere (`//host`, `https:`, a backslash, a control)."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    return target if target.isprintable() else "/"


def usable(link: SignInLink | None, now: datetime) -> bool:
    """Whether this link still lets in."""
    return link is not None and link.used_at is None and now < link.expires_at


def use_link(
    db: Session, token: str, *, now: datetime, person_id: int | None = None
) -> tuple[SignInLink, Person]:
    """Burn a mailed link; returns it with the record it opens: `person_id` where several answer to its address.

    Refused when it was used, has passed, never was, or opens no such record.
    """
    link = link_of(db, token_hash(token))
    if link is None or not usable(link, now):
        raise Refusal("link_spent", status=410)
    opened = {person.id: person for person in records_behind(db, link)}
    person = opened.get(person_id or link.person_id)
    if person is None:
        raise Refusal("link_spent", status=410)
    burnt = db.execute(
        update(SignInLink).where(SignInLink.id == link.id, SignInLink.used_at.is_(None)).values(used_at=now)
    )
    if burnt.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, as for any UPDATE
        raise Refusal("link_spent", status=410)
    record(db, "person.signed_in", person, actor_id=person.id, now=now, by=link.purpose)
    return link, person


def end_sessions(db: Session, person: Person, *, now: datetime) -> None:
    """End every session of this person, on every device."""
    person.epoch += 1
    record(db, "person.sessions_ended", person, actor_id=person.id, now=now)


def offer_join(db: Session, person: Person, *, now: datetime) -> None:
    """Mail the other records at this person's address a link that unites both; the address alone unites nothing."""
    others = other_records(db, person)
    if not others:
        raise Refusal("join_nobody")
    if _asked_lately(db, "person.asked_join", person, now) >= ASKED_PER_HOUR:
        raise Refusal("join_asked_too_often", status=429)
    record(db, "person.asked_join", person, actor_id=person.id, now=now)
    for other in others:
        tell(
            db, other, "join", path="/me", now=now, absorbed_id=person.id, institution=other.institution.name
        )


def absorb(
    db: Session,
    kept: Person,
    absorbed: Person,
    *,
    now: datetime,
    settlers: Sequence[Callable[[Session, Person, Person], None]] = (),
) -> None:
    """Unite two records of one person: all that pointed to `absorbed` points to `kept`, but for the journal.

    `settlers` let higher floors settle first what both hold at once (two roles in one cohort). Refused when they
    still collide (two notes in one cohort, say), and then nothing has changed.
    """
    if kept.id == absorbed.id or kept.institution_id != absorbed.institution_id:
        raise Refusal("join_impossible")
    for settle in settlers:
        settle(db, kept, absorbed)
    try:
        with db.begin_nested():
            for table, column in pointers_to("person"):
                # The journal says who acted under which record: it is never rewritten.
                if table.name in {"event", "person"}:
                    continue
                db.execute(update(table).where(column == absorbed.id).values({column: kept.id}))
    except IntegrityError as error:
        raise Refusal("join_collides") from error
    absorbed.merged_into_id = kept.id
    absorbed.epoch += 1
    kept.email = kept.email or absorbed.email
    kept.administrator = kept.administrator or absorbed.administrator
    absorbed.administrator = False
    record(db, "person.joined", kept, actor_id=kept.id, now=now, absorbed=absorbed.id)
