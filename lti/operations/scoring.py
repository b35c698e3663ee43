"""The verbs about scores: to ask that a released result be sent anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.models import (
    CourseLink,
    ResourceLink,
    Score,
    ScoreState,
)
from tutoring.programme.models import Standing
from tutoring.store.outbox import emit

SCORE_WANTED = "score.wanted"


def send_again(db: Session, standing: Standing, *, now: datetime, score_id: int | None = None) -> int:
    """Ask for one score anew, or for every one of the cohort that did not arrive; returns how many."""
    question = select(Score).join(Score.link).join(ResourceLink.course)
    question = question.where(CourseLink.cohort_id == standing.cohort.id)
    question = (
        question.where(Score.state != ScoreState.SENT)
        if score_id is None
        else question.where(Score.id == score_id)
    )
    wanted = db.scalars(question).all()
    for score in wanted:
        score.state, score.error, score.attempts = ScoreState.WAITING, None, 0
    for note_id in sorted({score.note_id for score in wanted}):
        emit(
            db,
            SCORE_WANTED,
            institution_id=standing.cohort.institution_id,
            now=now,
            note_id=note_id,
            again=True,
        )
    return len(wanted)
