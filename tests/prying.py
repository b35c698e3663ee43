"""Readers that try what no reader may: run by tests in the process that opens what others wrote."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any


def pry(content: bytes) -> dict[str, Any]:
    """What came of each attempt: the kind of error, or "done"."""
    attempts: dict[str, Callable[[], object]] = {
        "read a file": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "write a file": lambda: os.open("/tmp/written-by-a-reader", os.O_CREAT | os.O_WRONLY),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "ask for a name": lambda: socket.getaddrinfo("palier.example.org", 443),
        "use a local socket": socket.socketpair,
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "raise the limit": _raise,
        "import a module": lambda: __import__("ftplib"),
    }
    return {
        "content": content.decode(),
        "environment": dict(os.environ),
        **{k: _came(v) for k, v in attempts.items()},
    }


def _came(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, ValueError, ImportError) as no:
        return type(no).__name__
    return "done"


def _raise() -> None:
    import resource  # noqa: PLC0415 (loaded already by who runs this)

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def swell(_content: bytes) -> int:
    """Asks for more memory than it has."""
    return len(bytearray(4 << 30))


def spin(_content: bytes) -> None:
    """Never ends."""
    while True:
        pass


def fall(content: bytes) -> None:
    """Fails as a library may, on what it did not expect."""
    raise KeyError(content)


def die(_content: bytes) -> None:
    """Ends its process as a broken library may."""
    os.abort()


def chatter(_content: bytes) -> str:
    """Writes what JSON must escape."""
    sys.stderr.write("word " * 10)
    return "é\ud800\x00"
