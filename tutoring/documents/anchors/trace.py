"""Quotes of one version followed into the next, as data from outside: read with care, told as plain values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutoring.documents.anchors.carry import Carrier
from tutoring.documents.anchors.locate import Finder
from tutoring.documents.anchors.quote import Anchor, anchor_of
from tutoring.documents.blocks import Block


class MalformedQuotes(ValueError):
    """What was given is no list of quotes; the message says, in English, which entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words quoted from a document, and those before and after them, which may be empty."""

    id: str | int
    exact: str
    prefix: str = ""
    suffix: str = ""


def quotes_from(content: bytes) -> tuple[Quote, ...]:
    """The quotes of a JSON list of `{"id", "exact", "prefix", "suffix"}`, the last two optional.

    Raises MalformedQuotes.
    """
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as wrong:
        raise MalformedQuotes("This is not JSON in UTF-8.") from wrong
    if not isinstance(told, list):
        raise MalformedQuotes("A list of quotes is expected.")
    return tuple(_quote(rank, one) for rank, one in enumerate(told, 1))


def _quote(rank: int, told: Any) -> Quote:
    if not isinstance(told, dict):
        raise MalformedQuotes(f"Quote {rank} is not an object.")
    if not isinstance(told.get("id"), str | int) or isinstance(told.get("id"), bool):
        raise MalformedQuotes(f"Quote {rank} has no id: a string or a whole number.")
    if not isinstance(told.get("exact"), str) or not told["exact"].strip():
        raise MalformedQuotes(f'Quote {rank} has no "exact": the quoted words.')
    context = [told.get(side) or "" for side in ("prefix", "suffix")]
    if not all(isinstance(words, str) for words in context):
        raise MalformedQuotes(f'"prefix" and "suffix" of quote {rank} are strings.')
    return Quote(told["id"], told["exact"], *context)


def trace(old: Sequence[Block], new: Sequence[Block], quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    """For each quote of `old` its `id`, `outcome`, the `exact` words in `new` and the text of their `block`.

    Empty strings where there are none. A quote that is not in `old` is sought in `new`, with less confidence.
    """
    finder, carrier = Finder(old), Carrier(old, new)
    told = []
    for quote in quotes:
        spans = finder.locate(quote.exact, quote.prefix, quote.suffix)
        anchor = anchor_of(old, spans, "") if spans else Anchor("", quote.exact, quote.prefix, quote.suffix)
        placed = carrier.placed(anchor)
        block = "" if placed.block is None else new[placed.block].text
        told.append({"id": quote.id, "outcome": str(placed.outcome), "exact": placed.exact, "block": block})
    return told
