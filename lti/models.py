"""The facts of the door: platforms and their deployments, courses linked to cohorts, our keys, what was sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.notes.models import ValidationNote
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Standing, Track
from tutoring.store.db import Base, Rooted


class Page(StrEnum):
    """Where a course link leads inside its cohort: its custom parameter `page`."""

    HOME = "home"
    NOTE = "note"
    LIBRARY = "library"


class ScoreState(StrEnum):
    """How a score stands: WAITING (to be sent, or tried again), SENT, or FAILED for good."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Platform(Rooted, Base):
    """One client of one issuer, as an institution registered it; an issuer alone may serve several (Canvas)."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    login_url: Mapped[str]
    token_url: Mapped[str]
    jwks_url: Mapped[str]
    token_audience: Mapped[str | None]
    enabled: Mapped[bool]
    registered_at: Mapped[datetime]

    deployments: Mapped[list[Deployment]] = relationship(
        lazy="raise", order_by="Deployment.id", back_populates="platform"
    )

    @property
    def source(self) -> str:
        """Who vouches for the people it launches (`people.Identity.source`)."""
        return f"lti:{self.id}"


class Deployment(Rooted, Base):
    """One placing of the tool on a platform."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    deployment_id: Mapped[str]

    platform: Mapped[Platform] = relationship(lazy="raise", back_populates="deployments")


class ToolKey(Base):
    """One of Palier's own key pairs; it belongs to the installation. `sealed`: the private PEM, encrypted."""

    __tablename__ = "tool_key"
    __table_args__ = (CheckConstraint("stage IN ('next', 'active', 'retired')", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str]
    stage: Mapped[str]
    since: Mapped[datetime]


# One key signs and one is announced, whoever writes the rows.
Index(
    "uq_tool_key_stage",
    ToolKey.stage,
    unique=True,
    sqlite_where=ToolKey.stage != "retired",
    postgresql_where=ToolKey.stage != "retired",
)


class BurntNonce(Base):
    """A nonce or a landing ticket that was used; kept until nothing signed with it would be accepted anyway."""

    __tablename__ = "burnt_nonce"
    __table_args__ = (UniqueConstraint("source", "nonce"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # `lti:<platform id>` for a launch, `ticket` for a landing.
    source: Mapped[str]
    nonce: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CourseLink(Rooted, Base):
    """A course of a platform that opens a cohort. `memberships_url`: where its roster is read, as last launched."""

    __tablename__ = "course_link"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    context_id: Mapped[str]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    title: Mapped[str]
    memberships_url: Mapped[str | None]
    linked_at: Mapped[datetime]
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    roster_taken_at: Mapped[datetime | None]

    platform: Mapped[Platform] = relationship(lazy="raise")
    cohort: Mapped[Cohort] = relationship(lazy="raise")


class LinkCode(Rooted, Base):
    """A code by which a coordinator lets one course be linked to their cohort, once; only its sha256 is kept."""

    __tablename__ = "link_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship(lazy="raise")


class ResourceLink(Rooted, Base):
    """A link in a course as its last launch told it: the page it leads to and where its grades go.

    `lineitem_url`: its own column; `lineitems_url`: the course's columns; `scopes`: what may be asked of them.
    """

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id", "link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    deployment_id: Mapped[str]
    link_id: Mapped[str]
    course_link_id: Mapped[int] = mapped_column(ForeignKey("course_link.id"), index=True)
    title: Mapped[str]
    page: Mapped[str | None]
    lineitem_url: Mapped[str | None]
    lineitems_url: Mapped[str | None]
    scopes: Mapped[list[str]]
    told_at: Mapped[datetime]

    platform: Mapped[Platform] = relationship(lazy="raise")
    course: Mapped[CourseLink] = relationship(lazy="raise")


class Score(Rooted, Base):
    """A note's result in one column of a platform's gradebook, as it was last sent.

    `given` and `maximum` are None when the jury gave no figure. `stamped_at`: the timestamp told to the platform, which
    must grow; `error`: a code of `protocol.errors.Fault`, or `no_column`, `not_gradable`, `no_key`.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("note_id", "resource_link_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"))
    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_link.id"), index=True)
    state: Mapped[str]
    given: Mapped[float | None]
    maximum: Mapped[float | None]
    stamped_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int]
    error: Mapped[str | None]

    note: Mapped[ValidationNote] = relationship(lazy="raise")
    link: Mapped[ResourceLink] = relationship(lazy="raise")


@dataclass(frozen=True)
class LmsPage:
    """A cohort's ties with learning platforms, for its coordinator."""

    standing: Standing
    courses: tuple[CourseLink, ...]
    links: tuple[ResourceLink, ...]
    scores: tuple[Score, ...]
    codes: tuple[LinkCode, ...]


@dataclass(frozen=True)
class NewCourse:
    """A course that opens no cohort yet, as the staff who launched it may link it.

    `cohorts` are the institution's, for its administrators alone.
    """

    platform: Platform
    person: Person
    title: str
    tracks: tuple[Track, ...]
    cohorts: tuple[Cohort, ...]
