"""What tests put in the space of a day, through the operations that its pages use."""

from __future__ import annotations

import io
from typing import Any

from resources import operations
from resources.models import Edition, Reading
from tests.factories import World
from tutoring.programme.models import Day
from tutoring.programme.queries import day_numbered
from tutoring.store.files import FolderStore, StagedUpload, stage
from tutoring.store.outbox import drain
from tutoring.web import edge


def day_of(db: Any, world: World, number: int = 1) -> Day:
    """A day of the world's cohort."""
    day = day_numbered(db, world.cohort.id, number)
    assert day is not None
    return day


def published(
    world: World, markdown: str, *, number: int = 1, title: str = "Synthèse du jour", seen: int = 0
) -> Edition:
    """A synthesis published on a day by the staff."""
    with world.session() as db:
        return operations.publish(
            db,
            day_of(db, world, number),
            world.staff,
            title=title,
            markdown=markdown,
            seen_version=seen,
            now=world.clock(),
        )


def linked(world: World, title: str, *, number: int = 1, why: str = "", author: str = "") -> Reading:
    """A link added to a day by the staff."""
    with world.session() as db:
        return operations.add_link(
            db,
            day_of(db, world, number),
            world.staff,
            title=title,
            author=author,
            why=why,
            url="https://example.org/texte",
            now=world.clock(),
        )


def staged_file(db: Any, world: World, content: bytes, filename: str) -> StagedUpload:
    """An upload of the staff, waiting for its form."""
    return stage(
        db,
        files_of(world),
        io.BytesIO(content),
        institution_id=world.institution.id,
        person_id=world.staff.id,
        filename=filename,
        kind=filename.rpartition(".")[2],
        now=world.clock(),
    )


def filed(
    world: World, content: bytes, filename: str, *, number: int = 1, title: str = "Un fichier", why: str = ""
) -> Reading:
    """A file added to a day by the staff."""
    with world.session() as db:
        return operations.add_file(
            db,
            day_of(db, world, number),
            world.staff,
            title=title,
            author="",
            why=why,
            upload=staged_file(db, world, content, filename),
            files=files_of(world),
            now=world.clock(),
        )


def files_of(world: World) -> FolderStore:
    files = world.app.extensions["palier"].files
    assert isinstance(files, FolderStore)
    return files


def drained(world: World) -> int:
    """Do what is due, as the worker does; returns how many rows were tried."""
    with world.app.app_context():
        return drain(edge.database.sessionmaker, world.app.extensions["palier"].consumers, world.clock)


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text a page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, words in enumerate(pages):
        content = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % words.encode("cp1252")
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (5 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
