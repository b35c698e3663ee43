"""What people type about themselves and their institution."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import EmailField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tutoring.people.uploads import UploadField
from tutoring.web.forms import Form


class SignInForm(Form):
    """An address to mail a way in to, and where to go then."""

    email = EmailField(_("Votre adresse électronique"), [InputRequired(), Email(), Length(max=254)])
    next = HiddenField()


class InstitutionForm(Form):
    """What appears on the institution's documents."""

    name = StringField(_("Nom de l’établissement"), [InputRequired(), Length(max=200)])
    signatory = StringField(_("Signataire des attestations"), [Optional(), Length(max=200)])
    activity_number = StringField(_("Numéro de déclaration d’activité"), [Optional(), Length(max=40)])
    logo = UploadField(_("Logo (PNG ou JPEG)"), accepted=("png", "jpg"))
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class LanguageForm(Form):
    """The language of the pages."""

    locale = SelectField(_("Langue"), choices=[("fr", "Français"), ("en", "English")])
    next = HiddenField()


class EmptyForm(Form):
    """A button: nothing but its protection against forged requests."""
