"""Every page in every seat: whole at 320 px, silent in the console, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.live import Live, demo
from tests.browser.seats import Faults, Seat
from tests.browser.strolling import FILES, sign_in, stroll
from tests.conftest import MONDAY

WIDTHS = (1200, 390, 320)
# With a note not begun, under review, before the jury, judged; who follows, coordinates, presides, administers.
PEOPLE = (
    "Inès Moreau",
    "Łucja Wiśniak",
    "Élodie Garrigou",
    "Claire Aubert",
    "Gaëlle Kermadec",
    "Odile Charbonnel",
    "Sylvie Marchetti",
)
# Not reached by links: asked by machines, or shown on the way in (the other tests of this folder come by there).
ELSEWHERE = FILES | {
    "lti.begin_login",
    "lti.jwks",
    "lti.landed",
    "lti.new_course",
    "lti.select_links",
    "lti.show_ticket",
    "notes.remark",  # where mails lead: the remark on the version where it stands now
    "people.mailed_link",
    "people.sign_in",
    "people.way_in_sent",
    "resources.edition",  # linked from a synthesis published twice, which the demo has none of
    "running.healthz",
}
# What sticks out of the window, once all that folds is unfolded.
OVERFLOW = """() => {
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  if (document.documentElement.scrollWidth <= innerWidth) return "";
  const all = [...document.querySelectorAll("body *")];
  const wide = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5);
  return wide.slice(-2).map((one) => one.outerHTML.slice(0, 160)).join(" | ") || "the page itself";
}"""


def what_sticks_out(page: Page, where: Page | Frame) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if wide := where.evaluate(OVERFLOW):
            found.append(f"{width} px: {wide}")
    return found


class Walker:
    """Somebody who looks at every page they reach; `reached` holds its endpoints, `mishaps` what was wrong there."""

    def __init__(self, browser: Browser, live: Live, name: str) -> None:
        self.live, self.reached, self.mishaps = live, set[str](), list[str]()
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        self.faults = Faults(context)
        page = sign_in(live, context, name)
        self._walk(page, "fr", few=2)
        page.get_by_role("contentinfo").get_by_role("button", name="English").click()
        self._walk(page, "en", few=1)
        context.close()
        self.mishaps += self.faults.seen

    def _walk(self, page: Page, language: str, *, few: int) -> None:
        for stop in stroll(self.live, page, "/", few=few):
            self.reached.add(stop.endpoint)
            told = f"{language} {stop.path}"
            self.mishaps += [f"{told} {wide}" for wide in what_sticks_out(page, page)]
            if page.locator("html").get_attribute("lang") != language:
                self.mishaps.append(f"{told} is in another language")


@pytest.fixture(scope="module")
def school_at_work(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demo(tmp_path_factory.mktemp("demo"), MONDAY) as running:
        yield running


@pytest.fixture(scope="module")
def walker(browser: Browser, school_at_work: Live) -> Callable[[str], Walker]:
    """`walker(name)` has this person walk through Palier, once."""
    walkers: dict[str, Walker] = {}

    def walked(name: str) -> Walker:
        if name not in walkers:
            walkers[name] = Walker(browser, school_at_work, name)
        return walkers[name]

    return walked


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_scrolls_sideways_nor_complains(walker: Callable[[str], Walker], name: str) -> None:
    assert walker(name).mishaps == []


def test_together_they_reach_every_page(walker: Callable[[str], Walker], school_at_work: Live) -> None:
    pages = {
        rule.endpoint
        for rule in school_at_work.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in ELSEWHERE
    }
    reached = set[str]().union(*(walker(name).reached for name in PEOPLE))
    assert pages - reached == set()


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/sign-in/sent", "/enter/nothing", "/lti/landed?ticket=no", "/lti/ticket?ticket=no",
     "/lti/login", "/nowhere"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_what_a_stranger_meets_fits_a_phone(
    browser: Browser, school_at_work: Live, path: str, language: str
) -> None:
    context = browser.new_context(locale=language)
    page = context.new_page()
    page.goto(school_at_work.url + path)
    assert page.locator("html").get_attribute("lang") == language[:2]
    assert what_sticks_out(page, page) == []
    context.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Marianne Estève", "Que doit ouvrir ce cours ?"),
        ("Inès Moreau", "Ce cours n’est pas encore relié à Palier"),
    ],
)
def test_a_course_not_linked_yet_fits_its_frame(seat: Callable[[str], Seat], name: str, words: str) -> None:
    person = seat(name)
    person.enter("Arts et culture (CS26)")
    person.open("Espace de la formation")
    person.palier.get_by_role("heading", level=1, name=words).wait_for()
    frame = person.page.frames[-1]
    assert what_sticks_out(person.page, frame) == []
