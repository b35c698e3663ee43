"""Remarks for the bench: a long text reviewed and handed in again, and a cohort where ten thousand were written."""

from __future__ import annotations

import copy
from itertools import count, cycle, islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.bench import essay
from tests.factories import World
from tests.notes import Seat, seat
from tutoring.documents.models import ReadDocument
from tutoring.documents.operations import keep_reading
from tutoring.documents.reading import read
from tutoring.notes import operations as notes
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
from tutoring.notes.moves import Verdict
from tutoring.notes.operations.remarks import Quoted
from tutoring.people.models import Person

PASSAGES = 100
SAYS = "Dites d’où vient ce chiffre, et ce qu’il **change** à votre propos : le lecteur n’a que vous pour le savoir."
ANSWERS = "J’ai repris ce passage et cité l’enquête de 2019 ; la suite en dépend moins qu’avant."
_KINDS = (RemarkKind.SUGGESTION, RemarkKind.QUESTION, RemarkKind.SUGGESTION, RemarkKind.BLOCKING)
_STATUSES = (RemarkStatus.OPEN, RemarkStatus.RESOLVED, RemarkStatus.ADDRESSED, RemarkStatus.RESOLVED)


def essay_under_review(world: World, learner: Person) -> tuple[int, int]:
    """A draft of 20 pages with 100 remarks, answered by its learner, and handed in again: under review, its remarks
    carried to it. The note's id, the submission's."""
    theirs = copy.copy(world)
    theirs.learner = learner
    with world.session() as db:
        at = seat(db, theirs, author=learner)
        at.topic(title="Voisinages")
        at.review(Verdict.APPROVED)
        at.plan()
        at.review(Verdict.APPROVED)
        _hand_in(at, essay.word_file())
        _remark(at)
        at.review(Verdict.RETURNED)
        _answer(at)
        again = _hand_in(at, essay.revised_file())
        return at.note.id, again.id


def crowd(world: World, total: int, *, but: frozenset[int]) -> None:
    """So many remarks on the drafts of the cohort's notes (not of the notes of ids `but`), written as rows: operations
    would take minutes."""
    with world.session() as db:
        drafts = [draft for draft in _drafts(db) if draft[0].id not in but]
        first = (db.scalar(select(Remark.id).order_by(Remark.id.desc()).limit(1)) or 0) + 1
        rows = [
            _rows(world, rank, *draft)
            for rank, draft in zip(range(first, first + total), cycle(drafts), strict=False)
        ]
        db.execute(insert(Remark), [remark for remark, _, _ in rows])
        db.execute(insert(RemarkMessage), [message for _, messages, _ in rows for message in messages])
        db.execute(insert(RemarkPlacement), [place for _, _, place in rows])


def _hand_in(at: Seat, content: bytes) -> Submission:
    file = at.file(content, "docx")
    found = read("memoire.docx", content)
    keep_reading(at.db, at.world.app.extensions["palier"].files, file, found, now=at.now)
    return at.hand_in(items=(notes.Item("note", file=file, filename="memoire.docx"),))


def _remark(at: Seat) -> None:
    page = at.page(at.world.tutor)
    draft = notes.newest(page.note)
    assert draft is not None
    blocks = essay.blocks_of()
    for kind, [span] in zip(cycle(_KINDS), essay.passages(blocks, PASSAGES), strict=False):
        block = blocks[span.block]
        quoted = Quoted(
            exact=block.text[span.start : span.end],
            block=block.id,
            prefix=block.text[max(span.start - 40, 0) : span.start],
            suffix=block.text[span.end : span.end + 40],
        )
        notes.write_remark(
            at.db,
            page.note,
            draft,
            page.standing.person,
            kind=kind,
            visibility=Visibility.SHARED,
            part="note",
            quote=quoted,
            text=SAYS,
            now=at.now,
        )


def _answer(at: Seat) -> None:
    """Two threads in three are answered by the learner, one in three by the tutor then; they stay unsettled."""
    page, tutor = at.page(), at.page(at.world.tutor).standing.person
    learner = page.standing.person
    for rank, remark in zip(count(), page.note.remarks, strict=False):
        if rank % 3:
            notes.address(at.db, page.note, remark, learner, ANSWERS, declined=rank % 7 == 0, now=at.now)
        if rank % 3 == 2:
            notes.answer(at.db, page.note, remark, tutor, "Merci, c’est plus clair.", now=at.now)


def _drafts(db: Session) -> list[tuple[ValidationNote, int, int]]:
    """For each note whose newest submission was read: the note, that submission's id, its document's."""
    rows = db.execute(
        select(ValidationNote, Submission.id, ReadDocument.id)
        .join(Submission, Submission.note_id == ValidationNote.id)
        .join(SubmittedPart, SubmittedPart.submission_id == Submission.id)
        .join(ReadDocument, ReadDocument.id == SubmittedPart.document_id)
        .where(Submission.stage == "draft")
        .order_by(Submission.id)
    )
    newest = {note.id: (note, submission, document) for note, submission, document in rows}
    return list(newest.values())


_Row = dict[str, Any]


def _rows(
    world: World, rank: int, note: ValidationNote, submission_id: int, document_id: int
) -> tuple[_Row, list[_Row], _Row]:
    """A remark that was released, its messages, its place."""
    rooted = {"institution_id": note.institution_id}
    now = world.clock()
    remark = {
        **rooted,
        "id": rank,
        "note_id": note.id,
        "submission_id": submission_id,
        "author_id": world.tutor.id,
        "part": "note",
        "kind": _KINDS[rank // 30 % len(_KINDS)],
        "visibility": Visibility.STAFF if rank % 50 == 0 else Visibility.SHARED,
        "status": _STATUSES[rank // 30 % len(_STATUSES)],
        "quote": "Une note",
        "waived_because": "",
        "declined": False,
        "created_at": now,
        "changed_at": now,
        "released_at": now,
    }
    said = [(world.tutor.id, SAYS), (note.author_id, ANSWERS)]
    messages = [
        {**rooted, "remark_id": rank, "author_id": author, "text": text, "written_at": now}
        for author, text in islice(said, 1 + rank % 2)
    ]
    place = {
        **rooted,
        "remark_id": rank,
        "submission_id": submission_id,
        "document_id": document_id,
        "outcome": Outcome.FOUND,
        "block": 0,
        "spans": [[0, 0, 8]],
        "exact": "Une note",
        "prefix": "",
        "suffix": "",
        "placed_at": now,
    }
    return remark, messages, place
