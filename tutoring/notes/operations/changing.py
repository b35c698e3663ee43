"""Another topic once one was approved: asked for by the learner, accepted or declined; the note does not move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.notes import notices
from tutoring.notes.models import Review, Submission, TopicChange, TopicVerdict, ValidationNote
from tutoring.notes.moves import Side, Stage, State, Verdict
from tutoring.notes.operations.submitting import HandedIn, rendered, typed_lines, write_submission
from tutoring.people.models import Person
from tutoring.store.events import Event, record
from tutoring.store.refusal import Refusal

# From the approval of the topic until the final version is handed in.
CHANGEABLE = (State.PLAN_OPEN, State.PLAN_REVIEW, State.DRAFT_OPEN, State.DRAFT_REVIEW, State.FINAL_OPEN)
ASKED, WITHDRAWN = "note.topic_change_asked", "note.topic_change_withdrawn"
ACCEPTED, DECLINED = "note.topic_change_accepted", "note.topic_change_declined"


def present_topic(note: ValidationNote) -> Submission | None:
    """The topic as it stands: the last one handed in that was not taken back."""
    standing = [one for one in note.submissions if one.stage == Stage.TOPIC and one.withdrawn_at is None]
    return standing[-1] if standing else None


def may_change_topic(note: ValidationNote) -> bool:
    """Whether the note stands where another topic may be asked for."""
    return State(note.state) in CHANGEABLE and present_topic(note) is not None


def ask_topic_change(
    db: Session, note: ValidationNote, actor: Person, *, title: str, message: str, why: str, now: datetime
) -> TopicChange:
    """Ask for another topic (`message` is Markdown) and say why. `note.submissions` is loaded.

    Refused out of its time, while another one waits, and when nothing would change.
    """
    present = present_topic(note)
    if not may_change_topic(note) or present is None:
        raise Refusal("topic_change_not_now")
    waits = select(TopicChange.id).where(
        TopicChange.note_id == note.id, TopicChange.decided_at.is_(None), TopicChange.withdrawn_at.is_(None)
    )
    if db.scalar(waits) is not None:
        raise Refusal("topic_change_waits")
    for field, text in (("title", title), ("message", message)):
        if not text.strip():
            raise Refusal("missing_form_complete", status=422, field=field)
    if not why.strip():
        raise Refusal("missing_reason", status=422, field="why")
    if (title.strip(), typed_lines(message)) == (present.title.strip(), typed_lines(present.message)):
        raise Refusal("topic_unchanged", status=422, field="title")
    change = TopicChange(
        institution_id=note.institution_id,
        note_id=note.id,
        title=title,
        message=message,
        html=rendered(message, "message"),
        why=why,
        asked_at=now,
        verdict=None,
        answer="",
        decided_by_id=None,
        decided_at=None,
        submission_id=None,
        withdrawn_at=None,
    )
    db.add(change)
    db.flush()
    _happened(db, ASKED, note, change, actor, Side.LEARNER, now)
    notices.topic_change_asked(db, note, change, actor, now=now)
    return change


def withdraw_topic_change(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> TopicChange:
    """The learner takes their request back, before it is answered."""
    if not change.waits:
        raise Refusal("topic_change_settled")
    change.withdrawn_at = now
    db.flush()
    _happened(db, WITHDRAWN, note, change, actor, Side.LEARNER, now)
    notices.topic_change_withdrawn(db, note, change, actor, now=now)
    return change


def answer_topic_change(
    db: Session,
    note: ValidationNote,
    change: TopicChange,
    actor: Person,
    side: Side,
    *,
    verdict: TopicVerdict,
    answer: str,
    now: datetime,
) -> TopicChange:
    """Accept the new topic, kept as the next one handed in and approved with `answer`; or decline it, saying why.

    `note.submissions` is loaded. Once the final version is handed in it can only be declined.
    """
    if not change.waits:
        raise Refusal("topic_change_settled")
    if verdict is TopicVerdict.DECLINED and not answer.strip():
        raise Refusal("topic_change_declined_why", status=422, field="answer")
    if verdict is TopicVerdict.ACCEPTED:
        if not may_change_topic(note):
            raise Refusal("topic_change_too_late")
        change.submission_id = _adopt(db, note, change, actor, answer, now).id
    change.verdict, change.answer = verdict, answer
    change.decided_by_id, change.decided_at = actor.id, now
    db.flush()
    kind = ACCEPTED if verdict is TopicVerdict.ACCEPTED else DECLINED
    _happened(db, kind, note, change, actor, side, now)
    notices.topic_change_answered(db, note, change, actor, now=now)
    return change


def rests_on_topic(events: Sequence[Event], last: Event) -> bool:
    """Whether a change of topic, waiting or accepted, rests on the approval that was the last step."""
    if last.data["left"] != State.TOPIC_REVIEW:
        return False
    since = [
        one.kind for one in events if one.id > last.id and one.kind in (ASKED, WITHDRAWN, ACCEPTED, DECLINED)
    ]
    return ACCEPTED in since or since[-1:] == [ASKED]


def _adopt(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, answer: str, now: datetime
) -> Submission:
    author = db.get_one(Person, note.author_id)
    handed = HandedIn(title=change.title, message=change.message)
    submission = write_submission(db, note, Stage.TOPIC, author, handed, late=False, now=now)
    submission.review = Review(
        institution_id=note.institution_id,
        author_id=actor.id,
        message=answer,
        verdict=Verdict.APPROVED,
        parts=[],
        levels={},
        revision=1,
        drafted_at=now,
        released_at=now,
    )
    note.title = change.title
    db.flush()
    return submission


def _happened(
    db: Session,
    kind: str,
    note: ValidationNote,
    change: TopicChange,
    actor: Person,
    side: Side,
    now: datetime,
) -> None:
    ids = {"change_id": change.id, "submission_id": change.submission_id}
    record(db, kind, note, actor_id=actor.id, now=now, side=str(side), **ids)
