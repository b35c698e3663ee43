"""The process that opens a PDF: bytes in, a JSON list of page texts out, a code on its standard error.

Run by `pages.py` as a script: `python -I pages_worker.py MEGABYTES SECONDS`; it imports nothing of the house.
"""

import contextlib
import json
import resource
import sys

MAX_PAGES = 2_000
MAX_CHARACTERS = 5_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD in fpdfview.h


def main() -> str | None:
    """Returns None when done, otherwise the code of what is wrong."""
    megabytes, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        texts, code = read(sys.stdin.buffer.read())
    except MemoryError:
        return "too_heavy"
    if code is None:
        json.dump(texts, sys.stdout)
    return code


def read(content: bytes) -> tuple[list[str], str | None]:
    """The text of each page, and a code when there is none."""
    import pypdfium2  # noqa: PLC0415 (after the limits, which bind its allocations too)

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as refused:
        return [], "encrypted" if getattr(refused, "err_code", None) == _PASSWORD else "broken"
    if len(document) > MAX_PAGES:
        return [], "too_many_pages"
    texts: list[str] = []
    left = MAX_CHARACTERS
    for number in range(len(document)):
        text = ""
        # A page that pdfium cannot load counts as a page without text.
        with contextlib.suppress(pypdfium2.PdfiumError):
            text = document[number].get_textpage().get_text_bounded()[:left]
        left -= len(text)
        texts.append(text)
    return (texts, None) if texts else ([], "broken")


if __name__ == "__main__":
    failure = main()
    if failure:
        sys.stderr.write(failure + "\n")
    sys.exit(1 if failure else 0)
