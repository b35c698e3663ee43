"""The marks that reading leaves: the only thing a GET writes, after its answer was made, from a closed list."""

from __future__ import annotations

from collections.abc import Callable

from flask import g
from sqlalchemy.orm import Session

# Which marks there are; a test holds the list against what pages leave.
TRACES = frozenset({"submission.read", "assigned_reading.seen"})

Trace = Callable[[Session], object]


def leave(name: str, write: Trace) -> None:
    """Have `write` run once this page is made, in a transaction of its own. Raises ValueError for an unknown mark."""
    if name not in TRACES:
        raise ValueError(f"no such trace: {name}")
    g.setdefault("traces", []).append(write)


def left() -> list[Trace]:
    """The marks left in this request; asked once."""
    found: list[Trace] = g.pop("traces", [])
    return found
