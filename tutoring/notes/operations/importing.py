"""Comments of a Word file become remarks: held against a version first, written once somebody has chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tutoring.documents.anchors.carry import Placement
from tutoring.documents.anchors.locate import Finder
from tutoring.documents.comments.threads import WordComment, WordReply
from tutoring.documents.models import ReadDocument
from tutoring.notes.models import (
    Outcome,
    Remark,
    RemarkKind,
    Submission,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import STAGE_OF, State
from tutoring.notes.operations.carrying import documents_with_blocks, put
from tutoring.notes.operations.remarks import Passage, say, write_remark
from tutoring.notes.operations.reviewing import IN_REVIEW
from tutoring.notes.operations.submitting import newest
from tutoring.notes.operations.threads import answer
from tutoring.notes.proposals import proposed_kind, same_words, signed
from tutoring.notes.queries import threads_of
from tutoring.notes.texts import ready_texts
from tutoring.people.models import Person
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


@dataclass(frozen=True)
class Incoming:
    """A comment of a Word file, held against a version. `rank`: its own in the file.

    `remark`: the one that it is, when it was written here or imported before; then only `replies`, those that its
    thread does not hold yet, are new. `ours`: we had written it. `passage`: where its words stand in the version.
    `text`, and those of `replies`: as they will be written, signed when somebody else wrote them.
    """

    rank: int
    comment: WordComment
    text: str
    kind: RemarkKind
    replies: tuple[str, ...]
    passage: Passage | None = None
    remark: Remark | None = None
    ours: bool = False

    @property
    def brings(self) -> bool:
        """Whether there is anything in it to write."""
        return self.remark is None or bool(self.replies)


@dataclass(frozen=True)
class Imported:
    """What was written: remarks on their passages, remarks on the whole, messages in threads that were there."""

    placed: int = 0
    whole: int = 0
    answers: int = 0


def takes_remarks(note: ValidationNote, submission: Submission) -> bool:
    """Whether remarks may be written on a version: it is under review, or answered, and none came in its place.

    `note.submissions` and `submission.review` are loaded.
    """
    state, latest = State(note.state), newest(note)
    under_review = state in IN_REVIEW and STAGE_OF[state] == submission.stage
    replaced = latest is not None and latest.id != submission.id and latest.stage == submission.stage
    return (under_review or submission.review is not None) and not replaced


def incoming(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    comments: Sequence[WordComment],
) -> tuple[Incoming, ...]:
    """What importing these comments on a version would write. `submission.parts` is loaded with documents."""
    ours = _ours(db, note, comments)
    pool = [one for one in threads_of(db, submission.id) if one.id not in ours]
    strange = {rank: one for rank, one in enumerate(comments) if _remark_of(one, ours) is None}
    passages = _passages(db, submission, strange)
    alone = len({one.author for one in _said(comments, ours)}) < 2
    found = []
    for rank, comment in enumerate(comments):
        passage = passages.get(rank)
        text = signed(comment.text, comment.author, me=actor.name, alone=alone)
        written = _remark_of(comment, ours)
        remark = written or _known(pool, {text, comment.text}, passage.words if passage else comment.quote)
        if remark is not None and written is None:
            pool.remove(remark)
        found.append(
            Incoming(
                rank=rank,
                comment=comment,
                text=text,
                kind=proposed_kind(comment.text),
                replies=tuple(
                    words
                    for reply in comment.replies
                    if reply.key is None or written is None
                    for words in [signed(reply.text, reply.author, me=actor.name, alone=alone)]
                    if remark is None or not _holds(remark, {words, reply.text})
                ),
                passage=passage,
                remark=remark,
                ours=written is not None,
            )
        )
    return tuple(found)


def import_comments(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    found: Sequence[Incoming],
    *,
    kinds: Mapping[int, RemarkKind],
    visibility: Visibility,
    now: datetime,
) -> Imported:
    """Write what comments bring. `kinds`: by rank, those that were chosen, the kind of a new remark.

    New ones are unseen until the review of the version is released, as any that is written there; what answers a
    thread shows in it at once. Refused when the version takes no remarks any more, or nothing is left to write.
    """
    if not takes_remarks(note, submission):
        raise Refusal("word_remarks_closed")
    chosen = [one for one in found if one.rank in kinds and one.brings]
    if not chosen:
        raise Refusal("word_nothing_chosen", status=422, field="chosen")
    part = _part_of_most(found)
    documents = _documents(db, chosen)
    told: Counter[str] = Counter()
    for one in chosen:
        if one.remark is not None:
            for words in one.replies:
                answer(db, note, one.remark, actor, words, now=now)
                told["answers"] += 1
            continue
        remark = write_remark(
            db,
            note,
            submission,
            actor,
            kind=kinds[one.rank],
            visibility=visibility,
            text=one.text,
            part=one.passage.part if one.passage else part,
            now=now,
        )
        remark.quote = one.passage.words if one.passage else one.comment.quote
        if one.passage is not None:
            _place(db, remark, submission, one.passage, documents[one.passage.document_id], now)
        for words in one.replies:
            say(db, remark, actor, words, now)
        told["placed" if one.passage else "whole"] += 1
    done = Imported(**told)
    record(
        db,
        "submission.comments_imported",
        submission,
        actor_id=actor.id,
        now=now,
        cohort_id=note.cohort_id,
        remarks=done.placed + done.whole,
        answers=done.answers,
    )
    db.flush()
    return done


def _ours(db: Session, note: ValidationNote, comments: Iterable[WordComment]) -> dict[int, Remark]:
    """The remarks of the note that were written into the file from here, by id."""
    ids = {int(one.key) for one in comments if one.key is not None and one.key.isdecimal()}
    rows = db.scalars(
        select(Remark)
        .options(selectinload(Remark.messages))
        .where(Remark.note_id == note.id, Remark.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in rows}


def _remark_of(comment: WordComment, ours: Mapping[int, Remark]) -> Remark | None:
    return ours.get(int(comment.key)) if comment.key is not None and comment.key.isdecimal() else None


def _said(comments: Iterable[WordComment], ours: Mapping[int, Remark]) -> list[WordComment | WordReply]:
    """What people wrote in the file, less what we had written there."""
    found: list[WordComment | WordReply] = []
    for comment in comments:
        written = _remark_of(comment, ours) is not None
        found += [] if written else [comment]
        found += [reply for reply in comment.replies if reply.key is None or not written]
    return found


def _passages(db: Session, submission: Submission, comments: Mapping[int, WordComment]) -> dict[int, Passage]:
    """Where the comments' words stand, by their rank in the file.

    A Word file is that of one part: of words that stand in several parts, those of the part where most are found.
    """
    ready = {part: document for part, (_item, document) in ready_texts(submission).items()}
    read = {row.id: row.blocks for row in documents_with_blocks(db, [row.id for row in ready.values()])}
    by_part: dict[str, dict[int, Passage]] = {}
    for part, document in ready.items():
        finder = Finder(read[document.id])
        by_part[part] = {}
        for rank, comment in comments.items():
            spans = finder.locate(comment.quote, comment.prefix, comment.suffix) if comment.quote else None
            if spans:
                by_part[part][rank] = Passage(part, document.id, read[document.id], spans)
    merged: dict[int, Passage] = {}
    for found in sorted(by_part.values(), key=len):
        merged |= found
    return merged


def _known(pool: Iterable[Remark], texts: set[str], quote: str) -> Remark | None:
    """The remark that already says this of these words."""
    for remark in pool:
        first = remark.messages[0].text if remark.messages else ""
        quotes = (remark.quote, *(place.exact for place in remark.placements))
        if any(same_words(first, text) for text in texts) and any(same_words(one, quote) for one in quotes):
            return remark
    return None


def _holds(remark: Remark, texts: set[str]) -> bool:
    return any(same_words(message.text, text) for message in remark.messages for text in texts)


def _part_of_most(found: Iterable[Incoming]) -> str:
    """The part that the file seems to be of; '' when nothing of it was found."""
    parts = Counter(one.passage.part for one in found if one.passage)
    return parts.most_common(1)[0][0] if parts else ""


def _documents(db: Session, chosen: Iterable[Incoming]) -> dict[int, ReadDocument]:
    ids = {one.passage.document_id for one in chosen if one.passage}
    return {row.id: row for row in documents_with_blocks(db, ids)}


def _place(
    db: Session,
    remark: Remark,
    submission: Submission,
    passage: Passage,
    document: ReadDocument,
    now: datetime,
) -> None:
    at = Placement(Outcome.FOUND, passage.spans, passage.words, passage.spans[0].block, 100.0)
    put(db, remark, submission, document, passage.blocks, at, now=now)
