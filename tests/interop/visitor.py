"""A browser of a few lines: plain HTTP, its own cookies for each host (ports aside), no redirect followed unasked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lti.practice.visitor import Form, read_form

WAIT = 20.0


@dataclass(frozen=True)
class Answer:
    """One answer: `location` is absolute, empty when it sends nowhere; `text` is its page."""

    status: int
    url: str
    location: str
    kind: str
    text: str

    @property
    def form(self) -> Form:
        """The form by which the page hands over to another."""
        return read_form(self.text)

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Visitor:
    """One person's browser."""

    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, url: str) -> Answer:
        return self._ask("GET", url, None, {})

    def post(self, url: str, fields: dict[str, str], **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", url, urlencode(fields).encode("ascii"), kind)

    def post_json(self, url: str, asked: dict[str, Any]) -> Answer:
        return self._ask("POST", url, json.dumps(asked).encode(), {"Content-Type": "application/json"})

    def follow(self, answer: Answer) -> Answer:
        """Where this answer leads, redirect after redirect."""
        for _ in range(5):
            if not answer.location:
                return answer
            answer = self.get(answer.location)
        raise AssertionError(f"endless redirects, last to {answer.location}")

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        assert parts.hostname is not None
        jar = self.cookies.setdefault(parts.hostname, {})
        if jar:
            headers = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        connection = HTTPConnection(parts.hostname, parts.port, timeout=WAIT)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(
                method, target, body, {"Accept": "text/html", "Connection": "close", **headers}
            )
            response = connection.getresponse()
            text = response.read().decode("utf-8")
            # By hand: http.cookies stumbles over Partitioned, requests does not send Secure cookies back here.
            for line in response.headers.get_all("Set-Cookie", []):
                _keep(jar, line)
        finally:
            connection.close()
        location = response.headers.get("Location", "")
        return Answer(
            status=response.status,
            url=url,
            location=urljoin(url, location) if location else "",
            kind=response.headers.get("Content-Type", ""),
            text=text,
        )


def _keep(jar: dict[str, str], line: str) -> None:
    name, _, value = line.partition(";")[0].partition("=")
    attributes = line.lower().replace(" ", "").split(";")
    if "max-age=0" in attributes or any("expires=thu,01jan1970" in part for part in attributes):
        jar.pop(name.strip(), None)
    else:
        jar[name.strip()] = value.strip()
