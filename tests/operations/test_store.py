"""What is kept: each institution for itself, events for ever, bytes once, uploads until a form takes them."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tutoring.people.models import Person
from tutoring.people.operations import Names, add_person, make_institution
from tutoring.store.db import bind_institution
from tutoring.store.events import AppendOnly, history, record
from tutoring.store.files import FolderStore, StagedUpload, StoredFile, stage, staged, sweep
from tutoring.store.refusal import Refusal


@pytest.fixture
def cnam(db):
    return make_institution(db, slug="cnam", name="Cnam")


@pytest.fixture
def somebody(db, cnam, clock):
    return add_person(db, cnam.id, Names(name="Inès Moreau"), now=clock())


@pytest.fixture
def files(tmp_path):
    return FolderStore(tmp_path / "files")


def put(db, files, person, clock, content=b"du texte", name="note.md"):
    return stage(
        db,
        files,
        io.BytesIO(content),
        institution_id=person.institution_id,
        person_id=person.id,
        filename=name,
        kind="md",
        now=clock(),
    )


def test_a_session_bound_to_one_institution_never_sees_the_rows_of_another(db, cnam, somebody, clock):
    other = make_institution(db, slug="autre", name="Autre")
    stranger = add_person(db, other.id, Names(name="Sam"), now=clock())
    db.flush()
    bind_institution(db, cnam.id)
    db.expunge_all()
    assert list(db.scalars(select(Person.name))) == ["Inès Moreau"]
    assert db.scalar(select(Person).where(Person.id == stranger.id)) is None
    assert db.get(Person, stranger.id) is None


def test_a_row_of_another_institution_cannot_be_written_from_here(db, cnam, clock):
    other = make_institution(db, slug="autre", name="Autre")
    bind_institution(db, cnam.id)
    with pytest.raises(ValueError, match="another institution"):
        add_person(db, other.id, Names(name="Sam"), now=clock())


def test_an_event_can_be_neither_changed_nor_deleted(db, somebody, clock):
    event = record(db, "person.greeted", somebody, actor_id=None, now=clock())
    db.flush()
    event.kind = "person.insulted"
    with pytest.raises(AppendOnly):
        db.flush()
    db.rollback()


def test_the_history_of_a_thing_is_its_own_events_in_order(db, somebody, clock):
    for kind in ("person.came", "person.went"):
        record(db, kind, somebody, actor_id=somebody.id, now=clock(), why=kind)
    db.flush()
    assert [(e.kind, e.data) for e in history(db, somebody)] == [
        ("person.came", {"why": "person.came"}),
        ("person.went", {"why": "person.went"}),
    ]


def test_equal_contents_are_kept_once_and_read_back_whole(db, files, somebody, clock):
    first, second = (put(db, files, somebody, clock, name=name) for name in ("a.md", "b.md"))
    assert first.file_id == second.file_id
    with files.open(somebody.institution_id, first.file.sha256) as kept:
        assert kept.read() == b"du texte"
    assert first.file.size == 8


def test_a_file_name_never_leads_out_of_its_folder(db, files, somebody, clock):
    assert put(db, files, somebody, clock, name="..\\..\\etc/passwd").filename == "passwd"
    assert put(db, files, somebody, clock, name="").filename == "document"


def test_only_who_staged_an_upload_may_take_it(db, files, somebody, clock):
    row = put(db, files, somebody, clock)
    other = add_person(db, somebody.institution_id, Names(name="Sam"), now=clock())
    assert staged(db, row.token, somebody.id).id == row.id
    with pytest.raises(Refusal, match="upload_gone"):
        staged(db, row.token, other.id)


def test_what_no_form_took_is_swept_after_seven_days_and_what_is_used_stays(db, files, cnam, somebody, clock):
    used, unused = (put(db, files, somebody, clock, content=content) for content in (b"logo", b"rien"))
    cnam.logo_id = used.file_id
    db.flush()
    assert sweep(db, files, clock() + timedelta(days=6)) == 0
    assert sweep(db, files, clock() + timedelta(days=8)) == 1
    assert db.scalar(select(func.count(StagedUpload.id))) == 0
    assert list(db.scalars(select(StoredFile.sha256))) == [used.file.sha256]
    with pytest.raises(FileNotFoundError):
        files.open(cnam.id, unused.file.sha256)
