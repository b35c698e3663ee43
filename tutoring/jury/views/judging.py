"""The pages of who sits: a note’s files, one’s own evaluation, the others’ once it is time, the decision."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from tutoring.documents.kinds import Kind
from tutoring.jury import operations
from tutoring.jury.checks import is_locked
from tutoring.jury.forms import DeliberationForm, EvaluationForm, VersionForm
from tutoring.jury.models import HeardFilePage, HearingPage
from tutoring.jury.policy import author_shown, may_evaluate, may_preside, may_read_file, may_read_hearing
from tutoring.jury.queries import hearing_page
from tutoring.jury.views.pages import load_hearing, pages, said
from tutoring.notes.moves import Outcome, State
from tutoring.people.models import Person
from tutoring.web.edge import house, now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded


@pages.get("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>")
@guarded(may_read_hearing, load_hearing)
def hearing(page: HearingPage) -> ResponseReturnValue:
    return _hearing_page(page)


def _hearing_page(
    page: HearingPage,
    *,
    evaluation: EvaluationForm | None = None,
    deliberation: DeliberationForm | None = None,
) -> str:
    spec, seat = page.standing.cohort.jury, page.seat
    evaluates = may_evaluate(current_user, page)
    own_locked = is_locked(page.mine)
    awaited = page.hearing.note.state == State.WITH_JURY
    return render_template(
        "jury/hearing.html",
        page=page,
        hearing=page.hearing,
        note=page.hearing.note,
        spec=spec,
        rubric=page.standing.cohort.spec.rubric,
        points=page.standing.cohort.spec.points,
        parts={part.key: part.title for part in page.standing.cohort.spec.parts},
        author=page.hearing.note.author if author_shown(spec, page.hearing, seat) else None,
        evaluates=evaluates,
        presides=may_preside(current_user, page),
        own_locked=own_locked,
        awaited=awaited,
        ready=page.locked.count.suffices(spec),
        evaluation=evaluation
        or (
            EvaluationForm.of(page.standing.cohort.spec, page.mine) if evaluates and not own_locked else None
        ),
        deliberation=deliberation or DeliberationForm.of(page),
    )


@pages.post("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/evaluation")
@guarded(may_evaluate, load_hearing)
def evaluate(page: HearingPage) -> ResponseReturnValue:
    form = EvaluationForm.of(page.standing.cohort.spec, page.mine)
    locks = bool(form.lock.data)
    if locks and not is_locked(page.mine) and not form.is_complete():
        return _hearing_page(page, evaluation=form), 422

    def act() -> Any:
        told: dict[str, Any] = {
            "points": form.points(),
            "comment": form.comment.data or "",
            "seen_version": form.version.data or 0,
            "now": now(),
        }
        if locks:
            confirmed = bool(form.confirm.data)
            return operations.lock_evaluation(session(), page, confirmed=confirmed, **told)
        return operations.save_evaluation(session(), page, **told)

    if attempt(form, act) is None:
        return _hearing_page(page, evaluation=form), 422
    said("evaluation_locked" if locks else "evaluation_saved")
    return redirect(_hearing_url(page), 303)


def _hearing_url(page: HearingPage) -> str:
    return url_for("jury.hearing", cohort_id=page.standing.cohort.id, hearing_id=page.hearing.id)


def _file(db: Session, viewer: Person, cohort_id: int, hearing_id: int, part_id: int) -> HeardFilePage | None:
    page = hearing_page(db, viewer, cohort_id, hearing_id)
    parts = page.final.parts if page and page.final else ()
    part = next((part for part in parts if part.id == part_id and part.file is not None), None)
    return HeardFilePage(page=page, part=part) if page and part else None


@pages.get("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/files/<int:part_id>")
@guarded(may_read_file, _file)
def download(heard: HeardFilePage) -> ResponseReturnValue:
    part, file, page = heard.part, heard.part.file, heard.page
    if file is None:
        abort(404)
    cohort = page.standing.cohort
    title = next((told.title for told in cohort.spec.parts if told.key == part.part), part.part)
    shown = author_shown(cohort.jury, page.hearing, page.seat)
    return send_file(
        house().files.open(file.institution_id, file.sha256),
        mimetype=Kind(file.kind).media_type,
        as_attachment=True,
        # A file's own name often holds its author's.
        download_name=part.filename if shown and part.filename else f"{title}.{file.kind}",
    )


@pages.post("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/deliberation")
@guarded(may_preside, load_hearing)
def deliberate(page: HearingPage) -> ResponseReturnValue:
    form = DeliberationForm.of(page)

    def act() -> Any:
        return operations.record_outcome(
            session(),
            page,
            outcome=Outcome(form.outcome.data),
            grade=form.points,
            reason=form.reason.data or "",
            seen_version=form.version.data or 0,
            now=now(),
        )

    if attempt(form, act) is None:
        return _hearing_page(page, deliberation=form), 422
    said("outcome_recorded")
    return redirect(_hearing_url(page), 303)


@pages.post("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/reopen")
@guarded(may_preside, load_hearing)
def reopen(page: HearingPage) -> ResponseReturnValue:
    form = VersionForm()
    if not form.validate_on_submit():
        abort(400)
    operations.reopen(session(), page, seen_version=form.version.data or 0, now=now())
    said("deliberation_reopened")
    return redirect(_hearing_url(page), 303)
