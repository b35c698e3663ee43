"""The settings `PALIER_*`: what each is for, its default, and a clear refusal at start when one is wrong."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class WrongSetting(Exception):
    """A setting that cannot be used: `PALIER_<name>: <reason>`."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"PALIER_{name}: {reason}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a process needs to know at start. All defaults suit one machine."""

    data: Path
    database_url: str
    secret_key: str
    base_url: str
    smtp_url: str
    mail_from: str
    max_upload_mb: int
    workers: int
    threads: int
    port: int
    testing: bool = False

    @property
    def development(self) -> bool:
        """True on plain http, which is accepted on the loopback only."""
        return urlsplit(self.base_url).scheme == "http"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def index(self) -> Path:
        return self.data / "index"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment. Raises WrongSetting naming the first that is wrong."""
    get = {k.removeprefix("PALIER_"): v.strip() for k, v in environ.items() if k.startswith("PALIER_")}.get
    data = Path(get("DATA") or ".data").expanduser().resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting("DATA", f"the folder {data} cannot be made ({error.strerror})") from error
    port = _number(get("PORT") or environ.get("PORT") or "8000", "PORT", 1, 65535)
    return Settings(
        data=data,
        database_url=_database_url(get("DATABASE_URL") or f"sqlite:///{data / 'palier.sqlite'}"),
        secret_key=_secret(get("SECRET_KEY"), data),
        base_url=_base_url(get("BASE_URL") or f"http://127.0.0.1:{port}"),
        smtp_url=_smtp_url(get("SMTP_URL") or "smtp://127.0.0.1:25"),
        mail_from=_mail_from(get("MAIL_FROM") or "Palier <palier@example.org>"),
        max_upload_mb=_number(get("MAX_UPLOAD_MB") or "30", "MAX_UPLOAD_MB", 1, 1000),
        workers=_number(get("WORKERS") or "2", "WORKERS", 1, 64),
        threads=_number(get("THREADS") or "4", "THREADS", 1, 64),
        port=port,
    )


def _number(text: str, name: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise WrongSetting(name, f"a whole number from {low} to {high} is expected, not “{text}”")
    return int(text)


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise WrongSetting("DATABASE_URL", "it starts with sqlite:/// or postgresql://")
    return url


def _split(url: str, name: str) -> SplitResult:
    """The parts of an address, its port checked too."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise WrongSetting(name, f"“{url}” is no address ({error})") from error
    return parts


def _base_url(url: str) -> str:
    parts = _split(url, "BASE_URL")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.rstrip("/") or parts.query:
        raise WrongSetting(
            "BASE_URL", "an address such as https://palier.example.org is expected, without a path"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise WrongSetting("BASE_URL", "plain http is accepted on this machine only (localhost, 127.0.0.1)")
    return f"{parts.scheme}://{parts.netloc}"


def _smtp_url(url: str) -> str:
    parts = _split(url, "SMTP_URL")
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise WrongSetting(
            "SMTP_URL", "smtp://host:port, smtps://user:password@host or smtp+starttls://… is expected"
        )
    return url


def _mail_from(text: str) -> str:
    if "@" not in parseaddr(text)[1] or not text.isprintable():
        raise WrongSetting("MAIL_FROM", "a sender such as Palier <palier@example.org> is expected")
    return text


def _secret(given: str | None, data: Path) -> str:
    """The given secret, or one made at the first start and kept in the data folder, readable by its owner only."""
    if given:
        if len(given) < 32:
            raise WrongSetting("SECRET_KEY", "at least 32 characters are expected")
        return given
    place = data / "secret_key"
    try:
        if not place.exists():
            _write_secret(place)
        return place.read_text(encoding="ascii")
    except OSError as error:
        raise WrongSetting("DATA", f"{place} cannot be used ({error.strerror})") from error


def _write_secret(place: Path) -> None:
    """Whole or not at all: of two processes that start together, the second reads what the first wrote."""
    handle, aside = tempfile.mkstemp(dir=place.parent)  # readable by its owner only
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(aside, place)
    Path(aside).unlink()
