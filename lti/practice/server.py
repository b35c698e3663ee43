"""The whole practice LMS on two ports of this machine: its pages and services, and its SMTP sink."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug.serving import BaseWSGIServer, make_server

from lti.practice.app import create_app
from lti.practice.post import PostOffice
from lti.practice.running import Practice
from lti.practice.school import DEFAULT_FILE, School
from lti.practice.store import Store

HOST = "127.0.0.1"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PracticeServer:
    """Both servers in threads of this process; port 0 takes a free one. Also a context manager.

    `url` is the issuer, always `http://localhost:…`: another site than the tool's 127.0.0.1.
    """

    def __init__(
        self,
        data: Path,
        tool_url: str,
        *,
        port: int = 0,
        smtp_port: int = 0,
        school: Path = DEFAULT_FILE,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        web = _listen(port)
        with closing(web):
            self._smtp_socket = _listen(smtp_port)
            self.port: int = web.getsockname()[1]
            self.smtp_port: int = self._smtp_socket.getsockname()[1]
            self.url = f"http://localhost:{self.port}"
            app = create_app(data, tool_url=tool_url, issuer=self.url, school=school, clock=clock)
            here = app.extensions["practice"]
            assert isinstance(here, Practice)
            self._practice = here
            self._web: BaseWSGIServer = make_server(HOST, self.port, app, threaded=True, fd=web.fileno())
        self._post = PostOffice(here.store, here.now, self._smtp_socket)
        self._thread = threading.Thread(target=self._web.serve_forever, name="practice-web", daemon=True)

    @property
    def store(self) -> Store:
        """What it holds: mails, columns, grades, added links."""
        return self._practice.store

    @property
    def school(self) -> School:
        """Its people and courses, with the addresses it really has."""
        return self._practice.school

    def start(self) -> Self:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self._thread.start()
        self._post.start()
        return self

    def stop(self) -> None:
        self._web.shutdown()
        self._thread.join()
        self._web.server_close()
        self._post.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _listen(port: int) -> socket.socket:
    """A socket that already queues callers: nobody can find the port closed between here and `start`."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
