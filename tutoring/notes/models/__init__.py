"""What is known of a validation note, as rows and as a reader's page."""

from tutoring.notes.models.note import (
    PageDerogation,
    Submission,
    SubmittedPart,
    TopicChange,
    ValidationNote,
)
from tutoring.notes.models.pages import (
    FilePage,
    Happening,
    ImagePage,
    Load,
    NotePage,
    QuestionPage,
    RemarkAddress,
    RemarkPage,
    SubmissionPage,
    TopicChangePage,
    TutoringPage,
    Underway,
)
from tutoring.notes.models.questions import (
    Question,
    QuestionMessage,
)
from tutoring.notes.models.reviews import (
    ReadingTrace,
    Remark,
    RemarkDraft,
    RemarkMessage,
    RemarkPlacement,
    Review,
    SavedRemark,
)
from tutoring.notes.models.values import (
    Outcome,
    RemarkKind,
    RemarkStatus,
    TopicVerdict,
    Visibility,
)

__all__ = [
    "FilePage",
    "Happening",
    "ImagePage",
    "Load",
    "NotePage",
    "Outcome",
    "PageDerogation",
    "Question",
    "QuestionMessage",
    "QuestionPage",
    "ReadingTrace",
    "Remark",
    "RemarkAddress",
    "RemarkDraft",
    "RemarkKind",
    "RemarkMessage",
    "RemarkPage",
    "RemarkPlacement",
    "RemarkStatus",
    "Review",
    "SavedRemark",
    "Submission",
    "SubmissionPage",
    "SubmittedPart",
    "TopicChange",
    "TopicChangePage",
    "TopicVerdict",
    "TutoringPage",
    "Underway",
    "ValidationNote",
    "Visibility",
]
