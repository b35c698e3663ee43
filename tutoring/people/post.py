"""How a mail leaves: rendered in the reader's language, given a personal link, handed to the SMTP server once."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session, joinedload

from tutoring.people.models import Person
from tutoring.people.notices import TOPIC
from tutoring.people.operations import make_link
from tutoring.store.db import writing
from tutoring.store.outbox import Consumer, OutboxRow, Permanent, Transient, Uncertain
from tutoring.store.settings import Settings
from tutoring.web.edge import house

PURPOSES = {"sign_in": "sign_in", "join": "join"}
# Lines end in CRLF and nothing but ASCII travels: every server takes that (RFC 5321, 2.3.8 and 2.4).
WIRE = SMTP.clone(cte_type="7bit")


def deliver(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `mail.wanted`: render, link, send. Nobody to write to is a permanent fault, worded."""
    wanted, host = row.payload, urlsplit(house().settings.base_url).hostname
    # What was read so far is let go, so that the link is written in a transaction that began as a writer's.
    db.commit()
    writing(db)
    person = db.get(Person, wanted["person_id"], options=[joinedload(Person.institution)])
    if person is None or not person.email:
        raise Permanent("no address")
    link = _link(db, person, wanted, now)
    message = compose(person, wanted["template"], wanted["params"], link, house().settings)
    message["Message-ID"] = f"<palier-{row.id}-{int(row.created_at.timestamp())}@{host}>"
    message["Date"] = format_datetime(now)
    # The link is kept before the socket opens: a mail that arrives must never hold a link nobody knows.
    db.commit()
    send(message, house().settings.smtp_url)


def _link(db: Session, person: Person, wanted: dict[str, Any], now: datetime) -> str:
    """The personal address that leads to the page the mail is about."""
    token = secrets.token_urlsafe(32)
    make_link(
        db,
        person,
        purpose=PURPOSES.get(wanted["template"], "mail"),
        target=wanted["path"],
        token=token,
        now=now,
        absorbed_id=wanted["params"].get("absorbed_id"),
    )
    return f"{house().settings.base_url}/enter/{token}"


def compose(
    person: Person, template: str, params: dict[str, Any], link: str, settings: Settings
) -> EmailMessage:
    """The message for `person`: the template's first line is the subject, the rest its text."""
    # Not render_template: a mail knows no request, no viewer and no frame.
    with force_locale(person.locale or "fr"):
        page = current_app.jinja_env.get_template(f"mail/{template}.txt")
        text = page.render(person=person, link=link, params=params)
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(policy=WIRE)
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings.mail_from
    local, _, domain = (person.email or "").rpartition("@")
    if not local.isascii() or not local or not domain:
        raise Permanent("unusable address")
    try:
        message["To"] = Address(" ".join(person.name.split()), local, domain.encode("idna").decode())
    except (ValueError, HeaderParseError) as error:
        raise Permanent("unusable address") from error
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message.set_content(body.strip() + "\n")
    return message


def send(message: EmailMessage, smtp_url: str) -> None:
    """Hand one message to the server at `smtp_url`. Before DATA a fault is Transient, during it Uncertain.

    What the server refuses for good (5xx, RFC 5321, 4.2.1) is Permanent.
    """
    server = _connect(smtp_url)
    try:
        try:
            server.ehlo_or_helo_if_needed()
            _accept(server.mail(parseaddr(str(message["From"]))[1]), "sender")
            _accept(server.rcpt(parseaddr(str(message["To"]))[1]), "address")
        except (smtplib.SMTPException, OSError) as error:
            raise Transient(f"mail server: {type(error).__name__}") from error
        try:
            _accept(server.data(message.as_bytes()), "message")
        except smtplib.SMTPDataError as error:
            _accept((error.smtp_code, b""), "message")
            raise Transient(f"message deferred ({error.smtp_code})") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Uncertain("the connection fell while sending") from error
    finally:
        # Once the server took it, a clumsy goodbye must not make it be sent twice.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed: read once, since it takes longer than sending a mail."""
    return ssl.create_default_context()


def _connect(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host = parts.hostname or ""
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=_trust())
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=20)
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"mail server: {type(error).__name__}") from error
    try:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=_trust())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except (smtplib.SMTPException, OSError) as error:
        server.close()
        raise Transient(f"mail server: {type(error).__name__}") from error
    return server


def _accept(answer: tuple[int, bytes], what: str) -> None:
    code, _ = answer
    if code >= 500:
        raise Permanent(f"{what} refused ({code})")
    if code >= 300:
        raise Transient(f"{what} deferred ({code})")


MAIL = Consumer("mail", (TOPIC,), deliver, repeatable=False)
