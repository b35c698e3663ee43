"""What was read of a file or a typed text, kept: its blocks, its pages, its images, or why it could not be read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.documents.blocks import Block, BlockKind
from tutoring.store.db import Base, Rooted
from tutoring.store.files import StoredFile


class ReadState(StrEnum):
    """WAITING for the worker, READING there, READY, or REFUSED with a code."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    REFUSED = "refused"


class ReadDocument(Rooted, Base):
    """Bytes (by `sha256`, so once per content) as blocks. `pages` is counted with authority, `estimate` is a guess.

    `kept`: the blocks as JSON (`Block.to_dict`), loaded only when asked for; they never change once they are there,
    since remarks stand on them. `refused`: code of why it cannot be read, worded in `documents/wording.html`.
    """

    __tablename__ = "read_document"
    __table_args__ = (
        UniqueConstraint("institution_id", "sha256"),
        CheckConstraint("state IN ('waiting', 'reading', 'ready', 'refused')", name="state"),
        CheckConstraint("(state = 'refused') = (refused <> '')", name="refused_with_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    refused: Mapped[str] = mapped_column(default="")
    kept: Mapped[list[Any]] = mapped_column(deferred=True, deferred_raiseload=True)
    pages: Mapped[int | None]
    estimate: Mapped[int | None]
    words: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[list[str]]
    reader_version: Mapped[int]
    asked_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    images: Mapped[list[DocumentImage]] = relationship(lazy="raise", order_by="DocumentImage.id")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks; `kept` is loaded."""
        return tuple(
            Block(
                one["id"],
                BlockKind(one["kind"]),
                one["text"],
                one["html"],
                one.get("level", 0),
                one.get("ordered", False),
                one.get("group", 0),
                one["page"],
                one.get("anchor", ""),
            )
            for one in self.kept
        )


class DocumentImage(Rooted, Base):
    """An image of a document: `key` is what its figure's `src="image:KEY"` names."""

    __tablename__ = "document_image"
    __table_args__ = (UniqueConstraint("document_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("read_document.id"))
    key: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)

    file: Mapped[StoredFile] = relationship(lazy="raise")
