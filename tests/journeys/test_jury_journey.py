"""The jury's pages over HTTP: each seat its own, nobody another's, and nothing of the result before the release."""

import dataclasses
import io
import re

from sqlalchemy import select

from tests.jury import FULL, Jury, checked_note
from tests.lint import Page
from tests.postbox import open_postbox, work
from tutoring.jury.models import Evaluation, Hearing
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Outcome
from tutoring.programme.models import Role
from tutoring.web import edge

SECRETS = ("8,25", "8.25", "825", "Motif tenu secret", "Ajourné", "referred")
REFERRED = {"outcome": Outcome.REFERRED, "grade": 825, "reason": "Motif tenu secret."}


def text(response):
    return response.get_data(as_text=True)


def words(response):
    """The page without its tags: its figures and sentences."""
    return re.sub(r"<[^>]+>", " ", text(response))


def first(world, model, *where):
    with world.app.app_context():
        return edge.database.session.scalar(select(model).where(*where))


def at_work(world, how, *authors, **options):
    """Bring a panel to a point by operations; gives the addresses of its hearings and of itself."""
    with world.session() as db:
        jury = Jury(db, world)
        hearings = getattr(jury, how)(*(authors or (world.learner,)), **options)
        base = f"/c/{world.cohort.id}/jury"
        return f"{base}/panels/{jury.panel_id}", [f"{base}/hearings/{hearing.id}" for hearing in hearings]


def version_in(page, name="version"):
    found = re.search(rf'name="{name}"[^>]*value="(\d+)"', text(page))
    assert found, "no version on the page"
    return found[1]


def points(**changes):
    return {
        **{f"points_{key}": str(value / 100).replace(".", ",") for key, value in FULL.items()},
        "comment": "Solide.",
        **changes,
    }


def test_the_jury_from_its_composition_to_the_release_each_in_their_seat(app, world, browse, clock):
    with world.session() as db:
        checked_note(db, world, world.learner)
    base = f"/c/{world.cohort.id}/jury"
    coordinator, guest, staff = browse(world.coordinator), browse(world.guest), browse(world.staff)
    assert "Les communs culturels" in text(coordinator.get(base))
    made = coordinator.post(
        f"{base}/panels/new",
        {
            "name": "Jury A",
            "sits_on": "2027-06-14",
            "place": "2 rue Conté",
            "members": [str(world.guest.id), str(world.staff.id)],
            "president": str(world.guest.id),
            "version": "0",
        },
    )
    assert made.status_code == 303
    panel = made.headers["Location"]
    note = first(world, ValidationNote)
    assert coordinator.post(f"{panel}/notes", {"notes": [str(note.id)]}).status_code == 303
    assert "Rien à évaluer" in text(staff.get(base))
    ticked = re.search(r'name="hearings" value="([\d.]+)"', text(coordinator.get(panel)))[1]
    assert coordinator.post(f"{panel}/transmit", {"hearings": ticked}).status_code == 303
    hearing = f"{base}/hearings/{first(world, Hearing).id}"
    for juror in (staff, guest):
        assert hearing in text(juror.get(base))
        sent = juror.post(f"{hearing}/evaluation", points(version="0", confirm="y", lock="1"))
        assert sent.status_code == 303
    page = guest.get(hearing)
    assert "Évaluations côte à côte" in text(page)
    assert not re.search(r'type="radio"[^>]*checked', text(page))
    recorded = guest.post(
        f"{hearing}/deliberation",
        {"outcome": "passed", "grade": "15,25", "reason": "", "version": version_in(page)},
    )
    assert recorded.status_code == 303
    shown = coordinator.get(panel)
    assert "15,25 sur 20" in words(shown)
    ticked = re.search(r'name="hearings" value="([\d.]+)"', text(shown))[1]
    assert coordinator.post(f"{panel}/publish", {"hearings": ticked}).status_code == 422
    assert coordinator.post(f"{panel}/publish", {"hearings": ticked, "confirm": "y"}).status_code == 303
    for reader in (world.learner, world.tutor, world.coordinator):
        page = words(browse(reader).get(f"/c/{world.cohort.id}/notes/{note.id}"))
        assert "Admis·e" in page
        assert "15,25 sur 20" in page


def test_nothing_of_a_recorded_result_shows_anywhere_before_the_release(app, world, browse, clock):
    at_work(world, "deliberated", **REFERRED)
    note = first(world, ValidationNote)
    cohort = f"/c/{world.cohort.id}"
    pages = [f"{cohort}/", f"{cohort}/notes/{note.id}", f"{cohort}/queue", f"{cohort}/library?q=motif"]
    for reader in (world.learner, world.tutor, world.learners[1]):
        for path in pages:
            page = browse(reader).get(path)
            assert [secret for secret in SECRETS if secret in words(page)] == [], path
            assert "Délibération" not in words(page), path
    with open_postbox() as postbox:
        send_all(app, clock, postbox)
        sent = [str(message) + str(message.get_content()) for _, message in postbox.received]
    assert len(sent) > 5
    assert [secret for secret in SECRETS for mail in sent if secret in mail] == []


def send_all(app, clock, postbox):
    house = app.extensions["palier"]
    app.extensions["palier"] = dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, smtp_url=postbox.url)
    )
    work(app, clock)
    app.extensions["palier"] = house


def test_the_mails_of_a_jury_say_what_and_by_when_and_never_a_grade(app, world, browse, clock):
    with world.session() as db:
        jury = Jury(db, world)
        hearings = jury.deliberated(world.learner, **REFERRED)
        jury.publish(hearings)
    with open_postbox() as postbox:
        send_all(app, clock, postbox)
        [given] = [m for m in postbox.to(world.staff.email) if "évaluer" in m["Subject"]]
        assert "mardi 1er juin 2027" in str(given.get_content())
        [released] = postbox.to(world.learner.email)[-1:]
        assert [secret for secret in ("8,25", "825", "Motif") if secret in str(released.get_content())] == []
        assert "/enter/" in str(released.get_content())


def test_each_page_opens_to_its_own_seat_alone(world, browse):
    panel, [hearing] = at_work(world, "before")
    file = re.search(r"/files/\d+", text(browse(world.guest).get(hearing)))[0]
    paths = (f"/c/{world.cohort.id}/jury", panel, hearing, hearing + file)
    expected = {
        "coordinator": (200, 200, 200, 403),
        "guest": (200, 403, 200, 200),
        "staff": (200, 403, 200, 200),
        "other_tutor": (200, 403, 403, 403),
        "tutor": (200, 403, 403, 403),
        "learner": (403, 403, 404, 404),
        "stranger": (404, 404, 404, 404),
    }
    browsers = {who: browse(getattr(world, who)) for who in expected}
    found = {who: tuple(b.get(path).status_code for path in paths) for who, b in browsers.items()}
    assert found == expected


def test_each_act_belongs_to_its_own_seat(world, browse):
    panel, [hearing] = at_work(world, "before")
    expected = {
        ("staff", f"/c/{world.cohort.id}/jury/panels/new"): 403,
        ("staff", f"{panel}/transmit"): 403,
        ("guest", f"{panel}/publish"): 403,
        ("guest", f"{panel}/edit"): 403,
        ("guest", f"{panel}/notes"): 403,
        ("coordinator", f"{hearing}/evaluation"): 403,
        ("coordinator", f"{hearing}/deliberation"): 403,
        ("staff", f"{hearing}/deliberation"): 403,
        ("staff", f"{hearing}/reopen"): 403,
        ("other_tutor", f"{hearing}/evaluation"): 403,
        ("learner", f"{hearing}/evaluation"): 404,
        ("guest", f"{hearing}/recall"): 403,
        ("guest", f"{hearing}/take-back"): 403,
    }
    found = {
        (who, path): browse(getattr(world, who)).post(path, {"version": "1"}).status_code
        for who, path in expected
    }
    assert found == expected


def test_a_juror_reads_the_final_version_by_the_jurys_own_door(world, browse):
    _, [hearing] = at_work(world, "before")
    guest = browse(world.guest)
    path = hearing + re.search(r"/files/\d+", text(guest.get(hearing)))[0]
    answer = guest.get(path)
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert io.BytesIO(answer.data).read(5) == b"%PDF-"
    # Another note's file is not reached through this hearing.
    assert guest.get(f"{hearing}/files/999").status_code == 404


def test_a_blind_jury_reads_no_name(world, browse):
    _, [hearing] = at_work(world, "before")
    with world.session() as db:
        cohort = db.merge(world.cohort, load=True)
        cohort.jury_spec = {**cohort.jury_spec, "blind": True}
    guest = browse(world.guest)
    page = guest.get(hearing)
    assert world.learner.family_name not in text(page)
    assert world.learner.family_name not in text(guest.get(f"/c/{world.cohort.id}/jury"))
    file = guest.get(hearing + re.search(r"/files/\d+", text(page))[0])
    assert "note.pdf" not in file.headers["Content-Disposition"]


def test_a_juror_sees_nothing_of_the_others_before_locking(world, browse):
    _, [hearing] = at_work(world, "before")
    staff, guest = browse(world.staff), browse(world.guest)
    sent = staff.post(
        f"{hearing}/evaluation", points(version="0", confirm="y", lock="1", comment="Avis de Noa, secret.")
    )
    assert sent.status_code == 303
    for reader in (guest, browse(world.coordinator)):
        page = words(reader.get(hearing))
        assert "Avis de Noa" not in page
        assert "4,25" not in page
        assert "1 sur 2" in page


def test_a_draft_is_kept_and_an_incomplete_lock_says_what_is_missing_and_keeps_what_was_typed(world, browse):
    _, [hearing] = at_work(world, "before")
    staff = browse(world.staff)
    saved = staff.post(
        f"{hearing}/evaluation", {"points_analyse": "3,5", "comment": "Brouillon.", "version": "0"}
    )
    assert saved.status_code == 303
    page = staff.get(hearing)
    assert 'value="3,5"' in text(page)
    refused = staff.post(
        f"{hearing}/evaluation",
        {
            "points_analyse": "6",
            "points_questionnement": "deux",
            "comment": "Un avis assez long pour être perdu.",
            "version": version_in(page),
            "lock": "1",
        },
    )
    assert refused.status_code == 422
    assert "de 0 à 5" in words(refused)
    assert 'value="deux"' in text(refused)
    assert "Un avis assez long pour être perdu." in text(refused)
    assert words(refused).count("Donnez des points à ce critère") == 6  # three fields and the summary
    with world.session() as db:
        kept = db.scalar(select(Evaluation))
        assert (kept.points, kept.comment, kept.locked_at) == ({"analyse": 350}, "Brouillon.", None)


def test_a_stale_evaluation_is_refused_and_its_text_kept(world, browse):
    _, [hearing] = at_work(world, "before")
    staff = browse(world.staff)
    staff.post(f"{hearing}/evaluation", points(version="0"))
    stale = staff.post(f"{hearing}/evaluation", points(version="0", comment="Écrit dans un autre onglet."))
    assert stale.status_code == 409
    assert "Écrit dans un autre onglet." in text(stale)


def test_a_decision_is_refused_beside_its_field(world, browse):
    with world.session() as db:
        jury = Jury(db, world)
        [hearing] = jury.before(world.learner)
        jury.lock(world.staff, hearing)
        jury.lock(world.guest, hearing)
        path = f"/c/{world.cohort.id}/jury/hearings/{hearing.id}"
    guest = browse(world.guest)
    version = version_in(guest.get(path))
    post = lambda **told: guest.post(  # noqa: E731
        f"{path}/deliberation", {"grade": "", "reason": "", "version": version, **told}
    )
    assert "Choisissez une réponse" in words(post())
    assert "au quart de point" in words(post(outcome="passed", grade="15,3"))
    assert "demande au moins 10" in words(post(outcome="passed", grade="8"))
    assert "lira ces lignes" in words(post(outcome="referred", grade="8"))
    assert post(outcome="referred", grade="8", reason="À revoir.", version="1").status_code == 409
    assert post(outcome="maybe").status_code == 422


def test_the_same_number_of_queries_for_3_and_30_notes(world, browse, statements):
    with world.session() as db:
        Jury(db, world).before(*world.learners)
    counts = _counts(world, browse, statements)
    before = first(world, Hearing)
    with world.session() as db:
        for rank in range(27):
            author = world.member(db, f"Autre{rank}", f"Nom{rank:03}", Role.LEARNER)
            _put_before_the_panel(db, world, author, before.panel_id)
    assert _counts(world, browse, statements) == counts
    assert max(counts) <= 14


def _put_before_the_panel(db, world, author, panel_id):
    """A note with its evaluations by their bare rows: these pages count queries, they move nothing."""
    root = {"institution_id": world.institution.id}
    note = ValidationNote(
        **root,
        cohort_id=world.cohort.id,
        author_id=author.id,
        tutor_id=world.tutor.id,
        title=f"Note de {author.name}",
        state="with_jury",
        turn="jury",
        turn_since=world.clock(),
        shown_since=world.clock(),
    )
    hearing = Hearing(**root, panel_id=panel_id, note=note, reason="", transmitted_at=world.clock())
    db.add(hearing)
    db.flush()
    for juror in (world.staff, world.guest):
        db.add(
            Evaluation(
                **root,
                hearing_id=hearing.id,
                juror_id=juror.id,
                points=FULL,
                comment="",
                saved_at=world.clock(),
                locked_at=world.clock(),
            )
        )


def _counts(world, browse, statements):
    found = []
    hearing = first(world, Hearing)
    base = f"/c/{world.cohort.id}/jury"
    for who, path in (
        (world.coordinator, base),
        (world.guest, base),
        (world.coordinator, f"{base}/panels/{hearing.panel_id}"),
        (world.guest, f"{base}/hearings/{hearing.id}"),
    ):
        browser = browse(who)
        with statements() as seen:
            assert browser.get(path).status_code == 200
        found.append(len(seen))
    return found


def test_every_page_is_sound_html(world, browse):
    panel, [hearing] = at_work(world, "deliberated", **REFERRED)
    base = f"/c/{world.cohort.id}/jury"
    for who, path in (
        (world.coordinator, base),
        (world.coordinator, f"{base}/panels/new"),
        (world.coordinator, panel),
        (world.coordinator, f"{panel}/edit"),
        (world.coordinator, hearing),
        (world.guest, base),
        (world.guest, hearing),
    ):
        page = browse(who).get(path)
        assert page.status_code == 200
        assert Page(text(page)).faults == [], path
