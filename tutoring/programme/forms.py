"""What a coordinator types about a cohort; labels and choices are worded in the templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import get_template_attribute
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tutoring.programme.models import Cohort, Membership, Role, Track
from tutoring.programme.operations import DayFacts, Hours
from tutoring.programme.reading import Fault
from tutoring.programme.spec import FORMATS, MEANS
from tutoring.web.forms import Form, choices_of

CLOCK = ["%H:%M", "%H:%M:%S"]
LINE = Length(max=300, message="too_long")
TEXT = Length(max=20_000, message="too_long")
TEXT.field_flags = {}  # a bound that nobody meets: not worth a hint under each text
NEEDED = InputRequired("required")


class Row(Form):
    """A part of a form that is repeated; the form around it carries the protection."""

    class Meta(Form.Meta):
        csrf = False


class Seen(Form):
    """A form that says which version of the thing its reader saw."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class HoursRow(Row):
    id = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    starts = TimeField(format=CLOCK, validators=[NEEDED])
    ends = TimeField(format=CLOCK, validators=[NEEDED])


class DayForm(Seen):
    """When and where a day is held, and what it is about."""

    date = DateField(validators=[NEEDED])
    title = StringField(validators=[NEEDED, LINE])
    place = StringField(validators=[Optional(), LINE])
    half_days = FieldList(FormField(HoursRow))
    lunch_starts = TimeField(format=CLOCK, validators=[Optional()])
    lunch_ends = TimeField(format=CLOCK, validators=[Optional()])
    about = TextAreaField(validators=[Optional(), TEXT])

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if valid and (self.lunch_starts.data is None) != (self.lunch_ends.data is None):
            missing = self.lunch_ends if self.lunch_ends.data is None else self.lunch_starts
            missing.errors = ["required"]
            return False
        return valid

    def facts(self) -> DayFacts:
        """What was typed, once valid."""
        starts, ends = self.lunch_starts.data, self.lunch_ends.data
        day = self.date.data
        assert day is not None
        return DayFacts(
            date=day,
            title=self.title.data or "",
            place=self.place.data or "",
            about=self.about.data or "",
            hours={row["id"]: Hours(row["starts"], row["ends"]) for row in self.half_days.data},
            lunch=Hours(starts, ends) if starts and ends else None,
        )


class SpeakerForm(Form):
    """Who speaks on a day: a member of the cohort, or a name."""

    person = SelectField(validators=[Optional()])
    name = StringField(validators=[Optional(), LINE])

    def __init__(self, members: Iterable[Membership], **options: Any) -> None:
        super().__init__(**options)
        self.person.choices = choices_of(["", *(str(member.person_id) for member in members)])


class StageDateRow(Row):
    key = HiddenField()
    deadline = DateField(validators=[Optional()])


class DatesForm(Seen):
    """The cohort's dates: its own, the common day of each stage, its jury's."""

    starts_on = DateField(validators=[NEEDED])
    ends_on = DateField(validators=[NEEDED])
    stages = FieldList(FormField(StageDateRow))
    jury_from = DateField(validators=[NEEDED])
    jury_to = DateField(validators=[NEEDED])

    @classmethod
    def of(cls, cohort: Cohort) -> DatesForm:
        stages = [{"key": stage.key, "deadline": stage.deadline} for stage in cohort.spec.stages]
        return cls(obj=cohort, data={"stages": stages})


class StageCriterionRow(Row):
    key = HiddenField()
    title = StringField(validators=[Optional(), LINE])
    description = TextAreaField(validators=[Optional(), TEXT])
    removed = BooleanField()


class StageRow(Row):
    """One stage; `levels`: those of its reviews' rubric, one a line."""

    key = HiddenField()
    accepts = SelectMultipleField(choices=choices_of(MEANS))
    formats = SelectMultipleField(choices=choices_of(FORMATS))
    required_formats = SelectMultipleField(choices=choices_of(FORMATS))
    criteria = FieldList(FormField(StageCriterionRow), max_entries=20)
    levels = TextAreaField(validators=[Optional(), LINE])


class PartRow(Row):
    key = HiddenField()
    title = StringField(validators=[Optional(), LINE])
    pages_min = IntegerField(validators=[Optional()])
    pages_max = IntegerField(validators=[Optional()])
    description = TextAreaField(validators=[Optional(), TEXT])
    removed = BooleanField()


class CriterionRow(Row):
    key = HiddenField()
    title = StringField(validators=[Optional(), LINE])
    points = IntegerField(validators=[Optional()])
    description = TextAreaField(validators=[Optional(), TEXT])
    removed = BooleanField()


class NoteForm(Seen):
    """What the note must be. A row without a title nor a key is blank and left out; one may be marked as removed."""

    title = StringField(validators=[NEEDED, LINE])
    description = TextAreaField(validators=[Optional(), TEXT])
    parts = FieldList(FormField(PartRow), max_entries=20)
    stages = FieldList(FormField(StageRow), max_entries=10)
    min_drafts_reviewed = IntegerField(validators=[InputRequired("required")])
    rubric = FieldList(FormField(CriterionRow), max_entries=40)

    @classmethod
    def of(cls, cohort: Cohort) -> NoteForm:
        """The form as the cohort stands, with a blank row to add a part, two to add criteria, one at each stage."""
        spec: dict[str, Any] = cohort.spec.to_dict()
        spec["parts"] = [*spec["parts"], {}]
        spec["rubric"] = [*spec["rubric"], {}, {}]
        for stage in spec["stages"]:
            stage["criteria"] = [*stage["criteria"], {}]
            stage["levels"] = "\n".join(stage["levels"])
        return cls(data={**spec, "version": cohort.version})

    def kept(self) -> dict[str, list[int]]:
        """The places, in the form, of the parts and criteria that are kept, by the name of their list."""
        lists = [self.parts, self.rubric, *(entry.form.criteria for entry in self.stages.entries)]
        return {
            rows.name: [place for place, row in enumerate(rows.entries) if _is_kept(row.form)]
            for rows in lists
        }

    def told(self, cohort: Cohort) -> dict[str, Any]:
        """What was typed, as a specification holds it; what this form does not show stays as it is."""
        known = {part["key"]: part for part in cohort.note_spec["parts"]}
        stages = {stage["key"]: stage for stage in cohort.note_spec["stages"]}
        kept = self.kept()
        return {
            "title": self.title.data or "",
            "description": self.description.data or "",
            "min_drafts_reviewed": self.min_drafts_reviewed.data,
            "parts": [
                {**known.get(row["key"], {}), **row}
                for row in _rows(self.parts, kept, "title", "pages_min", "pages_max", "description")
            ],
            "rubric": _rows(self.rubric, kept, "title", "points", "description"),
            "stages": [
                {
                    **stages[row.key.data],
                    **{name: row[name].data for name in ("accepts", "formats", "required_formats")},
                    **(_reviewed(row, kept) if row.key.data != "final" else {}),
                }
                for row in (entry.form for entry in self.stages.entries)
                if row.key.data in stages
            ],
        }


def _reviewed(row: StageRow, kept: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """The rubric of a stage's reviews; nobody reviews the final version, whose row has none."""
    return {
        "criteria": _rows(row.criteria, kept, "title", "description"),
        "levels": [line.strip() for line in (row.levels.data or "").splitlines() if line.strip()],
    }


def _rows(rows: FieldList[Any], kept: Mapping[str, Sequence[int]], *fields: str) -> list[dict[str, Any]]:
    data = [rows.data[place] for place in kept[rows.name]]
    return [{"key": row["key"] or "", **{field: _said(row[field]) for field in fields}} for row in data]


def _is_kept(row: Row) -> bool:
    said = [row[name].data for name in ("key", "title", "pages_min", "pages_max", "points") if name in row]
    return not row["removed"].data and any(value not in (None, "") for value in said)


def _said(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class JuryForm(Seen):
    """How the jury is composed and decides. The grade, where one is given, is out of the rubric's total."""

    min_members = IntegerField(validators=[NEEDED])
    quorum = IntegerField(validators=[NEEDED])
    min_locked_evaluations = IntegerField(validators=[InputRequired("required")])
    president_required = BooleanField()
    blind = BooleanField()
    graded = BooleanField()
    pass_mark = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, cohort: Cohort) -> JuryForm:
        graded = cohort.jury.grade_out_of is not None
        return cls(data={**cohort.jury_spec, "graded": graded, "version": cohort.version})

    def told(self) -> dict[str, Any]:
        """What was typed, as a specification holds it."""
        return {
            field.short_name: field.data
            for field in self
            if field.short_name not in {"graded", "version", "csrf_token"}
        }


class MemberForm(Form):
    """Somebody to invite."""

    name = StringField(validators=[NEEDED, LINE])
    email = EmailField(validators=[NEEDED, Email("not_an_email"), Length(max=254, message="too_long")])
    role = RadioField(choices=choices_of(map(str, Role)), validators=[InputRequired("choose")])


class RoleForm(Form):
    """A member's role, and the one the page showed."""

    role = SelectField(choices=choices_of(map(str, Role)), validators=[InputRequired("choose")])
    seen_role = HiddenField()


class CohortForm(Form):
    """A cohort to open, and who coordinates it."""

    track = RadioField(validators=[InputRequired("choose")])
    name = StringField(validators=[Optional(), LINE])
    coordinator_name = StringField(validators=[NEEDED, LINE])
    coordinator_email = EmailField(
        validators=[NEEDED, Email("not_an_email"), Length(max=254, message="too_long")]
    )

    def __init__(self, tracks: Iterable[Track], **options: Any) -> None:
        super().__init__(**options)
        self.track.choices = choices_of(str(track.id) for track in tracks)


def show_faults(form: Form, faults: Iterable[Fault], rows: Mapping[str, Sequence[int]] | None = None) -> None:
    """Put each fault of a specification beside the field it concerns, or above the form when it has none.

    `rows`: by the name of each list whose rows were not all kept, where the kept ones stand in the form.
    """
    word = get_template_attribute("programme/wording.html", "fault")
    for fault in faults:
        said = str(word(fault.code, fault.params)).strip()
        field = _field_at(form, fault, rows or {})
        if field is None:
            form.form_errors.append(said)
        else:
            field.errors = [*field.errors, said]


def _field_at(form: Form, fault: Fault, rows: Mapping[str, Sequence[int]]) -> Any:
    place: Any = form
    for step in fault.path:
        if isinstance(step, int) and isinstance(place, FieldList):
            kept = rows.get(place.name)
            place = place.entries[kept[step] if kept is not None else step].form
        elif isinstance(place, Form) and step in place:
            place = place[step]
        else:
            break
    return None if isinstance(place, Form | FieldList) else place
