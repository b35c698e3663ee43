"""The facts of the space of a day: its synthesis with editions, and its readings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.people.models import Person
from tutoring.programme.models import Day
from tutoring.store.db import Base, Rooted
from tutoring.store.files import StoredFile


class Synthesis(Rooted, Base):
    """The synthesis of a day as it is being written (Markdown); what readers see is its latest edition."""

    __tablename__ = "synthesis"
    __table_args__ = (UniqueConstraint("day_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"))
    title: Mapped[str]
    markdown: Mapped[str]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    day: Mapped[Day] = relationship(lazy="raise")
    saved_by: Mapped[Person] = relationship(lazy="raise")
    editions: Mapped[list[Edition]] = relationship(
        lazy="raise", order_by="Edition.number", back_populates="synthesis"
    )

    __mapper_args__ = {"version_id_col": version}


class Edition(Rooted, Base):
    """A published text of a synthesis, kept for ever; `html` was rendered when it was published.

    `toc`: its headings in order, `{"level": 2, "anchor": "s-…", "title": "…"}`. `sections`: what search finds, each
    with `anchor`, `title`, `chain` (the titles above) and `text`.
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("synthesis_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    synthesis_id: Mapped[int] = mapped_column(ForeignKey("synthesis.id"))
    number: Mapped[int]
    title: Mapped[str]
    markdown: Mapped[str]
    html: Mapped[str]
    toc: Mapped[list[Any]]
    sections: Mapped[list[Any]]
    words: Mapped[int]
    renderer: Mapped[str]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]

    synthesis: Mapped[Synthesis] = relationship(lazy="raise", back_populates="editions")
    published_by: Mapped[Person] = relationship(lazy="raise")


class Reading(Rooted, Base):
    """A further reading of a day: a link or a file, and why to read it."""

    __tablename__ = "reading"
    __table_args__ = (CheckConstraint("(url IS NULL) != (file_id IS NULL)", name="link_or_file"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"), index=True)
    title: Mapped[str]
    author: Mapped[str]
    why: Mapped[str]
    url: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    filename: Mapped[str]
    # Text of a file, page by page ('\f' between pages), taken when it was added, so that it can be searched.
    text: Mapped[str]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    day: Mapped[Day] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")
    added_by: Mapped[Person] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}
