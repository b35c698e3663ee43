"""What other pages show of the space: the latest texts, the next day, the readings handed to a learner."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from resources.policy import sees_assigned, sees_its_remark
from resources.queries.assigned import assigned_to, assigned_to_learner
from resources.queries.space import editions_of_days, newest, reading_counts
from tutoring.documents.markdown import reading_minutes
from tutoring.notes.models import NotePage, SubmissionPage
from tutoring.notes.moves import Side
from tutoring.notes.policy import STAFF
from tutoring.programme.models import Role

LATEST = 5
OWN = frozenset({Side.LEARNER})


def new_texts(db: Session, viewer: Any, thing: Any) -> str:
    """The syntheses and readings published last in the cohort, latest first."""
    cohort = thing.standing.cohort
    editions, readings = newest(db, cohort.id, LATEST)
    items: list[dict[str, Any]] = [
        *(
            {
                "kind": "synthese",
                "title": edition.title,
                "day": edition.synthesis.day,
                "at": edition.published_at,
                "edition": edition.number,
                "anchor": "synthesis",
            }
            for edition in editions
        ),
        *(
            {
                "kind": "lecture",
                "title": reading.title,
                "day": reading.day,
                "at": reading.added_at,
                "edition": 1,
                "anchor": f"reading-{reading.id}",
            }
            for reading in readings
        ),
    ]
    items.sort(key=lambda item: item["at"], reverse=True)
    return render_template("resources/panel_new.html", cohort=cohort, items=items[:LATEST])


def next_day(db: Session, viewer: Any, thing: Any) -> str:
    """What the space of the cohort's next day (`thing.day`) holds, with its link; nothing when there is no such day."""
    day = thing.day
    if day is None:
        return ""
    edition = next(iter(editions_of_days(db, [day.id])), None)
    return render_template(
        "resources/panel_day.html",
        day=day,
        href=url_for("resources.day", cohort_id=day.cohort_id, number=day.number),
        edition=edition,
        minutes=reading_minutes(edition.words) if edition else 0,
        readings=reading_counts(db, [day.id]).get(day.id, 0),
    )


def own_readings(db: Session, viewer: Any, thing: Any) -> str:
    """On a learner's front page, what was handed to them and that they do not say they have read."""
    if thing.standing.role != Role.LEARNER or thing.note is None or thing.note.note_id is None:
        return ""
    mine = [one for one in assigned_to_learner(db, thing.standing) if sees_assigned(one, OWN)]
    if not mine:
        return ""
    return render_template(
        "resources/panel_own.html",
        cohort_id=thing.standing.cohort.id,
        note_id=thing.note.note_id,
        lines=mine[:LATEST],
        more=len(mine) - LATEST,
    )


def assigned_readings(db: Session, viewer: Any, page: NotePage) -> str:
    """On a note, what was handed to its learner; for its tutor and coordinators, the way to hand more."""
    assigns = bool(page.sides & STAFF)
    lines = [one for one in assigned_to(db, page.note) if sees_assigned(one, page.sides)]
    if not lines and not assigns:
        return ""
    return render_template(
        "resources/panel_assigned.html",
        note=page.note,
        lines=lines,
        assigns=assigns,
        learner=Side.LEARNER in page.sides,
        remarks={one.id: one.remark for one in lines if sees_its_remark(one, page.sides)},
    )


def remarked_readings(db: Session, viewer: Any, page: NotePage | SubmissionPage) -> str:
    """On a submission, what was handed from the remarks on it (of the whole note, when they are not told apart)."""
    here = isinstance(page, SubmissionPage)
    threads = {one.id for one in (page.threads if isinstance(page, SubmissionPage) else page.note.remarks)}
    lines = [
        one
        for one in assigned_to(db, page.note)
        if one.remark_id in threads and sees_assigned(one, page.sides) and sees_its_remark(one, page.sides)
    ]
    if not lines:
        return ""
    return render_template("resources/panel_remarked.html", note=page.note, lines=lines, here=here)


def reading_with_remark(_db: Session, _viewer: Any, page: SubmissionPage) -> str:
    """In a remark's thread, for those who may hand readings: drawn once for all, `__remark__` is the remark's id."""
    if not page.sides & {Side.TUTOR, Side.COORDINATOR}:
        return ""
    return render_template("resources/panel_remark_tool.html", note=page.note)
