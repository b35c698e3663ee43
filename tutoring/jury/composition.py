"""What a panel must be made of before it may judge a note, and when it may deliberate, by the cohort’s JurySpec."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tutoring.programme.spec import JurySpec

TOO_FEW_MEMBERS = "too_few_members"
PRESIDENT_MISSING = "president_missing"
SEVERAL_PRESIDENTS = "several_presidents"
AUTHOR_SITS = "author_sits"
TUTOR_PRESIDES = "tutor_presides"


@dataclass(frozen=True)
class Member:
    """Somebody on a panel, by id."""

    person_id: int
    presides: bool = False


@dataclass(frozen=True)
class Judged:
    """A note to be judged: who wrote it, who tutors it, by id."""

    author_id: int
    tutor_id: int | None = None


def lacking(spec: JurySpec, members: Collection[Member]) -> tuple[str, ...]:
    """What the panel still lacks, whatever it judges; empty when it is composed."""
    presidents = sum(member.presides for member in members)
    return tuple(
        code
        for code, holds in (
            (TOO_FEW_MEMBERS, len(members) < spec.min_members),
            (PRESIDENT_MISSING, spec.president_required and not presidents),
            (SEVERAL_PRESIDENTS, presidents > 1),
        )
        if holds
    )


def partial(members: Iterable[Member], judged: Judged) -> tuple[str, ...]:
    """Why this panel may not judge this note; empty when it is impartial.

    A tutor may sit on the panel of their own learner, never preside over it.
    """
    seated = {member.person_id: member for member in members}
    tutor = seated.get(judged.tutor_id) if judged.tutor_id is not None else None
    return tuple(
        code
        for code, holds in (
            (AUTHOR_SITS, judged.author_id in seated),
            (TUTOR_PRESIDES, tutor is not None and tutor.presides),
        )
        if holds
    )


def faults(spec: JurySpec, members: Collection[Member], note: Judged) -> tuple[str, ...]:
    """All that keeps this panel from judging this note."""
    return lacking(spec, members) + partial(members, note)


@dataclass(frozen=True)
class Count:
    """Evaluations of one note: how many are locked by those who sit, and how many sit."""

    locked: int
    expected: int

    def suffices(self, spec: JurySpec) -> bool:
        """Whether the panel may deliberate: enough locked evaluations, and the quorum."""
        return self.locked >= spec.min_locked_evaluations and self.quorum(spec)

    def quorum(self, spec: JurySpec) -> bool:
        """Whether enough members took part: a locked evaluation is what shows it until the minutes are signed."""
        return self.locked >= spec.quorum
