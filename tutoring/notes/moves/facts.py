"""What the workflow needs to know of a note, its jury and its history before it lets a move through."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from tutoring.notes.moves.states import Stage, State

Fact = TypeVar("Fact")


class Verdict(StrEnum):
    """What a reader of a submission chose; there is no default."""

    RETURNED = "returned"
    APPROVED = "approved"


class Outcome(StrEnum):
    """What the jury decided; there is no default."""

    PASSED = "passed"
    CORRECTIONS = "corrections"
    REFERRED = "referred"
    NOT_VALIDATED = "not_validated"


class Dissemination(StrEnum):
    """Who may read the note once it is archived, as its author chose."""

    NO = "no"
    COHORT = "cohort"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class PartPages:
    """Pages of one part, cover, bibliography and annexes taken off, against its bounds (None = no bound)."""

    part: str
    pages: int
    least: int | None = None
    most: int | None = None
    derogation: bool = False

    @property
    def outside(self) -> bool:
        """True when the part is too short or too long and nobody allowed it."""
        too_short = self.least is not None and self.pages < self.least
        too_long = self.most is not None and self.pages > self.most
        return (too_short or too_long) and not self.derogation


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a move is asked for. None (or blank text) is unknown, and the unknown refuses.

    Parts are given by the title that their learner reads, so that a refusal can name them.
    """

    # the track's NoteSpec
    stages: frozenset[Stage] | None = None
    drafts_required: int | None = None
    # what the learner hands in
    form_complete: bool | None = None
    parts_expected: tuple[str, ...] | None = None
    parts_provided: tuple[str, ...] | None = None
    parts_in_pdf: tuple[str, ...] | None = None
    pages: tuple[PartPages, ...] | None = None
    honour_statement: bool | None = None
    dissemination_choice: Dissemination | None = None
    late: bool | None = None
    # what the reader answers
    reason: str | None = None
    verdict: Verdict | None = None
    review_of_newest: bool | None = None
    review_released: bool | None = None
    open_blocking_remarks: int | None = None
    waived_with_reason: str | None = None
    # drafts whose review is released, the one released by this very move included
    drafts_reviewed: int | None = None
    # the jury
    jury_composed: bool | None = None
    jury_impartial: bool | None = None
    jury_blind: bool | None = None
    metadata_stripped: bool | None = None
    evaluations_locked: int | None = None
    evaluations_required: int | None = None
    quorum_met: bool | None = None
    # the outcome that the president is choosing, then the one that stands recorded
    outcome: Outcome | None = None
    recorded_outcome: Outcome | None = None
    minutes_signed: bool | None = None
    release_due: bool | None = None
    # after the release
    redline_seen: bool | None = None
    corrections_date_passed: bool | None = None
    resit_stage: Stage | None = None
    resit_dates_set: bool | None = None
    attendance_met: bool | None = None
    attendance_waived: bool | None = None
    # history: `Trail` knows the first three
    stood_at: State | None = None
    undone_move: str | None = None
    undone_from: State | None = None
    actor_made_it: bool | None = None
    minutes_since_move: float | None = None
    # something rests on the move already: another move, a review begun on what it brought
    later_move: bool | None = None


def known(fact: Fact | None) -> Fact:
    """A fact that a guard has already asked for. Raises LookupError if none did: the table is wrong then."""
    if fact is None:
        raise LookupError("a fact that no guard asks for")
    return fact
