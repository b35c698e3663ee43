"""Remarks that follow a text, by the keyboard alone: written, answered, found again on the next version, closed."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session

from tests.browser.keys import Keys
from tests.browser.live import Live, aside, live
from tests.browser.strolling import sign_in
from tests.factories import CATALOGUE, World
from tests.notes import Seat, seat
from tutoring.notes import operations
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Verdict
from tutoring.notes.operations import Item
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.programme.operations import admit, import_track, open_cohort
from tutoring.store.db import utc_now

FIRST = """# Le comité d’usagers

Le comité se réunit chaque mois dans le hall. Ses avis sont suivis à chaque fois.

## Mon enquête

Je mènerai six entretiens avec des habitantes, puis je lirai les comptes rendus de deux années.

## Ce que j’en attends

J’attends de comprendre comment une décision se prend.
"""
SECOND = """# Le comité d’usagers

Je pars d’une scène : un soir de novembre, le comité a demandé à lire le budget.

Le comité se réunit chaque mois dans le hall. Ses avis ont été suivis quatre fois sur six cette année.

## Mon enquête

Je mènerai six entretiens avec des habitantes, puis je lirai les comptes rendus de deux années.

## Ce que j’en attends

J’attends de comprendre comment une décision se prend.
"""
OTHER = """# Une question

Comment faire place à celles et ceux qui ne viennent pas aux réunions ?
"""
# The text itself, not its Word file.
SECOND_PART = re.compile("Identification d’une problématique .* professionnelle$")
PDF = Path(__file__).parent.parent.parent / "lti" / "demo" / "documents" / "label-brouillon.pdf"
CLAIM, TALKS = "Ses avis sont suivis à chaque fois.", "six entretiens"


@dataclass
class Play:
    """A school with a note to be planned in each kind of track, and whoever sits at a browser."""

    live: Live
    world: World
    homes: dict[str, str]
    browser: Browser

    def keys(self, person: Person) -> Keys:
        return Keys(self.browser, self.live, person.id)

    def fresh(self, *drafts: Path) -> tuple[Person, str]:
        """A learner more, whose plan, or draft (a PDF), awaits its answer; the address of the submission."""

        def hand_in(db: Session) -> tuple[Person, str]:
            author = self.world.member(db, "Prénom", f"Nom-{secrets.token_hex(4)}", Role.LEARNER)
            at = seat(db, self.world, author=author)
            # `seat` moves the note of the world's learner.
            self.world.learner, before = author, self.world.learner
            home = _approved(db, self.world, at)
            sent = at.hand_in(items=(Item("note", text=FIRST),))
            for draft in drafts:
                at.review(Verdict.APPROVED)
                sent = at.hand_in(
                    items=(Item("note", file=at.file(draft.read_bytes()), filename=draft.name, pages=2),)
                )
            self.world.learner = before
            return author, f"{home}/submissions/{sent.id}"

        author, path = self.live.write(hand_in)
        self.live.settle()
        return author, path

    def pass_on(self, path: str) -> None:
        """The coordination gives the note of a submission to the other tutor."""
        number = int(path.split("/")[4])

        def passed(db: Session) -> None:
            note, other, coordinator = (
                db.get_one(ValidationNote, number),
                db.get_one(Person, self.world.other_tutor.id),
                db.get_one(Person, self.world.coordinator.id),
            )
            operations.assign_tutor(db, note, other, coordinator, now=utc_now())

        self.live.write(passed)


@pytest.fixture(scope="module")
def play(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with live(tmp_path_factory.mktemp("remarks")) as running:
        world = aside(lambda: World(running.app, utc_now))
        homes = {
            "one": running.write(lambda db: _approved(db, world, seat(db, world))),
            "two": running.write(lambda db: _approved(db, world, _of_two_parts(db, world))),
        }
        running.settle()
        yield Play(running, world, homes, browser)


def _approved(db: Session, world: World, at: Seat) -> str:
    """The topic is approved: a plan is awaited. The address of the note."""
    at.topic()
    at.review(Verdict.APPROVED)
    return f"/c/{at.note.cohort_id}/notes/{at.note.id}"


def _of_two_parts(db: Session, world: World) -> Seat:
    source = (CATALOGUE / "education-populaire.toml").read_text(encoding="utf-8")
    track = import_track(db, world.institution.id, source, now=world.clock())
    learner, tutor, coordinator = (
        db.get_one(Person, one.id) for one in (world.learner, world.tutor, world.coordinator)
    )
    cohort = open_cohort(db, track, actor=coordinator, now=world.clock())
    admit(db, cohort, learner, Role.LEARNER, actor=coordinator, now=world.clock())
    admit(db, cohort, tutor, Role.STAFF, actor=coordinator, now=world.clock())
    note = operations.open_note(db, cohort, learner, now=world.clock())
    operations.assign_tutor(db, note, tutor, coordinator, now=world.clock())
    return Seat(db, world, note)


def marks(page: Page) -> list[str]:
    """The passages that remarks stand on, as they are marked in the text."""
    return [words.strip() for words in page.locator(".reading mark.passage").all_inner_texts()]


def thread(page: Page, words: str) -> Locator:
    """The thread of the remark that says this."""
    return page.locator(".remark").filter(has_text=words)


def hand_in(learner: Keys, home: str, texts: tuple[str, ...], move: str) -> None:
    learner.open(home)
    learner.go(move)
    for text in texts:
        learner.write("Ou votre texte, saisi ici", text)
    learner.go(move)
    learner.sees("est déposé.")


def comment(tutor: Keys, rank: int, kind: str, text: str, quote: str = "") -> None:
    """Comment a passage of the text by its link."""
    tutor.press(f"Commenter le passage {rank}")
    expect(tutor.page.locator(".writing-remark textarea[name=text]")).to_be_focused()
    tutor.choose("Ce qu’elle demande", kind, back=True)
    tutor.write("Votre remarque", text)
    tutor.write("Les mots dont vous parlez", quote)
    tutor.go("Garder la remarque")
    expect(thread(tutor.page, text)).to_contain_text("pas encore rendue")


def answer(tutor: Keys, decision: str, message: str) -> None:
    tutor.write("Message à l’étudiant·e", message)
    tutor.choose("Votre décision", decision)
    tutor.go("Rendre la relecture")
    tutor.sees("Votre relecture est rendue.")


def take_up(person: Keys, rank: int, button: str, words: str = "") -> None:
    """Unfold a remark's thread, write in it if there is something to say, press one of its buttons."""
    person.press(f"Répondre à la remarque {rank}")
    if words:
        person.write("Votre message", words)
    person.go(button)


@pytest.mark.parametrize("parts", ["one", "two"])
def test_a_plan_goes_from_remarks_to_approval_by_the_keyboard_alone(play: Play, parts: str) -> None:
    home = play.homes[parts]
    learner, tutor = play.keys(play.world.learner), play.keys(play.world.tutor)
    several = parts == "two"
    hand_in(learner, home, (FIRST, OTHER) if several else (FIRST,), "Déposer le plan détaillé")

    tutor.open(home)
    tutor.go("Relire et répondre")
    comment(tutor, 2, "À traiter", "Donnez un exemple daté.", CLAIM)
    comment(tutor, 4, "Suggestion", "Dites avec qui.", TALKS)
    assert marks(tutor.page) == [CLAIM, TALKS]
    if several:
        tutor.go(SECOND_PART)
        comment(tutor, 2, "Question", "Où se réunit-on ?")
    answer(tutor, "À reprendre", "Deux points à reprendre, puis vous écrirez.")

    learner.open(home)
    learner.sees(
        "3 remarques attendent votre réponse." if several else "2 remarques attendent votre réponse."
    )
    learner.go("Lire la relecture")
    learner.sees("Deux points à reprendre, puis vous écrirez.")
    assert marks(learner.page) == [CLAIM, TALKS]
    take_up(learner, 1, "J’en ai tenu compte", "J’ai compté les avis suivis.")
    take_up(learner, 2, "Je ne la suis pas", "Leurs noms restent entre nous.")
    expect(thread(learner.page, "Dites avec qui.")).to_contain_text("non suivie")
    hand_in(learner, home, (SECOND, OTHER) if several else (SECOND,), "Déposer le plan détaillé")

    tutor.open(home)
    tutor.go("Relire et répondre")
    assert marks(tutor.page) == ["Ses avis ont été suivis", TALKS]
    expect(thread(tutor.page, "Donnez un exemple daté.")).to_contain_text("passage modifié")
    expect(thread(tutor.page, "Donnez un exemple daté.")).to_contain_text("J’ai compté les avis suivis.")
    expect(thread(tutor.page, "Dites avec qui.")).to_contain_text("retrouvée dans cette version")
    tutor.go("Ce qui a changé depuis « Plan détaillé »")
    tutor.reads("Ce qui a changé")
    assert "Je pars d’une scène" in tutor.page.locator(".comparison ins").first.inner_text()
    tutor.page.go_back()
    take_up(tutor, 1, "Fermer la remarque")
    take_up(tutor, 2, "Fermer la remarque")
    answer(tutor, "Approuvé", "Vous pouvez écrire.")

    learner.open(home)
    learner.sees("C’est à vous.")
    assert (learner.faults.seen, tutor.faults.seen) == ([], [])


def message(person: Keys) -> str:
    return person.page.get_by_label("Message à l’étudiant·e").input_value()


def test_a_session_that_ends_in_the_middle_of_a_review_loses_nothing(play: Play) -> None:
    _, path = play.fresh()
    tutor = play.keys(play.world.tutor)
    tutor.open(path)
    tutor.write("Message à l’étudiant·e", "Le plan se tient ; il manque une scène.")
    tutor.choose("Votre décision", "À reprendre")
    tutor.context.clear_cookies()
    tutor.go("Rendre la relecture")
    expect(tutor.page.locator("main")).to_contain_text("Le plan se tient ; il manque une scène.")
    tutor.sign_in()
    tutor.open(path)
    tutor.press("Reprendre ce texte")
    assert message(tutor) == "Le plan se tient ; il manque une scène."
    tutor.go("Rendre la relecture")
    tutor.sees("Votre relecture est rendue.")


def test_of_two_tutors_the_one_who_follows_no_more_is_told_and_the_other_has_the_text(play: Play) -> None:
    _, path = play.fresh()
    first, second = play.keys(play.world.tutor), play.keys(play.world.other_tutor)
    first.open(path)
    first.write("Message à l’étudiant·e", "Écrit par la première.")
    expect(first.page.get_by_text("Gardé sur le serveur.", exact=True)).to_be_visible()
    play.pass_on(path)
    second.open(path)
    assert message(second) == "Écrit par la première."
    second.write("Message à l’étudiant·e", "Écrit par la première, repris par le second.")
    second.go("Garder sans rendre")
    second.sees("Votre relecture est gardée.")
    first.choose("Votre décision", "Approuvé")
    first.go("Rendre la relecture")
    expect(first.page.locator("body")).to_contain_text("Écrit par la première.")
    second.open(path)
    assert message(second) == "Écrit par la première, repris par le second."


SELECT = """words => {
  const walk = document.createTreeWalker(document.querySelector(".reading-page .reading"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const at = node.data.indexOf(words);
    if (at >= 0) {
      getSelection().setBaseAndExtent(node, at, node, at + words.length);
      return true;
    }
  }
  return false;
}"""
BOXES = """() => [...document.querySelectorAll(".reading .remark, .reading .writing-remark")].map((each) => {
  const { top, bottom, left } = each.getBoundingClientRect();
  return { top, bottom, left };
})"""
BELOW = """() => [...document.querySelectorAll(".reading .remark")].every((each) => {
  const passage = document.getElementById("m-" + each.id.slice(1));
  return each.getBoundingClientRect().top >= passage.getBoundingClientRect().bottom;
})"""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"


def test_words_are_selected_and_commented_and_remarks_stand_where_there_is_room(play: Play) -> None:
    _, path = play.fresh()
    tutor = play.keys(play.world.tutor)
    tutor.page.set_viewport_size({"width": 1300, "height": 900})
    for words in ("Ses avis", "dans le hall", "une décision"):
        tutor.open(path)
        tutor.page.wait_for_load_state("networkidle")
        assert tutor.page.evaluate(SELECT, words)
        tutor.press("Commenter ces mots")
        form = tutor.page.locator(".writing-remark")
        expect(form.get_by_label("Les mots dont vous parlez")).to_have_value(words)
        expect(form.get_by_label("Votre remarque")).to_be_focused()
        tutor.page.keyboard.insert_text(f"À propos de « {words} ».")
        tutor.choose("Ce qu’elle demande", "Suggestion", back=True)
        tutor.go("Garder la remarque")
        expect(thread(tutor.page, f"À propos de « {words} ».")).to_be_visible()
    assert marks(tutor.page) == ["dans le hall", "Ses avis", "une décision"]

    expect(tutor.page.locator("[data-margin=on]")).to_be_visible()
    boxes = sorted(tutor.page.evaluate(BOXES), key=lambda box: box["top"])
    assert all(one["bottom"] <= next_["top"] for one, next_ in itertools.pairwise(boxes))
    text = tutor.page.locator(".reading-page .reading p").first.bounding_box()
    assert text is not None
    assert all(box["left"] >= text["x"] + text["width"] for box in boxes)
    # A thread that makes room for itself stays under the pointer that unfolds it.
    unfolding = thread(tutor.page, "À propos de « Ses avis ».").locator("summary")
    unfolding.click()
    expect(thread(tutor.page, "À propos de « Ses avis ».").locator("textarea")).to_be_visible()
    tutor.page.set_viewport_size({"width": 390, "height": 800})
    expect(tutor.page.locator("[data-margin=off]")).to_be_visible()
    assert tutor.page.evaluate(BELOW)
    tutor.page.set_viewport_size({"width": 320, "height": 800})
    assert tutor.page.evaluate(WIDE) == 0
    assert tutor.faults.seen == []


def test_the_original_is_shown_beside_its_text(play: Play) -> None:
    _, path = play.fresh(PDF)
    tutor = play.keys(play.world.tutor)
    tutor.open(path)
    tutor.go("Voir l’original à côté")
    canvas = tutor.page.locator(".original canvas").first
    expect(canvas).to_be_visible()
    expect(tutor.page.locator(".original .words").first).to_contain_text("Du label à la coopérative")
    drawn = "each => each.getContext('2d').getImageData(0, 0, each.width, each.height).data.some(one => one < 128)"
    assert canvas.evaluate(drawn)
    assert tutor.faults.seen == []


def test_without_any_script_a_paragraph_is_commented_answered_and_the_remark_moved(play: Play) -> None:
    author, path = play.fresh()
    contexts = [
        play.browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", java_script_enabled=False)
        for _ in range(2)
    ]
    tutor, learner = (
        sign_in(play.live, context, name)
        for context, name in zip(contexts, (play.world.tutor.name, author.name), strict=True)
    )
    tutor.goto(play.live.url + path)
    tutor.get_by_role("link", name="Commenter le passage 2").click()
    tutor.get_by_label("Question", exact=True).check()
    tutor.get_by_label("Votre remarque").fill("À chaque fois ?")
    tutor.get_by_role("button", name="Garder la remarque").click()
    assert marks(tutor) == [
        "Le comité se réunit chaque mois dans le hall. Ses avis sont suivis à chaque fois."
    ]
    tutor.get_by_label("Message à l’étudiant·e").fill("Une question.")
    tutor.get_by_label("À reprendre", exact=True).check()
    tutor.get_by_role("button", name="Rendre la relecture").click()

    learner.goto(play.live.url + path)
    learner.get_by_text("Répondre à la remarque 1").click()
    learner.get_by_label("Votre message").fill("Presque.")
    learner.get_by_role("button", name="J’en ai tenu compte").click()
    expect(thread(learner, "À chaque fois ?")).to_contain_text("Presque.")

    tutor.goto(play.live.url + path)
    tutor.get_by_text("Répondre à la remarque 1").click()
    tutor.get_by_role("link", name="Déplacer cette remarque dans le texte").click()
    tutor.get_by_role("button", name="Placer ici (passage 6)").click()
    assert marks(tutor) == ["J’attends de comprendre comment une décision se prend."]
    for context in contexts:
        context.close()
