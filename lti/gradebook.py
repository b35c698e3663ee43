"""How a released result reaches the platforms' gradebooks: which column, which figure, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti import queries
from lti.connection import connection
from lti.models import ResourceLink, Score, ScoreState
from lti.operations import SCORE_WANTED
from lti.protocol import grades
from lti.protocol.claims import GradeService
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.grades import Activity, Gradebook, Grading, LineItem
from lti.protocol.platform import Platform as KnownPlatform
from tutoring.jury.queries import ReleasedResult, released_result
from tutoring.notes.models import Submission
from tutoring.store.db import writing
from tutoring.store.outbox import Consumer, OutboxRow, Permanent, Transient
from tutoring.web.wording import label

# The column made where a course has none for the note; a figure is scaled to it by the platform.
COLUMN_MAXIMUM = 100.0
TAG = "palier-note"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Column:
    """Where one result goes: the link that shows the note, the learner's `sub` there, what was told before."""

    link_id: int
    resource_link_id: str
    title: str
    platform: KnownPlatform
    offered: GradeService
    sub: str
    stamped_at: datetime | None
    told: bool


@dataclass(frozen=True)
class Sending:
    """What came of one sending: `error` None when the platform took it; `lineitem_url` where it went."""

    stamp: datetime
    lineitem_url: str | None
    error: str | None = None
    passing: bool = False


def deliver(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `result.released` and `score.wanted`: tell each column of the cohort the result of one note.

    Repeatable: a column already told this result is left alone unless asked `again`. What fails is kept on the
    `Score` before it is raised, so that the coordinator sees why.
    """
    result = released_result(db, row.payload["note_id"])
    if result is None:
        return
    submitted_at = _submitted_at(db, result.note_id)
    columns = _columns(db, result, again=bool(row.payload.get("again")) and row.attempts == 1)
    # No transaction is held while a platform far away is waited for.
    db.rollback()
    failed: list[Sending] = []
    for column in columns:
        if column.told:
            continue
        sending = _send(column, result, submitted_at, now)
        _keep(db, column, result, sending, now)
        if sending.error is not None:
            failed.append(sending)
    if any(sending.passing for sending in failed):
        raise Transient(next(str(sending.error) for sending in failed if sending.passing))
    if failed:
        raise Permanent(str(failed[0].error))


def figures(result: ReleasedResult) -> tuple[float, float] | tuple[None, None]:
    """Points and maximum as the jury gave them; none when it gave no figure (never one made up)."""
    if result.grade_hundredths is None or not result.out_of:
        return None, None
    return result.grade_hundredths / 100, float(result.out_of)


def next_stamp(now: datetime, last: datetime | None) -> datetime:
    """A timestamp newer than the last one in whole seconds, which is how Moodle compares them."""
    if last is None or now.replace(microsecond=0) > last.replace(microsecond=0):
        return now
    return last + SECOND


def _submitted_at(db: Session, note_id: int) -> datetime | None:
    return db.scalar(
        select(func.max(Submission.submitted_at)).where(
            Submission.note_id == note_id, Submission.stage == "final"
        )
    )


def _columns(db: Session, result: ReleasedResult, *, again: bool) -> list[Column]:
    given, maximum = figures(result)
    found = []
    for link, sub in queries.columns_for(db, result.cohort_id, result.author_id):
        known = queries.score_of(db, result.note_id, link.id)
        told = (
            known is not None
            and not again
            and known.state == ScoreState.SENT
            and (known.given, known.maximum) == (given, maximum)
            and known.sent_at is not None
            and known.sent_at >= result.released_at
        )
        offered = GradeService(frozenset(link.scopes), link.lineitems_url, link.lineitem_url)
        found.append(
            Column(
                link_id=link.id,
                resource_link_id=link.link_id,
                title=link.title,
                platform=queries.as_known(link.platform),
                offered=offered,
                sub=sub,
                stamped_at=known.stamped_at if known else None,
                told=told,
            )
        )
    return found


def _send(column: Column, result: ReleasedResult, submitted_at: datetime | None, now: datetime) -> Sending:
    given, maximum = figures(result)
    stamp = next_stamp(now, column.stamped_at)
    book = Gradebook(connection().services, column.platform, column.offered)
    url = column.offered.lineitem
    score = grades.Score(
        user_id=column.sub,
        timestamp=stamp,
        activity=Activity.COMPLETED,
        grading=Grading.FULLY_GRADED,
        given=given,
        maximum=maximum,
        comment=label("outcome", str(result.outcome), part="lti"),
        submitted_at=submitted_at,
    )
    try:
        url = url or _find_column(book, column, now)
        if url is None:
            return Sending(stamp, None, "no_column")
        book.put_score(url, score, now)
    except ServiceError as error:
        return _failed(error, Sending(stamp, url), column)
    except LookupError:
        # The secret of the installation was changed: `flask lti rotate-keys` makes keys under the new one.
        return Sending(stamp, url, "no_key", passing=True)
    return Sending(stamp, url)


def _find_column(book: Gradebook, column: Column, now: datetime) -> str | None:
    """The link's column, made where the platform lets us; None where it offers no gradebook at all."""
    if column.offered.lineitems is None:
        return None
    try:
        known = book.line_items(now, resource_link_id=column.resource_link_id)
    except ServiceError as error:
        if error.fault is not Fault.SCOPE_REFUSED:
            raise
        known = ()
    if known:
        return known[0].url
    made = book.create(
        LineItem(
            label=column.title or label("column", "note", part="lti"),
            score_maximum=COLUMN_MAXIMUM,
            resource_link_id=column.resource_link_id,
            tag=TAG,
        ),
        now,
    )
    return made.url


def _failed(error: ServiceError, sending: Sending, column: Column) -> Sending:
    """What a fault means for a score: a stamp too old is mended by the next try, a column gone by a new one."""
    if error.fault is Fault.CONFLICT:
        return replace(sending, error=error.fault.value, passing=True)
    if error.fault is Fault.REJECTED:
        return replace(sending, error="not_gradable" if error.status == 400 else error.fault.value)
    if error.fault is Fault.GONE and column.offered.lineitems is not None:
        return replace(sending, lineitem_url=None, error=error.fault.value, passing=True)
    return replace(sending, error=error.fault.value, passing=error.transient)


def _keep(db: Session, column: Column, result: ReleasedResult, sending: Sending, now: datetime) -> None:
    writing(db)
    link = db.get_one(ResourceLink, column.link_id)
    score = queries.score_of(db, result.note_id, link.id)
    if score is None:
        score = Score(
            institution_id=link.institution_id, note_id=result.note_id, resource_link_id=link.id, attempts=0
        )
        db.add(score)
    if sending.error != "no_column":
        link.lineitem_url = sending.lineitem_url
    score.given, score.maximum = figures(result)
    score.stamped_at, score.error = sending.stamp, sending.error
    score.attempts += 1
    if sending.error is None:
        score.state, score.sent_at = ScoreState.SENT, now
    else:
        score.state = ScoreState.WAITING if sending.passing else ScoreState.FAILED
    db.commit()


GRADEBOOK = Consumer("gradebook", ("result.released", SCORE_WANTED), deliver)
