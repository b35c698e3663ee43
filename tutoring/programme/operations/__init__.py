"""The verbs about a programme: to open it, to keep its calendar, its people and its rules."""

from tutoring.programme.operations.days import DayFacts, Hours, add_speaker, move_day, remove_speaker
from tutoring.programme.operations.members import (
    admit,
    change_role,
    grant_extension,
    invite_member,
    settle_join,
)
from tutoring.programme.operations.opening import import_track, open_cohort, open_cohort_for
from tutoring.programme.operations.rules import describe_jury, describe_note, set_dates

__all__ = [
    "DayFacts",
    "Hours",
    "add_speaker",
    "admit",
    "change_role",
    "describe_jury",
    "describe_note",
    "grant_extension",
    "import_track",
    "invite_member",
    "move_day",
    "open_cohort",
    "open_cohort_for",
    "remove_speaker",
    "set_dates",
    "settle_join",
]
