"""What a learner finds on their note since they last looked: an answer, replies, a question or a topic settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tutoring.desk.lines import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of theirs that is not closed; `answered_at` None while they wait."""

    id: int
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """The change of topic that they asked for last; `verdict` None while they wait."""

    id: int
    title: str
    asked_at: datetime
    verdict: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """`answer`: the last one, when they have not opened it; `replies` on remarks they had read, the first on which
    (its id); their questions; their change of topic, while it waits or is new to them. `since`: when they last read
    or did anything there, None when they never have.
    """

    since: datetime | None = None
    answer: Answer | None = None
    replies: int = 0
    first_reply: int | None = None
    asked: tuple[Asked, ...] = ()
    change: Change | None = None

    @property
    def answered(self) -> tuple[Asked, ...]:
        """The questions that were answered, the latest answer first."""
        found = [(one.answered_at, one) for one in self.asked if one.answered_at is not None]
        return tuple(one for _at, one in sorted(found, key=lambda pair: pair[0], reverse=True))

    @property
    def unanswered(self) -> tuple[Asked, ...]:
        """The questions that still wait, the oldest first."""
        return tuple(one for one in self.asked if one.answered_at is None)

    def is_new(self, at: datetime | None) -> bool:
        """Whether this came after they last looked."""
        return at is not None and (self.since is None or at > self.since)

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.answer or self.replies or self.asked or self.change)
