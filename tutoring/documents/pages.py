"""The pages of a PDF and what each says, read by another process that may fail or hang without harm."""

import json
import re
import signal
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
MEGABYTES = 512
_WORKER = Path(__file__).with_name("pages_worker.py")
# pdfium writes U+0002 or U+FFFE for the hyphen of a word that it joins itself.
_SOFT_HYPHEN = re.compile("[\x02\ufffe\u00ad]\n?")
_CODES = frozenset({"broken", "encrypted", "too_heavy", "too_many_pages"})


class UnreadablePdf(ValueError):
    """A PDF that could not be read. `code`: broken, encrypted, too_slow, too_heavy, too_many_pages."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PdfPages:
    """The text of each page in order, in NFC, without soft hyphens, words cut at a line's end joined."""

    texts: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.texts)

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.texts)

    @property
    def image_only(self) -> bool:
        """No text at all: a scan, that neither search nor a screen reader can read."""
        return not any(text.strip() for text in self.texts)


def read_pages(content: bytes, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> PdfPages:
    """Read a PDF within `seconds` and `megabytes` of memory. Raises `UnreadablePdf(code)`."""
    command = [sys.executable, "-I", str(_WORKER), str(megabytes), str(int(seconds) + 1)]
    try:
        ran = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as slow:
        raise UnreadablePdf("too_slow") from slow
    except BrokenPipeError as gone:
        raise UnreadablePdf("broken") from gone
    if ran.returncode:
        raise UnreadablePdf(_why(ran))
    return PdfPages(tuple(clean_page(text) for text in json.loads(ran.stdout)))


def clean_page(text: str) -> str:
    """Text as words: words cut at a line's end joined, soft hyphens out, NFC."""
    text = text.encode("utf-8", "ignore").decode("utf-8")  # half surrogate pairs
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = _SOFT_HYPHEN.sub("", text)
    return unicodedata.normalize("NFC", _join_cut_words(text))


def _join_cut_words(text: str) -> str:
    """« évalua-⏎tion » -> « évaluation »: a letter, a hyphen at the line's end, a small letter after."""
    lines = text.split("\n")
    joined = [lines[0]]
    for line in lines[1:]:
        before, after = joined[-1].rstrip(), line.lstrip()
        if len(before) > 1 and before[-1] in "-‐" and before[-2].isalpha() and after[:1].islower():
            joined[-1] = before[:-1] + after
        else:
            joined.append(line)
    return "\n".join(joined)


def _why(ran: subprocess.CompletedProcess[bytes]) -> str:
    if ran.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "too_slow"
    said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
    code = said[-1] if said else ""
    # pdfium ends its process when an allocation fails or a check does: that signal reads as broken.
    return code if code in _CODES else "broken"
