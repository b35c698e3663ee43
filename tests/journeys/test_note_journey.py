"""Over HTTP: a note from topic to final version, in the learner's, the tutor's and the coordinator's seats."""

import io
import re

import pytest
from sqlalchemy import func, select

from tests.lint import faults
from tests.notes import seat, small_pdf
from tutoring.notes import operations
from tutoring.notes.models import (
    Remark,
    RemarkKind,
    RemarkStatus,
    Review,
    Submission,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import Facts, Outcome, Side, State, Verdict
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Membership, Role
from tutoring.store.outbox import OutboxRow, drain
from tutoring.web import edge


class Walk:
    """The pages of one note, each person in their own browser."""

    def __init__(self, world, browse):
        self.world = world
        with world.session() as db:
            there = seat(db, world)
            self.note_id, self.cohort_id = there.note.id, there.note.cohort_id
        self.home = f"/c/{self.cohort_id}/notes/{self.note_id}"
        self.learner = browse(world.learner)
        self.tutor = browse(world.tutor)
        self.coordinator = browse(world.coordinator)

    def note(self):
        with self.world.session() as db:
            return db.get_one(ValidationNote, self.note_id)

    def newest(self, stage):
        with self.world.session() as db:
            return db.scalar(
                select(Submission.id)
                .where(Submission.note_id == self.note_id, Submission.stage == stage)
                .order_by(Submission.id.desc())
            )

    def count(self, model):
        with self.world.session() as db:
            return db.scalar(select(func.count(model.id)))

    def version(self):
        return str(self.note().version)

    def submission(self, stage):
        return f"{self.home}/submissions/{self.newest(stage)}"

    def topic(self, **fields):
        data = {"version": self.version(), "title": "Les communs", "message": "Une *question*.", **fields}
        return self.learner.post(f"{self.home}/hand-in", data)

    def hand_in(self, **fields):
        return self.learner.post(f"{self.home}/hand-in", {"version": self.version(), **fields})

    def decide(self, stage, verdict, reason="", **fields):
        data = {"version": self.version(), "verdict": verdict, "reason": reason, **fields}
        return self.tutor.post(f"{self.submission(stage)}/review", data)

    def seen(self, browser, path=""):
        answer = browser.get(self.home + path)
        assert answer.status_code == 200
        html = answer.get_data(as_text=True)
        assert faults(html) == []
        return html


@pytest.fixture
def walk(world, browse):
    return Walk(world, browse)


def pdf(pages, name="note.pdf"):
    return (io.BytesIO(small_pdf(pages)), name)


def text_of(answer):
    return answer.get_data(as_text=True)


def test_the_whole_way_from_topic_to_the_coordination_s_check(walk):
    assert "C’est à vous." in walk.seen(walk.learner)
    walk.seen(walk.learner, "/hand-in")
    assert walk.topic().status_code == 303
    assert "C’est au tuteur ou à la tutrice." in walk.seen(walk.learner)

    assert "Relire et répondre" in walk.seen(walk.tutor)
    sub = walk.submission("topic").removeprefix(walk.home)
    assert "<em>question</em>" in walk.seen(walk.tutor, sub)
    assert walk.decide("topic", "returned", "Trop large.").status_code == 303
    page = walk.seen(walk.learner)
    assert "a rendu sa relecture" in page
    assert "Trop large." in walk.seen(walk.learner, sub)
    assert walk.topic(title="Un lieu commun").status_code == 303
    assert walk.decide("topic", "approved").status_code == 303

    walk.seen(walk.learner, "/hand-in")
    md = (io.BytesIO(b"# Mon plan\n"), "plan détaillé.md")
    assert walk.hand_in(file_0=md).status_code == 303
    assert "plan détaillé.md" in walk.seen(walk.tutor)
    assert walk.decide("plan", "approved", "Bien.").status_code == 303

    assert walk.hand_in(file_0=pdf(3), excluded_0="1").status_code == 303
    page = walk.seen(walk.tutor)
    assert "nombre de pages hors des bornes" in page
    assert walk.decide("draft", "approved").status_code == 303
    assert walk.note().state == State.FINAL_OPEN

    walk.seen(walk.learner, "/hand-in")
    final = walk.hand_in(
        file_0=pdf(17),
        source_0=(io.BytesIO(b"# La note\n"), "note.md"),
        honour_statement="y",
        dissemination_choice="cohort",
    )
    assert final.status_code == 303
    note = walk.note()
    assert (note.state, note.title) == (State.FINAL_CHECK, "Un lieu commun")
    assert "Vérifier la version finale" in walk.seen(walk.coordinator)
    walk.seen(walk.coordinator, walk.submission("final").removeprefix(walk.home))
    walk.seen(walk.coordinator, "/moves/refuse_admissibility")
    refused = walk.coordinator.post(
        f"{walk.home}/moves/refuse_admissibility",
        {"version": walk.version(), "reason": "Il manque les annexes.", "until": "2027-06-20"},
    )
    assert refused.status_code == 303
    page = walk.seen(walk.learner)
    assert "Il manque les annexes." in page
    assert "20 juin 2027, 23:59" in page
    assert "report accordé" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(walk):
    answer = walk.topic(title="", message="Un texte long.")
    assert answer.status_code == 422
    assert "Un texte long." in text_of(answer)
    assert faults(text_of(answer)) == []
    walk.topic()
    walk.decide("topic", "approved")
    walk.hand_in(text_0="Plan.")
    walk.decide("plan", "approved")
    walk.hand_in(text_0="Brouillon.")
    walk.decide("draft", "approved")

    answer = walk.hand_in(file_0=pdf(17, "Ma note.pdf"), message="Bonne lecture.")
    page = text_of(answer)
    assert answer.status_code == 422
    assert faults(page) == []
    assert "Ma note.pdf" in page
    assert "Bonne lecture." in page
    token = re.search(r'name="file_0_staged" value="([^"]+)"', page)[1]
    again = walk.hand_in(file_0_staged=token, honour_statement="y", dissemination_choice="no")
    assert again.status_code == 303
    assert "Ma note.pdf" in walk.seen(walk.learner)


@pytest.mark.parametrize("pages", [3, 30])
def test_a_final_version_out_of_its_bounds_is_refused_with_its_figures(walk, pages):
    walk.topic()
    walk.decide("topic", "approved")
    walk.hand_in(text_0="Plan.")
    walk.decide("plan", "approved")
    walk.hand_in(text_0="Brouillon.")
    walk.decide("draft", "approved")
    answer = walk.hand_in(file_0=pdf(pages), honour_statement="y", dissemination_choice="no")
    assert answer.status_code == 422
    assert f"compte {pages} pages\u00a0; il en faut de 15 à 20." in text_of(answer)
    assert faults(text_of(answer)) == []
    assert walk.count(Submission) == 3


def test_a_file_that_belies_its_name_is_refused_with_a_sentence(walk):
    walk.topic()
    walk.decide("topic", "approved")
    answer = walk.hand_in(file_0=(io.BytesIO(b"not a pdf"), "plan.pdf"), text_0="Mon plan.")
    assert answer.status_code == 422
    assert "n’est pas celui que son nom annonce" in text_of(answer)
    assert "Mon plan." in text_of(answer)
    broken = walk.hand_in(file_0=(io.BytesIO(b"%PDF-1.4 nothing more"), "plan.pdf"))
    assert broken.status_code == 422
    assert "abîmé ou incomplet" in text_of(broken)
    assert walk.count(Submission) == 1


def test_a_decision_without_verdict_is_refused_and_its_text_kept(walk):
    walk.topic()
    answer = walk.tutor.post(
        f"{walk.submission('topic')}/review", {"version": walk.version(), "reason": "Presque là."}
    )
    assert answer.status_code == 422
    assert "Presque là." in text_of(answer)
    assert faults(text_of(answer)) == []
    assert walk.decide("topic", "returned").status_code == 422
    assert walk.count(Review) == 0


def test_nothing_is_chosen_beforehand(walk):
    walk.topic()
    page = walk.seen(walk.tutor, walk.submission("topic").removeprefix(walk.home))
    verdicts = re.findall(r'<input type="radio"[^>]*name="verdict"[^>]*>', page)
    assert len(verdicts) == 2
    assert not any("checked" in one for one in verdicts)


def test_a_move_on_a_stale_page_is_refused_and_keeps_the_text(walk):
    walk.topic()
    seen = walk.version()
    first = walk.submission("topic")
    walk.topic(title="Mieux")
    answer = walk.tutor.post(
        f"{first}/review", {"version": seen, "verdict": "approved", "reason": "Un avis mûri."}
    )
    assert answer.status_code == 409
    assert "Une version plus récente est arrivée" in text_of(answer)
    assert "Un avis mûri." in text_of(answer)
    stale = walk.tutor.post(
        f"{walk.submission('topic')}/review",
        {"version": seen, "verdict": "approved", "reason": "Encore un avis."},
    )
    assert stale.status_code == 409
    assert "Encore un avis." in text_of(stale)
    assert walk.note().state == State.TOPIC_REVIEW
    late = walk.learner.post(
        f"{walk.home}/hand-in", {"version": seen, "title": "T", "message": "Ce que j’écrivais."}
    )
    assert late.status_code == 409
    assert "Ce que j’écrivais." in text_of(late)


def test_a_review_is_kept_on_the_server_as_it_is_typed_and_seen_by_its_author_alone(walk):
    walk.topic()
    path = walk.submission("topic")
    saved = walk.tutor.post(
        f"{path}/review/draft",
        {"reason": "Un début de réponse."},
        headers={"Accept": "application/json", "Referer": "https://127.0.0.1:8000/"},
    )
    assert saved.status_code == 200
    assert saved.get_json() == {"saved_at": walk.world.clock().isoformat(), "revision": 1}
    assert walk.tutor.post(f"{path}/review/draft", {"reason": "Une suite."}).status_code == 303
    under = path.removeprefix(walk.home)
    assert "Une suite." in walk.seen(walk.tutor, under)
    assert "Une suite." not in walk.seen(walk.learner, under)
    assert "Une suite." not in walk.seen(walk.coordinator, under)


def remark(walk, text="Précisez.", **fields):
    data = {"text": text, "kind": "blocking", "visibility": "shared", "quote": "Une question", **fields}
    return walk.tutor.post(f"{walk.submission('topic')}/remarks", data)


def test_remarks_show_once_the_review_is_released_staff_s_never(walk):
    walk.topic()
    assert remark(walk).status_code == 303
    assert remark(walk, "Entre nous.", visibility="staff").status_code == 303
    under = walk.submission("topic").removeprefix(walk.home)
    assert "Précisez." in walk.seen(walk.tutor, under)
    assert "Précisez." not in walk.seen(walk.learner, under)
    assert "Précisez." not in walk.seen(walk.coordinator, under)
    walk.decide("topic", "returned", "Voyez mes remarques.")
    page = walk.seen(walk.learner, under)
    assert "Précisez." in page
    assert "Entre nous." not in page
    assert "1 à traiter" in walk.seen(walk.learner)
    assert "Entre nous." in walk.seen(walk.coordinator, under)


def test_a_remark_is_answered_declined_with_a_reason_closed(walk):
    walk.topic()
    remark(walk)
    walk.decide("topic", "returned", "Voyez.")
    with walk.world.session() as db:
        remark_id = db.scalar(select(Remark.id))
    path = f"{walk.submission('topic')}/remarks/{remark_id}"
    silent = walk.learner.post(path, {"act": "decline", "text": ""})
    assert silent.status_code == 422
    assert "Dites en quelques mots pourquoi vous ne la suivez pas." in text_of(silent)
    assert faults(text_of(silent)) == []
    assert walk.learner.post(path, {"act": "decline", "text": "Hors sujet."}).status_code == 303
    assert walk.learner.post(path, {"act": "resolve", "text": ""}).status_code == 403
    assert "non suivie" in walk.seen(walk.tutor, walk.submission("topic").removeprefix(walk.home))
    assert walk.tutor.post(path, {"act": "answer", "text": "D’accord."}).status_code == 303
    assert walk.tutor.post(path, {"act": "resolve", "text": ""}).status_code == 303
    with walk.world.session() as db:
        assert db.get_one(Remark, remark_id).status == RemarkStatus.RESOLVED


def test_an_unreleased_remark_is_rewritten_or_dropped(walk):
    walk.topic()
    remark(walk)
    with walk.world.session() as db:
        remark_id = db.scalar(select(Remark.id))
    path = f"{walk.submission('topic')}/remarks/{remark_id}"
    assert walk.learner.post(path, {"act": "answer", "text": "?"}).status_code == 404
    walk.tutor.post(path, {"act": "rewrite", "text": "Plus juste."})
    assert "Plus juste." in walk.seen(walk.tutor, walk.submission("topic").removeprefix(walk.home))
    assert walk.tutor.post(path, {"act": "drop", "text": ""}).status_code == 303
    assert walk.count(Remark) == 0


def test_a_plan_with_blocking_remarks_is_approved_only_with_a_reason(walk):
    walk.topic()
    remark(walk)
    walk.decide("topic", "approved")
    walk.hand_in(text_0="Plan.")
    answer = walk.decide("plan", "approved")
    assert answer.status_code == 422
    assert "Remarques bloquantes encore ouvertes" in text_of(answer)
    assert walk.decide("plan", "approved", waived_with_reason="Vu en séance.").status_code == 303
    assert "Vu en séance." in walk.seen(walk.coordinator)
    assert "Vu en séance." not in walk.seen(walk.learner)
    with walk.world.session() as db:
        assert db.scalar(select(Remark.status)) == RemarkStatus.WAIVED


def test_a_review_begun_on_a_version_is_carried_to_the_one_that_replaced_it(walk):
    walk.topic()
    first = walk.submission("topic")
    remark(walk)
    walk.tutor.post(f"{first}/review/draft", {"reason": "Commencé."})
    walk.topic(title="Remplacé")
    assert "Y reporter ma relecture commencée" in walk.seen(walk.tutor, first.removeprefix(walk.home))
    assert walk.tutor.post(f"{first}/review/carry").status_code == 303
    page = walk.seen(walk.tutor, walk.submission("topic").removeprefix(walk.home))
    assert "Commencé." in page
    assert "Précisez." in page


def test_a_file_comes_back_as_it_went(walk):
    walk.topic()
    walk.decide("topic", "approved")
    content = "# Un plan à trous\n".encode()
    walk.hand_in(file_0=(io.BytesIO(content), "plan détaillé.md"))
    href = re.search(rf'href="({walk.home}/files/\d+)"', text_of(walk.tutor.get(walk.submission("plan"))))[1]
    answer = walk.tutor.get(href)
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "plan%20d%C3%A9taill%C3%A9.md" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    tag = answer.headers["ETag"]
    assert walk.tutor.get(href, headers={"If-None-Match": tag}).status_code == 304
    answer.close()


def test_a_note_is_read_by_its_learner_its_tutor_and_the_coordination_alone(walk, browse):
    walk.topic()
    walk.decide("topic", "approved")
    walk.hand_in(file_0=(io.BytesIO(b"# Plan\n"), "plan.md"))
    href = re.search(rf'href="({walk.home}/files/\d+)"', text_of(walk.tutor.get(walk.submission("plan"))))[1]
    world = walk.world
    paths = [walk.home, walk.submission("plan"), href, f"{walk.home}/hand-in", f"{walk.home}/extension"]

    def seat_of(person):
        return [browse(person).get(path).status_code for path in paths]

    assert seat_of(world.learner) == [200, 200, 200, 200, 403]
    assert seat_of(world.tutor) == [200, 200, 200, 403, 403]
    assert seat_of(world.coordinator) == [200, 200, 200, 403, 200]
    for person in (world.learners[1], world.staff, world.other_tutor, world.guest):
        assert seat_of(person) == [403, 403, 403, 403, 403]
    assert seat_of(world.stranger) == [404, 404, 404, 404, 404]
    tutors = f"/c/{walk.cohort_id}/people/tutors"
    assert [browse(p).get(tutors).status_code for p in (world.coordinator, world.tutor, world.learner)] == [
        200,
        403,
        403,
    ]
    other = world.learners[1]
    assert browse(other).post(f"{walk.home}/hand-in", {"version": "1"}).status_code == 403
    assert walk.learner.post(f"{walk.submission('plan')}/review", {"version": "1"}).status_code == 403
    assert walk.coordinator.post(f"{walk.submission('plan')}/review", {"version": "1"}).status_code == 403
    assert (
        walk.tutor.post(f"{walk.home}/moves/suspend", {"version": walk.version(), "reason": "x"}).status_code
        == 403
    )


def test_the_deliberation_shows_in_no_page_of_learner_or_tutor(walk, clock):
    with walk.world.session() as db:
        there = seat(db, walk.world)
        there.to_final_check()
        coordinator = db.get_one(Person, walk.world.coordinator.id)

        def make(name, side, facts):
            operations.make(
                db, there.note, name, coordinator, side, facts, now=clock(), seen_version=there.note.version
            )

        make(
            "transmit_to_jury",
            Side.COORDINATOR,
            Facts(jury_composed=True, jury_impartial=True, jury_blind=False),
        )
        clock.advance(days=2)
        facts = Facts(
            outcome=Outcome.PASSED,
            evaluations_locked=2,
            evaluations_required=2,
            quorum_met=True,
            minutes_signed=False,
        )
        make("record_deliberation", Side.PRESIDENT, facts)
    for browser in (walk.learner, walk.tutor):
        page = walk.seen(browser)
        assert "Devant le jury" in page
        assert "élibération" not in page
        assert "depuis 2 jours" in page
        assert "18 novembre 2026" not in page
    assert "élibération" in walk.seen(walk.coordinator)


def test_undo_is_offered_for_a_quarter_of_an_hour(walk, clock):
    walk.topic()
    assert "Annuler la dernière étape" in walk.seen(walk.learner)
    clock.advance(minutes=15)
    assert "Annuler la dernière étape" not in walk.seen(walk.learner)
    clock.advance(minutes=-5)
    stale = walk.learner.post(f"{walk.home}/undo", {"version": "0"})
    assert stale.status_code == 409
    assert walk.learner.post(f"{walk.home}/undo", {"version": walk.version()}).status_code == 303
    assert walk.note().state == State.TOPIC_OPEN
    under = walk.submission("topic")
    assert walk.learner.get(under).status_code == 200
    assert walk.tutor.get(under).status_code == 403


def test_more_time_is_granted_with_a_reason_and_shown(walk):
    early = walk.coordinator.post(
        f"{walk.home}/extension", {"stage": "topic", "until": "2026-12-01", "reason": "Arrêt."}
    )
    assert early.status_code == 422
    assert "Arrêt." in text_of(early)
    assert faults(text_of(early)) == []
    granted = walk.coordinator.post(
        f"{walk.home}/extension", {"stage": "topic", "until": "2027-02-15", "reason": "Arrêt."}
    )
    assert granted.status_code == 303
    page = walk.seen(walk.learner)
    assert "15 février 2027, 23:59" in page
    assert "Arrêt." not in page
    assert "Arrêt." in walk.seen(walk.coordinator)
    walk.seen(walk.coordinator, "/derogation")
    assert walk.coordinator.post(f"{walk.home}/derogation", {"part": "note", "reason": ""}).status_code == 422
    given = walk.coordinator.post(f"{walk.home}/derogation", {"part": "note", "reason": "Entretiens."})
    assert given.status_code == 303
    assert "dérogation accordée" in walk.seen(walk.learner)
    walk.seen(walk.coordinator, "/derogation")


@pytest.mark.parametrize("move", ["suspend", "withdraw", "defer", "clear_for_final"])
def test_a_move_aside_asks_for_its_reason(walk, move):
    if move == "clear_for_final":
        walk.topic()
        walk.decide("topic", "approved")
        walk.hand_in(text_0="Plan.")
        walk.decide("plan", "approved")
    walk.seen(walk.coordinator, f"/moves/{move}")
    path = f"{walk.home}/moves/{move}"
    silent = walk.coordinator.post(path, {"version": walk.version(), "reason": " "})
    assert silent.status_code == 422
    assert "Dites pourquoi en quelques mots." in text_of(silent)
    assert faults(text_of(silent)) == []
    assert walk.coordinator.post(path, {"version": walk.version(), "reason": "Dit."}).status_code == 303
    assert walk.coordinator.post(path, {"version": "1", "reason": "Un long motif."}).status_code == 409
    walk.seen(walk.coordinator)
    walk.seen(walk.learner)


def test_tutors_are_chosen_for_several_at_once_and_told_once(world, browse):
    with world.session() as db:
        notes = [seat(db, world, tutor=False, author=learner).note.id for learner in world.learners]
        before = db.scalar(select(func.max(OutboxRow.id)))
    coordinator = browse(world.coordinator)
    path = f"/c/{world.cohort.id}/people/tutors"
    assert faults(text_of(coordinator.get(path))) == []
    fields = {f"tutor_{note}": str(world.tutor.id) for note in notes}
    assert coordinator.post(path, fields).status_code == 303
    assert coordinator.post(path, fields).status_code == 303
    with world.session() as db:
        rows = db.scalars(select(OutboxRow).where(OutboxRow.id > before, OutboxRow.topic == "mail.wanted"))
        told = sorted((row.payload["template"], row.payload["person_id"]) for row in rows)
        assert told == sorted(
            [("note_tutor", world.tutor.id)] + [("note_your_tutor", learner.id) for learner in world.learners]
        )
        assert set(db.scalars(select(ValidationNote.tutor_id))) == {world.tutor.id}
    bad = coordinator.post(path, {**fields, f"tutor_{notes[0]}": str(world.guest.id)})
    assert bad.status_code == 422


def test_the_worker_opens_a_note_for_whoever_learns(app, world, browse, clock):
    learner = browse(world.learner)
    path = f"/c/{world.cohort.id}/note"
    waiting = learner.get(path)
    assert waiting.status_code == 200
    assert "Votre note se prépare" in text_of(waiting)
    assert faults(text_of(waiting)) == []
    house = app.extensions["palier"]
    ours = [consumer for consumer in house.consumers if consumer.name == "notes"]
    with app.app_context():
        drain(edge.database.sessionmaker, ours, clock)
    with world.session() as db:
        authors = set(db.scalars(select(ValidationNote.author_id)))
    assert authors == {one.id for one in world.learners}
    assert learner.get(path).status_code == 303
    assert browse(world.tutor).get(path).status_code == 403


def remarks_and_versions(walk, count):
    with walk.world.session() as db:
        there = seat(db, walk.world)
        for _ in range(count):
            submission = there.topic()
            page = there.page(walk.world.tutor)
            operations.write_remark(
                db,
                page.note,
                page.note.submissions[-1],
                page.standing.person,
                kind=RemarkKind.QUESTION,
                visibility=Visibility.SHARED,
                text="Pourquoi ?",
                now=there.now,
            )
        for _ in range(count - 1):
            operations.write_remark(
                db,
                there.page().note,
                db.get_one(Submission, submission.id),
                db.get_one(Person, walk.world.tutor.id),
                kind=RemarkKind.QUESTION,
                visibility=Visibility.SHARED,
                text="Et pourquoi ?",
                now=there.now,
            )
        there.review(Verdict.RETURNED)


def test_a_page_costs_the_same_at_3_and_at_30(walk, statements):
    costs = []
    for count in (3, 27):
        remarks_and_versions(walk, count)
        under = walk.submission("topic").removeprefix(walk.home)
        for browser in (walk.learner, walk.tutor, walk.coordinator):
            for path in ("", under):
                with statements() as seen:
                    browser.get(walk.home + path)
                costs.append(len(seen))
    assert costs[:6] == costs[6:]
    assert max(costs) <= 20


def test_the_page_of_tutors_costs_the_same_at_3_and_at_30_learners(world, browse, statements, clock):
    coordinator = browse(world.coordinator)
    costs = []
    for more in (0, 27):
        with world.session() as db:
            for rank in range(more):
                world.member(db, f"Plus{rank}", f"Encore{rank:02}", Role.LEARNER)
        with world.session() as db:
            people = db.scalars(
                select(Person)
                .join(Membership, Membership.person_id == Person.id)
                .where(Membership.role == "learner")
            ).all()
            for person in people:
                operations.open_note(db, db.get_one(Cohort, world.cohort.id), person, now=clock())
        with statements() as seen:
            assert coordinator.get(f"/c/{world.cohort.id}/people/tutors").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
