"""What the practice LMS keeps between two starts: mails, columns and grades, added links, launches, tokens.

One SQLite file; a connection per call, so that any thread may ask. Times are seconds since 1970, UTC.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lti.practice.school import Link, School

SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
  id INTEGER PRIMARY KEY, received INTEGER NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
  raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS mail_recipient ON mail (recipient);
CREATE TABLE IF NOT EXISTS line_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course TEXT NOT NULL, label TEXT NOT NULL, maximum REAL NOT NULL,
  resource_id TEXT NOT NULL DEFAULT '', tag TEXT NOT NULL DEFAULT '', link TEXT,
  coupled INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS one_coupled ON line_item (link) WHERE coupled;
CREATE TABLE IF NOT EXISTS grade (
  line_item INTEGER NOT NULL REFERENCES line_item ON DELETE CASCADE, person TEXT NOT NULL, score REAL,
  comment TEXT NOT NULL, stamped INTEGER NOT NULL, activity TEXT NOT NULL, grading TEXT NOT NULL,
  PRIMARY KEY (line_item, person));
CREATE TABLE IF NOT EXISTS added_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
  url TEXT NOT NULL, custom TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS launch (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, course TEXT NOT NULL, link TEXT, target TEXT NOT NULL,
  sesskey TEXT NOT NULL, made INTEGER NOT NULL, answered INTEGER, returned INTEGER);
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS burnt (kind TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (kind, value));
"""
FIRST_ADDED_LINK = 100


@dataclass(frozen=True)
class Mail:
    id: int
    received: int
    sender: str
    recipient: str
    raw: bytes


@dataclass(frozen=True)
class LineItem:
    """A gradebook column. A coupled one came with its link and cannot be deleted by the tool."""

    id: int
    course: str
    label: str
    maximum: float
    resource_id: str
    tag: str
    link: str | None
    coupled: bool


@dataclass(frozen=True)
class Grade:
    line_item: int
    person: str
    score: float | None
    comment: str
    stamped: int
    activity: str
    grading: str


@dataclass(frozen=True)
class Launch:
    """An opened course link, or a content selection where `link` is None."""

    id: str
    person: str
    course: str
    link: str | None
    target: str
    sesskey: str
    made: int
    answered: int | None
    returned: int | None


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "practice.sqlite"
        with self._db() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)

    @contextmanager
    def _db(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.file, timeout=10)
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA foreign_keys = ON")
            with db:
                yield db
        finally:
            db.close()

    def _all(self, question: str, *given: Any) -> list[dict[str, Any]]:
        with self._db() as db:
            return [dict(row) for row in db.execute(question, given)]

    def _one(self, question: str, *given: Any) -> dict[str, Any] | None:
        return next(iter(self._all(question, *given)), None)

    def _do(self, statement: str, *given: Any) -> int:
        """Number of rows written, or the new row's id after an INSERT."""
        with self._db() as db:
            done = db.execute(statement, given)
            return int(done.lastrowid or 0) if statement.startswith("INSERT INTO") else done.rowcount

    # Mails

    def add_mail(self, *, sender: str, recipient: str, raw: bytes, now: int) -> None:
        statement = "INSERT INTO mail (received, sender, recipient, raw) VALUES (?, ?, ?, ?)"
        self._do(statement, now, sender, recipient.lower(), raw)

    def mails(self, recipient: str | None = None) -> list[Mail]:
        """Newest first."""
        rows = self._all(
            "SELECT * FROM mail WHERE ?1 IS NULL OR recipient = ?1 ORDER BY id DESC",
            recipient.lower() if recipient else None,
        )
        return [Mail(**row) for row in rows]

    def mail(self, mail_id: int) -> Mail | None:
        row = self._one("SELECT * FROM mail WHERE id = ?", mail_id)
        return Mail(**row) if row else None

    def mail_counts(self) -> dict[str, int]:
        rows = self._all("SELECT recipient, count(*) AS number FROM mail GROUP BY recipient")
        return {row["recipient"]: row["number"] for row in rows}

    # Links

    def add_link(self, *, course: str, title: str, text: str, url: str, custom: Mapping[str, str]) -> str:
        statement = "INSERT INTO added_link (id, course, title, text, url, custom) VALUES (?, ?, ?, ?, ?, ?)"
        with self._db() as db:
            last = db.execute("SELECT max(id) FROM added_link").fetchone()[0] or FIRST_ADDED_LINK
            db.execute(statement, (last + 1, course, title, text, url, json.dumps(dict(custom))))
        return str(last + 1)

    def added_links(self, course: str) -> list[Link]:
        rows = self._all("SELECT * FROM added_link WHERE course = ? ORDER BY id", course)
        return [Link(**row | {"id": str(row["id"]), "custom": json.loads(row["custom"])}) for row in rows]

    # Columns and grades

    def add_coupled_line_items(self, school: School) -> None:
        """Give each graded link of the school its column, unless it has it already."""
        for course in school.courses:
            for link in course.links:
                if link.grade_max is not None:
                    self.couple(link, link.title, link.grade_max)

    def couple(self, link: Link, label: str, maximum: float, *, resource_id: str = "", tag: str = "") -> None:
        self._do(
            "INSERT OR IGNORE INTO line_item (course, label, maximum, resource_id, tag, link, coupled)"
            " VALUES (?, ?, ?, ?, ?, ?, 1)",
            link.course, label, maximum, resource_id, tag, link.id,
        )  # fmt: skip

    def add_line_item(
        self, *, course: str, label: str, maximum: float, resource_id: str, tag: str, link: str | None
    ) -> LineItem:
        new = self._do(
            "INSERT INTO line_item (course, label, maximum, resource_id, tag, link)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            course, label, maximum, resource_id, tag, link,
        )  # fmt: skip
        return LineItem(new, course, label, maximum, resource_id, tag, link, coupled=False)

    def line_items(self, course: str) -> list[LineItem]:
        rows = self._all("SELECT * FROM line_item WHERE course = ? ORDER BY id", course)
        return [LineItem(**row | {"coupled": bool(row["coupled"])}) for row in rows]

    def line_item(self, course: str, item_id: int) -> LineItem | None:
        return next((item for item in self.line_items(course) if item.id == item_id), None)

    def change_line_item(self, item: LineItem) -> None:
        """Write a column again. A new maximum rescales its grades and makes a null one 0, as in Moodle."""
        with self._db() as db:
            old = db.execute("SELECT maximum FROM line_item WHERE id = ?", (item.id,)).fetchone()
            if old["maximum"] != item.maximum:
                db.execute(
                    "UPDATE grade SET score = coalesce(score, 0) * ? / ? WHERE line_item = ?",
                    (item.maximum, old["maximum"], item.id),
                )
            db.execute(
                "UPDATE line_item SET label = ?, maximum = ?, resource_id = ?, tag = ?, link = ?"
                " WHERE id = ?",
                (item.label, item.maximum, item.resource_id, item.tag, item.link, item.id),
            )

    def delete_line_item(self, item: LineItem) -> None:
        self._do("DELETE FROM line_item WHERE id = ?", item.id)

    def write_grade(self, grade: Grade) -> bool:
        """Keep a grade unless one with the same or a later second is there already; False when it is."""
        written = self._do(
            "INSERT OR IGNORE INTO grade VALUES (?, ?, ?, ?, ?, ?, ?)",
            grade.line_item, grade.person,
            grade.score, grade.comment, grade.stamped, grade.activity, grade.grading,
        ) or self._do(
            "UPDATE grade SET score = ?, comment = ?, stamped = ?, activity = ?, grading = ?"
            " WHERE line_item = ? AND person = ? AND stamped < ?",
            grade.score, grade.comment, grade.stamped, grade.activity, grade.grading,
            grade.line_item, grade.person, grade.stamped,
        )  # fmt: skip
        return bool(written)

    def grades(self, course: str) -> list[Grade]:
        rows = self._all(
            "SELECT grade.* FROM grade JOIN line_item ON line_item.id = line_item"
            " WHERE course = ? ORDER BY line_item, person",
            course,
        )
        return [Grade(**row) for row in rows]

    # Launches, tokens, what may be used once

    def add_launch(self, launch: Launch) -> None:
        self._do(
            "INSERT INTO launch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            launch.id, launch.person, launch.course, launch.link, launch.target,
            launch.sesskey, launch.made, launch.answered, launch.returned,
        )  # fmt: skip

    def launch(self, launch_id: str) -> Launch | None:
        row = self._one("SELECT * FROM launch WHERE id = ?", launch_id)
        return Launch(**row) if row else None

    def launch_by_sesskey(self, sesskey: str) -> Launch | None:
        row = self._one("SELECT * FROM launch WHERE sesskey = ?", sesskey)
        return Launch(**row) if row else None

    def answer_launch(self, launch_id: str, now: int) -> bool:
        """Use a launch up; False when it was answered before."""
        return (
            self._do("UPDATE launch SET answered = ? WHERE id = ? AND answered IS NULL", now, launch_id) == 1
        )

    def return_launch(self, launch_id: str, now: int) -> bool:
        """Take a content selection's one return; False when it came before."""
        return (
            self._do("UPDATE launch SET returned = ? WHERE id = ? AND returned IS NULL", now, launch_id) == 1
        )

    def add_token(self, token: str, scopes: set[str], expires: int) -> None:
        self._do("INSERT INTO token VALUES (?, ?, ?)", token, " ".join(sorted(scopes)), expires)

    def token_scopes(self, token: str, now: int) -> set[str] | None:
        """The scopes of a token still alive, None for any other."""
        row = self._one("SELECT scopes FROM token WHERE token = ? AND expires > ?", token, now)
        return set(row["scopes"].split()) if row else None

    def burn(self, kind: str, value: str, *, expires: int, now: int) -> bool:
        """Use a jti or nonce up until it expires; False when it was used before."""
        self._do("DELETE FROM burnt WHERE expires <= ?", now)
        return self._do("INSERT OR IGNORE INTO burnt VALUES (?, ?, ?)", kind, value, expires) == 1
