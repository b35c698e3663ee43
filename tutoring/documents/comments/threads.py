"""What goes into a .docx as comments and what comes out of it: a remark and its messages, a comment and its replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

# The initials of a comment that was written by us are "P-" and the key of its remark. Word keeps nine characters.
OURS = "P-"
MAX_KEY = 7
# A key holds a digit: "P-H" are the initials of a Paul-Henri.
_KEY = re.compile(r"(?=[A-Za-z]*[0-9])[0-9A-Za-z]{1,7}")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a remark points: a block by its rank in the document, code points `start` to `end` of its text."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a remark. `at` knows its zone."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Commented:
    """A remark to write as a Word comment, its first message as the comment and the others as its replies.

    `key`: up to 7 letters and digits, one digit at least, by which it is known when it comes back. `label`: the
    comment's first line (what it asks for), empty for none. `author`, `at`: of the comment. No `passages`: it is
    about the whole document.
    """

    key: str
    author: str
    at: datetime
    passages: tuple[Passage, ...]
    messages: tuple[Said, ...]
    label: str
    resolved: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON, dates in ISO 8601."""
        messages = [asdict(said) | {"at": said.at.isoformat()} for said in self.messages]
        return asdict(self) | {"at": self.at.isoformat(), "messages": messages}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Commented:
        """What `to_dict` wrote."""
        messages = tuple(
            Said(**{**said, "at": datetime.fromisoformat(said["at"])}) for said in kept["messages"]
        )
        passages = tuple(Passage(**passage) for passage in kept["passages"])
        at = datetime.fromisoformat(kept["at"])
        return cls(**{**kept, "at": at, "messages": messages, "passages": passages})


@dataclass(frozen=True, slots=True)
class WordReply:
    """An answer under a comment. `key` as in `WordComment`."""

    author: str
    at: datetime | None
    text: str
    key: str | None


@dataclass(frozen=True, slots=True)
class WordComment:
    """A comment of a .docx. `text`: its paragraphs, one a line.

    `quote`: the words it is put on, spaces collapsed, a line break between paragraphs and " | " between cells, cut
    after 5,000 characters; empty where it points between two words. `prefix`, `suffix`: up to 60 characters before
    and after, likewise. `at`: aware, UTC where the file says so (else the time of day its author read, taken for
    UTC). `key`: of the remark when we wrote it. `resolved`: marked as done.
    """

    author: str
    at: datetime | None
    text: str
    quote: str
    prefix: str
    suffix: str
    replies: tuple[WordReply, ...]
    key: str | None
    resolved: bool

    def to_dict(self) -> dict[str, Any]:
        """As JSON, dates in ISO 8601."""
        replies = [asdict(reply) | {"at": _written(reply.at)} for reply in self.replies]
        return asdict(self) | {"at": _written(self.at), "replies": replies}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> WordComment:
        """What `to_dict` wrote."""
        replies = tuple(WordReply(**{**reply, "at": _moment(reply["at"])}) for reply in kept["replies"])
        return cls(**{**kept, "at": _moment(kept["at"]), "replies": replies})


def initials(key: str) -> str:
    """The initials that mark the comments of remark `key`. Raises ValueError for a key that Word would cut."""
    if not _KEY.fullmatch(key):
        raise ValueError(key)
    return OURS + key


def key_of(written: str | None) -> str | None:
    """The remark's key that initials hold; None for a person's own."""
    if written is None or not written.startswith(OURS):
        return None
    key = written.removeprefix(OURS)
    return key if _KEY.fullmatch(key) else None


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
