"""Which of the files of a version are read in the page, and which document stands for each part of the note."""

from __future__ import annotations

from collections.abc import Mapping

from tutoring.documents.models import ReadDocument, ReadState
from tutoring.notes.models import Submission, SubmittedPart

# A part may come as a PDF and its source: what tells headings, lists and notes apart is read rather than pages.
PREFERRED = ("docx", "odt", "md", "pdf")


def texts_of(submission: Submission) -> Mapping[str, SubmittedPart]:
    """By part key, the item that is read: a typed text, else the best file; those that can be read come first.

    `submission.parts` is loaded with documents.
    """
    found: dict[str, SubmittedPart] = {}
    for item in submission.parts:
        if item.document is not None and (item.part not in found or _rank(item) < _rank(found[item.part])):
            found[item.part] = item
    return found


def ready_texts(submission: Submission) -> dict[str, tuple[SubmittedPart, ReadDocument]]:
    """Those of `texts_of` that are in blocks, each with its document."""
    return {
        part: (item, item.document)
        for part, item in texts_of(submission).items()
        if item.document is not None and item.document.state == ReadState.READY
    }


def _rank(item: SubmittedPart) -> tuple[bool, int]:
    document = item.document
    assert document is not None
    order = PREFERRED.index(document.kind) if document.kind in PREFERRED else len(PREFERRED)
    return document.state == ReadState.REFUSED, -1 if item.file_id is None else order
