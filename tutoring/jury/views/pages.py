"""The jury's blueprint and what its pages share."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash
from sqlalchemy.orm import Session

from tutoring.jury.models import HearingPage
from tutoring.jury.queries import hearing_page
from tutoring.people.models import Person
from tutoring.web.templating import local_date
from tutoring.web.wording import label

pages = Blueprint("jury", __name__)


def load_hearing(db: Session, viewer: Person, cohort_id: int, hearing_id: int) -> HearingPage | None:
    """Loader of the pages about one note before its panel."""
    return hearing_page(db, viewer, cohort_id, hearing_id)


@pages.app_template_filter("jury_day")
def jury_day(iso: str) -> str:
    """The day of a mail's parameter (ISO) in words; a mail's values are plain, so that they can wait in the outbox."""
    return local_date(date.fromisoformat(iso), "full")


def said(code: str) -> None:
    """Say once, on the next page, what was done."""
    flash(label("flash", code, part="jury"))
