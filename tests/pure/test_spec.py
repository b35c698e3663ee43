"""What a track asks for goes to JSON and back, and says each thing that is wrong in it."""

import datetime as dt
import json
from typing import Any

import pytest

from tutoring.programme.brochure import CATALOGUE, parse
from tutoring.programme.reading import Invalid
from tutoring.programme.spec import (
    AttendanceRule,
    Exemption,
    JurySpec,
    NoteSpec,
    PartSpec,
    StageCriterion,
    StageSpec,
)


def note(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Note de validation",
        "stages": [
            {"key": "topic", "accepts": ["text"], "deadline": "2027-01-24"},
            {"key": "draft", "accepts": ["file", "text"], "formats": ["pdf", "md"]},
            {
                "key": "final",
                "accepts": ["file"],
                "formats": ["pdf"],
                "required_formats": ["pdf"],
                "deadline": "2027-05-30",
            },
        ],
        "parts": [{"key": "note", "title": "Note", "pages_min": 15, "pages_max": 20}],
        "rubric": [{"key": "analyse", "title": "Analyser", "points": 20}],
        **changes,
    }


def faults(read: Any, value: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(Invalid) as refused:
        read(value)
    return [(fault.path, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("name", ["arts-et-culture", "education-populaire"])
def test_what_a_brochure_asks_for_comes_back_whole_from_json(name: str) -> None:
    brochure = parse((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8")).brochure
    assert brochure is not None
    for spec in (brochure.note, brochure.jury, brochure.attendance, brochure.exemption):
        if spec is not None:
            assert type(spec).from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_a_note_knows_its_stages_its_parts_and_its_points() -> None:
    spec = NoteSpec.from_dict(note())
    assert spec.stage("draft") == StageSpec("draft", ("file", "text"), ("pdf", "md"))
    assert (spec.stage("plan"), spec.part("annexe")) == (None, None)
    assert spec.part("note") == PartSpec("note", "Note", 15, 20)
    assert (spec.points, spec.min_drafts_reviewed) == (20, 1)
    assert spec.deadlines == {"topic": dt.date(2027, 1, 24), "final": dt.date(2027, 5, 30)}


def plan(**changes: Any) -> dict[str, Any]:
    stage = {"key": "plan", "accepts": ["text"], **changes}
    return note(
        stages=[stage, {"key": "final", "accepts": ["file"], "formats": ["pdf"]}], min_drafts_reviewed=0
    )


def test_a_stage_has_the_rubric_of_its_reviews_or_none() -> None:
    criteria = [{"key": "fil", "title": "Un fil"}]
    spec = NoteSpec.from_dict(plan(criteria=criteria, levels=["en chemin", " solide "]))
    assert spec.stages[0].criteria == (StageCriterion("fil", "Un fil"),)
    assert spec.stages[0].levels == ("en chemin", "solide")
    # As specifications were stored before stages had any.
    assert (NoteSpec.from_dict(plan()).stages[0].criteria, NoteSpec.from_dict(plan()).stages[0].levels) == (
        (),
        (),
    )


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"levels": []}, [(("levels",), "levels_too_few")]),
        ({"levels": ["un"]}, [(("levels",), "levels_too_few")]),
        ({"levels": ["un", " "]}, [(("levels", 1), "empty")]),
        ({"criteria": [{"key": "a", "title": ""}]}, [(("criteria", 0, "title"), "empty")]),
        ({"criteria": [{"key": "a", "title": "A"}] * 2}, [(("criteria", 1, "key"), "twice")]),
    ],
)
def test_what_is_wrong_with_the_rubric_of_a_stage_is_said(changes: Any, found: Any) -> None:
    rubric = {"criteria": [{"key": "a", "title": "A"}], "levels": ["un", "deux"], **changes}
    assert faults(NoteSpec.from_dict, plan(**rubric)) == [
        (("stages", 0, *path), code) for path, code in found
    ]


def test_a_file_must_suit_both_its_stage_and_its_part() -> None:
    spec = NoteSpec.from_dict(
        note(
            parts=[
                {"key": "note", "title": "Note", "pages_min": 1, "pages_max": 2, "formats": ["pdf", "odt"]}
            ]
        )
    )
    assert [spec.formats(stage, spec.parts[0]) for stage in spec.stages] == [(), ("pdf",), ("pdf",)]


def test_a_part_without_a_format_that_its_stage_takes_is_refused() -> None:
    parts = [{"key": "note", "title": "Note", "pages_min": 1, "pages_max": 2, "formats": ["odt"]}]
    assert faults(NoteSpec.from_dict, note(parts=parts)) == [(("parts", 0, "formats"), "no_format_left")]


def test_page_bounds_inverted_are_refused() -> None:
    parts = [{"key": "note", "title": "Note", "pages_min": 20, "pages_max": 15}]
    assert faults(NoteSpec.from_dict, note(parts=parts)) == [(("parts", 0, "pages_max"), "pages_inverted")]


def test_two_parts_or_criteria_of_the_same_key_are_refused() -> None:
    twice = note()
    twice["parts"] *= 2
    twice["rubric"] *= 2
    assert faults(NoteSpec.from_dict, twice) == [
        (("parts", 1, "key"), "twice"),
        (("rubric", 1, "key"), "twice"),
    ]


def test_stages_come_in_their_order_and_end_with_the_final_version() -> None:
    stages = note()["stages"]
    assert faults(NoteSpec.from_dict, note(stages=stages[::-1])) == [
        (("stages",), "stage_order"),
        (("stages", 2, "deadline"), "deadline_order"),
    ]
    assert faults(NoteSpec.from_dict, note(stages=stages[:2])) == [(("stages",), "stage_missing")]


def test_a_deadline_before_that_of_an_earlier_stage_is_refused() -> None:
    wrong = note()
    wrong["stages"][2]["deadline"] = "2027-01-01"
    assert faults(NoteSpec.from_dict, wrong) == [(("stages", 2, "deadline"), "deadline_order")]


def test_no_draft_can_be_asked_for_where_there_is_no_draft_stage() -> None:
    stages = [note()["stages"][0], note()["stages"][2]]
    assert faults(NoteSpec.from_dict, note(stages=stages, min_drafts_reviewed=1)) == [
        (("min_drafts_reviewed",), "drafts_without_stage")
    ]
    assert NoteSpec.from_dict(note(stages=stages, min_drafts_reviewed=0)).min_drafts_reviewed == 0


def test_formats_go_with_files_and_files_with_formats() -> None:
    wrong = note()
    wrong["stages"][0]["formats"] = ["pdf"]
    del wrong["stages"][1]["formats"]
    wrong["stages"][2]["required_formats"] = ["docx", "exe"]
    assert faults(NoteSpec.from_dict, wrong) == [
        (("stages", 0, "formats"), "text_has_formats"),
        (("stages", 1, "formats"), "formats_missing"),
        (("stages", 2, "required_formats", 1), "not_one_of"),
        (("stages", 2, "required_formats", 0), "format_not_accepted"),
    ]


def test_everything_wrong_in_a_note_is_said_at_once() -> None:
    wrong = {"title": "", "stages": [], "parts": "one", "rubric": [{"key": "A b", "points": 0}], "colour": 1}
    assert faults(NoteSpec.from_dict, wrong) == [
        (("stages",), "empty"),
        (("parts",), "wrong_type"),
        (("rubric", 0, "key"), "bad_slug"),
        (("rubric", 0, "title"), "missing"),
        (("rubric", 0, "points"), "too_small"),
        (("title",), "empty"),
        (("colour",), "unknown_key"),
    ]


def test_a_value_that_is_no_table_is_refused() -> None:
    assert faults(NoteSpec.from_dict, None) == [((), "wrong_type")]  # type: ignore[arg-type]


def test_a_jury_cannot_ask_for_more_people_than_it_has() -> None:
    wrong = {"min_members": 2, "quorum": 3, "min_locked_evaluations": 4}
    assert faults(JurySpec.from_dict, wrong) == [
        (("quorum",), "quorum_above_members"),
        (("min_locked_evaluations",), "evaluations_above_members"),
    ]


def test_a_pass_mark_needs_a_grade_that_reaches_it() -> None:
    jury = {"min_members": 2, "quorum": 2, "min_locked_evaluations": 2, "pass_mark": 12}
    assert faults(JurySpec.from_dict, jury) == [(("pass_mark",), "mark_without_grade")]
    assert faults(JurySpec.from_dict, {**jury, "grade_out_of": 10}) == [(("pass_mark",), "mark_above_grade")]
    assert JurySpec.from_dict({**jury, "grade_out_of": 20}) == JurySpec(pass_mark=12)


def test_attendance_is_all_modules_or_a_share_of_the_hours() -> None:
    assert AttendanceRule.from_dict({"kind": "all_modules", "ratio": None}) == AttendanceRule("all_modules")
    assert AttendanceRule.from_dict({"kind": "ratio", "ratio": 1}) == AttendanceRule("ratio", 1.0)
    assert faults(AttendanceRule.from_dict, {"kind": "ratio"}) == [(("ratio",), "missing")]
    assert faults(AttendanceRule.from_dict, {"kind": "ratio", "ratio": 0}) == [(("ratio",), "ratio_zero")]
    assert faults(AttendanceRule.from_dict, {"kind": "ratio", "ratio": 80}) == [(("ratio",), "too_large")]
    assert faults(AttendanceRule.from_dict, {"kind": "all_modules", "ratio": 0.8}) == [
        (("ratio",), "ratio_unexpected")
    ]
    assert faults(AttendanceRule.from_dict, {"kind": "most", "ratio": 0.8}) == [(("kind",), "not_one_of")]


def test_an_exemption_names_its_unit_its_credits_and_its_master() -> None:
    assert Exemption.from_dict({"unit": "USSO1A", "ects": 10, "master": "MR065-2"}) == Exemption(
        "USSO1A", "", 10, "MR065-2"
    )
    assert faults(Exemption.from_dict, {"unit": "USSO1A", "ects": 0}) == [
        (("ects",), "too_small"),
        (("master",), "missing"),
    ]
