"""A reading that was handed to a learner: opened, said to be read, taken back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from resources import operations
from resources.policy import (
    may_mark_assigned,
    may_open_assigned,
    may_take_back,
    sees_its_remark,
)
from resources.queries.assigned import AssignedPage
from resources.views.routes import load_assigned, pages
from tutoring.notes.moves import Side
from tutoring.people.forms import EmptyForm
from tutoring.web.edge import now, session
from tutoring.web.guard import guarded
from tutoring.web.traces import leave
from tutoring.web.wording import label


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/readings/<int:assigned_id>")
@guarded(may_open_assigned, load_assigned)
def assigned(page: AssignedPage) -> ResponseReturnValue:
    """Why it was handed and the way to it. Its learner's first look is kept, for whoever handed it."""
    row, person = page.assigned, page.standing.person
    learner = Side.LEARNER in page.sides
    if learner and row.seen_at is None and row.taken_back_at is None:
        row_id, instant = row.id, now()

        def seen(db: Session) -> None:
            operations.mark_seen(db, row_id, now=instant)

        leave("assigned_reading.seen", seen)
    return render_template(
        "resources/assigned.html",
        page=page,
        note=page.note,
        one=row,
        learner=learner,
        remark=row.remark if sees_its_remark(row, page.sides) else None,
        takes_back=row.taken_back_at is None and may_take_back(person, page),
    )


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/readings/<int:assigned_id>/read")
@guarded(may_mark_assigned, load_assigned)
def mark_assigned(page: AssignedPage) -> ResponseReturnValue:
    """`read` is 1 for read, anything else for not read after all."""
    _whole()
    read = request.form.get("read") == "1"
    operations.mark_read(session(), page.assigned, page.standing.person, read=read, now=now())
    flash(label("flash", "assigned_read" if read else "assigned_unread", part="resources"))
    return redirect(url_for("resources.assigned", **_address(page), assigned_id=page.assigned.id), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/readings/<int:assigned_id>/take-back")
@guarded(may_take_back, load_assigned)
def take_back_assigned(page: AssignedPage) -> ResponseReturnValue:
    _whole()
    operations.take_back(session(), page.assigned, page.standing.person, now=now())
    flash(label("flash", "assigned_taken_back", part="resources"))
    return redirect(url_for("notes.note", **_address(page), _anchor="assigned"), 303)


def _whole() -> None:
    if not EmptyForm().validate_on_submit():
        abort(400)


def _address(page: AssignedPage) -> dict[str, Any]:
    return {"cohort_id": page.standing.cohort.id, "note_id": page.note.id}
