"""What a document is once it is read: blocks in order, each with its words, its safe inline HTML and its page."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

# Stored beside what was read: when it grows, documents are read again.
READER_VERSION = 1

# Between the cells of a table's row, in its text.
CELL_BREAK = " | "

# What Word, LibreOffice and a PDF write differently without meaning anything by it.
_SAME = {
    **dict.fromkeys("’‘ʼ′", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    "…": "...",
}
_WRITTEN_OTHERWISE = re.compile(f"[{''.join(_SAME)}]")


class BlockKind(StrEnum):
    """What a block is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    ITEM = "item"
    ROW = "row"
    CODE = "code"
    FIGURE = "figure"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` is NFC with single spaces, without footnote calls; a row's cells are joined by " | ".

    `html` is safe inline HTML (a row's: its cells) whose words, less elements of class `call` and images, are `text`
    exactly. `level`: of a heading (1 to 6), or depth of a list item (from 1). `group`: which list or table of the
    document an item or a row belongs to. `page`: from 1, None when unknown. `anchor`: id that footnote calls lead to.
    """

    id: str
    kind: BlockKind
    text: str
    html: str
    level: int = 0
    ordered: bool = False
    group: int = 0
    page: int | None = None
    anchor: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: what says nothing is left out, but for `page`."""
        kept: dict[str, Any] = {"id": self.id, "kind": str(self.kind), "text": self.text, "html": self.html}
        optional = {"level": self.level, "ordered": self.ordered, "group": self.group, "anchor": self.anchor}
        return kept | {name: value for name, value in optional.items() if value} | {"page": self.page}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Block:
        """What `to_dict` wrote."""
        return cls(**{**kept, "kind": BlockKind(kept["kind"])})


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read. `pages`: counted with authority (a PDF's), None otherwise; `estimate`: a guess instead.

    `warnings`: codes of what was left out or is worth knowing. `images`: bytes by the key that a figure's
    `src="image:KEY"` names.
    """

    blocks: tuple[Block, ...]
    pages: int | None = None
    estimate: int | None = None
    warnings: tuple[str, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def words(self) -> int:
        """How many words it holds."""
        return sum(len(block.text.split()) for block in self.blocks)


def tidy(text: str) -> str:
    """Words as blocks keep them: NFC, one space between words, none around."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain(text: str) -> str:
    """Words as they are compared: apostrophes, quotation marks, dashes, spaces, ligatures of one kind; small letters.

    « L’œuvre : oui » and "L'œuvre: oui" are the same words. Its length differs from the text's.
    """
    # Every block of two versions passes here whenever they are compared: no `translate`, whose misses are slow.
    same = _alike(unicodedata.normalize("NFKC", _alike(text)))
    spaced = " ".join(same.split()).replace('" ', '"').replace(' "', '"')
    for mark in ":;!?%":
        spaced = spaced.replace(f" {mark}", mark)
    return spaced.casefold()


def _alike(text: str) -> str:
    return _WRITTEN_OTHERWISE.sub(lambda found: _SAME[found[0]], text)


def identified(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with their ids: a short hash of the words, and a rank among those that say the same."""
    seen: Counter[str] = Counter()
    found = []
    for block in blocks:
        stem = hashlib.sha256(plain(block.text).encode("utf-8", "surrogatepass")).hexdigest()[:10]
        seen[stem] += 1
        found.append(replace(block, id=f"{stem}-{seen[stem]}"))
    return tuple(found)
