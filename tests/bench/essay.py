"""A learner's long text: a Word file of 20 pages, the same three times as long, and both as a learner rewrites them."""

from __future__ import annotations

import copy
import html
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from lxml import etree

from tutoring.documents.anchors.quote import Span
from tutoring.documents.blocks import Block, BlockKind, identified
from tutoring.documents.reading import read

SOURCE = Path(__file__).parent.parent / "rewriting" / "pairs" / "16-long" / "long.docx"
PAGES = 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORD = re.compile(r"[^\W\d_]{5,}")
_SENTENCE = re.compile(r"(?<=[.!?…»])\s+(?=[A-ZÀÉÈÊÎÔŒ«])")
# Of the sentences, those that are written anew; of the words of such a one, those that are others.
REWORDED, REPLACED = 1 / 3, 0.3
DELETED = 0.03
# A block in so many is written together with the one after it, or in two.
MERGED, SPLIT = 15, 15
_Rewrite = Callable[[str], str]


@cache
def word_file(times: int = 1) -> bytes:
    """The long text so many times over, as a .docx. After the first time its long words are others, one for one.

    Half of these are words that it has already, half are new. Three times as long it so has 2,900 beginnings of words,
    31 % met once; as much of the prose of tests/rewriting has 3,000, 43 % once. This decides what is measured: with no
    new word none is met once, and the engines, which tell paragraphs apart by such words, look further.
    """
    return _rewritten_file(times, lambda text: text)


def revised_file() -> bytes:
    """The long text with a third of its sentences written anew, as a .docx."""
    chance = random.Random(3)
    return _rewritten_file(1, lambda text: _reworded(text, chance))


@cache
def blocks_of(times: int = 1) -> tuple[Block, ...]:
    """What is read of `word_file`."""
    return read("essai.docx", word_file(times)).blocks


@cache
def rewritten(times: int = 1) -> tuple[Block, ...]:
    """The same as a learner rewrites it after remarks: sentences reworded, dropped, a section moved, paragraphs merged
    and split."""
    chance = random.Random(times)
    kept: list[Block] = []
    for block in _with_a_section_moved(list(blocks_of(times)), chance):
        prose = block.kind is BlockKind.PARAGRAPH
        text = _reworded(block.text, chance, DELETED) if prose else ""
        kept.append(_saying(block, text) if text else block)
    return identified(_cut_otherwise(kept, chance))


def passages(blocks: Sequence[Block], count: int) -> list[tuple[Span, ...]]:
    """So many passages spread over a text, as remarks quote: a few words, a sentence, two, a whole paragraph."""
    chance = random.Random(count)
    long = [rank for rank, block in enumerate(blocks) if len(block.text) > 60]
    found: list[tuple[Span, ...]] = []
    for turn in range(count):
        rank = long[turn * len(long) // count]
        text, sentences = blocks[rank].text, list(_sentences(blocks[rank].text))
        first, last = chance.choice(sentences)
        if turn % 4 == 0:
            words = list(re.finditer(r"\S+", text[first:last]))
            begin = chance.randrange(max(len(words) - 6, 1))
            some = words[begin : begin + 6]
            first, last = first + some[0].start(), first + some[-1].end()
        elif turn % 10 == 9:
            first, last = 0, len(text)
        found.append((Span(rank, first, last),))
    return found


# The Word file ----------------------------------------------------------------------------------------------------


def _rewritten_file(times: int, rewrite: _Rewrite) -> bytes:
    with zipfile.ZipFile(SOURCE) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    body = etree.fromstring(parts["word/document.xml"])
    notes = etree.fromstring(parts["word/footnotes.xml"])
    others = [_others(time, body) for time in range(1, times)]
    _lengthen(body[0], [one for one in body[0] if one.tag != f"{_W}sectPr"], others, "footnoteReference")
    _lengthen(notes, [one for one in notes if not one.get(f"{_W}type")], others, "footnote")
    for text in (*body.iter(f"{_W}t"), *notes.iter(f"{_W}t")):
        text.text = rewrite(text.text or "")
    parts |= {"word/document.xml": etree.tostring(body), "word/footnotes.xml": etree.tostring(notes)}
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def _lengthen(
    parent: etree._Element, once: Sequence[etree._Element], others: Iterable[_Rewrite], numbered: str
) -> None:
    """Add a copy in other words for each of `others`, their notes numbered on."""
    place = parent.index(once[-1]) + 1
    for time, other in enumerate(others, 1):
        for one in once:
            added = copy.deepcopy(one)
            for text in added.iter(f"{_W}t"):
                text.text = other(text.text or "")
            for note in added.iter(_W + numbered):
                note.set(f"{_W}id", str(int(note.get(f"{_W}id", "0")) + 1000 * time))
            parent.insert(place, added)
            place += 1


def _others(time: int, body: etree._Element) -> _Rewrite:
    chance = random.Random(time)
    known = sorted(set(_WORD.findall(" ".join(text.text or "" for text in body.iter(f"{_W}t")))))
    taken = chance.sample(known, len(known))
    instead = {
        one: other if chance.random() < 1 / 2 else "".join(chance.sample(one, len(one)))
        for one, other in zip(known, taken, strict=True)
    }
    return lambda text: _WORD.sub(lambda found: instead.get(found[0], found[0]), text)


# The rewriting ----------------------------------------------------------------------------------------------------


def _reworded(text: str, chance: random.Random, deleted: float = 0.0) -> str:
    """A text with a third of its sentences written anew, a few of them `deleted`."""
    ends = [text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]]
    said = [text[first:last] for first, last in _sentences(text)]
    kept = [
        _anew(one, chance) if chance.random() < REWORDED else one
        for one in said
        if len(said) < 2 or chance.random() >= deleted
    ]
    return ends[0] + " ".join(kept) + ends[1] if said else text


def _anew(sentence: str, chance: random.Random) -> str:
    """A sentence with some words replaced, and its first clause said last where it has two."""
    words = _vocabulary()
    said = _WORD.sub(lambda found: chance.choice(words) if chance.random() < REPLACED else found[0], sentence)
    clauses = said[:-1].split(", ", 1)
    if len(clauses) == 2 and chance.random() < 1 / 2:
        return f"{clauses[1][:1].upper()}{clauses[1][1:]}, {clauses[0][:1].lower()}{clauses[0][1:]}{said[-1]}"
    return said


@cache
def _vocabulary() -> list[str]:
    return sorted({word for block in blocks_of() for word in _WORD.findall(block.text)})


def _sentences(text: str) -> list[tuple[int, int]]:
    begins = [0, *(found.end() for found in _SENTENCE.finditer(text))]
    ends = [*(found.start() for found in _SENTENCE.finditer(text)), len(text)]
    whole = text.strip()
    return [(first, last) for first, last in zip(begins, ends, strict=True) if whole and first < last]


def _saying(block: Block, text: str) -> Block:
    return block if text == block.text else replace(block, text=text, html=html.escape(text, quote=False))


def _with_a_section_moved(blocks: list[Block], chance: random.Random) -> list[Block]:
    """A section of the second level that holds some text, with all that stands under it, put before another."""
    starts = [n for n, one in enumerate(blocks) if one.kind is BlockKind.HEADING and one.level <= 2]
    sections = [(first, last) for first, last in pairwise(starts) if last - first >= 4]
    first, last = chance.choice([one for one in sections if blocks[one[0]].level == 2])
    moved, left = blocks[first:last], blocks[:first] + blocks[last:]
    place = (starts[len(starts) // 2] + len(left) // 2) % len(left)
    while left[place].kind is not BlockKind.HEADING:
        place += 1
    return left[:place] + moved + left[place:]


def _cut_otherwise(blocks: Sequence[Block], chance: random.Random) -> Iterator[Block]:
    """The blocks with some paragraphs merged and some split."""
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        prose, sentences = block.kind is BlockKind.PARAGRAPH, _sentences(block.text)
        if prose and waiting and waiting[-1].kind is block.kind and chance.randrange(MERGED) == 0:
            yield _saying(block, f"{block.text} {waiting.pop().text}")
        elif prose and len(sentences) > 3 and chance.randrange(SPLIT) == 0:
            middle = sentences[len(sentences) // 2][0]
            yield _saying(block, block.text[:middle].strip())
            yield _saying(block, block.text[middle:])
        else:
            yield block
