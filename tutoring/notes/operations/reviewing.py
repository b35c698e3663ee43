"""Reviewing: an answer is drafted unseen, carried to a newer version if one comes, released once with a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.notes.models import (
    Remark,
    RemarkKind,
    RemarkStatus,
    Review,
    Submission,
    ValidationNote,
)
from tutoring.notes.moves import STAGE_OF, Facts, Side, Stage, State, Verdict
from tutoring.notes.operations.moving import foresee, make, stages_of
from tutoring.notes.operations.submitting import newest
from tutoring.notes.policy import is_unsettled
from tutoring.people.models import Person
from tutoring.programme.models import Cohort
from tutoring.store.refusal import Refusal

IN_REVIEW = (State.TOPIC_REVIEW, State.PLAN_REVIEW, State.DRAFT_REVIEW)


def draft_review(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    text: str,
    *,
    levels: Mapping[str, int] | None = None,
    now: datetime,
    seen_revision: int | None = None,
) -> Review:
    """Keep what is written so far of the answer; nobody but the tutor's seat sees it.

    `levels`: by criterion of the stage's rubric, None leaves them. `seen_revision`: the draft that the writer had
    before them; refused with `review_written_meanwhile` when another window or person has written since, and with
    `review_already_released` once it is out. A new tutor goes on with their predecessor's draft.
    """
    review = submission.review
    if review is None:
        if State(note.state) not in IN_REVIEW or STAGE_OF[State(note.state)] != submission.stage:
            raise Refusal("not_now")
        review = Review(
            institution_id=note.institution_id,
            author_id=actor.id,
            message=text,
            verdict=None,
            parts=[],
            levels=dict(levels or {}),
            revision=1,
            drafted_at=now,
            released_at=None,
        )
        submission.review = review
        db.flush()
        return review
    if review.released_at is not None:
        raise Refusal("review_already_released")
    if seen_revision is not None and seen_revision != review.revision and text != review.message:
        raise Refusal("review_written_meanwhile")
    if text != review.message or (levels is not None and dict(levels) != review.levels):
        review.revision += 1
    review.message, review.author_id = text, actor.id
    if levels is not None:
        review.levels = dict(levels)
    db.flush()
    return review


def carry_review(
    db: Session, note: ValidationNote, earlier: Submission, actor: Person, *, now: datetime
) -> Submission:
    """Bring the answer and remarks begun on `earlier` to the version that has replaced it; returns that version."""
    target = newest(note)
    if target is None or target.id == earlier.id or target.stage != earlier.stage:
        raise Refusal("nothing_to_carry")
    unreleased = [one for one in _unreleased(db, note) if one.submission_id == earlier.id]
    if earlier.review is None and not unreleased:
        raise Refusal("nothing_to_carry")
    if earlier.review is not None:
        if earlier.review.released_at is not None:
            raise Refusal("review_already_released")
        before = target.review.message if target.review else ""
        draft_review(
            db, note, target, actor, "\n\n".join(filter(None, (before, earlier.review.message))), now=now
        )
        db.delete(earlier.review)
        earlier.review = None
    for remark in unreleased:
        remark.submission_id = target.id
    db.flush()
    return target


def release_review(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    *,
    verdict: Verdict | None,
    message: str,
    waived_because: str = "",
    parts: Sequence[str] = (),
    levels: Mapping[str, int] | None = None,
    now: datetime,
    seen_version: int,
    seen_revision: int | None = None,
) -> Review:
    """Answer a submission: the verdict moves the note, the message and the remarks kept until now are shown.

    `parts`: keys of the parts to take up again, all when empty. `waived_because`: why blocking remarks are passed
    over; it waives them. `levels`, `seen_revision`: as in `draft_review`. Refused as the table says, and with
    `newer_version_came` when this is not the newest.
    """
    latest = newest(note)
    if submission.withdrawn_at is not None or (seen_version != note.version and latest is submission):
        raise Refusal("stale_page")
    if verdict is None:
        raise Refusal("missing_verdict", status=422, field="verdict")
    if latest is not None and latest is not submission and latest.stage == submission.stage:
        raise Refusal("newer_version_came")
    stage = Stage(submission.stage)
    blocking = open_blocking_remarks(db, note)
    facts = Facts(
        stages=stages_of(db.get_one(Cohort, note.cohort_id).spec),
        drafts_required=db.get_one(Cohort, note.cohort_id).spec.min_drafts_reviewed,
        drafts_reviewed=drafts_reviewed(note) + (stage is Stage.DRAFT),
        reason=message,
        verdict=verdict,
        review_of_newest=True,
        review_released=submission.review is not None and submission.review.released_at is not None,
        open_blocking_remarks=len(blocking),
        waived_with_reason=waived_because,
    )
    name = decision_name(stage, verdict)
    foresee(db, note, name, Side.TUTOR, facts, seen_version=note.version)
    review = draft_review(
        db, note, submission, actor, message, levels=levels, now=now, seen_revision=seen_revision
    )
    review.verdict, review.released_at = verdict, now
    review.parts = list(parts) if verdict is Verdict.RETURNED else []
    released = _unreleased(db, note)
    for remark in released:
        remark.released_at = remark.changed_at = now
    data: dict[str, Any] = {
        "submission_id": submission.id,
        "review_id": review.id,
        "verdict": str(verdict),
        "remarks": len([one for one in released if one.visibility == "shared"]),
    }
    if verdict is Verdict.APPROVED and stage is Stage.PLAN and blocking and waived_because:
        for remark in blocking:
            remark.status, remark.waived_because, remark.changed_at = RemarkStatus.WAIVED, waived_because, now
        data["private_reason"] = waived_because
    make(
        db,
        note,
        name,
        actor,
        Side.TUTOR,
        facts,
        now=now,
        seen_version=note.version,
        data=data,
    )
    return review


def decision_name(stage: Stage, verdict: Verdict) -> str:
    """The move that a verdict at a stage stands for."""
    if verdict is Verdict.RETURNED:
        return f"return_{stage}"
    return "clear_for_final" if stage is Stage.DRAFT else f"approve_{stage}"


def drafts_reviewed(note: ValidationNote) -> int:
    """How many drafts have had an answer; `note.submissions` is loaded with reviews."""
    return sum(
        1
        for one in note.submissions
        if one.stage == Stage.DRAFT
        and one.withdrawn_at is None
        and one.review is not None
        and one.review.released_at is not None
    )


def open_blocking_remarks(db: Session, note: ValidationNote) -> list[Remark]:
    """The blocking remarks of a note that nobody has closed or waived, those of the draft included."""
    return [one for one in _remarks(db, note) if one.kind == RemarkKind.BLOCKING and is_unsettled(one)]


def _remarks(db: Session, note: ValidationNote) -> list[Remark]:
    return list(db.scalars(select(Remark).where(Remark.note_id == note.id).order_by(Remark.id)))


def _unreleased(db: Session, note: ValidationNote) -> list[Remark]:
    """What was remarked on the note and not shown yet, by whoever has sat in the tutor's seat."""
    return [one for one in _remarks(db, note) if one.released_at is None]
