"""Which Markdown would keep the renderer busy for ever, told before rendering it.

Python-Markdown is quadratic in openers that nothing closes (`[`, `](`, `<a`, `{:`), in repeated footnote
calls, abbreviations and lines of a block, and recursive in indentation (its issues #798, #1617). Each limit
keeps a text of 200 kB under about two seconds, and stands far above what an author writes.
"""

import re

MAX_BYTES = 200_000
MAX_ABBREVIATIONS = 150
MAX_FOOTNOTE_CALLS = 600
MAX_INDENT_LEVELS = 40
MAX_QUOTE_LEVELS = 30
MAX_LINE = 60_000
MAX_BLOCK_LINES = 2_000
# Unclosed openers times the characters they make the renderer scan again: about 2e-7 s each.
MAX_RESCANNED = 2_000_000

_BRACKET = re.compile(r"(?P<open>!?\[)|(?P<close>\])")
_TARGET = re.compile(r"(?P<open>\]\()|(?P<close>\))")
_TAG = re.compile(r"(?P<open><(?=[A-Za-z/!?]))|(?P<close>>)")
_ATTRIBUTES = re.compile(r"(?P<open>\{:)|(?P<close>\})")
# STX and ETX frame the renderer's own placeholders; a NUL or half a surrogate pair never belongs to a text.
_FOREIGN = re.compile(r"[\x00\x02\x03\ud800-\udfff]")
_LONG_TICKS = re.compile(r"`{2,}")
_ABBREVIATION = re.compile(r"^[ ]{0,3}[*]\[", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_QUOTE = re.compile(rf"^[ ]{{0,3}}(?:>[ ]?){{{MAX_QUOTE_LEVELS + 1}}}", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")


class HostileMarkdown(ValueError):
    """A text that is refused rather than rendered.

    `code` is one of: too_long, control_characters, unclosed_brackets, too_many_abbreviations, too_many_notes,
    too_deep, line-too_long.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def depth(text: str, pair: re.Pattern[str]) -> int:
    """How many openers of `pair` are open at once in `text`, at most."""
    now = deepest = 0
    for found in pair.finditer(text):
        now = now + 1 if found["open"] else max(0, now - 1)
        deepest = max(deepest, now)
    return deepest


def refuse_hostile(source: str) -> None:
    """Raise `HostileMarkdown` where rendering `source` would take too long or too much stack."""
    if len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise HostileMarkdown("too_long")
    if _FOREIGN.search(source):
        raise HostileMarkdown("control_characters")
    if len(_ABBREVIATION.findall(source)) > MAX_ABBREVIATIONS:
        raise HostileMarkdown("too_many_abbreviations")
    if source.count("[^") > MAX_FOOTNOTE_CALLS:
        raise HostileMarkdown("too_many_notes")
    if max(map(len, source.split("\n"))) > MAX_LINE:
        raise HostileMarkdown("line_too_long")
    if any(block.count("\n") > MAX_BLOCK_LINES for block in _BLANK.split(source)):
        raise HostileMarkdown("too_many_lines")
    if _too_deep(source):
        raise HostileMarkdown("too_deep")
    if _rescanned(source) > MAX_RESCANNED:
        raise HostileMarkdown("unclosed_brackets")


def _too_deep(source: str) -> bool:
    widest = max((len(lead.expandtabs(4)) for lead in _INDENT.findall(source)), default=0)
    return widest > 4 * MAX_INDENT_LEVELS or bool(_QUOTE.search(source))


def _rescanned(source: str) -> int:
    """Characters that open marks make the renderer read again, by block (inline marks) or by text (tags)."""
    total = depth(source, _TAG) * len(source)
    for block in _BLANK.split(source):
        openers = sum(depth(block, pair) for pair in (_BRACKET, _TARGET, _ATTRIBUTES))
        ticks = len(_LONG_TICKS.findall(block)) / 10 + (block.count("`") / 50 if "|" in block else 0)
        total += int((openers + ticks) * len(block))
    return total
