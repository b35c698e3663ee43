"""The facts of the space of a day: its synthesis with editions, its readings, and which are handed to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.notes.models import Remark
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


class AssignedReading(Rooted, Base):
    """A reading handed to one learner of a cohort, with why: a reading, a synthesis, or a link of its own (`url`).

    `title`: as it was when handed, so that one withdrawn since still has a name. `begin`: where to start, as typed.
    `remark`: the one it was handed from; while that remark is not released its learner sees neither.
    """

    __tablename__ = "assigned_reading"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN reading_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN synthesis_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN url IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_thing",
        ),
        CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name="taken_back_by_somebody"
        ),
        Index(None, "cohort_id", "learner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"), index=True)
    synthesis_id: Mapped[int | None] = mapped_column(ForeignKey("synthesis.id"), index=True)
    url: Mapped[str | None]
    title: Mapped[str]
    why: Mapped[str]
    begin: Mapped[str]
    # A remark that its author takes back before it is released is deleted: what was handed with it stays.
    remark_id: Mapped[int | None] = mapped_column(ForeignKey("remark.id", ondelete="SET NULL"), index=True)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_back_at: Mapped[datetime | None]

    learner: Mapped[Person] = relationship(lazy="raise", foreign_keys=learner_id)
    given_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=given_by_id)
    reading: Mapped[Reading | None] = relationship(lazy="raise")
    synthesis: Mapped[Synthesis | None] = relationship(lazy="raise")
    remark: Mapped[Remark | None] = relationship(lazy="raise")

    @property
    def kind(self) -> str:
        """What it is, as the library names kinds: `lecture`, `synthese`; `lien` for a link of its own."""
        if self.reading_id is not None:
            return "lecture"
        return "synthese" if self.synthesis_id is not None else "lien"
