"""The verbs about courses: what a course opens, by its staff, a coordinator’s code or an administrator."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti import queries
from lti.models import (
    CourseLink,
    LinkCode,
    Platform,
)
from lti.policy import may_choose_cohort
from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.programme.models import Cohort, Role, Standing, Track
from tutoring.programme.operations import admit, open_cohort
from tutoring.store.events import Event, record
from tutoring.store.refusal import Refusal

CODE_LASTS = timedelta(days=7)
ASKED_EVERY = timedelta(hours=1)
# Crockford's base 32: no letter that is read as a digit.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """What a verified launch told of its course."""

    platform_id: int
    context_id: str
    title: str
    memberships_url: str | None = None


def link_course(
    db: Session, facts: CourseFacts, cohort: Cohort, *, actor: Person | None, now: datetime
) -> CourseLink:
    """From now on this course of the platform opens `cohort`. Refused when it already opens one."""
    if queries.course_called(db, facts.platform_id, facts.context_id) is not None:
        raise Refusal("course_linked_already")
    course = CourseLink(
        institution_id=cohort.institution_id,
        platform_id=facts.platform_id,
        context_id=facts.context_id,
        cohort=cohort,
        title=facts.title,
        memberships_url=facts.memberships_url,
        linked_at=now,
        linked_by_id=actor.id if actor else None,
    )
    db.add(course)
    db.flush()
    record(db, "course.linked", course, actor_id=actor.id if actor else None, now=now)
    return course


def open_for_course(
    db: Session, facts: CourseFacts, track_id: int, actor: Person, *, name: str, now: datetime
) -> CourseLink:
    """Open a cohort of a track for a course that opens none; whoever does it coordinates the cohort."""
    track = db.scalar(select(Track).where(Track.id == track_id))
    if track is None or track.institution_id != actor.institution_id:
        raise Refusal("track_unknown", field="track")
    cohort = open_cohort(db, track, actor=actor, now=now, name=name or None)
    return link_course(db, facts, cohort, actor=actor, now=now)


def choose_cohort(
    db: Session, facts: CourseFacts, cohort_id: int, actor: Person, *, now: datetime
) -> CourseLink:
    """Link a course to a cohort that exists, as an administrator of its institution."""
    cohort = db.scalar(select(Cohort).where(Cohort.id == cohort_id))
    if not may_choose_cohort(actor) or cohort is None or cohort.institution_id != actor.institution_id:
        raise Refusal("cohort_not_yours", field="cohort")
    course = link_course(db, facts, cohort, actor=actor, now=now)
    admit(db, cohort, actor, Role.STAFF, actor=actor, now=now)
    return course


def spell_code(chance: bytes) -> str:
    """A code people can read out, of 60 bits of `chance` (8 bytes): `7K3M-2Q9X-C4WD`."""
    number = int.from_bytes(chance[:8], "big")
    letters = "".join(_LETTERS[(number >> (5 * place)) & 31] for place in range(12))
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def code_hash(code: str) -> str:
    """sha256 (hex) of a code, however its letters were typed (O is read as 0, I and L as 1)."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.translate(str.maketrans("OIL", "011")).encode()).hexdigest()


def make_link_code(db: Session, standing: Standing, *, code: str, now: datetime) -> LinkCode:
    """Let one course be linked to this cohort by whoever holds `code`, once, within seven days."""
    row = LinkCode(
        institution_id=standing.cohort.institution_id,
        cohort_id=standing.cohort.id,
        code_sha256=code_hash(code),
        made_by_id=standing.person.id,
        made_at=now,
        expires_at=now + CODE_LASTS,
    )
    db.add(row)
    db.flush()
    record(db, "link_code.made", row, actor_id=standing.person.id, now=now)
    return row


def redeem_code(db: Session, facts: CourseFacts, code: str, actor: Person, *, now: datetime) -> CourseLink:
    """Link a course to the cohort whose coordinator gave this code; the code is used up, its bearer is staff there."""
    row = queries.code_hashed(db, code_hash(code))
    if row is None or row.institution_id != actor.institution_id or now >= row.expires_at:
        raise Refusal("link_code_spent", field="code")
    burnt = db.execute(
        update(LinkCode).where(LinkCode.id == row.id, LinkCode.used_at.is_(None)).values(used_at=now)
    )
    if burnt.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, as for any UPDATE
        raise Refusal("link_code_spent", field="code")
    course = link_course(db, facts, row.cohort, actor=actor, now=now)
    admit(db, row.cohort, actor, Role.STAFF, actor=actor, now=now)
    return course


def ask_for_course(
    db: Session, facts: CourseFacts, platform: Platform, actor: Person, *, now: datetime
) -> int:
    """Mail the institution's administrators that this course waits to be linked; returns how many were written to.

    Refused when there is nobody to ask, or when the same person asked within the hour.
    """
    asked = db.scalars(
        select(func.count(Event.id)).where(
            Event.kind == "course.asked", Event.actor_id == actor.id, Event.at > now - ASKED_EVERY
        )
    ).one()
    if asked:
        raise Refusal("course_asked_already", status=429)
    people = queries.administrators(db, platform.institution_id)
    if not people:
        raise Refusal("nobody_to_ask")
    record(db, "course.asked", platform, actor_id=actor.id, now=now, context=facts.context_id)
    for person in people:
        tell(
            db,
            person,
            "lti_course_asked",
            path="/institution",
            now=now,
            course=facts.title or facts.context_id,
            platform=platform.name,
            asker=actor.name,
        )
    return len(people)


def shortened(facts: CourseFacts) -> CourseFacts:
    """The same facts, short enough for a browser's session: a title is cut at 200 characters."""
    return replace(facts, title=facts.title[:200])
