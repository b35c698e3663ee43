"""A reading is handed: from the library to several learners, or to the learner of a note, from a remark or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from resources import operations
from resources.forms import AssignForm
from resources.models import AssignedReading
from resources.policy import may_assign, may_assign_here
from resources.queries.assigned import (
    AssigningPage,
    LearnerPage,
    Offered,
    assigned_to,
    first_words,
    holders,
    offered_reading,
    offered_synthesis,
    remark_of_note,
)
from resources.queries.entries import READING, SYNTHESIS
from resources.queries.library import days_readable, shelves
from resources.views.library import LONGEST_SHOWN, Question, Shown, day_ids, look, visible
from resources.views.routes import load_assigning, load_learner, pages
from tutoring.documents.markdown import reading_minutes
from tutoring.notes.models import Remark, ValidationNote
from tutoring.notes.policy import sees_remark
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


def _offered(cohort_id: int) -> Offered | None:
    """What the address names, None when it names nothing (a link is then typed); 404 when the cohort has no such."""
    for name, find in (("reading", offered_reading), ("synthesis", offered_synthesis)):
        if name in request.args:
            found = find(session(), cohort_id, _row_number(name))
            return found or abort(404)
    return None


def _row_number(name: str) -> int:
    """A number of the address' question that the database can hold; 404 for anything else."""
    number = request.args.get(name, 0, type=int)
    return number if 0 < number < 2**31 else abort(404)


def _remark(page: LearnerPage) -> Remark | None:
    """The remark that the address names; 404 when the note has no such for this reader."""
    if "remark" not in request.args:
        return None
    remark = remark_of_note(session(), page.note.id, _row_number("remark"))
    if remark is None or not sees_remark(remark, page.sides):
        abort(404)
    return remark


def _hand(
    page: AssigningPage | LearnerPage,
    form: AssignForm,
    offered: Offered | None,
    notes: Sequence[ValidationNote],
    remark: Remark | None = None,
) -> list[AssignedReading] | None:
    """Hand what is offered, or the link that was typed; None when the form is to be shown again."""

    def act() -> list[AssignedReading]:
        return operations.assign(
            session(),
            page.standing,
            notes,
            offered or operations.offer_link(form.title.data or "", form.url.data or ""),
            why=form.why.data or "",
            begin=form.begin.data or "",
            remark=remark,
            now=now(),
        )

    handed = attempt(form, act)
    if handed is not None:
        flash(label("flash", "reading_assigned", part="resources"))
    return handed


# From the library, to whom one chooses.


@pages.get("/c/<int:cohort_id>/readings/assign")
@guarded(may_assign, load_assigning)
def assign_page(page: AssigningPage) -> ResponseReturnValue:
    offered = _offered(page.standing.cohort.id)
    return _assign_page(page, offered, _form_of(page, offered))


@pages.post("/c/<int:cohort_id>/readings/assign")
@guarded(may_assign, load_assigning)
def assign(page: AssigningPage) -> ResponseReturnValue:
    offered = _offered(page.standing.cohort.id)
    form = _form_of(page, offered)
    chosen = [note for note in page.notes if note.id in (form.learners.data or ())]
    if _hand(page, form, offered, chosen) is None:
        return _assign_page(page, offered, form), 422
    return redirect(_back_to_library(page, offered), 303)


def _form_of(page: AssigningPage, offered: Offered | None) -> AssignForm:
    return AssignForm(learners=[note.id for note in page.notes], link=offered is None)


def _assign_page(page: AssigningPage, offered: Offered | None, form: AssignForm) -> str:
    held = holders(session(), page.standing.cohort.id, offered) if offered else {}
    return render_template(
        "resources/assign.html",
        page=page,
        form=form,
        offered=offered,
        notes=page.notes,
        note=None,
        remark=None,
        held=held,
        back=_back_to_library(page, offered),
    )


def _back_to_library(page: AssigningPage, offered: Offered | None) -> str:
    cohort_id = page.standing.cohort.id
    if offered is None:
        return url_for("resources.library", cohort_id=cohort_id)
    anchor = f"reading-{offered.reading_id}" if offered.reading_id else "synthesis"
    return url_for("resources.day", cohort_id=cohort_id, number=offered.day, _anchor=anchor)


# From a note or one of its remarks, to its learner.


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/readings/choose")
@guarded(may_assign_here, load_learner)
def choose_reading(page: LearnerPage) -> ResponseReturnValue:
    """What the library holds for this learner's cohort: by day, or what answers a question."""
    remark, cohort_id = _remark(page), page.standing.cohort.id
    text = " ".join(request.args.get("q", "").split())[:LONGEST_SHOWN]
    handed = assigned_to(session(), page.note)
    return render_template(
        "resources/choose.html",
        page=page,
        note=page.note,
        remark=remark,
        remark_words=first_words(session(), remark.id) if remark else "",
        text=text,
        shelves=[] if text else shelves(session(), [cohort_id]),
        found=_found(page, text) if text else {},
        handed={(one.kind, one.reading_id or one.synthesis_id) for one in handed},
        minutes=reading_minutes,
        back=_back_to_note(page, remark),
    )


def _found(page: LearnerPage, text: str) -> dict[str, tuple[list[Shown], int]]:
    """By kind, the best hits among what can be handed, and how many there are of it."""
    found = {}
    for kind in (READING, SYNTHESIS):
        asked = Question(text, kind, day=None, everywhere=False, page=1)
        results, _ = look(asked, [page.standing.cohort.id])
        days = days_readable(session(), page.standing.person.id, day_ids(results))
        shown = [one for one in visible(results, days) if one.hit.kind == kind]
        found[kind] = (shown, max(len(shown), results.kinds.get(kind, 0)))
    return found


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/readings/assign")
@guarded(may_assign_here, load_learner)
def assign_here_page(page: LearnerPage) -> ResponseReturnValue:
    offered = _offered(page.standing.cohort.id)
    return _assign_here_page(page, offered, AssignForm(learners=None, link=offered is None))


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/readings/assign")
@guarded(may_assign_here, load_learner)
def assign_here(page: LearnerPage) -> ResponseReturnValue:
    offered, remark = _offered(page.standing.cohort.id), _remark(page)
    form = AssignForm(learners=None, link=offered is None)
    if _hand(page, form, offered, [page.note], remark) is None:
        return _assign_here_page(page, offered, form), 422
    return redirect(_back_to_note(page, remark), 303)


def _assign_here_page(page: LearnerPage, offered: Offered | None, form: AssignForm) -> str:
    remark = _remark(page)
    choice: dict[str, Any] = {"remark": remark.id} if remark else {}
    return render_template(
        "resources/assign.html",
        page=page,
        form=form,
        offered=offered,
        notes=(),
        note=page.note,
        remark=remark,
        remark_words=first_words(session(), remark.id) if remark else "",
        held={},
        back=url_for(
            "resources.choose_reading", cohort_id=page.standing.cohort.id, note_id=page.note.id, **choice
        ),
    )


def _back_to_note(page: LearnerPage, remark: Remark | None) -> str:
    here: dict[str, Any] = {"cohort_id": page.standing.cohort.id, "note_id": page.note.id}
    if remark is None:
        return url_for("notes.note", **here, _anchor="assigned")
    return url_for("notes.submission", **here, submission_id=remark.submission_id, _anchor=f"r{remark.id}")
