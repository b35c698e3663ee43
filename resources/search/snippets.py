"""The part of a text that shows best why it was found: safe HTML, its words in `<mark>`."""

from collections.abc import Collection, Iterator, Sequence
from html import escape
from itertools import islice

from resources.search.analysis import spans, term

AROUND = 60
LENGTH = 240
# Occurrences that are weighed; a page of a PDF rarely has more of the same few words.
WEIGHED = 200

Place = tuple[int, int]


def marked(text: str, terms: Collection[str]) -> str:
    """A short text (a title) with the words of `terms` marked."""
    return _html(
        text, [(begin, end) for word, begin, end in spans(text) if term(word) in terms], 0, len(text)
    )


def snippet(text: str, terms: Collection[str]) -> str:
    """At most two extracts of `text`: where most terms are together, then where the missing ones are.

    Without any of the terms, the beginning of the text. Its words are cut again rather than kept in the index with
    their places: with stems remembered that costs less than reading places back (5 ms for 30 sections), whatever
    the number of terms.
    """
    found = list(islice(_places(text, terms), WEIGHED))
    if not found:
        return _extract(text, [], 0, min(len(text), LENGTH))
    begin, seen = _best(found, frozenset())
    windows = [begin]
    if missing := {name for _, _, name in found} - seen:
        windows.append(_best([one for one in found if one[2] in missing], seen)[0])
    every = [(start, end) for start, end, _ in found]
    if len(windows) > 1 and abs(windows[1] - windows[0]) < LENGTH:
        windows = [min(windows)]
    return " … ".join(
        _extract(text, every, max(0, start - AROUND), min(len(text), start - AROUND + LENGTH))
        for start in sorted(windows)
    )


def _places(text: str, terms: Collection[str]) -> Iterator[tuple[int, int, str]]:
    for word, begin, end in spans(text):
        if (one := term(word)) in terms:
            yield begin, end, one


def _best(found: Sequence[tuple[int, int, str]], known: frozenset[str]) -> tuple[int, frozenset[str]]:
    """Where the window with most different terms begins, and which terms it shows."""
    best = (-1, 0, 0, frozenset[str]())
    for number, (begin, _, _) in enumerate(found):
        names = []
        for _, end, name in found[number:]:
            if end > begin + LENGTH - AROUND:
                break
            names.append(name)
        shown = frozenset(names) - known
        best = max(best, (len(shown), len(names), -begin, shown), key=lambda one: one[:3])
    return -best[2], best[3]


def _extract(text: str, places: Sequence[Place], begin: int, end: int) -> str:
    """From `begin` to `end` without the words cut at either side, an ellipsis for what is left out."""
    inside = [place for place in places if begin <= place[0] and place[1] <= end]
    if begin and (space := text.find(" ", begin, inside[0][0] if inside else end)) >= 0:
        begin = space + 1
    if end < len(text) and (space := text.rfind(" ", inside[-1][1] if inside else begin, end)) >= 0:
        end = space
    before, after = "…" if text[:begin].strip() else "", "…" if text[end:].strip() else ""
    return before + _html(text, inside, begin, end) + after


def _html(text: str, places: Sequence[Place], begin: int, end: int) -> str:
    parts = []
    for start, stop in sorted(set(places)):
        if start >= begin:
            parts += [escape(text[begin:start]), "<mark>", escape(text[start:stop]), "</mark>"]
            begin = stop
    return "".join(parts) + escape(text[begin:end])
