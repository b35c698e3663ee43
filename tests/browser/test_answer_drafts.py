"""An answer being typed, whatever becomes of the connection, of the session, of another window: no word is lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.live import Live, aside, live
from tests.browser.seats import PATIENCE_MS
from tests.browser.strolling import sign_in
from tests.factories import World
from tests.notes import seat
from tutoring.notes import operations
from tutoring.notes.models import RemarkKind, Review
from tutoring.notes.moves import Verdict
from tutoring.people.models import Person
from tutoring.programme.models import Role
from tutoring.store.db import utc_now

KEPT = "Gardé sur le serveur."
TUTOR = "Claire Aubert"


@dataclass
class Desk:
    """A school whose tutor has an answer to write; `fresh` gives each test a version of its own."""

    live: Live
    world: World
    browser: Browser

    def fresh(self) -> str:
        """A learner more, whose plan awaits its answer: the address of the submission."""

        def hand_in(db: Session) -> str:
            self.world.learner = self.world.member(db, "Prénom", secrets.token_hex(4), Role.LEARNER)
            at = seat(db, self.world, author=self.world.learner)
            at.topic()
            at.review(Verdict.APPROVED)
            plan = at.plan()
            return f"/c/{at.note.cohort_id}/notes/{at.note.id}/submissions/{plan.id}"

        return self.live.write(hand_in)

    def context(self) -> BrowserContext:
        context = self.browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        context.set_default_timeout(PATIENCE_MS)
        sign_in(self.live, context, TUTOR)
        return context

    def open(self, context: BrowserContext, path: str) -> Page:
        page = context.new_page()
        page.goto(self.live.url + path)
        page.wait_for_load_state("networkidle")
        return page

    def kept(self, path: str) -> str | None:
        """What the server holds of the answer."""
        number = int(path.rpartition("/")[2])
        return self.live.write(
            lambda db: db.scalar(select(Review.message).where(Review.submission_id == number))
        )


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with live(tmp_path_factory.mktemp("desk")) as running:
        yield Desk(running, aside(lambda: World(running.app, utc_now)), browser)


def message(page: Page) -> Locator:
    return page.get_by_label("Message à l’étudiant·e")


def test_what_is_typed_is_on_the_server_a_moment_later(desk: Desk) -> None:
    path = desk.fresh()
    page = desk.open(desk.context(), path)
    message(page).press_sequentially("Un plan clair")
    expect(page.get_by_text(KEPT, exact=True)).to_be_visible()
    assert desk.kept(path) == "Un plan clair"
    page.get_by_role("radiogroup", name="Une question située").get_by_label("en chemin").check()
    message(page).press_sequentially(", à resserrer.")
    page.get_by_role("button", name="Garder sans rendre").click()
    page.get_by_text("Votre relecture est gardée.").wait_for()
    assert desk.kept(path) == "Un plan clair, à resserrer."
    expect(
        page.get_by_role("radiogroup", name="Une question située").get_by_label("en chemin")
    ).to_be_checked()


def test_without_connection_the_words_stay_and_leave_when_it_returns(desk: Desk) -> None:
    path, context = desk.fresh(), desk.context()
    page = desk.open(context, path)
    context.set_offline(True)
    message(page).press_sequentially("Écrit dans le train.")
    expect(page.get_by_text("Pas encore gardé sur le serveur")).to_be_visible()
    assert desk.kept(path) is None
    context.set_offline(False)
    expect(page.get_by_text(KEPT, exact=True)).to_be_visible()
    assert desk.kept(path) == "Écrit dans le train."


def test_a_page_left_without_connection_offers_its_words_back(desk: Desk) -> None:
    path, context = desk.fresh(), desk.context()
    page = desk.open(context, path)
    context.route("**/review/draft", lambda route: route.abort())
    message(page).press_sequentially("Écrit dans le train.")
    expect(page.get_by_text("Pas encore gardé sur le serveur")).to_be_visible()
    page.goto("about:blank")
    context.unroute("**/review/draft")
    page.goto(desk.live.url + path)
    assert message(page).input_value() == ""
    page.get_by_role("button", name="Reprendre ce texte").click()
    assert message(page).input_value() == "Écrit dans le train."
    expect(page.get_by_text(KEPT, exact=True)).to_be_visible()
    assert desk.kept(path) == "Écrit dans le train."


def test_the_second_window_is_told_keeps_its_text_and_may_look_at_the_other(desk: Desk) -> None:
    path, context = desk.fresh(), desk.context()
    first, second = desk.open(context, path), desk.open(context, path)
    message(first).press_sequentially("De la première.")
    expect(first.get_by_text(KEPT, exact=True)).to_be_visible()
    message(second).press_sequentially("De la seconde.")
    expect(second.get_by_text("a été écrite entre-temps dans une autre de vos fenêtres")).to_be_visible()
    assert message(second).input_value() == "De la seconde."
    assert desk.kept(path) == "De la première."
    with context.expect_page() as opened:
        second.get_by_role("link", name="Voir l’autre texte").click()
    assert message(opened.value).input_value() == "De la première."
    second.get_by_label("À reprendre").check()
    second.get_by_role("button", name="Rendre la relecture").click()
    second.get_by_role("heading", name="Ce qui est gardé sur le serveur").wait_for()
    assert message(second).input_value() == "De la seconde."


def test_a_session_that_ends_is_said_and_the_words_come_back(desk: Desk) -> None:
    path, context = desk.fresh(), desk.context()
    page = desk.open(context, path)
    message(page).press_sequentially("Avant.")
    expect(page.get_by_text(KEPT, exact=True)).to_be_visible()
    context.clear_cookies()
    message(page).press_sequentially(" Après.")
    expect(page.get_by_text("Votre session est terminée, rien n’est perdu")).to_be_visible()
    sign_in(desk.live, context, TUTOR)
    page = desk.open(context, path)
    assert message(page).input_value() == "Avant."
    page.get_by_role("button", name="Reprendre ce texte").click()
    assert message(page).input_value() == "Avant. Après."


def test_a_saved_remark_is_put_in_as_soon_as_it_is_chosen(desk: Desk) -> None:
    def save(db: Session) -> None:
        tutor = db.get_one(Person, desk.world.tutor.id)
        operations.save_remark(db, tutor, kind=RemarkKind.QUESTION, text="Qui parle ici ?", now=utc_now())

    desk.live.write(save)
    page = desk.open(desk.context(), desk.fresh() + "?comment=whole")
    form = page.locator("#new")
    form.get_by_label("Reprendre une remarque enregistrée").select_option(label="Question · Qui parle ici ?")
    assert form.get_by_label("Votre remarque").input_value() == "Qui parle ici ?"
    expect(form.get_by_label("Question", exact=True)).to_be_checked()
