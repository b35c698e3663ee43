"""What the cohort's front page shows of the space: the latest texts, and what the next day holds."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from resources.queries.space import editions_of_days, newest, reading_counts
from tutoring.documents.markdown import reading_minutes

LATEST = 5


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
