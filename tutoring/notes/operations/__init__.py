"""The verbs about a note; `make` is the only one that moves it, the others gather what it needs to know."""

from tutoring.notes.operations.asking import ask_question, close_question, write_in_question
from tutoring.notes.operations.carrying import carry_remarks
from tutoring.notes.operations.changing import (
    answer_topic_change,
    ask_topic_change,
    may_change_topic,
    present_topic,
    rests_on_topic,
    withdraw_topic_change,
)
from tutoring.notes.operations.coordinating import (
    WITH_A_REASON,
    decide_aside,
    extend,
    grant_derogation,
    rests_on,
    settle_join,
    undo,
)
from tutoring.notes.operations.drafting import drop_draft, is_new_reading, keep_draft, was_read
from tutoring.notes.operations.handing_over import assign_tutor, assign_tutors, tutor_no_more
from tutoring.notes.operations.importing import (
    Imported,
    Incoming,
    import_comments,
    incoming,
    takes_remarks,
)
from tutoring.notes.operations.moving import make, open_note, stages_of, steps, trail
from tutoring.notes.operations.placing import confirm_place, move_place, place_after_reading
from tutoring.notes.operations.remarks import Quoted, drop_remark, find_passage, rewrite_remark, write_remark
from tutoring.notes.operations.reviewing import (
    carry_review,
    decision_name,
    draft_review,
    drafts_reviewed,
    open_blocking_remarks,
    release_review,
)
from tutoring.notes.operations.saving import drop_saved, rewrite_saved, save_remark, use_saved
from tutoring.notes.operations.submitting import HandedIn, Item, hand_in, newest, unchanged
from tutoring.notes.operations.threads import address, answer, settle

__all__ = [
    "WITH_A_REASON",
    "HandedIn",
    "Imported",
    "Incoming",
    "Item",
    "Quoted",
    "address",
    "answer",
    "answer_topic_change",
    "ask_question",
    "ask_topic_change",
    "assign_tutor",
    "assign_tutors",
    "carry_remarks",
    "carry_review",
    "close_question",
    "confirm_place",
    "decide_aside",
    "decision_name",
    "draft_review",
    "drafts_reviewed",
    "drop_draft",
    "drop_remark",
    "drop_saved",
    "extend",
    "find_passage",
    "grant_derogation",
    "hand_in",
    "import_comments",
    "incoming",
    "is_new_reading",
    "keep_draft",
    "make",
    "may_change_topic",
    "move_place",
    "newest",
    "open_blocking_remarks",
    "open_note",
    "place_after_reading",
    "present_topic",
    "release_review",
    "rests_on",
    "rests_on_topic",
    "rewrite_remark",
    "rewrite_saved",
    "save_remark",
    "settle",
    "settle_join",
    "stages_of",
    "steps",
    "takes_remarks",
    "trail",
    "tutor_no_more",
    "unchanged",
    "undo",
    "use_saved",
    "was_read",
    "withdraw_topic_change",
    "write_in_question",
    "write_remark",
]
