"""Named questions of the desk: what each page gathers, in a number of queries that no cohort's size changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tutoring.desk.board import tally
from tutoring.desk.gathering import (
    Gathered,
    drawn_up,
    frame_of,
    later_days,
    moves_of,
    pending_of,
    record_of,
    versions_of,
)
from tutoring.desk.lines import Frame, Line, Record, Versions
from tutoring.desk.load import load_of, loads_of, median_days
from tutoring.desk.models import BoardPage, Elsewhere, FrontPage, QueuePage, Sitting
from tutoring.desk.news import Asked, Change, News
from tutoring.desk.order import ordered
from tutoring.desk.statements import (
    CHANGE,
    COHORTS,
    NEXT_DAY,
    QUESTIONS,
    RECORDS,
    RECORDS_FOLLOWED,
    RECORDS_OF_LEARNER,
    RECORDS_OF_TUTOR,
    REPLIES,
    SITTINGS,
    SPEAKING,
    STEPS,
)
from tutoring.desk.told import Happened, told_by
from tutoring.jury.composition import Count
from tutoring.notes.moves import Side, Stage
from tutoring.programme.models import Cohort, Day, Role, Standing

# How far back a tutor's pace is looked for.
PACE = timedelta(days=365)


def front_page(db: Session, standing: Standing, now: datetime) -> FrontPage:
    """The front page of a cohort for the role that its reader holds there."""
    frame = frame_of(standing.cohort, now)
    shared: dict[str, Any] = {
        "standing": standing,
        "day": next_day(db, standing.cohort.id, frame.today),
        "today": frame.today,
    }
    if standing.role == Role.LEARNER:
        return FrontPage(**shared, **_own_note(db, standing, frame))
    shared["sittings"] = sittings_of(db, standing)
    if standing.role == Role.GUEST:
        return FrontPage(**shared)
    shared["speaks_on"] = speaking_days(db, standing, frame.today)
    if standing.role == Role.STAFF:
        lines = _lines(db, standing, frame, followed=True)
        return FrontPage(**shared, queue=awaiting_tutor(lines), follows=len(lines))
    lines = _lines(db, standing, frame)
    mine = [line for line in lines if line.tutor_id == standing.person.id]
    return FrontPage(
        **shared, queue=awaiting_tutor(mine), follows=len(mine), tally=tally(lines), lines=ordered(lines)
    )


def next_day(db: Session, cohort_id: int, today: date) -> Day | None:
    """The cohort's next day (today included) with its half-days and speakers, in one question."""
    return db.scalars(NEXT_DAY, {"cohort": cohort_id, "today": today}).unique().one_or_none()


def _own_note(db: Session, standing: Standing, frame: Frame) -> dict[str, Any]:
    asked = {"cohort": standing.cohort.id, "person": standing.person.id}
    records = [record_of(row) for row in db.execute(RECORDS_OF_LEARNER, asked)]
    if not records:
        return {}
    learner_id, note_id = standing.person.id, records[0].note_id
    gathered = Gathered({}, {})
    if note_id is not None:
        gathered = Gathered(versions_of(db, records), pending_of(db, records, Side.LEARNER, learner_id))
    later = later_days(db, [standing.cohort.id], learner_id)
    [line] = drawn_up(records, {standing.cohort.id: frame}, Side.LEARNER, later, gathered)
    if note_id is None:
        return {"note": line}
    happened = steps_of(db, note_id)
    deeds = [one.at for one in happened if one.actor_id == learner_id]
    return {
        "note": line,
        "told": told_by(happened, learner_id),
        "news": _news(db, note_id, learner_id, line.versions, deeds),
    }


def _news(db: Session, note_id: int, learner_id: int, versions: Versions, deeds: Sequence[datetime]) -> News:
    """What is new to the learner of a note; they looked at it when they last had a version open, or did anything."""
    opened = versions.opened_at
    since = max((at for at in (opened, *deeds) if at is not None), default=None)
    replies, first = 0, None
    if opened is not None:
        asked = {"note": note_id, "person": learner_id, "since": opened}
        replies, first = db.execute(REPLIES, asked).one()
    row = db.execute(CHANGE, {"note": note_id}).one_or_none()
    change = Change(*row) if row else None
    news = News(since=since)
    return News(
        since=since,
        answer=versions.answer if versions.answer and versions.answer.read_at is None else None,
        replies=replies,
        first_reply=first,
        asked=tuple(Asked(*row) for row in db.execute(QUESTIONS, {"note": note_id})),
        change=change if change and (change.verdict is None or news.is_new(change.decided_at)) else None,
    )


def steps_of(db: Session, note_id: int) -> list[Happened]:
    """What happened to a note, oldest first, whoever may know of it."""
    rows = db.execute(STEPS, {"note": note_id})
    return [Happened(data, at, actor_id, who or "") for data, at, actor_id, who in rows]


def queue_page(db: Session, standing: Standing, now: datetime) -> QueuePage:
    """The notes that this tutor follows in this cohort, and what all those that they follow amount to."""
    here, tutor_id = standing.cohort.id, standing.person.id
    records = [record_of(row) for row in db.execute(RECORDS_FOLLOWED, {"person": tutor_id})]
    cohorts = _cohorts_of(db, standing, records)
    frames = {cohort.id: frame_of(cohort, now) for cohort in cohorts}
    gathered = Gathered(
        versions_of(db, [one for one in records if one.cohort_id == here]),
        pending_of(db, records, Side.TUTOR, tutor_id),
    )
    lines = drawn_up(records, frames, Side.TUTOR, later_days(db, frames), gathered)
    by_cohort: defaultdict[int | None, list[Line]] = defaultdict(list)
    for record, line in zip(records, lines, strict=True):
        by_cohort[record.cohort_id].append(line)
    moves = moves_of(db, [one.note_id for one in records if one.note_id is not None], now - PACE)
    today = frames[here].today
    return QueuePage(
        standing=standing,
        lines=ordered(by_cohort[here]),
        elsewhere=_elsewhere([one for one in cohorts if one.id != here], by_cohort),
        load=load_of(lines, today),
        median=median_days(moves, tutor_id),
        today=today,
    )


def _cohorts_of(db: Session, standing: Standing, records: Iterable[Record]) -> list[Cohort]:
    """This cohort, and the others of these records by name."""
    others = {one.cohort_id for one in records} - {standing.cohort.id}
    asked = {"cohorts": sorted(one for one in others if one is not None)}
    return [standing.cohort, *(db.scalars(COHORTS, asked) if others else ())]


def _elsewhere(cohorts: Iterable[Cohort], lines: Mapping[int | None, list[Line]]) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(one.id, one.name, len(awaiting_tutor(lines[one.id])), len(lines[one.id])) for one in cohorts
    )


def awaiting_tutor(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that give their tutor something to do, the longest awaited first."""
    return ordered((line for line in lines if line.todo), "age")


def board_page(db: Session, standing: Standing, now: datetime) -> BoardPage:
    """The board of a cohort, whole: one line for each learner."""
    frame = frame_of(standing.cohort, now)
    lines = tuple(_lines(db, standing, frame))
    tutors = {line.tutor_id: line.tutor for line in lines if line.tutor_id is not None}
    return BoardPage(
        standing=standing,
        lines=lines,
        tutors=dict(sorted(tutors.items(), key=lambda pair: pair[1])),
        tally=tally(lines),
        loads=loads_of(lines, frame.today),
        stages=(*frame.stages, Stage.JURY, Stage.CERTIFICATE),
        today=frame.today,
    )


def _lines(db: Session, standing: Standing, frame: Frame, *, followed: bool = False) -> list[Line]:
    """The lines of a cohort's learners as this reader may see them; of those whom they follow when `followed`."""
    cohort_id, person_id = standing.cohort.id, standing.person.id
    question = RECORDS_OF_TUTOR if followed else RECORDS
    records = [record_of(row) for row in db.execute(question, {"cohort": cohort_id, "person": person_id})]
    side = Side.COORDINATOR if standing.role == Role.COORDINATOR else Side.TUTOR
    gathered = Gathered({}, pending_of(db, records, side, person_id))
    return drawn_up(records, {cohort_id: frame}, side, later_days(db, [cohort_id]), gathered)


def speaking_days(db: Session, standing: Standing, today: date) -> tuple[Day, ...]:
    """The days to come on which this person speaks in this cohort, the nearest first."""
    asked = {"cohort": standing.cohort.id, "person": standing.person.id, "today": today}
    return tuple(db.scalars(SPEAKING, asked))


def sittings_of(db: Session, standing: Standing) -> tuple[Sitting, ...]:
    """The panels of this cohort on which this person sits, and what each expects of them now, by day."""
    rows = db.execute(SITTINGS, {"cohort": standing.cohort.id, "person": standing.person.id})
    return _sittings(rows, standing.cohort)


def _sittings(rows: Iterable[Any], cohort: Cohort) -> tuple[Sitting, ...]:
    spec = cohort.jury
    found: dict[int, Sitting] = {}
    for panel_id, sits_on, place, presides, before_them, own_locked_at, locked in rows:
        known = found.get(panel_id) or Sitting(panel_id, sits_on, place, presides, 0, 0)
        there = bool(before_them)
        found[panel_id] = Sitting(
            panel_id,
            sits_on,
            place,
            presides,
            known.to_evaluate + (there and own_locked_at is None),
            known.to_deliberate + (there and presides and Count(locked, locked).suffices(spec)),
        )
    return tuple(found.values())
