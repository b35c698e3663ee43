"""Over HTTP: a reading is handed from the library, a note, a remark; its learner opens it, the tutor knows."""

import html
import re

import pytest

from resources.views.panels import remarked_readings
from tests.lint import faults
from tests.notes import Seat, seat
from tests.shelf import linked, published
from tutoring.notes import operations as notes
from tutoring.notes.models import RemarkKind, ValidationNote, Visibility
from tutoring.notes.moves import Verdict
from tutoring.notes.queries import submission_page
from tutoring.people.models import Person
from tutoring.programme.operations import open_cohort
from tutoring.programme.queries import standing_in

WHY = "Pour ta deuxième partie."


def words(answer):
    """The words of a page, without its marks, one space between them."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(html.unescape(body).split())


def hrefs(answer, holding):
    found = re.findall(r'(?:href|action)="([^"]+)"', answer.get_data(as_text=True))
    return [html.unescape(href) for href in found if holding in html.unescape(href)]


def sound(browser, path):
    """A page that stands up."""
    answer = browser.get(path)
    assert (answer.status_code, faults(answer.get_data(as_text=True))) == (200, [])
    return answer


class Walk:
    """The pages that a reading goes through, each person in their own browser."""

    def __init__(self, world, browse):
        self.world = world
        self.reading = linked(world, "Manifeste", author="Ufisc")
        edition = published(world, "# Les communs\n\ntexte", number=2, title="Ce que l’on retient")
        self.synthesis_id = edition.synthesis_id
        with world.session() as db:
            there, second = seat(db, world), seat(db, world, tutor=False, author=world.learners[1])
            self.note_id, self.second_id = there.note.id, second.note.id
        self.cohort = f"/c/{world.cohort.id}"
        self.home = f"{self.cohort}/notes/{self.note_id}"
        self.learner, self.tutor = browse(world.learner), browse(world.tutor)
        self.coordinator, self.browse = browse(world.coordinator), browse

    def give(self, browser=None, path=None, **fields):
        path = path or f"{self.home}/readings/assign?reading={self.reading.id}"
        return (browser or self.tutor).post(path, {"why": WHY, **fields})

    def handed(self, browser=None, note=None):
        """The addresses of what the note's page lists."""
        page = sound(browser or self.tutor, note or self.home)
        return [href for href in hrefs(page, "/readings/") if re.fullmatch(r".*/readings/\d+", href)]

    def remark(self, visibility=Visibility.SHARED, release=True):
        """A remark on the learner's topic; its id and its submission's address."""
        with self.world.session() as db:
            there = Seat(db, self.world, db.get_one(ValidationNote, self.note_id))
            topic = there.topic()
            page = there.page(self.world.tutor)
            facts = {"kind": RemarkKind.SUGGESTION, "visibility": visibility, "text": "Voyez Ostrom."}
            remark = notes.write_remark(
                db, page.note, topic, page.standing.person, **facts, now=self.world.clock()
            )
            db.flush()
            if release:
                there.review(Verdict.RETURNED)
            return remark.id, f"{self.home}/submissions/{topic.id}"


@pytest.fixture
def walk(world, browse):
    return Walk(world, browse)


def test_from_the_library_to_those_one_follows(walk, world):
    day = sound(walk.tutor, f"{walk.cohort}/days/1")
    (form,) = hrefs(day, "/readings/assign")
    page = sound(walk.tutor, form)
    assert "Prénom0 Nom00" in words(page)
    assert "Prénom1 Nom01" not in words(page)
    given = walk.give(path=form, learners=[str(walk.note_id)], begin="p. 12")
    assert (given.status_code, given.location) == (303, f"{walk.cohort}/days/1#reading-{walk.reading.id}")
    assert "La lecture est conseillée." in words(walk.tutor.get(f"{walk.cohort}/days/1"))
    assert "déjà conseillée" in words(sound(walk.tutor, form))
    again = walk.give(path=form, learners=[str(walk.note_id)])
    assert (again.status_code, "C’est déjà conseillé à Prénom0 Nom00." in words(again)) == (422, True)
    note = words(sound(walk.learner, walk.home))
    assert "Lectures conseillées Manifeste Lecture · Claire Aubert, aujourd’hui" in note
    assert WHY in note


def test_a_coordinator_hands_a_synthesis_to_several_at_once(walk):
    (form,) = hrefs(sound(walk.coordinator, f"{walk.cohort}/days/2"), "/readings/assign")
    assert form.endswith(f"synthesis={walk.synthesis_id}")
    both = [str(walk.note_id), str(walk.second_id)]
    given = walk.give(walk.coordinator, form, learners=both)
    assert (given.status_code, given.location) == (303, f"{walk.cohort}/days/2#synthesis")
    second = f"{walk.cohort}/notes/{walk.second_id}"
    listed = [walk.handed(walk.coordinator, note) for note in (walk.home, second)]
    assert [len(one) for one in listed] == [1, 1]
    opened = sound(walk.coordinator, listed[0][0])
    assert f"{walk.cohort}/days/2#synthesis" in hrefs(opened, "#synthesis")


def test_the_library_offers_it_on_each_line_to_those_who_may(walk):
    for path in ("library", "library?q=manifeste"):
        address = f"{walk.cohort}/{path}"
        offered = [
            len(hrefs(sound(walk.browse(who), address), f"assign?reading={walk.reading.id}"))
            for who in (walk.world.tutor, walk.world.coordinator, walk.world.other_tutor, walk.world.learner)
        ]
        assert offered == [1, 1, 0, 0]


def test_from_the_note_one_searches_or_lists_by_day(walk, world):
    (choose,) = hrefs(sound(walk.tutor, walk.home), "/readings/choose")
    listed = sound(walk.tutor, choose)
    assert hrefs(listed, "/readings/assign?") == [
        f"{walk.home}/readings/assign?reading={walk.reading.id}",
        f"{walk.home}/readings/assign?synthesis={walk.synthesis_id}",
    ]
    found = sound(walk.tutor, f"{choose}?q=manifeste")
    assert hrefs(found, "/readings/assign?") == [f"{walk.home}/readings/assign?reading={walk.reading.id}"]
    world.app.test_cli_runner().invoke(args=["resources", "reindex"])
    (form,) = hrefs(sound(walk.tutor, f"{choose}?q=manifestes"), "/readings/assign?")
    assert "Rien ne répond" in words(sound(walk.tutor, f"{choose}?q=zzzz"))
    assert "Conseiller une lecture à Prénom0 Nom00" in words(sound(walk.tutor, form))
    given = walk.give(path=form)
    assert (given.status_code, given.location) == (303, f"{walk.home}#assigned")
    assert "déjà conseillée" in words(sound(walk.tutor, choose))
    assert walk.give(path=form).status_code == 409


def test_from_a_remark_the_reading_stands_with_it(walk):
    remark_id, submission = walk.remark()
    choose = f"{walk.home}/readings/choose?remark={remark_id}"
    page = sound(walk.tutor, choose)
    assert "Depuis la remarque : Voyez Ostrom." in words(page)
    form = next(href for href in hrefs(page, "/readings/assign?") if "reading=" in href)
    assert f"remark={remark_id}" in form
    given = walk.give(path=form)
    assert (given.status_code, given.location) == (303, f"{submission}#r{remark_id}")
    for browser in (walk.tutor, walk.learner):
        assert "Lectures conseillées avec ces remarques Manifeste" in words(sound(browser, submission))
        (address,) = walk.handed(browser)
        assert f"{submission}#r{remark_id}" in hrefs(sound(browser, address), "/submissions/")


def test_on_the_page_of_its_submission_it_leads_to_the_thread_itself(walk, world):
    remark_id, submission = walk.remark()
    walk.give(path=f"{walk.home}/readings/assign?reading={walk.reading.id}&remark={remark_id}")
    walk.give(walk.coordinator, learners=[])
    with world.app.test_request_context(), world.session() as db:
        learner = db.get_one(Person, world.learner.id)
        standing = standing_in(db, learner, world.cohort.id)
        page = submission_page(db, learner, standing, walk.note_id, int(submission.rpartition("/")[2]))
        panel = remarked_readings(db, learner, page)
    assert (panel.count("Manifeste"), f'href="#r{remark_id}"' in panel) == (1, True)


def test_what_goes_with_a_remark_not_yet_released_stays_with_the_tutors_seat(walk):
    remark_id, submission = walk.remark(release=False)
    form = f"{walk.home}/readings/assign?reading={walk.reading.id}&remark={remark_id}"
    assert "Cette remarque n’est pas encore rendue" in words(sound(walk.tutor, form))
    assert walk.coordinator.get(form).status_code == 404
    assert walk.give(path=form).status_code == 303
    (address,) = walk.handed()
    assert "invisible jusqu’à la relecture rendue" in words(sound(walk.tutor, walk.home))
    for browser in (walk.learner, walk.coordinator):
        assert walk.handed(browser) == []
        assert browser.get(address).status_code == 404
        assert "Manifeste" not in words(sound(browser, submission))


def test_a_page_that_is_not_in_the_library_is_handed_with_its_address(walk):
    form = f"{walk.home}/readings/assign"
    assert "Adresse de la page" in words(sound(walk.tutor, form))
    bad = walk.give(path=form, title="Ostrom", url="ostrom.pdf")
    assert (bad.status_code, "Écrivez une adresse complète" in words(bad)) == (422, True)
    assert 'value="Ostrom"' in bad.text
    assert walk.give(path=form, title="Ostrom", url="https://example.org/o").status_code == 303
    (address,) = walk.handed(walk.learner)
    page = sound(walk.learner, address)
    assert hrefs(page, "example.org") == ["https://example.org/o"]
    assert 'rel="noopener noreferrer external" target="_blank"' in page.text


def test_the_learner_opens_it_and_the_tutor_sees_it_seen_then_read(walk, statements, clock):
    walk.give()
    front = sound(walk.learner, f"{walk.cohort}/")
    assert f"Conseillé pour votre note Manifeste Lecture · Claire Aubert {WHY}" in words(front)
    (address,) = walk.handed()
    assert "pas encore vue" in words(sound(walk.tutor, walk.home))
    sound(walk.tutor, address)
    assert "pas encore vue" in words(sound(walk.tutor, walk.home))
    clock.advance(days=1)
    page = sound(walk.learner, address)
    assert hrefs(page, "example.org") == ["https://example.org/texte"]
    assert WHY in words(page)
    assert "vue le 17 novembre 2026" in words(sound(walk.tutor, walk.home))
    clock.advance(days=1)
    with statements() as seen:
        sound(walk.learner, address)
    assert [one for one in seen if not one.lstrip().upper().startswith("SELECT")] == []
    assert walk.learner.post(f"{address}/read", {"read": "1"}).status_code == 303
    assert "lue le 18 novembre 2026" in words(sound(walk.tutor, walk.home))
    assert "Conseillé pour votre note" not in words(sound(walk.learner, f"{walk.cohort}/"))
    assert walk.learner.post(f"{address}/read", {"read": "0"}).status_code == 303
    assert "vue le 17 novembre 2026" in words(sound(walk.tutor, walk.home))


def test_it_is_taken_back_by_whoever_handed_it_or_the_coordination(walk):
    walk.give()
    (address,) = walk.handed()
    assert walk.learner.post(f"{address}/take-back").status_code == 403
    assert walk.tutor.post(f"{address}/take-back").status_code == 303
    assert walk.handed(walk.learner) == []
    page = words(sound(walk.learner, address))
    assert "Cette lecture n’est plus conseillée" in page
    assert WHY not in page
    assert walk.tutor.post(f"{address}/take-back").status_code == 409
    walk.give(walk.coordinator)
    (address,) = walk.handed()
    assert walk.tutor.post(f"{address}/take-back").status_code == 403
    assert walk.coordinator.post(f"{address}/take-back").status_code == 303


def test_withdrawn_from_the_library_it_says_so(walk, world, browse):
    walk.give()
    (address,) = walk.handed()
    remove = f"{walk.cohort}/days/1/readings/{walk.reading.id}/remove"
    assert browse(world.staff).post(remove).status_code == 303
    page = sound(walk.learner, address)
    assert "Cette lecture a été retirée de la bibliothèque le 16 novembre 2026" in words(page)
    assert hrefs(page, "example.org") == []
    assert "retirée de la bibliothèque" in words(sound(walk.learner, walk.home))
    assert walk.give().status_code == 404


def test_without_why_it_is_refused_beside_its_field_and_what_was_typed_stays(walk):
    library = f"{walk.cohort}/readings/assign?reading={walk.reading.id}"
    for path in (library, f"{walk.home}/readings/assign?reading={walk.reading.id}"):
        refused = walk.give(path=path, learners=[str(walk.note_id)], why="", begin="p. 12")
        assert (refused.status_code, 'id="why-error"' in refused.text) == (422, True)
        assert 'value="p. 12"' in refused.text
        assert walk.give(path=path, learners=[str(walk.note_id)], why=" \n").status_code == 422
    nobody = walk.give(path=library)
    assert (nobody.status_code, "Choisissez une réponse" in words(nobody)) == (422, True)
    assert walk.handed() == []


def test_only_to_those_one_follows_and_only_what_the_cohort_finds(walk, world, browse):
    library = f"{walk.cohort}/readings/assign?reading={walk.reading.id}"
    assert walk.give(path=library, learners=[str(walk.second_id)]).status_code == 422
    second = f"{walk.cohort}/notes/{walk.second_id}/readings/assign?reading={walk.reading.id}"
    assert walk.give(path=second).status_code == 403
    for who in (world.other_tutor, world.learner, world.guest):
        assert browse(who).get(library).status_code == 403
        assert walk.give(browse(who)).status_code == 403
    whatever = ("reading=999", "reading=x", "reading=-1", f"reading={'9' * 30}", "synthesis=999")
    for what in (*whatever, f"reading={walk.reading.id}&remark=999"):
        assert walk.tutor.get(f"{walk.home}/readings/assign?{what}").status_code == 404
    with world.session() as db:
        coordinator = db.get_one(Person, world.coordinator.id)
        other = open_cohort(db, db.merge(world.track), actor=coordinator, name="Autre", now=world.clock())
        db.flush()
        elsewhere = f"/c/{other.id}"
    assert walk.coordinator.get(f"{elsewhere}/readings/assign").status_code == 200
    assert walk.coordinator.get(f"{elsewhere}/readings/assign?reading={walk.reading.id}").status_code == 404
    assert walk.coordinator.get(f"{elsewhere}/notes/{walk.note_id}/readings/assign").status_code == 404
    assert walk.tutor.get(f"{elsewhere}/readings/assign").status_code == 404


def test_a_learner_never_sees_what_was_handed_to_another(walk, world, browse):
    walk.give()
    (address,) = walk.handed()
    other = browse(world.learners[1])
    assert other.get(address).status_code == 403
    assert other.get(address.replace(walk.home, f"{walk.cohort}/notes/{walk.second_id}")).status_code == 404
    assert other.post(f"{address}/read", {"read": "1"}).status_code == 403
    assert "Manifeste" not in words(sound(other, f"{walk.cohort}/notes/{walk.second_id}"))
    assert "Conseillé pour votre note" not in words(sound(other, f"{walk.cohort}/"))


def test_what_is_typed_never_becomes_code(walk):
    hostile = '<script>alert("1")</script>'
    form = f"{walk.home}/readings/assign"
    walk.give(path=form, title=hostile, url="https://example.org/o", why=hostile, begin=hostile)
    (address,) = walk.handed()
    for path in (walk.home, address, f"{walk.cohort}/"):
        assert "<script>alert" not in sound(walk.learner, path).get_data(as_text=True)


def test_the_pages_cost_as_many_queries_whatever_was_handed(walk, statements):
    def asked(path, browser):
        sound(browser, path)
        with statements() as seen:
            sound(browser, path)
        return len(seen)

    places = [
        (walk.home, walk.tutor),
        (f"{walk.cohort}/", walk.learner),
        (f"{walk.home}/readings/choose", walk.tutor),
    ]
    walk.give()
    before = [asked(*place) for place in places]
    for rank in range(4):
        link = {"title": f"Lien {rank}", "url": f"https://example.org/{rank}"}
        assert walk.give(path=f"{walk.home}/readings/assign", **link).status_code == 303
    assert [asked(*place) for place in places] == before
