"""A coordinator keeps the calendar, the people and the rules of a cohort; nobody else does."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.factories import CATALOGUE
from tests.lint import faults
from tests.postbox import link_in, open_postbox, work
from tutoring.people.models import Person
from tutoring.programme.models import Cohort, Day, HalfDay, Membership, Role, Speaker
from tutoring.programme.operations import change_role
from tutoring.programme.queries import member, standing_in
from tutoring.programme.spec import StageCriterion
from tutoring.store.outbox import OutboxRow


@pytest.fixture
def coordinator(world, browse):
    return browse(world.coordinator)


def address(world, rest=""):
    return f"/c/{world.cohort.id}{rest}"


def only(world, question):
    with world.session() as db:
        return db.scalar(question)


def cohort(world):
    return only(world, select(Cohort).where(Cohort.id == world.cohort.id))


def fields_of(page, action=""):
    """What a browser would send of the form with this `action` of a page: the values it shows."""
    forms = re.findall(r"<form.*?</form>", page, re.S)
    asked = f'action="{action}"'
    form = next(found for found in forms if (asked in found if action else " action=" not in found))
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checked" in tag or not re.search(r'type="(checkbox|radio)"', tag)):
            sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = [text.strip()]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        sent[name] = re.findall(r'value="([^"]*)" selected', options)
    return sent


def edit(browser, path, changes, action=None):
    """Open a page, change some fields of its form and send it."""
    sent = {**fields_of(browser.get(path).text, path if action is None else action), **changes}
    return browser.post(path, sent)


PAGES = [
    "/programme",
    "/programme/days/2",
    "/programme/dates",
    "/programme/note",
    "/programme/jury",
    "/people",
    "/people/new",
]


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 200), ("staff", 403), ("guest", 403), ("learner", 403), ("stranger", 404)],
)
def test_the_pages_are_the_coordinators_alone(world, browse, role, status):
    browser = browse(getattr(world, role))
    assert {page: browser.get(address(world, page)).status_code for page in PAGES} == dict.fromkeys(
        PAGES, status
    )


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("learner", 403), ("stranger", 404)])
def test_nor_are_they_written_by_others(world, browse, role, status):
    browser = browse(getattr(world, role))
    pages = [*PAGES[1:5], "/people/new", "/programme/days/2/speakers", f"/people/{world.learner.id}/role"]
    assert {page: browser.post(address(world, page)).status_code for page in pages} == dict.fromkeys(
        pages, status
    )


def test_what_does_not_exist_is_not_found(world, coordinator):
    for page in ("/programme/days/99", "/people/9999", f"/people/{world.stranger.id}"):
        assert coordinator.get(address(world, page)).status_code == 404
    assert coordinator.get("/c/9999/programme").status_code == 404
    assert coordinator.post(address(world, "/programme/days/2/speakers/9/remove")).status_code == 404


def test_the_calendar_tells_every_day(world, coordinator):
    page = coordinator.get(address(world, "/programme")).text
    assert "15 journées, 90 heures" in page
    assert "mar. 13 oct. 2026" in page
    assert page.count("/programme/days/") == 15


class TestADay:
    """Moved, described, refused."""

    path = "/programme/days/2"

    @pytest.fixture
    def day(self, world):
        return only(world, select(Day).where(Day.cohort_id == world.cohort.id, Day.number == 2))

    def test_it_is_moved_and_everyone_is_told_in_their_language(self, app, clock, world, browse, coordinator):
        browse(world.tutor).post("/language", {"locale": "en", "next": "/"})
        with open_postbox() as postbox:
            use(app, postbox)
            answer = edit(
                coordinator,
                address(world, self.path),
                {"date": "2026-10-20", "half_days-0-starts": "10:00", "place": "Opale"},
            )
            assert (answer.status_code, answer.headers["Location"]) == (303, address(world, "/programme"))
            work(app, clock)
            told = postbox.last("prenom0.nom00@example.org")
            assert "mardi 13 octobre 2026 · 09:30–12:30, 14:00–17:00" in told
            assert "mardi 20 octobre 2026 · 10:00–12:30, 14:00–17:00 · Opale" in told
            assert "Dominique Roux" in told
            assert "Tuesday, October 20, 2026" in postbox.last("claire.aubert@example.org")
            assert link_in(told).startswith("/enter/")
            assert len(postbox.received) == 7
            assert postbox.to("dominique.roux@example.org") == []
        page = coordinator.get(address(world, "/programme")).text
        assert "mar. 20 oct. 2026" in page

    def test_what_is_wrong_is_said_beside_its_field_and_kept(self, world, coordinator, day):
        answer = edit(
            coordinator,
            address(world, self.path),
            {"title": "", "place": "Ailleurs", "date": "hier", "lunch_ends": ""},
        )
        assert answer.status_code == 422
        assert answer.text.count("Remplissez ce champ.") == 2
        assert 'value="Ailleurs"' in answer.text
        assert 'value="hier"' in answer.text
        answer = edit(
            coordinator,
            address(world, self.path),
            {"half_days-0-ends": "09:00", "half_days-1-starts": "11:00", "about": "Texte tapé"},
        )
        assert answer.status_code == 422
        assert "La fin (09:00) ne vient pas après le début (09:30)." in answer.text
        assert "Le déjeuner empiète sur la demi-journée de 11:00 à 17:00." in answer.text
        assert "Texte tapé" in answer.text
        halves = only(world, select(HalfDay.ends).where(HalfDay.day_id == day.id).order_by(HalfDay.starts))
        assert halves.hour == 12

    def test_a_date_that_is_taken_or_outside_is_refused_beside_it(self, world, coordinator):
        answer = edit(coordinator, address(world, self.path), {"date": "2026-10-12"})
        assert (answer.status_code, "La journée 1 a déjà lieu ce jour-là" in answer.text) == (422, True)
        answer = edit(coordinator, address(world, self.path), {"date": "2029-10-12"})
        assert (answer.status_code, "entre le début et la fin de la promotion" in answer.text) == (422, True)

    def test_a_lunch_is_whole_or_not_said(self, world, coordinator, day):
        answer = edit(coordinator, address(world, self.path), {"lunch_ends": ""})
        assert (answer.status_code, "Remplissez ce champ." in answer.text) == (422, True)
        answer = edit(coordinator, address(world, self.path), {"lunch_starts": "", "lunch_ends": ""})
        assert answer.status_code == 303
        assert only(world, select(Day.lunch_starts).where(Day.id == day.id)) is None

    def test_a_stale_page_is_refused_and_shows_what_was_typed(self, world, coordinator, day):
        old = fields_of(coordinator.get(address(world, self.path)).text, address(world, self.path))
        edit(coordinator, address(world, self.path), {"title": "Autre titre"})
        answer = coordinator.post(address(world, self.path), {**old, "about": "Ce que j’avais écrit"})
        assert (answer.status_code, "Ce que j’avais écrit" in answer.text) == (409, True)
        assert only(world, select(Day.title).where(Day.id == day.id)) == "Autre titre"

    def test_another_days_hours_are_out_of_reach(self, world, coordinator, day):
        other = only(world, select(HalfDay).where(HalfDay.day_id != day.id))
        answer = edit(
            coordinator,
            address(world, self.path),
            {"half_days-0-id": str(other.id), "half_days-0-starts": "08:00"},
        )
        assert answer.status_code == 303
        assert only(world, select(HalfDay.starts).where(HalfDay.id == other.id)) == other.starts

    def test_speakers_are_added_by_name_or_as_members_and_removed(self, world, coordinator, day):
        path = address(world, self.path)
        assert coordinator.post(f"{path}/speakers", {"name": "Jeanne Roy"}).status_code == 303
        sent = {"name": "", "person": str(world.tutor.id)}
        assert coordinator.post(f"{path}/speakers", sent).headers["Location"] == f"{path}#speakers"
        page = coordinator.get(path).text
        assert "Retirer Jeanne Roy" in page
        assert "Retirer Claire Aubert" in page
        again = coordinator.post(f"{path}/speakers", {"name": "Jeanne Roy"})
        assert (again.status_code, "déjà parmi les intervenant·es" in again.text) == (422, True)
        assert coordinator.post(f"{path}/speakers", {"name": ""}).status_code == 422
        unknown = coordinator.post(f"{path}/speakers", {"person": str(world.stranger.id)})
        assert unknown.status_code == 422
        speaker = only(world, select(Speaker).where(Speaker.name == "Jeanne Roy"))
        assert coordinator.post(f"{path}/speakers/{speaker.id}/remove").status_code == 303
        with world.session() as db:
            assert list(db.scalars(select(Speaker.name).where(Speaker.day_id == day.id))) == ["Claire Aubert"]


def use(app, postbox):
    """Let the application's mail go to this postbox."""
    house = app.extensions["palier"]
    settings = replace(house.settings, smtp_url=postbox.url)
    app.extensions["palier"] = replace(house, settings=settings)


class TestRules:
    """Dates, the note, the jury."""

    def test_dates_are_set(self, world, coordinator):
        path = address(world, "/programme/dates")
        answer = edit(coordinator, path, {"stages-0-deadline": "2027-02-01", "stages-2-deadline": ""}, "")
        assert answer.status_code == 303
        spec = cohort(world).spec
        assert {key: day.isoformat() for key, day in spec.deadlines.items()} == {
            "topic": "2027-02-01",
            "plan": "2027-03-28",
            "final": "2027-05-30",
        }

    def test_dates_that_contradict_each_other_are_said_beside_the_field(self, world, coordinator):
        path = address(world, "/programme/dates")
        answer = edit(coordinator, path, {"stages-1-deadline": "2027-01-01", "ends_on": "2027-06-01"}, "")
        assert answer.status_code == 422
        assert "avant celle de l’étape précédente (Sujet)" in answer.text
        assert "Une journée a lieu après, le 8 juin 2027" in answer.text
        assert 'value="2027-01-01"' in answer.text
        assert 'id="stages-1-deadline-error"' in answer.text

    @pytest.mark.parametrize("section", ["dates", "note", "jury"])
    def test_a_stale_page_is_refused(self, world, coordinator, section):
        path = address(world, f"/programme/{section}")
        old = fields_of(coordinator.get(path).text)
        assert (
            edit(coordinator, address(world, "/programme/jury"), {"min_members": "5"}, "").status_code == 303
        )
        assert coordinator.post(path, old).status_code == 409

    def test_a_page_sent_back_untouched_changes_nothing(self, world, coordinator):
        before = cohort(world)
        for section in ("dates", "note", "jury"):
            assert edit(coordinator, address(world, f"/programme/{section}"), {}, "").status_code == 303
        after = cohort(world)
        assert (after.note_spec, after.jury_spec) == (before.note_spec, before.jury_spec)

    def test_the_note_gains_and_loses_parts_and_criteria(self, world, coordinator):
        answer = edit(
            coordinator,
            address(world, "/programme/note"),
            {
                "parts-1-title": "Étude de cas",
                "parts-1-pages_min": "3",
                "parts-1-pages_max": "5",
                "rubric-0-removed": "y",
                "rubric-5-title": "Oral",
                "rubric-5-points": "5",
                "stages-0-accepts": ["file", "text"],
                "stages-0-formats": ["pdf"],
                "min_drafts_reviewed": "2",
            },
            "",
        )
        assert answer.status_code == 303
        spec = cohort(world).spec
        assert [(part.key, part.pages_max) for part in spec.parts] == [("note", 20), ("etude-de-cas", 5)]
        assert [row.key for row in spec.rubric] == [
            "analyse",
            "connaissances",
            "documentation",
            "composition",
            "oral",
        ]
        assert (spec.stages[0].accepts, spec.stages[0].formats) == (("file", "text"), ("pdf",))
        assert spec.min_drafts_reviewed == 2

    def test_a_stage_gains_and_loses_what_its_reviews_look_at(self, world, coordinator):
        path = address(world, "/programme/note")
        typed = {
            "stages-0-criteria-0-title": "Un sujet tenable",
            "stages-0-levels": "à revoir\r\n\r\n tenable ",
            "stages-1-criteria-0-removed": "y",
        }
        assert edit(coordinator, path, typed, "").status_code == 303
        topic, plan = cohort(world).spec.stages[:2]
        assert topic.criteria == (StageCriterion("un-sujet-tenable", "Un sujet tenable"),)
        assert topic.levels == ("à revoir", "tenable")
        assert [criterion.key for criterion in plan.criteria] == ["demarche", "progression"]

    def test_criteria_without_levels_are_refused_beside_the_levels(self, world, coordinator):
        typed = {
            "stages-1-levels": "seul",
            "stages-1-criteria-0-removed": "y",
            "stages-1-criteria-1-title": "",
        }
        answer = edit(coordinator, address(world, "/programme/note"), typed, "")
        assert answer.status_code == 422
        errors = dict(re.findall(r'id="([\w-]+)-error">.*?</span>\s*(.*?)</p>', answer.text, re.S))
        assert errors == {
            "stages-1-criteria-1-title": "Remplissez ce champ.",
            "stages-1-levels": "Pour des critères de relecture, il faut au moins 2 niveaux, un par ligne.",
        }
        assert faults(answer.text) == []

    def test_what_is_wrong_with_the_note_is_said_beside_its_field(self, world, coordinator):
        answer = edit(
            coordinator,
            address(world, "/programme/note"),
            {
                "parts-0-removed": "y",
                "parts-1-title": "Étude de cas",
                "parts-1-pages_min": "30",
                "parts-1-pages_max": "5",
                "rubric-1-points": "0",
                "rubric-5-title": "Oral",
                "stages-3-formats": ["docx"],
            },
            "",
        )
        assert answer.status_code == 422
        errors = dict(re.findall(r'id="([\w-]+)-error">.*?</span>\s*(.*?)</p>', answer.text, re.S))
        assert errors == {
            "parts-1-pages_max": "Le maximum (5) est plus petit que le minimum (30).",
            "rubric-1-points": "C’est trop peu : au moins 1.",
            "rubric-5-points": "Remplissez ce champ.",
            "stages-3-required_formats": "Ce format est exigé sans être accepté : pdf.",
        }
        assert 'value="Étude de cas"' in answer.text

    def test_a_note_without_a_part_is_refused_above_the_form(self, world, coordinator):
        answer = edit(coordinator, address(world, "/programme/note"), {"parts-0-removed": "y"}, "")
        assert answer.status_code == 422
        assert "Remplissez ce champ." in answer.text

    def test_a_page_count_that_is_no_number_is_refused(self, world, coordinator):
        answer = edit(coordinator, address(world, "/programme/note"), {"parts-0-pages_max": "vingt"}, "")
        assert (answer.status_code, 'value="vingt"' in answer.text) == (422, True)

    def test_the_jury_decides_otherwise(self, world, coordinator):
        path = address(world, "/programme/jury")
        sent = fields_of(coordinator.get(path).text)
        for name in ("graded", "president_required"):
            del sent[name]
        answer = coordinator.post(path, {**sent, "min_members": "3", "blind": "y"})
        assert (answer.status_code, "Il n’y a pas de note chiffrée" in answer.text) == (422, True)
        answer = coordinator.post(path, {**sent, "min_members": "3", "blind": "y", "pass_mark": ""})
        assert answer.status_code == 303
        jury = cohort(world).jury
        assert (jury.min_members, jury.blind, jury.president_required) == (3, True, False)
        assert (jury.grade_out_of, jury.pass_mark) == (None, None)

    def test_a_quorum_no_jury_could_reach_is_refused(self, world, coordinator):
        answer = edit(coordinator, address(world, "/programme/jury"), {"quorum": "9"}, "")
        assert answer.status_code == 422
        assert "Le quorum (9) dépasse le nombre de membres (2)." in answer.text


class TestPeople:
    """Invited, shown, given another role."""

    def test_somebody_is_invited_and_comes_in(self, app, clock, world, browse, coordinator):
        with open_postbox() as postbox:
            use(app, postbox)
            sent = {"name": "Lou Blanc", "email": "lou@example.org", "role": "staff"}
            answer = coordinator.post(address(world, "/people/new"), sent)
            assert answer.headers["Location"] == address(world, "/people")
            work(app, clock)
            told = postbox.last("lou@example.org")
        assert "Dominique Roux vous invite dans la promotion" in told
        assert "Votre rôle : équipe pédagogique." in told
        assert browse().post(link_in(told)).headers["Location"] == address(world, "/")
        assert "Lou Blanc" in coordinator.get(address(world, "/people")).text

    def test_an_invitation_that_lacks_something_keeps_the_rest(self, world, coordinator):
        answer = coordinator.post(address(world, "/people/new"), {"name": "Lou Blanc", "email": "lou"})
        assert answer.status_code == 422
        assert 'value="Lou Blanc"' in answer.text
        assert "Choisissez une réponse." in answer.text
        assert "prenom.nom@example.org" in answer.text

    def test_a_member_is_not_invited_again(self, world, coordinator):
        sent = {"name": "C. A.", "email": "Claire.Aubert@example.org", "role": "guest"}
        answer = coordinator.post(address(world, "/people/new"), sent)
        assert answer.status_code == 422
        assert "Claire Aubert (équipe pédagogique)" in answer.text

    def test_a_card_tells_the_dates_of_a_learner(self, world, coordinator):
        page = coordinator.get(address(world, f"/people/{world.learner.id}")).text
        assert "24 janvier 2027" in page
        assert "Ses dates" not in coordinator.get(address(world, f"/people/{world.tutor.id}")).text

    def test_a_role_changes_once(self, world, coordinator):
        path = address(world, f"/people/{world.guest.id}/role")
        assert coordinator.post(path, {"role": "staff", "seen_role": "guest"}).status_code == 303
        assert coordinator.post(path, {"role": "learner", "seen_role": "guest"}).status_code == 409
        assert coordinator.post(path, {"role": "king", "seen_role": "staff"}).status_code == 422
        with world.session() as db:
            assert member(db, world.cohort.id, world.guest.id).role == "staff"

    def test_the_last_coordinator_stays(self, world, coordinator):
        path = address(world, f"/people/{world.coordinator.id}/role")
        answer = coordinator.post(path, {"role": "staff", "seen_role": "coordinator"})
        assert (answer.status_code, "la seule personne qui coordonne" in answer.text) == (422, True)

    def test_who_gives_their_own_role_up_is_led_elsewhere(self, world, coordinator):
        with world.session() as db:
            standing = standing_in(db, db.merge(world.coordinator), world.cohort.id)
            tutor = member(db, world.cohort.id, world.tutor.id)
            change_role(db, standing, tutor, Role.COORDINATOR, now=world.clock())
        path = address(world, f"/people/{world.coordinator.id}/role")
        answer = coordinator.post(path, {"role": "staff", "seen_role": "coordinator"})
        assert answer.headers["Location"] == address(world, "/")
        assert coordinator.get(address(world, "/people")).status_code == 403


def test_a_page_asks_the_database_as_much_for_three_members_as_for_thirty(world, coordinator, statements):
    def counts():
        asked = {}
        for page in ("/programme", "/programme/days/2", "/programme/note", "/people"):
            with statements() as seen:
                assert coordinator.get(address(world, page)).status_code == 200
            asked[page] = len(seen)
        return asked

    few = counts()
    with world.session() as db:
        for rank in range(27):
            world.member(db, "Autre", f"Nom{rank}", Role.LEARNER)
            world.member(db, "Équipe", f"Nom{rank}", Role.STAFF)
    assert counts() == few


class TestHome:
    """The first page of who comes by no particular way."""

    def test_who_has_one_cohort_is_led_to_it(self, world, browse):
        assert browse(world.learner).get("/").headers["Location"] == address(world, "/")

    def test_who_has_none_is_told_what_will_come(self, world, browse):
        page = browse(world.stranger).get("/")
        assert (page.status_code, "Aucune promotion pour l’instant" in page.text) == (200, True)

    def test_who_has_several_chooses(self, app, world, browse):
        second(app, world)
        page = browse(world.learner).get("/").text
        assert "Arts et culture · Octobre 2026 – juin 2027" in page
        assert ">2027<" in page

    def test_a_stranger_signs_in_first(self, world, browse):
        assert browse().get("/").headers["Location"] == "/sign-in?next=/"


def second(app, world):
    """Another cohort, which the first learner belongs to as well."""
    done = app.test_cli_runner().invoke(
        args=[
            "programme",
            "import",
            "tutoring/programme/catalogue/education-populaire.toml",
            "--open",
            "2027",
        ]
    )
    assert done.exit_code == 0
    with world.session() as db:
        opened = db.scalar(select(Cohort).where(Cohort.name == "2027"))
        db.add(
            Membership(
                institution_id=world.institution.id,
                cohort=opened,
                person_id=world.learner.id,
                role=Role.LEARNER,
                joined_at=world.clock(),
            )
        )


class TestInstitution:
    """An administrator opens cohorts."""

    @pytest.fixture
    def administrator(self, world, browse):
        with world.session() as db:
            db.get_one(Person, world.stranger.id).administrator = True
        return browse(world.stranger)

    def test_only_administrators_open_cohorts(self, world, browse, administrator):
        assert browse(world.coordinator).get("/institution/cohorts").status_code == 403
        assert browse(world.coordinator).post("/institution/cohorts").status_code == 403
        page = administrator.get("/institution/cohorts").text
        assert "coordination : Dominique Roux" in page
        assert 'href="/institution/cohorts"' in administrator.get("/institution").text

    def test_a_cohort_is_opened_for_somebody(self, world, administrator):
        sent = {
            "track": str(world.track.id),
            "name": "2027",
            "coordinator_name": "Lou Blanc",
            "coordinator_email": "lou@example.org",
        }
        assert administrator.post("/institution/cohorts", sent).status_code == 303
        assert "coordination : Lou Blanc" in administrator.get("/institution/cohorts").text
        mail = only(world, select(OutboxRow).where(OutboxRow.consumer == "mail"))
        assert (mail.payload["template"], mail.payload["params"]["role"]) == ("invitation", "coordinator")
        again = administrator.post("/institution/cohorts", sent)
        assert again.status_code == 422
        assert "s’appelle déjà « 2027 »" in again.text
        assert 'value="Lou Blanc"' in again.text

    def test_a_cohort_of_nothing_is_refused(self, world, administrator):
        answer = administrator.post("/institution/cohorts", {"name": "2027", "track": "999"})
        assert answer.status_code == 422


class TestCommands:
    """`flask programme …`."""

    @pytest.fixture
    def run(self, app, world):
        return lambda *args: app.test_cli_runner().invoke(args=["programme", *args])

    def test_a_brochure_is_imported_and_a_cohort_opened(self, run, world):
        done = run("import", "tutoring/programme/catalogue/education-populaire.toml", "--open", "Mars 2026")
        assert done.exit_code == 0
        opened = only(world, select(Cohort).where(Cohort.name == "Mars 2026"))
        assert done.stdout == (f"track education-populaire imported\ncohort {opened.id} opened: Mars 2026\n")
        assert "warning: modules[13].number: module 14 has no half-day yet" in done.stderr
        assert run("cohorts").stdout == f"{world.cohort.id}\t{world.cohort.name}\n{opened.id}\tMars 2026\n"
        assert [line.split("\t")[0] for line in run("tracks").stdout.splitlines()] == [
            "education-populaire",
            "arts-et-culture",
        ]

    def test_each_wrong_line_is_told_and_nothing_is_kept(self, run, world, tmp_path):
        source = (CATALOGUE / "arts-et-culture.toml").read_text(encoding="utf-8")
        for right, wrong in (
            ("hours = 90", 'hours = "many"'),
            ("2026-10-13", "2026-10-12"),
            ('place = "opale"', 'place = "ici"'),
            ("[cohort]", "[cohort]\nsise_min = 3"),
        ):
            source = source.replace(right, wrong, 1)
        file = tmp_path / "wrong.toml"
        file.write_text(source, encoding="utf-8")
        done = run("import", str(file))
        assert done.exit_code == 1
        lines = source.splitlines()

        def told(words, said, nth=0):
            line = [number for number, line in enumerate(lines, 1) if words in line][nth]
            return f"{file}:{line}: {said}"

        assert done.stderr.splitlines() == [
            told("many", "track.hours: integer expected, text found"),
            told("sise_min", "cohort.sise_min: nothing is called “sise_min” here; did you mean “size_min”?"),
            told("2026-10-12", "gatherings[0].days[1].date: 2026-10-12 is already a day of this cohort", -1),
            told('place = "ici"', "gatherings[2].days[1].place: no place has the key “ici”"),
        ]

    def test_what_is_no_brochure_at_all(self, run, tmp_path):
        file = tmp_path / "wrong.toml"
        file.write_text("[track\n")
        done = run("import", str(file))
        assert (done.exit_code, done.stderr.startswith(f"{file}:1: this is not TOML: ")) == (1, True)
        file.write_bytes(b"[track]\nname = '\xff'\n")
        assert run("import", str(file)).stderr == f"{file}:2: this is not UTF-8 text\n"
        assert run("import", str(tmp_path / "nowhere.toml")).exit_code == 2

    def test_a_name_that_is_taken_is_told(self, run, world):
        catalogue = "tutoring/programme/catalogue/arts-et-culture.toml"
        done = run("import", catalogue, "--open", world.cohort.name)
        assert done.exit_code == 1
        assert done.stderr.endswith(
            f"Error: arts-et-culture already has a cohort called {world.cohort.name}\n"
        )
        assert run("import", catalogue, "--institution", "opale").exit_code == 1
