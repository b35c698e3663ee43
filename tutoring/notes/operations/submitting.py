"""Handing in: a topic, a plan, a draft, a final version, or another in place of the one that is being reviewed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.documents.markdown import HostileMarkdown, render
from tutoring.documents.models import ReadDocument
from tutoring.documents.operations import document_of, document_of_text
from tutoring.documents.reading import Unreadable
from tutoring.notes.models import PageDerogation, Submission, SubmittedPart, ValidationNote
from tutoring.notes.moves import (
    STAGE_OF,
    Dissemination,
    Facts,
    PartPages,
    Side,
    Stage,
    State,
)
from tutoring.notes.operations.carrying import carry_remarks
from tutoring.notes.operations.moving import foresee, make
from tutoring.notes.queries import derogations_of
from tutoring.people.models import Person
from tutoring.programme.calendar import is_late
from tutoring.programme.models import Cohort
from tutoring.programme.queries import deadlines_for, extensions_of
from tutoring.programme.spec import NoteSpec, PartSpec, StageSpec
from tutoring.store.files import StoredFile
from tutoring.store.refusal import Refusal

HANDED_IN_AT = (Stage.TOPIC, Stage.PLAN, Stage.DRAFT, Stage.FINAL)


@dataclass(frozen=True)
class Item:
    """One thing handed in for the part of this key: a stored file with its name and pages (None: not counted), or a
    text (Markdown). `excluded_pages`: cover, bibliography, annexes."""

    part: str
    file: StoredFile | None = None
    filename: str = ""
    text: str = ""
    pages: int | None = None
    excluded_pages: int = 0


@dataclass(frozen=True)
class HandedIn:
    """What a learner hands in. `title` is the topic's; `message` its question and context, or a word to the reader.

    `kept`: keys of the parts taken over as they were in the submission `kept_from`.
    """

    title: str = ""
    message: str = ""
    items: tuple[Item, ...] = ()
    kept: tuple[str, ...] = ()
    kept_from: Submission | None = None
    honour: bool = False
    dissemination: Dissemination | None = None


def hand_in(
    db: Session,
    note: ValidationNote,
    actor: Person,
    handed: HandedIn,
    *,
    now: datetime,
    seen_version: int,
) -> Submission:
    """Hand in at the stage the note stands at; during its review, in place of what was handed in.

    `note.submissions` is loaded with reviews. Refuses as the table says (fields `parts`, `honour_statement`,
    `dissemination_choice`), and for a text that cannot be rendered safely or more pages excluded than counted.
    """
    if seen_version != note.version:
        raise Refusal("stale_page")
    state = State(note.state)
    stage = STAGE_OF[state]
    if stage not in HANDED_IN_AT:
        raise Refusal("not_now")
    cohort = db.get_one(Cohort, note.cohort_id)
    spec = cohort.spec
    asked = spec.stage(stage)
    if asked is None:
        raise Refusal("not_now")
    replacing, earlier = state in (State.TOPIC_REVIEW, State.PLAN_REVIEW, State.DRAFT_REVIEW), newest(note)
    handed = replace(handed, items=(*handed.items, *_kept(handed)))
    _check_items(spec, asked, handed)
    deadline = deadlines_for(cohort, extensions_of(db, cohort.id, actor.id)).get(stage)
    late = is_late(now, deadline)
    facts = _facts(spec, handed, derogations_of(db, note.id), late=late)
    if replacing and earlier is not None:
        facts = replace(
            facts, review_released=earlier.review is not None and earlier.review.released_at is not None
        )
    name = "replace_submission" if replacing else f"submit_{stage}"
    foresee(db, note, name, Side.LEARNER, facts, seen_version=seen_version)
    submission = write_submission(db, note, stage, actor, handed, late=late, now=now)
    if stage is Stage.TOPIC:
        note.title = handed.title
    make(
        db,
        note,
        name,
        actor,
        Side.LEARNER,
        facts,
        now=now,
        seen_version=seen_version,
        data={"submission_id": submission.id, "number": submission.number},
        files=receipt(spec, submission),
    )
    carry_remarks(db, note, submission, now=now)
    return submission


def newest(note: ValidationNote) -> Submission | None:
    """The submission that stands at the note's present stage: the last one that was not taken back."""
    stage = STAGE_OF[State(note.state)]
    standing = [one for one in note.submissions if one.stage == stage and one.withdrawn_at is None]
    return standing[-1] if standing else None


def receipt(spec: NoteSpec, submission: Submission) -> list[dict[str, Any]]:
    """The files of a submission as its receipt lists them: title of the part, name, sha256, pages."""
    return [
        {
            "part": _title(spec, item.part),
            "name": item.filename,
            "sha256": item.file.sha256,
            "pages": item.pages,
        }
        for item in submission.parts
        if item.file is not None
    ]


def _kept(handed: HandedIn) -> list[Item]:
    """The parts that are taken over from an earlier submission, unless something new is there for them."""
    new = {item.part for item in handed.items}
    earlier = handed.kept_from.parts if handed.kept_from else []
    return [
        Item(
            part=item.part,
            file=item.file,
            filename=item.filename,
            text=item.text,
            pages=item.pages,
            excluded_pages=item.excluded_pages,
        )
        for item in earlier
        if item.part in handed.kept and item.part not in new
    ]


def unchanged(earlier: Submission | None, handed: HandedIn) -> bool:
    """Whether this would replace `earlier` by the same: no other topic, file, text, or word to the reader."""
    if earlier is None or typed_lines(handed.message) != typed_lines(earlier.message):
        return False
    if earlier.stage == Stage.TOPIC:
        return handed.title == earlier.title
    texts = {(item.part, typed_lines(item.text)) for item in earlier.parts if item.file_id is None}
    new = [one for one in handed.items if one.file or (one.part, typed_lines(one.text)) not in texts]
    there = {item.part for item in handed.items} | set(handed.kept)
    return not new and {item.part for item in earlier.parts} <= there


def typed_lines(text: str) -> str:
    """A text whatever ends its lines: a browser posts CRLF."""
    return text.replace("\r\n", "\n").strip()


def _check_items(spec: NoteSpec, asked: StageSpec, handed: HandedIn) -> None:
    for item in handed.items:
        if item.pages is not None and item.excluded_pages >= item.pages:
            raise Refusal(
                "excluded_too_many",
                status=422,
                field="parts",
                part=_title(spec, item.part),
                pages=item.pages,
                excluded=item.excluded_pages,
            )
    for wanted in asked.required_formats:
        having = {item.part for item in handed.items if item.file is not None and item.file.kind == wanted}
        lacking = [part.title for part in spec.parts if part.key not in having]
        # A PDF that is missing is refused by the table, with words of its own.
        if wanted != "pdf" and lacking:
            raise Refusal("format_missing", status=422, field="parts", format=wanted, parts=lacking)


def _facts(spec: NoteSpec, handed: HandedIn, derogations: list[PageDerogation], *, late: bool) -> Facts:
    provided = {item.part for item in handed.items}
    in_pdf = {item.part for item in handed.items if item.file is not None and item.file.kind == "pdf"}
    granted = {row.part for row in derogations}
    return Facts(
        form_complete=bool(handed.title and handed.message),
        parts_expected=tuple(part.title for part in spec.parts),
        parts_provided=tuple(part.title for part in spec.parts if part.key in provided),
        parts_in_pdf=tuple(part.title for part in spec.parts if part.key in in_pdf),
        pages=tuple(
            _pages(part, item, part.key in granted)
            for part in spec.parts
            for item in handed.items
            if item.part == part.key and item.pages is not None
        ),
        honour_statement=handed.honour,
        dissemination_choice=handed.dissemination,
        late=late,
    )


def _pages(part: PartSpec, item: Item, derogation: bool) -> PartPages:
    counted = (item.pages or 0) - item.excluded_pages
    return PartPages(part.title, counted, part.pages_min, part.pages_max, derogation)


def write_submission(
    db: Session,
    note: ValidationNote,
    stage: Stage,
    actor: Person,
    handed: HandedIn,
    *,
    late: bool,
    now: datetime,
) -> Submission:
    """Keep what was handed in at a stage, with the next number; `actor` is its author. No move is made of it."""
    number = 1 + max((one.number for one in note.submissions if one.stage == stage), default=0)
    submission = Submission(
        institution_id=note.institution_id,
        stage=str(stage),
        number=number,
        title=handed.title,
        message=handed.message,
        html=rendered(handed.message, "message"),
        late=late,
        honour=handed.honour,
        dissemination=handed.dissemination,
        submitted_by_id=actor.id,
        submitted_at=now,
        withdrawn_at=None,
        review=None,
        parts=[
            SubmittedPart(
                institution_id=note.institution_id,
                part=item.part,
                file=item.file,
                filename=item.filename,
                text=item.text,
                html=rendered(item.text, "parts"),
                pages=item.pages,
                excluded_pages=item.excluded_pages,
                document=_document(db, note, item, now),
            )
            for item in handed.items
        ],
    )
    note.submissions.append(submission)
    db.flush()
    return submission


def _document(db: Session, note: ValidationNote, item: Item, now: datetime) -> ReadDocument:
    """What is read of an item: its file, now or later, or its text."""
    if item.file is not None:
        return document_of(db, item.file, now=now)
    try:
        return document_of_text(db, note.institution_id, item.text, now=now)
    except (HostileMarkdown, Unreadable) as bad:
        raise Refusal("text_unsafe", status=422, field="parts") from bad


def rendered(text: str, field: str) -> str:
    """The safe HTML of a typed text (Markdown); refused beside `field` when it has none."""
    if not text:
        return ""
    try:
        return render(text).html
    except HostileMarkdown as bad:
        raise Refusal("text_unsafe", status=422, field=field) from bad


def _title(spec: NoteSpec, key: str) -> str:
    part = spec.part(key)
    return part.title if part else key
