"""What each package brings to the house, in one small value that the roof reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from tutoring.store.outbox import Consumer
from tutoring.store.refusal import Refusal


@dataclass(frozen=True)
class Panel:
    """A fragment shown in a named `slot` of a lower floor's page. `render(db, viewer, thing)` gives safe HTML or ''."""

    slot: str
    render: Callable[[Session, Any, Any], str]
    order: int = 50


@dataclass(frozen=True)
class NavLink:
    """One link of a cohort's navigation: `code` is worded in `layouts/nav.html`."""

    code: str
    href: str
    endpoint: str
    order: int = 50


@dataclass(frozen=True)
class CalendarEntry:
    """A date of the cohort or the person: `code` is worded by the template that shows it."""

    at: datetime
    code: str
    title: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """A package of the house.

    `nav(standing)` lists its links in a cohort; `calendar(db, standing)` its dates; `personal_data(db, person)` what
    it knows of someone, as JSON-ready values; `dossier(db, cohort)` what it puts in a cohort's file;
    `settle_join(db, kept, absorbed)` settles what two records of one person both hold; `check()` raises when
    it cannot work; `explain(db, viewer, url)` says why somebody whom a route refuses (`url`: its arguments) may not
    pass any more, None when it knows of nothing; `sweep(db, now)` forgets what nobody needs any more, from time to
    time. Its refusals are worded in `templates/<name>/wording.html`.
    """

    name: str
    blueprint: Blueprint | None = None
    commands: tuple[click.Command, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    panels: tuple[Panel, ...] = ()
    nav: Callable[[Any], Iterable[NavLink]] | None = None
    calendar: Callable[[Session, Any], Iterable[CalendarEntry]] | None = None
    personal_data: Callable[[Session, Any], dict[str, Any]] | None = None
    dossier: Callable[[Session, Any], dict[str, Any]] | None = None
    settle_join: Callable[[Session, Any, Any], None] | None = None
    check: Callable[[], None] | None = None
    explain: Callable[[Session, Any, Mapping[str, Any]], Refusal | None] | None = None
    sweep: Callable[[Session, datetime], object] | None = None
