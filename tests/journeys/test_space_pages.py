"""The space of a day and the library over HTTP: who reads, who writes, what is found, what is refused and kept."""

import html
import io
import re

import pytest

from resources.queries.space import day_page
from tests.shelf import day_of, drained, filed, linked, pdf, published
from tutoring.programme.models import Role, Standing
from tutoring.programme.operations import admit, open_cohort

HOSTILE = '<script>alert("1")</script>'


@pytest.fixture
def at(world):
    """The address of a page of the world's cohort."""
    return lambda path="": f"/c/{world.cohort.id}/{path}"


@pytest.fixture
def indexed(world):
    """An index built now; what changes later comes by the outbox."""
    return lambda: world.app.test_cli_runner().invoke(args=["resources", "reindex"])


def text_of(answer):
    """The words of a page, without its marks, one space between them."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(html.unescape(body).split())


def found(answer):
    """The titles of a result page, as words."""
    page = answer.get_data(as_text=True)
    listed = page.partition('<ol class="hits"')[2].partition("</ol>")[0]
    titles = re.findall(r"(?s)<h2><a[^>]*>(.*?)</a></h2>", listed)
    return [html.unescape(re.sub(r"<[^>]+>", "", title)) for title in titles]


def hrefs(answer, start):
    return [
        html.unescape(href)
        for href in re.findall(r'href="([^"]+)"', answer.get_data(as_text=True))
        if href.startswith(start)
    ]


def posted(browser, path, **fields):
    return browser.post(path, {name: str(value) for name, value in fields.items()})


# who may


def test_every_member_reads_staff_writes_and_nobody_else_enters(world, browse, at):
    reading = linked(world, "Manifeste")
    published(world, "texte")
    read = ["days", "days/1", "days/1/editions/1", "library", "library?q=texte"]
    write = ["days/1/synthesis", "days/1/readings/new", f"days/1/readings/{reading.id}/edit"]
    people = {
        "learner": (world.learner, 200, 403),
        "guest": (world.guest, 200, 403),
        "staff": (world.staff, 200, 200),
        "coordinator": (world.coordinator, 200, 200),
        "stranger": (world.stranger, 404, 404),
        "nobody": (None, 303, 303),
    }
    answers = {
        name: tuple({browse(who).get(at(path)).status_code for path in paths} for paths in (read, write))
        for name, (who, _, _) in people.items()
    }
    assert answers == {name: ({reads}, {writes}) for name, (_, reads, writes) in people.items()}


def test_a_learner_posts_nothing(world, browse, at):
    reading = linked(world, "Manifeste")
    learner = browse(world.learner)
    for path in (
        "days/1/synthesis",
        "days/1/synthesis/preview",
        "days/1/synthesis/publish",
        "days/1/readings/new",
        f"days/1/readings/{reading.id}/edit",
        f"days/1/readings/{reading.id}/remove",
    ):
        assert posted(learner, at(path), title="x", markdown="x", version=0).status_code == 403


def test_what_is_not_there_is_not_found(world, browse, at):
    reading = linked(world, "Manifeste")
    learner = browse(world.learner)
    for path in (
        "days/99",
        "days/1/editions/1",
        f"days/2/readings/{reading.id}/file",
        f"days/1/readings/{reading.id}/file",
    ):
        assert learner.get(at(path)).status_code == 404


# reading


def test_the_calendar_says_in_words_where_each_day_stands(world, browse, at):
    published(world, "mot " * 450)
    linked(world, "Manifeste")
    page = text_of(browse(world.learner).get(at("days")))
    assert "Journée 1 · lundi 12 octobre 2026 · journée thématique passée Les liens entre" in page
    assert "synthèse publiée 3 min de lecture · 1 lecture Journée 2" in page
    assert "Journée 4 · lundi 16 novembre 2026 · journée thématique aujourd’hui" in page
    assert "Journée 5 · mardi 17 novembre 2026 · visite apprenante à venir" in page


def test_a_day_shows_its_programme_its_synthesis_and_its_neighbours(world, browse, at):
    published(world, "# Une\n\na\n\n# Deux\n\nb\n\n# Trois\n\nc", number=2)
    answer = browse(world.learner).get(at("days/2"))
    page = text_of(answer)
    for words in ("9:30 – 12:30", "14:00 – 17:00", "Déjeuner 12:30 – 14:00", "Cnam, 292 rue Saint-Martin"):
        assert words in page
    assert "édition 1 · publiée par Noa Petit, 16 novembre 2026, 10:00 (Paris)" in page
    assert hrefs(answer, "#s-")[:3] == ["#s-une", "#s-deux", "#s-trois"]
    assert "Module 2 · Économie solidaire" in page
    assert [href for href in hrefs(answer, at("days/")) if href.endswith(("/1", "/3"))] == [
        at("days/1"),
        at("days/3"),
    ]
    assert "Modifier" not in page


def test_an_earlier_edition_stays_readable_and_says_it_was_replaced(world, browse, at):
    published(world, "première version")
    published(world, "deuxième version", seen=1)
    learner = browse(world.learner)
    old, new = learner.get(at("days/1/editions/1")), learner.get(at("days/1"))
    assert "première version" in text_of(old)
    assert "Ce texte a été remplacé depuis. Lire l’édition 2" in text_of(old)
    assert "deuxième version" in text_of(new)
    assert at("days/1/editions/1") in hrefs(new, at("days/1/"))


def test_titles_and_markdown_never_become_code(world, browse, at, indexed):
    published(world, f"# {HOSTILE}\n\n<img src=x onerror=alert(1)> [a](javascript:alert(1))", title=HOSTILE)
    linked(world, HOSTILE, why=HOSTILE, author=HOSTILE)
    indexed()
    staff = browse(world.staff)
    for path in ("days", "days/1", "days/1/synthesis", "days/1/editions/1", "library", "library?q=alert"):
        page = staff.get(at(path)).get_data(as_text=True)
        main = page.partition("<main")[2]
        assert "<script" not in main
        assert "onerror=" not in main.replace("onerror=alert(1)&gt;", "")
        assert 'href="javascript' not in main
    assert found(staff.get(at("library?q=alert"))) == [HOSTILE, HOSTILE]
    assert "<script" not in staff.get(at(f"library?q={HOSTILE}")).get_data(as_text=True).partition("<main")[2]


# writing


def test_a_draft_is_written_previewed_and_published(world, browse, at):
    staff, learner = browse(world.staff), browse(world.learner)
    draft = {"title": "Ce que l’on retient", "markdown": "# Été\n\nDes **mots**"}
    saved = posted(staff, at("days/1/synthesis"), version=0, **draft)
    assert (saved.status_code, saved.location) == (303, at("days/1/synthesis"))
    form = staff.get(at("days/1/synthesis"))
    assert "Le brouillon est enregistré." in text_of(form)
    assert "Ce que l’on retient" not in text_of(learner.get(at("days/1")))
    seen = posted(staff, at("days/1/synthesis/preview"), version=1, **draft)
    assert seen.status_code == 200
    assert "<strong>mots</strong>" in seen.get_data(as_text=True)
    assert "Des **mots**" in text_of(seen)
    done = posted(staff, at("days/1/synthesis/publish"), version=1, **draft)
    assert (done.status_code, done.location) == (303, at("days/1"))
    assert "Ce que l’on retient 1 min de lecture · édition 1" in text_of(learner.get(at("days/1")))


def test_the_preview_alone_is_given_to_the_pages_script(world, browse, at):
    staff, path = browse(world.staff), at("days/1/synthesis/preview")
    shown = posted(staff, path, markdown="Des **mots**", fragment=1)
    assert (shown.status_code, "<html" in shown.text) == (200, False)
    assert "<strong>mots</strong>" in shown.text
    refused = posted(staff, path, markdown=">" * 31 + " x", fragment=1)
    assert (refused.status_code, "imbriquée trop profondément" in refused.text) == (422, True)


def test_a_text_too_long_is_refused_beside_its_field_and_kept(world, browse, at):
    staff, long = browse(world.staff), "m" * 200_001
    for end in ("", "/preview", "/publish"):
        answer = posted(staff, at(f"days/1/synthesis{end}"), title="T", markdown=long, version=0)
        assert answer.status_code == 422
        error = re.search(r'(?s)id="markdown-error">(.*?)</p>', answer.text)[1]
        assert "Ce texte dépasse 200 000 octets" in error
        assert long in answer.text


def test_of_two_writers_the_second_is_told_and_keeps_their_text(world, browse, at):
    first, second = browse(world.staff), browse(world.coordinator)
    posted(first, at("days/1/synthesis"), title="T", markdown="le texte de la première", version=0)
    late = posted(second, at("days/1/synthesis"), title="T", markdown="le texte de la seconde", version=0)
    assert late.status_code == 409
    assert "le texte de la seconde" in text_of(late)
    assert "La page a changé depuis" in text_of(late)
    assert "le texte de la première" in text_of(first.get(at("days/1/synthesis")))


def test_a_get_writes_nothing(world, browse, at, statements):
    reading = filed(world, pdf("Une page"), "étude.pdf")
    published(world, "texte")
    staff = browse(world.staff)
    with statements() as seen:
        for path in (
            "days",
            "days/1",
            "days/1/synthesis",
            "library?q=texte",
            f"days/1/readings/{reading.id}/file",
        ):
            staff.get(at(path)).close()
    assert [statement for statement in seen if not statement.lstrip().upper().startswith("SELECT")] == []


# readings


def test_a_link_is_added_marked_mended_and_removed(world, browse, at):
    staff = browse(world.staff)
    facts = {"title": "Manifeste", "author": "Ufisc", "why": "Le texte fondateur."}
    added = posted(staff, at("days/1/readings/new"), url="https://www.example.org/manifeste", **facts)
    assert added.status_code == 303
    page = browse(world.learner).get(at("days/1"))
    assert "Manifeste Ufisc lien externe vers example.org, nouvel onglet Le texte fondateur." in text_of(page)
    assert 'rel="noopener noreferrer external" target="_blank"' in page.text
    (edit,) = [href for href in hrefs(staff.get(at("days/1")), at("days/1/readings/")) if "edit" in href]
    facts |= {"why": "À relire.", "url": "https://example.org/b"}
    assert posted(staff, edit, version=1, **facts).status_code == 303
    assert "À relire." in text_of(staff.get(at("days/1")))
    assert posted(staff, edit, version=1, **facts).status_code == 409
    assert posted(staff, edit.replace("edit", "remove")).status_code == 303
    assert "Manifeste" not in text_of(browse(world.learner).get(at("days/1"))).partition("Au programme")[0]
    assert staff.get(edit).status_code == 404


def test_a_reading_that_cannot_be_added_says_why_and_keeps_what_was_typed(world, browse, at):
    staff = browse(world.staff)
    for fields, field, said in (
        ({"url": "javascript:alert(1)"}, "url", "Écrivez une adresse complète"),
        ({}, "url", "Donnez l’adresse d’une page, ou choisissez un fichier"),
        ({"title": "", "url": "https://example.org"}, "title", "Ce champ est requis."),
        ({"file": (io.BytesIO(b"MZ"), "a.exe")}, "file", "« a.exe » n’est pas d’un type accepté."),
        ({"file": (io.BytesIO(b"hello"), "a.pdf")}, "file", "Le contenu de « a.pdf » n’est pas celui"),
        ({"file": (io.BytesIO(b""), "a.md")}, "file", "Le fichier « a.md » est vide."),
        ({"file": (io.BytesIO(b"x" * (3 << 20)), "a.md")}, "file", "Ce fichier dépasse 2 Mo."),
        (
            {"file": (io.BytesIO(b"# x"), "a.md"), "url": "https://example.org"},
            "url",
            "Une lecture est un lien ou un fichier, pas les deux",
        ),
    ):
        typed = {"title": "Un titre", "why": "Une raison", **fields}
        answer = staff.post(at("days/1/readings/new"), typed)
        answer.request.environ["wsgi.input"].close()  # the test client leaves a large upload open
        assert answer.status_code == 422
        error = re.search(rf'(?s)id="{field}-error">(.*?)</p>', answer.text)[1]
        assert said in html.unescape(error).replace("\xa0", " ")
        assert "Une raison" in answer.text


def test_a_file_received_is_kept_while_the_form_is_mended(world, browse, at):
    staff = browse(world.staff)
    sent = {"title": "", "file": (io.BytesIO(b"# Notes"), "notes.md")}
    shown = staff.post(at("days/1/readings/new"), sent)
    token = re.search(r'name="file_staged" value="([^"]+)"', shown.text)[1]
    done = posted(staff, at("days/1/readings/new"), title="Notes", file_staged=token)
    assert done.status_code == 303
    assert "Notes fichier MD, 1 ko" in text_of(staff.get(at("days/1")))


def test_a_file_is_handed_over_with_the_right_headers(world, browse, at):
    content = pdf("Une page")
    paper = filed(world, content, "étude « finale ».pdf")
    notes = filed(world, b"<script>alert(1)</script>", "notes.md")
    learner = browse(world.learner)
    answer = learner.get(at(f"days/1/readings/{paper.id}/file"))
    assert answer.data == content
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "Content-Length", "X-Content-Type-Options", "Cache-Control")
    } == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(content)),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    text = learner.get(at(f"days/1/readings/{notes.id}/file"))
    assert text.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.headers["Content-Disposition"] == "attachment; filename=notes.md"
    again = learner.get(
        at(f"days/1/readings/{paper.id}/file"), headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    part = learner.get(at(f"days/1/readings/{paper.id}/file"), headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"%PDF")
    assert browse(world.stranger).get(at(f"days/1/readings/{paper.id}/file")).status_code == 404


# the library


@pytest.fixture
def library(world, indexed):
    published(world, "# Le cadre\n\nRien.\n\n# La mutualisation\n\nAu cœur de l’œuvre, évaluée par tous.")
    filed(world, pdf("Rien", "Une cooperative exemplaire"), "étude.pdf", title="Étude", number=2)
    linked(world, "Polyphonie", why="Sur la sérendipité", number=2)
    indexed()


def test_the_page_finds_french_words_however_typed(world, browse, at, library):
    learner = browse(world.learner)
    wanted = {
        "coeur oeuvre": "Synthèse du jour",
        "évaluées": "Synthèse du jour",
        "evaluee tous": "Synthèse du jour",
        "l'œuvre": "Synthèse du jour",
        "mutualisations": "Synthèse du jour",
        "serendipite": "Polyphonie",
        '"coopérative exemplaire"': "Étude",
    }
    answers = {typed: found(learner.get(at("library"), query_string={"q": typed})) for typed in wanted}
    assert {typed: title in answers[typed] for typed, title in wanted.items()} == dict.fromkeys(wanted, True)


def test_a_hit_leads_to_its_heading_or_to_its_page(world, browse, at, library):
    learner = browse(world.learner)
    assert at("days/1#s-la-mutualisation") in hrefs(learner.get(at("library?q=mutualisation")), at("days"))
    answer = learner.get(at("library?q=exemplaire"))
    assert "Une cooperative <mark>exemplaire</mark>" in answer.text
    (file,) = [href for href in hrefs(answer, at("days/2/readings/")) if "#page" in href]
    assert file.endswith("/file#page=2&search=exemplaire")


def test_a_misspelt_word_is_mended_on_demand(world, browse, at, library):
    answer = browse(world.learner).get(at("library?q=mutualissation"))
    assert "Vouliez-vous dire mutualisation" in text_of(answer)
    assert at("library?q=mutualisation") in hrefs(answer, at("library"))


def test_facets_are_links_that_narrow_and_widen(world, browse, at, library):
    learner = browse(world.learner)
    wide = learner.get(at("library?q=economie"))
    assert "Affiner par genre" in text_of(wide)
    (narrow,) = [href for href in hrefs(wide, at("library?")) if "kind=journee" in href]
    page = learner.get(narrow)
    assert set(re.findall(r"Programme de la journée|Synthèse Journée", text_of(page))) == {
        "Programme de la journée"
    }
    assert at("library?q=economie") in hrefs(page, at("library?"))


def test_a_question_without_an_answer_or_without_a_word_says_what_to_do(world, browse, at, library):
    learner = browse(world.learner)
    assert "Rien ne répond à" in text_of(learner.get(at("library?q=xyzzy")))
    assert "que des mots très courants" in text_of(learner.get(at("library?q=les")))
    assert "Rien ne répond" in text_of(learner.get(at("library?q=xyzzy&kind=nimporte&day=x&page=-3")))


def test_without_a_question_everything_published_is_listed_by_day(world, browse, at, library):
    page = text_of(browse(world.learner).get(at("library")))
    order = [
        page.index(words) for words in ("Journée 1", "Synthèse du jour", "Journée 2", "Étude", "Polyphonie")
    ]
    assert order == sorted(order)


def test_an_empty_library_says_what_will_come(world, browse, at):
    assert "Rien n’est encore publié" in text_of(browse(world.learner).get(at("library")))


def test_a_search_stays_in_the_cohort_unless_all_of_ones_own_are_asked_for(world, browse, at, library):
    with world.session() as db:
        other = open_cohort(
            db, db.merge(world.track), actor=world.coordinator, now=world.clock(), name="Promotion suivante"
        )
        admit(db, other, world.learner, Role.LEARNER, actor=None, now=world.clock())
        other_id = other.id
    learner, path = browse(world.learner), f"/c/{other_id}/library?q=mutualisation"
    assert found(learner.get(path)) == []
    everywhere = learner.get(f"{path}&everywhere=1")
    assert found(everywhere) == ["Synthèse du jour"]
    assert (
        "Arts et culture · Octobre 2026 – juin 2027" in text_of(everywhere).partition("Synthèse du jour")[2]
    )
    with world.session() as db:
        admit(db, db.merge(other), world.other_tutor, Role.STAFF, actor=None, now=world.clock())
        stranger_to_first = world.member(db, "Zoé", "Autre", Role.LEARNER, db.merge(other))
    assert found(browse(stranger_to_first).get(f"{path}&everywhere=1")) == []


def test_a_removed_reading_is_not_shown_though_the_index_is_late(world, browse, at, library):
    staff = browse(world.staff)
    assert found(staff.get(at("library?q=polyphonie"))) == ["Polyphonie"]
    (edit,) = [
        href
        for href in hrefs(staff.get(at("days/2")), at("days/2/readings/"))
        if href.endswith("/edit") and "Polyphonie" in staff.get(href).text
    ]
    posted(staff, edit.replace("edit", "remove"))
    assert found(staff.get(at("library?q=polyphonie"))) == []


def test_with_a_broken_index_words_are_looked_for_in_sql_and_the_page_says_so(
    world, browse, at, library, settings
):
    (settings.index / "CURRENT").write_text("{")
    answer = browse(world.learner).get(at("library?q=mutualisation"))
    assert found(answer) == ["Synthèse du jour"]
    assert "Recherche simple. L’index de la bibliothèque est en réparation" in text_of(answer)
    assert "<mark>mutualisation</mark>" in answer.text
    assert "Rien ne répond" in text_of(browse(world.learner).get(at("library?q=xyzzy")))
    assert found(browse(world.learner).get(at("library?q=100%25"))) == []


# as many questions for thirty as for three


def test_a_page_asks_as_much_of_the_database_for_thirty_readings_as_for_three(
    world, browse, at, indexed, statements
):
    learner = browse(world.learner)

    def asked(path):
        learner.get(at(path))
        with statements() as seen:
            assert learner.get(at(path)).status_code == 200
        return len(seen)

    def all_asked():
        indexed()
        return {path: asked(path) for path in ("days", "days/1", "library", "library?q=manifeste")}

    for rank in range(3):
        linked(world, f"Manifeste {rank}", number=1 + rank)
        published(world, f"Manifeste {rank}", number=1 + rank)
    few = all_asked()
    for rank in range(27):
        linked(world, f"Manifeste {rank}", number=1 + rank % 15)
    for number in range(4, 16):
        published(world, "Manifeste", number=number)
    assert all_asked() == few


def test_the_page_of_a_day_is_loaded_whole(world):
    published(world, "texte")
    with world.session() as db:
        standing = Standing(world.cohort, world.learner, Role.LEARNER)
        page = day_page(db, standing, day_of(db, world).number, writes=False)
        assert page.synthesis is None
        assert (page.edition.published_by.name, page.before, page.after.number) == ("Noa Petit", None, 2)


def test_the_outbox_brings_a_page_published_by_hand_into_the_library(world, browse, at, indexed):
    indexed()
    staff = browse(world.staff)
    posted(staff, at("days/3/synthesis/publish"), title="Communs", markdown="Des zinzolins", version=0)
    drained(world)
    assert found(browse(world.learner).get(at("library?q=zinzolin"))) == ["Communs"]


def test_the_front_page_shows_what_is_new_and_opens_the_next_day(world, browse, at, clock):
    for rank in range(6):
        clock.advance(minutes=1)
        linked(world, f"Manifeste {rank}", number=1 + rank)
    clock.advance(minutes=1)
    published(world, "mot " * 300, number=4, title="Utilité sociale")
    answer = browse(world.learner).get(at())
    page = text_of(answer)
    new = page.partition("À lire")[2].partition("Toute la bibliothèque")[0]
    assert re.findall(r"Utilité sociale|Manifeste \d", new) == [
        "Utilité sociale",
        "Manifeste 5",
        "Manifeste 4",
        "Manifeste 3",
        "Manifeste 2",
    ]
    assert "synthèse publiée (2 min de lecture) · 1 lecture" in page
    assert hrefs(answer, at("days/4"))[0] == at("days/4")
