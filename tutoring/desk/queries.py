"""Named questions of the desk: what each page gathers, in a number of queries that no cohort's size changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.desk.board import ordered, tally
from tutoring.desk.lines import Frame, InReview, Line, Record, line_of
from tutoring.desk.models import BoardPage, Elsewhere, FrontPage, QueuePage, Sitting
from tutoring.desk.statements import (
    ELSEWHERE,
    NEXT_DAY,
    RECORDS,
    RECORDS_OF_LEARNER,
    RECORDS_OF_TUTOR,
    SITTINGS,
    SPEAKING,
    STEPS,
    VERSIONS,
)
from tutoring.desk.told import Happened, told_by
from tutoring.jury.composition import Count
from tutoring.notes.moves import STAGE_OF, Side, Stage, State, Turn
from tutoring.programme.models import Cohort, Day, Role, Standing
from tutoring.programme.queries import extensions_of


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
        lines = _lines(db, standing, frame, tutor_id=standing.person.id)
        return FrontPage(**shared, queue=awaiting_tutor(lines), follows=len(lines))
    lines = _lines(db, standing, frame)
    mine = [line for line in lines if line.tutor_id == standing.person.id]
    return FrontPage(
        **shared, queue=awaiting_tutor(mine), follows=len(mine), tally=tally(lines), lines=ordered(lines)
    )


def next_day(db: Session, cohort_id: int, today: date) -> Day | None:
    """The cohort's next day (today included) with its half-days and speakers, in one question."""
    return db.scalars(NEXT_DAY, {"cohort": cohort_id, "today": today}).unique().one_or_none()


def frame_of(cohort: Cohort, now: datetime) -> Frame:
    """What all lines of this cohort share; its specification is read once here."""
    spec = cohort.spec
    return Frame(
        stages=tuple(Stage(stage.key) for stage in spec.stages),
        deadlines={Stage(key): day for key, day in spec.deadlines.items()},
        jury_from=cohort.jury_from,
        jury_to=cohort.jury_to,
        now=now,
    )


def _own_note(db: Session, standing: Standing, frame: Frame) -> dict[str, Any]:
    lines = _lines(db, standing, frame, learner_id=standing.person.id)
    if not lines:
        return {}
    note_id = lines[0].note_id
    told = told_by(steps_of(db, note_id), standing.person.id) if note_id is not None else None
    return {"note": lines[0], "told": told}


def steps_of(db: Session, note_id: int) -> list[Happened]:
    """What happened to a note, oldest first, whoever may know of it."""
    rows = db.execute(STEPS, {"note": note_id})
    return [Happened(data, at, actor_id, who or "") for data, at, actor_id, who in rows]


def queue_page(db: Session, standing: Standing, now: datetime) -> QueuePage:
    """The notes that this tutor follows in this cohort: those that await them, then the others."""
    frame = frame_of(standing.cohort, now)
    lines = _lines(db, standing, frame, tutor_id=standing.person.id, with_versions=True)
    waiting = awaiting_tutor(lines)
    return QueuePage(
        standing=standing,
        waiting=waiting,
        others=ordered([line for line in lines if line not in waiting]),
        elsewhere=tuple(waiting_elsewhere(db, standing)),
        today=frame.today,
    )


def awaiting_tutor(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines in which their tutor is awaited, the longest first."""
    return ordered(line for line in lines if line.turn is Turn.TUTOR)


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
        stages=(*frame.stages, Stage.JURY, Stage.CERTIFICATE),
        today=frame.today,
    )


def _lines(
    db: Session,
    standing: Standing,
    frame: Frame,
    *,
    learner_id: int | None = None,
    tutor_id: int | None = None,
    with_versions: bool = False,
) -> list[Line]:
    """The lines of a cohort's learners as this reader may see them, of one learner or tutor when given."""
    question = RECORDS_OF_LEARNER if learner_id else RECORDS_OF_TUTOR if tutor_id else RECORDS
    asked = {"cohort": standing.cohort.id, "person": learner_id or tutor_id}
    records = [_record(row) for row in db.execute(question, asked)]
    later: defaultdict[int, dict[Stage, date]] = defaultdict(dict)
    for extension in extensions_of(db, standing.cohort.id, learner_id):
        later[extension.person_id][Stage(extension.stage)] = extension.until
    versions = versions_in_review(db, records) if with_versions else {}
    side = _eye(standing)
    return [
        line_of(record, frame, side, later.get(record.learner_id, {}), versions.get(record.note_id or 0))
        for record in records
    ]


def _eye(standing: Standing) -> Side:
    """The side by which this reader sees the notes that a page of the desk lists for them."""
    sides = {Role.LEARNER: Side.LEARNER, Role.COORDINATOR: Side.COORDINATOR}
    return sides.get(standing.role, Side.TUTOR)


def _record(row: Any) -> Record:
    learner_id, name, family, note_id, title, state, stood_at, since, shown, tutor_id, tutor = row
    return Record(
        learner_id=learner_id,
        name=name,
        family_name=family,
        note_id=note_id,
        title=title,
        state=State(state) if state else None,
        stood_at=State(stood_at) if stood_at else None,
        turn_since=since,
        shown_since=shown,
        tutor_id=tutor_id,
        tutor=tutor,
    )


def versions_in_review(db: Session, records: Sequence[Record]) -> dict[int, InReview]:
    """By note id, the version that its tutor has to answer: the newest handed in at the stage being reviewed."""
    stages = {r.note_id: STAGE_OF[r.state] for r in records if r.state and r.note_id is not None}
    rows = db.execute(VERSIONS, {"notes": list(stages)})
    newest: dict[int, InReview] = {}
    for note_id, id_, stage, number, late, begun in rows:
        if stages[note_id] == stage:
            newest[note_id] = InReview(id_, Stage(stage), number, late, bool(begun))
    return newest


def waiting_elsewhere(db: Session, standing: Standing) -> list[Elsewhere]:
    """The other cohorts of this tutor in which notes await them, by name."""
    asked = {"cohort": standing.cohort.id, "person": standing.person.id}
    rows = db.execute(ELSEWHERE, asked)
    return [Elsewhere(cohort_id, name, count) for cohort_id, name, count in rows]


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
