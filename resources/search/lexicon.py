"""The words of the index as they are written: accents to give back, beginnings to finish, slips to mend.

Read from the `forms` field (`folded + SEPARATOR + word`), once for each segment: a segment never changes, so
that an update costs only what it adds. Misspellings are looked up as all words one edit away; at French
lengths that is some 500 look-ups (0.1 ms), without the 294,000 keys of a table of deletions.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_lowercase

from resources.search.analysis import SEPARATOR, WORD, folded

SHORTEST_MENDED = 4


class Words:
    """The words of one segment."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.forms: dict[str, tuple[str, ...]] = {}
        for term in terms:
            key, _, form = term.partition(SEPARATOR)
            self.forms[key] = (*self.forms.get(key, ()), form)
        self.keys = sorted(self.forms)

    def beginning(self, prefix: str) -> Iterator[str]:
        """Folded words that begin with `prefix`."""
        for place in range(bisect_left(self.keys, prefix), len(self.keys)):
            if not self.keys[place].startswith(prefix):
                return
            yield self.keys[place]


class Lexicon:
    """The words of several segments."""

    def __init__(self, parts: Sequence[Words]) -> None:
        self.parts = parts

    def forms(self, key: str) -> tuple[str, ...]:
        """How the folded word `key` is written: "cote" -> côte, coté, cote."""
        return tuple(dict.fromkeys(form for part in self.parts for form in part.forms.get(key, ())))

    def beginning(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Written words whose folded form begins with `prefix`, at most `limit`, in alphabetical order."""
        keys: dict[str, None] = {}
        for part in self.parts:
            for count, key in enumerate(part.beginning(prefix)):
                if count == limit:
                    break
                keys[key] = None
        return tuple(form for key in sorted(keys)[:limit] for form in self.forms(key))

    def near(self, word: str) -> tuple[str, ...]:
        """Written words whose folded form is one edit away from that of `word`."""
        key = folded(word)
        if len(key) < SHORTEST_MENDED or not key.isalpha():
            return ()
        found = (near for near in sorted(one_edit(key)) if any(near in part.forms for part in self.parts))
        return tuple(form for near in found for form in self.forms(near))

    def readings(self, word: str) -> tuple[str, ...]:
        """The words that `word` may stand for: itself when written so in the index, with accents otherwise.

        A word typed with accents is meant so when the index has it; typed without, it may be any of its
        forms.
        """
        forms = self.forms(folded(word))
        if word in forms and folded(word) != word:
            return (word,)
        return tuple(dict.fromkeys((word, *forms)))


def one_edit(word: str) -> set[str]:
    """Every string one deletion, insertion, substitution or transposition away from a folded word."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {before + after[1:] for before, after in halves if after}
    near |= {before + after[1] + after[0] + after[2:] for before, after in halves if len(after) > 1}
    near |= {before + letter + after[1:] for before, after in halves if after for letter in ascii_lowercase}
    near |= {before + letter + after for before, after in halves for letter in ascii_lowercase}
    return near - {word}


def mended(text: str, corrections: Mapping[str, str]) -> str:
    """`text` with each misspelt word replaced by its correction, the rest as typed."""

    def replace(found: re.Match[str]) -> str:
        return corrections.get(found[1].lower(), found[0])

    return WORD.sub(replace, text)
