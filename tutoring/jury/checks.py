"""What the rules of composition say of a panel's own rows: what it lacks, what it may not judge, what is before it."""

from __future__ import annotations

from tutoring.jury import composition
from tutoring.jury.composition import Judged, Member
from tutoring.jury.models import Evaluation, Hearing, Panel
from tutoring.notes.moves import State
from tutoring.programme.spec import JurySpec

# Where a note's jury reads it. A note undone, or taken up again for a second session, is no longer before them.
BEFORE_THE_JURY = frozenset(
    {
        State.WITH_JURY,
        State.DELIBERATED,
        State.VALIDATED,
        State.CORRECTIONS_DUE,
        State.CORRECTIONS_CHECK,
        State.REFERRED,
        State.NOT_VALIDATED,
        State.CERTIFIED,
    }
)


def before_the_jury(hearing: Hearing) -> bool:
    """Whether the note has been transmitted and is still the panel's to read."""
    return State(hearing.note.state) in BEFORE_THE_JURY


def _members(panel: Panel) -> tuple[Member, ...]:
    return tuple(Member(seat.person_id, seat.presides) for seat in panel.seats)


def judged(hearing: Hearing) -> Judged:
    """The note of a hearing, as the rules of composition see it."""
    return Judged(hearing.note.author_id, hearing.note.tutor_id)


def lacking_of(spec: JurySpec, panel: Panel) -> tuple[str, ...]:
    """What this panel still lacks (codes of `composition`)."""
    return composition.lacking(spec, _members(panel))


def partial_of(panel: Panel, hearing: Hearing) -> tuple[str, ...]:
    """Why this panel may not judge this note (codes of `composition`)."""
    return composition.partial(_members(panel), judged(hearing))


def is_locked(evaluation: Evaluation | None) -> bool:
    """Whether this juror's evaluation is final."""
    return evaluation is not None and evaluation.locked_at is not None
