"""How points and grades are read and kept: quarters of a point in whole hundredths, a comma or a dot as typed."""

from __future__ import annotations

import re

QUARTER = 25
_TYPED = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,2}))?")


class BadPoints(ValueError):
    """A number that cannot be points; `code`: not_a_number, not_a_quarter, above_most."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_points(typed: str, most: int) -> int:
    """What was typed (`14`, `14,5`, `14.25`) in hundredths of a point, from 0 to `most` points. Raises BadPoints."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise BadPoints("not_a_number")
    hundredths = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    return check_points(hundredths, most)


def check_points(hundredths: int, most: int) -> int:
    """The same hundredths when they are points between 0 and `most`. Raises BadPoints."""
    if not 0 <= hundredths <= most * 100:
        raise BadPoints("above_most" if hundredths > 0 else "not_a_number")
    if hundredths % QUARTER:
        raise BadPoints("not_a_quarter")
    return hundredths


def typed(hundredths: int | None) -> str:
    """Points as they are typed in French: 1425 is `14,25`, 1400 is `14`."""
    if hundredths is None:
        return ""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02}".rstrip("0") if rest else str(whole)
