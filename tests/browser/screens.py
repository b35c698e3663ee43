"""`python -m tests.browser.screens FOLDER [KIND…]`: pictures of each kind of page in each seat to look at; not a test.

Two widths, a desk's and a phone's; the demo's data as they are in November. `front.png` is the README's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.live import Live, demo
from tests.browser.seats import Seat, chromium
from tests.browser.strolling import sign_in, stroll
from tests.conftest import MONDAY
from tutoring.notes.models import Submission, ValidationNote
from tutoring.people.models import Person

DESK, WIDE, PHONE = 1200, 1300, 390
SEATS = {
    "learner-begins": "Inès Moreau",
    "learner-writes": "Baptiste Œuvrard",
    "learner-judged": "Élodie Garrigou",
    "tutor": "Claire Aubert",
    "coordinator": "Gaëlle Kermadec",
    "coordinator-arts": "Marianne Estève",
    "president": "Odile Charbonnel",
    "administrator": "Sylvie Marchetti",
}
LMS_PAGES = {"people": "/", "mails": "/mail", "grades": "/courses/3/grades", "course": "/courses/3"}


def take(page: Page, folder: Path, name: str) -> None:
    """The whole page at both widths."""
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)


def take_seats(browser: Browser, live: Live, folder: Path) -> None:
    for seat, name in SEATS.items():
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        page = sign_in(live, context, name)
        for stop in stroll(live, page, "/"):
            take(page, folder, f"{seat}-{stop.endpoint}-{stop.rank}")
        context.close()


def take_reading(browser: Browser, live: Live, folder: Path) -> None:
    """The text of a version and the pages around it, for whoever remarks and whoever answers, in both languages."""
    for name, (person, author, number, query, act) in READING.items():
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        page = sign_in(live, context, person)
        path = path_of(live, author, number) + query
        for language in ("fr", "en"):
            page.goto(live.url + path)
            page.wait_for_load_state("networkidle")
            act(page)
            for width in (WIDE, PHONE):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(200)
                page.screenshot(path=folder / f"reading-{name}-{language}-{width}.png", full_page=True)
            page.set_viewport_size({"width": WIDE, "height": 900})
            page.get_by_role("contentinfo").get_by_role("button", name="English").or_(
                page.get_by_role("contentinfo").get_by_role("button", name="Français")
            ).click()
        context.close()


def path_of(live: Live, author: str, number: int) -> str:
    """The address of somebody's note (0) or of the version that they handed in at this rank, -1 the last."""

    def found(db: Session) -> str:
        note = db.scalars(
            select(ValidationNote)
            .join(Person, Person.id == ValidationNote.author_id)
            .where(Person.name == author)
        ).one()
        home = f"/c/{note.cohort_id}/notes/{note.id}"
        if not number:
            return home
        ids = db.scalars(
            select(Submission.id).where(Submission.note_id == note.id).order_by(Submission.id)
        ).all()
        return f"{home}/submissions/{ids[number]}"

    return live.write(found)


def _unfold(page: Page) -> None:
    """The first thread of the text open, as one who answers it has it."""
    page.locator(".reading .remark details summary").last.click()


def _comment(page: Page) -> None:
    """The form of a remark open on a paragraph."""
    page.locator(".reading .block a.tool").nth(9).dispatch_event("click")
    page.locator(".reading .writing-remark textarea").first.wait_for()


def _look(_page: Page) -> None:
    """As it is."""


READING: dict[str, tuple[str, str, int, str, Callable[[Page], None]]] = {
    "tutor": ("Claire Aubert", "Łucja Wiśniak", -1, "", _look),
    "form": ("Claire Aubert", "Łucja Wiśniak", -1, "", _comment),
    "redline": ("Claire Aubert", "Łucja Wiśniak", -1, "/../../compare", _look),
    "responses": ("Claire Aubert", "Łucja Wiśniak", -1, "/responses", _look),
    "word": ("Claire Aubert", "Łucja Wiśniak", -1, "/word/import", _look),
    "learner": ("Baptiste Œuvrard", "Baptiste Œuvrard", -1, "", _unfold),
    "original": ("Baptiste Œuvrard", "Baptiste Œuvrard", -1, "?original=1", _look),
    "answers": ("Baptiste Œuvrard", "Baptiste Œuvrard", -1, "/responses", _look),
    "parts": ("Gilles Saint-Amand", "Gilles Saint-Amand", -1, "?part=problematique", _look),
    "question": ("Claire Aubert", "Margaux Peyrolade", 0, "", _look),
    "queue": ("Claire Aubert", "Łucja Wiśniak", 0, "/../../queue", _look),
    "board": ("Marianne Estève", "Łucja Wiśniak", 0, "/../../board", _look),
}


def take_doorway(browser: Browser, live: Live, folder: Path) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    for name, path in {"sign-in": "/sign-in", "spent": "/enter/x", "refused": "/lti/login"}.items():
        page.goto(live.url + path)
        take(page, folder, f"stranger-{name}")
    context.close()


def take_lms(browser: Browser, live: Live, folder: Path) -> None:
    """The practice LMS, and Palier in its frame."""
    person = Seat(browser, live, "Gaëlle Kermadec")
    person.enter("Éducation populaire")
    for name, path in LMS_PAGES.items():
        person.page.goto(live.lms.url + path)
        take(person.page, folder, f"lms-{name}")
    person.open("Espace de la formation")
    person.palier.get_by_role("heading", name="Bonjour").wait_for()
    take(person.page, folder, "lms-frame")
    person.context.close()


def take_front(browser: Browser, live: Live, folder: Path) -> None:
    """A learner's front page in the LMS's frame, for the README."""
    learner = Seat(browser, live, "Łucja Wiśniak")
    learner.page.set_viewport_size({"width": DESK, "height": 900})
    learner.enter("Arts et culture (CS26)")
    learner.open("Espace de la formation")
    learner.palier.get_by_role("heading", name="Bonjour Łucja").wait_for()
    learner.page.screenshot(path=folder / "front.png")
    learner.context.close()


KINDS = {
    "front": take_front,
    "doorway": take_doorway,
    "lms": take_lms,
    "reading": take_reading,
    "seats": take_seats,
}


def main() -> None:
    folder, only = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, chromium() as browser, demo(Path(data), MONDAY) as live:
        for name, take_some in KINDS.items():
            if not only or name in only:
                take_some(browser, live, folder)


if __name__ == "__main__":
    main()
