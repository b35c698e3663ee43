"""The verbs of the door: to register a platform, let a launch in, tie a course to a cohort, ask for a score anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti import queries
from lti.keyring import ensure_keys
from lti.models import (
    BurntNonce,
    CourseLink,
    Deployment,
    LinkCode,
    Page,
    Platform,
    ResourceLink,
    Score,
    ScoreState,
)
from lti.policy import may_choose_cohort
from lti.protocol.claims import Launch
from lti.protocol.errors import InvalidLaunch, Reason
from lti.protocol.roles import CourseRole
from lti.protocol.urls import is_web_address
from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.people.operations import Names, know
from tutoring.programme.models import Cohort, Role, Standing, Track
from tutoring.programme.operations import admit, change_role, open_cohort
from tutoring.programme.queries import member
from tutoring.store.db import bind_institution
from tutoring.store.events import Event, record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal

CODE_LASTS = timedelta(days=7)
ASKED_EVERY = timedelta(hours=1)
SCORE_WANTED = "score.wanted"
# Crockford's base 32: no letter that is read as a digit.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STAFF = frozenset({CourseRole.STAFF, CourseRole.ADMINISTRATOR})


@dataclass(frozen=True, kw_only=True)
class PlatformFacts:
    """How a platform presents itself when it is registered; addresses are absolute."""

    name: str
    issuer: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    deployment_id: str
    token_audience: str = ""


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """What a verified launch told of its course."""

    platform_id: int
    context_id: str
    title: str
    memberships_url: str | None = None


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


def register_platform(
    db: Session, institution_id: int, facts: PlatformFacts, *, secret: str, development: bool, now: datetime
) -> Platform:
    """Keep a platform and one deployment of it; registered again with the same issuer and client it is updated.

    Our own keys are made with the first platform. Refused when an address is not https (plain http on the loopback
    passes in `development`), or when the pair belongs to another institution.
    """
    for name in ("issuer", "login_url", "token_url", "jwks_url"):
        if not is_web_address(getattr(facts, name), development=development):
            raise Refusal("address_not_secure", field=name, address=getattr(facts, name))
    ensure_keys(db, secret, now)
    known = queries.platform_called(db, facts.issuer, facts.client_id)
    if known is not None and known.institution_id != institution_id:
        raise Refusal("platform_elsewhere")
    platform = known or Platform(
        institution_id=institution_id, issuer=facts.issuer, client_id=facts.client_id, registered_at=now
    )
    platform.name = facts.name or (known.name if known else facts.issuer)
    platform.login_url, platform.token_url = facts.login_url, facts.token_url
    platform.jwks_url, platform.token_audience = facts.jwks_url, facts.token_audience or None
    platform.enabled = True
    if known is None:
        platform.deployments = []
        db.add(platform)
    if facts.deployment_id not in {row.deployment_id for row in platform.deployments}:
        platform.deployments.append(
            Deployment(institution_id=institution_id, deployment_id=facts.deployment_id)
        )
    db.flush()
    record(db, "platform.registered", platform, actor_id=None, now=now)
    return platform


def enable_platform(db: Session, platform: Platform, enabled: bool, *, now: datetime) -> Platform:
    """Let a platform launch, or stop it; nothing of what it brought is lost."""
    platform.enabled = enabled
    record(db, "platform.enabled" if enabled else "platform.disabled", platform, actor_id=None, now=now)
    return platform


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


def send_again(db: Session, standing: Standing, *, now: datetime, score_id: int | None = None) -> int:
    """Ask for one score anew, or for every one of the cohort that did not arrive; returns how many."""
    question = select(Score).join(Score.link).join(ResourceLink.course)
    question = question.where(CourseLink.cohort_id == standing.cohort.id)
    question = (
        question.where(Score.state != ScoreState.SENT)
        if score_id is None
        else question.where(Score.id == score_id)
    )
    wanted = db.scalars(question).all()
    for score in wanted:
        score.state, score.error, score.attempts = ScoreState.WAITING, None, 0
    for note_id in sorted({score.note_id for score in wanted}):
        emit(
            db,
            SCORE_WANTED,
            institution_id=standing.cohort.institution_id,
            now=now,
            note_id=note_id,
            again=True,
        )
    return len(wanted)


def shortened(facts: CourseFacts) -> CourseFacts:
    """The same facts, short enough for a browser's session: a title is cut at 200 characters."""
    return replace(facts, title=facts.title[:200])
