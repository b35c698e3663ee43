"""The pages of a PDF and what each says, read by another process that may fail or hang without harm."""

import re
import unicodedata
from dataclasses import dataclass

from tutoring.documents import confined
from tutoring.documents.confined import MEGABYTES, SECONDS
from tutoring.documents.unreadable import Unreadable

_READER = "tutoring.documents.pages_worker:page_texts"
# pdfium writes U+0002 or U+FFFE for the hyphen of a word that it joins itself.
_SOFT_HYPHEN = re.compile("[\x02\ufffe\u00ad]\n?")


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
    try:
        texts = confined.run(_READER, content, seconds=seconds, megabytes=megabytes)
    except Unreadable as no:
        raise UnreadablePdf(no.code) from no
    return PdfPages(tuple(clean_page(text) for text in texts))


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
