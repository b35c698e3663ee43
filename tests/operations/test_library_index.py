"""The index follows the database: what is published is found, what is not or no longer is never."""

import pytest

from resources import operations
from resources.operations.indexing import engine_at
from resources.queries.library import days_readable, look_plainly, places
from resources.queries.space import reading_numbered
from resources.search import SearchUnavailable
from tests.shelf import day_of, drained, filed, linked, pdf, published
from tutoring.programme.operations import open_cohort
from tutoring.store.outbox import emit


@pytest.fixture
def engine(world, settings):
    """The index of the world's cohort, built from its programme."""
    world.app.test_cli_runner().invoke(args=["resources", "reindex"])
    return engine_at(settings.index)


def titles(engine, world, text):
    return [hit.title for hit in engine.search(text, cohorts={world.cohort.id}).hits]


def test_reindex_says_how_many_entries_it_wrote(world):
    published(world, "# Une\n\ntexte\n\n# Deux\n\ntexte")
    said = world.app.test_cli_runner().invoke(args=["resources", "reindex"]).output
    # Fifteen days, each with one module, and two headings.
    assert said == "32 entries in the index\n"


def test_a_day_is_found_by_its_programme(engine, world):
    (hit,) = engine.search("multi-partie prenante", cohorts={world.cohort.id}).hits
    assert (hit.kind, hit.resource.partition(":")[0]) == ("journee", "day")
    assert hit.passages[0].anchor == "module-9"


def test_a_publication_is_found_at_its_heading_once_the_outbox_is_drained(engine, world):
    published(world, "# Le cadre\n\nRien.\n\n## La mutualisation\n\nDes emplois partagés.")
    assert titles(engine, world, "mutualisation") == []
    assert drained(world) >= 1
    (hit,) = engine.search("mutualiser", cohorts={world.cohort.id}).hits
    assert hit.passages[0].anchor == "s-la-mutualisation"
    assert hit.passages[0].heading == "Le cadre › La <mark>mutualisation</mark>"


def test_the_text_of_an_earlier_edition_is_found_no_more(engine, world):
    published(world, "Une tournure abandonnée")
    published(world, "Une phrase retenue", seen=1)
    drained(world)
    assert titles(engine, world, "abandonnée") == []
    assert titles(engine, world, "retenue") == ["Synthèse du jour"]


def test_a_draft_is_never_found(engine, world, clock):
    with world.session() as db:
        day = day_of(db, world)
        operations.save_draft(
            db, day, world.staff, title="Ébauche", markdown="zinzolin", seen_version=0, now=clock()
        )
    drained(world)
    world.app.test_cli_runner().invoke(args=["resources", "reindex"])
    assert titles(engine, world, "zinzolin") == []
    with world.session() as db:
        assert look_plainly(db, {world.cohort.id}, "zinzolin").hits == ()


def test_a_reading_is_found_by_its_words_and_a_pdf_at_its_page(engine, world):
    linked(world, "Manifeste", why="Pour la polyphonie des points de vue", author="Ufisc")
    filed(world, pdf("Rien ici", "La gouvernance au coeur"), "rapport_annuel.pdf", title="Rapport")
    filed(world, "Des notes sur la sérendipité".encode(), "notes.md", title="Notes")
    drained(world)
    assert titles(engine, world, "polyphonies") == ["Manifeste"]
    assert titles(engine, world, "annuel") == ["Rapport"]
    assert titles(engine, world, "serendipite") == ["Notes"]
    hits = engine.search("cœur", cohorts={world.cohort.id}, kind="lecture").hits
    assert [passage.page for passage in hits[0].passages] == [2]


def test_a_removed_reading_vanishes_at_once_and_from_the_index_next(engine, world, clock):
    reading = linked(world, "Éphémère")
    drained(world)
    assert titles(engine, world, "éphémère") == ["<mark>Éphémère</mark>"]
    with world.session() as db:
        day = day_of(db, world)
        operations.remove_reading(db, day, reading_numbered(db, day.id, reading.id), world.staff, now=clock())
        days = days_readable(db, world.learner.id, [day.id])
        assert places(db, days, [f"reading:{reading.id}"]) == {}
        assert look_plainly(db, {world.cohort.id}, "éphémère").hits == ()
    drained(world)
    assert titles(engine, world, "éphémère") == []


def test_days_are_only_those_of_the_reader(world):
    with world.session() as db:
        day = day_of(db, world)
        assert list(days_readable(db, world.learner.id, [day.id])) == [day.id]
        assert days_readable(db, world.stranger.id, [day.id]) == {}


def test_every_day_of_a_cohort_is_told_when_none_is_named(engine, world, clock):
    with world.session() as db:
        db.info["subscriptions"] = {"space.changed": ("index",)}
        other = open_cohort(db, db.merge(world.track), actor=world.coordinator, now=clock(), name="Suivante")
        emit(
            db,
            "space.changed",
            institution_id=other.institution_id,
            now=clock(),
            cohort_id=other.id,
            day_id=None,
        )
        cohort_id = other.id
    drained(world)
    assert engine.search("gouvernance collective", cohorts={cohort_id}).total == 1


@pytest.mark.parametrize("harm", ["absent", "broken"])
def test_a_lost_or_broken_index_is_built_whole_by_the_next_change(engine, world, settings, harm):
    published(world, "Premier mot zinzolin", title="Première")
    drained(world)
    if harm == "absent":
        (settings.index / "CURRENT").unlink()
    else:
        (settings.index / "CURRENT").write_text("{")
    with pytest.raises(SearchUnavailable) as no:
        engine.search("zinzolin", cohorts={world.cohort.id})
    assert no.value.code == harm
    published(world, "Second mot zinzolin", number=2, title="Seconde")
    drained(world)
    assert sorted(titles(engine, world, "zinzolin")) == ["Première", "Seconde"]


def test_the_health_page_makes_a_missing_index_and_reports_a_broken_one(world, browse, settings):
    published(world, "Premier mot zinzolin", title="Première")
    visitor = browse()
    assert visitor.get("/healthz").json == {"sick": []}
    assert titles(engine_at(settings.index), world, "zinzolin") == ["Première"]
    (settings.index / "CURRENT").write_text("{")
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"sick": ["resources"]})
