"""The values that a note's rows hold: kinds, statuses, outcomes."""

from __future__ import annotations

from enum import StrEnum

from tutoring.documents.anchors.carry import Outcome


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL of a CHECK that a column holds one of these values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class RemarkKind(StrEnum):
    """What a remark asks; a blocking one must be closed, or waived with a reason, before an approval."""

    BLOCKING = "blocking"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    PRAISE = "praise"


class Visibility(StrEnum):
    """Who reads a remark: learner and staff, or staff alone."""

    SHARED = "shared"
    STAFF = "staff"


class RemarkStatus(StrEnum):
    """OPEN, then ADDRESSED by the learner, then RESOLVED by its author; or WAIVED with a reason."""

    OPEN = "open"
    ADDRESSED = "addressed"
    RESOLVED = "resolved"
    WAIVED = "waived"


class TopicVerdict(StrEnum):
    """What a tutor answers to a change of an approved topic."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


__all__ = [
    "Outcome",
    "RemarkKind",
    "RemarkStatus",
    "TopicVerdict",
    "Visibility",
    "one_of",
]
