"""Carrying remarks: at each new version what is not settled is placed again where its passage now is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from tutoring.documents.anchors.carry import Placement, carry
from tutoring.documents.anchors.quote import Span, anchor_of
from tutoring.documents.blocks import Block
from tutoring.documents.models import ReadDocument
from tutoring.notes.models import (
    Outcome,
    Remark,
    RemarkKind,
    RemarkPlacement,
    RemarkStatus,
    Submission,
    SubmittedPart,
    ValidationNote,
)
from tutoring.notes.texts import ready_texts

UNSETTLED = (RemarkStatus.OPEN, RemarkStatus.ADDRESSED)
STANDING = (Outcome.FOUND, Outcome.CHANGED)


def carry_remarks(
    db: Session, note: ValidationNote, submission: Submission, *, now: datetime
) -> list[RemarkPlacement]:
    """Place the unsettled remarks of earlier versions in this one, part by part, once.

    Praise stays where it was said. Parts that the worker has not read yet follow when it has (`document.read`).
    `submission.parts` is loaded with documents.
    """
    made: list[RemarkPlacement] = []
    waiting = _unplaced(db, note, submission)
    for part, (_item, document) in ready_texts(submission).items():
        theirs = [remark for remark in waiting if remark.part == part]
        if theirs:
            made += _carry_to(db, theirs, submission, document, now)
    db.flush()
    return made


def carry_after_reading(db: Session, document_id: int, *, now: datetime) -> int:
    """A document was read: place what waited for it in every version that holds it; returns how many were placed."""
    return sum(len(carry_remarks(db, one.note, one, now=now)) for one in versions_with(db, document_id))


def versions_with(db: Session, document_id: int) -> list[Submission]:
    """The versions that hold a document, oldest first, with their parts, documents and note."""
    found = db.scalars(
        select(Submission)
        .where(Submission.parts.any(SubmittedPart.document_id == document_id))
        .options(
            selectinload(Submission.parts).joinedload(SubmittedPart.document), joinedload(Submission.note)
        )
        .order_by(Submission.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


def _unplaced(db: Session, note: ValidationNote, submission: Submission) -> list[Remark]:
    """The unsettled remarks on passages of earlier versions that have no place in this one."""
    rows = db.scalars(
        select(Remark)
        .options(selectinload(Remark.placements))
        .where(
            Remark.note_id == note.id,
            Remark.status.in_(UNSETTLED),
            Remark.kind != RemarkKind.PRAISE,
            Remark.submission_id < submission.id,
        )
        .order_by(Remark.id)
        .execution_options(populate_existing=True)
    )
    return [
        one
        for one in rows
        if one.placements and all(place.submission_id != submission.id for place in one.placements)
    ]


def _carry_to(
    db: Session, remarks: Sequence[Remark], submission: Submission, target: ReadDocument, now: datetime
) -> list[RemarkPlacement]:
    """Place these remarks in a document, each from where its words last were."""
    sources: defaultdict[int, list[tuple[Remark, RemarkPlacement]]] = defaultdict(list)
    for remark in remarks:
        last = last_standing(remark.placements)
        sources[last.document_id].append((remark, last))
    read = {row.id: row for row in documents_with_blocks(db, {target.id, *sources})}
    blocks = {key: row.blocks for key, row in read.items()}
    made = []
    for source, pairs in sources.items():
        anchors = [anchor_of(blocks[source], spans_of(place), read[source].sha256) for _, place in pairs]
        placed = carry(blocks[source], blocks[target.id], anchors)
        for (remark, _), found in zip(pairs, placed, strict=True):
            made.append(put(db, remark, submission, read[target.id], blocks[target.id], found, now=now))
    return made


def put(
    db: Session,
    remark: Remark,
    submission: Submission,
    document: ReadDocument,
    blocks: Sequence[Block],
    found: Placement,
    *,
    now: datetime,
) -> RemarkPlacement:
    """Write down where a remark stands in a version."""
    spans = found.spans
    anchor = anchor_of(blocks, spans, document.sha256) if spans else None
    row = RemarkPlacement(
        institution_id=remark.institution_id,
        remark_id=remark.id,
        submission_id=submission.id,
        document_id=document.id,
        outcome=str(found.outcome),
        block=found.block,
        spans=[[span.block, span.start, span.end] for span in spans],
        exact=anchor.exact if anchor else "",
        prefix=anchor.prefix if anchor else "",
        suffix=anchor.suffix if anchor else "",
        placed_at=now,
        confirmed_by_id=None,
        confirmed_at=None,
    )
    db.add(row)
    return row


def last_standing(placements: Iterable[RemarkPlacement]) -> RemarkPlacement:
    """Where the words of a remark last stood: in the latest version in which they were found, else where it began."""
    ordered = sorted(placements, key=lambda place: place.submission_id)
    standing = [place for place in ordered if place.outcome in STANDING and place.spans]
    return standing[-1] if standing else ordered[0]


def spans_of(place: RemarkPlacement) -> tuple[Span, ...]:
    """The passage of a placement, as ranges of its document's blocks."""
    return tuple(Span(*span) for span in place.spans)


def documents_with_blocks(db: Session, ids: Iterable[int]) -> list[ReadDocument]:
    """These documents with their blocks."""
    rows = db.scalars(
        select(ReadDocument)
        .where(ReadDocument.id.in_(ids))
        .options(undefer(ReadDocument.kept))
        .execution_options(populate_existing=True)
    )
    return list(rows)
