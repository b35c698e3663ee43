"""Who may do what with a note, by the sides they hold on it; and what of it each of them is shown."""

from __future__ import annotations

from typing import Protocol

from tutoring.notes.models import (
    FilePage,
    ImagePage,
    Remark,
    RemarkPage,
    RemarkStatus,
    Review,
    SavedRemarkPage,
    SavedRemarksPage,
    Submission,
    SubmissionPage,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import Side
from tutoring.people.models import Person
from tutoring.programme.models import Role, Standing

STAFF = frozenset({Side.TUTOR, Side.COORDINATOR})
READERS = STAFF | {Side.LEARNER}


class OnNote(Protocol):
    """Anything that knows which sides its reader holds on a note."""

    @property
    def standing(self) -> Standing: ...

    @property
    def sides(self) -> frozenset[Side]: ...


def sides_of(person: Person, note: ValidationNote, standing: Standing) -> frozenset[Side]:
    """What this person is to this note: its learner, its tutor, a coordinator of its cohort; the jury adds its own.

    A tutor or coordinator who left the cohort's staff holds nothing any more.
    """
    if standing.person.id != person.id or standing.cohort.id != note.cohort_id:
        return frozenset()
    coordinates = standing.role == Role.COORDINATOR
    held = {
        Side.LEARNER: note.author_id == person.id,
        Side.TUTOR: note.tutor_id == person.id and (coordinates or standing.role == Role.STAFF),
        Side.COORDINATOR: coordinates and note.author_id != person.id,
    }
    return frozenset(side for side, holds in held.items() if holds)


def eye(sides: frozenset[Side]) -> Side:
    """The side by which one sees most: coordinator, then tutor, then learner."""
    for side in (Side.COORDINATOR, Side.TUTOR):
        if side in sides:
            return side
    return Side.LEARNER


def may_read(_person: Person, thing: OnNote) -> bool:
    """Read the note: its learner, its tutor, the coordination."""
    return bool(thing.sides & READERS)


def may_hand_in(_person: Person, thing: OnNote) -> bool:
    """Hand in, answer remarks: the learner."""
    return Side.LEARNER in thing.sides


def may_review(_person: Person, thing: OnNote) -> bool:
    """Remark, review, decide: the tutor."""
    return Side.TUTOR in thing.sides


def may_run(_person: Person, thing: OnNote) -> bool:
    """Grant time and derogations, set aside: the coordination."""
    return Side.COORDINATOR in thing.sides


def may_save_remarks(_person: Person, thing: SavedRemarksPage | SavedRemarkPage) -> bool:
    """Keep remarks for other times: whoever is of the staff of some cohort; each their own."""
    return thing.teaches


def may_answer_topic(_person: Person, thing: OnNote) -> bool:
    """Accept or decline another topic: the tutor, the coordination."""
    return bool(thing.sides & STAFF)


def may_read_submission(person: Person, thing: SubmissionPage) -> bool:
    """Read what was handed in; what its author took back at once is theirs alone."""
    return may_read(person, thing) and sees_submission(thing.submission, thing.sides)


def may_see_image(person: Person, thing: ImagePage) -> bool:
    """See an image of a text: whoever reads its submission."""
    return may_read_submission(person, thing.page)


def may_fetch(person: Person, thing: FilePage) -> bool:
    """Fetch a file that was handed in: whoever reads its submission."""
    return may_read(person, thing) and sees_submission(thing.submission, thing.sides)


def may_see_remark(person: Person, thing: RemarkPage) -> bool:
    """See a remark and write in its thread."""
    return may_read_submission(person, thing.page) and sees_remark(thing.remark, thing.sides)


def may_address(person: Person, thing: RemarkPage) -> bool:
    """Say how a remark was taken into account: the learner."""
    return Side.LEARNER in thing.sides and may_see_remark(person, thing)


def may_place(person: Person, thing: RemarkPage) -> bool:
    """Say where a remark stands in a version: its learner, who knows where the text went, and the tutor."""
    return bool(thing.sides & {Side.LEARNER, Side.TUTOR}) and may_see_remark(person, thing)


def may_settle(person: Person, thing: RemarkPage) -> bool:
    """Close, reopen or waive a remark: its author, or the note's present tutor."""
    mine = thing.remark.author_id == person.id or Side.TUTOR in thing.sides
    return mine and bool(thing.sides & STAFF) and may_see_remark(person, thing)


def sees_submission(submission: Submission, sides: frozenset[Side]) -> bool:
    """Whether these sides see this submission."""
    return submission.withdrawn_at is None or Side.LEARNER in sides


def sees_review(review: Review | None, sides: frozenset[Side]) -> bool:
    """Whether these sides see this review: once released; before, whoever sits in the tutor's seat."""
    return review is not None and (review.released_at is not None or Side.TUTOR in sides)


def sees_remark(remark: Remark, sides: frozenset[Side]) -> bool:
    """Whether these sides see this remark: staff's only among staff; one that is not released, the tutor's seat alone.

    A draft goes with the seat and not with the person, so that a change of tutor loses no word.
    """
    if remark.released_at is None:
        return Side.TUTOR in sides
    return remark.visibility == Visibility.SHARED or bool(sides & STAFF)


def is_unsettled(remark: Remark) -> bool:
    """Whether a remark still waits: open, or answered and not yet closed."""
    return remark.status in (RemarkStatus.OPEN, RemarkStatus.ADDRESSED)
