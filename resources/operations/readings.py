"""How a reading comes to a day, is mended and goes: a link or a file, and why to read it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from resources.models import Reading
from resources.operations.writing import plain_lines, space_changed
from resources.queries.entries import PAGE_BREAK
from tutoring.documents.pages import UnreadablePdf, read_pages
from tutoring.people.models import Person
from tutoring.programme.models import Day
from tutoring.store.events import record
from tutoring.store.files import FileStore, StagedUpload, StoredFile
from tutoring.store.refusal import Refusal

# Less than the 10 s that another writer waits on SQLite.
EXTRACTION_SECONDS = 6


def add_link(
    db: Session, day: Day, actor: Person, *, title: str, author: str, why: str, url: str, now: datetime
) -> Reading:
    """Add a page of the web to a day's readings. Refused (field `url`) unless it is a whole http(s) address."""
    reading = Reading(title=title, author=author, why=why, url=web_address(url), filename="", text="")
    return _add(db, day, actor, reading, now=now)


def add_file(
    db: Session,
    day: Day,
    actor: Person,
    *,
    title: str,
    author: str,
    why: str,
    upload: StagedUpload,
    files: FileStore,
    now: datetime,
) -> Reading:
    """Add a staged file to a day's readings, with what search can know of its text (PDF and Markdown)."""
    reading = Reading(
        title=title,
        author=author,
        why=why,
        url=None,
        file_id=upload.file_id,
        filename=upload.filename,
        text=text_of(files, upload.file),
    )
    db.delete(upload)
    return _add(db, day, actor, reading, now=now)


def revise_reading(
    db: Session,
    day: Day,
    reading: Reading,
    actor: Person,
    *,
    title: str,
    author: str,
    why: str,
    url: str,
    seen_version: int,
    now: datetime,
) -> Reading:
    """Mend what is said of a reading, and a link's address. Refused when somebody mended it since."""
    if reading.version != seen_version:
        raise Refusal("stale_page")
    reading.title, reading.author, reading.why = title, author, plain_lines(why)
    if reading.file_id is None:
        reading.url = web_address(url)
    return _tell(db, day, reading, actor, "reading.revised", now=now)


def remove_reading(db: Session, day: Day, reading: Reading, actor: Person, *, now: datetime) -> Reading:
    """Take a reading off the day: nobody finds nor opens it any more; the row and the file are kept."""
    reading.removed_at = now
    return _tell(db, day, reading, actor, "reading.removed", now=now)


def web_address(url: str) -> str:
    """A whole http(s) address. Refused (field `url`) otherwise: `javascript:`, a path, a name and password."""
    try:
        parts = urlsplit(url.strip())
        valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise Refusal("url_not_web", field="url") from None
    odd = not url.isprintable() or " " in url.strip() or "\\" in url
    if parts.scheme not in {"http", "https"} or not valid or parts.username is not None or odd:
        raise Refusal("url_not_web", field="url")
    return url.strip()


def text_of(files: FileStore, file: StoredFile) -> str:
    """The text of a file for search, page by page ('\\f' between); empty when it has none that can be read."""
    if file.kind not in {"pdf", "md"}:
        return ""
    with files.open(file.institution_id, file.sha256) as stream:
        content = stream.read()
    if file.kind == "md":
        return content.decode("utf-8-sig", "replace").replace(PAGE_BREAK, "\n")
    try:
        pages = read_pages(content, seconds=EXTRACTION_SECONDS)
    except UnreadablePdf:
        # It opens in a reader's own program perhaps; the page says that search does not know it.
        return ""
    if pages.image_only:
        return ""
    return PAGE_BREAK.join(text.replace(PAGE_BREAK, " ") for text in pages.texts)


def _add(db: Session, day: Day, actor: Person, reading: Reading, *, now: datetime) -> Reading:
    reading.institution_id, reading.day_id = day.institution_id, day.id
    reading.why = plain_lines(reading.why)
    reading.added_by_id, reading.added_at = actor.id, now
    db.add(reading)
    return _tell(db, day, reading, actor, "reading.added", now=now)


def _tell(db: Session, day: Day, reading: Reading, actor: Person, kind: str, *, now: datetime) -> Reading:
    db.flush()
    record(db, kind, reading, actor_id=actor.id, now=now, cohort_id=day.cohort_id, day_id=day.id)
    space_changed(db, day, now=now)
    return reading
