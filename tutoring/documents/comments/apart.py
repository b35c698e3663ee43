"""Comments read and written in a process of its own: what a .docx holds was written by others."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from tutoring.documents import confined
from tutoring.documents.blocks import Block
from tutoring.documents.comments.read import comments_of
from tutoring.documents.comments.threads import Commented, WordComment, initials
from tutoring.documents.comments.written import with_comments
from tutoring.documents.kinds import BadFile, kind_of
from tutoring.documents.unreadable import Unreadable


def read_comments(content: bytes) -> tuple[WordComment, ...]:
    """`comments_of` a .docx, within the limits of `confined`. Raises `Unreadable(code)`."""
    _weighed(content)
    read = confined.run(f"{__name__}:_read", content)
    return tuple(WordComment.from_dict(comment) for comment in read)


def write_comments(
    original: bytes | None, blocks: Sequence[Block], threads: Sequence[Commented], *, language: str = "fr-FR"
) -> bytes:
    """`with_comments`, within the limits of `confined`. Raises `Unreadable(code)`; ValueError for a wrong key."""
    for thread in threads:
        initials(thread.key)
    if original is not None:
        _weighed(original)
    asked = {
        "original": None if original is None else b64encode(original).decode("ascii"),
        "blocks": [block.to_dict() for block in blocks],
        "threads": [thread.to_dict() for thread in threads],
        "language": language,
    }
    return b64decode(confined.run(f"{__name__}:_write", json.dumps(asked).encode("ascii")))


def _weighed(content: bytes) -> None:
    """What is not a .docx, or would unpack into too much, is refused before anything is opened."""
    try:
        kind_of("commented.docx", content)
    except BadFile as bad:
        raise Unreadable(bad.code) from bad


def _read(content: bytes) -> list[dict[str, Any]]:
    return [comment.to_dict() for comment in comments_of(content)]


def _write(asked: bytes) -> str:
    given = json.loads(asked)
    original = None if given["original"] is None else b64decode(given["original"])
    blocks = [Block.from_dict(block) for block in given["blocks"]]
    threads = [Commented.from_dict(thread) for thread in given["threads"]]
    return b64encode(with_comments(original, blocks, threads, language=given["language"])).decode("ascii")
