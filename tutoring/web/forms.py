"""How a form is read: typed fields, and a refusal shown beside the field it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import request
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from tutoring.store.refusal import Refusal
from tutoring.web.edge import session
from tutoring.web.wording import sentence

Result = TypeVar("Result")


class Form(FlaskForm):  # type: ignore[misc]  # flask_wtf is untyped
    """Base of all forms. Texts lose their outer blanks; messages come in the reader's language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "csrf_token" in self:
            # Several forms stand on one page: the hidden field needs no id, and two would be one too many.
            self["csrf_token"].render_kw = {"id": False}

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("fr",)

        def get_translations(self, form: Any) -> Any:
            self.locales = (str(get_locale() or "fr"),)
            return super(FlaskForm.Meta, self).get_translations(form)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "EmailField"}:
                filters = [*filters, _stripped]
            bound: Field = unbound_field.bind(form=form, filters=filters, **options)
            return bound


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def choices_of(values: Iterable[Any]) -> list[Any]:
    """The choices of a select, a radio or a list of boxes, by their values alone: the template words them."""
    return [SelectChoice(value, str(value)) for value in values]


def attempt(form: Form, act: Callable[[], Result]) -> Result | None:
    """Run `act` for a submitted form: its result, or None with the reason beside the field it concerns.

    A refusal that concerns no field of this form goes up and becomes a page of its own (409). When one is shown, the
    request answers 422 and the edge rolls back, so nothing half-written stays.
    """
    if not form.validate_on_submit():
        return None
    try:
        # A savepoint: what a refused operation had begun is undone, what the page has loaded stays readable.
        with session().begin_nested():
            return act()
    except Refusal as refusal:
        if refusal.field is None or refusal.field not in form:
            refusal.typed = typed_text()  # type: ignore[attr-defined]
            raise
        field = form[refusal.field]
        field.errors = [*field.errors, sentence(refusal.code, refusal.params)]
        return None


def typed_text() -> dict[str, str]:
    """What was typed in the posted form, shown again on a refusal's page so that it is never lost."""
    return {
        name: value
        for name, value in request.form.items()
        if value.strip() and name not in {"csrf_token", "version"} and len(value) > 3
    }
