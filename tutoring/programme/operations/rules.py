"""The verbs about a cohort's rules: its dates, what its note must be, how its jury decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tutoring.programme.models import Cohort, Day, Standing
from tutoring.programme.reading import Fault, Invalid
from tutoring.programme.spec import JurySpec, NoteSpec
from tutoring.store.events import record
from tutoring.store.refusal import Refusal


def set_dates(
    db: Session,
    standing: Standing,
    *,
    starts_on: date,
    ends_on: date,
    deadlines: Mapping[str, date | None],
    jury_from: date,
    jury_to: date,
    seen_version: int,
    now: datetime,
) -> Cohort:
    """Write the cohort's dates, the common day of each stage (by its key, None: no day) and the jury's.

    Refused on a stale page; raises Invalid (paths: a field's name, or `stages`, index, `deadline`).
    """
    cohort = _fresh(standing, seen_version)
    spec = cohort.note_spec
    stages = [
        {**stage, "deadline": day.isoformat() if (day := deadlines.get(stage["key"])) else None}
        for stage in spec["stages"]
    ]
    faults = [
        *_in_order("ends_on", starts_on, ends_on),
        *_in_order("jury_to", jury_from, jury_to),
        *_days_inside(db, cohort, starts_on, ends_on),
    ]
    try:
        read = NoteSpec.from_dict({**spec, "stages": stages})
    except Invalid as wrong:
        raise Invalid([*wrong.faults, *faults]) from wrong
    for index, stage in enumerate(read.stages):
        if stage.deadline is not None and stage.deadline > jury_from:
            place = ("stages", index, "deadline")
            faults.append(Fault(place, "deadline_after_jury", {"date": jury_from.isoformat()}))
    if faults:
        raise Invalid(faults)
    cohort.starts_on, cohort.ends_on = starts_on, ends_on
    cohort.jury_from, cohort.jury_to = jury_from, jury_to
    cohort.note_spec = read.to_dict()
    _described(db, standing, "cohort.dates_set", now, deadlines=_isoformats(read))
    return cohort


def describe_note(
    db: Session,
    standing: Standing,
    told: Mapping[str, Any],
    *,
    seen_version: int,
    now: datetime,
) -> Cohort:
    """Write what the note must be (`told`: the keys of NoteSpec that change, as JSON). Raises Invalid.

    The jury's grade is out of the rubric's total: it follows when the points change.
    """
    cohort = _fresh(standing, seen_version)
    rows: dict[str, Any] = {name: _keyed(told[name]) for name in ("parts", "rubric") if name in told}
    if "stages" in told:
        rows["stages"] = [
            {**stage, "criteria": _keyed(stage.get("criteria", ()))} for stage in told["stages"]
        ]
    spec = NoteSpec.from_dict({**cohort.note_spec, **told, **rows})
    jury = dict(cohort.jury_spec)
    if jury.get("grade_out_of") is not None and jury["grade_out_of"] != spec.points:
        if jury.get("pass_mark") is not None and jury["pass_mark"] > spec.points:
            facts = {"value": jury["pass_mark"], "most": spec.points}
            raise Invalid([Fault(("rubric",), "mark_above_grade", facts)])
        jury["grade_out_of"] = spec.points
        cohort.jury_spec = JurySpec.from_dict(jury).to_dict()
    cohort.note_spec = spec.to_dict()
    _described(db, standing, "cohort.note_described", now)
    return cohort


def describe_jury(
    db: Session,
    standing: Standing,
    told: Mapping[str, Any],
    *,
    graded: bool,
    seen_version: int,
    now: datetime,
) -> Cohort:
    """Write how the jury decides (`told`: keys of JurySpec but the grade's scale, as JSON). Raises Invalid.

    `graded`: a grade may be given, out of the rubric's total.
    """
    cohort = _fresh(standing, seen_version)
    scale = cohort.spec.points if graded else None
    spec = JurySpec.from_dict({**cohort.jury_spec, **told, "grade_out_of": scale})
    cohort.jury_spec = spec.to_dict()
    _described(db, standing, "cohort.jury_described", now)
    return cohort


def _keyed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with a key: a new one's comes from its title and never changes afterwards."""
    taken = {row["key"] for row in rows if row.get("key")}
    keyed = []
    for row in rows:
        key = row.get("key") or _key_of(row.get("title") or "", taken)
        taken.add(key)
        keyed.append({**row, "key": key})
    return keyed


def _key_of(title: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "x"
    tries = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in tries if key not in taken)


def _fresh(standing: Standing, seen_version: int) -> Cohort:
    if seen_version != standing.cohort.version:
        raise Refusal("stale_page")
    return standing.cohort


def _in_order(field: str, first: date, last: date) -> list[Fault]:
    if last >= first:
        return []
    return [Fault((field,), "dates_inverted", {"starts": first.isoformat(), "ends": last.isoformat()})]


def _days_inside(db: Session, cohort: Cohort, starts_on: date, ends_on: date) -> list[Fault]:
    """The cohort's dates must hold every day of its calendar."""
    first, last = db.execute(
        select(func.min(Day.date), func.max(Day.date)).where(Day.cohort_id == cohort.id)
    ).one()
    faults = []
    if first is not None and starts_on > first:
        faults.append(Fault(("starts_on",), "day_before", {"date": first.isoformat()}))
    if last is not None and ends_on < last:
        faults.append(Fault(("ends_on",), "day_after", {"date": last.isoformat()}))
    return faults


def _isoformats(spec: NoteSpec) -> dict[str, str]:
    return {str(key): day.isoformat() for key, day in spec.deadlines.items()}


def _described(db: Session, standing: Standing, kind: str, now: datetime, **data: Any) -> None:
    cohort = standing.cohort
    record(db, kind, cohort, actor_id=standing.person.id, now=now, cohort_id=cohort.id, **data)
