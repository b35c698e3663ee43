"""Who is told what about a note: one mail each, as of the instant it happened, that leads to the exact place."""

from tutoring.notes.notices.addressing import coordinators, path_of, recipients
from tutoring.notes.notices.handover import passed_on, tutor_assigned, tutor_told
from tutoring.notes.notices.steps import derogated, extended, moved, place_of
from tutoring.notes.notices.threads import (
    answered,
    question_answered,
    question_asked,
    topic_change_answered,
    topic_change_asked,
    topic_change_withdrawn,
)

__all__ = [
    "answered",
    "coordinators",
    "derogated",
    "extended",
    "moved",
    "passed_on",
    "path_of",
    "place_of",
    "question_answered",
    "question_asked",
    "recipients",
    "topic_change_answered",
    "topic_change_asked",
    "topic_change_withdrawn",
    "tutor_assigned",
    "tutor_told",
]
