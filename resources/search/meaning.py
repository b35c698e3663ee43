"""From a question to what Whoosh looks for: the terms each word may stand for, in title, heading, body."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from whoosh import query

from resources.search.analysis import SEPARATOR, folded, term, words
from resources.search.language import Lexeme, Question
from resources.search.searchers import Snapshot

# How much a word counts by where it stands.
WEIGHTS = {"title": 3.0, "heading": 2.0, "body": 1.0}
# A word finished for the reader counts less than the word itself.
PREFIX_WEIGHT = 0.3
MOST_READINGS = 8
MOST_PHRASES = 4
SHORTEST_PREFIX = 4
# Occurrences that the alternatives of one question may make us read.
MOST_READ = 15_000
MOST_READ_FINISHING = 5_000
MOST_PREFIXED = 50
PREFIXES_WEIGHED = 150


@dataclass
class Meaning:
    """What a question looks for. `terms` are those to mark; `unknown` the words nobody in `allowed` wrote."""

    allowed: frozenset[int]
    words: list[str] = field(default_factory=list)
    terms: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


class Reading:
    """Reads one question against one snapshot."""

    def __init__(self, snapshot: Snapshot, question: Question, allowed: frozenset[int]) -> None:
        self.snapshot = snapshot
        self.question = question
        self.meaning = Meaning(allowed)
        self._read: dict[tuple[Lexeme, bool], Any] = {}

    def strict(self) -> Any:
        """All the words of one of the groups, as asked. None when the question says nothing."""
        required = self._all(self.question.required)
        groups = [both for group in self.question.groups if (both := self._all(group)) is not None]
        parts = [part for part in (required, self._any(groups)) if part is not None]
        return self._without_excluded(query.And(parts)) if parts else None

    def relaxed(self) -> Any:
        """Any of the words."""
        parts = [part for one in self.question.positive if (part := self._lexeme(one)) is not None]
        return self._without_excluded(self._any(parts)) if len(parts) > 1 else None

    def _any(self, parts: Sequence[Any], left: int = MOST_READ) -> Any:
        """Any of the parts, without the most common ones when they would be read for hundreds of milliseconds.

        A common word beside rarer ones hardly changes which hits come first; it takes 8 µs an occurrence.
        """
        kept: list[Any] = []
        for cost, _, part in sorted((self._cost(part), place, part) for place, part in enumerate(parts)):
            if kept and cost > left:
                break
            kept.append(part)
            left -= cost
        return query.Or(kept) if kept else None

    def _cost(self, wanted: Any) -> int:
        return sum(self.snapshot.frequency(name, one) for name, one in wanted.iter_all_terms())

    def _all(self, lexemes: Sequence[Lexeme]) -> Any:
        parts = [part for lexeme in lexemes if (part := self._lexeme(lexeme)) is not None]
        return query.And(parts) if parts else None

    def _without_excluded(self, wanted: Any) -> Any:
        refused = [
            part for one in self.question.excluded if (part := self._lexeme(one, wanted=False)) is not None
        ]
        return query.AndNot(wanted, query.Or(refused)) if refused else wanted

    def _lexeme(self, lexeme: Lexeme, *, wanted: bool = True) -> Any:
        """A word, or several that follow one another: quoted, or typed with a hyphen or an apostrophe."""
        if (lexeme, wanted) not in self._read:
            self._read[lexeme, wanted] = self._look_for(lexeme, wanted=wanted)
        return self._read[lexeme, wanted]

    def _look_for(self, lexeme: Lexeme, *, wanted: bool) -> Any:
        said = words(lexeme.text)
        if not said:
            return None
        readings = [self._terms(word) for word in said]
        if wanted:
            for word, terms in zip(said, readings, strict=True):
                self._note(word, terms)
            if len(said) > 1 and not lexeme.quoted:
                self.meaning.terms.update(self._terms("".join(said)))
        if len(said) > 1:
            return self._following(said, readings, joined=not lexeme.quoted)
        found = self._somewhere(readings[0])
        if wanted and lexeme == self.question.unfinished:
            return self._finished(said[0], found)
        return found

    def _terms(self, word: str) -> list[str]:
        readings = self.snapshot.lexicon.readings(word)[:MOST_READINGS]
        return list(dict.fromkeys(term(reading) for reading in readings))

    def _note(self, word: str, terms: Sequence[str]) -> None:
        if word in self.meaning.words:
            return
        self.meaning.words.append(word)
        self.meaning.terms.update(terms)
        if not any(self.snapshot.holds(name, one, self.meaning.allowed) for one in terms for name in WEIGHTS):
            self.meaning.unknown.append(word)

    def _somewhere(self, terms: Sequence[str], weight: float = 1.0) -> Any:
        reader = self.snapshot.searcher.reader()
        return query.Or(
            [
                query.Term(name, one, boost=weight * boost)
                for name, boost in WEIGHTS.items()
                for one in terms
                if (name, one) in reader
            ]
        )

    def _following(self, said: Sequence[str], readings: Sequence[Sequence[str]], *, joined: bool) -> Any:
        reader = self.snapshot.searcher.reader()
        phrases = [
            query.Phrase(name, list(terms), boost=boost)
            for terms in islice(product(*readings), MOST_PHRASES)
            for name, boost in WEIGHTS.items()
            if all((name, one) in reader for one in terms)
        ]
        if joined:
            # « e-learning » is also « elearning ».
            phrases.append(self._somewhere(self._terms("".join(said))))
        return query.Or(phrases)

    def _finished(self, word: str, found: Any) -> Any:
        """A last word that nobody wrote may be the beginning of one."""
        if word not in self.meaning.unknown or len(word) < SHORTEST_PREFIX:
            return found
        forms = self.completions(word, MOST_PREFIXED)
        if not forms:
            return found
        self.meaning.unknown.remove(word)
        terms = list(dict.fromkeys(term(form) for form in forms))
        self.meaning.terms.update(terms)
        finished = self._any([self._somewhere([one], PREFIX_WEIGHT) for one in terms], MOST_READ_FINISHING)
        return query.Or([found, finished])

    def completions(self, beginning: str, limit: int) -> list[str]:
        """Written words of the allowed documents that begin so, most frequent first."""
        forms = self.snapshot.lexicon.beginning(folded(beginning), PREFIXES_WEIGHED)
        return self._most_frequent(forms, limit)

    def correction(self, word: str) -> str | None:
        """The most frequent word of the allowed documents one edit away."""
        return next(iter(self._most_frequent(self.snapshot.lexicon.near(word), 1)), None)

    def _most_frequent(self, forms: Sequence[str], limit: int) -> list[str]:
        by_frequency = sorted(forms, key=lambda form: (-self.snapshot.frequency("forms", key_of(form)), form))
        allowed = self.meaning.allowed
        kept = (form for form in by_frequency if self.snapshot.holds("forms", key_of(form), allowed))
        return list(islice(kept, limit))


def key_of(form: str) -> str:
    """The term of the `forms` field for a written word."""
    return folded(form) + SEPARATOR + form
