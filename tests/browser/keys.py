"""Somebody who has a keyboard and no mouse: what they reach, press and type on Palier's pages."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from tests.browser.live import Live
from tests.browser.seats import PATIENCE_MS, Faults
from tutoring.people.models import Person
from tutoring.people.operations import make_link

FAR = 400
ANY: frozenset[str] = frozenset()
PRESSED, FIELD, RADIO = (
    frozenset({"a", "button", "summary"}),
    frozenset({"input", "textarea"}),
    frozenset({"radio"}),
)
# What the keyboard is on: its kind and its name as it is read out.
FOCUS = """() => {
  const at = document.activeElement;
  const labels = at.labels && at.labels.length ? [...at.labels].map((each) => each.textContent).join(" ") : null;
  const radio = at.type === "radio";
  const group = radio ? at.closest("fieldset")?.querySelector("legend")?.textContent ?? "" : "";
  const name = (labels ?? at.getAttribute("aria-label") ?? at.textContent ?? "").replace(/\\s+/g, " ");
  return [radio ? "radio" : at.localName, name.trim(), group.trim(), at === document.body];
}"""


class Keys:
    """A person at their own browser, on Palier's own pages; every step is a key."""

    def __init__(self, browser: Browser, live: Live, person_id: int) -> None:
        self.live, self.person_id = live, person_id
        self.context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        self.context.set_default_timeout(PATIENCE_MS)
        self.faults = Faults(self.context)
        self.page: Page = self.context.new_page()
        self.sign_in()

    def sign_in(self) -> None:
        """Come in by a link as it is mailed."""
        token = secrets.token_urlsafe(16)

        def mailed(db: Session) -> None:
            person = db.get_one(Person, self.person_id)
            now = self.live.app.extensions["palier"].clock()
            make_link(db, person, purpose="sign_in", target="/", token=token, now=now)

        self.live.write(mailed)
        self.page.goto(f"{self.live.url}/enter/{token}")
        self.go("Entrer")

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.live.url + path)
        self.page.wait_for_load_state("networkidle")

    def tab_to(self, name: str | re.Pattern[str], kinds: frozenset[str] = ANY, *, back: bool = False) -> None:
        """Go from control to control until the one of these kinds whose name, or whose group's, begins so."""
        wanted = name if isinstance(name, re.Pattern) else re.compile(re.escape(words(name)))
        met = []
        for _ in range(FAR):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            kind, found, group, nowhere = self.page.evaluate(FOCUS)
            fits = kind in kinds or not kinds
            if fits and not nowhere and (wanted.match(found) or wanted.match(group)):
                return
            met.append(f"{kind} {found[:40]}")
        raise AssertionError(f"the keyboard never came to “{name}”; it went by {met[:60]}")

    def press(self, name: str) -> None:
        """Reach a control and press it; the page stays."""
        self.tab_to(name, PRESSED)
        self.page.keyboard.press("Enter")

    def go(self, name: str | re.Pattern[str]) -> None:
        """Reach a link or a button and press it; another page comes."""
        self.tab_to(name, PRESSED)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state("networkidle")

    def choose(self, group: str, name: str, *, back: bool = False) -> None:
        """One of a few: the arrows go from one to the next."""
        self.tab_to(group, RADIO, back=back)
        for _ in range(FAR):
            self.page.keyboard.press("Space")
            if self.page.evaluate(FOCUS)[1].startswith(words(name)):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"“{group}” has no “{name}”")

    def write(self, name: str, text: str) -> None:
        """Put a text into a field, in place of what was there."""
        self.tab_to(name, FIELD)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def reads(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
