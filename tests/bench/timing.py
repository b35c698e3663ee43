"""How a page is timed: real requests over one connection, taken in turn with the reference so that drift cancels."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urlencode


class Visitor:
    """A minimal browser that carries cookies itself (they are Secure, and this is plain http on the loopback)."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, fields: dict[str, str] | None = None, *, expect: int = 200
    ) -> tuple[str, http.client.HTTPMessage]:
        """Body and headers of a GET, or of a POST when there are `fields`. Raises when the status is not `expect`."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST" if body is not None else "GET", path, body, headers)
        text = answer.read().decode("utf-8", "replace")
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header.replace("; Partitioned", "")).items():
                self.cookies[name] = morsel.value
        if answer.status != expect:
            raise AssertionError(f"{path} answered {answer.status}, not {expect}: {text[:300]}")
        return text, answer.headers

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a connection that was idle: as a browser does, open another.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()


def milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def in_turn(act: Callable[[], object], reference: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians in milliseconds of `act` and of `reference`, taken one after the other `rounds` times."""
    for _ in range(5):
        act()
        reference()
    pairs = [(milliseconds(act), milliseconds(reference)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
