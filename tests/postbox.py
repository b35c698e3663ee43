"""A real SMTP server for tests: it keeps what it receives, and fails on demand."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from tutoring.store.outbox import drain
from tutoring.web import edge


class Postbox:
    """`received`: (recipient, message) in order. `answers`: what to say at a step (`RCPT`, `DATA`) instead of yes."""

    def __init__(self) -> None:
        self.received: list[tuple[str, EmailMessage]] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.hang_up = False
        self.url = ""

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hang_up:
            server.transport.abort()
            return ""
        if "DATA" in self.answers:
            return self.answers["DATA"]
        message = email.message_from_bytes(envelope.original_content, policy=default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.original_content)
        self.received.append((envelope.rcpt_tos[0], message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What was sent to this address, oldest first."""
        return [message for recipient, message in self.received if recipient == address]

    def last(self, address: str) -> str:
        """The text of the last mail to this address."""
        return text_of(self.to(address)[-1])


def text_of(message: EmailMessage) -> str:
    """The text of a message, with plain line ends."""
    return str(message.get_content()).replace("\r\n", "\n")


def link_in(text: str) -> str:
    """The path of the one link of a mail."""
    found = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", text)
    assert len(found) == 1, text
    return str(found[0])


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    """A server on a free port of this machine, stopped at the end of the block."""
    postbox = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    postbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield postbox
    finally:
        controller.stop()


def work(app: Flask, clock: Callable[[], datetime]) -> int:
    """What `flask work --once` does, by the test's clock; gives how many rows were tried."""
    with app.app_context():
        return drain(edge.database.sessionmaker, app.extensions["palier"].consumers, clock)
