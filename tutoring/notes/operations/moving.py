"""How a note is opened and moves: the one function that writes state and turn, and the way one step back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tutoring.notes import notices
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import (
    SIDE_STATES,
    TURN_OF,
    UNDO,
    Facts,
    Side,
    Stage,
    State,
    Trail,
    decide,
    first_state,
    retrace,
    visible_step,
)
from tutoring.people.models import Person
from tutoring.programme.models import Cohort
from tutoring.programme.spec import NoteSpec
from tutoring.store.events import Event, history, record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal

OPENED = "note.opened"


def stages_of(spec: NoteSpec) -> frozenset[Stage]:
    """The stages that a cohort's specification has, as the workflow names them."""
    return frozenset(Stage(stage.key) for stage in spec.stages)


def open_note(db: Session, cohort: Cohort, person: Person, *, now: datetime) -> ValidationNote:
    """The note of a learner of this cohort, opened at the first stage when it is not there yet."""
    known = db.scalar(
        select(ValidationNote).where(
            ValidationNote.cohort_id == cohort.id, ValidationNote.author_id == person.id
        )
    )
    if known is not None:
        return known
    state = first_state(stages_of(cohort.spec))
    note = ValidationNote(
        institution_id=cohort.institution_id,
        cohort_id=cohort.id,
        author_id=person.id,
        title="",
        state=state,
        turn=TURN_OF[state],
        turn_since=now,
        shown_since=now,
        stood_at=None,
    )
    db.add(note)
    db.flush()
    record(db, OPENED, note, actor_id=None, now=now, side=Side.CLOCK, state=str(state))
    emit(
        db,
        "note.moved",
        institution_id=note.institution_id,
        now=now,
        note_id=note.id,
        move="open",
        state=str(state),
    )
    db.flush()
    return note


def steps(events: Sequence[Event]) -> list[Event]:
    """Of a note's events, those that are moves, oldest first."""
    return [event for event in events if "left" in event.data]


def trail(events: Sequence[Event]) -> Trail:
    """What a note's events (all of them, oldest first) amount to: state, last move, where it stood.

    Raises ValueError when they cannot have happened.
    """
    opened = next(event for event in events if event.kind == OPENED)
    moves = [(event.data["move"], State(event.data["state"])) for event in steps(events)]
    return retrace(moves, State(opened.data["state"]))


def make(
    db: Session,
    note: ValidationNote,
    name: str,
    actor: Person | None,
    side: Side,
    facts: Facts,
    *,
    now: datetime,
    seen_version: int,
    data: dict[str, Any] | None = None,
    files: list[dict[str, Any]] | None = None,
) -> ValidationNote:
    """Make a move of the table: the only writer of a note's state and turn.

    `actor` None is the clock. `facts`: what the caller's floor knows; the note's history is added here. `data` joins
    the event: ids, codes and figures, and `reason`, which every side that may see the step reads (`private_reason`
    is for staff alone). `files` are those that a receipt lists. Refuses with `stale_page` when the note is no longer
    the version that was seen, or with the first refusal of `moves.decide`. Appends `note.<name>`, tells whom the row
    names (jurors apart), emits `note.moved`, and flushes, so that a concurrent move raises StaleDataError here.
    """
    if seen_version != note.version:
        raise Refusal("stale_page")
    events = history(db, note)
    past = trail(events)
    facts = past.facts(facts)
    if name == UNDO:
        facts = with_last_step(facts, steps(events), actor.id if actor else None, now)
    left = State(note.state)
    decision = decide(left, name, side, facts)
    note.state, note.turn = decision.state, decision.turn
    # A move that stays in place changes the version too: whoever decides meanwhile must learn that it happened.
    flag_modified(note, "state")
    note.stood_at = past.after(name, decision.state).stood_at if decision.state in SIDE_STATES else None
    if decision.state is not left:
        note.turn_since = now
    if decision.state is not left and visible_step(left, decision.state, Side.LEARNER):
        note.shown_since = now
    record(
        db,
        f"note.{name}",
        note,
        actor_id=actor.id if actor else None,
        now=now,
        side=str(side),
        **{
            **(data or {}),
            "move": name,
            "left": str(left),
            "state": str(decision.state),
            "flags": list(decision.flags),
        },
    )
    emit(
        db,
        "note.moved",
        institution_id=note.institution_id,
        now=now,
        note_id=note.id,
        move=name,
        state=str(decision.state),
    )
    notices.moved(db, note, decision, actor, now=now, data=data or {}, files=files or [])
    db.flush()
    return note


def foresee(
    db: Session, note: ValidationNote, name: str, side: Side, facts: Facts, *, seen_version: int
) -> None:
    """Refuse what `make` would refuse, before the caller writes what goes with the move."""
    if seen_version != note.version:
        raise Refusal("stale_page")
    decide(State(note.state), name, side, trail(history(db, note)).facts(facts))


def with_last_step(facts: Facts, made: Sequence[Event], actor_id: int | None, now: datetime) -> Facts:
    """The given facts with those about the step that an undo would take back."""
    if not made:
        return facts
    last = made[-1]
    return replace(
        facts,
        actor_made_it=last.actor_id is not None and last.actor_id == actor_id,
        minutes_since_move=(now - last.at).total_seconds() / 60,
    )
