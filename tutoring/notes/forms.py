"""What is typed about a note: a topic, parts handed in, an answer, a remark, a decision with its reason."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from tutoring.documents.kinds import Kind
from tutoring.documents.models import ReadDocument, ReadState
from tutoring.documents.operations import keep_reading, known, read_quickly
from tutoring.documents.pages import UnreadablePdf, read_pages
from tutoring.notes.models import NotePage, Submission, TopicVerdict, TutoringPage
from tutoring.notes.moves import Dissemination
from tutoring.notes.operations import HandedIn, Item
from tutoring.notes.operations.submitting import typed_lines
from tutoring.people.uploads import UploadField
from tutoring.programme.spec import PartSpec, StageSpec
from tutoring.store.db import writing
from tutoring.store.files import StagedUpload
from tutoring.web.edge import house, now, session
from tutoring.web.forms import Form, choices_of
from tutoring.web.wording import sentence

LONG, SHORT = 100_000, 5_000
# Read as "the script has not sent anything": WTForms needs a validator for an empty number to be accepted.
MAYBE = Optional()
# What nobody could open is refused when it is handed in; a scan without words, say, is taken.
UNOPENED = ("broken", "encrypted", "empty", "belies_its_name", "unsafe_archive")


class DocumentUpload(UploadField):
    """A file that is read as soon as it is received: kept in blocks, its pages counted when it is a PDF.

    `pages` is None for others. What nobody could open is refused; what takes long is left to the worker.
    """

    pages: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data is None:
            return
        file = self.data.file
        document = known(session(), file.institution_id, file.sha256)
        if document is None or document.state in (ReadState.WAITING, ReadState.READING):
            document = self._read(self.data)
        if document is not None and document.refused in UNOPENED:
            raise ValidationError(sentence(document.refused, {"name": self.data.filename}, part="documents"))
        self.pages = document.pages if document else None
        if self.pages is None and file.kind == Kind.PDF:
            self.pages = self._counted(self.data)

    def _read(self, upload: StagedUpload) -> ReadDocument | None:
        # Another process reads for some seconds: nobody who writes must wait for it, so the transaction ends first.
        content = self._content(upload)
        session().commit()
        found = read_quickly(upload.filename, content)
        writing(session())
        if found is None:
            return None
        row = keep_reading(session(), house().files, upload.file, found, now=now())
        session().commit()
        writing(session())
        return row

    def _counted(self, upload: StagedUpload) -> int | None:
        """The pages of a PDF whose text could not be had in time."""
        content = self._content(upload)
        session().commit()
        try:
            return read_pages(content).count
        except UnreadablePdf:
            return None
        finally:
            writing(session())

    def _content(self, upload: StagedUpload) -> bytes:
        with house().files.open(upload.institution_id, upload.file.sha256) as stream:
            return stream.read()


class OneOfMany(Form):
    """A form that shares its page with others: its controls take ids of their own."""

    def apart(self, name: str) -> None:
        """Give every control an id that begins with `name`."""
        for field in self:
            field.id = f"{name}-{field.name}"


class Versioned(OneOfMany):
    """A form that decides: it carries the version of the note that its reader saw."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class TopicForm(Versioned):
    """A topic: its title, then the question and its context."""

    title = StringField(validators=[InputRequired(), Length(max=200)])
    message = TextAreaField(validators=[InputRequired(), Length(max=LONG)])

    def handed_in(self) -> HandedIn:
        """What the learner hands in."""
        return HandedIn(title=self.title.data or "", message=self.message.data or "")


class PartsForm(Versioned):
    """Parts handed in at a stage, one group of fields for each; made by `parts_form`."""

    # Holds what the table says of the parts together.
    parts = HiddenField()
    message = TextAreaField(validators=[Length(max=SHORT)])

    def prepare(self, page: NotePage, stage: StageSpec, earlier: Submission | None) -> None:
        """Tell the form which parts it holds, and what was handed in for them before."""
        self.page, self.stage, self.earlier = page, stage, earlier
        # By part: the text that its field began with. A file given instead takes its place.
        self.begun: dict[str, str] = {}

    def groups(self) -> list[dict[str, Any]]:
        """For each part: its specification, its fields by name (those it has), what it had before."""
        return [
            {
                "spec": part,
                "fields": {
                    name: self[f"{name}_{rank}"]
                    for name in ("file", "source", "text", "excluded", "keep")
                    if f"{name}_{rank}" in self
                },
                "earlier": [item for item in self.earlier.parts if item.part == part.key]
                if self.earlier
                else [],
            }
            for rank, part in enumerate(self.page.spec.parts)
        ]

    def handed_in(self) -> HandedIn:
        """What the learner hands in, with the parts taken over from before."""
        items: list[Item] = []
        kept: list[str] = []
        for group in self.groups():
            fields, key = group["fields"], group["spec"].key
            found = _items(key, fields)
            if any(item.file for item in found):
                found = [one for one in found if one.file or typed_lines(one.text) != self.begun.get(key)]
            items += found
            if "keep" in fields and fields["keep"].data:
                kept.append(key)
        choice = self["dissemination_choice"].data if "dissemination_choice" in self else None
        return HandedIn(
            title=self.page.note.title,
            message=self.message.data or "",
            items=tuple(items),
            kept=tuple(kept),
            kept_from=self.earlier,
            honour=bool(self["honour_statement"].data) if "honour_statement" in self else False,
            dissemination=Dissemination(choice) if choice else None,
        )


def _items(key: str, fields: dict[str, Any]) -> list[Item]:
    found = []
    for name in ("file", "source"):
        upload = fields[name].data if name in fields else None
        if upload is not None:
            pages = fields[name].pages
            excluded = fields["excluded"].data if "excluded" in fields and pages is not None else 0
            found.append(
                Item(
                    key, file=upload.file, filename=upload.filename, pages=pages, excluded_pages=excluded or 0
                )
            )
    text = fields["text"].data if "text" in fields else ""
    return [*found, Item(key, text=text)] if text else found


def parts_form(
    page: NotePage, stage: StageSpec, earlier: Submission | None, *, replacing: bool = False
) -> PartsForm:
    """The form of a plan, a draft or a final version, as the cohort's specification asks for it."""
    fields: dict[str, Any] = {}
    begun: dict[str, Any] = {"message": earlier.message} if replacing and earlier else {}
    texts: dict[str, str] = {}
    for rank, part in enumerate(page.spec.parts):
        for name, field in _part_fields(page, stage, part).items():
            fields[f"{name}_{rank}"] = field
        there = [item for item in earlier.parts if item.part == part.key] if earlier else []
        if replacing and len(there) == 1 and there[0].file_id is None and f"text_{rank}" in fields:
            begun[f"text_{rank}"] = there[0].text
            texts[part.key] = typed_lines(there[0].text)
        elif there:
            fields[f"keep_{rank}"] = BooleanField()
            begun |= {f"keep_{rank}": True} if replacing else {}
    if stage.key == "final":
        fields["honour_statement"] = BooleanField(validators=[InputRequired()])
        fields["dissemination_choice"] = RadioField(
            choices=choices_of(Dissemination), validators=[InputRequired()]
        )
    # What replaces a submission begins as it was: its texts, its files kept, the same word to the reader.
    form: PartsForm = type("PartsFormOfStage", (PartsForm,), fields)(data=begun)
    form.prepare(page, stage, earlier)
    form.begun = texts
    return form


def _part_fields(page: NotePage, stage: StageSpec, part: PartSpec) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    formats = page.spec.formats(stage, part)
    others = tuple(kind for kind in formats if kind != Kind.PDF)
    if "file" in stage.accepts and formats:
        final = stage.key == "final"
        fields["file"] = DocumentUpload("", accepted=("pdf",) if final else formats)
        if final and others:
            fields["source"] = DocumentUpload("", accepted=others)
        if Kind.PDF in formats and stage.key in ("draft", "final"):
            fields["excluded"] = IntegerField(validators=[MAYBE, NumberRange(min=0, max=999)])
    if "text" in stage.accepts:
        fields["text"] = TextAreaField(validators=[Length(max=LONG)])
    return fields


class ThreadForm(Form):
    """A message in a remark's thread, and what becomes of the remark: `act` is the button that was pressed."""

    text = TextAreaField(validators=[Length(max=SHORT)])
    act = StringField(validators=[InputRequired()])


class PlaceForm(Form):
    """Where a remark stands: confirmed (`act` is "confirm"), or put on a block or some of its words."""

    act = StringField(validators=[InputRequired()])
    block = StringField(validators=[Length(max=40)])
    quote = TextAreaField(validators=[Length(max=SHORT)])
    prefix = HiddenField()
    suffix = HiddenField()


class QuestionForm(OneOfMany):
    """A question, or what is written in its thread; `act` is the button that was pressed: write, close."""

    text = TextAreaField(validators=[Length(max=SHORT)])
    act = StringField(default="write")


class TopicChangeForm(OneOfMany):
    """Another topic, and why."""

    title = StringField(validators=[InputRequired(), Length(max=200)])
    message = TextAreaField(validators=[InputRequired(), Length(max=LONG)])
    why = TextAreaField(validators=[InputRequired(), Length(max=SHORT)])


class TopicAnswerForm(OneOfMany):
    """What is answered to a change of topic; neither verdict is chosen beforehand."""

    verdict = RadioField(choices=choices_of(TopicVerdict), validators=[InputRequired()])
    answer = TextAreaField(validators=[Length(max=SHORT)])


class AsideForm(Versioned):
    """A move that asks for a reason; `until` gives more time with it."""

    reason = TextAreaField(validators=[Length(max=SHORT)])
    until = DateField(validators=[Optional()])


class ExtensionForm(Form):
    """A later day at one stage."""

    stage = SelectField(validators=[InputRequired()])
    until = DateField(validators=[InputRequired()])
    reason = TextAreaField(validators=[InputRequired(), Length(max=SHORT)])


class DerogationForm(Form):
    """Leave to be out of the page bounds for one part."""

    part = SelectField(validators=[InputRequired()])
    reason = TextAreaField(validators=[InputRequired(), Length(max=SHORT)])


class EmptyForm(Form):
    """A button: nothing but its protection against forged requests."""


class VersionForm(Versioned):
    """A button that decides."""


def part_choices(page: NotePage, *, nowhere: bool = False) -> list[SelectChoice]:
    """The parts of the note by their titles; `nowhere`: with an empty choice before them."""
    titles = [SelectChoice(part.key, part.title) for part in page.spec.parts]
    return [SelectChoice("", ""), *titles] if nowhere else titles


def tutors_form(page: TutoringPage) -> Form:
    """One choice of tutor for each note; 0 is nobody."""
    people = [SelectChoice(person.id, person.name) for person in page.staff]
    fields = {
        f"tutor_{note.id}": SelectField(
            choices=[SelectChoice(0, ""), *(one for one in people if one.value != note.author_id)],
            coerce=int,
            default=note.tutor_id or 0,
        )
        for note in page.notes
    }
    # Carries the refusal that concerns the choice of a tutor, whichever row it is on.
    form: Form = type("TutorsForm", (Form,), {**fields, "tutor": HiddenField()})()
    return form
