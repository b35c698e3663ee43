"""Named questions about platforms, linked courses, and what their gradebooks were told."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lti.models import (
    CourseLink,
    Deployment,
    LinkCode,
    LmsPage,
    NewCourse,
    Page,
    Platform,
    ResourceLink,
    Score,
)
from lti.protocol.platform import Platform as KnownPlatform
from tutoring.jury.models import Hearing
from tutoring.notes.models import Submission, ValidationNote
from tutoring.people.models import Identity, Person
from tutoring.programme.models import Cohort
from tutoring.programme.queries import cohorts, standing_in, tracks


def as_known(platform: Platform) -> KnownPlatform:
    """A platform with its deployments as the protocol knows it."""
    return KnownPlatform(
        id=str(platform.id),
        issuer=platform.issuer,
        client_id=platform.client_id,
        login_url=platform.login_url,
        token_url=platform.token_url,
        jwks_url=platform.jwks_url,
        deployments=frozenset(row.deployment_id for row in platform.deployments),
        token_audience=platform.token_audience,
        enabled=platform.enabled,
    )


def platform(db: Session, platform_id: int) -> Platform | None:
    """A platform with its deployments."""
    return db.scalar(
        select(Platform).options(selectinload(Platform.deployments)).where(Platform.id == platform_id)
    )


def platforms(db: Session, issuer: str | None = None) -> list[Platform]:
    """Every platform (of this issuer when given) with its deployments, by id."""
    question = select(Platform).options(selectinload(Platform.deployments)).order_by(Platform.id)
    return list(db.scalars(question if issuer is None else question.where(Platform.issuer == issuer)))


def platform_called(db: Session, issuer: str, client_id: str) -> Platform | None:
    """The platform registered for this client of this issuer, with its deployments."""
    return next((found for found in platforms(db, issuer) if found.client_id == client_id), None)


def deployment(db: Session, platform_id: int, deployment_id: str) -> Deployment | None:
    """A deployment of a platform."""
    return db.scalar(
        select(Deployment).where(
            Deployment.platform_id == platform_id, Deployment.deployment_id == deployment_id
        )
    )


def course_called(db: Session, platform_id: int, context_id: str) -> CourseLink | None:
    """The link of a platform's course, with its cohort and track; None when it opens nothing yet."""
    return db.scalar(
        select(CourseLink)
        .options(joinedload(CourseLink.cohort).joinedload(Cohort.track))
        .where(CourseLink.platform_id == platform_id, CourseLink.context_id == context_id)
    )


def course(db: Session, cohort_id: int, course_link_id: int) -> CourseLink | None:
    """A course linked to this cohort, with its platform, deployments and cohort."""
    return db.scalar(
        select(CourseLink)
        .options(
            joinedload(CourseLink.platform).selectinload(Platform.deployments),
            joinedload(CourseLink.cohort),
        )
        .where(CourseLink.id == course_link_id, CourseLink.cohort_id == cohort_id)
    )


def resource_link_called(
    db: Session, platform_id: int, deployment_id: str, link_id: str
) -> ResourceLink | None:
    """A link of a platform's course."""
    return db.scalar(
        select(ResourceLink).where(
            ResourceLink.platform_id == platform_id,
            ResourceLink.deployment_id == deployment_id,
            ResourceLink.link_id == link_id,
        )
    )


def code_hashed(db: Session, code_sha256: str) -> LinkCode | None:
    """The link code with this hash, with its cohort."""
    return db.scalar(
        select(LinkCode).options(joinedload(LinkCode.cohort)).where(LinkCode.code_sha256 == code_sha256)
    )


def administrators(db: Session, institution_id: int) -> list[Person]:
    """Who runs the institution and can be written to, by name."""
    return list(
        db.scalars(
            select(Person)
            .where(
                Person.institution_id == institution_id,
                Person.administrator,
                Person.merged_into_id.is_(None),
                Person.email.is_not(None),
            )
            .order_by(Person.name)
        )
    )


def columns_for(db: Session, cohort_id: int, person_id: int) -> list[tuple[ResourceLink, str]]:
    """The links of a cohort that show the note, on platforms that know this person, with the person's `sub` there."""
    links = db.scalars(
        select(ResourceLink)
        .options(joinedload(ResourceLink.platform).selectinload(Platform.deployments))
        .join(ResourceLink.course)
        .where(CourseLink.cohort_id == cohort_id, ResourceLink.page == Page.NOTE)
        .order_by(ResourceLink.id)
    ).all()
    known = db.scalars(select(Identity).where(Identity.person_id == person_id))
    subs = {identity.source: identity.subject for identity in known}
    return [(link, subs[link.platform.source]) for link in links if link.platform.source in subs]


def score_of(db: Session, note_id: int, resource_link_id: int) -> Score | None:
    """What one column was told of a note."""
    return db.scalar(
        select(Score).where(Score.note_id == note_id, Score.resource_link_id == resource_link_id)
    )


def released_notes(db: Session, cohort_id: int) -> list[int]:
    """Ids of the cohort's notes whose result is released, oldest release first."""
    return list(
        db.scalars(
            select(Hearing.note_id)
            .join(Hearing.note)
            .where(ValidationNote.cohort_id == cohort_id, Hearing.released_at.is_not(None))
            .order_by(Hearing.released_at, Hearing.id)
        )
    )


def scores_of(db: Session, cohort_id: int) -> tuple[Score, ...]:
    """What the gradebooks were told of this cohort's notes, with notes, authors, links and platforms, by author."""
    return tuple(
        db.scalars(
            select(Score)
            .options(
                joinedload(Score.note).joinedload(ValidationNote.author),
                joinedload(Score.link).joinedload(ResourceLink.platform),
            )
            .join(Score.note)
            .join(ValidationNote.author)
            .where(ValidationNote.cohort_id == cohort_id)
            .order_by(Person.family_name, Person.name, Score.id)
        )
    )


def lms_page(db: Session, viewer: Person, cohort_id: int, now: datetime) -> LmsPage | None:
    """A cohort's ties with its platforms; None when the viewer is no member of the cohort."""
    standing = standing_in(db, viewer, cohort_id)
    if standing is None:
        return None
    linked = db.scalars(
        select(CourseLink)
        .options(joinedload(CourseLink.platform))
        .where(CourseLink.cohort_id == cohort_id)
        .order_by(CourseLink.id)
    ).all()
    links = db.scalars(
        select(ResourceLink)
        .join(ResourceLink.course)
        .where(CourseLink.cohort_id == cohort_id)
        .order_by(ResourceLink.id)
    ).all()
    codes = db.scalars(
        select(LinkCode)
        .where(LinkCode.cohort_id == cohort_id, LinkCode.used_at.is_(None), LinkCode.expires_at > now)
        .order_by(LinkCode.id)
    ).all()
    return LmsPage(
        standing=standing,
        courses=tuple(linked),
        links=tuple(links),
        scores=scores_of(db, cohort_id),
        codes=tuple(codes),
    )


def new_course(db: Session, viewer: Person, platform_id: int, title: str) -> NewCourse | None:
    """What the staff of a course not linked yet may choose from."""
    found = platform(db, platform_id)
    if found is None or found.institution_id != viewer.institution_id:
        return None
    return NewCourse(
        platform=found,
        person=viewer,
        title=title,
        tracks=tuple(tracks(db)),
        cohorts=tuple(cohorts(db)) if viewer.administrator else (),
    )


def framing_platform(db: Session, origin: str) -> Platform | None:
    """The registered platform whose pages stand at this origin (`scheme://host[:port]`)."""
    for known in platforms(db):
        if origin in {_origin(known.issuer), _origin(known.login_url)}:
            return known
    return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def has_handed_in(db: Session, cohort_id: int, person_id: int) -> bool:
    """Whether this person has handed anything in as a learner of the cohort."""
    question = (
        select(Submission.id)
        .join(Submission.note)
        .where(ValidationNote.cohort_id == cohort_id, ValidationNote.author_id == person_id)
        .limit(1)
    )
    return db.scalar(question) is not None
