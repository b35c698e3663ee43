"""Documents that others collected for being odd: each is read into blocks, or refused by a code that has its words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.wordfiles import kept_promises
from tutoring.documents.reading import read
from tutoring.documents.unreadable import CODES, Unreadable

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
# By folder, the codes that some of its files are refused by: protected, without words, images only, cut short.
REFUSED = {"word": {"empty", "encrypted"}, "odt": set(), "pdf": {"broken", "no_text"}}


def outcomes(folder: str) -> Counter[str]:
    """How many files were read, and refused by each code."""
    came: Counter[str] = Counter()
    for path in sorted((CORPUS / folder).iterdir()):
        try:
            document = kept_promises(read(path.name, path.read_bytes()))
        except Unreadable as no:
            came[no.code] += 1
        else:
            came["read"] += 1
            assert document.blocks
    return came


@pytest.mark.parametrize("folder", sorted(REFUSED))
def test_odd_documents_are_read_or_refused_by_a_code(folder: str) -> None:
    if not (CORPUS / folder).is_dir():
        pytest.skip("the corpus of odd documents is not on this machine")
    refused = outcomes(folder)
    assert refused.pop("read") > sum(refused.values())
    assert set(refused) <= REFUSED[folder] <= CODES
