"""What the programme's pages share: their blueprint, and how a form shows the faults of a specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import Blueprint

from tutoring.programme.forms import show_faults
from tutoring.programme.reading import Invalid
from tutoring.web.forms import Form, attempt

Result = TypeVar("Result")

pages = Blueprint("programme", __name__)


def attempt_valid(
    form: Form, act: Callable[[], Result], rows: Callable[[], Mapping[str, Sequence[int]]] | None = None
) -> Result | None:
    """As `attempt`; an invalid specification is shown fault by fault, each beside its field."""
    try:
        return attempt(form, act)
    except Invalid as wrong:
        show_faults(form, wrong.faults, rows() if rows else None)
        return None
