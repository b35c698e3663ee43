"""Remarks: written on a passage of a submission, kept unseen until the review is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tutoring.documents.anchors.carry import Placement
from tutoring.documents.anchors.locate import locate
from tutoring.documents.anchors.quote import Span, words_of
from tutoring.documents.blocks import Block
from tutoring.notes.models import (
    Outcome,
    Remark,
    RemarkKind,
    RemarkMessage,
    RemarkPlacement,
    RemarkStatus,
    Submission,
    SubmittedPart,
    ValidationNote,
    Visibility,
)
from tutoring.notes.operations.carrying import documents_with_blocks, put
from tutoring.notes.texts import ready_texts
from tutoring.people.models import Person
from tutoring.store.refusal import Refusal


@dataclass(frozen=True)
class Quoted:
    """The words a remark is about: quoted in the block of this id, or anywhere; all of the block when there are none.

    `prefix`, `suffix`: what stands around them, to tell one occurrence from another.
    """

    exact: str = ""
    block: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Passage:
    """A quoted passage, found: in which part, which document, on which blocks."""

    part: str
    document_id: int
    blocks: tuple[Block, ...]
    spans: tuple[Span, ...]

    @property
    def words(self) -> str:
        """What it says."""
        return words_of(self.blocks, self.spans)


def write_remark(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    *,
    kind: RemarkKind,
    visibility: Visibility,
    text: str,
    quote: Quoted | str = "",
    part: str = "",
    now: datetime,
) -> Remark:
    """Remark on a passage of a submission, or on the whole. Unseen until the review of the submission is released.

    On a submission already answered it shows at once. Refused (field `quote`) when the passage cannot be found in what
    was handed in, as far as that could be read.
    """
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    quoted = Quoted(exact=quote) if isinstance(quote, str) else quote
    passage = find_passage(db, submission, quoted, part)
    answered = submission.review is not None and submission.review.released_at is not None
    remark = Remark(
        institution_id=note.institution_id,
        note_id=note.id,
        submission_id=submission.id,
        author_id=actor.id,
        part=passage.part if passage else part,
        kind=kind,
        visibility=visibility,
        status=RemarkStatus.OPEN,
        quote=passage.words if passage else quoted.exact,
        waived_because="",
        declined=False,
        created_at=now,
        changed_at=now,
        released_at=now if answered else None,
    )
    db.add(remark)
    db.flush()
    if passage is not None:
        place_remark(db, remark, submission, passage, now=now)
    say(db, remark, actor, text, now)
    db.flush()
    return remark


def find_passage(db: Session, submission: Submission, quoted: Quoted, part: str = "") -> Passage | None:
    """Where a quote stands in a submission (in one part when given); None when nothing is quoted, or nothing was read.

    Refused (field `quote`) when it is not there, or there is no telling which of several places is meant.
    """
    if not quoted.exact.strip() and not quoted.block:
        return None
    ready = {key: row for key, (_, row) in ready_texts(_with_documents(db, submission)).items()}
    if part in ready:
        ready = {part: ready[part]}
    read = {row.id: row for row in documents_with_blocks(db, [row.id for row in ready.values()])}
    for key, row in ready.items():
        blocks = read[row.id].blocks
        spans = _spans(blocks, quoted)
        if spans:
            return Passage(key, row.id, blocks, spans)
    if not ready:
        return None
    raise Refusal("passage_not_found", status=422, field="quote")


def place_remark(
    db: Session, remark: Remark, submission: Submission, passage: Passage, *, now: datetime
) -> RemarkPlacement:
    """Write down that a remark stands on this passage of a version."""
    document = documents_with_blocks(db, [passage.document_id])[0]
    found = Placement(Outcome.FOUND, passage.spans, passage.words, passage.spans[0].block, 100.0)
    return put(db, remark, submission, document, passage.blocks, found, now=now)


def _spans(blocks: tuple[Block, ...], quoted: Quoted) -> tuple[Span, ...] | None:
    index = next((rank for rank, block in enumerate(blocks) if block.id == quoted.block), None)
    if quoted.exact.strip():
        return locate(blocks, quoted.exact, quoted.prefix, quoted.suffix, quoted.block)
    return (Span(index, 0, len(blocks[index].text)),) if index is not None and blocks[index].text else None


def _with_documents(db: Session, submission: Submission) -> Submission:
    return (
        db.scalars(
            select(Submission)
            .options(joinedload(Submission.parts).joinedload(SubmittedPart.document))
            .where(Submission.id == submission.id)
        )
        .unique()
        .one()
    )


def rewrite_remark(db: Session, remark: Remark, actor: Person, text: str, *, now: datetime) -> Remark:
    """Change the words of a remark that nobody else has seen. `remark.messages` is loaded."""
    _unseen(remark)
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    remark.messages[0].text, remark.changed_at = text, now
    db.flush()
    return remark


def drop_remark(db: Session, remark: Remark, actor: Person) -> bool:
    """Take back a remark that nobody else has seen. `remark.messages` and `placements` are loaded."""
    _unseen(remark)
    for row in (*remark.messages, *remark.placements):
        db.delete(row)
    db.flush()
    db.delete(remark)
    db.flush()
    return True


def say(db: Session, remark: Remark, actor: Person, text: str, now: datetime) -> RemarkMessage:
    """Add a message to a remark's thread."""
    message = RemarkMessage(
        institution_id=remark.institution_id,
        remark_id=remark.id,
        author_id=actor.id,
        text=text,
        written_at=now,
    )
    db.add(message)
    return message


def _unseen(remark: Remark) -> None:
    if remark.released_at is not None:
        raise Refusal("remark_already_seen")
