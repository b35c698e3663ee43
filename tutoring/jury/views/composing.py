"""The coordinator's pages: panels, who sits, notes given and transmitted, results released."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.jury import operations
from tutoring.jury.checks import before_the_jury, is_locked, lacking_of, partial_of
from tutoring.jury.forms import BatchForm, GiveForm, PanelForm, PublishForm, VersionForm
from tutoring.jury.models import Hearing, HearingPage, JuryPage, NewPanelPage, PanelPage
from tutoring.jury.policy import may_compose, may_open_jury
from tutoring.jury.queries import jury_page, new_panel_page, panel_page
from tutoring.jury.views.pages import load_hearing, pages, said
from tutoring.notes.moves import State
from tutoring.people.models import Person
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded


def _jury(db: Session, viewer: Person, cohort_id: int) -> JuryPage | None:
    return jury_page(db, viewer, cohort_id)


def _new_panel(db: Session, viewer: Person, cohort_id: int) -> NewPanelPage | None:
    return new_panel_page(db, viewer, cohort_id)


def _panel(db: Session, viewer: Person, cohort_id: int, panel_id: int) -> PanelPage | None:
    return panel_page(db, viewer, cohort_id, panel_id)


@pages.get("/c/<int:cohort_id>/jury")
@guarded(may_open_jury, _jury)
def index(page: JuryPage) -> ResponseReturnValue:
    spec = page.standing.cohort.jury
    return render_template(
        "jury/index.html",
        page=page,
        spec=spec,
        own=sorted(page.own, key=lambda hearing: _how_late(page, hearing)),
        presided={seat.panel_id for seat in page.seats if seat.presides},
        lacking={panel.id: lacking_of(spec, panel) for panel in page.panels},
    )


def _how_late(page: JuryPage, hearing: Hearing) -> tuple[bool, bool]:
    """What awaits the reader comes first: to evaluate, then what others still evaluate, then what is decided."""
    return hearing.note.state != State.WITH_JURY, is_locked(page.mine.get(hearing.id))


# the coordinator


@pages.get("/c/<int:cohort_id>/jury/panels/new")
@guarded(may_compose, _new_panel)
def new_panel(page: NewPanelPage) -> ResponseReturnValue:
    return _panel_form(page, PanelForm.of(page))


@pages.post("/c/<int:cohort_id>/jury/panels/new")
@guarded(may_compose, _new_panel)
def add_panel(page: NewPanelPage) -> ResponseReturnValue:
    form = PanelForm.of(page)
    people = [member.person for member in page.candidates]
    made = attempt(
        form, lambda: operations.add_panel(session(), page.standing, form.told(), people, now=now())
    )
    if made is None:
        return _panel_form(page, form), 422
    said("panel_added")
    return redirect(_panel_url(made.cohort_id, made.id), 303)


@pages.get("/c/<int:cohort_id>/jury/panels/<int:panel_id>/edit")
@guarded(may_compose, _panel)
def edit_panel(page: PanelPage) -> ResponseReturnValue:
    return _panel_form(page, PanelForm.of(page))


@pages.post("/c/<int:cohort_id>/jury/panels/<int:panel_id>/edit")
@guarded(may_compose, _panel)
def compose_panel(page: PanelPage) -> ResponseReturnValue:
    form = PanelForm.of(page)
    made = attempt(
        form,
        lambda: operations.compose(
            session(), page, form.told(), seen_version=form.version.data or 0, now=now()
        ),
    )
    if made is None:
        return _panel_form(page, form), 422
    said("panel_composed")
    return redirect(_panel_url(made.cohort_id, made.id), 303)


def _panel_form(page: NewPanelPage | PanelPage, form: PanelForm) -> str:
    panel = page.panel if isinstance(page, PanelPage) else None
    return render_template(
        "jury/panel_form.html", page=page, panel=panel, form=form, spec=page.standing.cohort.jury
    )


def _panel_url(cohort_id: int, panel_id: int) -> str:
    return url_for("jury.panel", cohort_id=cohort_id, panel_id=panel_id)


@pages.get("/c/<int:cohort_id>/jury/panels/<int:panel_id>")
@guarded(may_compose, _panel)
def panel(page: PanelPage) -> ResponseReturnValue:
    return _panel_page(page)


def _panel_page(
    page: PanelPage,
    *,
    give: GiveForm | None = None,
    transmit: BatchForm | None = None,
    publish: PublishForm | None = None,
) -> str:
    spec = page.standing.cohort.jury
    hearings = sorted(page.panel.hearings, key=lambda h: (h.note.author.family_name, h.note.author.name))
    return render_template(
        "jury/panel.html",
        page=page,
        panel=page.panel,
        spec=spec,
        lacking=lacking_of(spec, page.panel),
        partial={hearing.id: partial_of(page.panel, hearing) for hearing in hearings},
        to_transmit=[h for h in hearings if h.note.state == State.FINAL_CHECK],
        before=[h for h in hearings if h.note.state == State.WITH_JURY],
        to_publish=[h for h in hearings if h.note.state == State.DELIBERATED],
        released=[h for h in hearings if h.released_at is not None and h.note.state != State.FINAL_CHECK],
        elsewhere=[
            h
            for h in hearings
            if not before_the_jury(h) and h.released_at is None and h.note.state != State.FINAL_CHECK
        ],
        give=give or GiveForm.of(page),
        transmit=transmit or BatchForm(),
        publish=publish or PublishForm(),
    )


@pages.post("/c/<int:cohort_id>/jury/panels/<int:panel_id>/notes")
@guarded(may_compose, _panel)
def give_notes(page: PanelPage) -> ResponseReturnValue:
    form = GiveForm.of(page)

    def act() -> Any:
        given = [note for note in page.waiting if note.id in (form.notes.data or ())]
        return operations.give(session(), page, given, now=now())

    if attempt(form, act) is None:
        return _panel_page(page, give=form), 422
    said("notes_given")
    return redirect(_panel_url(page.panel.cohort_id, page.panel.id), 303)


@pages.post("/c/<int:cohort_id>/jury/panels/<int:panel_id>/transmit")
@guarded(may_compose, _panel)
def transmit_notes(page: PanelPage) -> ResponseReturnValue:
    form = BatchForm()
    if attempt(form, lambda: operations.transmit(session(), page, form.chosen(), now=now())) is None:
        return _panel_page(page, transmit=form), 422
    said("notes_transmitted")
    return redirect(_panel_url(page.panel.cohort_id, page.panel.id), 303)


@pages.post("/c/<int:cohort_id>/jury/panels/<int:panel_id>/publish")
@guarded(may_compose, _panel)
def publish_results(page: PanelPage) -> ResponseReturnValue:
    form = PublishForm()
    if attempt(form, lambda: operations.publish(session(), page, form.chosen(), now=now())) is None:
        return _panel_page(page, publish=form), 422
    said("results_published")
    return redirect(_panel_url(page.panel.cohort_id, page.panel.id), 303)


@pages.post("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/take-back")
@guarded(may_compose, load_hearing)
def take_back(page: HearingPage) -> ResponseReturnValue:
    if not VersionForm().validate_on_submit():
        abort(400)
    panel_id = page.hearing.panel_id
    operations.take_back(session(), page, now=now())
    said("note_taken_back")
    return redirect(_panel_url(page.standing.cohort.id, panel_id), 303)


@pages.post("/c/<int:cohort_id>/jury/hearings/<int:hearing_id>/recall")
@guarded(may_compose, load_hearing)
def recall(page: HearingPage) -> ResponseReturnValue:
    form = VersionForm()
    if not form.validate_on_submit():
        abort(400)
    operations.recall(session(), page, seen_version=form.version.data or 0, now=now())
    said("note_recalled")
    return redirect(_panel_url(page.standing.cohort.id, page.hearing.panel_id), 303)
