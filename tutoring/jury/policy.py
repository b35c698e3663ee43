"""Who may do what with a jury: compose it, read a note given to it, evaluate, preside, compare, see a result."""

from __future__ import annotations

from collections.abc import Collection

from tutoring.jury.checks import before_the_jury, is_locked
from tutoring.jury.composition import Count
from tutoring.jury.models import Evaluation, HeardFilePage, Hearing, HearingPage, Seat
from tutoring.notes.moves import Side
from tutoring.people.models import Person
from tutoring.programme.models import Role, Standing
from tutoring.programme.policy import InCohort, may_coordinate, may_enter
from tutoring.programme.spec import JurySpec

SEATED_ROLES = (Role.STAFF, Role.GUEST, Role.COORDINATOR)


def may_open_jury(person: Person, page: InCohort) -> bool:
    """See the jury's page, where everyone finds only what is given to them: all but learners."""
    return may_enter(person, page) and page.standing.role in SEATED_ROLES


def may_compose(person: Person, page: InCohort) -> bool:
    """Make panels, give them notes, transmit, release: coordinators."""
    return may_coordinate(person, page)


def sides_on(seat: Seat | None) -> frozenset[Side]:
    """The sides that a seat gives on the notes of its panel."""
    if seat is None:
        return frozenset()
    return frozenset({Side.JUROR, Side.PRESIDENT}) if seat.presides else frozenset({Side.JUROR})


def may_evaluate(person: Person, page: HearingPage) -> bool:
    """Read the note's files and evaluate it: who sits on its panel, from the transmission on, never its author."""
    return (
        may_enter(person, page)
        and Side.JUROR in sides_on(page.seat)
        and page.hearing.note.author_id != person.id
        and before_the_jury(page.hearing)
    )


def may_read_file(person: Person, file: HeardFilePage) -> bool:
    """Open a file of the final version by the jury's door: whoever evaluates the note."""
    return may_evaluate(person, file.page)


def may_preside(person: Person, page: HearingPage) -> bool:
    """Record the outcome, take it up again: the panel's president."""
    return may_evaluate(person, page) and Side.PRESIDENT in sides_on(page.seat)


def may_read_hearing(person: Person, page: HearingPage) -> bool:
    """See the page of a note before its panel: who sits there, and the coordinator (without what they wrote)."""
    return may_evaluate(person, page) or may_compose(person, page)


def may_compare(
    hearing: Hearing, seat: Seat | None, mine: Evaluation | None, count: Count, standing: Standing
) -> bool:
    """Read the others' evaluations, side by side.

    A member, once their own is locked and there are enough to deliberate: so each judges alone. The
    coordinator who does not sit, once the outcome is recorded.
    """
    if seat is not None:
        return is_locked(mine) and count.suffices(standing.cohort.jury)
    return standing.role == Role.COORDINATOR and hearing.outcome is not None


def author_shown(spec: JurySpec, hearing: Hearing, seat: Seat | None) -> bool:
    """Whether the page names the note's author: not to a blind jury before the release."""
    return seat is None or not spec.blind or hearing.released_at is not None


def sees_result(sides: Collection[Side], hearing: Hearing) -> bool:
    """Read outcome, grade and reason on the note's page: its learner, tutor and coordinator, once released."""
    reads = {Side.LEARNER, Side.TUTOR, Side.COORDINATOR}
    return hearing.released_at is not None and not reads.isdisjoint(sides)
