"""Where bytes are: by institution and content hash, and the uploads staged until a form takes them."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import ForeignKey, UniqueConstraint, delete, exists, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from tutoring.store.db import Base, Rooted, pointers_to
from tutoring.store.refusal import Refusal

STAGED_FOR = timedelta(days=7)
CHUNK = 1 << 20


class StoredFile(Rooted, Base):
    """Bytes that the institution keeps, once per content: `sha256` in hex, `size` in bytes, `kind` as sniffed."""

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("institution_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int]
    kind: Mapped[str]


class StagedUpload(Rooted, Base):
    """A file that someone sent and that no form has taken yet; kept 7 days so that a form shown again loses nothing."""

    __tablename__ = "staged_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    filename: Mapped[str]
    staged_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="raise")


class FileStore(Protocol):
    """A place for bytes. `put` returns the sha256 (hex) and the size."""

    def put(self, institution_id: int, stream: IO[bytes]) -> tuple[str, int]: ...

    def open(self, institution_id: int, sha256: str) -> IO[bytes]: ...

    def remove(self, institution_id: int, sha256: str) -> None: ...


class FolderStore:
    """Bytes in a local folder: `<root>/<institution>/<ab>/<sha256>`, written aside and renamed, so never half there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, institution_id: int, stream: IO[bytes]) -> tuple[str, int]:
        folder = self.root / str(institution_id)
        folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".coming-", delete=False) as aside:
            try:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    aside.write(chunk)
                aside.flush()
                os.fsync(aside.fileno())
                place = self._place(institution_id, digest.hexdigest())
                place.parent.mkdir(exist_ok=True)
                Path(aside.name).replace(place)
            except BaseException:
                Path(aside.name).unlink(missing_ok=True)
                raise
        return digest.hexdigest(), size

    def open(self, institution_id: int, sha256: str) -> IO[bytes]:
        return self._place(institution_id, sha256).open("rb")

    def remove(self, institution_id: int, sha256: str) -> None:
        self._place(institution_id, sha256).unlink(missing_ok=True)

    def _place(self, institution_id: int, sha256: str) -> Path:
        return self.root / str(institution_id) / sha256[:2] / sha256


def keep(db: Session, files: FileStore, institution_id: int, stream: IO[bytes], kind: str) -> StoredFile:
    """Store the bytes of `stream` (already recognised as `kind`) and return their row, shared by equal contents."""
    sha256, size = files.put(institution_id, stream)
    known = db.scalar(
        select(StoredFile).where(StoredFile.institution_id == institution_id, StoredFile.sha256 == sha256)
    )
    if known is None:
        known = StoredFile(institution_id=institution_id, sha256=sha256, size=size, kind=kind)
        db.add(known)
        db.flush()
    return known


def stage(
    db: Session,
    files: FileStore,
    stream: IO[bytes],
    *,
    institution_id: int,
    person_id: int,
    filename: str,
    kind: str,
    now: datetime,
) -> StagedUpload:
    """Keep an upload until a form takes it. The caller has recognised its `kind`; returns the staged row."""
    file = keep(db, files, institution_id, stream, kind)
    row = StagedUpload(
        institution_id=institution_id,
        token=secrets.token_urlsafe(24),
        person_id=person_id,
        file=file,
        filename=Path(filename.replace("\\", "/")).name[:200] or "document",
        staged_at=now,
    )
    db.add(row)
    db.flush()
    return row


def staged(db: Session, token: str, person_id: int) -> StagedUpload:
    """The upload this person staged under `token`. Refused (field `file`) when swept or somebody else's."""
    row = db.scalar(
        select(StagedUpload)
        .options(joinedload(StagedUpload.file))
        .where(StagedUpload.token == token, StagedUpload.person_id == person_id)
    )
    if row is None:
        raise Refusal("upload_gone", status=422, field="file")
    return row


def sweep(db: Session, files: FileStore, now: datetime) -> int:
    """Forget uploads staged over 7 days ago and bytes nothing points to; returns how many contents were removed."""
    db.execute(delete(StagedUpload).where(StagedUpload.staged_at < now - STAGED_FOR))
    removed = 0
    unused = [~exists().where(column == StoredFile.id) for _table, column in pointers_to("stored_file")]
    for row in db.scalars(select(StoredFile).where(*unused)):
        files.remove(row.institution_id, row.sha256)
        db.delete(row)
        removed += 1
    return removed
