"""Whether a move holds, what a note's events amount to, and every code that can refuse."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tutoring.notes.moves.facts import Facts
from tutoring.notes.moves.states import SIDE_STATES, TURN_OF, Side, State, Turn
from tutoring.notes.moves.table import MOVES, UNDO, Move, offered, row_of
from tutoring.store.refusal import Refusal

MOVE_NAMES: tuple[str, ...] = tuple(dict.fromkeys(move.name for move in MOVES))
FLAG_CODES: tuple[str, ...] = tuple(dict.fromkeys(f.code for m in MOVES for f in m.flags if f.code))
_UNDO_FACTS = ("missing_undone_move", "missing_undone_from")
REFUSAL_CODES: frozenset[str] = frozenset(
    {"unknown_move", "not_yours", "not_now", "nothing_to_undo", *_UNDO_FACTS}
    | {code for move in MOVES for guard in move.guards for code in guard.codes}
    | {move.never_undone for move in MOVES if move.never_undone}
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the note goes, whose turn it is there, who hears of it, what is marked on it (codes)."""

    state: State
    turn: Turn
    move: Move
    now: tuple[Side, ...]
    digest: tuple[Side, ...]
    flags: tuple[str, ...]


def decide(state: State, name: str, side: Side, facts: Facts) -> Decision:
    """What the move comes to. Raises the first of `refusals`."""
    refused = refusals(state, name, side, facts)
    if refused:
        raise refused[0]
    move = _row(state, name, side)
    target = move.pick(facts) if move.pick else move.targets[0]
    told = _undone(state, facts) if name == UNDO else move
    flags = tuple(flag.code for flag in move.flags if flag.code and _raised(flag.code, flag.refusal(facts)))
    return Decision(target, TURN_OF[target], move, told.now, told.digest, flags)


def refusals(state: State, name: str, side: Side, facts: Facts) -> tuple[Refusal, ...]:
    """Everything that stands against the move, so that a form can say it all at once; empty when it holds."""
    try:
        move = _row(state, name, side)
    except Refusal as refusal:
        return (refusal,)
    against = tuple(no for guard in move.guards if (no := guard.refusal(facts)))
    if name == UNDO and not against:
        try:
            _undone(state, facts)
        except Refusal as refusal:
            return (refusal,)
    return against


def _row(state: State, name: str, side: Side) -> Move:
    """The row that answers. What is not this side's says so wherever the note stands: nothing leaks."""
    if name not in MOVE_NAMES:
        raise Refusal("unknown_move", status=404)
    if not any(move.name == name and side in move.by for move in MOVES):
        raise Refusal("not_yours", status=403)
    for move in offered(state, side):
        if move.name == name:
            return move
    raise Refusal("not_now")


def _raised(code: str, refusal: Refusal | None) -> bool:
    """A flag says only what it knows: a missing fact marks nothing."""
    return refusal is not None and refusal.code == code


def _undone(state: State, facts: Facts) -> Move:
    """The row of the move to be undone; raises Refusal when it cannot be, or is not what led here."""
    if facts.undone_move is None:
        raise Refusal("missing_undone_move")
    if facts.undone_from is None:
        raise Refusal("missing_undone_from")
    move = row_of(facts.undone_move, facts.undone_from, state)
    if move is None:
        raise Refusal("nothing_to_undo")
    if move.never_undone:
        raise Refusal(move.never_undone)
    return move


@dataclass(frozen=True, slots=True)
class Trail:
    """What a note's events amount to: where it stands, what led there, where it stood before a side state."""

    state: State
    last_move: str | None = None
    left: State | None = None
    stood_at: State | None = None

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return TURN_OF[self.state]

    def after(self, name: str, reached: State) -> "Trail":
        """One event on. Raises ValueError when the table knows no such step: the history is damaged."""
        if not self._leads(name, reached):
            raise ValueError(f"{name} does not lead from {self.state} to {reached}")
        stood_at = self.stood_at if self.state in SIDE_STATES else self.state
        return Trail(reached, name, self.state, stood_at if reached in SIDE_STATES else None)

    def facts(self, facts: Facts) -> Facts:
        """The given facts with those that history knows."""
        return replace(facts, stood_at=self.stood_at, undone_move=self.last_move, undone_from=self.left)

    def _leads(self, name: str, reached: State) -> bool:
        if name == UNDO:
            undone = row_of(self.last_move, self.left, self.state) if self.last_move and self.left else None
            return undone is not None and undone.never_undone is None and reached is self.left
        move = row_of(name, self.state, reached)
        return move is not None and (self.stood_at is None or reached is self.stood_at)


def retrace(events: Iterable[tuple[str, State]], start: State = State.TOPIC_OPEN) -> Trail:
    """Follow events (name of the move, state reached), oldest first, from the state it was opened in."""
    trail = Trail(start)
    for name, reached in events:
        trail = trail.after(name, reached)
    return trail


def replay(events: Iterable[tuple[str, State]], start: State = State.TOPIC_OPEN) -> tuple[State, Turn]:
    """State and turn rebuilt from the events alone; an undo compensates the event before it."""
    trail = retrace(events, start)
    return trail.state, trail.turn
