"""What the coordination does to a note: moves aside, derogations, more time, one step back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tutoring.notes import notices
from tutoring.notes.models import NotePage, PageDerogation, Remark, Review, Submission, ValidationNote
from tutoring.notes.moves import UNDO, Facts, Side, Stage, Verdict
from tutoring.notes.operations.changing import rests_on_topic
from tutoring.notes.operations.drafting import join_typed
from tutoring.notes.operations.moving import make, steps
from tutoring.notes.operations.reviewing import drafts_reviewed
from tutoring.notes.operations.submitting import newest
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Extension, Standing
from tutoring.programme.operations import grant_extension
from tutoring.store.events import Event, history, record
from tutoring.store.refusal import Refusal

# Moves that rest on nothing but a reason (and, for the tutor's clearing, on the drafts reviewed).
WITH_A_REASON = (
    "clear_for_final",
    "refuse_admissibility",
    "mark_absent",
    "suspend",
    "resume",
    "withdraw",
    "defer",
    "reinstate",
)


def decide_aside(
    db: Session,
    page: NotePage,
    name: str,
    actor: Person,
    side: Side,
    *,
    reason: str,
    until: date | None = None,
    now: datetime,
    seen_version: int,
) -> ValidationNote:
    """Make one of the moves `WITH_A_REASON`. `until`: a later day for the final version, when it is refused.

    A tutor's clearing from DRAFT_OPEN needs no reason, the coordinator's does: nobody but staff reads it.
    """
    note = page.note
    if name not in WITH_A_REASON:
        raise Refusal("unknown_move", status=404)
    if seen_version != note.version:
        raise Refusal("stale_page")
    facts = Facts(
        reason=reason,
        verdict=Verdict.APPROVED if name == "clear_for_final" else None,
        drafts_reviewed=drafts_reviewed(note),
        drafts_required=page.spec.min_drafts_reviewed,
    )
    key = "private_reason" if name == "clear_for_final" else "reason"
    data: dict[str, Any] = {key: reason} if reason else {}
    final = newest(note)
    if name == "refuse_admissibility" and final is not None:
        data["submission_id"] = final.id
    if name == "refuse_admissibility" and until is not None:
        later = grant_extension(
            db, page.standing, note.author_id, stage=Stage.FINAL, until=until, reason=reason, now=now
        )
        data["until"] = later.until.isoformat()
    return make(db, note, name, actor, side, facts, now=now, seen_version=seen_version, data=data)


def undo(
    db: Session,
    note: ValidationNote,
    actor: Person,
    side: Side,
    *,
    now: datetime,
    seen_version: int,
    later_move: bool | None = None,
) -> ValidationNote:
    """Take the last step back. `note.submissions` is loaded with reviews.

    `later_move`: whether something rests on the step already; a higher floor says so for the moves it makes
    (transmit_to_jury), which are refused here without it. What was handed in is taken back, an answer is a draft again.
    """
    if seen_version != note.version:
        raise Refusal("stale_page")
    events = history(db, note)
    made = steps(events)
    last = made[-1] if made else None
    if last is not None and later_move is None:
        touched = rests_on_topic(events, last) or _touched_since(db, note, last)
        later_move = rests_on(note, last, touched)
    data = {"undone": last.data["move"], "undone_event_id": last.id} if last else {}
    make(
        db,
        note,
        UNDO,
        actor,
        side,
        Facts(later_move=later_move),
        now=now,
        seen_version=seen_version,
        data=data,
    )
    if last is not None:
        _take_back(db, note, last, now)
    return note


def rests_on(
    note: ValidationNote, last: Event, touched: bool, *, hidden: Callable[[Review], bool] = lambda _: False
) -> bool | None:
    """Whether something rests on this step already: a review begun, a thread written in since. None: not ours to know.

    `note.submissions` is loaded with reviews; `touched`: a remark of the note was since, or another topic asked for
    (`rests_on_topic`). `hidden`: reviews that whoever asks does not know of.
    """
    name = last.data["move"]
    if name == "transmit_to_jury":
        return None
    if name.startswith("submit_") or name == "replace_submission":
        submission = _submission(note, last)
        review = submission.review if submission is not None else None
        return touched or (review is not None and not hidden(review))
    return touched


def _touched_since(db: Session, note: ValidationNote, event: Event) -> bool:
    found = db.scalar(
        select(Remark.id).where(Remark.note_id == note.id, Remark.changed_at > event.at).limit(1)
    )
    return found is not None


def _take_back(db: Session, note: ValidationNote, event: Event, now: datetime) -> None:
    submission = _submission(note, event)
    if submission is None:
        return
    if "review_id" in event.data and submission.review is not None:
        for remark in db.scalars(
            select(Remark).where(
                Remark.note_id == note.id, Remark.released_at == submission.review.released_at
            )
        ):
            remark.released_at = None
        submission.review.verdict, submission.review.released_at = None, None
    elif event.data["move"] != "refuse_admissibility":
        submission.withdrawn_at = now
        if submission.stage == Stage.TOPIC:
            standing = [s for s in note.submissions if s.stage == Stage.TOPIC and s.withdrawn_at is None]
            note.title = standing[-1].title if standing else ""
    db.flush()


def _submission(note: ValidationNote, event: Event) -> Submission | None:
    return next((one for one in note.submissions if one.id == event.data.get("submission_id")), None)


def grant_derogation(
    db: Session, note: ValidationNote, actor: Person, part: str, reason: str, *, now: datetime
) -> PageDerogation:
    """Let one part (by its key) of this note be out of its page bounds. Refused without a reason, or twice."""
    told = db.get_one(Cohort, note.cohort_id).spec.part(part)
    if told is None:
        raise Refusal("part_unknown", status=422, field="part")
    if not reason.strip():
        raise Refusal("missing_reason", status=422, field="reason")
    known = select(PageDerogation.id).where(PageDerogation.note_id == note.id, PageDerogation.part == part)
    if db.scalar(known) is not None:
        raise Refusal("derogation_exists", status=422, field="part")
    row = PageDerogation(
        institution_id=note.institution_id,
        note_id=note.id,
        part=part,
        reason=reason,
        granted_by_id=actor.id,
        granted_at=now,
    )
    db.add(row)
    record(db, "note.derogation_granted", note, actor_id=actor.id, now=now, part=part, reason=reason)
    notices.derogated(db, note, told.title, now=now)
    db.flush()
    return row


def extend(
    db: Session,
    note: ValidationNote,
    standing: Standing,
    *,
    stage: str,
    until: date,
    reason: str,
    now: datetime,
) -> Extension:
    """Give the note's learner a later day at one stage, and tell them. Refused when it is not later at all."""
    if standing.cohort.spec.stage(stage) is None:
        raise Refusal("stage_unknown", status=422, field="stage")
    extension = grant_extension(
        db, standing, note.author_id, stage=stage, until=until, reason=reason, now=now
    )
    record(
        db,
        "note.extended",
        note,
        actor_id=standing.person.id,
        now=now,
        stage=stage,
        until=until.isoformat(),
        private_reason=reason,
    )
    notices.extended(db, note, extension, now=now)
    return extension


def settle_join(db: Session, kept: Person, absorbed: Person) -> None:
    """Two records of one person with a note each in a cohort: the one that never moved goes.

    Refused when both have moved.
    """
    join_typed(db, kept, absorbed)
    for double in db.scalars(select(ValidationNote).where(ValidationNote.author_id == absorbed.id)).all():
        held = db.scalar(
            select(ValidationNote).where(
                ValidationNote.author_id == kept.id, ValidationNote.cohort_id == double.cohort_id
            )
        )
        if held is None:
            continue
        unmoved = next((one for one in (double, held) if not steps(history(db, one))), None)
        if unmoved is None:
            raise Refusal("join_collides")
        db.execute(delete(ValidationNote).where(ValidationNote.id == unmoved.id))
        db.expunge(unmoved)
