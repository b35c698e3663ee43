"""What people type about themselves and their institution; its labels are in the templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import EmailField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tutoring.people.models import Person
from tutoring.people.uploads import UploadField
from tutoring.web.forms import Form, choices_of


class SignInForm(Form):
    """An address to mail a way in to, and where to go then."""

    email = EmailField(
        validators=[InputRequired("required"), Email("not_an_email"), Length(max=254, message="too_long")]
    )
    next = HiddenField()


class EnterForm(Form):
    """The button that burns a mailed link, with the record to open where several answer to the address."""

    person = RadioField(coerce=int, validators=[InputRequired("choose")])

    def __init__(self, records: Sequence[Person], **options: Any) -> None:
        super().__init__(**options)
        self.person.choices = choices_of(record.id for record in records)
        if len(records) < 2:
            del self.person

    @property
    def chosen(self) -> int | None:
        """The id of the record chosen, None where there is only one."""
        return self.person.data if "person" in self else None


class InstitutionForm(Form):
    """What appears on the institution's documents."""

    name = StringField(validators=[InputRequired("required"), Length(max=200, message="too_long")])
    signatory = StringField(validators=[Optional(), Length(max=200, message="too_long")])
    activity_number = StringField(validators=[Optional(), Length(max=40, message="too_long")])
    logo = UploadField("", accepted=("png", "jpg"))
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class LanguageForm(Form):
    """The language of the pages."""

    locale = SelectField(choices=choices_of(("fr", "en")))
    next = HiddenField()


class EmptyForm(Form):
    """A button: nothing but its protection against forged requests."""
