"""Over HTTP: what changed between two versions of a note, in the text and as a list, for whoever reads the note."""

import re

import pytest

from tests.journeys.test_note_of_two_parts import Pair
from tests.lint import faults
from tests.notes import seat
from tests.versions import BAR, FIRST, SECOND, Versions
from tutoring.documents.models import ReadDocument


@pytest.fixture
def versions(world, browse):
    return Versions(world, browse)


def words(html):
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_one_text_alone_says_that_there_is_nothing_to_compare(versions):
    with versions.world.session() as db:
        other = seat(db, versions.world, author=versions.world.learners[1])
        home = f"/c/{other.note.cohort_id}/notes/{other.note.id}"
    assert "pas encore deux versions à comparer" in versions.seen(versions.coordinator, f"{home}/compare")


def test_by_default_the_newest_version_is_held_against_the_one_before(versions):
    second = versions.hand_in(*SECOND)
    page = versions.seen(versions.learner, f"{versions.home}/compare")
    assert "De « Brouillon 1 » à « Brouillon 2 »" in words(page)
    assert f'<option value="{versions.first}" selected>' in page
    assert f'<option value="{second}" selected>' in page
    said = words(page)
    assert "[supprimé : peu ]" in said
    assert "[ajouté : rarement ]" in said
    assert "ajouté Un budget est joint en annexe" in said
    assert "Voir d’où il vient" in said
    places = re.findall(r'href="#(c-\d+)"', page)
    assert len(places) == 2
    assert all(f'id="{place}"' in page for place in places)


def test_what_did_not_change_is_folded_with_its_count(versions):
    versions.hand_in(*FIRST[:-1], FIRST[-1].replace("une trentaine", "une centaine"))
    page = versions.seen(versions.tutor, f"{versions.home}/compare")
    assert "6 passages sans changement" in page
    [folded] = re.findall(r"<details class=\"unchanged\">.*?</details>", page, re.DOTALL)
    assert BAR in folded


def test_the_same_changes_are_told_as_a_numbered_list(versions):
    second = versions.hand_in(*SECOND)
    page = versions.seen(
        versions.tutor, f"{versions.home}/compare?from={versions.first}&to={second}&part=note&as=list"
    )
    said = words(page)
    assert "4 changements" in said
    assert "Modifié · sous « Le diagnostic »" in said
    assert "viennent peu au tiers-lieu" in said
    assert "viennent rarement au tiers-lieu" in said
    assert "Déplacé ici · sous « Les suites »" in said
    assert "1 mot supprimé" in said
    assert "<ins>" not in page


def test_versions_of_two_stages_are_compared_as_well(versions):
    page = versions.seen(versions.tutor, f"{versions.home}/compare")
    assert "De « Plan détaillé » à « Brouillon 1 »" in words(page)


def test_the_same_version_twice_or_one_that_is_nowhere_is_said_or_passed_over(versions):
    first = versions.first
    page = versions.seen(versions.tutor, f"{versions.home}/compare?from={first}&to={first}")
    assert "C’est deux fois la même version" in page
    assert "De « Plan détaillé » à « Brouillon 1 »" in words(
        versions.seen(versions.tutor, f"{versions.home}/compare?from=999&to=abc&part=rien")
    )


def test_a_text_that_could_not_be_read_says_why(versions):
    second = versions.hand_in(*SECOND)
    with versions.world.session() as db:
        row = db.query(ReadDocument).order_by(ReadDocument.id.desc()).first()
        row.state, row.refused = "refused", "too_long"
    page = versions.seen(versions.tutor, f"{versions.home}/compare?to={second}")
    assert "trop long pour être lu ici" in page


def test_whoever_does_not_read_the_note_does_not_compare_it(versions, browse):
    assert browse(versions.world.learners[1]).get(f"{versions.home}/compare").status_code == 403


def test_each_part_of_a_note_is_compared_apart(world, browse, clock):
    pair = Pair(world, browse, clock)
    pair.hand_in(title="Fédérer", message="Pourquoi ?")
    pair.answer("approved")
    pair.hand_in(text_0="Le diagnostic est partagé par tous.", text_1="Le problème est posé ici.")
    pair.answer("returned", "À revoir.")
    pair.hand_in(text_0="Le diagnostic est partagé par toutes.", keep_1="y")
    page = pair.tutor.get(f"{pair.home}/compare").get_data(as_text=True)
    assert faults(page) == []
    assert "[ajouté : toutes ]" in words(page)
    assert 'aria-current="page">Identification d’une problématique' not in page
    other = pair.tutor.get(f"{pair.home}/compare?part=problematique").get_data(as_text=True)
    assert faults(other) == []
    assert "Les deux versions disent la même chose, dans le même ordre." in other


def test_the_note_s_page_leads_from_each_version_to_what_changed_in_it(versions):
    second = versions.hand_in(*SECOND)
    page = versions.seen(versions.learner, versions.home)
    found = re.findall(r'href="([^"]*/compare[^"]*)"', page)
    assert re.findall(r"(?:to|from)=(\d+)", found[0]) == [str(second), str(versions.first)]
    assert len(found) == 2
    assert "De « Brouillon 1 » à « Brouillon 2 »" in words(
        versions.seen(versions.learner, found[0].replace("&amp;", "&"))
    )
    there = versions.seen(versions.learner, versions.at(second))
    assert "Ce qui a changé depuis « Brouillon 1 »" in there
