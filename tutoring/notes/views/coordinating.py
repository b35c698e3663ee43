"""Decisions beside the ordinary way: a move with its reason, one step back, more time, a derogation, tutors."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.notes import operations, shown
from tutoring.notes.forms import (
    AsideForm,
    DerogationForm,
    ExtensionForm,
    VersionForm,
    part_choices,
    tutors_form,
)
from tutoring.notes.models import NotePage, PageDerogation, TutoringPage, ValidationNote
from tutoring.notes.moves import UNDO, Side
from tutoring.notes.policy import may_read, may_run
from tutoring.notes.queries import tutoring_page
from tutoring.notes.views.note import framing, load_note, pages
from tutoring.people.models import Person
from tutoring.programme.models import Extension, Standing
from tutoring.programme.policy import may_coordinate
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt, choices_of
from tutoring.web.guard import guarded
from tutoring.web.wording import label


@dataclass(frozen=True)
class MovePage:
    """A move of a note, as its reader asks for it."""

    page: NotePage
    name: str

    @property
    def standing(self) -> Standing:
        return self.page.standing

    @property
    def sides(self) -> frozenset[Side]:
        return self.page.sides


def load_move(db: Session, viewer: Person, *, cohort_id: int, note_id: int, name: str) -> MovePage | None:
    """A move that asks for a reason, on a note of this cohort; None when there is no such move."""
    page = load_note(db, viewer, cohort_id=cohort_id, note_id=note_id)
    return MovePage(page, name) if page and name in operations.WITH_A_REASON else None


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/moves/<name>")
@guarded(may_read, load_move)
def move_page(move: MovePage) -> ResponseReturnValue:
    offer = _offer(move)
    if offer is None:
        return redirect(_home(move.page), 303)
    form = AsideForm()
    form.version.data = move.page.note.version
    return _shown(move, offer, form)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/moves/<name>")
@guarded(may_read, load_move)
def move(move: MovePage) -> ResponseReturnValue:
    form, offer = AsideForm(), _offer(move)
    side = offer.side if offer else _strongest(move.sides)

    def act() -> ValidationNote:
        return operations.decide_aside(
            session(),
            move.page,
            move.name,
            move.standing.person,
            side,
            reason=form.reason.data or "",
            until=form.until.data if move.name == "refuse_admissibility" else None,
            now=now(),
            seen_version=form.version.data or 0,
        )

    if attempt(form, act) is None:
        return _shown(move, offer or shown.Offer(move.name, "aside", side), form), 422
    flash(label("flash", "moved", part="notes"))
    return redirect(_home(move.page), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/undo")
@guarded(may_read, load_note)
def undo(page: NotePage) -> ResponseReturnValue:
    form = VersionForm()
    offer = next((one for one in shown.offers(page, now()) if one.name == UNDO), None)
    side = offer.side if offer else _strongest(page.sides)

    def act() -> ValidationNote:
        return operations.undo(
            session(),
            page.note,
            page.standing.person,
            side,
            now=now(),
            seen_version=form.version.data or 0,
        )

    if attempt(form, act) is None:
        raise Refusal("stale_page")
    flash(label("flash", "undone", part="notes"))
    return redirect(_home(page), 303)


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/extension")
@guarded(may_run, load_note)
def extension_page(page: NotePage) -> ResponseReturnValue:
    return render_template("notes/extension.html", form=_extension_form(page), **framing(page))


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/extension")
@guarded(may_run, load_note)
def extend(page: NotePage) -> ResponseReturnValue:
    form = _extension_form(page)

    def act() -> Extension:
        if form.until.data is None:
            raise Refusal("missing_reason", field="until")
        return operations.extend(
            session(),
            page.note,
            page.standing,
            stage=form.stage.data,
            until=form.until.data,
            reason=form.reason.data or "",
            now=now(),
        )

    if attempt(form, act) is None:
        return render_template("notes/extension.html", form=form, **framing(page)), 422
    flash(label("flash", "extended", part="notes"))
    return redirect(_home(page), 303)


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/derogation")
@guarded(may_run, load_note)
def derogation_page(page: NotePage) -> ResponseReturnValue:
    return render_template("notes/derogation.html", form=_derogation_form(page), **framing(page))


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/derogation")
@guarded(may_run, load_note)
def derogate(page: NotePage) -> ResponseReturnValue:
    form = _derogation_form(page)

    def act() -> PageDerogation:
        return operations.grant_derogation(
            session(),
            page.note,
            page.standing.person,
            form.part.data or "",
            form.reason.data or "",
            now=now(),
        )

    if attempt(form, act) is None:
        return render_template("notes/derogation.html", form=form, **framing(page)), 422
    flash(label("flash", "derogated", part="notes"))
    return redirect(_home(page), 303)


@pages.get("/c/<int:cohort_id>/people/tutors")
@guarded(may_coordinate, tutoring_page)
def tutors_page(page: TutoringPage) -> ResponseReturnValue:
    return render_template("notes/tutors.html", page=page, form=tutors_form(page))


@pages.post("/c/<int:cohort_id>/people/tutors")
@guarded(may_coordinate, tutoring_page)
def assign_tutors(page: TutoringPage) -> ResponseReturnValue:
    form = tutors_form(page)

    def act() -> bool:
        wanted = {note.id: form[f"tutor_{note.id}"].data or None for note in page.notes}
        operations.assign_tutors(session(), page.notes, wanted, page.standing.person, now=now())
        return True

    if attempt(form, act) is None:
        return render_template("notes/tutors.html", page=page, form=form), 422
    flash(label("flash", "tutors_assigned", part="notes"))
    return redirect(url_for("notes.tutors_page", cohort_id=page.standing.cohort.id), 303)


def _offer(move: MovePage) -> shown.Offer | None:
    return next((one for one in shown.offers(move.page, now()) if one.name == move.name), None)


def _strongest(sides: frozenset[Side]) -> Side:
    """The side whose refusal is said when a move is open to none."""
    order = (Side.COORDINATOR, Side.TUTOR, Side.LEARNER)
    return next(side for side in order if side in sides)


def _shown(move: MovePage, offer: shown.Offer, form: AsideForm) -> str:
    return render_template("notes/move.html", form=form, offer=offer, **framing(move.page))


def _extension_form(page: NotePage) -> ExtensionForm:
    form = ExtensionForm()
    form.stage.choices = choices_of(stage.key for stage in page.spec.stages)
    return form


def _derogation_form(page: NotePage) -> DerogationForm:
    form = DerogationForm()
    granted = {row.part for row in page.derogations}
    form.part.choices = [one for one in part_choices(page) if one.value not in granted]
    return form


def _home(page: NotePage) -> str:
    return url_for("notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id)
