"""How a file someone sends is received: measured, recognised by its content, staged at once so that nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from wtforms import Field, ValidationError
from wtforms.form import BaseForm
from wtforms.widgets import FileInput

from tutoring.documents.images import SIGNATURES, image_kind
from tutoring.documents.kinds import BadFile, kind_of
from tutoring.people.models import Person
from tutoring.store.db import writing
from tutoring.store.files import StagedUpload, stage, staged
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session
from tutoring.web.wording import sentence


def receive(upload: FileStorage, person: Person, accepted: Collection[str]) -> StagedUpload:
    """Stage one uploaded file of the kinds `accepted` and commit it, whatever becomes of the form around it.

    Refused (field `file`) when too large, empty, unknown, of a kind not wanted here, or belying its name.
    """
    limit = house().settings.max_upload_mb
    upload.stream.seek(0, 2)
    if upload.stream.tell() > limit * 1024 * 1024:
        raise Refusal("upload_too_large", status=422, field="file", limit=limit)
    upload.stream.seek(0)
    name = upload.filename or "document"
    recognise = image_kind if set(accepted) <= set(SIGNATURES) else kind_of
    try:
        kind = str(recognise(name, upload.stream.read()))
    except BadFile as bad:
        raise Refusal(f"upload_{bad.code}", status=422, field="file", name=name) from bad
    if kind not in set(accepted):
        raise Refusal(
            "upload_kind_not_accepted", status=422, field="file", accepted=sorted(accepted), name=name
        )
    upload.stream.seek(0)
    row = stage(
        session(),
        house().files,
        upload.stream,
        institution_id=person.institution_id,
        person_id=person.id,
        filename=name,
        kind=kind,
        now=now(),
    )
    session().commit()
    writing(session())
    return row


def shown(upload: StagedUpload) -> dict[str, Any]:
    """A staged upload as templates draw it."""
    return {"id": upload.token, "name": upload.filename, "size": upload.file.size}


class UploadField(Field):
    """A file of a form: sent with it, or staged before by its own request under `<name>_staged`.

    `data` is the StagedUpload or None. Whatever else is wrong with the form, the file is kept and shown as received.
    """

    widget = FileInput()

    def __init__(
        self, label: str, validators: Any = None, *, accepted: Iterable[str], **options: Any
    ) -> None:
        super().__init__(label, validators, **options)
        self.accepted = tuple(accepted)
        self.type = "FileField"  # drawn, and its form encoded, as any file of a form

    @property
    def accept(self) -> str:
        """The `accept` attribute of the input: `.pdf,.docx`."""
        return ",".join(f".{kind}" for kind in self.accepted)

    @property
    def staged(self) -> dict[str, Any] | None:
        """What the server holds already, as the form shows it again: id, name, size in bytes."""
        return shown(self.data) if self.data else None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read nothing yet: a file is received when the form is validated, after its protection was checked."""
        self.process_errors = []
        self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        try:
            self.data = self._received()
        except Refusal as refusal:
            raise ValidationError(sentence(refusal.code, refusal.params)) from refusal

    def _received(self) -> StagedUpload | None:
        upload = request.files.get(self.name)
        if upload is not None and upload.filename:
            return receive(upload, current_user, self.accepted)
        token = request.form.get(f"{self.name}_staged", "")
        return staged(session(), token, current_user.id) if token else None
