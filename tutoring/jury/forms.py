"""What is typed about a jury: a panel, the notes given to it, points, a decision. Labels are the templates'."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput, TextInput

from tutoring.jury.models import Evaluation, HearingPage, NewPanelPage, PanelPage
from tutoring.jury.operations import PanelFacts
from tutoring.jury.points import BadPoints, read_points, typed
from tutoring.notes.moves import Outcome
from tutoring.programme.spec import NoteSpec
from tutoring.web.forms import Form, choices_of
from tutoring.web.wording import sentence

LONG = 8000


def _person(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class PanelForm(Form):
    """A panel: its name, day and place, who sits, who presides."""

    name = StringField("", [DataRequired("required"), Length(max=120, message="too_long")])
    sits_on = DateField("", [Optional()])
    place = StringField("", [Length(max=200, message="too_long")])
    members = SelectMultipleField("", coerce=int)
    president = SelectField("", coerce=_person)
    version = IntegerField(widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, page: NewPanelPage | PanelPage) -> PanelForm:
        """The form of this page, filled with the panel as it stands."""
        panel = page.panel if isinstance(page, PanelPage) else None
        form = cls(
            name=panel.name if panel else "",
            sits_on=panel.sits_on if panel else None,
            place=panel.place if panel else "",
            members=[seat.person_id for seat in panel.seats] if panel else [],
            president=next((seat.person_id for seat in panel.seats if seat.presides), None)
            if panel
            else None,
            version=panel.version if panel else 0,
        )
        people = [member.person_id for member in page.candidates]
        form.members.choices = choices_of(people)
        form.president.choices = choices_of(["", *people])
        return form

    def told(self) -> PanelFacts:
        """What was typed, as the operations take it."""
        return PanelFacts(
            name=self.name.data or "",
            sits_on=self.sits_on.data,
            place=self.place.data or "",
            members=frozenset(self.members.data or ()),
            president=self.president.data,
        )


class GiveForm(Form):
    """The notes to give to a panel."""

    notes = SelectMultipleField("", [DataRequired("choose")], coerce=int)

    @classmethod
    def of(cls, page: PanelPage) -> GiveForm:
        form = cls()
        form.notes.choices = choices_of(note.id for note in page.waiting)
        return form


def _seen(value: Any) -> tuple[int, int]:
    """`12.3`: hearing 12, whose note was seen at version 3."""
    hearing, _, version = str(value).partition(".")
    return int(hearing), int(version)


class BatchForm(Form):
    """Hearings ticked on a panel's page, each with the version of its note that was seen."""

    hearings = SelectMultipleField(
        "", [DataRequired("choose")], coerce=_seen, validate_choice=False, choices=[]
    )

    def chosen(self) -> dict[int, int]:
        return dict(self.hearings.data or ())


class PublishForm(BatchForm):
    """Results to release, for good."""

    confirm = BooleanField("", [InputRequired("confirm_release")])


class VersionForm(Form):
    """A button that says which version of the note was seen."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class PointsField(Field):
    """Points from 0 to `most`, in quarters; `data` in hundredths, None when left empty."""

    widget = TextInput()

    def __init__(self, label: str = "", validators: Any = None, *, most: int = 0, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.most = most
        self.raw: str | None = None

    def _value(self) -> str:
        return self.raw if self.raw is not None else typed(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.raw, self.data = valuelist[0].strip(), None
        if self.raw:
            try:
                self.data = read_points(self.raw, self.most)
            except BadPoints as bad:
                raise ValueError(sentence("points_wrong", {"most": self.most})) from bad


class EvaluationForm(Form):
    """One juror's evaluation: a field `points_<key>` by criterion, a comment, and what makes it final."""

    comment: TextAreaField
    confirm: BooleanField
    lock: BooleanField
    version: IntegerField
    keys: tuple[str, ...] = ()

    @classmethod
    def of(cls, spec: NoteSpec, mine: Evaluation | None) -> EvaluationForm:
        """The form of this rubric, filled with what was saved."""
        # Made here, all of them, so that a summary of errors follows the order of the page.
        fields: dict[str, Any] = {
            **{f"points_{c.key}": PointsField(most=c.points) for c in spec.rubric},
            "comment": TextAreaField("", [Length(max=LONG, message="too_long")]),
            "confirm": BooleanField(""),
            # The button that makes it final; without it a draft is kept.
            "lock": BooleanField(""),
            "version": IntegerField(widget=HiddenInput(), default=0),
            "keys": tuple(c.key for c in spec.rubric),
        }
        kind = type("RubricForm", (cls,), fields)
        given = {f"points_{key}": value for key, value in mine.points.items()} if mine else {}
        form: EvaluationForm = kind(
            data={
                **given,
                "comment": mine.comment if mine else "",
                "version": mine.version if mine else 0,
            }
        )
        return form

    def points(self) -> dict[str, int | None]:
        return {key: self[f"points_{key}"].data for key in self.keys}

    def is_complete(self) -> bool:
        """Whether it can be locked; says beside each field what is missing."""
        sound: bool = self.validate_on_submit()
        for key in self.keys:
            field = self[f"points_{key}"]
            if field.data is None and not field.errors:
                field.errors = [sentence("points_missing")]
                sound = False
        if not self.confirm.data:
            self.confirm.errors = [sentence("lock_unconfirmed")]
            sound = False
        return sound


class DeliberationForm(Form):
    """What the president records; no outcome is chosen beforehand."""

    outcome = RadioField("", [InputRequired("choose")], choices=choices_of(Outcome))
    reason = TextAreaField("", [Length(max=LONG, message="too_long")])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    @classmethod
    def of(cls, page: HearingPage) -> DeliberationForm:
        """The form of this hearing; without a grade where the cohort's jury gives none."""
        hearing, out_of = page.hearing, page.standing.cohort.jury.grade_out_of
        kind = cls if out_of is None else type("GradedForm", (cls,), {"grade": PointsField(most=out_of)})
        form: DeliberationForm = kind(
            data={
                "grade": hearing.grade_hundredths,
                "reason": hearing.reason,
                "version": hearing.note.version,
            }
        )
        return form

    @property
    def points(self) -> int | None:
        """The grade in hundredths, None when none is given."""
        return self["grade"].data if "grade" in self else None
