"""`python -m tests.browser.screens FOLDER`: a picture of each kind of page in each seat, to be looked at; not a test.

Two widths, a desk's and a phone's; the demo's data as they are in November. `front.png` is the README's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.live import Live, demo
from tests.browser.seats import Seat, chromium
from tests.browser.strolling import sign_in, stroll
from tests.conftest import MONDAY

DESK, PHONE = 1200, 390
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


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, chromium() as browser, demo(Path(data), MONDAY) as live:
        take_front(browser, live, folder)
        take_doorway(browser, live, folder)
        take_lms(browser, live, folder)
        take_seats(browser, live, folder)


if __name__ == "__main__":
    main()
