"""The verbs about a note; `make` is the only one that moves it, the others gather what it needs to know."""

from tutoring.notes.operations.coordinating import (
    WITH_A_REASON,
    assign_tutor,
    assign_tutors,
    decide_aside,
    extend,
    grant_derogation,
    rests_on,
    settle_join,
    undo,
)
from tutoring.notes.operations.moving import make, open_note, stages_of, steps, trail
from tutoring.notes.operations.remarks import (
    address,
    answer,
    drop_remark,
    rewrite_remark,
    settle,
    write_remark,
)
from tutoring.notes.operations.reviewing import (
    carry_review,
    decision_name,
    draft_review,
    drafts_reviewed,
    open_blocking_remarks,
    release_review,
)
from tutoring.notes.operations.submitting import HandedIn, Item, hand_in, newest

__all__ = [
    "WITH_A_REASON",
    "HandedIn",
    "Item",
    "address",
    "answer",
    "assign_tutor",
    "assign_tutors",
    "carry_review",
    "decide_aside",
    "decision_name",
    "draft_review",
    "drafts_reviewed",
    "drop_remark",
    "extend",
    "grant_derogation",
    "hand_in",
    "make",
    "newest",
    "open_blocking_remarks",
    "open_note",
    "release_review",
    "rests_on",
    "rewrite_remark",
    "settle",
    "settle_join",
    "stages_of",
    "steps",
    "trail",
    "undo",
    "write_remark",
]
