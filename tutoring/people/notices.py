"""What a person is told by mail: a template's name, the page it leads to, and the plain values it needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.store.outbox import emit

TOPIC = "mail.wanted"


def tell(db: Session, person: Person, template: str, *, path: str, now: datetime, **params: Any) -> None:
    """Queue one mail for `person`: `templates/mail/<template>.txt`, a link to `path`, JSON-ready `params`.

    The values are those of this instant, so that a mail never speaks of a later state than the one it announces.
    """
    emit(
        db,
        TOPIC,
        institution_id=person.institution_id,
        now=now,
        person_id=person.id,
        template=template,
        path=path,
        params=params,
    )
