"""The library: one box over everything published, hits grouped by resource, each leading to its passage."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from resources.operations.indexing import engine_at
from resources.policy import may_read
from resources.queries.assigned import cohorts_assigning
from resources.queries.entries import KINDS
from resources.queries.library import (
    LibraryPage,
    Place,
    days_readable,
    look_plainly,
    places,
    shelves,
)
from resources.search import Hit, Passage, Results, SearchUnavailable
from resources.views.routes import load_library, pages
from tutoring.documents.markdown import reading_minutes
from tutoring.programme.models import Day
from tutoring.web.edge import house, session
from tutoring.web.guard import guarded

A_PAGE = 10
MOST_PAGES = 100
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Question:
    """What the address asks for. `everywhere`: in all the reader's cohorts."""

    text: str
    kind: str | None
    day: int | None
    everywhere: bool
    page: int

    @classmethod
    def asked(cls) -> Question:
        """The question of this request; what makes no sense in it is left out."""
        kind, rank = request.args.get("kind"), request.args.get("page", 1, type=int)
        return cls(
            text=" ".join(request.args.get("q", "").split())[:LONGEST_SHOWN],
            kind=kind if kind in KINDS else None,
            day=request.args.get("day", type=int),
            everywhere=request.args.get("everywhere") == "1",
            page=min(max(rank, 1), MOST_PAGES),
        )

    def arguments(self, **changes: object) -> dict[str, Any]:
        """The address' arguments for this question with some changed; a page is kept only when it is given."""
        asked = replace(self, page=1)
        asked = replace(asked, **changes)  # type: ignore[arg-type]
        given = {
            "q": asked.text,
            "kind": asked.kind,
            "day": asked.day,
            "everywhere": 1 if asked.everywhere else None,
            "page": asked.page if asked.page > 1 else None,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Shown:
    """A hit that its reader may see now, with the address of each passage."""

    hit: Hit
    place: Place
    href: str
    passages: tuple[tuple[Passage, str], ...]


@pages.get("/c/<int:cohort_id>/library")
@guarded(may_read, load_library)
def library(page: LibraryPage) -> ResponseReturnValue:
    asked = Question.asked()
    everywhere = asked.everywhere and len(page.cohorts) > 1
    cohort_ids = {one.id for one in page.cohorts} if everywhere else {page.standing.cohort.id}
    shared = {
        "page": page,
        "asked": asked,
        "everywhere": everywhere,
        "minutes": reading_minutes,
        "link": _linker(page, asked),
        "assigns": cohorts_assigning(session(), current_user.id, cohort_ids),
    }
    if not asked.text:
        return render_template("resources/shelves.html", **shared, shelves=shelves(session(), cohort_ids))
    results, plain = look(asked, cohort_ids)
    days = days_readable(session(), current_user.id, day_ids(results))
    shown = visible(results, days)
    return render_template(
        "resources/library.html",
        **shared,
        results=results,
        plain=plain,
        days=days,
        shown=shown,
        total=results.total - (len(results.hits) - len(shown)),
    )


def _linker(page: LibraryPage, asked: Question) -> Callable[..., str]:
    def link(**changes: object) -> str:
        return url_for("resources.library", cohort_id=page.standing.cohort.id, **asked.arguments(**changes))

    return link


def look(asked: Question, cohort_ids: Collection[int]) -> tuple[Results, bool]:
    """The index's answer, else SQL's; the second value says which (True: SQL)."""
    try:
        return engine_at(house().settings.index).search(
            asked.text,
            cohorts=cohort_ids,
            kind=asked.kind,
            day=asked.day,
            offset=A_PAGE * (asked.page - 1),
            limit=A_PAGE,
        ), False
    except SearchUnavailable:
        return look_plainly(session(), cohort_ids, asked.text), True


def day_ids(results: Results) -> set[int]:
    """The days that an answer speaks of."""
    return {day for day in (*results.days, *(hit.day for hit in results.hits)) if day is not None}


def visible(results: Results, days: dict[int, Day]) -> list[Shown]:
    """Of these hits, those that are still there on one of these days."""
    found = places(session(), days, [hit.resource for hit in results.hits])
    return [_shown(hit, found[hit.resource], results.words) for hit in results.hits if hit.resource in found]


def _shown(hit: Hit, place: Place, words: tuple[str, ...]) -> Shown:
    passages = tuple((one, _href(place, one.anchor, one.page, words)) for one in hit.passages)
    anchor = f"reading-{place.reading.id}" if place.reading else ""
    return Shown(hit, place, _href(place, anchor, None, words), passages)


def _href(place: Place, anchor: str, page: int | None, words: tuple[str, ...]) -> str:
    """The day's page at this heading, or the PDF at this page (pdf.js also takes the words to look for)."""
    address: dict[str, Any] = {"cohort_id": place.day.cohort_id, "number": place.day.number}
    if place.reading is not None and page is not None:
        search = f"&search={' '.join(words)}" if words else ""
        file = url_for("resources.reading_file", **address, reading_id=place.reading.id)
        return f"{file}#page={page}{search}"
    return url_for("resources.day", **address, _anchor=anchor or None)
