"""What is typed in the space of a day: a synthesis, a reading, and why a reading is handed to somebody."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tutoring.people.uploads import UploadField
from tutoring.web.forms import Form, choices_of

FILE_KINDS = ("pdf", "docx", "odt", "md")


def one_line(value: str | None) -> str | None:
    """A title holds no line break and no control character (PostgreSQL refuses NUL)."""
    return value and " ".join("".join(c if c.isprintable() else " " for c in value).split())


def lines(value: str | None) -> str | None:
    """A short text keeps its line breaks and tabs, no other control character."""
    return value and "".join(c for c in value if c.isprintable() or c in "\r\n\t")


class SynthesisForm(Form):
    """The text of a day's synthesis. How long it may be is the renderer's rule."""

    title = StringField(validators=[InputRequired(), Length(max=200)], filters=[one_line])
    markdown = TextAreaField()
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class RevisedReadingForm(Form):
    """What is said of a reading; the address when it is a link."""

    title = StringField(validators=[InputRequired(), Length(max=200)], filters=[one_line])
    author = StringField(validators=[Optional(), Length(max=200)], filters=[one_line])
    why = TextAreaField(validators=[Optional(), Length(max=2000)], filters=[lines])
    url = StringField(validators=[Optional(), Length(max=2000)])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class ReadingForm(Form):
    """A new reading: a link or a file."""

    title = StringField(validators=[InputRequired(), Length(max=200)], filters=[one_line])
    author = StringField(validators=[Optional(), Length(max=200)], filters=[one_line])
    why = TextAreaField(validators=[Optional(), Length(max=2000)], filters=[lines])
    url = StringField(validators=[Optional(), Length(max=2000)])
    file = UploadField("", accepted=FILE_KINDS)


class AssignForm(Form):
    """A reading handed: to whom when several may be chosen, which page of the web when it is not in the library, why.

    `learners`: ids of the notes to choose among, None when whose it is is known. `link`: it has an address to type.
    """

    learners = SelectMultipleField(coerce=int, validators=[InputRequired("choose")])
    title = StringField(validators=[InputRequired(), Length(max=200)], filters=[one_line])
    url = StringField(validators=[InputRequired(), Length(max=2000)])
    why = TextAreaField(validators=[InputRequired(), Length(max=2000)], filters=[lines])
    begin = StringField(validators=[Optional(), Length(max=200)], filters=[one_line])

    def __init__(self, *, learners: Iterable[int] | None, link: bool) -> None:
        super().__init__()
        if learners is None:
            del self.learners
        else:
            self.learners.choices = choices_of(learners)
        if not link:
            del self.title, self.url
