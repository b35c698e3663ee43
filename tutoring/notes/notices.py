"""Who is told what about a note: receipts, "your turn", decisions; one mail each, as of the instant it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tutoring.notes.models import Question, TopicChange, Underway, ValidationNote
from tutoring.notes.moves import GOAL_DAYS, STAGE_OF, Decision, Side, State, Turn, visible_state, visible_turn
from tutoring.people.models import Institution, Person
from tutoring.people.notices import tell
from tutoring.programme.models import Cohort, Extension, Role
from tutoring.programme.queries import deadlines_for, extensions_of, members_of

TURN_OF_SIDE = {
    Side.LEARNER: Turn.LEARNER,
    Side.TUTOR: Turn.TUTOR,
    Side.COORDINATOR: Turn.COORDINATION,
}


# Moves that one looks at where the submission is; to undo may take it away.
ABOUT_A_SUBMISSION = frozenset(
    {f"{verb}_{stage}" for verb in ("submit", "return", "approve") for stage in ("topic", "plan", "draft")}
    | {"submit_final", "replace_submission", "clear_for_final"}
)


def path_of(note: ValidationNote) -> str:
    """The note's own page."""
    return f"/c/{note.cohort_id}/notes/{note.id}"


def place_of(note: ValidationNote, move: str, data: Mapping[str, Any]) -> str:
    """What a move is about: the answer to a submission, or what was handed in; else the note's own page."""
    submission_id = data.get("submission_id")
    if submission_id is None or move not in ABOUT_A_SUBMISSION:
        return path_of(note)
    return f"{path_of(note)}/submissions/{submission_id}{'#review' if 'review_id' in data else ''}"


def moved(
    db: Session,
    note: ValidationNote,
    decision: Decision,
    actor: Person | None,
    *,
    now: datetime,
    data: Mapping[str, Any],
    files: list[dict[str, Any]],
) -> None:
    """Tell everyone whom the move's row names, at once or in the digest: its author, tutor, coordinators.

    A learner who made it gets a receipt (with `files`: part, name, sha256, pages), whoever is awaited next
    hears that it is their turn, the others hear what happened. Jurors and presidents are told by their own floor.
    `data`: the step's own, which says what it is about.
    """
    told: set[int] = set()
    for side in (*decision.now, *decision.digest):
        for person in recipients(db, note, side):
            own = actor is not None and person.id == actor.id
            if person.id in told or (own and side not in decision.now):
                continue
            told.add(person.id)
            template = "note_receipt" if own else _template(decision, side)
            due = _due(db, note, decision.state) if side is Side.LEARNER else None
            reviews = side is Side.TUTOR and decision.turn is Turn.TUTOR
            tell(
                db,
                person,
                template,
                path=place_of(note, decision.move.name, data),
                now=now,
                move=decision.move.name,
                state=str(visible_state(decision.state, side)),
                turn=str(visible_turn(decision.state, side)),
                due=due.isoformat() if due else None,
                aim=(now + timedelta(days=GOAL_DAYS)).isoformat() if reviews else None,
                flags=list(decision.flags),
                files=files if own else [],
                at=now.isoformat(),
                actor=actor.name if actor else "",
                **_about(db, note),
            )
    if decision.turn is Turn.TUTOR and note.tutor_id is None:
        _ask_for_a_tutor(db, note, told, now)


def recipients(db: Session, note: ValidationNote, side: Side) -> list[Person]:
    """The persons who hold this side of a note, as far as this floor knows them."""
    if side is Side.LEARNER:
        return [db.get_one(Person, note.author_id)]
    if side is Side.TUTOR and note.tutor_id is not None:
        return [db.get_one(Person, note.tutor_id)]
    if side is Side.COORDINATOR:
        return coordinators(db, note.cohort_id)
    return []


def coordinators(db: Session, cohort_id: int) -> list[Person]:
    """Who coordinates a cohort."""
    return [member.person for member in members_of(db, cohort_id, Role.COORDINATOR)]


def tutor_assigned(
    db: Session,
    tutor: Person,
    notes: Sequence[ValidationNote],
    underway: Mapping[int, Underway],
    *,
    now: datetime,
) -> None:
    """Tell a tutor whom they follow from now on and what they find there, in one mail."""
    first = notes[0]
    path = path_of(first) if len(notes) == 1 else f"/c/{first.cohort_id}/queue"
    found = [{**_found(db, note), **_begun(underway[note.id])} for note in notes]
    tell(db, tutor, "note_tutor", path=path, now=now, notes=found, **_cohort(db, first))


def tutor_told(db: Session, note: ValidationNote, *, now: datetime) -> None:
    """Tell a learner who follows them now ('' for nobody yet)."""
    author = db.get_one(Person, note.author_id)
    tutor = db.get_one(Person, note.tutor_id).name if note.tutor_id is not None else ""
    state = str(visible_state(State(note.state), Side.LEARNER))
    due = _due(db, note, State(note.state))
    tell(
        db,
        author,
        "note_your_tutor",
        path=path_of(note),
        now=now,
        tutor=tutor,
        state=state,
        turn=str(visible_turn(State(note.state), Side.LEARNER)),
        due=due.isoformat() if due else None,
        **_about(db, note),
    )


def passed_on(
    db: Session,
    former: Person,
    notes: Sequence[ValidationNote],
    underway: Mapping[int, Underway],
    *,
    now: datetime,
) -> None:
    """Tell a former tutor that these notes have passed on, to whom, and whether what they had begun went along."""
    gone = [
        {
            "author": db.get_one(Person, note.author_id).name,
            "tutor": db.get_one(Person, note.tutor_id).name if note.tutor_id is not None else "",
            "begun": underway[note.id].begun or underway[note.id].unseen > 0,
        }
        for note in notes
    ]
    path = f"/c/{notes[0].cohort_id}/queue"
    tell(db, former, "note_passed_on", path=path, now=now, notes=gone, **_cohort(db, notes[0]))


def question_asked(
    db: Session, note: ValidationNote, question: Question, actor: Person, *, again: bool, now: datetime
) -> None:
    """Tell whoever is to answer: the tutor; the coordination where there is none, or while the note awaits it.

    `again`: the learner goes on in a thread that was answered, or adds to their question.
    """
    for person in _who_answers(db, note):
        tell(
            db,
            person,
            "note_question",
            path=f"{path_of(note)}#q{question.id}",
            now=now,
            again=again,
            untutored=note.tutor_id is None,
            **_about(db, note),
        )


def question_answered(
    db: Session, note: ValidationNote, question: Question, actor: Person, *, now: datetime
) -> None:
    """Tell the learner; the tutor too when somebody answered in their place."""
    for person in (*recipients(db, note, Side.LEARNER), *recipients(db, note, Side.TUTOR)):
        if person.id != actor.id:
            place = f"{path_of(note)}#q{question.id}"
            tell(
                db,
                person,
                "note_question_answered",
                path=place,
                now=now,
                actor=actor.name,
                **_about(db, note),
            )


def topic_change_asked(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell the tutor, or the coordination where there is none, that another topic waits for their answer."""
    for person in _who_follows(db, note):
        tell(
            db,
            person,
            "note_topic_change",
            path=f"{path_of(note)}/topic/{change.id}",
            now=now,
            wanted=change.title,
            untutored=note.tutor_id is None,
            **_about(db, note),
        )


def topic_change_withdrawn(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell whoever was asked that nothing is awaited of them any more."""
    place = f"{path_of(note)}/topic/{change.id}"
    for person in _who_follows(db, note):
        tell(
            db,
            person,
            "note_topic_change_withdrawn",
            path=place,
            now=now,
            wanted=change.title,
            **_about(db, note),
        )


def topic_change_answered(
    db: Session, note: ValidationNote, change: TopicChange, actor: Person, *, now: datetime
) -> None:
    """Tell the learner the answer and its words; the tutor too when the coordination gave it."""
    due = _due(db, note, State(note.state))
    for person in (*recipients(db, note, Side.LEARNER), *recipients(db, note, Side.TUTOR)):
        if person.id != actor.id:
            tell(
                db,
                person,
                "note_topic_change_answered",
                path=f"{path_of(note)}/topic/{change.id}",
                now=now,
                actor=actor.name,
                verdict=change.verdict,
                wanted=change.title,
                answer=change.answer,
                state=str(visible_state(State(note.state), Side.LEARNER)),
                turn=str(visible_turn(State(note.state), Side.LEARNER)),
                due=due.isoformat() if due else None,
                **_about(db, note),
            )


def extended(db: Session, note: ValidationNote, extension: Extension, *, now: datetime) -> None:
    """Tell the learner (and the tutor) the later day of a stage."""
    day = deadlines_for(db.get_one(Cohort, note.cohort_id), [extension])[extension.stage]
    for side in (Side.LEARNER, Side.TUTOR):
        for person in recipients(db, note, side):
            tell(
                db,
                person,
                "note_extension",
                path=path_of(note),
                now=now,
                stage=extension.stage,
                due=day.isoformat(),
                **_about(db, note),
            )


def derogated(db: Session, note: ValidationNote, part: str, *, now: datetime) -> None:
    """Tell the learner that the page bounds of a part no longer bind them. `part`: its title."""
    author = db.get_one(Person, note.author_id)
    tell(db, author, "note_derogation", path=path_of(note), now=now, part=part, **_about(db, note))


def answered(
    db: Session, note: ValidationNote, persons: Iterable[Person], actor: Person, *, path: str, now: datetime
) -> None:
    """Tell others that a thread was written in."""
    for person in persons:
        tell(db, person, "note_answered", path=path, now=now, actor=actor.name, **_about(db, note))


def _who_follows(db: Session, note: ValidationNote) -> list[Person]:
    """The tutor, or the coordination where there is none."""
    return recipients(db, note, Side.TUTOR) or coordinators(db, note.cohort_id)


def _who_answers(db: Session, note: ValidationNote) -> list[Person]:
    """Whoever follows the note, and the coordination while the note awaits it."""
    found = {person.id: person for person in _who_follows(db, note)}
    if visible_turn(State(note.state), Side.LEARNER) is Turn.COORDINATION:
        found |= {person.id: person for person in coordinators(db, note.cohort_id)}
    return list(found.values())


def _found(db: Session, note: ValidationNote) -> dict[str, Any]:
    """Where a note stands, for whoever takes it over."""
    state = State(note.state)
    return {
        "author": db.get_one(Person, note.author_id).name,
        "title": note.title,
        "state": str(visible_state(state, Side.TUTOR)),
        "awaited": visible_turn(state, Side.TUTOR) is Turn.TUTOR,
        "since": note.shown_since.isoformat(),
    }


def _begun(found: Underway) -> dict[str, Any]:
    return {
        "begun": found.begun,
        "unseen": found.unseen,
        "open": found.open,
        "questions": found.questions,
        "asked_at": found.asked_at.isoformat() if found.asked_at else None,
        "topic_change": found.change_id is not None,
    }


def _template(decision: Decision, side: Side) -> str:
    if decision.move.name == "publish":
        # A mail may be read by others than its addressee: it says that the result is there, never which.
        return "note_released"
    awaited = visible_turn(decision.state, side) is TURN_OF_SIDE.get(side)
    return "note_turn" if awaited else "note_told"


def _ask_for_a_tutor(db: Session, note: ValidationNote, told: set[int], now: datetime) -> None:
    """A note that waits for a tutor whom nobody named waits for the coordination."""
    for person in coordinators(db, note.cohort_id):
        if person.id not in told:
            path = f"/c/{note.cohort_id}/people/tutors"
            tell(db, person, "note_tutor_wanted", path=path, now=now, state=note.state, **_about(db, note))


def _due(db: Session, note: ValidationNote, state: State) -> date | None:
    stage = STAGE_OF[state]
    if stage is None:
        return None
    cohort = db.get_one(Cohort, note.cohort_id)
    return deadlines_for(cohort, extensions_of(db, cohort.id, note.author_id)).get(stage)


def _about(db: Session, note: ValidationNote) -> dict[str, Any]:
    return {
        "author": db.get_one(Person, note.author_id).name,
        "title": note.title,
        **_cohort(db, note),
    }


def _cohort(db: Session, note: ValidationNote) -> dict[str, str]:
    return {
        "cohort": db.get_one(Cohort, note.cohort_id).name,
        "institution": db.get_one(Institution, note.institution_id).name,
    }
