"""The SMTP sink: takes every mail for anybody and keeps it, on its own loop and thread."""

import asyncio
import socket
import threading
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, Envelope, Session

from lti.practice.store import Store

MAX_SIZE = 25 << 20


class _Keep:
    """aiosmtpd's handler: one row per recipient."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store, self._now = store, now

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        for recipient in envelope.rcpt_tos:
            self._store.add_mail(
                sender=envelope.mail_from or "", recipient=recipient, raw=raw, now=self._now()
            )
        return "250 OK"


class PostOffice:
    """Listens on a socket already bound; `start` returns once it does, `stop` once nothing is left open."""

    def __init__(self, store: Store, now: Callable[[], int], listening: socket.socket) -> None:
        self._handler = _Keep(store, now)
        self._socket = listening
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="practice-smtp", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _session(self) -> SMTP:
        return SMTP(self._handler, hostname="localhost", data_size_limit=MAX_SIZE, enable_SMTPUTF8=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._session, sock=self._socket))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(server.wait_closed())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
