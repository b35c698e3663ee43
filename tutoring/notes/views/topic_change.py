"""Another topic once one was approved: the learner's request, the two side by side, what is answered."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.documents.hostile import HostileMarkdown
from tutoring.documents.reading import Unreadable, read_text
from tutoring.documents.redline import compare, differences, to_html
from tutoring.notes import operations
from tutoring.notes.forms import EmptyForm, TopicAnswerForm, TopicChangeForm
from tutoring.notes.models import NotePage, Submission, TopicChange, TopicChangePage, TopicVerdict
from tutoring.notes.moves import Side
from tutoring.notes.policy import may_answer_topic, may_hand_in, may_read
from tutoring.notes.queries import topic_change_page as asked_change
from tutoring.notes.underway import pending_topic_changes
from tutoring.notes.views.note import framing, load_note, pages
from tutoring.people.models import Person
from tutoring.programme.queries import standing_in
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


def load_change(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, change_id: int
) -> TopicChangePage | None:
    """A change of topic asked on a note of this cohort."""
    standing = standing_in(db, viewer, cohort_id)
    return asked_change(db, viewer, standing, note_id, change_id) if standing else None


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/topic")
@guarded(may_hand_in, load_note)
def ask_topic_change_page(page: NotePage) -> ResponseReturnValue:
    """The form that asks for another topic; the request that waits, when there is one."""
    waiting = pending_topic_changes(session(), [page.note.id]).get(page.note.id)
    if waiting is not None:
        return redirect(_there(page, waiting[0]), 303)
    present = operations.present_topic(page.note)
    if present is None or not operations.may_change_topic(page.note):
        return redirect(_home(page), 303)
    begun = {"title": present.title, "message": present.message}
    return _asking(page, TopicChangeForm(formdata=None, data=begun))


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/topic")
@guarded(may_hand_in, load_note)
def ask_topic_change(page: NotePage) -> ResponseReturnValue:
    form = TopicChangeForm()

    def act() -> TopicChange:
        return operations.ask_topic_change(
            session(),
            page.note,
            page.standing.person,
            title=form.title.data or "",
            message=form.message.data or "",
            why=form.why.data or "",
            now=now(),
        )

    change = attempt(form, act)
    if change is None:
        return _asking(page, form), 422
    flash(label("flash", "topic_change_asked", part="notes"))
    return redirect(_there(page, change.id), 303)


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/topic/<int:change_id>")
@guarded(may_read, load_change)
def topic_change(page: TopicChangePage) -> ResponseReturnValue:
    return _shown(page, TopicAnswerForm(formdata=None))


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/topic/<int:change_id>")
@guarded(may_answer_topic, load_change)
def answer_topic_change(page: TopicChangePage) -> ResponseReturnValue:
    form = TopicAnswerForm()
    side = Side.TUTOR if Side.TUTOR in page.sides else Side.COORDINATOR

    def act() -> TopicChange:
        return operations.answer_topic_change(
            session(),
            page.page.note,
            page.change,
            page.standing.person,
            side,
            verdict=TopicVerdict(form.verdict.data),
            answer=form.answer.data or "",
            now=now(),
        )

    change = attempt(form, act)
    if change is None:
        return _shown(page, form), 422
    flash(label("flash", f"topic_change_{change.verdict}", part="notes"))
    return redirect(_home(page.page), 303)


@pages.post("/c/<int:cohort_id>/notes/<int:note_id>/topic/<int:change_id>/withdraw")
@guarded(may_hand_in, load_change)
def withdraw_topic_change(page: TopicChangePage) -> ResponseReturnValue:
    def act() -> TopicChange:
        return operations.withdraw_topic_change(
            session(), page.page.note, page.change, page.standing.person, now=now()
        )

    if attempt(EmptyForm(), act) is None:
        raise Refusal("stale_page")
    flash(label("flash", "topic_change_withdrawn", part="notes"))
    return redirect(_home(page.page), 303)


def _asking(page: NotePage, form: TopicChangeForm) -> str:
    return render_template("notes/topic_change_ask.html", form=form, **framing(page))


def _shown(page: TopicChangePage, form: TopicAnswerForm) -> str:
    reading = may_answer_topic(page.standing.person, page)
    return render_template(
        "notes/topic_change.html",
        **framing(page.page),
        **_beside(page),
        change=page.change,
        form=form,
        may_answer=reading and page.change.waits,
        may_accept=operations.may_change_topic(page.page.note),
        may_withdraw=page.change.waits and may_hand_in(page.standing.person, page),
    )


def _beside(page: TopicChangePage) -> dict[str, Any]:
    """The topic that the request would replace (or has replaced), and what changes, as safe HTML."""
    before = _replaced(page)
    if before is None:
        return {"before": None, "title_pieces": (), "text_changes": []}
    title = differences(before.title, page.change.title)
    return {
        "before": before,
        "title_pieces": title,
        "text_changes": _redline(before.message, page.change.message),
    }


def _replaced(page: TopicChangePage) -> Submission | None:
    """The last topic handed in before the request was accepted."""
    adopted = page.change.submission_id
    topics = [
        one
        for one in page.page.note.submissions
        if one.stage == "topic"
        and one.withdrawn_at is None
        and (
            one.id < adopted
            if adopted
            else one.submitted_at <= (page.change.decided_at or page.change.withdrawn_at or now())
        )
    ]
    return topics[-1] if topics else None


def _redline(before: str, after: str) -> list[dict[str, Any]]:
    """Each block with what changed in it; [] when either text cannot be cut into blocks."""
    try:
        changes = compare(read_text(before).blocks, read_text(after).blocks)
    except (HostileMarkdown, Unreadable):
        return []
    return [
        {"kind": str(change.kind), "html": to_html(change), "block": (change.news or change.olds)[0]}
        for change in changes
        if not change.left
    ]


def _there(page: NotePage, change_id: int) -> str:
    return url_for(
        "notes.topic_change", cohort_id=page.standing.cohort.id, note_id=page.note.id, change_id=change_id
    )


def _home(page: NotePage) -> str:
    return url_for("notes.note", cohort_id=page.standing.cohort.id, note_id=page.note.id)
