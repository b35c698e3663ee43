"""A mail as it can be read on a page: its text in runs of words and links, and its attachments."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser

from lti.practice.store import Mail

LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)»]")
BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table"}


@dataclass(frozen=True)
class Run:
    """A stretch of text, which may be a link."""

    text: str
    is_link: bool


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    mail: Mail
    subject: str
    sender: str
    runs: list[Run]
    attachments: list[Attachment]


def read(mail: Mail) -> Letter:
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    if body and body.get_content_subtype() == "html":
        text = _text_of(text)
    return Letter(
        mail=mail,
        subject=str(message.get("Subject", "")),
        sender=str(message.get("From", mail.sender)),
        runs=runs(text.strip()),
        attachments=[_attachment(part) for part in message.iter_attachments()],
    )


def runs(text: str) -> list[Run]:
    found, done = [], 0
    for link in LINK.finditer(text):
        found += [Run(text[done : link.start()], False), Run(link[0], True)]
        done = link.end()
    return [run for run in [*found, Run(text[done:], False)] if run.text]


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        name=part.get_filename() or part.get_content_type(),
        media_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
    )


class _Text(HTMLParser):
    """Words of an HTML mail, each link followed by its address."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.addresses: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self.hidden += 1
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag == "a":
            self.addresses.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.hidden -= 1
        if tag == "a" and self.addresses:
            self.parts.append(f" ({self.addresses.pop()})")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _text_of(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return re.sub(r"\n\s*\n+", "\n\n", "".join(parser.parts))
