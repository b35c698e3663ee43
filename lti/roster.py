"""The people of a platform's course brought into its cohort: some are added, none is removed nor demoted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lti.models import CourseLink
from lti.operations import role_for
from lti.protocol import roster
from lti.protocol.claims import RosterService
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.platform import Platform as KnownPlatform
from lti.protocol.roster import Roster, Status
from lti.protocol.tokens import Services
from tutoring.people.models import Person
from tutoring.people.operations import Names, know
from tutoring.programme.operations import admit
from tutoring.programme.queries import members_of
from tutoring.store.events import record


def fetch(services: Services, platform: KnownPlatform, address: str | None, now: datetime) -> Roster:
    """The whole roster of the course at `address`. Raises ServiceError, and then nothing is known of it."""
    if address is None:
        raise ServiceError(Fault.SCOPE_REFUSED, detail="roster")
    return roster.fetch(services, platform, RosterService(address), now)


def take(db: Session, course: CourseLink, told: Roster, *, actor: Person, now: datetime) -> int:
    """Know the active members of a roster and admit those who are not in the cohort yet; returns how many were.

    A role held in Palier is kept: platforms tell a non-editing teacher as Learner here (Moodle).
    """
    inside = {membership.person_id for membership in members_of(db, course.cohort_id)}
    added = 0
    for member in told.members:
        if member.status is not Status.ACTIVE:
            continue
        person = know(
            db,
            course.institution_id,
            source=course.platform.source,
            subject=member.user_id,
            names=Names(
                name=member.name or "",
                given=member.given_name or "",
                family=member.family_name or "",
                email=member.email or "",
            ),
            now=now,
        )
        role = role_for(member.roles, person)
        if role is None or person.id in inside:
            continue
        admit(db, course.cohort, person, role, actor=actor, now=now)
        inside.add(person.id)
        added += 1
    course.roster_taken_at = now
    record(db, "roster.taken", course, actor_id=actor.id, now=now, added=added)
    return added
