"""Coming in without the LMS: a link by mail that opens once, one's own account, and files sent on the way."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.postbox import link_in, open_postbox, text_of, work
from tutoring.people.models import Institution, Person, SignInLink
from tutoring.people.notices import tell
from tutoring.people.operations import Names, add_person, invite, know, make_institution
from tutoring.store.events import Event
from tutoring.store.files import StagedUpload
from tutoring.store.outbox import Delivery, OutboxRow

CSRF = re.compile(r'name="csrf_token" value="[^"]*"')
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def postbox():
    with open_postbox() as opened:
        yield opened


@pytest.fixture
def settings(settings, postbox):
    return replace(settings, smtp_url=postbox.url)


@pytest.fixture
def tutor(world):
    return world.tutor


def ask(browser, address, **fields):
    return browser.post("/sign-in", {"email": address, "next": "/me", **fields})


def mailed(app, clock, postbox, browser, address):
    """Ask for a way in and read the link that the worker mailed."""
    assert ask(browser, address).status_code == 303
    work(app, clock)
    return link_in(postbox.last(address))


def rows(world, kind, *where):
    with world.session() as db:
        return list(db.scalars(select(kind).where(*where)))


def test_one_comes_in_by_a_mailed_link(app, clock, postbox, world, browse, tutor):
    browser = browse()
    assert browser.get("/me").headers["Location"] == "/sign-in?next=/me"
    path = mailed(app, clock, postbox, browser, "claire.aubert@example.org")
    page = browser.get(path)
    assert (page.status_code, "Claire Aubert (Cnam)" in page.text) == (200, True)
    entered = browser.post(path)
    assert (entered.status_code, entered.headers["Location"]) == (303, "/me")
    assert "Claire Aubert" in browser.get("/me").text


def test_looking_at_a_link_burns_nothing(app, clock, postbox, world, browse, statements):
    path = mailed(app, clock, postbox, browse(), "claire.aubert@example.org")
    with statements() as seen:
        browse().get(path)
        browse().get(path)
    assert [statement for statement in seen if not statement.lstrip().startswith("SELECT")] == []
    assert [link.used_at for link in rows(world, SignInLink)] == [None]


def test_a_link_opens_once(app, clock, postbox, world, browse):
    path = mailed(app, clock, postbox, browse(), "claire.aubert@example.org")
    assert browse().post(path).status_code == 303
    thief = browse()
    assert thief.post(path).status_code == 410
    assert thief.get(path).status_code == 410
    assert thief.get("/me").status_code == 303


def test_a_link_passes_after_an_hour_and_leads_to_a_new_one(app, clock, postbox, world, browse):
    path = mailed(app, clock, postbox, browse(), "claire.aubert@example.org")
    clock.advance(hours=1)
    page = browse().get(path)
    assert (page.status_code, "/sign-in?next=/me" in page.text) == (410, True)
    assert browse().post(path).status_code == 410


def test_a_link_that_never_was_is_answered_as_one_that_passed(world, browse):
    assert browse().get("/enter/never-was").status_code == 410
    assert browse().post("/enter/never-was").status_code == 410


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "me", "/\tx", ""]
)
def test_a_link_never_leads_off_the_site(app, clock, postbox, world, browse, target):
    browser = browse()
    ask(browser, "claire.aubert@example.org", next=target)
    work(app, clock)
    entered = browser.post(link_in(postbox.last("claire.aubert@example.org")))
    assert entered.headers["Location"] == "/"
    page = browser.get("/sign-in", query_string={"next": target})
    assert 'name="next" type="hidden" value="/"' in page.text


def test_an_unknown_address_is_answered_as_a_known_one(app, clock, postbox, world, browse):
    answers = []
    for address in ("claire.aubert@example.org", "nobody@example.org"):
        browser = browse()
        asked = ask(browser, address)
        page = CSRF.sub("", browser.get("/sign-in/sent").text.replace(address, "…"))
        answers.append((asked.status_code, asked.headers["Location"], page))
    assert answers[0] == answers[1]
    work(app, clock)
    assert [recipient for recipient, _ in postbox.received] == ["claire.aubert@example.org"]


def test_five_links_an_hour_and_no_more(app, clock, postbox, world, browse):
    for _ in range(7):
        assert ask(browse(), "Claire.Aubert@example.org").status_code == 303
    work(app, clock)
    assert len(postbox.received) == 5
    clock.advance(hours=1, seconds=1)
    ask(browse(), "claire.aubert@example.org")
    work(app, clock)
    assert len(postbox.received) == 6


def test_what_is_no_address_is_refused_beside_its_field(world, browse):
    answer = browse().post("/sign-in", {"email": "claire", "next": "/me"})
    assert answer.status_code == 422
    assert "prenom.nom@example.org" in answer.text
    assert 'value="claire"' in answer.text
    assert 'value="/me"' in answer.text


def test_several_records_at_one_address_are_chosen_among(app, clock, postbox, world, browse):
    with world.session() as db:
        other = make_institution(db, slug="autre", name="Autre école")
        names = Names(name="C. Aubert", email="claire.aubert@example.org")
        elsewhere = know(db, other.id, source="lti:9", subject="42", names=names, now=clock())
    browser = browse(world.learner)  # signed in at one institution, as people who test links are
    path = mailed(app, clock, postbox, browser, "claire.aubert@example.org")
    assert len(postbox.received) == 1
    page = browser.get(path)
    assert "Autre école, connu·e par votre plateforme de cours" in page.text
    assert browser.post(path).status_code == 422
    assert browser.post(path, {"person": world.learner.id}).status_code == 422
    assert browser.post(path, {"person": elsewhere.id}).status_code == 303
    assert "Autre école" in browser.get("/me").text


def test_a_notice_leads_to_its_page_at_once_for_who_is_already_in(app, clock, postbox, world, browse):
    with world.session() as db:
        tell(db, db.merge(world.tutor), "administrator", path="/me?x=1", now=clock(), institution="Cnam")
    work(app, clock)
    path = link_in(postbox.last("claire.aubert@example.org"))
    assert browse(world.tutor).get(path).headers["Location"] == "/me?x=1"
    assert [link.used_at for link in rows(world, SignInLink)] == [None]
    clock.advance(days=13)
    assert browse().post(path).headers["Location"] == "/me?x=1"


def test_the_session_lasts_thirty_days(app, clock, postbox, world, browse):
    browser = browse()
    entered = browser.post(mailed(app, clock, postbox, browser, "claire.aubert@example.org"))
    cookie = next(c for c in entered.headers.getlist("Set-Cookie") if c.startswith("palier="))
    assert app.permanent_session_lifetime == timedelta(days=30)
    assert all(word in cookie for word in ("Expires=", "HttpOnly", "Secure", "SameSite=None", "Partitioned"))


def test_signing_out_and_ending_every_session(world, browse):
    here, elsewhere = browse(world.tutor), browse(world.tutor)
    assert here.post("/sign-out").status_code == 303
    assert (here.get("/me").status_code, elsewhere.get("/me").status_code) == (303, 200)
    here = browse(world.tutor)
    assert here.post("/me/end-sessions").status_code == 303
    assert (here.get("/me").status_code, elsewhere.get("/me").status_code) == (303, 303)


def two_records(world, clock, **absorbed):
    """An LMS record and an invited one at the same address."""
    with world.session() as db:
        names = Names(name="Ana Gil", email="ana@example.org")
        lms = know(db, world.institution.id, source="lti:1", subject="7", names=names, now=clock())
        kept = invite(db, world.institution.id, name="Ana Gil", email="ana@example.org", now=clock())
    return lms, kept


def test_two_records_are_united_where_both_are_shown(app, clock, postbox, world, browse):
    lms, kept = two_records(world, clock)
    browser = browse(lms)
    assert "Une autre fiche" in browser.get("/me").text
    assert browser.post("/me/join").status_code == 303
    work(app, clock)
    path = link_in(postbox.last("ana@example.org"))
    elsewhere = browse()
    assert "dans le navigateur où vous avez demandé" in elsewhere.get(path).text
    assert elsewhere.post(path).status_code == 409
    assert browser.get(path).status_code == 200
    assert browser.post(path).headers["Location"] == "/me"
    page = browser.get("/me").text
    assert "par votre plateforme de cours et par courriel" in page
    assert "Réunir" not in page
    with world.session() as db:
        assert db.get(Person, lms.id).merged_into_id == kept.id


def test_uniting_is_offered_to_nobody_alone_and_not_without_end(app, clock, postbox, world, browse):
    alone = browse(world.tutor)
    assert "Réunir" not in alone.get("/me").text
    assert alone.post("/me/join").status_code == 409
    lms, _ = two_records(world, clock)
    asking = browse(lms)
    assert [asking.post("/me/join").status_code for _ in range(6)] == [303] * 5 + [429]


def test_the_language_is_kept(app, world, browse):
    stranger = browse()
    assert '<html lang="fr">' in stranger.get("/sign-in", headers={"Accept-Language": "de"}).text
    switched = stranger.post("/language", {"locale": "en", "next": "/sign-in?next=/me"})
    assert switched.headers["Location"] == "/sign-in?next=/me"
    assert '<html lang="en">' in stranger.get("/sign-in").text
    browse(world.tutor).post("/language", {"locale": "en", "next": "//elsewhere.example"})
    assert '<html lang="en">' in browse(world.tutor).get("/me").text
    assert stranger.post("/language", {"locale": "xx"}).status_code == 400


def test_a_mail_says_who_it_is_from_and_keeps_one_identifier(app, clock, postbox, world, browse):
    postbox.answers["DATA"] = "451 later"
    ask(browse(), "claire.aubert@example.org")
    work(app, clock)
    assert postbox.received == []
    (row,) = rows(world, OutboxRow, OutboxRow.consumer == "mail")
    assert (row.state, row.last_error) == (Delivery.WAITING, "message deferred (451)")
    postbox.answers.clear()
    clock.advance(seconds=10)
    work(app, clock)
    (message,) = postbox.to("claire.aubert@example.org")
    assert message["Message-ID"] == f"<palier-{row.id}-{int(row.created_at.timestamp())}@127.0.0.1>"
    assert message["From"] == "Palier <palier@example.org>"
    assert message["To"] == "Claire Aubert <claire.aubert@example.org>"
    assert message["Subject"] == "Votre lien pour entrer dans Palier"
    assert message["Auto-Submitted"] == "auto-generated"
    assert text_of(message).endswith("Palier, Cnam\n")


def test_a_mail_travels_in_plain_ascii_with_the_line_ends_of_mail(app, clock, postbox, world, browse):
    with world.session() as db:
        names = Names(name="Élise\nÇa, d’Été", email="elise@example.org")
        add_person(db, world.institution.id, names, now=clock())
    mailed(app, clock, postbox, browse(), "elise@example.org")
    (raw,) = postbox.raw
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert postbox.to("elise@example.org")[0]["To"].addresses[0].display_name == "Élise Ça, d’Été"


@pytest.mark.parametrize(
    ("step", "answer", "state", "reason"),
    [
        ("RCPT", "550 unknown", Delivery.FAILED, "address refused (550)"),
        ("RCPT", "450 busy", Delivery.WAITING, "address deferred (450)"),
        ("DATA", "554 no", Delivery.FAILED, "message refused (554)"),
    ],
)
def test_what_the_server_says_decides_what_comes_next(
    app, clock, postbox, world, browse, step, answer, state, reason
):
    postbox.answers[step] = answer
    ask(browse(), "claire.aubert@example.org")
    work(app, clock)
    (row,) = rows(world, OutboxRow, OutboxRow.consumer == "mail")
    assert (row.state, row.last_error) == (state, reason)


def test_a_server_that_falls_while_sending_leaves_a_doubt_and_no_second_mail(
    app, clock, postbox, world, browse
):
    postbox.hang_up = True
    ask(browse(), "claire.aubert@example.org")
    work(app, clock)
    (row,) = rows(world, OutboxRow, OutboxRow.consumer == "mail")
    assert (row.state, row.last_error) == (Delivery.PERHAPS, "the connection fell while sending")
    postbox.hang_up = False
    clock.advance(days=1)
    assert (work(app, clock), postbox.received) == (0, [])


def test_a_server_that_is_away_is_tried_again(app, clock, postbox, world, browse, settings):
    url, house = postbox.url, app.extensions["palier"]
    app.extensions["palier"] = replace(house, settings=replace(settings, smtp_url="smtp://127.0.0.1:1"))
    ask(browse(), "claire.aubert@example.org")
    work(app, clock)
    (row,) = rows(world, OutboxRow, OutboxRow.consumer == "mail")
    assert (row.state, row.last_error) == (Delivery.WAITING, "mail server: ConnectionRefusedError")
    app.extensions["palier"] = replace(house, settings=replace(settings, smtp_url=url))
    clock.advance(minutes=1)
    work(app, clock)
    assert len(postbox.received) == 1


@pytest.mark.parametrize("address", [None, "no-at-sign", "@example.org", "ana@", "é@example.org"])
def test_a_record_without_a_usable_address_fails_for_good(app, clock, postbox, world, address):
    with world.session() as db:
        person = db.get_one(Person, world.tutor.id)
        person.email = address
        tell(db, person, "administrator", path="/", now=clock(), institution="Cnam")
    work(app, clock)
    (row,) = rows(world, OutboxRow, OutboxRow.consumer == "mail")
    assert row.state == Delivery.FAILED


def send(browser, content, name, *, accept=None):
    fields = {
        "csrf_token": browser.token(),
        "name": "note_staged",
        "file": FileStorage(io.BytesIO(content), name),
    }
    boundary, body = encode_multipart(fields)  # as bytes: the client would leave a large one in an open file
    return browser.client.post(
        "/uploads" + (f"?accept={accept}" if accept else ""),
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        base_url="https://127.0.0.1:8000",
        headers={"Referer": "https://127.0.0.1:8000/"},
    )


def test_a_file_is_staged_by_its_own_request(world, browse):
    answer = send(browse(world.learner), PDF, "Ma note.pdf")
    (upload,) = rows(world, StagedUpload)
    assert answer.status_code == 201
    assert f'name="note_staged" value="{upload.token}"' in answer.text
    assert (upload.filename, upload.person_id) == ("Ma note.pdf", world.learner.id)


@pytest.mark.parametrize(
    ("content", "name", "accept", "said"),
    [
        (b"%PDF-1.4" + b"\0" * (2 * 1024 * 1024), "grand.pdf", None, "dépasse 2 Mo"),
        (b"", "vide.pdf", None, "est vide"),
        (b"MZ\x90", "virus.exe", None, "n’est pas d’un type accepté"),
        (b"MZ\x90 not a pdf", "note.pdf", None, "n’est pas celui que son nom annonce"),
        (PDF, "note.pdf", "docx,odt", "on attend ici un fichier docx, odt"),
        (PDF, "logo.png", "png,jpg", "n’est pas celui que son nom annonce"),
        (PNG, "image.png", None, "n’est pas d’un type accepté"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(world, browse, content, name, accept, said):
    answer = send(browse(world.learner), content, name, accept=accept)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(world, StagedUpload) == []


def test_a_stranger_stages_nothing(world, browse):
    assert send(browse(), PDF, "note.pdf").status_code == 401


def make_administrator(world):
    with world.session() as db:
        db.get_one(Person, world.coordinator.id).administrator = True
    return world.coordinator


def described(**fields):
    return {"name": "Cnam", "signatory": "", "activity_number": "", "version": 1, **fields}


def test_the_institution_is_described_by_its_administrators_alone(world, browse):
    assert browse(world.tutor).get("/institution").status_code == 403
    assert browse(world.tutor).post("/institution", described(name="Pirate")).status_code == 403
    browser = browse(make_administrator(world))
    assert browser.get("/institution").status_code == 200
    answer = browser.post(
        "/institution", described(name="Le Cnam", signatory="D. Roux", activity_number="11")
    )
    assert answer.status_code == 303
    (institution,) = rows(world, Institution)
    assert (institution.name, institution.signatory, institution.activity_number) == (
        "Le Cnam",
        "D. Roux",
        "11",
    )
    assert [event.actor_id for event in rows(world, Event, Event.kind == "institution.described")] == [
        world.coordinator.id
    ]


def test_a_stale_institution_page_is_refused_and_what_was_typed_shown(world, browse):
    browser = browse(make_administrator(world))
    browser.post("/institution", described(name="Le Cnam"))
    answer = browser.post("/institution", described(name="Conservatoire"))
    assert (answer.status_code, "Conservatoire" in answer.text) == (409, True)
    assert [row.name for row in rows(world, Institution)] == ["Le Cnam"]


def test_a_logo_is_kept_while_the_form_is_wrong_and_served_to_its_people(world, browse):
    browser = browse(make_administrator(world))
    assert browser.get("/institution/logo").status_code == 404
    sent = described(name="", logo=(io.BytesIO(PNG), "logo.png"))
    answer = browser.post("/institution", sent, content_type="multipart/form-data")
    (upload,) = rows(world, StagedUpload)
    assert answer.status_code == 422
    assert f'name="logo_staged" value="{upload.token}"' in answer.text
    assert browser.post("/institution", described(logo_staged=upload.token)).status_code == 303
    served = browse(world.tutor).get("/institution/logo")
    assert (served.data, served.content_type) == (PNG, "image/png")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    again = browse(world.tutor).get("/institution/logo", headers={"If-None-Match": served.headers["ETag"]})
    assert again.status_code == 304


def test_a_logo_that_lies_is_refused_beside_its_field(world, browse):
    browser = browse(make_administrator(world))
    sent = described(name="Le Cnam", logo=(io.BytesIO(PDF), "logo.png"))
    answer = browser.post("/institution", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "n’est pas celui que son nom annonce" in answer.text
    assert 'value="Le Cnam"' in answer.text


def test_an_administrator_is_invited_from_the_terminal(app, clock, postbox, world, browse):
    run = app.test_cli_runner().invoke
    done = run(args=["people", "invite-admin", "Admin@example.org", "--name", "Ada Min"])
    assert (done.exit_code, done.output) == (
        0,
        "Admin@example.org administers Cnam; a link will be mailed by flask work\n",
    )
    work(app, clock)
    browser = browse()
    entered = browser.post(link_in(postbox.last("admin@example.org")))
    assert entered.headers["Location"] == "/institution"
    assert browser.get("/institution").status_code == 200


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["add-institution", "cnam", "Encore"], "an institution is already called cnam"),
        (["add-institution", "Le Cnam", "Encore"], "a slug is made of a-z, 0-9 and hyphens, not “Le Cnam”"),
        (["invite-admin", "ada", "--name", "Ada"], "ada: An email address must have an @-sign."),
        (
            ["invite-admin", "ada@example.org", "--name", "Ada", "--institution", "opale"],
            "no institution is called opale; flask people add-institution makes one",
        ),
    ],
)
def test_a_wrong_command_says_why(app, world, args, said):
    done = app.test_cli_runner().invoke(args=["people", *args])
    assert (done.exit_code, done.output) == (1, f"Error: {said}\n")


def test_of_several_institutions_one_is_named(app, world):
    run = app.test_cli_runner().invoke
    assert run(args=["people", "add-institution", "opale", "Opale"]).exit_code == 0
    done = run(args=["people", "invite-admin", "ada@example.org", "--name", "Ada"])
    assert done.output == "Error: say which institution with --institution: cnam, opale\n"
