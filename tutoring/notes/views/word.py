"""Word out and in: a version with its remarks as comments, and a tutor's comments that come back as remarks."""

from __future__ import annotations

from html import unescape
from typing import Any

from flask import flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.orm import Session

from tutoring.documents.comments.apart import write_comments
from tutoring.documents.kinds import Kind
from tutoring.documents.models import ReadDocument
from tutoring.documents.unreadable import Unreadable
from tutoring.notes import operations
from tutoring.notes.commenting import commented
from tutoring.notes.models import SubmissionPage, SubmittedPart, Visibility
from tutoring.notes.moves import Side
from tutoring.notes.operations import Imported, Incoming
from tutoring.notes.policy import may_read_submission, may_review, sees_remark
from tutoring.notes.queries import document_with_blocks
from tutoring.notes.reading import Placed
from tutoring.notes.receiving import CommentedFileForm, ImportForm, comments_in, import_form
from tutoring.notes.texts import ready_texts
from tutoring.notes.views.note import framing, pages
from tutoring.notes.views.responses import attached, seen_placed
from tutoring.notes.views.submission import here, load_submission
from tutoring.store.db import writing
from tutoring.store.files import StagedUpload, staged
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label, sentence

SUBMISSION = "/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>"
WORDS = "notes/word_words.html"


@pages.get(SUBMISSION + "/word")
@guarded(may_read_submission, load_submission)
def word_out(page: SubmissionPage) -> ResponseReturnValue:
    """One part of a version with the remarks that this reader sees as Word comments; `shared`: the learner's alone."""
    ready = ready_texts(page.submission)
    asked = request.args.get("part", "")
    part = asked if asked in ready else next(iter(ready), "")
    content = _with_remarks(page, part, *ready[part]) if part in ready else None
    if content is None:
        flash(label("flash", "word_unreadable" if ready else "word_not_ready", part="notes"))
        return redirect(here(page, "text", asked), 303)
    several = len(page.page.spec.parts) > 1
    named = page.page.spec.part(part)
    title = (named.title if named else part) if several else ""
    return attached(content, _said("file_name", page.note, page.submission, title))


@pages.get(SUBMISSION + "/word/import")
@guarded(may_review, load_submission)
def word_in(page: SubmissionPage) -> ResponseReturnValue:
    """Where a commented file is sent; once it is, its comments, before anything is written."""
    token = request.args.get("file", "")
    form = CommentedFileForm(formdata=None)
    if token and _open(page):
        try:
            found = _incoming(session(), page, _staged(page, token))
        except Refusal as refusal:
            form.file.errors = [sentence(refusal.code, refusal.params, part="documents")]
        else:
            return _listed(page, found, import_form(found, author=page.note.author.name, token=token))
    return render_template("notes/word_in.html", **_frame(page), form=form, open=_open(page))


@pages.post(SUBMISSION + "/word/import")
@guarded(may_review, load_submission)
def send_word(page: SubmissionPage) -> ResponseReturnValue:
    """Receive the file; what it holds is shown by a page of its own."""
    if not _open(page):
        raise Refusal("word_remarks_closed")
    form = CommentedFileForm()
    upload = attempt(form, lambda: form.file.data)
    if upload is None:
        return render_template("notes/word_in.html", **_frame(page), form=form, open=True), 422
    return redirect(_address(page, file=upload.token), 303)


@pages.post(SUBMISSION + "/word/import/remarks")
@guarded(may_review, load_submission)
def import_word(page: SubmissionPage) -> ResponseReturnValue:
    """Write the comments that were chosen."""
    upload = _staged(page, request.form.get("file", ""))
    # Another process reads the file: nobody who writes must wait for it.
    session().commit()
    comments = comments_in(upload)
    writing(session())
    db, note, actor = session(), page.note, page.standing.person
    found = operations.incoming(db, note, page.submission, actor, comments)
    form = import_form(found, author=note.author.name, posted=True)

    def act() -> Imported:
        return operations.import_comments(
            db,
            note,
            page.submission,
            actor,
            found,
            kinds=form.kinds(found),
            visibility=Visibility(form.visibility.data),
            now=now(),
        )

    done = attempt(form, act)
    if done is None:
        return _listed(page, found, form), 422
    flash(_said("imported", done))
    return redirect(here(page, "remarks"), 303)


def _with_remarks(
    page: SubmissionPage, part: str, item: SubmittedPart, document: ReadDocument
) -> bytes | None:
    """The Word file: the learner's own when that is what was read, else a plain one; None when neither can be made."""
    threads = commented(_chosen(page), part, document.id, lambda one: _said("comment_label", one))
    blocks = document_with_blocks(session(), document.id).blocks
    for original in (_original(item), None):
        try:
            return write_comments(original, blocks, threads, language=str(get_locale() or "fr"))
        except Unreadable:
            continue
    return None


def _chosen(page: SubmissionPage) -> list[Placed]:
    """The remarks to write: those that this reader sees, or what the learner sees of them."""
    shared = bool(request.args.get("shared"))
    learner = frozenset({Side.LEARNER})
    return [one for one in seen_placed(page) if not shared or sees_remark(one.remark, learner)]


def _original(item: SubmittedPart) -> bytes | None:
    if item.file is None or item.file.kind != Kind.DOCX:
        return None
    with house().files.open(item.institution_id, item.file.sha256) as stream:
        return stream.read()


def _open(page: SubmissionPage) -> bool:
    return operations.takes_remarks(page.note, page.submission)


def _staged(page: SubmissionPage, token: str) -> StagedUpload:
    return staged(session(), token, page.standing.person.id)


def _incoming(db: Session, page: SubmissionPage, upload: StagedUpload) -> tuple[Incoming, ...]:
    return operations.incoming(db, page.note, page.submission, page.standing.person, comments_in(upload))


def _listed(page: SubmissionPage, found: tuple[Incoming, ...], form: ImportForm) -> str:
    review = page.submission.review
    return render_template(
        "notes/word_comments.html",
        **_frame(page),
        found=found,
        form=form,
        at_once=review is not None and review.released_at is not None,
    )


def _frame(page: SubmissionPage) -> dict[str, Any]:
    return {**framing(page.page), "submission": page.submission}


def _said(name: str, *things: Any) -> str:
    """What a macro of the words of Word files says, as plain text."""
    return unescape(str(get_template_attribute(WORDS, name)(*things))).strip()


def _address(page: SubmissionPage, **options: Any) -> str:
    return url_for(
        "notes.word_in",
        cohort_id=page.standing.cohort.id,
        note_id=page.note.id,
        submission_id=page.submission.id,
        **options,
    )
