"""The forms of a Word file that comes back with comments: the file, then what becomes of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, ValidationError

from tutoring.documents.comments.apart import read_comments
from tutoring.documents.comments.threads import WordComment
from tutoring.documents.unreadable import Unreadable
from tutoring.notes.models import RemarkKind, Visibility
from tutoring.notes.operations import Incoming
from tutoring.people.uploads import UploadField
from tutoring.store.db import writing
from tutoring.store.files import StagedUpload
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, session
from tutoring.web.forms import Form, choices_of
from tutoring.web.wording import sentence

# More would make a page that nobody goes through.
MAX_COMMENTS = 400


class CommentedUpload(UploadField):
    """A Word file whose comments are read as soon as it is received; one that has none is refused."""

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data is None:
            raise ValidationError("file_missing")
        try:
            # Another process reads for some seconds: nobody who writes must wait for it.
            session().commit()
            comments_in(self.data)
        except Refusal as refusal:
            raise ValidationError(sentence(refusal.code, refusal.params, part="documents")) from refusal
        finally:
            writing(session())


class CommentedFileForm(Form):
    """The file."""

    file = CommentedUpload("", accepted=("docx",))


class ImportForm(Form):
    """What becomes of each comment; made by `import_form`. `file` names the file, `chosen` holds what is wrong."""

    file = HiddenField(validators=[InputRequired()])
    chosen = HiddenField()
    visibility = RadioField(
        choices=choices_of(Visibility), validators=[InputRequired()], default=Visibility.SHARED
    )

    def kinds(self, found: Sequence[Incoming]) -> dict[int, RemarkKind]:
        """By rank, those that are not left out, each with the kind of remark that it becomes."""
        return {
            one.rank: RemarkKind(self[f"kind_{one.rank}"].data) if one.remark is None else one.kind
            for one in found
            if one.brings and not self[f"leave_{one.rank}"].data
        }


def import_form(
    found: Sequence[Incoming], *, author: str, token: str = "", posted: bool = False
) -> ImportForm:
    """The form of these comments: each with the kind that it proposes; the learner's own are left out at first."""
    fields: dict[str, Any] = {}
    for one in found:
        if not one.brings:
            continue
        fields[f"leave_{one.rank}"] = BooleanField(
            default=one.remark is None and one.comment.author == author
        )
        if one.remark is None:
            fields[f"kind_{one.rank}"] = SelectField(choices=choices_of(RemarkKind), default=one.kind)
    made = type("ImportFormOfFile", (ImportForm,), fields)
    form: ImportForm = made() if posted else made(formdata=None, data={"file": token})
    return form


def comments_in(upload: StagedUpload) -> tuple[WordComment, ...]:
    """The comments of a staged Word file. Refused (field `file`) when it cannot be read, or holds none."""
    with house().files.open(upload.institution_id, upload.file.sha256) as stream:
        content = stream.read()
    try:
        comments = read_comments(content)
    except Unreadable as bad:
        raise Refusal(bad.code, status=422, field="file", **bad.params) from bad
    if not comments:
        raise Refusal("word_no_comments", status=422, field="file")
    if len(comments) > MAX_COMMENTS:
        raise Refusal("word_too_many_comments", status=422, field="file", most=MAX_COMMENTS)
    return comments
