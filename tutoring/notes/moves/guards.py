"""On what conditions a move holds: one small question each, asked of `Facts`.

The parameters of a guard are the facts that it needs, by name. A fact that is unknown refuses with
`missing_<fact>`; a parameter with a default may be unknown. A guard with a `field` refuses what a form can
mend (422, beside the field); the others refuse what only time or somebody else can change (409).
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from tutoring.notes.moves.facts import Dissemination, Facts, Outcome, PartPages, Verdict
from tutoring.notes.moves.states import BEFORE_JURY, Stage, State
from tutoring.store.refusal import Refusal

UNDO_MINUTES = 15


def _unknown(fact: object) -> bool:
    return fact is None or (isinstance(fact, str) and not fact.strip())


@dataclass(frozen=True, slots=True)
class Guard:
    """A question, the facts it needs, the code it refuses with (None: knowing the facts is enough)."""

    holds: Callable[..., bool]
    code: str | None
    field: str | None
    needs: tuple[str, ...]
    hears: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The condition in English, for the generated page."""
        return (self.holds.__doc__ or "").strip().splitlines()[0].rstrip(".")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that it can refuse with."""
        own = (self.code,) if self.code else ()
        return own + tuple(f"missing_{fact}" for fact in self.needs)

    def refusal(self, facts: Facts) -> Refusal | None:
        """Why the move does not hold, with the facts as parameters of the sentence; None when it holds."""
        given = {name: getattr(facts, name) for name in self.needs + self.hears}
        for name in self.needs:
            if _unknown(given[name]):
                return self._no(f"missing_{name}", {})
        if self.holds(**given):
            return None
        return self._no(self.code or f"missing_{self.needs[0]}", given)

    def _no(self, code: str, params: dict[str, object]) -> Refusal:
        return Refusal(code, status=422 if self.field else 409, field=self.field, **params)


def otherwise(code: str | None = None, *, field: str | None = None) -> Callable[[Callable[..., bool]], Guard]:
    """Make a guard of a question; `code` is what is said when the answer is no."""

    def made(holds: Callable[..., bool]) -> Guard:
        parameters = inspect.signature(holds).parameters.values()
        needs = tuple(p.name for p in parameters if p.default is p.empty)
        hears = tuple(p.name for p in parameters if p.default is not p.empty)
        return Guard(holds, code, field, needs, hears)

    return made


# what the learner hands in


@otherwise("form_incomplete", field="form")
def form_is_complete(form_complete: bool) -> bool:
    """The form is complete."""
    return form_complete


@otherwise("parts_missing", field="parts")
def every_part_is_there(parts_expected: tuple[str, ...], parts_provided: tuple[str, ...]) -> bool:
    """A file or a text for each part."""
    return set(parts_expected) <= set(parts_provided)


@otherwise("nothing_handed_in", field="parts")
def some_part_is_there(parts_provided: tuple[str, ...]) -> bool:
    """A file or a text for one part at least."""
    return len(parts_provided) > 0


@otherwise("pdf_missing", field="parts")
def every_part_is_a_pdf(parts_expected: tuple[str, ...], parts_in_pdf: tuple[str, ...]) -> bool:
    """Each part as a PDF."""
    return set(parts_expected) <= set(parts_in_pdf)


@otherwise("pages_out_of_bounds", field="parts")
def pages_are_within_bounds(pages: tuple[PartPages, ...]) -> bool:
    """Page count within bounds, or a derogation."""
    return not any(part.outside for part in pages)


@otherwise("pages_uncounted", field="parts")
def pages_are_counted(parts_expected: tuple[str, ...], pages: tuple[PartPages, ...]) -> bool:
    """The pages of each part are counted."""
    return set(parts_expected) <= {part.part for part in pages}


@otherwise("honour_not_stated", field="honour_statement")
def honour_is_stated(honour_statement: bool) -> bool:
    """The statement of honour is made."""
    return honour_statement


@otherwise(field="dissemination_choice")
def dissemination_is_chosen(dissemination_choice: Dissemination) -> bool:
    """Dissemination is chosen, whatever the choice."""
    return dissemination_choice in Dissemination


@otherwise("late")
def it_is_in_time(late: bool) -> bool:
    """The date has not passed."""
    return not late


# what the reader answers


@otherwise(field="reason")
def it_says_why(reason: str) -> bool:
    """A reason is written."""
    return bool(reason.strip())


@otherwise("verdict_disagrees", field="verdict")
def verdict_returns(verdict: Verdict) -> bool:
    """The verdict was chosen: to be taken up again."""
    return verdict is Verdict.RETURNED


@otherwise("verdict_disagrees", field="verdict")
def verdict_approves(verdict: Verdict) -> bool:
    """The verdict was chosen: approved."""
    return verdict is Verdict.APPROVED


@otherwise("newer_version_came")
def review_is_of_the_newest(review_of_newest: bool) -> bool:
    """The review was opened on the newest version."""
    return review_of_newest


@otherwise("review_already_released")
def review_is_not_released(review_released: bool) -> bool:
    """The review of the version replaced is not released."""
    return not review_released


@otherwise("blocking_remarks_open", field="waived_with_reason")
def blocking_remarks_are_settled(open_blocking_remarks: int, waived_with_reason: str | None = None) -> bool:
    """Blocking remarks are closed, or waived with a reason."""
    return open_blocking_remarks == 0 or not _unknown(waived_with_reason)


@otherwise("too_few_drafts")
def enough_drafts_are_reviewed(drafts_reviewed: int, drafts_required: int) -> bool:
    """As many drafts reviewed as the specification asks for."""
    return drafts_reviewed >= drafts_required


@otherwise()
def stages_are_known(stages: frozenset[Stage]) -> bool:
    """The specification says which stage comes next."""
    return stages is not None


# the jury


@otherwise("jury_incomplete")
def jury_is_composed(jury_composed: bool) -> bool:
    """The jury is composed."""
    return jury_composed


@otherwise("jury_partial")
def jury_is_impartial(jury_impartial: bool) -> bool:
    """The jury is impartial."""
    return jury_impartial


@otherwise("author_shown_to_blind_jury")
def blind_jury_sees_no_author(jury_blind: bool, metadata_stripped: bool | None = None) -> bool:
    """A blind jury finds no author in the files."""
    return not jury_blind or metadata_stripped is True


@otherwise("too_few_evaluations")
def enough_evaluations_are_locked(evaluations_locked: int, evaluations_required: int) -> bool:
    """Enough evaluations are locked."""
    return evaluations_locked >= evaluations_required


@otherwise("quorum_not_met")
def quorum_is_met(quorum_met: bool) -> bool:
    """The quorum is met."""
    return quorum_met


@otherwise("minutes_already_signed")
def minutes_are_not_signed(minutes_signed: bool) -> bool:
    """The minutes are not signed yet."""
    return not minutes_signed


@otherwise(field="outcome")
def outcome_is_chosen(outcome: Outcome) -> bool:
    """The outcome was chosen."""
    return outcome in Outcome


# What makes a decision of the jury publishable, in one place. As long as there are no minutes to sign, the
# outcome that the president recorded is the fact asked for; once there are, `minutes_signed` joins it here.
@otherwise()
def decision_of_the_jury_stands(recorded_outcome: Outcome) -> bool:
    """The president has recorded the outcome (and, once minutes exist, they are signed)."""
    return recorded_outcome in Outcome


@otherwise("release_not_due")
def release_is_due(release_due: bool) -> bool:
    """The release date has come."""
    return release_due


# after the release


@otherwise("redline_unseen")
def redline_is_seen(redline_seen: bool) -> bool:
    """What changed was looked at."""
    return redline_seen


@otherwise("corrections_not_overdue")
def corrections_date_is_past(corrections_date_passed: bool) -> bool:
    """The date for the corrections has passed."""
    return corrections_date_passed


@otherwise("resit_stage_unknown", field="resit_stage")
def resit_stage_is_chosen(resit_stage: Stage) -> bool:
    """It was chosen where the second session starts: draft or final version."""
    return resit_stage in (Stage.DRAFT, Stage.FINAL)


@otherwise("resit_dates_unset")
def resit_dates_are_set(resit_dates_set: bool) -> bool:
    """The dates of the second session are set."""
    return resit_dates_set


@otherwise("attendance_not_met")
def attendance_is_met_or_waived(attendance_met: bool, attendance_waived: bool | None = None) -> bool:
    """The attendance rule is met, or waived by a recorded decision."""
    return attendance_met or attendance_waived is True


# history


@otherwise("nowhere_to_go_back")
def it_stood_before_the_jury(stood_at: State) -> bool:
    """It is known where the note stood."""
    return stood_at in BEFORE_JURY


@otherwise("undo_not_yours")
def actor_made_the_move(actor_made_it: bool) -> bool:
    """The actor made the move."""
    return actor_made_it


@otherwise("undo_too_late")
def quarter_hour_is_not_over(minutes_since_move: float) -> bool:
    """Less than 15 minutes ago."""
    return minutes_since_move < UNDO_MINUTES


@otherwise("undo_left_to_actor")
def coordinator_may_undo(actor_made_it: bool, minutes_since_move: float) -> bool:
    """Once 15 minutes have passed, or the coordinator's own move."""
    return actor_made_it or minutes_since_move >= UNDO_MINUTES


@otherwise("something_followed")
def nothing_followed(later_move: bool) -> bool:
    """Nothing later happened."""
    return not later_move
