"""The production server: gunicorn on the settings, threads in a few processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """Gunicorn with its settings given in code; each process makes its own application."""

    def __init__(self, make_app: Callable[[], Any], options: dict[str, Any]) -> None:
        self.make_app = make_app
        self.given = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.given.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return self.make_app()


def serve(make_app: Callable[[], Any], *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until TERM. The threads give slow uploads room; a worker is renewed after 5,000 requests or so."""
    Server(
        make_app,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "timeout": 60,
            "graceful_timeout": 10,
            "max_requests": 5000,
            "max_requests_jitter": 500,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
        },
    ).run()
