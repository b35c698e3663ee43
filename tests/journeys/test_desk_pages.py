"""The front page, the queue and the board over HTTP: each role's page, who may open it, what it counts and hides."""

import csv
import html
import io
import re
from datetime import UTC, datetime

import pytest

from tests.cohorts import Stand, put_all
from tests.lint import faults
from tutoring.jury.models import Hearing, Panel, Seat
from tutoring.notes.moves import State
from tutoring.programme.models import Role, Speaker
from tutoring.programme.queries import member, next_day_of


@pytest.fixture
def at(world):
    """The address of a page of the world's cohort."""
    return lambda path="": f"/c/{world.cohort.id}/{path}"


@pytest.fixture
def clock(clock):
    clock.at = datetime(2027, 5, 4, 9, 0, tzinfo=UTC)
    return clock


def words(answer):
    """The words of a page's main part, one space between them."""
    body = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", answer.get_data(as_text=True))
    said = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())
    return re.sub(r" ([,.)])", r"\1", said)


def rows(answer, tables=slice(None)):
    """The rows of a page's tables (of some of them), each as the words of its cells."""
    body = "".join(re.findall(r"(?s)<table.*?</table>", answer.get_data(as_text=True))[tables])
    found = re.findall(r"(?s)<tr role=\"row\">(.*?)</tr>", body)
    cells = [re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", c)).split()) for c in row] for row in cells]


def names(answer):
    """Who has a row in the page's first table, if it is one of learners."""
    found = rows(answer, slice(1))[1:]
    return [row[0].split(" La ")[0] for row in found if row[0].startswith("Prénom")]


def three(world, *stands):
    return put_all(world, stands)


def test_a_learner_whose_turn_it_is_reads_what_to_do_until_when(world, browse, at):
    note_id = three(world, Stand(State.DRAFT_OPEN, 9, world.tutor, "Habiter la friche"), None, None)[0]
    answer = browse(world.learner).get(at())
    said = words(answer)
    assert "Bonjour Prénom0" in said
    assert "Habiter la friche Votre note, suivie par Claire Aubert" in said
    assert "À vous de déposer un brouillon depuis 9 jours" in said
    assert "Échéance : 2 mai 2027, 23:59 (Paris) dépassée" in said
    assert "Le dépôt reste possible : il sera signalé en retard." in said
    assert f'href="{at(f"notes/{note_id}")}"' in answer.get_data(as_text=True)
    assert faults(answer.get_data(as_text=True)) == []


def test_a_learner_who_waits_reads_for_whom_and_what_comes_next(world, browse, at):
    three(world, Stand(State.PLAN_REVIEW, 3, world.tutor, "Habiter la friche"), None, None)
    said = words(browse(world.learner).get(at()))
    assert "Votre plan détaillé est en relecture depuis 3 jours" in said
    assert "C’est à Claire Aubert. Prochaine date : brouillon, 2 mai 2027, 23:59 (Paris)." in said
    assert "À vous" not in said


def test_a_learner_without_a_note_is_told_so(world, browse, at):
    answer = browse(world.learner).get(at())
    assert "Votre note n’est pas encore ouverte" in words(answer)
    assert answer.status_code == 200


def test_everyone_sees_the_next_day_with_its_hours_place_and_speakers(world, browse, at):
    with world.session() as db:
        day = next_day_of(db, world.cohort.id, datetime(2027, 5, 4, tzinfo=UTC).date())
        speaker = Speaker(
            institution_id=day.institution_id, day_id=day.id, name="Claire Aubert", person_id=world.tutor.id
        )
        db.add(speaker)
    for person in (world.learner, world.tutor, world.coordinator, world.guest):
        said = words(browse(person).get(at()))
        assert "Prochaine journée Journée 12 · journée thématique dans 6 jours" in said
        assert "lundi 10 mai 2027, de 9:30 à 12:30 et de 14:00 à 17:00" in said
        assert "Cnam, 292 rue Saint-Martin" in said
        assert "Claire Aubert" in said
        assert ("Vous intervenez" in said) is (person is world.tutor)


def test_a_cohort_whose_days_are_over_says_so(world, browse, at, clock):
    clock.at = datetime(2027, 9, 1, 9, 0, tzinfo=UTC)
    assert "Aucune journée n’est à venir" in words(browse(world.learner).get(at()))


def test_a_tutor_finds_on_the_front_page_the_top_of_the_queue(world, browse, at):
    three(
        world,
        Stand(State.PLAN_REVIEW, 3, world.tutor),
        Stand(State.DRAFT_REVIEW, 14, world.tutor),
        Stand(State.DRAFT_OPEN, 1, world.tutor),
    )
    said = words(browse(world.tutor).get(at()))
    first, second = said.index("Prénom1 Nom01"), said.index("Prénom0 Nom00")
    assert said.index("Qui vous attend") < first < second
    assert "14 jours au-delà des 10 jours visés" in said
    assert "Prénom2" not in said


def test_staff_who_follow_no_note_are_not_asked_for_any(world, browse, at):
    said = words(browse(world.staff).get(at()))
    assert "Qui vous attend" not in said
    assert "Votre jury" not in said


def test_a_juror_is_led_to_the_jury(world, browse, at):
    ids = three(world, Stand(State.WITH_JURY, 2, world.tutor), Stand(State.WITH_JURY, 2, world.tutor), None)
    with world.session() as db:
        root = {"institution_id": world.institution.id}
        panel = Panel(**root, cohort_id=world.cohort.id, name="A", sits_on=None, place="")
        db.add(panel)
        db.flush()
        db.add(Seat(**root, panel_id=panel.id, person_id=world.guest.id, presides=True))
        db.add_all(Hearing(**root, panel_id=panel.id, note_id=note_id, reason="") for note_id in ids[:2])
    answer = browse(world.guest).get(at())
    assert "Votre jury 2 notes à évaluer Vous présidez. La date du jury n’est pas encore fixée." in words(
        answer
    )
    assert f'href="{at("jury")}"' in answer.get_data(as_text=True)
    assert "Nom00" not in words(answer)


def test_the_coordinator_reads_in_words_who_waits_for_whom(world, browse, at):
    three(
        world,
        Stand(State.DRAFT_REVIEW, 14, world.tutor),
        Stand(State.FINAL_CHECK, 6, world.tutor, "Habiter la friche"),
        Stand(State.PLAN_OPEN, 48),
    )
    answer = browse(world.coordinator).get(at())
    said = words(answer)
    assert "1 note attend son tuteur ou sa tutrice depuis 14 jours · 1 au-delà des 10 jours visés" in said
    assert "1 note attend la coordination depuis 6 jours" in said
    assert "1 étudiant·e a la main 1 en retard" in said
    assert "1 étudiant·e n’a pas de tuteur·rice" in said
    assert "Version finale en vérification · Habiter la friche" in said
    assert "Plan détaillé, attendu le 28 mars 2027 (37 jours de retard) · sans tuteur·rice" in said
    assert f'href="{at("board?late=1")}"' in answer.get_data(as_text=True)


def test_a_coordinator_of_an_empty_cohort_is_told_what_to_do_first(world, browse, at):
    with world.session() as db:
        for learner in world.learners:
            db.delete(member(db, world.cohort.id, learner.id))
    for path in ("", "board"):
        answer = browse(world.coordinator).get(at(path))
        assert "Personne n’est encore inscrit" in words(answer)
        assert f'href="{at("people")}"' in answer.get_data(as_text=True)


def test_the_queue_is_in_order_with_version_wait_and_next_date(world, browse, at):
    ids = three(
        world,
        Stand(State.DRAFT_REVIEW, 3, world.tutor, "La friche", version=2),
        Stand(State.PLAN_REVIEW, 14, world.tutor, "La jauge", version=1, late=True),
        Stand(State.FINAL_OPEN, 12, world.tutor, "La scène"),
    )
    answer = browse(world.tutor).get(at("queue"))
    assert rows(answer) == [
        ["Étudiant·e", "À faire", "Attend depuis", "Remarques", "Prochaine échéance"],
        [
            "Prénom1 Nom01 La jauge",
            "Relire le plan détaillé Prénom1 Nom01 Plan détaillé étape 2 sur 6 déposé en retard",
            "14 jours au-delà des 10 jours visés",
            "",
            "2 mai 2027 Brouillon passée",
        ],
        [
            "Prénom0 Nom00 La friche",
            "Relire le brouillon 2 Prénom0 Nom00 Brouillon étape 3 sur 6",
            "3 jours",
            "",
            "30 mai 2027 Version finale",
        ],
        ["Étudiant·e", "Où elle en est", "À qui le tour", "Remarques", "Prochaine échéance"],
        [
            "Prénom2 Nom02 La scène",
            "Version finale étape 4 sur 6",
            "Étudiant·e depuis 12 jours",
            "",
            "30 mai 2027 Version finale",
        ],
    ]
    assert "3 notes suivies · 2 attendent votre retour · délai visé : 10 jours" in words(answer)
    assert f"{at(f'notes/{ids[0]}/submissions/')}" in answer.get_data(as_text=True)
    assert faults(answer.get_data(as_text=True)) == []


def test_an_empty_queue_says_what_will_come(world, browse, at):
    assert "Vous ne suivez pas encore de note" in words(browse(world.tutor).get(at("queue")))
    three(world, Stand(State.DRAFT_OPEN, 3, world.tutor), None, None)
    assert "Personne ne vous attend" in words(browse(world.tutor).get(at("queue")))


THREE = (
    Stand(State.DRAFT_REVIEW, 3, title="La friche"),
    Stand(State.PLAN_OPEN, 48, title="La jauge"),
    None,
)


def test_the_board_has_a_row_for_each_learner(world, browse, at):
    stands = [Stand(State.DRAFT_REVIEW, 3, world.tutor, "La friche"), *THREE[1:]]
    put_all(world, stands)
    answer = browse(world.coordinator).get(at("board"))
    assert rows(answer, slice(1))[1:] == [
        [
            "Prénom0 Nom00 La friche",
            "Brouillon étape 3 sur 6",
            "Tuteur·rice",
            "3 jours",
            "Claire Aubert",
            "",
            "30 mai 2027 Version finale",
        ],
        [
            "Prénom1 Nom01 La jauge",
            "Plan détaillé étape 2 sur 6",
            "Étudiant·e",
            "48 jours",
            "sans tuteur·rice",
            "",
            "28 mars 2027 Plan détaillé en retard",
        ],
        [
            "Prénom2 Nom02",
            "Note pas encore ouverte",
            "Personne",
            "",
            "sans tuteur·rice",
            "",
            "24 janvier 2027 Sujet passée",
        ],
    ]
    assert "3 étudiant·es · 1 attend son tuteur ou sa tutrice · 1 en retard · 2 sans tuteur·rice" in words(
        answer
    )
    assert faults(answer.get_data(as_text=True)) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Prénom0 Nom00", "Prénom1 Nom01", "Prénom2 Nom02"]),
        ("stage=plan", ["Prénom1 Nom01"]),
        ("stage=unopened", ["Prénom2 Nom02"]),
        ("turn=tutor", ["Prénom0 Nom00"]),
        ("tutor=none&sort=name", ["Prénom0 Nom00", "Prénom1 Nom01", "Prénom2 Nom02"]),
        ("late=1", ["Prénom1 Nom01"]),
        ("sort=stage", ["Prénom2 Nom02", "Prénom1 Nom01", "Prénom0 Nom00"]),
        ("stage=nonsense&sort=%27%3B--&tutor=x", ["Prénom0 Nom00", "Prénom1 Nom01", "Prénom2 Nom02"]),
        ("stage=jury", []),
    ],
)
def test_the_board_is_sifted_and_sorted_by_its_address(world, browse, at, asked, found):
    put_all(world, THREE)
    answer = browse(world.coordinator).get(at(f"board?{asked}"))
    assert (answer.status_code, names(answer)) == (200, found)


def test_a_sifted_board_says_how_many_it_shows_and_how_to_show_all(world, browse, at):
    put_all(world, THREE)
    answer = browse(world.coordinator).get(at("board?turn=learner&sort=name"))
    page = answer.get_data(as_text=True)
    assert "1 sur 3 · tout montrer" in words(answer)
    assert f'href="{at("board?sort=name")}"' in page
    assert f'href="{at("board.csv?turn=learner&amp;sort=name")}"' in page
    assert "Aucune note ne répond à ce filtre" in words(browse(world.coordinator).get(at("board?stage=jury")))


def test_the_board_is_carried_away_as_a_file_that_runs_nothing(world, browse, at):
    put_all(world, [Stand(State.PLAN_OPEN, 48, world.tutor, "=HYPERLINK(1)"), *THREE[1:]])
    answer = browse(world.coordinator).get(at("board.csv?sort=name"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = f"attachment; filename=suivi-{world.cohort.id}-2027-05-04.csv"
    assert answer.headers["Content-Disposition"] == disposition
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert table[0][:5] == ["Étudiant·e", "Titre de la note", "Étape", "État", "À qui le tour"]
    assert table[1] == [
        "Prénom0 Nom00",
        "'=HYPERLINK(1)",
        "Plan détaillé",
        "Plan détaillé à déposer",
        "Étudiant·e",
        "2027-03-17",
        "48",
        "oui",
        "Claire Aubert",
        "Plan détaillé",
        "2027-03-28",
        *("0", "0", "0", "0", "non", "non"),
    ]
    assert table[3][3:5] == ["Note pas encore ouverte", "Personne"]
    sifted = browse(world.coordinator).get(at("board.csv?stage=unopened")).data.decode("utf-8-sig")
    assert sifted.count("\r\n") == 2


def test_a_deliberation_is_on_the_board_and_nowhere_else(world, browse, at):
    three(world, Stand(State.DELIBERATED, 1, world.tutor, shown_days=9), None, None)
    board = words(browse(world.coordinator).get(at("board")))
    assert "Délibération enregistrée Coordination hier" in board
    queue = words(browse(world.tutor).get(at("queue")))
    assert "Jury étape 5 sur 6 Jury depuis 9 jours" in queue
    own = words(browse(world.learner).get(at()))
    assert "Votre note est devant le jury depuis 9 jours" in own
    assert [text for text in (queue, own) if "élibération" in text or "hier" in text] == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", {"learner", "tutor", "guest", "coordinator"}),
        ("queue", {"tutor", "coordinator"}),
        ("board", {"coordinator"}),
        ("queue.csv", {"tutor", "coordinator"}),
        ("board.csv", {"coordinator"}),
    ],
)
def test_each_page_opens_to_its_roles_alone(world, browse, at, path, allowed):
    for role in ("learner", "tutor", "guest", "coordinator"):
        status = browse(getattr(world, role)).get(at(path)).status_code
        assert (role, status) == (role, 200 if role in allowed else 403)
    assert browse(world.stranger).get(at(path)).status_code == 404
    assert browse().get(at(path)).status_code == 303


def test_the_navigation_leads_staff_to_the_queue_and_coordinators_to_the_board(world, browse, at):
    for person, queue, board in (
        (world.learner, False, False),
        (world.tutor, True, False),
        (world.coordinator, False, True),
    ):
        nav = browse(person).get(at()).get_data(as_text=True).partition("<nav")[2].partition("</nav>")[0]
        assert (at("queue") in nav, at("board") in nav) == (queue, board)


def test_a_coordinator_who_follows_notes_is_led_to_their_queue(world, browse, at):
    three(world, Stand(State.PLAN_REVIEW, 3, world.coordinator), None, None)
    for path in ("", "board"):
        assert f'href="{at("queue")}"' in browse(world.coordinator).get(at(path)).get_data(as_text=True)
    assert names(browse(world.coordinator).get(at("queue"))) == ["Prénom0 Nom00"]


def test_the_pages_are_in_english_for_who_reads_it(world, browse, at):
    answer = browse(world.coordinator).get(at("board"), headers={"Accept-Language": "en"})
    assert '<html lang="en">' in answer.get_data(as_text=True)


STATES = [State.PLAN_REVIEW, State.DRAFT_OPEN, State.DRAFT_REVIEW, State.FINAL_CHECK, State.WITH_JURY]


def test_three_or_thirty_learners_cost_the_same_number_of_queries(world, browse, at, statements):
    def counted():
        ranks = range(len(world.learners))
        put_all(world, [Stand(STATES[rank % len(STATES)], rank, world.tutor, version=1) for rank in ranks])
        found = {}
        for person, path in (
            (world.learner, ""),
            (world.tutor, ""),
            (world.coordinator, ""),
            (world.guest, ""),
            (world.tutor, "queue"),
            (world.tutor, "queue.csv"),
            (world.coordinator, "board"),
            (world.coordinator, "board.csv"),
        ):
            browser = browse(person)
            with statements() as seen:
                assert browser.get(at(path)).status_code == 200
            found[person.name, path] = len(seen)
        return found

    few = counted()
    with world.session() as db:
        more = [world.member(db, f"Autre{rank}", f"Plus{rank:02}", Role.LEARNER) for rank in range(27)]
    world.learners = more
    assert counted() == few
    assert few[world.coordinator.name, "board"] == 7
    assert few[world.tutor.name, "queue"] == 9
