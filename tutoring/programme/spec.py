"""What a track asks for: the validation note (stages, parts, rubric), its jury, attendance, credit exemption.

All of it is data that upper floors interpret. Each dataclass goes to JSON and back (`to_dict`, `from_dict`);
`from_dict` raises `Invalid`, whose faults carry the path of each wrong value, so that a form can show them.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal, TypeVar, cast

from tutoring.programme.reading import Faults, Invalid, Path, Table

Read = TypeVar("Read")
StageKey = Literal["topic", "plan", "draft", "final"]
Means = Literal["file", "text"]
AttendanceKind = Literal["all_modules", "ratio"]

STAGES: tuple[StageKey, ...] = ("topic", "plan", "draft", "final")
MEANS: tuple[Means, ...] = ("file", "text")
FORMATS = ("pdf", "docx", "odt", "md")
ATTENDANCE: tuple[AttendanceKind, ...] = ("all_modules", "ratio")
# With one level there is nothing to choose.
LEVELS_FROM = 2


@dataclass(frozen=True)
class StageCriterion:
    """What a tutor says where the learner stands on, at one stage; worth no points."""

    key: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class StageSpec:
    """One stage: what may be handed in (files, text typed in the page), what must be, by when.

    `required_formats` must each be there for every part; `deadline` is a day in local time, the cohort's
    common one before any extension. `criteria`, `levels`: the rubric of the tutor's reviews, its levels from the
    least to the best; a stage without criteria has none.
    """

    key: StageKey
    accepts: tuple[Means, ...]
    formats: tuple[str, ...] = ()
    required_formats: tuple[str, ...] = ()
    deadline: dt.date | None = None
    criteria: tuple[StageCriterion, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartSpec:
    """One part of the note, with the pages it may hold (cover, bibliography and annexes not counted)."""

    key: str
    title: str
    pages_min: int
    pages_max: int
    formats: tuple[str, ...] = FORMATS
    description: str = ""


@dataclass(frozen=True)
class Criterion:
    """One line of the evaluation sheet, worth at most `points`."""

    key: str
    title: str
    description: str
    points: int


@dataclass(frozen=True)
class NoteSpec:
    """The validation note of a track: its stages in order, its parts, the rubric its jury evaluates with."""

    title: str
    stages: tuple[StageSpec, ...]
    parts: tuple[PartSpec, ...]
    rubric: tuple[Criterion, ...]
    min_drafts_reviewed: int = 1
    description: str = ""

    @property
    def points(self) -> int:
        return sum(criterion.points for criterion in self.rubric)

    @property
    def deadlines(self) -> dict[StageKey, dt.date]:
        return {stage.key: stage.deadline for stage in self.stages if stage.deadline}

    def stage(self, key: str) -> StageSpec | None:
        return next((stage for stage in self.stages if stage.key == key), None)

    def part(self, key: str) -> PartSpec | None:
        return next((part for part in self.parts if part.key == key), None)

    def formats(self, stage: StageSpec, part: PartSpec) -> tuple[str, ...]:
        """The file formats one may hand in for this part at this stage."""
        return tuple(name for name in stage.formats if name in part.formats)

    def to_dict(self) -> dict[str, object]:
        return _record(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> "NoteSpec":
        return _whole(read_note, value)


@dataclass(frozen=True)
class JurySpec:
    """How a jury is composed and when it may deliberate; `grade_out_of` None means that no grade is given."""

    min_members: int = 2
    president_required: bool = True
    min_locked_evaluations: int = 2
    quorum: int = 2
    blind: bool = False
    grade_out_of: int | None = 20
    pass_mark: int | None = 10

    def to_dict(self) -> dict[str, object]:
        return _record(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> "JurySpec":
        return _whole(read_jury, value)


@dataclass(frozen=True)
class AttendanceRule:
    """What attendance a certificate asks for: every module, or a share (0 < ratio <= 1) of the hours."""

    kind: AttendanceKind
    ratio: float | None = None

    def to_dict(self) -> dict[str, object]:
        return _record(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> "AttendanceRule":
        return _whole(read_attendance, value)


@dataclass(frozen=True)
class Exemption:
    """The unit of a master's degree that the certificate exempts from, with its ECTS credits."""

    unit: str
    title: str
    ects: int
    master: str
    master_title: str = ""

    def to_dict(self) -> dict[str, object]:
        return _record(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> "Exemption":
        return _whole(read_exemption, value)


def read_note(table: Table) -> NoteSpec:
    """Read a note's specification; codes beside those of `Table`: twice, stage_order, stage_missing,
    deadline_order, text_has_formats, formats_missing, format_not_accepted, pages_inverted, no_format_left,
    drafts_without_stage, levels_too_few."""
    stages = tuple(_read_stage(item) for item in table.tables("stages"))
    parts = tuple(_read_part(item) for item in table.tables("parts"))
    rubric = tuple(_read_criterion(item) for item in table.tables("rubric"))
    spec = NoteSpec(
        title=table.text("title"),
        stages=stages,
        parts=parts,
        rubric=rubric,
        min_drafts_reviewed=table.integer("min_drafts_reviewed", default=1, most=20),
        description=table.text("description", ""),
    )
    table.close()
    for name, keys in (("stages", _keys(stages)), ("parts", _keys(parts)), ("rubric", _keys(rubric))):
        _once(table, name, keys)
    if table.sound("stages"):
        _check_stages(table, spec)
    if table.sound("stages", "parts"):
        _check_formats(table, spec)
    return spec


def read_jury(table: Table) -> JurySpec:
    """Read a jury's rules; codes: quorum_above_members, evaluations_above_members, mark_without_grade,
    mark_above_grade."""
    spec = JurySpec(
        min_members=table.integer("min_members", least=1, most=20),
        president_required=table.truth("president_required", default=True),
        min_locked_evaluations=table.integer("min_locked_evaluations", most=20),
        quorum=table.integer("quorum", least=1, most=20),
        blind=table.truth("blind", default=False),
        grade_out_of=table.optional_integer("grade_out_of", least=1, most=100),
        pass_mark=table.optional_integer("pass_mark", most=100),
    )
    table.close()
    for key, value, code in (
        ("quorum", spec.quorum, "quorum_above_members"),
        ("min_locked_evaluations", spec.min_locked_evaluations, "evaluations_above_members"),
    ):
        if table.sound("min_members", key) and value > spec.min_members:
            table.wrong(key, code, value=value, members=spec.min_members)
    if table.sound("pass_mark") and spec.pass_mark is not None:
        if spec.grade_out_of is None:
            table.wrong("pass_mark", "mark_without_grade")
        elif table.sound("grade_out_of") and spec.pass_mark > spec.grade_out_of:
            table.wrong("pass_mark", "mark_above_grade", value=spec.pass_mark, most=spec.grade_out_of)
    return spec


def read_attendance(table: Table) -> AttendanceRule:
    """Read an attendance rule; codes: ratio_zero, ratio_unexpected."""
    kind = table.choice("kind", ATTENDANCE)
    ratio = table.ratio("ratio") if kind == "ratio" or table.has("ratio") else None
    if kind == "all_modules" and ratio is not None:
        table.wrong("ratio", "ratio_unexpected")
    elif ratio == 0 and table.sound("ratio"):
        table.wrong("ratio", "ratio_zero")
    table.close()
    return AttendanceRule(cast(AttendanceKind, kind), ratio)


def read_exemption(table: Table) -> Exemption:
    exemption = Exemption(
        unit=table.text("unit"),
        title=table.text("title", ""),
        ects=table.integer("ects", least=1, most=180),
        master=table.text("master"),
        master_title=table.text("master_title", ""),
    )
    table.close()
    return exemption


def _read_stage(table: Table) -> StageSpec:
    stage = StageSpec(
        key=cast(StageKey, table.choice("key", STAGES)),
        accepts=cast(tuple[Means, ...], table.texts("accepts", MEANS, required=True)),
        formats=table.texts("formats", FORMATS),
        required_formats=table.texts("required_formats", FORMATS),
        deadline=table.optional_day("deadline"),
        criteria=tuple(_read_stage_criterion(item) for item in table.tables("criteria", required=False)),
        levels=tuple(level.strip() for level in table.texts("levels")),
    )
    table.close()
    _check_rubric(table, stage)
    if table.sound("accepts"):
        if "file" not in stage.accepts and stage.formats:
            table.wrong("formats", "text_has_formats")
        if "file" in stage.accepts and not table.has("formats"):
            table.wrong("formats", "formats_missing")
    for index, name in enumerate(stage.required_formats):
        if name in FORMATS and name not in stage.formats:
            table.faults.add((*table.at("required_formats"), index), "format_not_accepted", value=name)
    return stage


def _read_stage_criterion(table: Table) -> StageCriterion:
    criterion = StageCriterion(
        key=table.slug("key"), title=table.text("title"), description=table.text("description", "")
    )
    table.close()
    return criterion


def _check_rubric(table: Table, stage: StageSpec) -> None:
    """A stage's criteria need levels to choose from, each of them with a name."""
    _once(table, "criteria", _keys(stage.criteria))
    for index, level in enumerate(stage.levels):
        if not level:
            table.faults.add((*table.at("levels"), index), "empty")
    if (stage.criteria or stage.levels) and len(stage.levels) < LEVELS_FROM:
        table.wrong("levels", "levels_too_few", least=LEVELS_FROM)


def _read_part(table: Table) -> PartSpec:
    part = PartSpec(
        key=table.slug("key"),
        title=table.text("title"),
        pages_min=table.integer("pages_min", most=1000),
        pages_max=table.integer("pages_max", least=1, most=1000),
        formats=table.texts("formats", FORMATS, required=True) if table.has("formats") else FORMATS,
        description=table.text("description", ""),
    )
    table.close()
    if table.sound("pages_min", "pages_max") and part.pages_min > part.pages_max:
        table.wrong("pages_max", "pages_inverted", least=part.pages_min, most=part.pages_max)
    return part


def _read_criterion(table: Table) -> Criterion:
    criterion = Criterion(
        key=table.slug("key"),
        title=table.text("title"),
        description=table.text("description", ""),
        points=table.integer("points", least=1, most=100),
    )
    table.close()
    return criterion


def _keys(items: Sequence[StageSpec | StageCriterion | PartSpec | Criterion]) -> list[str]:
    return [item.key for item in items]


def _once(table: Table, name: str, keys: Collection[str]) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key and key in seen:
            table.faults.add((*table.at(name), index, "key"), "twice", value=key)
        seen.add(key)


def _check_stages(table: Table, spec: NoteSpec) -> None:
    keys = [stage.key for stage in spec.stages]
    if keys != sorted(keys, key=STAGES.index):
        table.wrong("stages", "stage_order", options=", ".join(STAGES))
    if "final" not in keys:
        table.wrong("stages", "stage_missing", value="final")
    if spec.min_drafts_reviewed and "draft" not in keys and table.has("min_drafts_reviewed"):
        table.wrong("min_drafts_reviewed", "drafts_without_stage")
    earlier: StageSpec | None = None
    for index, stage in enumerate(spec.stages):
        if stage.deadline is None:
            continue
        if earlier and earlier.deadline and stage.deadline < earlier.deadline:
            place: Path = (*table.at("stages"), index, "deadline")
            table.faults.add(place, "deadline_order", stage=stage.key, earlier=earlier.key)
        earlier = stage


def _check_formats(table: Table, spec: NoteSpec) -> None:
    """Each part must be able to be handed in at each stage that takes files only."""
    for stage in spec.stages:
        for index, part in enumerate(spec.parts):
            left = spec.formats(stage, part)
            if (stage.accepts == ("file",) and not left) or not set(stage.required_formats) <= set(
                part.formats
            ):
                place: Path = (*table.at("parts"), index, "formats")
                table.faults.add(place, "no_format_left", stage=stage.key, part=part.key)


def _record(value: object) -> dict[str, object]:
    return cast(dict[str, object], _plain(value))


def _plain(value: object) -> object:
    """A dataclass as JSON holds it: tables, lists, days as ISO text."""
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _whole(reader: Callable[[Table], Read], value: Mapping[str, object]) -> Read:
    """Read one whole tree, or raise all that is wrong in it."""
    faults = Faults()
    read = reader(Table(value, (), faults))
    if faults.found:
        raise Invalid(faults.found)
    return read
