"""The verbs of a launch: to burn its nonce, to know and admit its person, to remember the link they came by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti import queries
from lti.models import (
    BurntNonce,
    CourseLink,
    Page,
    ResourceLink,
)
from lti.operations.linking import CourseFacts
from lti.operations.scoring import SCORE_WANTED
from lti.protocol.claims import Launch
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.roles import CourseRole
from tutoring.people.models import Person
from tutoring.people.operations import Names, know
from tutoring.programme.models import Cohort, Role, Standing
from tutoring.programme.operations import admit, change_role
from tutoring.programme.queries import member
from tutoring.store.db import bind_institution
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal

_STAFF = frozenset({CourseRole.STAFF, CourseRole.ADMINISTRATOR})


@dataclass(frozen=True, kw_only=True)
class LinkFacts:
    """What a verified launch told of the link it came from."""

    deployment_id: str
    link_id: str
    title: str
    page: str | None
    lineitem_url: str | None = None
    lineitems_url: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """Who came in, and where from.

    `course` is None when the launch named none, or one that opens no cohort: then `unlinked` tells what may be linked.
    """

    person: Person
    staff: bool
    course: CourseLink | None = None
    unlinked: CourseFacts | None = None


def burn(db: Session, source: str, nonce: str, *, expires_at: datetime, now: datetime) -> bool:
    """Use a nonce up by one INSERT; False when it was used before. Those that have expired are swept by the way."""
    db.execute(delete(BurntNonce).where(BurntNonce.expires_at < now))
    try:
        with db.begin_nested():
            db.add(BurntNonce(source=source, nonce=nonce, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def arrive(db: Session, launch: Launch, *, now: datetime) -> Arrival:
    """Let a verified launch in: burn its nonce, know its person, admit them to the cohort that its course opens.

    A role once held is kept, whatever the platform says later; but a learner who handed nothing in and launches as
    staff is staff. Raises InvalidLaunch (NONCE_USED); refused (403) when
    the launch gives no role in a course of which the person is no member. Nobody is known for a learner's launch from a
    course that opens nothing (the caller answers 403, so nothing is kept).
    """
    platform = queries.platform(db, int(launch.platform.id))
    if platform is None:
        raise InvalidLaunch(Reason.PLATFORM_UNKNOWN)
    bind_institution(db, platform.institution_id)
    if not burn(db, platform.source, launch.nonce, expires_at=launch.nonce_expires_at, now=now):
        raise InvalidLaunch(Reason.NONCE_USED)
    person = know(
        db,
        platform.institution_id,
        source=platform.source,
        subject=launch.person.sub,
        names=_names(launch),
        now=now,
    )
    staff = bool(launch.roles & _STAFF)
    if launch.context is None:
        return Arrival(person, staff)
    facts = CourseFacts(
        platform_id=platform.id,
        context_id=launch.context.id,
        title=launch.context.title or launch.context.label or "",
        memberships_url=launch.roster.memberships_url if launch.roster else None,
    )
    course = queries.course_called(db, platform.id, facts.context_id)
    if course is None:
        return Arrival(person, staff, unlinked=facts)
    _admit_as_launched(db, course.cohort, person, launch.roles, now=now)
    _refresh_course(course, facts)
    if launch.resource_link is not None:
        remember_link(db, course, _link_facts(launch), now=now)
    return Arrival(person, staff, course=course)


def _names(launch: Launch) -> Names:
    told = launch.person
    return Names(
        name=told.name or "",
        given=told.given_name or "",
        family=told.family_name or "",
        email=told.email or "",
        locale=(told.locale or launch.presentation.locale or "")[:2].lower(),
    )


def role_for(roles: frozenset[CourseRole], person: Person) -> Role | None:
    """What roles in a platform's course are worth in a cohort; an administrator of ours is never made a learner."""
    if roles & _STAFF:
        return Role.STAFF
    if CourseRole.LEARNER in roles:
        return Role.GUEST if person.administrator else Role.LEARNER
    return None


def _admit_as_launched(
    db: Session, cohort: Cohort, person: Person, roles: frozenset[CourseRole], *, now: datetime
) -> None:
    known = member(db, cohort.id, person.id)
    role = role_for(roles, person)
    if known is not None:
        mistaken = known.role == Role.LEARNER and role is Role.STAFF
        # Moodle's roster tells a non-editing teacher as Learner: the launch knows better, if they wrote nothing yet.
        if mistaken and not queries.has_handed_in(db, cohort.id, person.id):
            change_role(db, Standing(cohort, person, Role.LEARNER), known, Role.STAFF, now=now)
        return
    if role is None:
        raise Refusal("no_role_in_course", status=403)
    admit(db, cohort, person, role, actor=None, now=now)


def _refresh_course(course: CourseLink, facts: CourseFacts) -> None:
    course.title = facts.title or course.title
    course.memberships_url = facts.memberships_url or course.memberships_url


def _link_facts(launch: Launch) -> LinkFacts:
    assert launch.resource_link is not None
    page = launch.custom.get("page")
    grades = launch.grades
    return LinkFacts(
        deployment_id=launch.deployment_id,
        link_id=launch.resource_link.id,
        title=launch.resource_link.title or "",
        page=page if page in set(Page) else None,
        lineitem_url=grades.lineitem if grades else None,
        lineitems_url=grades.lineitems if grades else None,
        scopes=tuple(sorted(grades.scopes)) if grades else (),
    )


def remember_link(db: Session, course: CourseLink, facts: LinkFacts, *, now: datetime) -> ResourceLink:
    """Keep what a launch told of its link; results that had no column to go to are asked for anew.

    A launch that names no column forgets none: the claim also goes when a link has come to have two.
    """
    link = queries.resource_link_called(db, course.platform_id, facts.deployment_id, facts.link_id)
    if link is None:
        link = ResourceLink(
            institution_id=course.institution_id,
            platform_id=course.platform_id,
            deployment_id=facts.deployment_id,
            link_id=facts.link_id,
            course_link_id=course.id,
            title="",
            page=None,
            lineitem_url=None,
            lineitems_url=None,
            scopes=[],
            told_at=now,
        )
        db.add(link)
    before = (link.page, link.lineitem_url, link.lineitems_url, link.scopes)
    link.course_link_id = course.id
    link.title, link.page = facts.title or link.title, facts.page
    link.lineitem_url = facts.lineitem_url or link.lineitem_url
    link.lineitems_url = facts.lineitems_url or link.lineitems_url
    if list(facts.scopes) != link.scopes:
        link.scopes = list(facts.scopes)
    after = (link.page, link.lineitem_url, link.lineitems_url, link.scopes)
    if after != before:
        link.told_at = now
        if link.page == Page.NOTE and (link.lineitem_url or link.lineitems_url):
            _want_scores(db, course, now=now)
    db.flush()
    return link


def _want_scores(db: Session, course: CourseLink, *, now: datetime) -> None:
    for note_id in queries.released_notes(db, course.cohort_id):
        emit(db, SCORE_WANTED, institution_id=course.institution_id, now=now, note_id=note_id)
