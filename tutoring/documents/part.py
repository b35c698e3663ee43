"""What documents bring to the house: their commands, the worker's reading of long ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.documents.blocks import Document
from tutoring.documents.commands import documents
from tutoring.documents.models import ReadDocument, ReadState
from tutoring.documents.operations import file_of, forget_unused, keep_reading
from tutoring.documents.reading import Unreadable, read
from tutoring.store.db import writing
from tutoring.store.outbox import Consumer, OutboxRow
from tutoring.web.edge import house
from tutoring.web.part import Part


def read_waiting(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `document.waiting`: read what nobody had the time to read in the page.

    Two transactions: a reader has up to 20 s, and nobody who writes may wait for it.
    """
    document = db.get(ReadDocument, row.payload["document_id"])
    file = file_of(db, document) if document else None
    if document is None or file is None or document.state in (ReadState.READY, ReadState.REFUSED):
        return
    document.state, document.began_at = ReadState.READING, now
    name, place = f"document.{document.kind}", (file.institution_id, file.sha256)
    db.commit()
    with house().files.open(*place) as stream:
        content = stream.read()
    found: Document | Unreadable
    try:
        found = read(name, content)
    except Unreadable as bad:
        found = bad
    writing(db)
    keep_reading(db, house().files, file, found, now=house().clock())


PART = Part(
    name="documents",
    commands=(documents,),
    consumers=(Consumer("documents", ("document.waiting",), read_waiting),),
    sweep=forget_unused,
)
