"""The questions of the desk as SQL, each built once: to build one takes longer than to ask it."""

from __future__ import annotations

from sqlalchemy import BindParameter, Date, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased, joinedload

from tutoring.jury.models import Evaluation, Hearing, Panel, Seat
from tutoring.notes.models import (
    Question,
    ReadingTrace,
    Remark,
    RemarkMessage,
    RemarkStatus,
    Review,
    Submission,
    TopicChange,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import Stage, State
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Day, Extension, Membership, Role, Speaker
from tutoring.store.events import Event

_COHORT: BindParameter[int] = bindparam("cohort")
_PERSON: BindParameter[int] = bindparam("person")
_TODAY = bindparam("today", type_=Date())
_NOTES: BindParameter[list[int]] = bindparam("notes", expanding=True)
_NOTE: BindParameter[int] = bindparam("note")
_ON_STAFF = (str(Role.STAFF), str(Role.COORDINATOR))

# One row for each learner, with the note and tutor that they have or not; columns only.
_TUTOR = aliased(Person)
_RECORDS = (
    select(
        Membership.cohort_id,
        Person.id,
        Person.name,
        Person.family_name,
        ValidationNote.id,
        ValidationNote.title,
        ValidationNote.state,
        ValidationNote.stood_at,
        ValidationNote.turn_since,
        ValidationNote.shown_since,
        _TUTOR.id,
        _TUTOR.name,
    )
    .select_from(Membership)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(
        ValidationNote,
        and_(ValidationNote.cohort_id == Membership.cohort_id, ValidationNote.author_id == Person.id),
    )
    .outerjoin(_TUTOR, _TUTOR.id == ValidationNote.tutor_id)
    .where(Membership.role == str(Role.LEARNER))
)
# Of all learners of :cohort, of :person alone, of those whom :person follows there.
RECORDS = _RECORDS.where(Membership.cohort_id == _COHORT)
RECORDS_OF_LEARNER = RECORDS.where(Membership.person_id == _PERSON)
RECORDS_OF_TUTOR = RECORDS.where(ValidationNote.tutor_id == _PERSON)
# Of those whom :person follows, in every cohort where they are still on the staff.
_SERVES = aliased(Membership)
RECORDS_FOLLOWED = _RECORDS.join(
    _SERVES,
    and_(
        _SERVES.cohort_id == Membership.cohort_id,
        _SERVES.person_id == _PERSON,
        _SERVES.role.in_(_ON_STAFF),
    ),
).where(ValidationNote.tutor_id == _PERSON)

# The cohorts of :cohorts, and the days granted there beyond the common ones.
COHORTS = select(Cohort).where(Cohort.id.in_(bindparam("cohorts", expanding=True))).order_by(Cohort.name)
EXTENSIONS = select(Extension.cohort_id, Extension.person_id, Extension.stage, Extension.until).where(
    Extension.cohort_id.in_(bindparam("cohorts", expanding=True))
)
EXTENSIONS_OF_LEARNER = EXTENSIONS.where(Extension.person_id == _PERSON)

# What happened to :note, oldest first.
STEPS = (
    select(Event.data, Event.at, Event.actor_id, Person.name)
    .outerjoin(Person, Person.id == Event.actor_id)
    .where(Event.subject_type == ValidationNote.__tablename__, Event.subject_id == _NOTE)
    .order_by(Event.id)
)

# What was handed in for :notes and not taken back, oldest first: its answer, begun or released, and when the note's
# learner last had it open. A topic that was accepted in place of another is no answer to what was handed in.
VERSIONS = (
    select(
        Submission.note_id,
        Submission.id,
        Submission.stage,
        Submission.number,
        Submission.late,
        and_(Review.id.is_not(None), Review.released_at.is_(None)),
        case((TopicChange.id.is_(None), Review.released_at), else_=None),
        ReadingTrace.last_at,
    )
    .join(ValidationNote, ValidationNote.id == Submission.note_id)
    .outerjoin(Review, Review.submission_id == Submission.id)
    .outerjoin(TopicChange, and_(TopicChange.submission_id == Submission.id, Submission.stage == Stage.TOPIC))
    .outerjoin(
        ReadingTrace,
        and_(ReadingTrace.submission_id == Submission.id, ReadingTrace.person_id == ValidationNote.author_id),
    )
    .where(Submission.note_id.in_(_NOTES), Submission.withdrawn_at.is_(None))
    .order_by(Submission.id)
)

# The remarks of :notes that are not settled, counted by kind, status and visibility, in the order of their index:
# all, those released, when the first was changed last, the oldest released.
REMARKS = (
    select(
        Remark.note_id,
        Remark.status,
        Remark.kind,
        Remark.visibility,
        func.count(),
        func.count(Remark.released_at),
        func.min(Remark.changed_at),
        func.min(case((Remark.released_at.is_not(None), Remark.id))),
    )
    .where(
        Remark.note_id.in_(_NOTES),
        Remark.status.in_([str(RemarkStatus.OPEN), str(RemarkStatus.ADDRESSED)]),
    )
    .group_by(Remark.note_id, Remark.status, Remark.kind, Remark.visibility)
)

# The moves of :notes :since some day, oldest first, without what they say.
MOVES = (
    select(Event.subject_id, Event.kind, Event.at, Event.actor_id)
    .where(
        Event.subject_type == ValidationNote.__tablename__,
        Event.subject_id.in_(_NOTES),
        Event.at >= bindparam("since"),
    )
    .order_by(Event.id)
)

# What others wrote on :note since :since in threads of remarks that its learner (:person) had read: how many, on
# which remark first.
REPLIES = (
    select(func.count(), func.min(Remark.id))
    .select_from(RemarkMessage)
    .join(Remark, Remark.id == RemarkMessage.remark_id)
    .where(
        Remark.note_id == _NOTE,
        Remark.visibility == str(Visibility.SHARED),
        Remark.released_at <= bindparam("since"),
        RemarkMessage.written_at > bindparam("since"),
        RemarkMessage.author_id != _PERSON,
    )
)

# The questions of :note that are not closed, oldest first; the change of topic asked last and not taken back.
QUESTIONS = (
    select(Question.id, Question.asked_at, Question.answered_at)
    .where(Question.note_id == _NOTE, Question.closed_at.is_(None))
    .order_by(Question.id)
)
CHANGE = (
    select(
        TopicChange.id, TopicChange.title, TopicChange.asked_at, TopicChange.verdict, TopicChange.decided_at
    )
    .where(TopicChange.note_id == _NOTE, TopicChange.withdrawn_at.is_(None))
    .order_by(TopicChange.id.desc())
    .limit(1)
)

# The next day of :cohort, :today included, with half-days and speakers.
_LATER = aliased(Day)
NEXT_DAY = (
    select(Day)
    .options(joinedload(Day.half_days), joinedload(Day.speakers))
    .where(
        Day.id
        == select(_LATER.id)
        .where(_LATER.cohort_id == _COHORT, _LATER.date >= _TODAY)
        .order_by(_LATER.date, _LATER.number)
        .limit(1)
        .scalar_subquery()
    )
)

# The days of :cohort from :today on which :person speaks, the nearest first.
SPEAKING = (
    select(Day)
    .join(Speaker, and_(Speaker.day_id == Day.id, Speaker.person_id == _PERSON))
    .where(Day.cohort_id == _COHORT, Day.date >= _TODAY)
    .order_by(Day.date, Day.number)
)

# Each panel of :cohort on which :person sits, with each of its hearings: is it before them now, when did they lock
# their evaluation, how many of those who sit have.
_SEATED, _MINE = aliased(Seat), aliased(Evaluation)
_LOCKED = (
    select(func.count())
    .select_from(Evaluation)
    .join(_SEATED, and_(_SEATED.panel_id == Hearing.panel_id, _SEATED.person_id == Evaluation.juror_id))
    .where(Evaluation.hearing_id == Hearing.id, Evaluation.locked_at.is_not(None))
    .correlate(Hearing)
    .scalar_subquery()
)
_BEFORE_THEM = and_(ValidationNote.state == str(State.WITH_JURY), ValidationNote.author_id != _PERSON)
SITTINGS = (
    select(Panel.id, Panel.sits_on, Panel.place, Seat.presides, _BEFORE_THEM, _MINE.locked_at, _LOCKED)
    .select_from(Seat)
    .join(Panel, Panel.id == Seat.panel_id)
    .outerjoin(Hearing, Hearing.panel_id == Panel.id)
    .outerjoin(ValidationNote, ValidationNote.id == Hearing.note_id)
    .outerjoin(_MINE, and_(_MINE.hearing_id == Hearing.id, _MINE.juror_id == _PERSON))
    .where(Panel.cohort_id == _COHORT, Seat.person_id == _PERSON)
    .order_by(Panel.sits_on.is_(None), Panel.sits_on, Panel.id)
)
