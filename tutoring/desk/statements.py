"""The questions of the desk as SQL, each built once: to build one takes longer than to ask it."""

from __future__ import annotations

from sqlalchemy import BindParameter, Date, and_, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload

from tutoring.jury.models import Evaluation, Hearing, Panel, Seat
from tutoring.notes.models import Review, Submission, ValidationNote
from tutoring.notes.moves import State, Turn
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Day, Membership, Role, Speaker
from tutoring.store.events import Event

_COHORT: BindParameter[int] = bindparam("cohort")
_PERSON: BindParameter[int] = bindparam("person")
_TODAY = bindparam("today", type_=Date())

# One row for each learner of :cohort, with the note and tutor that they have or not; columns only.
_TUTOR = aliased(Person)
RECORDS = (
    select(
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
    .where(Membership.role == str(Role.LEARNER), Membership.cohort_id == _COHORT)
)
RECORDS_OF_LEARNER = RECORDS.where(Membership.person_id == _PERSON)
RECORDS_OF_TUTOR = RECORDS.where(ValidationNote.tutor_id == _PERSON)

# What happened to :note, oldest first.
STEPS = (
    select(Event.data, Event.at, Event.actor_id, Person.name)
    .outerjoin(Person, Person.id == Event.actor_id)
    .where(Event.subject_type == ValidationNote.__tablename__, Event.subject_id == bindparam("note"))
    .order_by(Event.id)
)

# What was handed in for :notes and not taken back, oldest first, and whether an answer is being written.
VERSIONS = (
    select(
        Submission.note_id,
        Submission.id,
        Submission.stage,
        Submission.number,
        Submission.late,
        Review.drafted_at.is_not(None),
    )
    .outerjoin(Review, and_(Review.submission_id == Submission.id, Review.released_at.is_(None)))
    .where(
        Submission.note_id.in_(bindparam("notes", expanding=True)),
        Submission.withdrawn_at.is_(None),
    )
    .order_by(Submission.id)
)

# The cohorts other than :cohort in which notes await :person as their tutor, who is still on the staff there.
ELSEWHERE = (
    select(Cohort.id, Cohort.name, func.count(ValidationNote.id))
    .join(ValidationNote, ValidationNote.cohort_id == Cohort.id)
    .join(Membership, and_(Membership.cohort_id == Cohort.id, Membership.person_id == _PERSON))
    .where(
        ValidationNote.tutor_id == _PERSON,
        ValidationNote.turn == str(Turn.TUTOR),
        Cohort.id != _COHORT,
        Membership.role.in_([str(Role.STAFF), str(Role.COORDINATOR)]),
    )
    .group_by(Cohort.id, Cohort.name)
    .order_by(Cohort.name)
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
