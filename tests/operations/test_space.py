"""A synthesis is written by several, published in editions; a reading is a link or a file with its reason."""

import pytest
from sqlalchemy import select

from resources import operations
from resources.models import Edition, Synthesis
from resources.operations.readings import web_address
from resources.queries.space import days_page, newest
from tests.shelf import day_of, filed, files_of, linked, pdf, published, staged_file
from tutoring.programme.models import Role, Standing
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


@pytest.fixture
def later(request):
    """A session opened when a test asks for it: on SQLite nobody else writes from then on."""
    return lambda: request.getfixturevalue("db")


def written(world, db, act, markdown, *, seen, title="Titre", number=1):
    return act(
        db,
        day_of(db, world, number),
        world.staff,
        title=title,
        markdown=markdown,
        seen_version=seen,
        now=world.clock(),
    )


def refused(call, *args, **facts):
    with pytest.raises(Refusal) as no:
        call(*args, **facts)
    return no.value.code, no.value.field


def changes(db):
    """What was said of one day; the opening of the cohort speaks of all of them."""
    said = [row.payload for row in db.scalars(select(OutboxRow).where(OutboxRow.topic == "space.changed"))]
    return [payload for payload in said if payload["day_id"] is not None]


def test_a_draft_is_kept_and_readers_see_nothing_of_it(world, db):
    draft = written(world, db, operations.save_draft, "# Un\r\n\r\ntexte", seen=0)
    assert (draft.title, draft.markdown, draft.version) == ("Titre", "# Un\n\ntexte", 1)
    assert db.scalar(select(Edition)) is None
    assert changes(db) == []
    assert [(event.kind, event.actor_id) for event in history(db, draft)] == [
        ("synthesis.saved", world.staff.id)
    ]


def test_each_publication_is_an_edition_rendered_then(world, db):
    first = written(world, db, operations.publish, "# Été\n\nL’œuvre `<i>` <script>alert(1)</script>", seen=0)
    second = written(world, db, operations.publish, "# Été\n\nL’œuvre relue", seen=1)
    assert [first.number, second.number] == [1, 2]
    assert "alert" not in first.html
    assert second.toc == [{"level": 2, "anchor": "s-ete", "title": "Été"}]
    assert second.sections == [{"anchor": "s-ete", "title": "Été", "chain": [], "text": "L’œuvre relue"}]
    assert second.words == 3
    assert "L’œuvre <code>&lt;i&gt;</code>" in first.html
    day = day_of(db, world)
    assert changes(db) == [{"cohort_id": world.cohort.id, "day_id": day.id}] * 2


def test_of_two_writers_the_second_is_told(world, db):
    written(world, db, operations.save_draft, "un", seen=0)
    written(world, db, operations.save_draft, "deux", seen=1)
    stale = ("stale_page", None)
    assert refused(written, world, db, operations.save_draft, "trois", seen=1) == stale
    assert refused(written, world, db, operations.publish, "trois", seen=0) == stale
    assert db.scalar(select(Synthesis.markdown)) == "deux"


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("a" * 200_001, "markdown_too_long"),
        ("\x00", "markdown_control_characters"),
        (">" * 31 + " x", "markdown_too_deep"),
        ("[" * 5000, "markdown_unclosed_brackets"),
    ],
)
def test_a_text_that_could_not_be_rendered_is_refused_beside_its_field(world, db, markdown, code):
    for act in (operations.save_draft, operations.publish):
        assert refused(written, world, db, act, markdown, seen=0) == (code, "markdown")


def test_nothing_new_is_no_edition(world, db):
    assert refused(written, world, db, operations.publish, "  ", seen=0) == ("synthesis_empty", "markdown")
    written(world, db, operations.publish, "texte", seen=0)
    unchanged = ("edition_unchanged", "markdown")
    assert refused(written, world, db, operations.publish, "texte", seen=1) == unchanged
    assert written(world, db, operations.publish, "texte", seen=1, title="Autre").number == 2


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "/c/1/days",
        "//example.org",
        "ftp://example.org/a",
        "https://",
        "https://nom:secret@example.org/",
        "https://exa mple.org/",
        "https://example.org/\n",
        "https://[::1",
        "https:\\\\example.org",
    ],
)
def test_a_link_is_a_whole_address_of_the_web(url):
    if url.endswith("\n"):
        url += "x"
    assert refused(web_address, url) == ("url_not_web", "url")


def test_a_whole_address_is_kept_as_it_is():
    assert web_address(" https://example.org:8443/é?q=1#a ") == "https://example.org:8443/é?q=1#a"


def test_the_text_of_a_pdf_is_taken_page_by_page(world):
    reading = filed(world, pdf("Première page", "Seconde page"), "étude.pdf")
    assert reading.text.split("\f") == ["Première page", "Seconde page"]
    assert (reading.filename, reading.url) == ("étude.pdf", None)


def test_a_file_that_cannot_be_read_is_kept_without_text(world):
    assert filed(world, b"%PDF-1.4 broken", "cassé.pdf").text == ""
    assert filed(world, "\ufeffDes notes.".encode(), "notes.md").text == "Des notes."


def test_a_staged_upload_is_taken_once(world, db):
    upload = staged_file(db, world, b"texte", "notes.md")
    operations.add_file(
        db,
        day_of(db, world),
        world.staff,
        title="Notes",
        author="",
        why="",
        upload=upload,
        files=files_of(world),
        now=world.clock(),
    )
    db.flush()
    assert upload in db.deleted or upload not in db


def test_what_is_said_of_a_reading_is_mended_by_one_at_a_time(world, later):
    linked(world, "Titre")
    db = later()
    day, facts = day_of(db, world), {"author": "A", "why": "Pour\r\nceci", "url": "https://example.org/b"}
    (reading,) = newest(db, world.cohort.id, 5)[1]
    reading = operations.revise_reading(
        db, day, reading, world.staff, title="Mieux", seen_version=1, now=world.clock(), **facts
    )
    assert (reading.title, reading.why, reading.url) == ("Mieux", "Pour\nceci", "https://example.org/b")
    late = {"title": "Tard", "seen_version": 1, "now": world.clock(), **facts}
    assert refused(operations.revise_reading, db, day, reading, world.staff, **late) == ("stale_page", None)


def test_a_removed_reading_counts_no_more(world, later, clock):
    linked(world, "Reste")
    linked(world, "Part")
    db = later()
    part = newest(db, world.cohort.id, 1)[1][0]
    operations.remove_reading(db, day_of(db, world), part, world.staff, now=clock())
    db.flush()
    standing = Standing(world.cohort, world.learner, Role.LEARNER)
    assert days_page(db, standing, clock().date()).cards[0].readings == 1
    assert [one.title for one in newest(db, world.cohort.id, 5)[1]] == ["Reste"]


def test_the_calendar_says_where_each_day_stands_in_time(world, later, clock):
    published(world, "Un texte")
    db = later()
    standing = Standing(world.cohort, world.learner, Role.LEARNER)
    cards = days_page(db, standing, clock().date()).cards
    assert [card.when for card in cards[:5]] == ["past", "past", "past", "today", "coming"]
    assert [card.words for card in cards[:2]] == [2, None]
    clock.advance(days=3)
    cards = days_page(db, standing, clock().date()).cards
    assert [card.when for card in cards[4:7]] == ["past", "next", "coming"]
