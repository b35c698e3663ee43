"""Gathering lines: records, later days, versions and what is pending, each asked once for all the notes of a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.desk.lines import Answer, Frame, InReview, Line, Record, Versions, line_of
from tutoring.desk.load import Made
from tutoring.desk.statements import EXTENSIONS, EXTENSIONS_OF_LEARNER, MOVES, REMARKS, VERSIONS
from tutoring.desk.tasks import NOTHING, Pending, Remarks
from tutoring.notes.models import RemarkKind, RemarkStatus, Visibility
from tutoring.notes.moves import MOVE_NAMES, STAGE_OF, Side, Stage, State
from tutoring.notes.underway import open_questions, pending_topic_changes
from tutoring.programme.models import Cohort

_MOVE_OF = {f"note.{name}": name for name in MOVE_NAMES}
_NO_VERSIONS, _NO_REMARKS = Versions(), Remarks()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of several notes, by note id."""

    versions: Mapping[int, Versions]
    pending: Mapping[int, Pending]


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


def record_of(row: Any) -> Record:
    """A row of RECORDS."""
    cohort_id, learner_id, name, family, note_id, title, state, stood_at, since, shown, tutor_id, tutor = row
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
        cohort_id=cohort_id,
    )


def later_days(
    db: Session, cohort_ids: Collection[int], learner_id: int | None = None
) -> dict[tuple[int, int], dict[Stage, date]]:
    """By cohort and person, the days granted to them beyond the common ones; of one learner when given."""
    question = EXTENSIONS_OF_LEARNER if learner_id else EXTENSIONS
    found: defaultdict[tuple[int, int], dict[Stage, date]] = defaultdict(dict)
    for cohort_id, person_id, stage, until in db.execute(
        question, {"cohorts": list(cohort_ids), "person": learner_id}
    ):
        found[cohort_id, person_id][Stage(stage)] = until
    return dict(found)


def drawn_up(
    records: Iterable[Record],
    frames: Mapping[int, Frame],
    side: Side,
    later: Mapping[tuple[int, int], Mapping[Stage, date]],
    gathered: Gathered,
) -> list[Line]:
    """The lines of these records as this side is shown them; `frames` by cohort."""
    return [
        line_of(
            one,
            frames[one.cohort_id or 0],
            side,
            later.get((one.cohort_id or 0, one.learner_id), {}),
            gathered.versions.get(one.note_id or 0, _NO_VERSIONS),
            gathered.pending.get(one.note_id or 0, NOTHING),
        )
        for one in records
    ]


def versions_of(db: Session, records: Sequence[Record]) -> dict[int, Versions]:
    """By note id: the version its tutor has to answer (the newest at the stage being reviewed), the last answer."""
    stages = {r.note_id: STAGE_OF[r.state] for r in records if r.state and r.note_id is not None}
    found: dict[int, Versions] = {}
    for row in db.execute(VERSIONS, {"notes": list(stages)}):
        note_id, id_, stage, number, late, begun, released_at, opened_at = row
        known = found.get(note_id, _NO_VERSIONS)
        if stages[note_id] == stage:
            known = replace(known, in_review=InReview(id_, Stage(stage), number, late, bool(begun)))
        if released_at is not None and (known.answer is None or released_at >= known.answer.released_at):
            read = opened_at if opened_at is not None and opened_at >= released_at else None
            known = replace(known, answer=Answer(id_, Stage(stage), number, released_at, read))
        if opened_at is not None and (known.opened_at is None or opened_at > known.opened_at):
            known = replace(known, opened_at=opened_at)
        found[note_id] = known
    return found


def pending_of(db: Session, records: Iterable[Record], side: Side, reader_id: int) -> dict[int, Pending]:
    """By note id, what waits there as this reader may know it; a learner is given their remarks alone.

    Remarks that are not released are counted for the tutor of their note only.
    """
    tutors = {one.note_id: one.tutor_id for one in records if one.note_id is not None}
    ids = list(tutors)
    seats = {note_id for note_id, tutor_id in tutors.items() if tutor_id == reader_id}
    remarks = remarks_of(db, ids, side, seats)
    if side is Side.LEARNER:
        return {note_id: Pending(remarks=counted) for note_id, counted in remarks.items()}
    questions, changes = open_questions(db, ids), pending_topic_changes(db, ids)
    return {
        note_id: Pending(
            remarks.get(note_id, _NO_REMARKS),
            *questions.get(note_id, (0, None)),
            *changes.get(note_id, (None, None)),
        )
        for note_id in {*remarks, *questions, *changes}
    }


def remarks_of(db: Session, ids: list[int], side: Side, seats: Collection[int]) -> dict[int, Remarks]:
    """By note id, the remarks that are not settled; `seats`: notes whose tutor's seat the reader sits in."""
    found: defaultdict[int, Remarks] = defaultdict(Remarks)
    for row in db.execute(REMARKS, {"notes": ids}):
        note_id, status, kind, visibility, count, released, changed_at, oldest = row
        if side is Side.LEARNER and visibility != Visibility.SHARED:
            continue
        known = found[note_id]
        if note_id in seats:
            known = replace(known, unseen=known.unseen + count - released)
        if released and kind != RemarkKind.PRAISE:
            known = _counted(known, status, kind, released, changed_at, oldest)
        found[note_id] = known
    return dict(found)


def _counted(
    known: Remarks, status: str, kind: str, released: int, changed_at: datetime, oldest: int
) -> Remarks:
    block = released if kind == RemarkKind.BLOCKING else 0
    blocking = known.blocking + block
    if status == RemarkStatus.OPEN:
        first = min(oldest, known.first_open or oldest)
        return replace(
            known,
            blocking=blocking,
            blocking_open=known.blocking_open + block,
            open=known.open + released,
            first_open=first,
        )
    return replace(
        known,
        blocking=blocking,
        addressed=known.addressed + released,
        addressed_since=min(changed_at, known.addressed_since or changed_at),
        first_addressed=min(oldest, known.first_addressed or oldest),
    )


def moves_of(db: Session, note_ids: Iterable[int], since: datetime) -> list[Made]:
    """The moves of these notes since then, oldest first."""
    rows = db.execute(MOVES, {"notes": list(note_ids), "since": since})
    return [
        Made(note_id, _MOVE_OF[kind], at, actor_id)
        for note_id, kind, at, actor_id in rows
        if kind in _MOVE_OF
    ]
