"""The table of a version's remarks and of what was answered: read, filled in one remark after the other, printed."""

from __future__ import annotations

import io
from html import unescape
from typing import Any

from flask import Response, get_template_attribute, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from tutoring.documents.comments.table import response_table
from tutoring.documents.kinds import Kind
from tutoring.notes import operations, shown
from tutoring.notes.forms import ThreadForm
from tutoring.notes.models import Remark, RemarkPage, SubmissionPage
from tutoring.notes.moves import Side
from tutoring.notes.policy import may_address, may_read_submission
from tutoring.notes.queries import document_with_blocks
from tutoring.notes.reading import Placed, numbered
from tutoring.notes.responses import Row, Show, Table, table_of
from tutoring.notes.texts import ready_texts
from tutoring.notes.views.note import framing, pages
from tutoring.notes.views.submission import load_remark, load_submission
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded

RESPONSES = "/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/responses"
WORDS = "notes/response_words.html"
COLUMNS = ("number", "remark", "answer", "conclusion", "place")


@pages.get(RESPONSES)
@guarded(may_read_submission, load_submission)
def responses(page: SubmissionPage) -> ResponseReturnValue:
    return _shown(page)


@pages.post(RESPONSES + "/<int:remark_id>")
@guarded(may_address, load_remark)
def respond(page: RemarkPage) -> ResponseReturnValue:
    """The learner answers one remark of the table, and goes on with the next that waits."""
    form = ThreadForm()

    def act() -> Remark:
        if form.act.data not in ("address", "decline"):
            raise Refusal("not_yours", status=403)
        return operations.address(
            session(),
            page.page.note,
            page.remark,
            page.standing.person,
            form.text.data or "",
            declined=form.act.data == "decline",
            now=now(),
        )

    if attempt(form, act) is None:
        return _shown(page.page, failed=(page.remark.id, form)), 422
    following = _table(page.page).after(page.remark.id)
    anchor = f"r{following.remark.id}" if following else "answered"
    return redirect(_address(page.page, show=request.args.get("show"), _anchor=anchor), 303)


@pages.get(RESPONSES + ".docx")
@guarded(may_read_submission, load_submission)
def responses_file(page: SubmissionPage) -> ResponseReturnValue:
    """The same table in Word, for whoever prints it."""
    table, around = _table(page), _around(page)
    made = response_table(
        _said("file_title", page.note, page.submission),
        [_said("column", column) for column in COLUMNS],
        [[_said(f"{column}_lines", row, around) for column in COLUMNS] for row in table.rows],
        legend=_said("legend", table, page.submission),
        language=str(get_locale() or "fr"),
    )
    return attached(made, _said("file_name", page.note, page.submission))


def attached(content: bytes, name: str) -> Response:
    """A Word file made for this reader, to keep: what it holds is theirs alone and changes."""
    answer = send_file(
        io.BytesIO(content),
        mimetype=Kind.DOCX.media_type,
        as_attachment=True,
        download_name=file_name(name),
        max_age=0,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def file_name(words: str) -> str:
    """Words as a file of that name: without what a file system would not have."""
    kept = "".join(" " if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in words)
    return f"{' '.join(kept.split())[:150].strip(' .')}.docx"


def seen_placed(page: SubmissionPage) -> tuple[Placed, ...]:
    """The remarks that this reader sees on a version, numbered as on its page."""
    reader = page.standing.person.id
    trace = next((one for one in page.traces if one.person_id == reader), None)
    return numbered(page.submission, shown.seen_remarks(page.page, page.threads), trace, reader)


def _table(page: SubmissionPage) -> Table:
    asked = request.args.get("show", "")
    texts = {
        part: document_with_blocks(session(), document.id).blocks
        for part, (_item, document) in ready_texts(page.submission).items()
    }
    show = Show(asked) if asked in set(Show) else Show.ALL
    return table_of(page.note, seen_placed(page), texts, show)


def _around(page: SubmissionPage) -> dict[str, Any]:
    """What the words of a row need to know of its page."""
    return {
        "learner": Side.LEARNER in page.sides,
        "spec": page.page.spec,
        "several": len(page.page.spec.parts) > 1,
        "versions": {one.id: one for one in page.note.submissions},
        "submission": page.submission,
    }


def _shown(page: SubmissionPage, *, failed: tuple[int, ThreadForm] | None = None) -> str:
    return render_template(
        "notes/responses.html",
        **framing(page.page),
        submission=page.submission,
        table=_table(page),
        around=_around(page),
        failed=failed,
    )


def _said(name: str, *things: Row | Table | Any) -> str:
    """What a macro of the table's words says, as plain text."""
    return unescape(str(get_template_attribute(WORDS, name)(*things))).strip()


def _address(page: SubmissionPage, **options: Any) -> str:
    return url_for(
        "notes.responses",
        cohort_id=page.standing.cohort.id,
        note_id=page.note.id,
        submission_id=page.submission.id,
        **options,
    )
