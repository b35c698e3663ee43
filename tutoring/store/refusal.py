"""How the domain says no: a code that a template puts into words, with the field it concerns and its figures."""

from __future__ import annotations


class Refusal(Exception):
    """A request that the rules refuse.

    `code` has wording in `templates/errors/refusals.html` or beside its own pages; `field` names the form field
    it belongs to (the form is then shown again, 422); `status` is the HTTP status otherwise.
    """

    def __init__(self, code: str, *, status: int = 409, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.field = field
        self.params = params
