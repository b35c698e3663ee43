"""Cut the HTML of a whole text into blocks, whatever it was before: Word, OpenDocument or Markdown."""

from __future__ import annotations

import html

import nh3

from tutoring.documents.blocks import Block, BlockKind, identified
from tutoring.documents.cutter import BLOCKS, IMAGE_SCHEME, INLINE, NOTE_BODY, Cutter

# A page of a note holds about so many characters, spaces included; an image takes about a third of one.
CHARACTERS_A_PAGE = 2_400
CHARACTERS_A_FIGURE = 800
_ATTRIBUTES = {
    "a": {"href", "class", "id"},
    "img": {"src", "alt"},
    "li": {"id"},
    "div": {"class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


def estimate(blocks: tuple[Block, ...]) -> int:
    """How many pages they would fill, rounded up: a guess, for what only a PDF knows."""
    figures = sum(block.kind is BlockKind.FIGURE for block in blocks)
    characters = sum(len(block.text) for block in blocks) + CHARACTERS_A_FIGURE * figures
    return max(1, -(-characters // CHARACTERS_A_PAGE))


def cut(source: str, *, lift: int = 0) -> tuple[Block, ...]:
    """The blocks of an HTML text whose author is not trusted; headings rise by `lift` levels.

    Images keep a `src` of the scheme `image:` only. Raises `Unreadable("too_long")`.
    """
    clean = nh3.clean(
        source,
        tags=set(INLINE) | BLOCKS | {"br", "img"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", IMAGE_SCHEME[:-1]},
        link_rel=None,
    )
    cutter = Cutter(frozenset(map(html.unescape, NOTE_BODY.findall(clean))), lift)
    cutter.feed(clean)
    cutter.close()
    cutter.boundary()
    return identified(cutter.blocks)
