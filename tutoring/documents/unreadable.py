"""Why a document cannot be read: a code, worded in `templates/documents/wording.html`, and its facts."""

from __future__ import annotations

# kinds.BadFile's own, then the readers'.
CODES = frozenset(
    {
        "unknown_kind",
        "belies_its_name",
        "empty",
        "encrypted",
        "unsafe_archive",
        "broken",
        "too_slow",
        "too_heavy",
        "too_many_pages",
        "no_text",
        "unreadable_font",
        "too_long",
        "tangled",
    }
)


class Unreadable(ValueError):
    """A document that is refused rather than read. `code` is one of CODES; `params` go with its sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
