"""What stands beside a version and the answer to it: the levels given, what a release shows, who has read what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tutoring.notes.models import NotePage, ReadingTrace, Remark, RemarkKind, Submission, Visibility
from tutoring.notes.moves import Side


@dataclass(frozen=True)
class Level:
    """What a released review said on one criterion, in the words of its day: a level, the `rank`th (from 1) `of` them.

    `before`: what the last version at the same stage was told, None when nothing was.
    """

    key: str
    title: str
    level: str
    rank: int
    of: int
    submission: Submission
    before: Level | None = None


@dataclass(frozen=True)
class Outgoing:
    """What the learner will be shown when the answer is released: remarks by kind; `staff`: those kept from them.

    `inherited`: how many of all these somebody else has begun, in this seat before.
    """

    kinds: Mapping[str, int]
    staff: int
    inherited: int

    @property
    def shown(self) -> int:
        return sum(self.kinds.values())


def given_levels(page: NotePage, submission: Submission) -> tuple[Level, ...]:
    """The levels of the released review of a submission, as they were told; none before it is released."""
    before = levels_before(page, submission)
    return tuple(_told(page, submission, before).values())


def levels_before(page: NotePage, submission: Submission) -> dict[str, Level]:
    """By criterion, what the last of the earlier versions at the same stage was told of it."""
    found: dict[str, Level] = {}
    for one in page.note.submissions:
        if one.id < submission.id and one.stage == submission.stage and one.withdrawn_at is None:
            found |= _told(page, one, {})
    return found


def outgoing(page: NotePage, submission: Submission) -> Outgoing:
    """What the release of this answer shows: every remark of the note that waits for it."""
    waiting = [one for one in page.note.remarks if one.released_at is None]
    review = submission.review
    begun = [one.author_id for one in waiting]
    if review is not None and review.released_at is None and review.message:
        begun.append(review.author_id)
    return Outgoing(
        kinds=_by_kind([one for one in waiting if one.visibility == Visibility.SHARED]),
        staff=sum(1 for one in waiting if one.visibility == Visibility.STAFF),
        inherited=sum(1 for author in begun if author != page.standing.person.id),
    )


@dataclass(frozen=True)
class Receipt:
    """What is known of the reading of one submission: when whoever follows the note first `opened` it (told to its
    learner), when the learner last `read` it since its review came out (told to staff; `unread`: not yet).
    """

    opened: datetime | None = None
    read: datetime | None = None
    unread: bool = False


def receipts(page: NotePage, traces: Iterable[ReadingTrace]) -> dict[int, Receipt]:
    """By submission, what this reader is told of its reading by others. `traces`: of all submissions of the note."""
    by_reader = {(one.submission_id, one.person_id): one for one in traces}
    note, found = page.note, {}
    for one in note.submissions:
        if Side.LEARNER in page.sides:
            trace = by_reader.get((one.id, note.tutor_id or 0))
            found[one.id] = Receipt(opened=trace.first_at if trace else None)
        elif one.review is not None and one.review.released_at is not None:
            trace = by_reader.get((one.id, note.author_id))
            read = trace.last_at if trace and trace.last_at >= one.review.released_at else None
            found[one.id] = Receipt(read=read, unread=read is None)
    return found


def _by_kind(remarks: list[Remark]) -> dict[str, int]:
    counts = {str(kind): sum(1 for one in remarks if one.kind == kind) for kind in RemarkKind}
    return {kind: count for kind, count in counts.items() if count}


def _told(page: NotePage, submission: Submission, before: Mapping[str, Level]) -> dict[str, Level]:
    """The levels that the release of a submission's review wrote down, by criterion."""
    review = submission.review
    if review is None or review.released_at is None:
        return {}
    events = (one.event.data for one in page.happenings)
    data = next((one for one in events if one.get("review_id") == review.id), {})
    return {
        row["key"]: Level(**row, submission=submission, before=before.get(row["key"]))
        for row in data.get("levels", ())
    }
