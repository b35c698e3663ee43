"""A document's blocks as a page's HTML: lists, tables, notes put together again, with what is beside each block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from tutoring.documents.blocks import Block, BlockKind

# The page keeps its h1, and h2 for its own parts.
FIRST_HEADING = 3
_PLAIN = {
    BlockKind.PARAGRAPH: "p",
    BlockKind.CODE: "pre",
    BlockKind.FIGURE: "figure",
    BlockKind.QUOTE: "blockquote",
}


def nothing(_index: int) -> str:
    """What stands beside a block that has nothing beside it."""
    return ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page adds to its blocks, each a function of the block's index giving safe HTML.

    `words`: the block's inline HTML in place of its own (with its marks); `tool`: at its end (a link to comment it);
    `after`: below it (its remarks); `folio`: before the first block of a page, given that block's index.
    """

    words: Mapping[int, str] = field(default_factory=dict)
    tool: Callable[[int], str] = nothing
    after: Callable[[int], str] = nothing
    folio: Callable[[int], str] = nothing


def flow(blocks: Sequence[Block], beside: Beside | None = None) -> str:
    """The whole document in reading order. Block `i` is the element `id="b-<i>"`, with `data-block` its own id.

    Headings begin at h3. What is beside a table's row comes after the table, whose cells hold no remarks.
    """
    writer = _Writer(blocks, beside or Beside())
    for index in range(len(blocks)):
        writer.write(index)
    writer.close_all()
    return "".join(writer.out)


def heading_of(block: Block) -> int:
    """The level of a heading in the page, 3 to 6."""
    return min(FIRST_HEADING - 1 + max(block.level, 1), 6)


def _number(anchor: str) -> str:
    """The number that a note's anchor ends with: "note-12" -> "12"."""
    return anchor[len(anchor.rstrip("0123456789")) :]


class _Writer:
    def __init__(self, blocks: Sequence[Block], beside: Beside) -> None:
        self.blocks, self.beside = blocks, beside
        self.out: list[str] = []
        self.lists: list[str] = []  # tags of the open lists, outermost first; each has an open item
        self.group = 0  # the list or table that is open
        self.table: list[str] | None = None  # what comes after the open table
        self.notes = False
        self.page: int | None = None

    def write(self, index: int) -> None:
        block = self.blocks[index]
        if block.kind is not BlockKind.ROW or block.group != self.group:
            self.close_table()
        if block.kind is not BlockKind.ITEM:
            self.close_lists(0)
        if block.kind is BlockKind.FOOTNOTE:
            self.begin_notes()
        else:
            self.end_notes()
        if block.page is not None and block.page != self.page and not self.lists and self.table is None:
            self.page = block.page
            self.out.append(self.beside.folio(index))
        if block.kind is BlockKind.ITEM:
            self.item(index, block)
        elif block.kind is BlockKind.ROW:
            self.row(index, block)
        else:
            self.plain(index, block)

    def plain(self, index: int, block: Block) -> None:
        anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
        tag = f"h{heading_of(block)}" if block.kind is BlockKind.HEADING else _PLAIN.get(block.kind, "p")
        opened = f"<{tag}>"
        if block.kind is BlockKind.FOOTNOTE:
            opened = f'<p class="note-body" data-note="{escape(_number(block.anchor))}">'
        closed = f"</{tag}>"
        inner = f"<p>{self.words(index)}</p>" if block.kind is BlockKind.QUOTE else self.words(index)
        self.out.append(
            f'<div class="block" id="b-{index}" data-block="{escape(block.id)}" data-kind="{block.kind}">'
            f"{f'<span{anchor}></span>' if anchor else ''}{opened}{inner}{closed}"
            f"{self.beside.tool(index)}{self.beside.after(index)}</div>"
        )

    def item(self, index: int, block: Block) -> None:
        if block.group != self.group:
            self.close_lists(0)
        self.group = block.group
        depth = max(block.level, 1)
        tag = "ol" if block.ordered else "ul"
        self.close_lists(depth)
        if len(self.lists) == depth:
            self.out.append("</li>")
            if self.lists[-1] != tag:
                self.out.append(f"</{self.lists.pop()}>")
        while len(self.lists) < depth:
            self.lists.append(tag)
            self.out.append(f"<{tag}>" + ("<li>" if len(self.lists) < depth else ""))
        self.out.append(
            f'<li class="block" id="b-{index}" data-block="{escape(block.id)}" data-kind="item">'
            f'<span class="words">{self.words(index)}</span>{self.beside.tool(index)}{self.beside.after(index)}'
        )

    def row(self, index: int, block: Block) -> None:
        if self.table is None:
            self.table, self.group = [], block.group
            self.out.append('<div class="table-room"><table><tbody>')
        tool = self.beside.tool(index)
        cell = f'<td class="row-tool">{tool}</td>' if tool else ""
        self.out.append(
            f'<tr class="block" id="b-{index}" data-block="{escape(block.id)}" data-kind="row">'
            f"{self.words(index)}{cell}</tr>"
        )
        self.table.append(self.beside.after(index))

    def words(self, index: int) -> str:
        return self.beside.words.get(index) or self.blocks[index].html

    def close_table(self) -> None:
        if self.table is not None:
            self.out.append("</tbody></table></div>" + "".join(self.table))
            self.table, self.group = None, 0

    def close_lists(self, depth: int) -> None:
        while len(self.lists) > depth:
            self.out.append(f"</li></{self.lists.pop()}>")

    def begin_notes(self) -> None:
        if not self.notes:
            self.notes = True
            self.out.append('<div class="notes">')

    def end_notes(self) -> None:
        if self.notes:
            self.notes = False
            self.out.append("</div>")

    def close_all(self) -> None:
        self.close_table()
        self.close_lists(0)
        self.end_notes()
