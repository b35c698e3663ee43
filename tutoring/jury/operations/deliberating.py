"""The president's decision and its release: recorded, taken up again, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from tutoring.jury.checks import is_locked
from tutoring.jury.models import Hearing, HearingPage, PanelPage
from tutoring.jury.operations.handing import chosen_of
from tutoring.jury.points import BadPoints, check_points
from tutoring.jury.queries import locked_of
from tutoring.notes import operations as notes
from tutoring.notes.moves import Facts, Outcome, Side
from tutoring.programme.spec import JurySpec
from tutoring.store.events import record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal


def record_outcome(
    db: Session,
    page: HearingPage,
    *,
    outcome: Outcome | None,
    grade: int | None,
    reason: str,
    seen_version: int,
    now: datetime,
) -> Hearing:
    """Record what the panel decided; `grade` in hundredths of a point, None when none is given.

    Refused as the move `record_deliberation` is, before the president has locked their own evaluation, for a
    grade that belies the outcome, and for an unfavourable outcome that gives no reason.
    """
    hearing, spec = page.hearing, page.standing.cohort.jury
    if not is_locked(page.mine):
        raise Refusal("own_evaluation_first")
    count = locked_of(db, hearing).count
    facts = Facts(
        outcome=outcome,
        evaluations_locked=count.locked,
        evaluations_required=spec.min_locked_evaluations,
        quorum_met=count.quorum(spec),
        minutes_signed=False,
    )
    _check_decision(spec, outcome, grade, reason)
    # The event of the note holds neither outcome nor grade: its learner and tutor read that journal.
    notes.make(
        db,
        hearing.note,
        "record_deliberation",
        page.standing.person,
        Side.PRESIDENT,
        facts,
        now=now,
        seen_version=seen_version,
        data={"hearing_id": hearing.id},
    )
    hearing.outcome = str(outcome)
    hearing.grade_hundredths = grade
    hearing.grade_out_of = spec.grade_out_of if grade is not None else None
    hearing.reason = reason
    hearing.recorded_by_id, hearing.recorded_at = page.standing.person.id, now
    db.flush()
    return hearing


def _check_decision(spec: JurySpec, outcome: Outcome | None, grade: int | None, reason: str) -> None:
    if grade is not None:
        if spec.grade_out_of is None:
            raise Refusal("no_grade_here", field="grade")
        try:
            check_points(grade, spec.grade_out_of)
        except BadPoints as bad:
            raise Refusal("points_wrong", field="grade", most=spec.grade_out_of) from bad
        passed_below = (
            outcome is Outcome.PASSED and spec.pass_mark is not None and grade < spec.pass_mark * 100
        )
        if passed_below:
            raise Refusal("grade_below_pass_mark", field="grade", pass_mark=spec.pass_mark)
    if outcome is not None and outcome is not Outcome.PASSED and not reason.strip():
        raise Refusal("outcome_without_reason", field="reason")


def reopen(db: Session, page: HearingPage, *, seen_version: int, now: datetime) -> Hearing:
    """Take the deliberation up again; the outcome is to be chosen anew, what was written is kept."""
    hearing = page.hearing
    notes.make(
        db,
        hearing.note,
        "reopen_deliberation",
        page.standing.person,
        Side.PRESIDENT,
        Facts(minutes_signed=False),
        now=now,
        seen_version=seen_version,
        data={"hearing_id": hearing.id},
    )
    hearing.outcome = hearing.recorded_at = hearing.recorded_by_id = None
    db.flush()
    return hearing


def publish(db: Session, page: PanelPage, chosen: Mapping[int, int], *, now: datetime) -> list[Hearing]:
    """Release the results of these hearings (hearing id: version of the note that was seen), all or none.

    From here on learner and tutor read them on the note's page; each learner is told by the move itself.
    """
    released = chosen_of(page.panel, chosen)
    for hearing in released:
        outcome = Outcome(hearing.outcome) if hearing.outcome else None
        notes.make(
            db,
            hearing.note,
            "publish",
            page.standing.person,
            Side.COORDINATOR,
            Facts(recorded_outcome=outcome),
            now=now,
            seen_version=chosen[hearing.id],
            data={"hearing_id": hearing.id},
        )
        hearing.released_at = now
        db.flush()
        record(
            db,
            "hearing.released",
            hearing,
            actor_id=page.standing.person.id,
            now=now,
            side=Side.COORDINATOR,
            cohort_id=page.panel.cohort_id,
            outcome=hearing.outcome,
            grade_hundredths=hearing.grade_hundredths,
            out_of=hearing.grade_out_of,
        )
        emit(
            db,
            "result.released",
            institution_id=hearing.institution_id,
            now=now,
            note_id=hearing.note_id,
            hearing_id=hearing.id,
        )
    return released
