"""Who follows whom, and how a note passes from one tutor to the next with all that the first had begun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tutoring.notes import notices
from tutoring.notes.models import RemarkDraft, Submission, ValidationNote
from tutoring.notes.underway import underway
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.programme.queries import members_of
from tutoring.store.events import Event, record
from tutoring.store.refusal import Refusal

ASSIGNED = "note.tutor_assigned"


def assign_tutor(
    db: Session, note: ValidationNote, tutor: Person | None, actor: Person, *, now: datetime
) -> ValidationNote:
    """Give a note its tutor, or take it away (None). Refused for whoever is not on the cohort's staff."""
    assign_tutors(db, [note], {note.id: tutor.id if tutor else None}, actor, now=now)
    return note


def assign_tutors(
    db: Session,
    notes: Sequence[ValidationNote],
    wanted: Mapping[int, int | None],
    actor: Person,
    *,
    now: datetime,
) -> int:
    """Give several notes of one cohort their tutors: `{note id: person id or None}`. Returns how many changed.

    What was drafted goes with the seat. Who follows from now on, who no longer does and each learner are told, once
    for all their notes. Refused for whoever is not on the staff.
    """
    staff = {
        member.person_id: member.person
        for note in notes[:1]
        for member in members_of(db, note.cohort_id, Role.STAFF, Role.COORDINATOR)
    }
    changed: list[tuple[ValidationNote, int | None]] = []
    for note in notes:
        tutor_id, earlier_id = wanted.get(note.id, note.tutor_id), note.tutor_id
        if tutor_id == earlier_id:
            continue
        if tutor_id is not None and (tutor_id not in staff or tutor_id == note.author_id):
            raise Refusal("tutor_not_staff", status=422, field="tutor")
        record(db, ASSIGNED, note, actor_id=actor.id, now=now, tutor_id=tutor_id, earlier_id=earlier_id)
        note.tutor_id = tutor_id
        set_committed_value(note, "tutor", staff.get(tutor_id) if tutor_id else None)
        changed.append((note, earlier_id))
    db.flush()
    _pass_on_drafts(db, [note for note, _earlier in changed if note.tutor_id is not None])
    _tell(db, changed, staff, now)
    db.flush()
    return len(changed)


def tutor_no_more(events: Iterable[Event], person_id: int) -> Event | None:
    """Of a note's events, the one that gave it its present tutor, for a former one; None for whoever never was."""
    made = [event for event in events if event.kind == ASSIGNED]
    was = any(event.data["earlier_id"] == person_id for event in made)
    return made[-1] if was and made[-1].data["tutor_id"] != person_id else None


def _pass_on_drafts(db: Session, notes: Sequence[ValidationNote]) -> None:
    """What earlier tutors were typing as remarks goes to the present one, where they have not begun one too."""
    if not notes:
        return
    tutors = {note.id: note.tutor_id for note in notes}
    made = db.scalars(
        select(Event).where(
            Event.subject_type == ValidationNote.__tablename__,
            Event.subject_id.in_(tutors),
            Event.kind == ASSIGNED,
        )
    )
    earlier = {(event.subject_id, event.data["earlier_id"]) for event in made}
    drafts = db.execute(
        select(RemarkDraft, Submission.note_id)
        .join(Submission, Submission.id == RemarkDraft.submission_id)
        .where(Submission.note_id.in_(tutors))
        .order_by(RemarkDraft.id)
    ).all()
    taken = {(draft.person_id, draft.submission_id, draft.block) for draft, _note_id in drafts}
    for draft, note_id in drafts:
        heir = tutors[note_id]
        place = (heir, draft.submission_id, draft.block)
        if heir is None or place in taken or (note_id, draft.person_id) not in earlier:
            continue
        taken.add(place)
        draft.person_id = heir


def _tell(
    db: Session,
    changed: Sequence[tuple[ValidationNote, int | None]],
    staff: Mapping[int, Person],
    now: datetime,
) -> None:
    found = underway(db, [note.id for note, _earlier in changed])
    given: dict[int | None, list[ValidationNote]] = {}
    taken: dict[int, list[ValidationNote]] = {}
    for note, earlier_id in changed:
        given.setdefault(note.tutor_id, []).append(note)
        if earlier_id is not None:
            taken.setdefault(earlier_id, []).append(note)
    for tutor_id, theirs in given.items():
        if tutor_id is not None:
            notices.tutor_assigned(db, staff[tutor_id], theirs, found, now=now)
        for note in theirs:
            notices.tutor_told(db, note, now=now)
    for tutor_id, theirs in taken.items():
        notices.passed_on(db, db.get_one(Person, tutor_id), theirs, found, now=now)
