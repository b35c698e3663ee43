"""People at their own browsers: Debian's chromium, the practice LMS's pages, Palier in its frame or alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.browser.live import Live

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=fr",
    "--test-third-party-cookie-phaseout",
)
PATIENCE_MS = 15_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium without a window; third-party cookies come back only when they are partitioned."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Faults:
    """What a visitor would not see and must not happen: errors of the console, refused policies, failed requests."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error.message}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused policy is told as an error of the console too.
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        # Of what the browser gave up itself (a file it saves, a page left before its end) nobody suffers.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"request: {request.failure} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.seen.append(f"answer: {response.status} {response.request.method} {response.url}")


class Seat:
    """Somebody at their own browser. `palier` is the frame of the course link that they opened last."""

    def __init__(self, browser: Browser, live: Live, name: str) -> None:
        self.live, self.name, self.course = live, name, ""
        self.context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        self.context.set_default_timeout(PATIENCE_MS)
        self.faults = Faults(self.context)
        self.page: Page = self.context.new_page()

    def enter(self, course: str) -> None:
        """Choose oneself on the LMS's first page: it shows the course."""
        self.page.goto(self.live.lms.url)
        here = self.page.get_by_role("region", name=course)
        here.get_by_role("button", name=self.name).click()
        self.page.get_by_role("heading", level=1, name=course).wait_for()
        self.course = self.page.url

    def open(self, link: str) -> None:
        """Open a link of the course in its frame."""
        self.page.goto(self.course)
        self.page.get_by_role("region", name="Contenu du cours").get_by_role(
            "link", name=link, exact=True
        ).click()
        self.page.get_by_role("heading", level=1, name=link).wait_for()

    @property
    def palier(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def go(self, words: str) -> None:
        """Follow a link of Palier's navigation, in the frame."""
        self.palier.get_by_role("navigation", name="Espace de formation").get_by_role(
            "link", name=words, exact=True
        ).click()

    def open_gradebook(self) -> Page:
        """The LMS's page of grades: everyone's for who teaches, one's own for a learner."""
        self.page.goto(self.course)
        self.page.get_by_role("link", name=re.compile("^(Carnet de notes|Mes notes)$")).click()
        self.page.get_by_role("table").wait_for()
        return self.page

    def letters(self) -> Page:
        """The LMS's page of one's own mails, once the worker has sent what it had to."""
        self.live.settle()
        someone = next(one for one in self.live.lms.school.people if one.name == self.name)
        self.page.goto(f"{self.live.lms.url}/mail?person={someone.id}")
        return self.page
