"""The whole way, once: each person in their own seat, from a course unknown to Palier to a grade in its gradebook."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import FrameLocator, Page, expect

from lti.demo.pdf import text_pdf
from tests.browser.live import Live
from tests.browser.seats import Seat

COURSE = "Arts et culture (CS26)"
SPACE, OWN_NOTE = "Espace de la formation", "Ma note de validation"
TITLE = "Un comité d’usagers qui décide"
COORDINATOR, LEARNER, TUTOR = "Marianne Estève", "Inès Moreau", "Claire Aubert"
PRESIDENT, JUROR, OUTSIDER = "Odile Charbonnel", "Souleymane Kantara", "Yves-Marie Duteillet"
Where = FrameLocator | Page


def pdf(name: str, pages: int) -> dict[str, object]:
    """A file as a file input takes it."""
    content = text_pdf([[f"Page {number}"] for number in range(1, pages + 1)])
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def heading(where: Where, words: str | re.Pattern[str]) -> None:
    expect(where.get_by_role("heading", level=1, name=words)).to_be_visible()


def press(where: Where, words: str) -> None:
    where.get_by_role("button", name=words, exact=True).click()


def follow(where: Where, words: str, *, exact: bool = True) -> None:
    where.get_by_role("link", name=words, exact=exact).first.click()


def says(where: Where, words: str) -> None:
    # The first of those that are seen: a folded list may hold the same words.
    expect(where.get_by_text(words).filter(visible=True).first).to_be_visible()


def says_nothing_of(where: Where, *words: str) -> None:
    for one in words:
        expect(where.locator("body")).not_to_contain_text(one)


def the_coordinator_opens_a_course_that_palier_does_not_know(coordinator: Seat) -> None:
    coordinator.enter(COURSE)
    coordinator.open(SPACE)
    heading(coordinator.palier, "Que doit ouvrir ce cours ?")
    says(coordinator.palier, f"« {COURSE} »")


def makes_the_cohort_from_its_programme(coordinator: Seat) -> None:
    palier = coordinator.palier
    names = palier.get_by_label("Parcours").locator("option").all_inner_texts()
    palier.get_by_label("Parcours").select_option(
        label=next(name for name in names if "Arts et culture" in name)
    )
    press(palier, "Ouvrir la promotion")
    says(palier, "Ce cours ouvre désormais cette promotion.")
    heading(palier, "Bonjour Marianne")


def whoever_teaches_there_comes_in_by_the_course(person: Seat) -> None:
    person.enter(COURSE)
    person.open(SPACE)
    heading(person.palier, f"Bonjour {person.name.split()[0]}")


def the_coordinator_adds_the_people_of_the_course(coordinator: Seat) -> None:
    coordinator.go("Plateforme")
    press(coordinator.palier, "Ajouter les personnes du cours")
    says(coordinator.palier, "Les personnes qui manquaient sont ajoutées à la promotion.")
    coordinator.live.settle()


def invites_a_juror_from_outside(coordinator: Seat) -> None:
    coordinator.go("Personnes")
    expect(coordinator.palier.get_by_role("link", name=LEARNER)).to_be_visible()
    follow(coordinator.palier, "Inviter quelqu’un")
    coordinator.palier.get_by_label("Prénom et nom").fill(OUTSIDER)
    coordinator.palier.get_by_label("Adresse électronique").fill("yvesmarie.duteillet@example.org")
    coordinator.palier.get_by_label("Invité·e").check()
    press(coordinator.palier, "Envoyer l’invitation")
    expect(coordinator.palier.get_by_role("link", name=OUTSIDER)).to_be_visible()


def says_who_follows_the_learner(coordinator: Seat) -> None:
    coordinator.go("Suivi")
    follow(coordinator.palier, "Répartir les tuteur·rices")
    coordinator.palier.get_by_label(f"Qui suit {LEARNER}").select_option(label=TUTOR)
    press(coordinator.palier, "Enregistrer le tutorat")
    says(coordinator.palier, "Le tutorat est à jour")


def the_learner_hands_in_a_topic(learner: Seat) -> None:
    learner.enter(COURSE)
    learner.open(OWN_NOTE)
    heading(learner.palier, "Ma note")
    says(learner.palier, "C’est à vous.")
    follow(learner.palier, "Déposer le sujet")
    learner.palier.get_by_label("Titre du sujet").fill(TITLE)
    learner.palier.get_by_label("Question et contexte").fill("Que décide-t-il **vraiment** ?")
    press(learner.palier, "Déposer le sujet")
    says(learner.palier, "Votre sujet est déposé.")
    says(learner.palier, "C’est au tuteur ou à la tutrice.")


def the_tutor_opens_what_awaits_them(tutor: Seat, what: str) -> None:
    tutor.go("Qui m’attend")
    follow(tutor.palier, LEARNER)
    follow(tutor.palier, "Relire et répondre")
    heading(tutor.palier, what)


def the_tutor_answers(tutor: Seat, what: str, decision: str, message: str) -> None:
    the_tutor_opens_what_awaits_them(tutor, what)
    tutor.palier.get_by_label("Message à l’étudiant·e").fill(message)
    tutor.palier.get_by_label(decision, exact=True).check()
    press(tutor.palier, "Rendre la relecture")
    says(tutor.palier, "Votre relecture est rendue.")


def the_learner_types_a_plan(learner: Seat) -> None:
    learner.go("Ma note")
    heading(learner.palier, TITLE)
    follow(learner.palier, "Déposer le plan détaillé")
    learner.palier.get_by_label("Ou votre texte, saisi ici").fill("# Le comité\n\n# Ses décisions")
    press(learner.palier, "Déposer le plan détaillé")
    says(learner.palier, "Votre plan détaillé est déposé.")


def uploads_a_draft(learner: Seat) -> None:
    learner.go("Ma note")
    follow(learner.palier, "Déposer un brouillon")
    learner.palier.get_by_label("Fichier", exact=True).set_input_files(pdf("Brouillon.pdf", 14))
    says(learner.palier, "Déjà reçu :")
    learner.palier.get_by_label("Pages hors compte").fill("1")
    press(learner.palier, "Déposer un brouillon")
    says(learner.palier, "Votre brouillon est déposé.")
    says(learner.palier, "nombre de pages hors des bornes")


def the_tutor_remarks_and_clears_the_draft(tutor: Seat) -> None:
    the_tutor_opens_what_awaits_them(tutor, "Brouillon 1")
    tutor.palier.get_by_text("Écrire une remarque").click()
    tutor.palier.get_by_label("Votre remarque").fill("Donnez un exemple daté.")
    tutor.palier.get_by_label("Suggestion").check()
    tutor.palier.get_by_label("L’étudiant·e et l’équipe").check()
    press(tutor.palier, "Garder la remarque")
    says(tutor.palier, "pas encore rendue")
    tutor.palier.get_by_label("Message à l’étudiant·e").fill("Encore deux pages, puis déposez.")
    tutor.palier.get_by_label("Donner le bon pour dépôt").check()
    press(tutor.palier, "Rendre la relecture")
    says(tutor.palier, "Votre relecture est rendue.")


def the_learner_reads_the_remark_and_hands_in_the_final_version(learner: Seat) -> None:
    learner.go("Ma note")
    follow(learner.palier, "Lire la relecture")
    says(learner.palier, "Donnez un exemple daté.")
    learner.go("Ma note")
    follow(learner.palier, "Déposer la version finale")
    learner.palier.get_by_label("Fichier PDF").set_input_files(pdf("Note.pdf", 17))
    says(learner.palier, "Déjà reçu :")
    learner.palier.get_by_label("Je déclare sur l’honneur").check()
    learner.palier.get_by_label("La montrer aux promotions de cette formation").check()
    press(learner.palier, "Déposer la version finale")
    says(learner.palier, "Votre version finale est déposée.")


def the_coordinator_makes_a_jury_and_transmits_the_note(coordinator: Seat) -> None:
    palier = coordinator.palier
    coordinator.go("Jury")
    says(palier, TITLE)
    follow(palier, "Créer un jury")
    palier.get_by_label("Nom du jury").fill("Jury de juin")
    palier.get_by_label("Jour où il siège").fill("2027-06-11")
    palier.get_by_label("Lieu").fill("2 rue Conté")
    for member in (PRESIDENT, JUROR, OUTSIDER):
        palier.get_by_role("group", name="Membres").get_by_label(member).check()
    palier.get_by_label("Présidence").select_option(label=PRESIDENT)
    press(palier, "Créer le jury")
    heading(palier, "Jury de juin")
    palier.get_by_label(TITLE).check()
    press(palier, "Donner à ce jury")
    says(palier, "impartiale")
    press(palier, "Transmettre au jury les notes cochées")
    expect(palier.get_by_role("heading", name="Devant le jury")).to_be_visible()


def evaluates_and_locks(where: Where, person: str) -> None:
    heading(where, TITLE)
    with_points = {
        "Questionner une situation": "4",
        "Analyser la situation": "3,5",
        "Mobiliser les connaissances": "4,25",
        "S’appuyer sur des sources": "1,5",
        "Composition écrite": "2",
    }
    for criterion, points in with_points.items():
        where.get_by_label(criterion).fill(points)
    where.get_by_label("Votre appréciation").fill(f"Lu par {person}.")
    where.get_by_label("J’ai terminé").check()
    press(where, "Verrouiller mon évaluation")
    says(where, "verrouillée")


def a_juror_evaluates_from_the_course(juror: Seat) -> None:
    juror.go("Accueil")
    follow(juror.palier, "Ouvrir la page du jury")
    follow(juror.palier, TITLE)
    expect(juror.palier.get_by_role("link", name="Note de validation")).to_be_visible()
    evaluates_and_locks(juror.palier, juror.name)
    says_nothing_of(juror.palier, f"Lu par {OUTSIDER}", f"Lu par {PRESIDENT}")


def a_juror_from_outside_comes_by_mail_and_evaluates(outsider: Seat) -> None:
    letters = outsider.letters()
    follow(letters, "À vous : 1 note à évaluer", exact=False)
    says(letters, "Verrouillez votre évaluation avant que le jury ne siège")
    with outsider.context.expect_page() as opened:
        letters.get_by_role("link", name="/enter/").click()
    palier = opened.value
    heading(palier, "Entrer dans Palier")
    says(palier, f"Ce lien ouvre Palier pour {OUTSIDER}")
    press(palier, "Entrer")
    if palier.get_by_role("heading", level=1, name="Jury", exact=True).count():
        follow(palier, TITLE)
    evaluates_and_locks(palier, OUTSIDER)


def the_same_link_opens_nothing_twice(outsider: Seat) -> None:
    link = outsider.page.get_by_role("link", name="/enter/").get_attribute("href")
    assert link is not None
    other = outsider.context.browser.new_context(locale="fr-FR")  # type: ignore[union-attr]
    page = other.new_page()
    page.goto(link)
    heading(page, "Ce lien ne sert plus")
    other.close()


def the_president_evaluates_then_records_what_the_jury_decides(president: Seat) -> None:
    president.go("Jury")
    follow(president.palier, TITLE)
    says_nothing_of(president.palier, f"Lu par {JUROR}", "Délibération enregistrée")
    evaluates_and_locks(president.palier, PRESIDENT)
    says(president.palier, f"Lu par {JUROR}.")
    says(president.palier, f"Lu par {OUTSIDER}.")
    president.palier.get_by_label("Admis·e", exact=True).check()
    president.palier.get_by_label("Note chiffrée sur 20").fill("15,25")
    press(president.palier, "Enregistrer la délibération")
    says(president.palier, "La délibération est enregistrée")


def nothing_of_it_shows(person: Seat) -> None:
    """Neither on the note's page nor in the mails nor in the gradebook."""
    follow(person.palier, TITLE) if person.name == TUTOR else person.go("Ma note")
    heading(person.palier, TITLE)
    says(person.palier, "Devant le jury")
    says_nothing_of(person.palier, "Résultat du jury", "Admis·e", "15,25", "Délibération")


def the_coordinator_releases_the_result(coordinator: Seat) -> None:
    coordinator.go("Jury")
    follow(coordinator.palier, "Jury de juin")
    expect(coordinator.palier.get_by_role("heading", name="Résultats à publier")).to_be_visible()
    coordinator.palier.get_by_label("Je publie ces résultats").check()
    press(coordinator.palier, "Publier les résultats cochés")
    expect(coordinator.palier.get_by_role("heading", name="Résultats publiés")).to_be_visible()


def the_learner_sees_it(learner: Seat) -> None:
    learner.go("Ma note")
    result = learner.palier.get_by_role("region", name="Résultat du jury")
    expect(result).to_contain_text("Admis·e")
    expect(result).to_contain_text("15,25")
    assert not result.get_by_text("Lu par").count()


def gradebook_row(person: Seat) -> str:
    """The learner's line in the LMS's own gradebook, as this person reads it."""
    row = person.open_gradebook().get_by_role("row").filter(has_text=LEARNER)
    return " ".join(row.inner_text().split())


def cookies_sent(page: Page, address: re.Pattern[str], act: Callable[[], object]) -> set[str]:
    """The names of the cookies that the browser sends with the request of this address."""
    with page.expect_response(address) as answered:
        act()
    sent = answered.value.request.all_headers().get("cookie", "")
    return {pair.partition("=")[0].strip() for pair in sent.split(";")}


def test_a_learner_goes_the_whole_way_from_a_course_link_to_the_gradebook(
    seat: Callable[[str], Seat], school: Live
) -> None:
    coordinator, tutor, learner = seat(COORDINATOR), seat(TUTOR), seat(LEARNER)
    president, juror, outsider = seat(PRESIDENT), seat(JUROR), seat(OUTSIDER)
    assert urlsplit(school.url).hostname != urlsplit(school.lms.url).hostname

    the_coordinator_opens_a_course_that_palier_does_not_know(coordinator)
    makes_the_cohort_from_its_programme(coordinator)
    for person in (tutor, president, juror):
        whoever_teaches_there_comes_in_by_the_course(person)
    the_coordinator_adds_the_people_of_the_course(coordinator)
    invites_a_juror_from_outside(coordinator)
    says_who_follows_the_learner(coordinator)

    the_learner_hands_in_a_topic(learner)
    the_tutor_answers(tutor, "Sujet", "Approuvé", "Bonne question.")
    the_learner_types_a_plan(learner)
    the_tutor_answers(tutor, "Plan détaillé", "Approuvé", "Vous pouvez écrire.")
    uploads_a_draft(learner)
    the_tutor_remarks_and_clears_the_draft(tutor)
    the_learner_reads_the_remark_and_hands_in_the_final_version(learner)

    the_coordinator_makes_a_jury_and_transmits_the_note(coordinator)
    a_juror_evaluates_from_the_course(juror)
    a_juror_from_outside_comes_by_mail_and_evaluates(outsider)
    the_same_link_opens_nothing_twice(outsider)
    the_president_evaluates_then_records_what_the_jury_decides(president)
    school.settle()
    nothing_of_it_shows(learner)
    assert gradebook_row(learner) == f"{LEARNER} –"

    the_coordinator_releases_the_result(coordinator)
    school.settle()
    learner.open(OWN_NOTE)
    the_learner_sees_it(learner)
    assert "76,25" in gradebook_row(learner)
    assert "76,25" in gradebook_row(coordinator)
    follow(learner.letters(), "La décision du jury est publiée", exact=False)
    assert [one.faults.seen for one in (coordinator, tutor, learner, president, juror, outsider)] == [[]] * 6


def test_in_the_frame_the_session_holds_by_its_partitioned_cookie_alone(seat: Callable[[str], Seat]) -> None:
    coordinator = seat(COORDINATOR)
    alone = coordinator.context.new_page()
    sign_in = f"{coordinator.live.url}/sign-in"
    alone.goto(sign_in)
    alone.evaluate("document.cookie = 'unpartitioned=1; Secure; SameSite=None; Path=/'")
    sent = cookies_sent(alone, re.compile("/sign-in$"), lambda: alone.goto(sign_in))
    assert "unpartitioned" in sent
    alone.close()
    coordinator.enter(COURSE)
    landed = re.compile(r"/lti/landed\?")
    sent = cookies_sent(coordinator.page, landed, lambda: coordinator.open(SPACE))
    assert sent == {"palier", "palier_lti"}
