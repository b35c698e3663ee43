"""What passes between two submissions, over HTTP: a question, another topic, a wrong file, another tutor."""

import io
import re

import pytest
from sqlalchemy import select

from tests.journeys.test_note_journey import Walk, pdf, text_of
from tests.journeys.test_note_of_two_parts import Pair
from tests.lint import faults
from tests.notes import small_pdf
from tutoring.notes import operations
from tutoring.notes.models import Question, Review, Submission, SubmittedPart, TopicChange, ValidationNote
from tutoring.notes.moves import State
from tutoring.people.models import Person
from tutoring.store.outbox import OutboxRow

TYPED = "Trois pages de relecture que personne ne doit perdre."


@pytest.fixture
def walk(world, browse):
    return Walk(world, browse)


@pytest.fixture
def pair(world, browse, clock):
    return Pair(world, browse, clock)


def sound(answer, status=200):
    assert answer.status_code == status
    page = text_of(answer)
    assert faults(page) == []
    return page


def mails(world, after=0):
    with world.session() as db:
        rows = db.scalars(
            select(OutboxRow)
            .where(OutboxRow.topic == "mail.wanted", OutboxRow.id > after)
            .order_by(OutboxRow.id)
        )
        return [(row.payload["template"], row.payload["person_id"], row.payload["path"]) for row in rows]


def last_row(world):
    with world.session() as db:
        return db.scalar(select(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1))


# a question


def test_a_question_is_asked_answered_and_settled_on_the_note_s_page(walk, world):
    page = walk.seen(walk.learner)
    assert "Poser une question à mon tuteur ou ma tutrice" in page
    assert "Poser une question" not in walk.seen(walk.tutor)
    asked = walk.learner.post(f"{walk.home}/questions", {"text": "Puis-je citer un élu ?"})
    assert asked.status_code == 303
    assert asked.location.endswith("#q1")
    page = walk.seen(walk.learner)
    assert "Votre question est envoyée." in page
    assert "attend une réponse" in page

    page = walk.seen(walk.tutor)
    assert "1 question attend une réponse." in page
    assert 'href="#q1"' in page
    path = f"{walk.home}/questions/1"
    unsaid = sound(walk.tutor.post(path, {"text": "", "act": "close"}), 422)
    assert "écrivez votre réponse avant de clore" in unsaid
    assert walk.tutor.post(path, {"text": "Oui, avec son accord.", "act": "write"}).status_code == 303
    page = walk.seen(walk.learner)
    assert "Oui, avec son accord." in page
    assert "Claire Aubert</b> a répondu à une question" in page
    assert walk.learner.post(path, {"text": "", "act": "close"}).status_code == 303
    assert "réglée" in walk.seen(walk.learner)
    assert walk.coordinator.post(path, {"text": "Et par écrit.", "act": "write"}).status_code == 303
    assert "Et par écrit." in walk.seen(walk.learner)
    assert mails(world)[-1] == ("note_question_answered", world.tutor.id, f"{walk.home}#q1")


def test_a_question_that_is_refused_keeps_what_was_typed(walk):
    empty = sound(walk.learner.post(f"{walk.home}/questions", {"text": " "}), 422)
    assert "Écrivez quelques mots." in empty
    long = sound(walk.learner.post(f"{walk.home}/questions", {"text": "Très long. " * 600}), 422)
    assert "Très long. Très long." in long
    with walk.world.session() as db:
        assert db.scalar(select(Question.id)) is None


def test_only_those_of_the_note_ask_and_answer(walk, world, browse):
    walk.learner.post(f"{walk.home}/questions", {"text": "Où ?"})
    assert walk.tutor.post(f"{walk.home}/questions", {"text": "Moi aussi."}).status_code == 403
    for who in (world.learners[1], world.staff, world.stranger):
        answer = browse(who).post(f"{walk.home}/questions/1", {"text": "Ailleurs.", "act": "write"})
        assert answer.status_code in (403, 404)
        assert "Ailleurs." in text_of(answer)
    assert walk.tutor.post(f"{walk.home}/questions/2", {"text": "Rien.", "act": "write"}).status_code == 404


def test_without_a_tutor_the_page_says_that_the_coordination_is_told(walk, world):
    with world.session() as db:
        note, coordinator = db.get_one(ValidationNote, walk.note_id), db.get_one(Person, world.coordinator.id)
        operations.assign_tutor(db, note, None, coordinator, now=world.clock())
    assert "c’est la coordination qui est prévenue" in walk.seen(walk.learner)
    walk.learner.post(f"{walk.home}/questions", {"text": "Qui me suit ?"})
    assert mails(world)[-1] == ("note_question", world.coordinator.id, f"{walk.home}#q1")
    assert "1 question attend une réponse." in walk.seen(walk.coordinator)


# another topic


def approved(walk):
    walk.topic()
    walk.decide("topic", "approved")


def test_another_topic_is_asked_compared_and_accepted(walk):
    assert "Demander à changer de sujet" not in walk.seen(walk.learner)
    approved(walk)
    assert "Demander à changer de sujet" in walk.seen(walk.learner)
    form = walk.seen(walk.learner, "/topic")
    assert 'value="Les communs"' in form
    assert "Une *question*." in form
    wanted = {"title": "Les tiers-lieux", "message": "Une *autre* question.", "why": "Le lieu a fermé."}
    unsaid = sound(walk.learner.post(f"{walk.home}/topic", {**wanted, "why": ""}), 422)
    assert "Une *autre* question." in unsaid
    asked = walk.learner.post(f"{walk.home}/topic", wanted)
    assert asked.status_code == 303
    assert asked.location == f"{walk.home}/topic/1"
    assert "Retirer la demande" in walk.seen(walk.learner, "/topic/1")
    assert walk.learner.get(f"{walk.home}/topic").status_code == 303

    assert "Comparer et répondre" in walk.seen(walk.tutor)
    page = walk.seen(walk.tutor, "/topic/1")
    assert "Le lieu a fermé." in page
    assert re.search(r"<del>\s*communs</del><ins>\s*tiers-lieux</ins>", page)
    assert re.search(r"<ins>\s*autre</ins>", page)
    assert "checked" not in page
    silent = sound(walk.tutor.post(f"{walk.home}/topic/1", {"verdict": "declined", "answer": ""}), 422)
    assert "pourquoi le sujet actuel est gardé" in silent
    unchosen = sound(walk.tutor.post(f"{walk.home}/topic/1", {"answer": "Pourquoi pas."}), 422)
    assert "Pourquoi pas." in unchosen
    assert walk.learner.post(f"{walk.home}/topic/1", {"verdict": "accepted"}).status_code == 403
    done = walk.tutor.post(f"{walk.home}/topic/1", {"verdict": "accepted", "answer": "Oui."})
    assert done.status_code == 303
    note = walk.note()
    assert (note.title, note.state) == ("Les tiers-lieux", State.PLAN_OPEN)
    page = walk.seen(walk.learner)
    assert "a accepté le nouveau sujet" in page
    assert "Sujet 2" in page
    first = walk.seen(walk.learner, "/submissions/1")
    assert "Une <em>question</em>." in first
    assert "Oui." in walk.seen(walk.learner, "/topic/1")


def test_another_topic_is_declined_or_withdrawn(walk):
    approved(walk)
    wanted = {"title": "Autre", "message": "Une *question*.", "why": "Essai."}
    walk.learner.post(f"{walk.home}/topic", wanted)
    assert walk.learner.post(f"{walk.home}/topic/1/withdraw").status_code == 303
    late = walk.tutor.post(f"{walk.home}/topic/1", {"verdict": "declined", "answer": "Trop large, encore."})
    assert late.status_code == 409
    assert "Trop large, encore." in text_of(late)
    walk.learner.post(f"{walk.home}/topic", wanted)
    again = walk.learner.post(f"{walk.home}/topic", {**wanted, "title": "Un troisième"})
    assert again.status_code == 409
    assert "Un troisième" in text_of(again)
    declined = walk.coordinator.post(f"{walk.home}/topic/2", {"verdict": "declined", "answer": "Trop large."})
    assert declined.status_code == 303
    assert "Trop large." in walk.seen(walk.learner, "/topic/2")
    assert "Sujet actuel gardé" in walk.seen(walk.learner)
    with walk.world.session() as db:
        assert [one.verdict for one in db.scalars(select(TopicChange).order_by(TopicChange.id))] == [
            None,
            "declined",
        ]


# a wrong file


def test_a_wrong_file_is_replaced_while_nobody_has_answered(walk, world):
    approved(walk)
    walk.hand_in(file_0=pdf(3, "faux.pdf"), message="Bonne lecture.")
    page = walk.seen(walk.learner)
    assert "Remplacer le fichier" in page
    assert "L’ancienne version reste dans l’historique" in page
    assert "Claire Aubert est prévenu·e par un courriel." in page
    form = walk.seen(walk.learner, "/hand-in")
    assert "Déposé\u00a0: faux.pdf (3 pages)" in form
    assert "Bonne lecture." in form
    same = walk.hand_in(keep_0="y", message="Bonne lecture.")
    assert "Rien n’a changé" in sound(same, 422)
    before = last_row(world)
    assert walk.hand_in(keep_0="y", file_0=pdf(4, "bon.pdf"), message="Bonne lecture.").status_code == 303
    newest = walk.submission("plan")
    assert mails(world, before) == [("note_turn", world.tutor.id, newest)]
    page = walk.seen(walk.learner)
    assert "C’est remplacé." in page
    assert "bon.pdf" in page
    assert "faux.pdf" in page
    walk.decide("plan", "returned", "Non.")
    assert "Remplacer le fichier" not in walk.seen(walk.learner)


def test_a_typed_text_is_corrected_where_it_stands_or_gives_way_to_a_file(walk):
    approved(walk)
    walk.hand_in(text_0="Mon plan.")
    form = walk.seen(walk.learner, "/hand-in")
    assert "Remplacer le texte" in form
    assert re.search(r"<textarea[^>]*name=\"text_0\"[^>]*>\s*Mon plan.</textarea>", form)
    assert "keep_0" not in form
    assert "Rien n’a changé" in sound(walk.hand_in(text_0="Mon plan.\r\n"), 422)
    assert walk.hand_in(text_0="Mon plan, corrigé.").status_code == 303
    assert walk.hand_in(text_0="Mon plan, corrigé.", file_0=pdf(2, "plan.pdf")).status_code == 303
    with walk.world.session() as db:
        last = db.scalar(select(Submission.id).order_by(Submission.id.desc()).limit(1))
        parts = db.execute(select(SubmittedPart.filename, SubmittedPart.text).filter_by(submission_id=last))
        assert parts.all() == [("plan.pdf", "")]


def test_one_part_of_two_is_replaced_and_the_other_kept(pair):
    pair.hand_in(title="Fédérer", message="Pourquoi ?")
    pair.answer("approved")
    one, two = (io.BytesIO(small_pdf(2)), "un.pdf"), (io.BytesIO(small_pdf(3)), "deux.pdf")
    pair.hand_in(file_0=one, file_1=two)
    form = sound(pair.learner.get(f"{pair.home}/hand-in"))
    ticked = re.findall(r"<input[^>]*checked[^>]*>", form)
    assert [re.search(r'name="(\w+)"', box)[1] for box in ticked] == ["keep_0", "keep_1"]
    right = (io.BytesIO(small_pdf(4)), "bon.pdf")
    assert pair.hand_in(keep_0="y", keep_1="y", file_1=right).status_code == 303
    with pair.world.session() as db:
        last = db.scalar(select(Submission).order_by(Submission.id.desc()))
        assert (last.stage, last.number) == ("plan", 2)
    page = sound(pair.tutor.get(f"{pair.home}/submissions/{last.id}"))
    assert "un.pdf" in page
    assert "bon.pdf" in page
    assert "deux.pdf" not in page


def test_a_wrong_final_version_is_taken_back_at_once_or_asked_back(walk, world, clock):
    approved(walk)
    walk.hand_in(text_0="Plan.")
    walk.decide("plan", "approved")
    walk.hand_in(text_0="Brouillon.")
    walk.decide("draft", "approved")
    walk.hand_in(file_0=pdf(17, "faux.pdf"), honour_statement="y", dissemination_choice="no")
    page = walk.seen(walk.learner)
    assert "Pendant quinze minutes" in page
    assert "Annuler la dernière étape" in page
    clock.advance(minutes=20)
    page = walk.seen(walk.learner)
    assert "la coordination seule peut vous rendre la main" in page
    assert 'href="#ask"' in page
    assert "Poser une question à la coordination" in page
    before = last_row(world)
    walk.learner.post(f"{walk.home}/questions", {"text": "J’ai déposé le mauvais PDF."})
    told = [("note_question", world.tutor.id), ("note_question", world.coordinator.id)]
    assert [(template, person) for template, person, _ in mails(world, before)] == told


# another tutor


def hand_over(walk, world, to):
    return walk.coordinator.post(f"/c/{walk.cohort_id}/people/tutors", {f"tutor_{walk.note_id}": str(to.id)})


def test_the_page_of_tutors_says_what_passes_with_each_note(walk, world):
    walk.topic()
    path = f"{walk.submission('topic')}/review/draft"
    assert walk.tutor.post(path, {"reason": TYPED}).status_code == 303
    walk.learner.post(f"{walk.home}/questions", {"text": "Où ?"})
    page = sound(walk.coordinator.get(f"/c/{walk.cohort_id}/people/tutors"))
    assert "relecture commencée" in page
    assert "1 question sans réponse," in page
    assert "attend une relecture," in page
    assert "Ce que chacun·e suit" in page


def test_a_former_tutor_is_told_so_and_keeps_what_they_had_typed(walk, world, browse, clock):
    walk.topic()
    topic = walk.submission("topic")
    clock.advance(days=1)
    assert hand_over(walk, world, world.other_tutor).status_code == 303
    posts = {
        f"{topic}/review/draft": {"reason": TYPED},
        f"{topic}/review": {"reason": TYPED, "verdict": "returned", "version": walk.version()},
        f"{topic}/remarks": {"text": TYPED, "kind": "question", "visibility": "shared"},
    }
    for path, data in posts.items():
        page = sound(walk.tutor.post(path, data), 403)
        assert "Malik Sadi suit cette note depuis le 17 novembre 2026" in page
        assert TYPED in page
    assert "Malik Sadi suit cette note" in sound(walk.tutor.get(walk.home), 403)
    other = browse(world.staff).post(f"{topic}/review", {"reason": TYPED})
    page = sound(other, 403)
    assert "Malik Sadi" not in page
    assert TYPED in page
    with world.session() as db:
        assert db.scalar(select(Review.id)) is None


def test_the_new_tutor_goes_on_where_the_former_one_was(walk, world, browse):
    walk.topic()
    topic = walk.submission("topic")
    walk.tutor.post(f"{topic}/review/draft", {"reason": TYPED})
    before = last_row(world)
    hand_over(walk, world, world.other_tutor)
    assert mails(world, before) == [
        ("note_tutor", world.other_tutor.id, walk.home),
        ("note_your_tutor", world.learner.id, walk.home),
        ("note_passed_on", world.tutor.id, f"/c/{walk.cohort_id}/queue"),
    ]
    assert TYPED in sound(browse(world.other_tutor).get(topic))
    assert walk.coordinator.get(f"/c/{walk.cohort_id}/people/tutors").status_code == 200


def test_what_is_posted_nowhere_is_shown_again(walk):
    page = sound(walk.learner.post(f"{walk.home}/questions/99", {"text": TYPED, "act": "write"}), 404)
    assert TYPED in page
    assert "Votre texte est gardé ici" in page


# mails


def test_each_mail_of_a_move_leads_to_what_it_is_about(walk, world):
    walk.topic()
    topic = walk.submission("topic")
    assert mails(world)[-2:] == [
        ("note_receipt", world.learner.id, topic),
        ("note_turn", world.tutor.id, topic),
    ]
    walk.decide("topic", "returned", "Trop large.")
    assert mails(world)[-1] == ("note_turn", world.learner.id, f"{topic}#review")
    assert 'id="review"' in walk.seen(walk.learner, topic.removeprefix(walk.home))
