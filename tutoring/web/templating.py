"""What every template has at hand: dates in local time, the other parts' panels, the layout's variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request, url_for
from flask import session as browser
from flask_babel import format_date, format_datetime, get_locale, get_translations
from flask_login import current_user
from jinja2 import StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from tutoring.web.edge import house, now, session
from tutoring.web.part import NavLink
from tutoring.web.wording import label

LOCAL = ZoneInfo("Europe/Paris")
LANGUAGES = ("fr", "en")
FIRST = re.compile(r"(?<!\d)1(?= [^\W\d])")


def choose_locale() -> str:
    """The reader's own choice, else what this browser chose or asks for, else French; French out of a request."""
    if not has_request_context():
        return "fr"
    person = getattr(current_user, "locale", None)
    chosen = person or browser.get("locale")
    return chosen if chosen in LANGUAGES else (request.accept_languages.best_match(LANGUAGES) or "fr")


def local_date(value: date | datetime | str, style: str = "long") -> str:
    """A day in words, in Paris: `lundi 12 octobre 2026` (`full`), `12 octobre 2026` (`long`), `12 oct. 2026`.

    A mail's values are JSON: a day or an instant may come as ISO text.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    day = value.astimezone(LOCAL).date() if isinstance(value, datetime) else value
    return _day_in_words(day, style, _language())


def local_datetime(value: datetime | str) -> str:
    """An instant in words, with the zone it is told in: `28 mars 2027, 23:59 (Paris)`. ISO text is read too."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return _instant_in_words(value, _language())


# A page of remarks says the same few days a hundred times.
@lru_cache(4096)
def _day_in_words(day: date, style: str, _language: str) -> str:
    return _first(str(format_date(day, style)))


@lru_cache(4096)
def _instant_in_words(value: datetime, _language: str) -> str:
    return _first(f"{format_datetime(value, 'd MMMM y, HH:mm')}\N{NO-BREAK SPACE}(Paris)")


def _first(words: str) -> str:
    """French says the first of a month "1er"; the CLDR's patterns, which Babel follows, leave the bare figure."""
    return FIRST.sub("1er", words) if _language() == "fr" else words


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "fr"


def since_days(value: datetime) -> int:
    """Whole local days from that instant's day to today."""
    return (now().astimezone(LOCAL).date() - value.astimezone(LOCAL).date()).days


def panels(slot: str, thing: Any) -> Markup:
    """What the other parts show in this slot of the page, in their order."""
    shown = [panel for part in house().parts for panel in part.panels if panel.slot == slot]
    shown.sort(key=lambda panel: panel.order)
    viewer = current_user._get_current_object()
    return Markup("").join(Markup(panel.render(session(), viewer, thing)) for panel in shown)  # noqa: S704


def navigation(standing: Any) -> list[NavLink]:
    """The links of the viewer's cohort, brought by every part."""
    links: list[NavLink] = []
    for part in house().parts:
        brought: Iterable[NavLink] = part.nav(standing) if part.nav and standing is not None else ()
        links.extend(brought)
    return sorted(links, key=lambda link: link.order)


def _own_links(viewer: Any) -> list[dict[str, str]]:
    links = [("me", "people.me")] if viewer else []
    if viewer and viewer.administrator:
        links.append(("institution", "people.institution"))
    return [{"href": url_for(endpoint), "label": label("nav", code)} for code, endpoint in links]


def frame() -> dict[str, Any]:
    """Variables of the layout: who reads, in which cohort, in which language."""
    viewer = current_user._get_current_object() if current_user.is_authenticated else None
    thing = getattr(g, "thing", None)
    standing = getattr(thing, "standing", None)
    return {
        "viewer": viewer,
        "standing": standing,
        "cohort": standing.cohort if standing else None,
        "nav": [
            {
                "href": link.href,
                "label": label("nav", link.code),
                "current": request.endpoint == link.endpoint,
            }
            for link in navigation(standing)
        ],
        "locale": str(get_locale() or "fr"),
        "institution": viewer.institution if viewer else None,
        "viewer_role": standing.role if standing else None,
        "home_url": f"/c/{standing.cohort.id}/" if standing else "/",
        "language_url": url_for("people.language"),
        "sign_out_url": url_for("people.sign_out") if viewer else None,
        "person_links": _own_links(viewer),
        "here": request.full_path.rstrip("?"),
    }


def sentences() -> dict[str, Callable[..., str]]:
    """What templates say their sentences with, in the reader's language.

    As jinja2.ext.i18n's own (new style), but flask_babel asks for each sentence anew which language it is in: a page of
    a hundred remarks says two thousand.
    """
    known: dict[str, Any] = {}

    def catalogue() -> Any:
        language = _language()
        if language not in known:
            known[language] = get_translations()
        return known[language]

    @pass_eval_context
    def gettext(how: EvalContext, message: str, /, **values: Any) -> str:
        return _filled(how, catalogue().ugettext(message), values)

    @pass_eval_context
    def ngettext(how: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
        return _filled(how, catalogue().ungettext(one, many, num), {"num": num, **values})

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def _filled(how: EvalContext, words: str, values: Mapping[str, Any]) -> str:
    if how.autoescape:
        words = Markup(words)  # noqa: S704 (a catalogue's own words; the values are escaped below)
    return words % values if values or "%" in words else words


def furnish(app: Flask) -> None:
    """Give the application's templates their rules, filters and variables."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(local_date=local_date, local_datetime=local_datetime, since_days=since_days)
    app.jinja_env.globals.update(panels=panels, now=now, **sentences())
    app.context_processor(frame)
