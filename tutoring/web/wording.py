"""Where a code finds its sentence: each part words its own in `templates/<part>/wording.html`."""

from __future__ import annotations

from html import unescape
from typing import Any

from flask import current_app, get_template_attribute
from jinja2 import TemplateNotFound

from tutoring.web.edge import house


def sentence(code: str, params: dict[str, Any] | None = None, *, part: str = "errors") -> str:
    """The wording of a refusal's code in the reader's language, '' when nobody words it (a test forbids that).

    `part`: whose wording is asked first.
    """
    for name in (part, "errors", *(part.name for part in house().parts)):
        try:
            macro = get_template_attribute(f"{name}/wording.html", "refusal")
        except (TemplateNotFound, AttributeError):
            continue
        if found := str(macro(code, params or {})).strip():
            return unescape(found)
    current_app.logger.error("refusal without wording: %s", code)
    return ""


def label(kind: str, code: str, part: str = "layouts") -> str:
    """The wording of `code` by the macro `<kind>_label` of `templates/<part>/wording.html`."""
    return unescape(str(get_template_attribute(f"{part}/wording.html", f"{kind}_label")(code))).strip()
