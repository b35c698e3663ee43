"""Whose turn it is, over HTTP: the queue and the board sorted, sifted and carried away, loads, a learner's news."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.cohorts import Stand, put_all
from tests.journeys.test_desk_pages import names, rows, words
from tests.lint import faults
from tests.notes import seat
from tutoring.notes import operations
from tutoring.notes.models import (
    Question,
    Remark,
    RemarkKind,
    RemarkStatus,
    Submission,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import State, Verdict
from tutoring.notes.underway import questions_of

LATE, SOON = "La jauge", "La friche"


@pytest.fixture
def at(world):
    """The address of a page of the world's cohort."""
    return lambda path="": f"/c/{world.cohort.id}/{path}"


@pytest.fixture
def clock(clock):
    clock.at = datetime(2027, 5, 4, 9, 0, tzinfo=UTC)
    return clock


@pytest.fixture
def three(world, clock):
    """Ids of three notes of one tutor: a draft under review, a draft to be written, a final version to be checked.

    On the first, two remarks were taken into account and one blocks; on the second a question has waited 12 days.
    """
    ids = put_all(
        world,
        [
            Stand(State.DRAFT_REVIEW, 3, world.tutor, SOON, version=2),
            Stand(State.DRAFT_OPEN, 9, world.tutor, LATE, version=1),
            Stand(State.FINAL_CHECK, 2, world.tutor, "=La scène"),
        ],
    )
    with world.session() as db:
        asked = clock() - timedelta(days=12)
        root = {"institution_id": world.institution.id}
        db.add(
            Question(
                **root,
                note_id=ids[1],
                author_id=world.learners[1].id,
                asked_at=asked,
                changed_at=asked,
                answered_at=None,
                closed_at=None,
            )
        )
        version = db.query(Submission).filter_by(note_id=ids[0], number=1).one()
        for kind, status in (("suggestion", "addressed"), ("question", "addressed"), ("blocking", "open")):
            db.add(
                Remark(
                    **root,
                    note_id=ids[0],
                    submission_id=version.id,
                    author_id=world.tutor.id,
                    part="note",
                    kind=RemarkKind(kind),
                    visibility=Visibility.SHARED,
                    status=RemarkStatus(status),
                    quote="",
                    waived_because="",
                    declined=False,
                    created_at=asked,
                    changed_at=clock() - timedelta(days=2),
                    released_at=asked,
                )
            )
    return ids


def table_of(answer):
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_a_queue_says_in_words_what_to_do_with_links_to_it(world, browse, at, three):
    answer = browse(world.tutor).get(at("queue"))
    page = answer.get_data(as_text=True)
    [first, second] = rows(answer, slice(1))[1:]
    assert first == [
        "Prénom1 Nom01 La jauge",
        "Répondre à une question Prénom1 Nom01 Brouillon étape 3 sur 6",
        "12 jours au-delà des 10 jours visés",
        "",
        "2 mai 2027 Brouillon passée",
    ]
    assert second == [
        "Prénom0 Nom00 La friche",
        "Relire le brouillon 2 Prénom0 Nom00 depuis 3 jours "
        "Vérifier 2 remarques prises en compte Prénom0 Nom00 depuis 2 jours Brouillon étape 3 sur 6",
        "3 jours",
        "1 sans réponse, 2 à vérifier dont 1 bloquante",
        "30 mai 2027 Version finale",
    ]
    assert f'href="{at(f"notes/{three[1]}")}"' in page
    assert f'href="{at(f"notes/{three[0]}/remarks/1")}"' in page
    assert faults(page) == []


def test_a_queue_says_what_load_its_tutor_has(world, browse, at, three, clock):
    clock.at = datetime(2027, 4, 20, 9, 0, tzinfo=UTC)
    said = words(browse(world.tutor).get(at("queue")))
    assert (
        "Ma charge Notes suivies 3 M’attendent 2 depuis aujourd’hui Dépôts attendus sous 14 jours 1 "
        "Mon délai de réponse aucun retour rendu 10 jours visés"
    ) in said
    assert "3 notes suivies · 2 attendent votre retour · délai visé : 10 jours" in said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Prénom1 Nom01", "Prénom0 Nom00"]),
        ("down=1", ["Prénom0 Nom00", "Prénom1 Nom01"]),
        ("sort=name", ["Prénom0 Nom00", "Prénom1 Nom01"]),
        ("sort=due", ["Prénom1 Nom01", "Prénom0 Nom00"]),
        ("sort=due&down=1", ["Prénom0 Nom00", "Prénom1 Nom01"]),
        ("sort=remarks", ["Prénom0 Nom00", "Prénom1 Nom01"]),
        ("awaits=question", ["Prénom1 Nom01"]),
        ("awaits=verify", ["Prénom0 Nom00"]),
        ("awaits=coordination", ["Prénom2 Nom02 =La scène"]),
        ("awaits=topic", []),
        ("awaits=%27--&sort=nonsense", ["Prénom1 Nom01", "Prénom0 Nom00"]),
    ],
)
def test_a_queue_is_sorted_and_sifted_by_its_address(world, browse, at, three, asked, found):
    answer = browse(world.tutor).get(at(f"queue?{asked}"))
    assert (answer.status_code, names(answer)) == (200, found)
    assert faults(answer.get_data(as_text=True)) == []


def test_a_sifted_queue_keeps_its_order_and_says_how_to_show_all(world, browse, at, three):
    page = browse(world.tutor).get(at("queue?awaits=verify&sort=due&down=1"))
    text = page.get_data(as_text=True)
    assert "1 sur 3 · tout montrer" in words(page)
    assert f'href="{at("queue?sort=due&amp;down=1")}"' in text
    assert f'href="{at("queue.csv?awaits=verify&amp;sort=due&amp;down=1")}"' in text
    assert '<input type="hidden" name="sort" value="due"><input type="hidden" name="down" value="1">' in text
    assert "Aucune note ne répond à ce filtre" in words(browse(world.tutor).get(at("queue?awaits=topic")))


def test_the_queue_is_carried_away_as_it_is_shown(world, browse, at, three):
    answer = browse(world.tutor).get(at("queue.csv?sort=name"))
    disposition = f"attachment; filename=qui-m-attend-{world.cohort.id}-2027-05-04.csv"
    assert answer.headers["Content-Disposition"] == disposition
    table = table_of(answer)
    assert [row["Étudiant·e"] for row in table] == ["Prénom0 Nom00", "Prénom1 Nom01", "Prénom2 Nom02"]
    assert table[0] == {
        "Étudiant·e": "Prénom0 Nom00",
        "Titre de la note": "La friche",
        "À faire par le tuteur ou la tutrice": "Relire le brouillon 2, Vérifier 2 remarques prises en compte",
        "À faire depuis (jours)": "3",
        "Étape": "Brouillon",
        "État": "Brouillon en relecture",
        "À qui le tour": "Tuteur·rice",
        "Depuis le": "2027-05-01",
        "Jours d’attente": "3",
        "En retard": "non",
        "Retour commencé": "non",
        "Remarques sans réponse": "1",
        "Remarques à vérifier": "2",
        "Dont bloquantes": "1",
        "Remarques pas encore rendues": "0",
        "Questions en attente": "0",
        "Changement de sujet demandé": "non",
        "Dernier retour rendu le": "",
        "Dernier retour lu": "",
        "Prochaine échéance : étape": "Version finale",
        "Prochaine échéance : date": "2027-05-30",
    }
    assert table[2]["Titre de la note"] == "'=La scène"
    assert len(table_of(browse(world.tutor).get(at("queue.csv?awaits=question")))) == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sort=remarks", [0, 1, 2]),
        ("sort=due", [1, 0, 2]),
        ("sort=tutor&down=1", [1, 0, 2]),
        ("sort=turn", [1, 0, 2]),
        ("sort=name&down=1", [2, 1, 0]),
        ("text=FRICHE", [0]),
        ("text=nom01+jauge", [1]),
        ("over=1", [1]),
        ("over=1&turn=tutor", []),
        ("tutor=none", []),
    ],
)
def test_a_board_is_sorted_by_each_column_and_sifted_by_words(world, browse, at, three, asked, found):
    answer = browse(world.coordinator).get(at(f"board?{asked}"))
    assert [name[:13] for name in names(answer)] == [f"Prénom{rank} Nom0{rank}" for rank in found]
    exported = table_of(browse(world.coordinator).get(at(f"board.csv?{asked}")))
    assert [row["Étudiant·e"] for row in exported] == [f"Prénom{rank} Nom0{rank}" for rank in found]
    assert faults(answer.get_data(as_text=True)) == []


def test_what_was_searched_for_stays_in_the_form_and_in_the_links(world, browse, at, three):
    page = browse(world.coordinator).get(at('board?text="friche>&over=1')).get_data(as_text=True)
    assert 'value="&#34;friche&gt;"' in page
    assert 'id="sieve-over" name="over" value="1" checked' in page
    assert f'href="{at("board.csv?text=%22friche%3E&amp;over=1")}"' in page


def test_the_board_says_whom_to_remind_and_who_has_how_much(world, browse, at, three):
    answer = browse(world.coordinator).get(at("board?sort=name"))
    table, loads = rows(answer, slice(1)), rows(answer, slice(1, 2))
    assert table[2][2:5] == [
        "Étudiant·e 1 question en attente, depuis 12 jours",
        "9 jours",
        "Claire Aubert à relancer",
    ]
    assert loads == [
        [
            "Tuteur·rice",
            "Notes suivies",
            "L’attendent",
            "La plus ancienne",
            "Questions",
            "Dépôts attendus sous 14 jours",
        ],
        ["Claire Aubert", "3", "2 à relancer pour 1 note", "depuis 12 jours", "1", "0 et 1 en retard"],
    ]
    assert "1 à relancer" in words(answer)
    front = words(browse(world.coordinator).get(at()))
    assert "1 question attend une réponse" in front
    assert "1 note dont le tuteur ou la tutrice est à relancer" in front


def test_what_nobody_follows_falls_to_the_coordination(world, browse, at, three):
    with world.session() as db:
        question = db.query(Question).one()
        note = db.get_one(ValidationNote, question.note_id)
        note.tutor_id = None
    said = words(browse(world.coordinator).get(at()))
    assert "La coordination est attendue" in said
    assert "1 question en attente, depuis 12 jours · La jauge" in said
    assert "à relancer" not in said


def answered_plan(world, clock):
    """A plan returned with two remarks, then a question answered: what a learner comes back to. Ids."""
    with world.session() as db:
        walk = seat(db, world)
        walk.topic()
        walk.review(Verdict.APPROVED)
        walk.plan()
        page = walk.page(world.tutor)
        for kind in (RemarkKind.BLOCKING, RemarkKind.SUGGESTION):
            operations.write_remark(
                db,
                page.note,
                operations.newest(page.note),
                page.standing.person,
                kind=kind,
                visibility=Visibility.SHARED,
                text="Dites pourquoi.",
                now=clock(),
            )
        plan = walk.review(Verdict.RETURNED)
        page = walk.page()
        person = page.standing.person
        question = operations.ask_question(db, page.note, person, "Puis-je citer ?", now=clock())
        clock.advance(days=1)
        page = walk.page(world.tutor)
        [asked] = questions_of(db, page.note.id)
        operations.write_in_question(db, page.note, asked, page.standing.person, "Oui.", now=clock())
        return walk.note.id, plan.id, question.id, page.note.remarks[0].id


def test_a_learner_comes_back_to_what_is_new_and_what_awaits_them(world, browse, at, clock):
    note_id, plan_id, question_id, remark_id = answered_plan(world, clock)
    learner = browse(world.learner)
    answer = learner.get(at())
    said, page = words(answer), answer.get_data(as_text=True)
    assert "Lire le retour rendu (plan détaillé) nouveau hier" in said
    assert "2 remarques attendent votre réponse dont 1 bloquante" in said
    assert "Votre question a sa réponse nouveau répondue aujourd’hui" in said
    assert f'href="{at(f"notes/{note_id}/remarks/{remark_id}")}"' in page
    assert f'href="{at(f"notes/{note_id}#q{question_id}")}"' in page
    assert f'class="button" href="{at(f"notes/{note_id}/submissions/{plan_id}")}">Lire le retour' in page
    assert faults(page) == []

    assert learner.get(at(f"notes/{note_id}/submissions/{plan_id}")).status_code == 200
    again = learner.get(at())
    assert "Lire le retour" not in words(again)
    assert "nouveau" not in words(again)
    assert (
        f'class="button" href="{at(f"notes/{note_id}/hand-in")}">Déposer le plan détaillé'
        in again.get_data(as_text=True)
    )
    assert learner.get(at(f"notes/{note_id}/remarks/{remark_id}")).status_code == 303


def test_a_tutor_is_told_that_the_last_answer_was_read(world, browse, at, clock):
    note_id, plan_id, _question_id, _remark_id = answered_plan(world, clock)
    tutor = browse(world.tutor)
    assert "dernier retour, du 4 mai 2027 : pas encore lu" in words(tutor.get(at("queue")))
    browse(world.learner).get(at(f"notes/{note_id}/submissions/{plan_id}"))
    assert "dernier retour lu le 5 mai 2027" in words(tutor.get(at("queue")))
    assert "Mon délai de réponse 0 j médiane, 10 jours visés" in words(tutor.get(at("queue")))


def test_a_remark_that_is_not_released_is_told_to_the_tutor_alone(world, browse, at, three):
    with world.session() as db:
        for row in db.query(Remark).filter_by(note_id=three[0]):
            row.status, row.released_at = RemarkStatus.OPEN, None
    assert "3 préparées, pas encore rendues" in words(browse(world.tutor).get(at("queue")))
    for person, path in ((world.coordinator, "board"), (world.coordinator, ""), (world.learner, "")):
        said = words(browse(person).get(at(path)))
        assert [one for one in ("préparée", "sans réponse", "remarques attendent") if one in said] == []


def test_a_deliberation_moves_nothing_in_the_queues_file(world, browse, at, clock):
    put_all(world, [Stand(State.DELIBERATED, 1, world.tutor, shown_days=9), None, None])
    [row] = table_of(browse(world.tutor).get(at("queue.csv")))
    assert (row["État"], row["À qui le tour"], row["Jours d’attente"]) == ("Devant le jury", "Jury", "9")
