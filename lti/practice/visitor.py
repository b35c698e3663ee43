"""A browser without a window: enters the practice LMS as somebody and carries its forms over plain HTTP.

For tests, benchmarks and demo data. It reads the forms on the LMS's pages and knows nothing of any tool.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

import requests


@dataclass(frozen=True)
class Form:
    """A form as a browser would post it: where to, and its fields."""

    action: str
    fields: dict[str, str]


class Visitor:
    """One person's browser on one practice LMS; `http` is its session, with the LMS's cookie."""

    def __init__(self, url: str, person: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.post(f"{url}/enter/{person}", timeout=10).raise_for_status()

    def open_link(self, link: str, target: str = "iframe") -> Form:
        """The login initiation for the tool, as the course link's page posts it."""
        return self._form_at(f"{self.url}/launch/{link}?target={target}")

    def open_selection(self, course: str) -> Form:
        """The same for a content selection (Deep Linking)."""
        return self._form_at(f"{self.url}/courses/{course}/select")

    def authenticate(self, address: str) -> Form:
        """Follow the tool's redirect to the LMS: the form with `id_token`, or `error`, and `state`."""
        return self._form_at(address)

    def close(self) -> None:
        self.http.close()

    def _form_at(self, address: str) -> Form:
        answer = self.http.get(address, timeout=10)
        answer.raise_for_status()
        return read_form(answer.text)


def read_form(page: str) -> Form:
    """The form of a page that hands over to another; fields without a name are left out."""
    parser = _FormParser()
    parser.feed(page)
    return Form(parser.action, parser.fields)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""
