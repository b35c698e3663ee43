"""How a mail leaves: rendered in the reader's language, given a personal link, handed to the SMTP server once."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from flask import render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session, joinedload

from tutoring.people.models import Person
from tutoring.people.notices import TOPIC
from tutoring.people.operations import make_link
from tutoring.store.outbox import Consumer, OutboxRow, Permanent, Transient, Uncertain
from tutoring.store.settings import Settings
from tutoring.web.edge import house

PURPOSES = {"sign_in": "sign_in", "join": "join"}


def deliver(db: Session, row: OutboxRow, now: datetime) -> None:
    """Consumer of `mail.wanted`: render, link, send. Nobody to write to is a permanent fault, worded."""
    wanted = row.payload
    person = db.get(Person, wanted["person_id"], options=[joinedload(Person.institution)])
    if person is None or not person.email:
        raise Permanent("no address")
    settings = house().settings
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
    # The link is kept before the socket opens: a mail that arrives must never hold a link nobody knows.
    db.commit()
    message = compose(
        person, wanted["template"], wanted["params"], f"{settings.base_url}/enter/{token}", settings
    )
    message["Message-ID"] = f"<palier-{row.id}@{urlsplit(settings.base_url).hostname}>"
    message["Date"] = format_datetime(now)
    send(message, settings.smtp_url)


def compose(
    person: Person, template: str, params: dict[str, object], link: str, settings: Settings
) -> EmailMessage:
    """The message for `person`: the template's first line is the subject, the rest its text."""
    with force_locale(person.locale or "fr"):
        text = render_template(f"mail/{template}.txt", person=person, link=link, **params)
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings.mail_from
    local, _, domain = (person.email or "").rpartition("@")
    message["To"] = Address(person.name.replace("\n", " "), local, domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    return message


def send(message: EmailMessage, smtp_url: str) -> None:
    """Hand one message to the server at `smtp_url`. Before DATA a fault is Transient, during it Uncertain."""
    parts = urlsplit(smtp_url)
    secure = parts.scheme == "smtps"
    client = smtplib.SMTP_SSL if secure else smtplib.SMTP
    try:
        server = client(parts.hostname or "", parts.port or (465 if secure else 25), timeout=20)
    except OSError as error:
        raise Transient(f"mail server: {type(error).__name__}") from error
    with server:
        try:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.mail(parseaddr(str(message["From"]))[1])
            code, _ = server.rcpt(parseaddr(str(message["To"]))[1])
        except (smtplib.SMTPException, OSError) as error:
            raise Transient(f"mail server: {type(error).__name__}") from error
        if code >= 500:
            raise Permanent(f"address refused ({code})")
        if code >= 400:
            raise Transient(f"address deferred ({code})")
        try:
            code, _ = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            raise Transient(f"refused ({error.smtp_code})") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Uncertain("the connection fell while sending") from error
        if code != 250:
            raise Transient(f"refused ({code})")


MAIL = Consumer("mail", (TOPIC,), deliver, repeatable=False)
