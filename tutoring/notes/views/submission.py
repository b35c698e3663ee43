"""The page of one submission: its text with the remarks on it, its files, the answer that its tutor gives."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tutoring.documents.images import MEDIA_TYPES
from tutoring.notes import operations, shown
from tutoring.notes.forms import ThreadForm
from tutoring.notes.models import ImagePage, RemarkPage, Submission, SubmissionPage
from tutoring.notes.moves import STAGE_OF, Side, State
from tutoring.notes.operations.reviewing import IN_REVIEW
from tutoring.notes.policy import may_read_submission, may_review, may_see_image, sees_remark
from tutoring.notes.queries import document_with_blocks, image_page, remark_page, submission_page
from tutoring.notes.reading import Reading, numbered, reading_of
from tutoring.notes.texts import texts_of
from tutoring.notes.views.beside import given_levels, levels_before, outgoing
from tutoring.notes.views.note import framing, pages
from tutoring.notes.views.review_forms import WHOLE, RemarkForm, ReviewForm, remark_form, review_form
from tutoring.people.models import Person
from tutoring.programme.queries import standing_in
from tutoring.web.edge import house, now, session
from tutoring.web.guard import guarded
from tutoring.web.traces import leave


def load_submission(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, submission_id: int
) -> SubmissionPage | None:
    """A submission of a note of this cohort as the viewer has it."""
    standing = standing_in(db, viewer, cohort_id)
    return submission_page(db, viewer, standing, note_id, submission_id) if standing else None


def load_remark(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, submission_id: int, remark_id: int
) -> RemarkPage | None:
    """A remark where it stands on a version of a note of this cohort, for whoever sees it."""
    standing = standing_in(db, viewer, cohort_id)
    page = remark_page(db, viewer, standing, note_id, submission_id, remark_id) if standing else None
    return page if page and sees_remark(page.remark, page.sides) else None


def load_image(
    db: Session, viewer: Person, *, cohort_id: int, note_id: int, submission_id: int, part: str, key: str
) -> ImagePage | None:
    """An image of a text of a submission."""
    page = load_submission(db, viewer, cohort_id=cohort_id, note_id=note_id, submission_id=submission_id)
    return image_page(db, page, part, key) if page else None


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>")
@guarded(may_read_submission, load_submission)
def submission(page: SubmissionPage) -> ResponseReturnValue:
    _leave_mark(page)
    return shown_submission(page)


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/submissions/<int:submission_id>/images/<part>/<key>")
@guarded(may_see_image, load_image)
def image(page: ImagePage) -> ResponseReturnValue:
    """An image of a text: a picture and nothing else, whatever its document claims."""
    file = page.image.file
    stream = house().files.open(file.institution_id, file.sha256)
    response: Response = send_file(stream, mimetype=MEDIA_TYPES[file.kind], etag=file.sha256)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def shown_submission(
    page: SubmissionPage,
    *,
    answer: ReviewForm | None = None,
    new_remark: RemarkForm | None = None,
    failed: tuple[int, ThreadForm] | None = None,
) -> str:
    """The page of a submission, with the forms as they were posted when one was refused."""
    standing = _answer(page)
    reading, writing = _reading(page, new_remark, may_remark=standing["may_remark"])
    moving = request.args.get("place", type=int)
    return render_template(
        "notes/submission.html",
        **framing(page.page),
        **standing,
        there=page,
        submission=page.submission,
        reading=reading,
        writing=writing,
        versions_by_id={one.id: one for one in page.note.submissions},
        moving=next((one for one in reading.placed if one.remark.id == moving), None),
        beside_original=bool(request.args.get("original")),
        review=shown.seen_review(page.page, page.submission),
        read_by=_read_by(page),
        pages_counted=shown.counted_pages(page.page, page.submission),
        answer=answer or review_form(page, posted=False),
        levels=given_levels(page.page, page.submission),
        levels_before=levels_before(page.page, page.submission),
        outgoing=outgoing(page.page, page.submission),
        failed=failed,
    )


def here(page: SubmissionPage, anchor: str, part: str = "") -> str:
    """The address of a place on the page of a submission."""
    return url_for(
        "notes.submission",
        cohort_id=page.standing.cohort.id,
        note_id=page.note.id,
        submission_id=page.submission.id,
        part=part or None,
        _anchor=anchor,
    )


def _reading(
    page: SubmissionPage, refused: RemarkForm | None, *, may_remark: bool
) -> tuple[Reading, dict[int | None, RemarkForm]]:
    """The text that is open, and the forms in which a remark is being written, by rank of their block (None: whole)."""
    trace = next((one for one in page.traces if one.person_id == page.standing.person.id), None)
    remarks = shown.seen_remarks(page.page, page.threads)
    placed = numbered(page.submission, remarks, trace, page.standing.person.id)
    part = request.args.get("part", "")
    texts = texts_of(page.submission)
    item = texts.get(part) or next(iter(texts.values()), None)
    document = document_with_blocks(session(), item.document_id) if item and item.document_id else None
    bare = reading_of(page.submission, placed, item.part if item else "", document.blocks if document else ())
    if not may_remark:
        return bare, {}
    asked = request.args.get("comment", "")
    begun = {one.block for one in page.drafts} | ({"" if asked == WHOLE else asked} if asked else set())
    writing: dict[int | None, RemarkForm] = {}
    for block in begun | ({refused.block.data or ""} if refused else set()):
        rank = bare.index_of(block) if block else None
        if rank is not None or not block:
            mine = refused is not None and (refused.block.data or "") == block
            writing[rank] = refused if mine and refused else remark_form(page, block)
    ranks = frozenset(rank for rank in writing if rank is not None)
    return reading_of(
        page.submission, placed, bare.text.part if bare.text else "", bare.blocks, ranks
    ), writing


def _answer(page: SubmissionPage) -> dict[str, Any]:
    """What stands in the tutor's way: an answer to give, another version, blocking remarks of the whole note."""
    state, latest = State(page.note.state), operations.newest(page.note)
    reviewing = may_review(page.standing.person, page)
    open_here = state in IN_REVIEW and STAGE_OF[state] == page.submission.stage
    mine = [one for one in page.threads if not one.released_at]
    begun = page.submission.review is not None and page.submission.review.released_at is None
    replaced = (
        latest is not None and latest.id != page.submission.id and latest.stage == page.submission.stage
    )
    settled = shown.unsettled(shown.seen_remarks(page.page, page.note.remarks), blocking=True)
    return {
        "may_answer": reviewing and open_here and not replaced,
        "may_remark": reviewing and operations.takes_remarks(page.note, page.submission),
        "may_carry": reviewing and replaced and open_here and (bool(mine) or begun),
        "replaced_by": latest if replaced else None,
        "blocking": len(settled),
        "earlier": _earlier(page),
    }


def _earlier(page: SubmissionPage) -> Submission | None:
    """The version before this one at its stage, else the last of an earlier stage: what to compare it with."""
    seen = [one for one in page.note.submissions if one.id < page.submission.id and one.withdrawn_at is None]
    with_text = [one for one in seen if texts_of(one)]
    return with_text[-1] if with_text else None


def _read_by(page: SubmissionPage) -> Any:
    """When the learner first had this page open after its review came out; for staff alone."""
    review = page.submission.review
    if Side.LEARNER in page.sides or review is None or review.released_at is None:
        return None
    trace = next((one for one in page.traces if one.person_id == page.note.author_id), None)
    return trace.last_at if trace and trace.last_at >= review.released_at else None


def _leave_mark(page: SubmissionPage) -> None:
    person, instant = page.standing.person, now()
    trace = next((one for one in page.traces if one.person_id == person.id), None)
    if operations.is_new_reading(trace, instant):
        ids = (page.submission.id, page.submission.institution_id, person.id)
        leave("submission.read", lambda db: operations.was_read(db, *ids, now=instant))
