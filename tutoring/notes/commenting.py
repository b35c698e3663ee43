"""What of a version goes into its Word file: each remark that its reader sees, a comment on its passage."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tutoring.documents.comments.threads import Commented, Passage, Said
from tutoring.notes.models import RemarkStatus
from tutoring.notes.operations.carrying import spans_of
from tutoring.notes.reading import Placed

SETTLED = (RemarkStatus.RESOLVED, RemarkStatus.WAIVED)


def commented(
    placed: Iterable[Placed], part: str, document_id: int, label: Callable[[Placed], str]
) -> tuple[Commented, ...]:
    """The remarks on one part of a version, and those on the whole, as comments. `label`: a comment's first line.

    `document_id`: of the text in which their passages are counted.
    """
    return tuple(_comment(one, document_id, label(one)) for one in placed if one.remark.part in (part, ""))


def _comment(placed: Placed, document_id: int, label: str) -> Commented:
    remark, place = placed.remark, placed.place
    spans = spans_of(place) if place is not None and place.document_id == document_id else ()
    return Commented(
        key=str(remark.id),
        author=remark.author.name,
        at=remark.created_at,
        passages=tuple(Passage(span.block, span.start, span.end) for span in spans),
        messages=tuple(Said(one.author.name, one.written_at, one.text) for one in remark.messages),
        label=label,
        resolved=remark.status in SETTLED,
    )
