"""Over HTTP: the table of a version's remarks, answered one after the other, and printed."""

import io
import re

import docx
import pytest
from sqlalchemy import select

from tests.lint import faults
from tests.versions import BAR, DIAGNOSIS, SECOND, Versions
from tutoring.notes.models import Remark, RemarkKind, Visibility


@pytest.fixture
def versions(world, browse):
    made = Versions(world, browse)
    made.wide = made.remark(made.first, "Combien de personnes ?", "viennent peu", RemarkKind.QUESTION)
    made.bar = made.remark(made.first, "Dire qui compte.", BAR, RemarkKind.BLOCKING)
    made.praise = made.remark(made.first, "Très clair.", kind=RemarkKind.PRAISE)
    made.private = made.remark(made.first, "À revoir en équipe.", visibility=Visibility.STAFF)
    made.table = f"{made.at(made.first)}/responses"
    return made


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def rows(content):
    [table] = docx.Document(io.BytesIO(content)).tables
    return [[cell.text for cell in line.cells] for line in table.rows]


def test_before_the_review_is_released_the_learner_s_table_is_empty(versions):
    assert "Aucune remarque sur cette version" in versions.seen(versions.learner, versions.table)
    assert "4 remarques, dont 3 à répondre" in words(versions.seen(versions.tutor, versions.table))


def test_the_learner_answers_one_remark_after_the_other(versions):
    versions.release(versions.first)
    page = versions.seen(versions.learner, versions.table)
    assert "<h1>Répondre aux remarques</h1>" in page
    assert "3 remarques, dont 2 à répondre" in words(page)
    assert "À revoir en équipe." not in page
    assert page.count("<textarea") == 2
    said = words(page)
    assert "sous « Le diagnostic »" in said
    assert "viennent peu" in said
    answer = versions.learner.post(
        f"{versions.table}/{versions.wide}", {"act": "address", "text": "Une dizaine, c’est dit."}
    )
    assert (answer.status_code, answer.location.partition("#")[2]) == (303, f"r{versions.bar}")
    refused = versions.learner.post(f"{versions.table}/{versions.bar}", {"act": "decline", "text": ""})
    assert refused.status_code == 422
    html = refused.get_data(as_text=True)
    assert faults(html) == []
    assert "Dites en quelques mots pourquoi vous ne la suivez pas." in html
    last = versions.learner.post(
        f"{versions.table}/{versions.bar}", {"act": "decline", "text": "La caisse est un autre sujet."}
    )
    assert last.location.partition("#")[2] == "answered"
    page = versions.seen(versions.learner, versions.table)
    assert "Vous avez répondu à toutes les remarques." in page
    said = words(page)
    assert "Non suivie" in said
    assert "La caisse est un autre sujet." in said
    assert "À vérifier par Claire Aubert" in said
    with versions.world.session() as db:
        assert dict(db.execute(select(Remark.id, Remark.status)).tuples().all()) == {
            versions.wide: "addressed",
            versions.bar: "addressed",
            versions.praise: "open",
            versions.private: "open",
        }


def test_only_some_are_shown_when_asked_and_numbers_stay_those_of_the_page(versions):
    versions.release(versions.first)
    versions.learner.post(f"{versions.table}/{versions.wide}", {"act": "address", "text": "C’est dit."})
    page = versions.seen(versions.learner, f"{versions.table}?show=open")
    assert f'id="r{versions.bar}"' in page
    assert f'id="r{versions.wide}"' not in page
    assert '<th role="rowheader" scope="row">2</th>' in page
    assert f'id="r{versions.wide}"' in versions.seen(versions.tutor, f"{versions.table}?show=addressed")
    assert "Toutes (4)" in versions.seen(versions.tutor, f"{versions.table}?show=rien")


def test_on_the_next_version_the_table_says_where_each_remark_is_now(versions):
    versions.release(versions.first)
    second = versions.hand_in(*[line for line in SECOND if line != BAR])
    said = words(versions.seen(versions.learner, f"{versions.at(second)}/responses"))
    assert "Passage modifié, écrite sur Brouillon 1" in said
    assert "Passage introuvable, écrite sur Brouillon 1" in said
    assert "viennent rarement" in said
    assert BAR in said


def test_the_same_table_is_printed_from_word(versions):
    versions.release(versions.first)
    versions.learner.post(f"{versions.table}/{versions.wide}", {"act": "address", "text": "Dix & plus."})
    answer = versions.learner.get(f"{versions.table}.docx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "brouillon%201%20%E2%80%93%20r%C3%A9ponses" in answer.headers["Content-Disposition"]
    head, first, second, third = rows(answer.data)
    assert head[0] == "N°"
    assert first == [
        "1",
        "Question\nCombien de personnes ?\n— Claire Aubert",
        "Prise en compte\nDix & plus.",
        "À vérifier par Claire Aubert",
        f"Sur son passage\nsous « Le diagnostic »\n« {DIAGNOSIS[DIAGNOSIS.index('viennent') :][:12]} »",
    ]
    assert second[2] == "Pas encore de réponse"
    assert third[3] == "—"
    assert len(rows(versions.learner.get(f"{versions.table}.docx?show=open").data)) == 2
    assert len(rows(versions.tutor.get(f"{versions.table}.docx").data)) == 5


def test_only_the_learner_answers_and_only_readers_read(versions, browse):
    versions.release(versions.first)
    data = {"act": "address", "text": "Fait."}
    assert versions.tutor.post(f"{versions.table}/{versions.wide}", data).status_code == 403
    assert versions.learner.post(f"{versions.table}/{versions.private}", data).status_code == 404
    assert versions.learner.post(f"{versions.table}/{versions.wide}", {"act": "resolve"}).status_code == 403
    stranger = browse(versions.world.learners[1])
    assert stranger.get(versions.table).status_code == 403
    assert stranger.get(f"{versions.table}.docx").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_remarks(versions, statements):
    versions.release(versions.first)
    versions.seen(versions.learner, versions.table)
    with statements() as few:
        versions.seen(versions.learner, versions.table)
    for rank in range(8):
        versions.remark(versions.first, f"Remarque {rank}.", "Les bénévoles")
    versions.seen(versions.learner, versions.table)
    with statements() as many:
        versions.seen(versions.learner, versions.table)
    assert len(many) == len(few)


def test_the_learner_s_banner_leads_to_the_remarks_to_answer(versions, clock):
    clock.advance(hours=1)
    versions.release(versions.first)
    assert f'href="{versions.table}">Répondre aux remarques</a>' in versions.seen(
        versions.learner, versions.home
    )
    assert "Répondre aux remarques</a>" not in versions.seen(versions.tutor, versions.home)
    assert "Répondre aux remarques, l’une après l’autre" in versions.seen(
        versions.learner, versions.at(versions.first)
    )
