"""What the browser's tests start from: chromium, and a Palier that runs beside its practice LMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from lti.operations import PlatformFacts, register_platform
from tests.browser.live import SECRET, Live, live
from tests.browser.seats import CHROMIUM, Seat, chromium
from tests.factories import CATALOGUE
from tutoring.people.operations import make_institution
from tutoring.programme.operations import import_track
from tutoring.store.db import utc_now


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            # One worker holds a module's chromium and servers.
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no chromium on this machine")
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An institution that has imported both programmes and knows its LMS; people do the rest."""
    with live(tmp_path_factory.mktemp("school")) as running:
        _settle_in(running)
        yield running


def _settle_in(running: Live) -> None:
    tool, platform = running.lms.school.tool, running.lms.school.platform
    now = utc_now()

    def settle_in(db: Session) -> None:
        institution = make_institution(db, slug="cnam", name="Cnam")
        for brochure in sorted(CATALOGUE.glob("*.toml")):
            import_track(db, institution.id, brochure.read_text(encoding="utf-8"), now=now)
        facts = PlatformFacts(
            name=platform.name,
            issuer=platform.url,
            client_id=tool.client_id,
            login_url=platform.auth_url,
            token_url=platform.token_url,
            jwks_url=platform.jwks_url,
            deployment_id=tool.deployment_id,
        )
        register_platform(db, institution.id, facts, secret=SECRET, development=True, now=now)

    running.write(settle_in)


@pytest.fixture(scope="module")
def seats(browser: Browser) -> Iterator[dict[str, Seat]]:
    """Who sits at a browser already, by name."""
    seated: dict[str, Seat] = {}
    yield seated
    for one in seated.values():
        one.context.close()


@pytest.fixture(scope="module")
def seat(browser: Browser, school: Live, seats: dict[str, Seat]) -> Callable[[str], Seat]:
    """`seat(name)` seats this person of the school at a browser of their own, always the same one."""

    def seated(name: str) -> Seat:
        if name not in seats:
            seats[name] = Seat(browser, school, name)
        return seats[name]

    return seated


@pytest.fixture(autouse=True)
def pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """When a test of seats fails, what each person had before their eyes is kept in build/browser."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed == failed or "seat" not in request.fixturenames:
        return
    folder = Path(__file__).parent.parent.parent / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in request.getfixturevalue("seats").items():
        one.page.screenshot(path=folder / f"{name}.png", full_page=True)
