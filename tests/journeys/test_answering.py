"""Over HTTP: an answer drafted, written by two, interrupted, released at once; saved remarks; who has read what."""

import re

import pytest
from sqlalchemy import func, select

from tests.journeys.test_note_journey import Walk, text_of
from tests.lint import faults
from tutoring.notes.models import Remark, RemarkMessage, Review, SavedRemark
from tutoring.programme.models import Cohort
from tutoring.store.events import Event
from tutoring.store.outbox import OutboxRow

JSON = {"Accept": "application/json", "Referer": "https://127.0.0.1:8000/"}


@pytest.fixture
def walk(world, browse):
    return Walk(world, browse)


@pytest.fixture
def plan(walk):
    walk.topic()
    walk.decide("topic", "approved")
    walk.hand_in(text_0="Une question, puis deux terrains.")
    return walk.submission("plan")


def draft(walk, path, reason, browser=None, **fields):
    return (browser or walk.tutor).post(f"{path}/review/draft", {"reason": reason, **fields}, headers=JSON)


def seen(walk, browser, path):
    return walk.seen(browser, path.removeprefix(walk.home))


def value(page, name):
    """What the page's field of this name holds."""
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def typed(page, name):
    return re.search(rf'<textarea[^>]*name="{name}"[^>]*>\r?\n?(.*?)</textarea>', page, re.S)[1]


def checked(page, name):
    fields = re.findall(rf'<input type="radio"[^>]*name="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', one)[1] for one in fields if "checked" in one]


def test_the_draft_comes_back_with_its_levels_and_parts_and_no_verdict(walk, plan):
    assert checked(seen(walk, walk.tutor, plan), "level_question") == []
    answer = draft(
        walk,
        plan,
        "Presque.",
        revision="0",
        level_question="1",
        level_demarche="",
        verdict="approved",
        parts="note",
    )
    assert (answer.status_code, answer.get_json()["revision"]) == (200, 1)
    page = seen(walk, walk.tutor, plan)
    assert typed(page, "reason") == "Presque."
    assert (value(page, "revision"), checked(page, "level_question"), checked(page, "level_demarche")) == (
        "1",
        ["1"],
        [],
    )
    assert checked(page, "verdict") == []


def plain(answer):
    """A page without what differs at each request."""
    page = re.sub(r'name="csrf_token"[^>]*value="[^"]+"', "", text_of(answer))
    return re.sub(r'(content|value)="[\w.-]{60,}"', "", page)


def test_before_the_release_nothing_of_it_is_seen_counted_told_or_remembered(walk, plan, world):
    paths = [walk.home, plan, f"/c/{walk.cohort_id}/", "/"]
    walk.seen(walk.learner)  # where what was just done is said once
    before = {path: plain(walk.learner.get(path)) for path in paths}
    counts = [walk.count(Event), walk.count(OutboxRow)]
    draft(walk, plan, "Pas encore rendu.", level_question="0")
    remark = {"text": "Secret.", "kind": "blocking", "visibility": "shared"}
    assert walk.tutor.post(f"{plan}/remarks", remark).status_code == 303
    walk.tutor.post(f"{plan}/remarks/draft", {"text": "Pas même écrite."}, headers=JSON)
    after = {path: plain(walk.learner.get(path)) for path in paths}
    assert after == before
    assert [walk.count(Event), walk.count(OutboxRow)] == counts
    # Who would take the version back all the same learns of it then, and the tutor's words stay.
    assert "Annuler la dernière étape" in before[walk.home]
    late = walk.learner.post(f"{walk.home}/undo", {"version": walk.version()})
    assert late.status_code == 409
    assert typed(seen(walk, walk.tutor, plan), "reason") == "Pas encore rendu."


def test_the_release_shows_message_levels_remarks_and_verdict_at_once(walk, plan):
    walk.tutor.post(f"{plan}/remarks", {"text": "Où ?", "kind": "question", "visibility": "shared"})
    answer = walk.decide("plan", "returned", "Resserrez.", level_question="0", level_progression="2")
    assert answer.status_code == 303
    page = seen(walk, walk.learner, plan)
    said = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "Une question située : à construire (niveau 1 sur 3)" in said
    assert "Un plan qui progresse : solide (niveau 3 sur 3)" in said
    assert [words in said for words in ("Resserrez.", "Où ?", "À reprendre")] == [True, True, True]
    assert "Une démarche annoncée" not in said


def test_the_next_version_shows_where_the_one_before_stood_to_both(walk, plan):
    walk.decide("plan", "returned", "Resserrez.", level_question="0")
    walk.hand_in(text_0="Une question resserrée.")
    second = walk.submission("plan")
    assert "Plan détaillé\u00a0: à construire" in seen(walk, walk.tutor, second)
    walk.decide("plan", "returned", "Mieux.", level_question="1")
    page = seen(walk, walk.learner, second)
    assert "<b>en chemin</b>" in page
    assert "<small>Plan détaillé\u00a0: à construire</small>" in page


def test_what_was_told_stays_when_the_rubric_changes(walk, plan):
    walk.decide("plan", "returned", "Resserrez.", level_question="0")
    with walk.world.session() as db:
        cohort = db.get_one(Cohort, walk.cohort_id)
        stages = [{**one, "criteria": [], "levels": []} for one in cohort.note_spec["stages"]]
        cohort.note_spec = {**cohort.note_spec, "stages": stages}
    page = seen(walk, walk.learner, plan)
    assert "Une question située" in page
    assert "<b>à construire</b>" in page


def test_the_second_of_two_windows_is_told_and_keeps_its_text(walk, plan):
    draft(walk, plan, "De la première fenêtre.", revision="0")
    late = draft(walk, plan, "De la seconde.", revision="0")
    assert late.status_code == 409
    assert late.get_json() == {
        "error": "review_written_meanwhile",
        "sentence": "Cette réponse a été écrite entre-temps dans une autre de vos fenêtres.",
    }
    assert typed(seen(walk, walk.tutor, plan), "reason") == "De la première fenêtre."


@pytest.mark.parametrize("button", ["review", "review/draft"])
def test_without_script_the_second_sees_both_texts_and_may_go_on(walk, plan, button):
    draft(walk, plan, "De la première fenêtre.", level_question="2")
    mine = {
        "reason": "De la seconde.",
        "verdict": "returned",
        "version": walk.version(),
        "level_progression": "1",
    }
    told = walk.tutor.post(f"{plan}/{button}", {**mine, "revision": "0"})
    page = text_of(told)
    assert (told.status_code, faults(page)) == (409, [])
    assert "dans une autre de vos fenêtres" in page
    assert typed(page, "reason") == "De la seconde."
    assert checked(page, "level_progression") == ["1"]
    assert "<p>De la première fenêtre.</p>" in page
    assert walk.count(Review) == 2
    again = walk.tutor.post(f"{plan}/{button}", {**mine, "revision": value(page, "revision")})
    assert again.status_code == 303
    with walk.world.session() as db:
        assert db.scalar(select(Review.message).order_by(Review.id.desc())) == "De la seconde."


def test_of_two_tutors_the_second_learns_who_wrote_and_keeps_the_text(walk, plan, world, browse):
    draft(walk, plan, "De Claire.", revision="0")
    tutors = f"/c/{walk.cohort_id}/people/tutors"
    changed = walk.coordinator.post(tutors, {f"tutor_{walk.note_id}": str(world.other_tutor.id)})
    assert changed.status_code == 303
    malik = browse(world.other_tutor)
    assert typed(seen(walk, malik, plan), "reason") == "De Claire."
    assert "commencé par la personne qui suivait cette note avant vous" in seen(walk, malik, plan)
    gone = draft(walk, plan, "De Claire, encore.", revision="1")
    assert gone.status_code == 403
    assert "De Claire, encore." in text_of(
        walk.tutor.post(f"{plan}/review", {"reason": "De Claire, encore.", "verdict": "returned"})
    )


def test_a_session_that_ends_in_the_middle_loses_nothing(walk, plan, world, browse):
    draft(walk, plan, "Ce que le serveur a gardé.", level_question="1")
    before = re.search(r'data-autosave="(review-[^"]+)"', seen(walk, walk.tutor, plan))[1]
    with walk.tutor.client.session_transaction(base_url="https://127.0.0.1:8000") as cookie:
        cookie.clear()
    asked = draft(walk, plan, "Ce que je tapais encore.")
    assert (asked.status_code, asked.is_json) == (401, True)
    sent = walk.tutor.post(
        f"{plan}/review", {"reason": "Ce que je tapais encore.", "verdict": "returned", "version": "1"}
    )
    assert sent.status_code == 401
    assert "Ce que je tapais encore." in text_of(sent)
    opened = walk.tutor.get(plan)
    assert (opened.status_code, "/sign-in" in opened.location) == (303, True)
    walk.tutor.sign_in(world.tutor.id)
    page = seen(walk, walk.tutor, plan)
    assert typed(page, "reason") == "Ce que le serveur a gardé."
    assert checked(page, "level_question") == ["1"]
    # The browser offers under this name what it kept, beside the draft of the server.
    assert re.search(r'data-autosave="(review-[^"]+)"', page)[1] == before


def test_the_page_says_before_the_button_what_goes_out(walk, plan):
    page = seen(walk, walk.tutor, plan)
    assert "L’étudiant·e verra votre message, les niveaux cochés et votre décision." in page
    assert "Aucune remarque ne les accompagne." in page
    for kind, visibility in (
        ("blocking", "shared"),
        ("question", "shared"),
        ("question", "shared"),
        ("praise", "staff"),
    ):
        walk.tutor.post(f"{plan}/remarks", {"text": "Dit.", "kind": kind, "visibility": visibility})
    page = seen(walk, walk.tutor, plan)
    assert "Avec eux, 3 remarques\u00a0: une à traiter, 2 questions." in page
    assert "Une remarque reste à l’équipe." in page
    assert "Rien d’autre n’est montré." in page
    order = [page.index(f'name="{name}"') for name in ("reason", "level_question", "verdict")]
    assert sorted([*order, page.index('id="going-out"')]) == [*order, page.index('id="going-out"')]


def saved(walk):
    with walk.world.session() as db:
        return [(one.kind, one.text) for one in db.scalars(select(SavedRemark).order_by(SavedRemark.id))]


def test_a_remark_is_kept_while_it_is_written_and_taken_up_another_time(walk, plan):
    first = {"text": "Citez la page.", "kind": "suggestion", "visibility": "shared", "keep": "y"}
    assert walk.tutor.post(f"{plan}/remarks", first).status_code == 303
    assert saved(walk) == [("suggestion", "Citez la page.")]
    page = seen(walk, walk.tutor, f"{plan}?comment=whole")
    number = re.search(r'<option value="(\d+)" data-text="Citez la page."', page)[1]
    # Chosen and nothing typed: its words, its kind.
    assert walk.tutor.post(f"{plan}/remarks", {"saved": number, "visibility": "shared"}).status_code == 303
    other = {"saved": number, "text": "Et l’année.", "kind": "blocking", "visibility": "shared"}
    assert walk.tutor.post(f"{plan}/remarks", other).status_code == 303
    with walk.world.session() as db:
        remarks = db.scalars(select(Remark).order_by(Remark.id)).all()
        words = [[one.text for one in db.scalars(select_messages(remark))] for remark in remarks]
        assert [one.kind for one in remarks] == ["suggestion", "suggestion", "blocking"]
        assert words == [["Citez la page."], ["Citez la page."], ["Et l’année."]]
    assert len(saved(walk)) == 1


def select_messages(remark):
    return select(RemarkMessage).where(RemarkMessage.remark_id == remark.id)


def test_another_s_saved_remark_gives_nothing(walk, plan, world, browse):
    malik = browse(world.other_tutor)
    malik.post("/me/remarks", {"kind": "question", "text": "De Malik."})
    assert "De Malik." not in seen(walk, walk.tutor, f"{plan}?comment=whole")
    with world.session() as db:
        number = db.scalar(select(SavedRemark.id))
    stolen = walk.tutor.post(
        f"{plan}/remarks", {"saved": str(number), "kind": "question", "visibility": "shared"}
    )
    assert stolen.status_code == 422
    assert "De Malik." not in text_of(stolen)
    assert walk.tutor.post(f"/me/remarks/{number}", {"act": "drop"}).status_code == 404
    assert saved(walk) == [("question", "De Malik.")]


def test_the_page_of_saved_remarks_adds_changes_and_drops(walk, clock):
    empty = walk.tutor.get("/me/remarks")
    assert faults(text_of(empty)) == []
    assert "Rien n’est encore enregistré" in text_of(empty)
    assert "/me/remarks" in text_of(walk.tutor.get("/me"))
    silent = walk.tutor.post("/me/remarks", {"kind": "question", "text": " "})
    assert (silent.status_code, faults(text_of(silent))) == (422, [])
    assert walk.tutor.post("/me/remarks", {"kind": "question", "text": "Qui parle ?"}).status_code == 303
    clock.advance(minutes=1)
    assert walk.tutor.post("/me/remarks", {"kind": "praise", "text": "Clair."}).status_code == 303
    page = text_of(walk.tutor.get("/me/remarks"))
    assert faults(page) == []
    assert page.index("Clair.") < page.index("Qui parle ?")
    with walk.world.session() as db:
        number = db.scalar(select(func.min(SavedRemark.id)))
    wrong = walk.tutor.post(f"/me/remarks/{number}", {"act": "save", "kind": "question", "text": ""})
    assert (wrong.status_code, faults(text_of(wrong))) == (422, [])
    change = {"act": "save", "kind": "blocking", "text": "Qui parle ici ?"}
    assert walk.tutor.post(f"/me/remarks/{number}", change).status_code == 303
    assert saved(walk) == [("blocking", "Qui parle ici ?"), ("praise", "Clair.")]
    assert walk.tutor.post(f"/me/remarks/{number}", {"act": "drop"}).status_code == 303
    assert saved(walk) == [("praise", "Clair.")]


def test_a_learner_has_no_saved_remarks(walk):
    assert walk.learner.get("/me/remarks").status_code == 403
    assert "/me/remarks" not in text_of(walk.learner.get("/me"))


def test_each_sees_whether_the_other_has_read(walk, plan, clock):
    assert "Ouverte par Claire Aubert" not in walk.seen(walk.learner)
    seen(walk, walk.tutor, plan)
    assert "Ouverte par Claire Aubert le 16 novembre 2026, 10:00" in walk.seen(walk.learner)
    assert "Ouverte par" not in walk.seen(walk.tutor)
    seen(walk, walk.learner, plan)
    clock.advance(hours=1)
    walk.decide("plan", "returned", "Resserrez.")
    # What was opened before the review came out is no reading of it.
    assert "L’étudiant·e n’a pas encore ouvert la relecture" in walk.seen(walk.tutor)
    assert "Prénom0 Nom00 ne l’a pas encore ouverte." in seen(walk, walk.tutor, plan)
    clock.advance(hours=1)
    seen(walk, walk.learner, plan)
    assert "Relecture lue par l’étudiant·e le 16 novembre 2026, 12:00" in walk.seen(walk.coordinator)
    assert "Lue par Prénom0 Nom00 le 16 novembre 2026, 12:00" in seen(walk, walk.tutor, plan)
    assert "pas encore ouvert" not in walk.seen(walk.learner)


def test_a_thread_that_moved_since_the_last_visit_is_marked(walk, plan, clock):
    seen(walk, walk.learner, plan)
    walk.tutor.post(f"{plan}/remarks", {"text": "Où ?", "kind": "question", "visibility": "shared"})
    clock.advance(hours=1)
    walk.decide("plan", "returned", "Resserrez.")
    assert ">nouveau<" in seen(walk, walk.learner, plan)
    clock.advance(hours=1)
    assert ">nouveau<" not in seen(walk, walk.learner, plan)
    with walk.world.session() as db:
        number = db.scalar(select(Remark.id))
    seen(walk, walk.tutor, plan)
    clock.advance(hours=1)
    assert (
        walk.learner.post(f"{plan}/remarks/{number}", {"act": "answer", "text": "À Lyon."}).status_code == 303
    )
    assert ">nouveau<" in seen(walk, walk.tutor, plan)
    assert ">nouveau<" not in seen(walk, walk.learner, plan)
