"""What is typed in the page, and .md files, as blocks: the same Markdown, the same limits."""

from __future__ import annotations

import re

from tutoring.documents.blocks import BlockKind, Document
from tutoring.documents.cutting import cut, estimate
from tutoring.documents.hostile import HostileMarkdown
from tutoring.documents.markdown import render
from tutoring.documents.unreadable import Unreadable

# What publishing tools keep at a file's head: YAML between two lines of dashes.
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_A_KEY = re.compile(r"^[\w-]+[ \t]*:", re.MULTILINE)


def read_text(markdown: str) -> Document:
    """A text as its author typed it. Raises `HostileMarkdown`, `Unreadable("too_long")`."""
    # The renderer puts headings under the page's own: « # » is an h2 there, a first level here.
    blocks = cut(render(markdown).html, lift=1)
    left_out = any(block.kind is BlockKind.FIGURE for block in blocks)
    return Document(blocks, estimate=estimate(blocks), warnings=("left_out_images",) if left_out else ())


def read_markdown(content: bytes) -> Document:
    """The document of a .md file. Raises `Unreadable`: too_long, tangled, broken."""
    try:
        source = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as other:
        raise Unreadable("broken") from other
    try:
        return read_text(without_front_matter(source))
    except HostileMarkdown as hostile:
        raise Unreadable("too_long" if hostile.code == "too_long" else "tangled") from hostile


def prepare() -> None:
    """The renderer looks for its extensions on the disk when it is first used."""
    render("")


def without_front_matter(source: str) -> str:
    """The text after the YAML at its head; a text that merely begins with a rule is whole."""
    found = _FRONT_MATTER.match(source)
    return source[found.end() :] if found and _A_KEY.search(found[0]) else source
