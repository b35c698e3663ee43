"""What people choose at the door: what a new course opens, a coordinator's code."""

from __future__ import annotations

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from lti.models import NewCourse, Page
from lti.protocol.claims import DeepLinkingSettings
from tutoring.web.forms import Form


class OpenCohortForm(Form):
    """A cohort opened from a programme; without a name it is called as the programme says."""

    track = SelectField(validators=[InputRequired("choose")], coerce=int)
    name = StringField(validators=[Length(max=100, message="too_long")])

    def offer(self, course: NewCourse) -> OpenCohortForm:
        """This form with the programmes of the institution to choose from."""
        self.track.choices = [(track.id, track.name) for track in course.tracks]
        return self


class LinkCodeForm(Form):
    """The code that a coordinator gave."""

    code = StringField(validators=[InputRequired("required"), Length(max=60, message="too_long")])


class ChooseCohortForm(Form):
    """An existing cohort, for administrators."""

    cohort = SelectField(validators=[InputRequired("choose")], coerce=int)

    def offer(self, course: NewCourse) -> ChooseCohortForm:
        """This form with the cohorts of the institution to choose from."""
        self.cohort.choices = [
            (cohort.id, f"{cohort.track.name} · {cohort.name}") for cohort in course.cohorts
        ]
        return self


class SelectionForm(Form):
    """The pages to link to: several, or one where the platform takes one."""

    pages = SelectMultipleField(choices=list(Page), validators=[InputRequired("choose")])
    page = RadioField(choices=list(Page), validators=[InputRequired("choose")])

    @classmethod
    def of(cls, settings: DeepLinkingSettings) -> SelectionForm:
        """The form that this platform's wish calls for."""
        form = cls()
        if settings.accept_multiple:
            del form.page
        else:
            del form.pages
        return form

    def chosen(self) -> list[str]:
        """The pages chosen, as codes of `Page`."""
        return list(self.pages.data or []) if self.pages is not None else [str(self.page.data)]


class Button(Form):
    """A button: nothing but its protection against forged requests."""
