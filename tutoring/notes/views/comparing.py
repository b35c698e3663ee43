"""The page that compares two versions of a note, part by part: the text with its changes, or the same as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tutoring.documents.models import ReadState
from tutoring.notes.comparing import Comparison, Voice, compared
from tutoring.notes.models import NotePage, Submission, SubmittedPart
from tutoring.notes.policy import may_read, sees_submission
from tutoring.notes.queries import document_with_blocks
from tutoring.notes.texts import texts_of
from tutoring.notes.views.note import framing, load_note, pages
from tutoring.web.edge import session
from tutoring.web.guard import guarded


@dataclass(frozen=True)
class Pair:
    """Two versions of a note, and the part of them that is compared. `parts`: those that either of them has.

    `before`, `after`: what is read of that part in each, None in a version that does not have it.
    """

    old: Submission
    new: Submission
    parts: tuple[str, ...]
    part: str
    before: SubmittedPart | None
    after: SubmittedPart | None

    @property
    def unread(self) -> tuple[tuple[Submission, SubmittedPart], ...]:
        """What cannot be compared, since it could not be read or is not yet."""
        both = ((self.old, self.before), (self.new, self.after))
        return tuple(
            (version, item)
            for version, item in both
            if item and item.document and item.document.state != ReadState.READY
        )


@pages.get("/c/<int:cohort_id>/notes/<int:note_id>/compare")
@guarded(may_read, load_note)
def compare(page: NotePage) -> ResponseReturnValue:
    """What changed between two versions: by default the newest and the one before."""
    versions = comparable(page)
    pair = _pair(page, versions)
    return render_template(
        "notes/compare.html",
        **framing(page),
        versions=versions,
        pair=pair,
        found=_found(pair) if pair else None,
        as_list=request.args.get("as") == "list",
        voice=Voice,
        images=_images(page, pair) if pair else {},
    )


def comparable(page: NotePage) -> tuple[Submission, ...]:
    """The versions that this reader sees and that hold a text, the oldest first."""
    return tuple(one for one in page.note.submissions if sees_submission(one, page.sides) and texts_of(one))


def _pair(page: NotePage, versions: Sequence[Submission]) -> Pair | None:
    """The two versions asked for; those that are not there are chosen: the newest, and the one before the other."""
    if len(versions) < 2:
        return None
    new = _asked(versions, "to") or versions[-1]
    rank = versions.index(new)
    old = _asked(versions, "from") or versions[rank - 1 if rank else 1]
    before, after = texts_of(old), texts_of(new)
    order = [part.key for part in page.spec.parts]
    parts = sorted({*before, *after}, key=lambda key: order.index(key) if key in order else len(order))
    both = [key for key in parts if key in before and key in after]
    asked = request.args.get("part", "")
    part = asked if asked in parts else (both or parts)[0]
    return Pair(old, new, tuple(parts), part, before.get(part), after.get(part))


def _asked(versions: Sequence[Submission], name: str) -> Submission | None:
    wanted = request.args.get(name, type=int)
    return next((one for one in versions if one.id == wanted), None)


def _found(pair: Pair) -> Comparison | None:
    """What changed; None when there is nothing to compare, or not yet."""
    before, after = pair.before, pair.after
    if pair.unread or before is None or after is None or pair.old.id == pair.new.id:
        return None
    if before.document_id is None or after.document_id is None:
        return None
    old = document_with_blocks(session(), before.document_id).blocks
    return compared(old, document_with_blocks(session(), after.document_id).blocks)


def _images(page: NotePage, pair: Pair) -> dict[bool, str]:
    """Where the images of a text are, to which their key is added: of the old version (True) and of the new."""
    return {
        left: url_for(
            "notes.image",
            cohort_id=page.standing.cohort.id,
            note_id=page.note.id,
            submission_id=(pair.old if left else pair.new).id,
            part=pair.part,
            key="",
        )
        for left in (True, False)
    }
