"""A juror's own evaluation: kept as a draft, then locked, alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.jury import notices
from tutoring.jury.composition import Count
from tutoring.jury.models import Evaluation, Hearing, HearingPage
from tutoring.jury.points import BadPoints, check_points
from tutoring.jury.queries import locked_of
from tutoring.notes.moves import Side, State
from tutoring.programme.spec import NoteSpec
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def save_evaluation(
    db: Session,
    page: HearingPage,
    *,
    points: Mapping[str, int | None],
    comment: str,
    seen_version: int,
    now: datetime,
) -> Evaluation:
    """Keep a juror's draft; points in hundredths by criterion, None where none are given yet."""
    evaluation = _open_evaluation(db, page, seen_version=seen_version, now=now)
    evaluation.points = checked_points(page.standing.cohort.spec, points)
    evaluation.comment, evaluation.saved_at = comment, now
    db.flush()
    return evaluation


def checked_points(spec: NoteSpec, points: Mapping[str, int | None]) -> dict[str, int]:
    """The points given to the criteria of the rubric. Refused (field `points_<key>`) when out of their bounds."""
    kept = {}
    for criterion in spec.rubric:
        given = points.get(criterion.key)
        if given is None:
            continue
        try:
            kept[criterion.key] = check_points(given, criterion.points)
        except BadPoints as bad:
            raise Refusal("points_wrong", field=f"points_{criterion.key}", most=criterion.points) from bad
    return kept


def _open_evaluation(db: Session, page: HearingPage, *, seen_version: int, now: datetime) -> Evaluation:
    if page.hearing.note.state != State.WITH_JURY:
        raise Refusal("evaluations_closed")
    mine = page.mine
    if mine is not None and mine.locked_at is not None:
        raise Refusal("evaluation_locked")
    if seen_version != (mine.version if mine else 0):
        raise Refusal("stale_page")
    if mine is None:
        mine = Evaluation(
            institution_id=page.hearing.institution_id,
            hearing_id=page.hearing.id,
            juror_id=page.standing.person.id,
            points={},
            comment="",
            saved_at=now,
        )
        db.add(mine)
    return mine


def lock_evaluation(
    db: Session,
    page: HearingPage,
    *,
    points: Mapping[str, int | None],
    comment: str,
    confirmed: bool,
    seen_version: int,
    now: datetime,
) -> Evaluation:
    """Make a juror's evaluation final; refused unless confirmed and complete.

    When it is the one that lets the panel deliberate, the president is told that it is their turn.
    """
    # One lock at a time on a note, so that exactly one of them finds itself to be the last one needed.
    db.execute(select(Hearing.id).where(Hearing.id == page.hearing.id).with_for_update())
    for criterion in page.standing.cohort.spec.rubric:
        if points.get(criterion.key) is None:
            raise Refusal("points_missing", field=f"points_{criterion.key}")
    if not confirmed:
        raise Refusal("lock_unconfirmed", field="confirm")
    evaluation = save_evaluation(db, page, points=points, comment=comment, seen_version=seen_version, now=now)
    before = locked_of(db, page.hearing).count
    evaluation.locked_at = now
    db.flush()
    record(
        db,
        "evaluation.locked",
        evaluation,
        actor_id=page.standing.person.id,
        now=now,
        side=Side.JUROR,
        cohort_id=page.standing.cohort.id,
        hearing_id=page.hearing.id,
    )
    _tell_president(db, page, before, now)
    return evaluation


def _tell_president(db: Session, page: HearingPage, before: Count, now: datetime) -> None:
    spec = page.standing.cohort.jury
    locked = locked_of(db, page.hearing)
    if before.suffices(spec) or not locked.count.suffices(spec):
        return
    for seat in page.hearing.panel.seats:
        # Who has just locked reads it on the page they come back to.
        if seat.presides and seat.person_id != page.standing.person.id:
            notices.tell_president(
                db,
                seat.person,
                page.hearing.panel,
                page.hearing,
                own_locked=seat.person_id in locked.person_ids,
                now=now,
            )
