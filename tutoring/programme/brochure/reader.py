"""How a brochure's TOML text becomes a `Brochure`, or the list of its errors, each with the line to mend."""

import re
import tomllib
from typing import cast

from tutoring.programme import spec
from tutoring.programme.brochure import checks, shape
from tutoring.programme.brochure.lines import locate
from tutoring.programme.brochure.shape import Brochure, BrochureError, Parsed
from tutoring.programme.reading import Fault, Faults, Path, Table, dotted

# What is worth saying and hinders nothing: a brochure may announce what it has not yet dated.
WARNINGS = frozenset({"hours_not_as_announced", "module_undated"})

_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_UNQUOTED = re.compile(
    r"(?<=[\s=\[,])(?:(?P<day>\d{4}-\d{1,2}-\d{1,2})|(?P<clock>\d{1,2}[:h]\d{2}))(?=\s*(?:[,\]}#]|$))"
)


def parse(text: str) -> Parsed:
    """Read a brochure from its TOML text; every error is given at once, in the order of the lines.

    Codes beside those of `reading.Table` and of `spec.read_…`: syntax (the only one that stops the reading),
    bad_email, size_inverted, dates_inverted, day_twice, day_outside_cohort, place_unknown, module_unknown,
    twice, hours_crossed, half_days_overlap, lunch_overlaps, deadline_after_jury, rubric_not_the_grade;
    warnings: hours_not_as_announced (params in minutes), module_undated.
    """
    tree, text, errors = _decode(text.removeprefix("\ufeff"))
    if tree is None:
        return Parsed(None, tuple(errors))
    faults = Faults()
    brochure = _read(Table(tree, (), faults))
    lines = locate(text)
    found = [_placed(fault, lines) for fault in faults.found]
    errors += [error for error in found if error.code not in WARNINGS]
    errors.sort(key=lambda error: error.line)
    warnings = sorted((error for error in found if error.code in WARNINGS), key=lambda error: error.line)
    return Parsed(None if errors else brochure, tuple(errors), tuple(warnings))


def _decode(text: str) -> tuple[dict[str, object] | None, str, list[BrochureError]]:
    """The tree, and the text it was decoded from.

    A wrong day or an hour without quotes (2026-02-30, 9:30) would end the decoding: it is quoted, so that the
    reading goes on and finds the other errors too.
    """
    errors: list[BrochureError] = []
    while True:
        try:
            return tomllib.loads(text), text, errors
        except tomllib.TOMLDecodeError as error:
            line, message = _where(str(error), text)
            rows = text.split("\n")
            quoted = _UNQUOTED.sub(r'"\g<0>"', rows[line - 1])
            if quoted == rows[line - 1]:
                errors.append(BrochureError(line, "", "syntax", {"message": message}))
                return None, text, errors
            for match in _UNQUOTED.finditer(rows[line - 1]):
                if match["clock"]:
                    errors.append(BrochureError(line, "", "bad_time", {"value": match["clock"]}))
            rows[line - 1] = quoted
            text = "\n".join(rows)


def _where(message: str, text: str) -> tuple[int, str]:
    """The line that the decoder names at the end of its message, and the message without it."""
    match = _WHERE.search(message)
    last = text.rstrip().count("\n") + 1
    line = int(match[1]) if match and match[1] else last
    return min(line, text.count("\n") + 1), _WHERE.sub("", message)


def _placed(fault: Fault, lines: dict[Path, int]) -> BrochureError:
    """A fault with its line; what is missing stands on the line of the table that should hold it."""
    place = fault.path
    while place not in lines:
        place = place[:-1]
    return BrochureError(lines[place], dotted(fault.path), fault.code, fault.params)


def _read(root: Table) -> Brochure:
    brochure = Brochure(
        track=_track(root.table("track")),
        cohort=_cohort(root.table("cohort")),
        places=tuple(_place(item) for item in root.tables("places")),
        modules=tuple(_module(item) for item in root.tables("modules")),
        gatherings=tuple(_gathering(item) for item in root.tables("gatherings")),
        events=tuple(_event(item) for item in root.tables("events", required=False)),
        note=spec.read_note(root.table("note")),
        jury=spec.read_jury(root.table("jury")),
        attendance=spec.read_attendance(root.table("attendance")),
        exemption=spec.read_exemption(root.table("exemption")) if root.has("exemption") else None,
    )
    root.close()
    checks.check(brochure, root)
    return brochure


def _track(table: Table) -> shape.TrackSpec:
    contact = table.table("contact")
    track = shape.TrackSpec(
        slug=table.slug("slug"),
        name=table.text("name"),
        short_name=table.text("short_name"),
        certificate=table.text("certificate"),
        code=table.text("code", ""),
        level=table.optional_integer("level", least=1, most=8),
        hours=table.integer("hours", least=1, most=5000),
        direction=table.text("direction", ""),
        partners=table.texts("partners", required=True),
        contact=shape.Contact(contact.text("name", ""), contact.text("email"), contact.text("phone", "")),
        description=table.text("description", ""),
    )
    contact.close()
    table.close()
    if contact.sound("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", track.contact.email):
        contact.wrong("email", "bad_email", value=track.contact.email)
    return track


def _cohort(table: Table) -> shape.CohortSpec:
    cohort = shape.CohortSpec(
        name=table.text("name"),
        starts_on=table.day("starts_on"),
        ends_on=table.day("ends_on"),
        size_min=table.integer("size_min", least=1),
        size_max=table.integer("size_max", least=1),
        jury_from=table.day("jury_from"),
        jury_to=table.day("jury_to"),
    )
    table.close()
    checks.in_order(table, "starts_on", "ends_on", cohort.starts_on, cohort.ends_on)
    checks.in_order(table, "jury_from", "jury_to", cohort.jury_from, cohort.jury_to)
    if table.sound("size_min", "size_max") and cohort.size_min > cohort.size_max:
        table.wrong("size_max", "size_inverted", least=cohort.size_min, most=cohort.size_max)
    return cohort


def _place(table: Table) -> shape.PlaceSpec:
    place = shape.PlaceSpec(table.slug("key"), table.text("name"), table.text("address"))
    table.close()
    return place


def _module(table: Table) -> shape.ModuleSpec:
    module = shape.ModuleSpec(
        number=table.integer("number", least=1, most=200),
        title=table.text("title"),
        kind=cast(shape.Kind, table.choice("kind", shape.KINDS)),
        content=table.text("content", ""),
        heading=table.text("heading", ""),
    )
    table.close()
    return module


def _gathering(table: Table) -> shape.GatheringSpec:
    gathering = shape.GatheringSpec(
        title=table.text("title"),
        days=tuple(_day(item) for item in table.tables("days")),
        announced_hours=table.optional_integer("announced_hours", least=1, most=500),
    )
    table.close()
    return gathering


def _day(table: Table) -> shape.DaySpec:
    halves = table.tables("half_days")
    lunch = table.optional_table("lunch")
    day = shape.DaySpec(
        date=table.day("date"),
        title=table.text("title"),
        kind=cast(shape.Kind, table.choice("kind", shape.KINDS)),
        place=table.text("place"),
        half_days=tuple(_half_day(item) for item in halves),
        lunch=_lunch(lunch) if lunch else None,
        speakers=table.texts("speakers"),
    )
    table.close()
    checks.day_hours(day, halves, lunch)
    return day


def _half_day(table: Table) -> shape.HalfDaySpec:
    half = shape.HalfDaySpec(table.clock("starts"), table.clock("ends"), table.integer("module", least=1))
    table.close()
    return half


def _lunch(table: Table) -> shape.LunchSpec:
    lunch = shape.LunchSpec(table.clock("starts"), table.clock("ends"))
    table.close()
    return lunch


def _event(table: Table) -> shape.VoluntaryEvent:
    event = shape.VoluntaryEvent(
        title=table.text("title"),
        kind=cast(shape.EventKind, table.choice("kind", shape.EVENT_KINDS)),
        starts_on=table.day("starts_on"),
        ends_on=table.day("ends_on"),
        description=table.text("description", ""),
    )
    table.close()
    checks.in_order(table, "starts_on", "ends_on", event.starts_on, event.ends_on)
    return event
