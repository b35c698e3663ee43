"""A walk through Palier by its own links: every kind of page that somebody reaches, a few of each."""

from __future__ import annotations

import secrets
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.routing.exceptions import RequestRedirect

from tests.browser.live import Live
from tutoring.people.models import Person
from tutoring.people.operations import make_link

A_FEW = 2
# What a link sends as a file to keep.
FILES = frozenset(
    {
        "desk.board_file",
        "desk.queue_file",
        "jury.download",
        "notes.file",
        "notes.image",
        "notes.responses_file",
        "notes.word_out",
        "people.logo",
        "resources.reading_file",
        "static",
    }
)


@dataclass(frozen=True)
class Stop:
    """A page of the walk; `rank` counts those of the same endpoint, from 1."""

    endpoint: str
    path: str
    rank: int


def sign_in(live: Live, context: BrowserContext, name: str) -> Page:
    """A page of this person's, come in by a link as it is mailed."""
    token = secrets.token_urlsafe(16)

    def mailed(db: Session) -> None:
        person = db.scalars(select(Person).where(Person.name == name, Person.merged_into_id.is_(None))).one()
        now = live.app.extensions["palier"].clock()
        make_link(db, person, purpose="sign_in", target="/", token=token, now=now)

    live.write(mailed)
    page = context.new_page()
    page.goto(f"{live.url}/enter/{token}")
    page.locator("main").get_by_role("button").click()
    page.wait_for_url(f"{live.url}/**")
    return page


def stroll(live: Live, page: Page, start: str, *, few: int = A_FEW) -> Iterator[Stop]:
    """Open page after page, `few` of each endpoint, from `start`; each stop is open while its caller looks at it."""
    paths = live.app.url_map.bind(urlsplit(live.url).netloc)
    waiting, met, seen = deque([start]), {start}, Counter[str]()
    while waiting:
        path = waiting.popleft()
        endpoint = _endpoint(paths, path)
        if endpoint is None or endpoint in FILES or seen[endpoint] >= few:
            continue
        page.goto(live.url + path)
        seen[endpoint] += 1
        yield Stop(endpoint, path, seen[endpoint])
        for link in _links(page, live.url):
            if link not in met:
                met.add(link)
                waiting.append(link)


def _endpoint(paths: MapAdapter, path: str) -> str | None:
    try:
        endpoint, _ = paths.match(urlsplit(path).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)


def _links(page: Page, url: str) -> list[str]:
    """The addresses of ours that the page links to, as paths; without those it offers to download."""
    hrefs: list[str] = page.locator("a[href]:not([download])").evaluate_all(
        "links => links.map(link => link.href.split('#')[0])"
    )
    return [href.removeprefix(url) for href in hrefs if href.startswith(url + "/")]
