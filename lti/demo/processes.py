"""Processes that run together and end together, however the one that started them ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

GRACE = 12.0


class Processes:
    """Processes that end together, each in a group of its own so that its children go with it."""

    def __init__(self) -> None:
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start one; should this process be killed outright, the system ends it too (Linux)."""
        process = subprocess.Popen(  # noqa: S603 - our own three commands
            command,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
            stdout=subprocess.DEVNULL,
        )
        self._running.append((name, process))

    def gone(self) -> str:
        """The name of one that has ended, '' while all run."""
        return next((name for name, process in self._running if process.poll() is not None), "")

    def end(self) -> None:
        """End all: TERM, and KILL to whatever is left after GRACE seconds."""
        for _name, process in self._running:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for _name, process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _end_with_parent() -> None:
    """PR_SET_PDEATHSIG: told to end when the demo dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    # The group may outlive its leader, and its number is not given again before it is empty.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
