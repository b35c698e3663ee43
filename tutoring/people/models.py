"""The facts about institutions and persons, and the ways a person is recognised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.store.db import Base, Rooted
from tutoring.store.files import StoredFile


class Institution(Base):
    """A training institution, the root of all that is kept. `activity_number`: its French training registration."""

    __tablename__ = "institution"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    signatory: Mapped[str] = mapped_column(default="")
    activity_number: Mapped[str] = mapped_column(default="")
    # Circular by nature (a file belongs to an institution): the constraint is added after both tables.
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id", use_alter=True))
    version: Mapped[int] = mapped_column()

    logo: Mapped[StoredFile | None] = relationship(lazy="raise", foreign_keys=logo_id)

    __mapper_args__ = {"version_id_col": version}


class Person(Rooted, Base):
    """Somebody. Names and address as last told by a source that had them; an empty claim erases nothing.

    `epoch` is part of the session cookie: raising it ends every session of this person.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("locale IN ('fr', 'en')", name="locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    # Kept in lower case: an address is looked up, never an identity by itself.
    email: Mapped[str | None] = mapped_column(index=True)
    locale: Mapped[str | None]
    administrator: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    # Set when two records turned out to be one person; the other record holds everything from then on.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]

    institution: Mapped[Institution] = relationship(lazy="raise", foreign_keys="Person.institution_id")

    # What Flask-Login asks of a user; a person who was loaded is signed in.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.merged_into_id is None

    def get_id(self) -> str:
        """What the session cookie keeps: id and epoch."""
        return f"{self.id}.{self.epoch}"


class Identity(Base):
    """A way to recognise a person: `source` vouches (`lti:<platform id>` or `mail`), `subject` is their name there.

    Keyed on both, never on an e-mail address that a platform claims.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("source", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")


class SignInLink(Base):
    """A mailed way in, good once: only the sha256 of its token is kept. `target` is a path of ours.

    `purpose`: `sign_in` (asked for, one hour), `mail` (carried by a notice, a fortnight), `join` (unites two records).
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (CheckConstraint("purpose IN ('sign_in', 'mail', 'join')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # For `join`: the record that will disappear into `person_id`.
    absorbed_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Where it was mailed: what it opens is what answers to this address, whatever a record says since.
    address: Mapped[str]
    target: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
