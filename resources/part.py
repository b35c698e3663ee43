"""What resources brings to the house: the space of each day, the library and its index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from resources.commands import resources
from resources.operations.indexing import engine_at, ensure_index, reindex_day
from resources.views import pages
from resources.views.panels import (
    assigned_readings,
    new_texts,
    next_day,
    own_readings,
    reading_with_remark,
    remarked_readings,
)
from tutoring.store.outbox import Consumer, OutboxRow
from tutoring.web.edge import database, house
from tutoring.web.part import NavLink, Panel, Part


def _nav(standing: Any) -> Iterable[NavLink]:
    cohort_id = standing.cohort.id
    yield NavLink("days", url_for("resources.days", cohort_id=cohort_id), "resources.days", 20)
    yield NavLink("library", url_for("resources.library", cohort_id=cohort_id), "resources.library", 30)


def _index(db: Session, row: OutboxRow, _now: datetime) -> None:
    """`space.changed` {cohort_id, day_id}: a day is told again, or every day of the cohort when `day_id` is None."""
    engine = engine_at(house().settings.index)
    reindex_day(db, engine, row.payload["cohort_id"], row.payload.get("day_id"))


def _check() -> None:
    with database.sessionmaker() as db:
        ensure_index(db, engine_at(house().settings.index))


PART = Part(
    name="resources",
    blueprint=pages,
    commands=(resources,),
    consumers=(Consumer("index", ("space.changed",), _index),),
    panels=(
        Panel("front.day", next_day, 20),
        Panel("front.new", own_readings, 10),
        Panel("front.new", new_texts, 20),
        Panel("note.side", assigned_readings, 30),
        Panel("submission.side", remarked_readings, 30),
        Panel("remark.tools", reading_with_remark, 30),
    ),
    nav=_nav,
    check=_check,
)
