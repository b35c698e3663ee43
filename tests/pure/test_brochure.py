"""A brochure is read whole, or says every error with the line where it stands."""

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterator

import pytest

from tutoring.programme.brochure import CATALOGUE, Brochure, BrochureError, Parsed, parse
from tutoring.programme.brochure.lines import locate
from tutoring.programme.spec import AttendanceRule, Exemption

ARTS = (CATALOGUE / "arts-et-culture.toml").read_text(encoding="utf-8")
EDUCATION = (CATALOGUE / "education-populaire.toml").read_text(encoding="utf-8")

SMALL = """\
[track]
slug = "petit-parcours"
name = "Petit parcours"
short_name = "Petit"
certificate = "Certificat"
hours = 6
partners = ["Cnam"]
contact = { email = "contact@example.org" }

[cohort]
name = "2026"
starts_on = 2026-03-01
ends_on = 2026-06-30
size_min = 13
size_max = 30
jury_from = 2026-06-29
jury_to = 2026-06-30

[[places]]
key = "cnam"
name = "Cnam"
address = "292 rue Saint-Martin"

[[modules]]
number = 1
title = "Ouverture"
kind = "opening"

[[gatherings]]
title = "Mars"

[[gatherings.days]]
date = 2026-03-09
title = "Lundi"
kind = "opening"
place = "cnam"
half_days = [
  { starts = "9:30", ends = "12h30", module = 1 },
  { starts = 14:00:00, ends = "17h", module = 1 },
]
lunch = { starts = "12:30", ends = "14:00" }

[note]
title = "Note"

[[note.stages]]
key = "draft"
accepts = ["file", "text"]
formats = ["pdf", "md"]

[[note.stages]]
key = "final"
accepts = ["file"]
formats = ["pdf"]
required_formats = ["pdf"]
deadline = 2026-05-31

[[note.parts]]
key = "note"
title = "Note"
pages_min = 15
pages_max = 20

[[note.rubric]]
key = "analyse"
title = "Analyser"
points = 20

[jury]
min_members = 2
min_locked_evaluations = 2
quorum = 2
grade_out_of = 20

[attendance]
kind = "all_modules"
"""


def whole(text: str) -> Brochure:
    parsed = parse(text)
    assert parsed.errors == ()
    assert parsed.brochure is not None
    return parsed.brochure


def changed(*changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def said(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(error.line, error.path, error.code) for error in parsed.errors]


def line_of(text: str, beginning: str) -> int:
    return next(n for n, row in enumerate(text.split("\n"), 1) if row.strip().startswith(beginning))


# The two brochures


@pytest.mark.parametrize("text", [ARTS, EDUCATION], ids=["arts", "education"])
def test_each_programme_holds_the_ninety_hours_it_announces(text: str) -> None:
    brochure = whole(text)
    assert (brochure.track.hours, brochure.minutes) == (90, 90 * 60)


def test_arts_et_culture_has_fifteen_days_of_six_hours() -> None:
    days = whole(ARTS).days
    assert [day.date.isoformat() for day in days] == [
        *("2026-10-12", "2026-10-13", "2026-10-14", "2026-11-16", "2026-11-17", "2026-12-07", "2026-12-08"),
        *("2027-01-11", "2027-01-12", "2027-03-15", "2027-03-16", "2027-05-10", "2027-05-11"),
        *("2027-06-07", "2027-06-08"),
    ]
    assert {day.minutes for day in days} == {6 * 60}
    assert {(half.starts, half.ends) for day in days for half in day.half_days} == {
        (dt.time(9, 30), dt.time(12, 30)),
        (dt.time(14), dt.time(17)),
    }


def test_arts_et_culture_has_nine_themes_three_visits_and_three_days_of_tutoring() -> None:
    assert Counter(day.kind for day in whole(ARTS).days) == {"thematic": 9, "visit": 3, "tutoring": 3}


def test_arts_et_culture_asks_for_one_note_written_from_january_to_may() -> None:
    brochure = whole(ARTS)
    assert [(part.pages_min, part.pages_max) for part in brochure.note.parts] == [(15, 20)]
    assert {key: day.month for key, day in brochure.note.deadlines.items()} == {
        "topic": 1,
        "plan": 3,
        "draft": 5,
        "final": 5,
    }
    assert (brochure.cohort.jury_from.month, brochure.cohort.jury_to.month) == (6, 6)
    assert (brochure.cohort.size_min, brochure.cohort.size_max) == (13, 30)


def test_arts_et_culture_exempts_from_a_unit_of_ten_credits() -> None:
    brochure = whole(ARTS)
    assert brochure.exemption == Exemption(
        unit="USSO1A",
        title="",
        ects=10,
        master="MR065-2",
        master_title="Master Sciences humaines et sociales, conduite du changement et innovations sociales, "
        "économie sociale et solidaire",
    )
    assert brochure.attendance == AttendanceRule("ratio", 0.8)


def test_education_populaire_has_six_gatherings_of_fourteen_hours_and_a_day_of_six() -> None:
    gatherings = whole(EDUCATION).gatherings
    assert [(len(item.days), item.minutes // 60) for item in gatherings] == [*[(2, 14)] * 6, (1, 6)]
    assert [day.date.isoformat() for item in gatherings for day in item.days] == [
        *("2026-03-09", "2026-03-10", "2026-03-30", "2026-03-31", "2026-05-04", "2026-05-05"),
        *("2026-06-08", "2026-06-09", "2026-10-12", "2026-10-13", "2026-11-16", "2026-11-17"),
        "2026-12-14",
    ]


def test_education_populaire_keeps_the_printed_hours_of_mondays_and_tuesdays() -> None:
    hours = {
        (day.date.weekday(), day.half_days[0].starts, day.half_days[-1].ends) for day in whole(EDUCATION).days
    }
    assert hours == {(0, dt.time(9, 30), dt.time(17, 30)), (1, dt.time(9), dt.time(17))}


def test_education_populaire_has_three_and_a_half_days_of_tutoring() -> None:
    brochure = whole(EDUCATION)
    tutoring = {module.number for module in brochure.modules if module.kind == "tutoring"}
    halves = [half for day in brochure.days for half in day.half_days if half.module in tutoring]
    assert (tutoring, len(halves)) == ({2, 7, 10, 12}, 7)


def test_education_populaire_announces_fourteen_modules_and_has_not_dated_the_last() -> None:
    parsed = parse(EDUCATION)
    assert [module.number for module in whole(EDUCATION).modules] == list(range(1, 15))
    assert [(warning.code, warning.params) for warning in parsed.warnings] == [
        ("module_undated", {"value": 14})
    ]
    assert EDUCATION.split("\n")[parsed.warnings[0].line - 1] == "number = 14"


def test_education_populaire_asks_for_every_module_and_a_note_in_two_parts() -> None:
    brochure = whole(EDUCATION)
    assert (brochure.attendance, brochure.track.level, brochure.exemption) == (
        AttendanceRule("all_modules"),
        7,
        None,
    )
    assert [part.pages_max for part in brochure.note.parts] == [30, 20]
    assert [(event.kind, event.starts_on, event.ends_on) for event in brochure.events] == [
        ("writing_retreat", dt.date(2026, 9, 19), dt.date(2026, 9, 20))
    ]


@pytest.mark.parametrize("text", [ARTS, EDUCATION], ids=["arts", "education"])
def test_each_rubric_adds_up_to_twenty_points_and_nothing_is_due_after_the_jury(text: str) -> None:
    brochure = whole(text)
    assert brochure.note.points == 20
    assert max(brochure.note.deadlines.values()) < brochure.cohort.jury_from


# What is wrong, and where


def test_a_small_brochure_is_read_whatever_way_its_hours_are_written() -> None:
    day = whole(SMALL).days[0]
    assert [(half.starts, half.ends) for half in day.half_days] == [
        (dt.time(9, 30), dt.time(12, 30)),
        (dt.time(14), dt.time(17)),
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert whole("\ufeff" + SMALL.replace("\n", "\r\n")) == whole(SMALL)


def test_every_error_is_found_at_once_and_in_the_order_of_the_lines() -> None:
    text = changed(
        ("hours = 6", 'hours = "six"'),
        ("size_max = 30", "size_max = 12"),
        ("module = 1 },\n]", "module = 9 },\n]"),
        ("pages_min = 15", "pages_min = 25"),
        ('title = "Analyser"', 'titel = "Analyser"'),
    )
    assert said(parse(text)) == [
        (6, "track.hours", "wrong_type"),
        (15, "cohort.size_max", "size_inverted"),
        (39, "gatherings[0].days[0].half_days[1].module", "module_unknown"),
        (62, "note.parts[0].pages_max", "pages_inverted"),
        (64, "note.rubric[0].title", "missing"),
        (66, "note.rubric[0].titel", "unknown_key"),
    ]


def test_a_missing_key_stands_on_the_line_of_its_table() -> None:
    parsed = parse(changed(('slug = "petit-parcours"\n', "")))
    assert parsed.errors == (BrochureError(1, "track.slug", "missing", {"key": "slug"}),)


def test_a_missing_table_is_one_error_and_not_a_row_of_them() -> None:
    parsed = parse(changed(('[attendance]\nkind = "all_modules"\n', "")))
    assert said(parsed) == [(1, "attendance", "missing")]


def test_a_misspelt_key_is_told_the_word_it_resembles() -> None:
    parsed = parse(changed(("size_max = 30", "size_max = 30\nsizemin = 3")))
    assert parsed.errors == (
        BrochureError(16, "cohort.sizemin", "unknown_key", {"key": "sizemin", "near": "size_min"}),
    )


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        ('slug = "petit-parcours"', 'slug = "Petit Parcours"', "bad_slug", {"value": "Petit Parcours"}),
        ('name = "Petit parcours"', 'name = " "', "empty", {"key": "name"}),
        ("contact = {", "contact = { name = 3, #", "syntax", {}),
        (
            'contact = { email = "contact@example.org" }',
            'contact = { email = "nobody" }',
            "bad_email",
            {"value": "nobody"},
        ),
        ('partners = ["Cnam"]', 'partners = ["Cnam", "Cnam"]', "twice", {"value": "Cnam"}),
        ("starts_on = 2026-03-01", 'starts_on = "1er mars"', "bad_date", {"value": "1er mars"}),
        ("starts_on = 2026-03-01", "starts_on = 2026-02-30", "bad_date", {"value": "2026-02-30"}),
        ("starts_on = 2026-03-01", "starts_on = 2026-3-1", "bad_date", {"value": "2026-3-1"}),
        (
            "starts_on = 2026-03-01",
            "starts_on = 2026-03-01T09:00:00",
            "wrong_type",
            {"expected": "date", "got": "date-time"},
        ),
        ("starts_on = 2026-03-01", "starts_on = true", "wrong_type", {"expected": "date", "got": "boolean"}),
        ("size_min = 13", "size_min = 0", "too_small", {"value": 0, "least": 1}),
        (
            "jury_to = 2026-06-30",
            "jury_to = 2026-06-01",
            "dates_inverted",
            {"starts": "2026-06-29", "ends": "2026-06-01"},
        ),
        ("date = 2026-03-09", "date = 2026-09-09", "day_outside_cohort", {"date": "2026-09-09"}),
        ('place = "cnam"', 'place = "opale"', "place_unknown", {"value": "opale"}),
        ('ends = "12h30"', 'ends = "9h00"', "hours_crossed", {"starts": "09:30", "ends": "09:00"}),
        (
            "starts = 14:00:00",
            "starts = 12:00:00",
            "half_days_overlap",
            {"value": "12:00", "earlier": "12:30"},
        ),
        ('ends = "17h"', 'ends = "25h"', "bad_time", {"value": "25h"}),
        ("starts = 14:00:00", "starts = 14:00", "bad_time", {"value": "14:00"}),
        (
            'lunch = { starts = "12:30"',
            'lunch = { starts = "12:00"',
            "lunch_overlaps",
            {"starts": "09:30", "ends": "12:30"},
        ),
        (
            "deadline = 2026-05-31",
            "deadline = 2026-06-30",
            "deadline_after_jury",
            {"stage": "final", "date": "2026-06-30"},
        ),
        ("points = 20", "points = 19", "rubric_not_the_grade", {"points": 19, "grade": 20}),
        ("number = 1", "number = true", "wrong_type", {"expected": "integer", "got": "boolean"}),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    old: str, new: str, code: str, params: dict[str, object]
) -> None:
    text = changed((old, new))
    parsed = parse(text)
    assert parsed.brochure is None
    named = [error for error in parsed.errors if error.code == code]
    assert len(named) == 1
    if code == "rubric_not_the_grade":
        assert named[0].line == line_of(text, "[[note.rubric]]")
    else:
        assert new.split(" #", maxsplit=1)[0] in text.split("\n")[named[0].line - 1]
    if code != "syntax":
        assert named[0].params == params


def test_a_day_printed_twice_is_named_where_it_comes_again() -> None:
    again = SMALL[SMALL.index("[[gatherings.days]]") : SMALL.index("[note]")]
    text = SMALL.replace("[note]\n", again + "[note]\n", 1)
    assert said(parse(text)) == [(44, "gatherings[0].days[1].date", "day_twice")]


def test_a_module_number_given_twice_is_named_where_it_comes_again() -> None:
    text = changed(
        ("[[gatherings]]", '[[modules]]\nnumber = 1\ntitle = "Autre"\nkind = "closing"\n\n[[gatherings]]')
    )
    assert said(parse(text)) == [(30, "modules[1].number", "twice")]


def test_an_error_of_syntax_stands_on_the_line_of_the_decoder() -> None:
    assert parse("[track]\nname = \n").errors == (
        BrochureError(2, "", "syntax", {"message": "Invalid value"}),
    )


def test_a_text_that_never_ends_is_an_error_on_its_last_line() -> None:
    errors = parse('[track]\nname = """never\nclosed\n').errors
    assert [(error.line, error.code) for error in errors] == [(3, "syntax")]


def test_a_wrong_day_does_not_hide_the_other_errors() -> None:
    text = changed(("starts_on = 2026-03-01", "starts_on = 2026-02-30"), ("size_max = 30", "size_max = -1"))
    assert said(parse(text)) == [
        (12, "cohort.starts_on", "bad_date"),
        (15, "cohort.size_max", "too_small"),
    ]


def test_an_item_that_is_no_table_does_not_shift_the_others() -> None:
    text = changed(
        ('  { starts = "9:30", ends = "12h30", module = 1 },\n', '  "matin",\n'),
        ("module = 1 },", "module = 7 },"),
    )
    assert said(parse(text)) == [
        (38, "gatherings[0].days[0].half_days[0]", "wrong_type"),
        (39, "gatherings[0].days[0].half_days[1].module", "module_unknown"),
    ]


def test_a_place_without_its_key_is_not_told_again_by_each_day_there() -> None:
    assert said(parse(changed(('key = "cnam"', "key = 3")))) == [(20, "places[0].key", "wrong_type")]


@pytest.mark.parametrize("text", [ARTS, EDUCATION], ids=["arts", "education"])
def test_whatever_line_is_lost_or_broken_an_answer_comes(text: str) -> None:
    rows = text.split("\n")
    for index, row in enumerate(rows[::7]):
        for instead in ([], [row, row], [row.split("=")[0] + "= []"], [row.split("=")[0] + "= 2026-13-45"]):
            broken = "\n".join([*rows[: index * 7], *instead, *rows[index * 7 + 1 :]])
            parsed = parse(broken)
            assert (parsed.brochure is None) == bool(parsed.errors)
            assert all(1 <= error.line <= broken.count("\n") + 1 for error in parsed.errors)


def test_hours_other_than_announced_are_a_warning_that_hinders_nothing() -> None:
    parsed = parse(changed(("hours = 6", "hours = 7")))
    assert parsed.brochure is not None
    assert parsed.warnings == (
        BrochureError(6, "track.hours", "hours_not_as_announced", {"announced": 420, "planned": 360}),
    )


def test_an_empty_file_says_which_tables_it_lacks() -> None:
    assert [error.path for error in parse("").errors] == [
        *("track", "cohort", "places", "modules", "gatherings", "note", "jury", "attendance")
    ]


# Lines


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


TRICKY = (
    r'''
# [not a table]
"quoted . key" = 1 # = 2
a.b . 'c' = [ # comment ]
  1, "two ] , # not a comment", [
    3.5, { x = 1e3, y.z = 'its' } ],
]
text = """
[no] = table
""""
raw = '''
    + "'''"
    + r"""
# [[no]]
k = v"""
    + "'''"
    + r"""
when = 1979-05-27 07:32:00
[[fruit]]
name = "apple"
[fruit.skin]
colour = "red"
[[fruit.kinds]]
n = 1
[[fruit.kinds]]
n = 2
[[fruit]]
[[fruit.kinds]]
"\u006E" = 3
[ x . y ]
z = true
"""
)


@pytest.mark.parametrize(
    "text", [ARTS, EDUCATION, SMALL, TRICKY], ids=["arts", "education", "small", "tricky"]
)
def test_every_value_that_the_decoder_finds_has_a_line(text: str) -> None:
    assert set(locate(text)) >= set(leaves(tomllib.loads(text)))


def test_a_value_stands_on_the_line_where_it_is_written() -> None:
    lines = locate(TRICKY)
    written = TRICKY.split("\n")
    places = {
        ("quoted . key",): '"quoted . key"',
        ("a", "b", "c"): "a.b",
        ("a", "b", "c", 1): "1, ",
        ("a", "b", "c", 2, 1, "y", "z"): "3.5",
        ("when",): "when",
        ("fruit", 0, "skin", "colour"): "colour",
        ("fruit", 0, "kinds", 1, "n"): "n = 2",
        ("fruit", 1, "kinds", 0, "n"): '"\\u006E" = 3',
        ("x", "y", "z"): "z = true",
    }
    for path, beginning in places.items():
        assert written[lines[path] - 1].strip().startswith(beginning), path
