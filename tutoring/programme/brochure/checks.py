"""What the parts of a brochure must agree on: days, hours, places, modules, deadlines, rubric.

A check compares only values that were read well, so that one slip does not bring a row of errors.
"""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Iterable

from tutoring.programme.brochure.shape import Brochure, DaySpec
from tutoring.programme.reading import Faults, Param, Path, Table


def in_order(table: Table, first: str, last: str, starts: dt.date, ends: dt.date) -> None:
    if table.sound(first, last) and ends < starts:
        table.wrong(last, "dates_inverted", starts=starts.isoformat(), ends=ends.isoformat())


def day_hours(day: DaySpec, halves: list[Table], lunch: Table | None) -> None:
    """Each half-day and lunch ends after it starts, half-days follow one another, lunch crosses none."""
    sound: list[tuple[dt.time, dt.time]] = []
    for half, table in zip(day.half_days, halves, strict=True):
        if not _hours_run(table, half.starts, half.ends):
            continue
        if sound and half.starts < sound[-1][1]:
            table.wrong(
                "starts", "half_days_overlap", value=_clock(half.starts), earlier=_clock(sound[-1][1])
            )
        else:
            sound.append((half.starts, half.ends))
    if day.lunch and lunch and _hours_run(lunch, day.lunch.starts, day.lunch.ends):
        for starts, ends in sound:
            if day.lunch.starts < ends and starts < day.lunch.ends:
                lunch.wrong("starts", "lunch_overlaps", starts=_clock(starts), ends=_clock(ends))


def check(brochure: Brochure, root: Table) -> None:
    """Note in the root table's faults all that the parts of the brochure do not agree on."""
    faults = root.faults
    _check_days(brochure, faults)
    _once(faults, "places", "key", [place.key for place in brochure.places])
    _once(faults, "modules", "number", [module.number for module in brochure.modules])
    _check_hours(brochure, faults)
    _check_jury(brochure, faults)


def _hours_run(table: Table, starts: dt.time, ends: dt.time) -> bool:
    if not table.sound("starts", "ends"):
        return False
    if ends <= starts:
        table.wrong("ends", "hours_crossed", starts=_clock(starts), ends=_clock(ends))
        return False
    return True


def _once(faults: Faults, name: str, key: str, values: Iterable[Hashable]) -> None:
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        place: Path = (name, index, key)
        if value in seen and faults.sound(place):
            faults.add(place, "twice", value=str(value))
        seen.add(value)


def _check_days(brochure: Brochure, faults: Faults) -> None:
    cohort = brochure.cohort
    bounded = faults.sound(("cohort", "starts_on"), ("cohort", "ends_on"))
    places = _names(faults, "places", "key", [place.key for place in brochure.places])
    numbers = _names(faults, "modules", "number", [module.number for module in brochure.modules])
    seen: set[dt.date] = set()
    for path, day in _days(brochure):
        date = (*path, "date")
        if faults.sound(date):
            if day.date in seen:
                faults.add(date, "day_twice", date=day.date.isoformat())
            seen.add(day.date)
            if bounded and not cohort.starts_on <= day.date <= cohort.ends_on:
                faults.add(date, "day_outside_cohort", date=day.date.isoformat())
        _known(faults, (*path, "place"), "place_unknown", day.place, places)
        for index, half in enumerate(day.half_days):
            _known(faults, (*path, "half_days", index, "module"), "module_unknown", half.module, numbers)


def _names(faults: Faults, name: str, key: str, values: list[Param]) -> set[Param] | None:
    """What a list defines, or None when one of its items is wrong: its own fault says enough."""
    sound = values and all(faults.sound((name, index, key)) for index in range(len(values)))
    return set(values) if sound else None


def _known(faults: Faults, place: Path, code: str, value: Param, known: set[Param] | None) -> None:
    if known is not None and faults.sound(place) and value not in known:
        faults.add(place, code, value=value)


def _check_hours(brochure: Brochure, faults: Faults) -> None:
    """Compare with what is announced; only where every day was read."""
    if not faults.sound(("gatherings",)):
        return
    for index, gathering in enumerate(brochure.gatherings):
        if gathering.announced_hours is not None:
            place: Path = ("gatherings", index, "announced_hours")
            _as_announced(faults, place, gathering.announced_hours, gathering.minutes)
    if faults.sound(("track", "hours")):
        _as_announced(faults, ("track", "hours"), brochure.track.hours, brochure.minutes)
    held = Counter(half.module for day in brochure.days for half in day.half_days)
    for index, module in enumerate(brochure.modules):
        if not held[module.number] and faults.sound(("modules", index, "number")):
            faults.add(("modules", index, "number"), "module_undated", value=module.number)


def _as_announced(faults: Faults, place: Path, hours: int, minutes: int) -> None:
    if hours * 60 != minutes:
        faults.add(place, "hours_not_as_announced", announced=hours * 60, planned=minutes)


def _check_jury(brochure: Brochure, faults: Faults) -> None:
    if faults.sound(("cohort", "jury_from"), ("note", "stages")):
        for index, stage in enumerate(brochure.note.stages):
            if stage.deadline and stage.deadline > brochure.cohort.jury_from:
                place: Path = ("note", "stages", index, "deadline")
                faults.add(place, "deadline_after_jury", stage=stage.key, date=stage.deadline.isoformat())
    grade = brochure.jury.grade_out_of
    if grade and faults.sound(("jury", "grade_out_of"), ("note", "rubric")) and brochure.note.points != grade:
        faults.add(("note", "rubric"), "rubric_not_the_grade", points=brochure.note.points, grade=grade)


def _days(brochure: Brochure) -> list[tuple[Path, DaySpec]]:
    return [
        (("gatherings", outer, "days", inner), day)
        for outer, gathering in enumerate(brochure.gatherings)
        for inner, day in enumerate(gathering.days)
    ]


def _clock(value: dt.time) -> str:
    return value.strftime("%H:%M")
