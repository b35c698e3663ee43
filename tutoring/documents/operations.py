"""Reading a document once and for all: asked for when it is handed in, kept with its images, or refused with a code."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from tutoring.documents.blocks import READER_VERSION, Document
from tutoring.documents.images import kind_of_image
from tutoring.documents.models import DocumentImage, ReadDocument, ReadState
from tutoring.documents.reading import Unreadable, read, read_text
from tutoring.store.db import pointers_to
from tutoring.store.files import STAGED_FOR, FileStore, StoredFile, keep
from tutoring.store.outbox import emit

# What a person waits for in the page; the worker has the reader's own limit.
QUICK_SECONDS = 6.0
# Larger than this, a file goes to the worker without being tried.
QUICK_BYTES = 12_000_000
_IMAGES = DocumentImage.__table__


def document_of(db: Session, file: StoredFile, *, now: datetime) -> ReadDocument:
    """The document that a stored file is; asked of the worker (`document.waiting`) when nobody has read it yet."""
    row = known(db, file.institution_id, file.sha256)
    if row is None:
        row = _new(db, file.institution_id, file.sha256, file.kind, now)
        emit(db, "document.waiting", institution_id=file.institution_id, now=now, document_id=row.id)
    return row


def document_of_text(db: Session, institution_id: int, markdown: str, *, now: datetime) -> ReadDocument:
    """The document that a typed text (Markdown) is. Raises `HostileMarkdown`."""
    sha256 = hashlib.sha256(markdown.encode()).hexdigest()
    row = known(db, institution_id, sha256)
    if row is None:
        row = _new(db, institution_id, sha256, "md", now)
        _write(row, read_text(markdown), now)
        db.flush()
    return row


def known(db: Session, institution_id: int, sha256: str) -> ReadDocument | None:
    """The document of these bytes, when they were asked for already."""
    return db.scalar(
        select(ReadDocument).where(
            ReadDocument.institution_id == institution_id, ReadDocument.sha256 == sha256
        )
    )


def file_of(db: Session, document: ReadDocument) -> StoredFile | None:
    """The stored file that a document is, when it still is there."""
    return db.scalar(
        select(StoredFile).where(
            StoredFile.institution_id == document.institution_id, StoredFile.sha256 == document.sha256
        )
    )


def read_quickly(
    name: str, content: bytes, *, seconds: float = QUICK_SECONDS
) -> Document | Unreadable | None:
    """Try to read a file while its sender waits: the document, why it cannot be read, None when it takes longer."""
    if len(content) > QUICK_BYTES:
        return None
    try:
        return read(name, content, seconds=seconds)
    except Unreadable as bad:
        return None if bad.code == "too_slow" else bad


def keep_reading(
    db: Session, files: FileStore, file: StoredFile, found: Document | Unreadable, *, now: datetime
) -> ReadDocument:
    """Keep what was read of a file, or why it cannot be; what is there already stays as it is."""
    row = known(db, file.institution_id, file.sha256) or _new(
        db, file.institution_id, file.sha256, file.kind, now
    )
    if row.state in (ReadState.READY, ReadState.REFUSED):
        return row
    if isinstance(found, Unreadable):
        row.state, row.refused, row.ended_at = ReadState.REFUSED, found.code, now
    else:
        _write(row, found, now)
        for key, content in found.images.items():
            kind = kind_of_image(content)
            if kind is not None:
                stored = keep(db, files, file.institution_id, io.BytesIO(content), kind)
                db.add(
                    DocumentImage(
                        institution_id=file.institution_id, document_id=row.id, key=key, file=stored
                    )
                )
    emit(db, "document.read", institution_id=file.institution_id, now=now, document_id=row.id)
    db.flush()
    return row


def forget_unused(db: Session, now: datetime) -> int:
    """Forget the documents asked for over 7 days ago that nothing points to; returns how many."""
    users = [table_column for table_column in pointers_to("read_document") if table_column[0] is not _IMAGES]
    unused = [~exists().where(column == ReadDocument.id) for _table, column in users]
    gone = list(db.scalars(select(ReadDocument.id).where(ReadDocument.asked_at < now - STAGED_FOR, *unused)))
    db.execute(delete(DocumentImage).where(DocumentImage.document_id.in_(gone)))
    db.execute(delete(ReadDocument).where(ReadDocument.id.in_(gone)))
    return len(gone)


def _new(db: Session, institution_id: int, sha256: str, kind: str, now: datetime) -> ReadDocument:
    row = ReadDocument(
        institution_id=institution_id,
        sha256=sha256,
        kind=kind,
        state=ReadState.WAITING,
        refused="",
        kept=[],
        pages=None,
        estimate=None,
        words=0,
        warnings=[],
        reader_version=READER_VERSION,
        asked_at=now,
        began_at=None,
        ended_at=None,
    )
    db.add(row)
    db.flush()
    return row


def _write(row: ReadDocument, document: Document, now: datetime) -> None:
    row.kept = [block.to_dict() for block in document.blocks]
    row.pages, row.estimate, row.words = document.pages, document.estimate, document.words
    row.warnings = list(document.warnings)
    row.reader_version = READER_VERSION
    row.state, row.ended_at = ReadState.READY, now
