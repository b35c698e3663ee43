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
from tutoring.programme.spec import StageSpec
from tutoring.store.refusal import Refusal

IN_REVIEW = (State.TOPIC_REVIEW, State.PLAN_REVIEW, State.DRAFT_REVIEW)
# What a draft is read again for before it is written over.
SAID = ("message", "levels", "parts", "revision", "author_id", "released_at")


def draft_review(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    text: str,
    *,
    levels: Mapping[str, int] | None = None,
    parts: Sequence[str] | None = None,
    now: datetime,
    seen_revision: int | None = None,
) -> Review:
    """Keep what is written so far of the answer; nobody but the tutor's seat sees it.

    `levels`: by criterion of the stage's rubric, an index into its levels; `parts`: keys of those to take up again;
    None leaves them. `seen_revision`: the draft that the writer had before them, 0 for none; refused (409, field
    `revision`) with `review_written_meanwhile` when another window or person has written something else since, and
    with `review_already_released` once it is out. A new tutor goes on with their predecessor's draft.
    """
    _check_levels(_rubric_of(db, submission, note), levels or {})
    review = submission.review
    if review is None:
        return _begin(db, note, submission, actor, text, dict(levels or {}), list(parts or ()), now)
    # Two windows that write at once queue here, so that the second sees what the first has written.
    db.refresh(review, SAID, with_for_update=True)
    if review.released_at is not None:
        raise Refusal("review_already_released")
    wanted = (
        text,
        review.levels if levels is None else dict(levels),
        review.parts if parts is None else list(parts),
    )
    if wanted == (review.message, review.levels, review.parts):
        return review
    if seen_revision is not None and seen_revision != review.revision:
        raise _written_meanwhile(db, review, actor)
    review.message, review.levels, review.parts = wanted
    review.author_id, review.drafted_at = actor.id, now
    review.revision += 1
    db.flush()
    return review


def _begin(
    db: Session,
    note: ValidationNote,
    submission: Submission,
    actor: Person,
    text: str,
    levels: dict[str, int],
    parts: list[str],
    now: datetime,
) -> Review:
    if State(note.state) not in IN_REVIEW or STAGE_OF[State(note.state)] != submission.stage:
        raise Refusal("not_now")
    review = Review(
        institution_id=note.institution_id,
        author_id=actor.id,
        message=text,
        verdict=None,
        parts=parts,
        levels=levels,
        revision=1,
        drafted_at=now,
        released_at=None,
    )
    submission.review = review
    db.flush()
    return review


def _written_meanwhile(db: Session, review: Review, actor: Person) -> Refusal:
    """Names who wrote, unless it is the same person in another window."""
    who = "" if review.author_id == actor.id else db.get_one(Person, review.author_id).name
    return Refusal("review_written_meanwhile", field="revision", who=who)


def _check_levels(rubric: StageSpec | None, levels: Mapping[str, int]) -> None:
    if levels != _still_known(rubric, levels):
        raise Refusal("level_unknown")


def _still_known(rubric: StageSpec | None, levels: Mapping[str, int]) -> dict[str, int]:
    """Those of these levels that the stage's rubric, as it is now, can say."""
    if rubric is None:
        return {}
    known = {criterion.key for criterion in rubric.criteria}
    return {key: level for key, level in levels.items() if key in known and 0 <= level < len(rubric.levels)}


def _rubric_of(db: Session, submission: Submission, note: ValidationNote) -> StageSpec | None:
    return db.get_one(Cohort, note.cohort_id).spec.stage(submission.stage)


def _in_words(rubric: StageSpec | None, levels: Mapping[str, int]) -> list[dict[str, Any]]:
    """The levels given as they are called today: what was told stays as it was when the rubric changes later."""
    if rubric is None:
        return []
    return [
        {
            "key": criterion.key,
            "title": criterion.title,
            "level": rubric.levels[levels[criterion.key]],
            "rank": levels[criterion.key] + 1,
            "of": len(rubric.levels),
        }
        for criterion in rubric.criteria
        if criterion.key in levels
    ]


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
        before, begun = target.review, earlier.review
        words = "\n\n".join(filter(None, (before.message if before else "", begun.message)))
        levels = _still_known(
            _rubric_of(db, target, note), {**begun.levels, **(before.levels if before else {})}
        )
        parts = (before.parts if before else []) or begun.parts
        draft_review(db, note, target, actor, words, levels=levels, parts=parts, now=now)
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
    `newer_version_came` when this is not the newest. The event holds the levels in words (`levels`).
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
        db,
        note,
        submission,
        actor,
        message,
        levels=levels,
        parts=parts,
        now=now,
        seen_revision=seen_revision,
    )
    review.verdict, review.released_at, review.author_id = verdict, now, actor.id
    review.parts = list(parts) if verdict is Verdict.RETURNED else []
    rubric = _rubric_of(db, submission, note)
    # A criterion that was taken out while the answer was being written is said to nobody.
    review.levels = _still_known(rubric, review.levels)
    released = _unreleased(db, note)
    for remark in released:
        remark.released_at = remark.changed_at = now
    data: dict[str, Any] = {
        "submission_id": submission.id,
        "review_id": review.id,
        "verdict": str(verdict),
        "remarks": len([one for one in released if one.visibility == "shared"]),
        "levels": _in_words(rubric, review.levels),
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
