"""Over HTTP: a version goes out in Word with its remarks, and comes back with a tutor's comments."""

import io
import re
from urllib.parse import unquote

import docx
import pytest
from docx.oxml.ns import qn
from sqlalchemy import select

from tests.journeys.test_note_of_two_parts import Pair
from tests.lint import faults
from tests.notes import seat, small_pdf
from tests.versions import BAR, CONTRACT, FIRST, SECOND, Versions, saved, word
from tutoring.documents.comments.read import comments_of
from tutoring.notes import operations
from tutoring.notes.models import RemarkKind, Submission, Visibility
from tutoring.notes.operations import HandedIn
from tutoring.store.files import StagedUpload


@pytest.fixture
def versions(world, browse):
    return Versions(world, browse)


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def exported(browser, versions, submission, query=""):
    answer = browser.get(f"{versions.at(submission)}/word{query}")
    assert answer.status_code == 200
    return answer


def commented(content, *comments, author="Claire Aubert"):
    """A Word file with comments added as Word does: (words of a paragraph, what is said)."""
    made = docx.Document(io.BytesIO(content))
    for quote, said in comments:
        paragraph = next(one for one in made.paragraphs if quote in one.text)
        text, _, after = paragraph.text.partition(quote)
        for run in list(paragraph.runs):
            run._r.getparent().remove(run._r)
        paragraph.add_run(text)
        run = paragraph.add_run(quote)
        paragraph.add_run(after)
        made.add_comment(runs=run, text=said, author=author, initials="CA")
    return saved(made)


def send(versions, submission, content, name="commenté.docx"):
    address = f"{versions.at(submission)}/word/import"
    answer = versions.tutor.post(address, {"file": (io.BytesIO(content), name)})
    answer.request.environ["wsgi.input"].close()  # the test client leaves a large upload open
    return answer


def listed(versions, answer):
    """The page that lists the comments, and the token of the file."""
    assert answer.status_code == 303, words(answer.get_data(as_text=True))
    return versions.seen(versions.tutor, answer.location), answer.location.partition("file=")[2]


def import_(versions, submission, token, **fields):
    data = {"file": token, "visibility": "shared", **fields}
    return versions.tutor.post(f"{versions.at(submission)}/word/import/remarks", data)


def test_a_version_goes_out_with_the_remarks_that_its_reader_sees(versions):
    shared = versions.remark(versions.first, "Qui compte ?", "comptent la caisse", RemarkKind.QUESTION)
    versions.remark(versions.first, "Entre nous.", CONTRACT, visibility=Visibility.STAFF)
    versions.remark(versions.first, "Bel ensemble.", kind=RemarkKind.PRAISE)
    assert comments_of(exported(versions.learner, versions, versions.first).data) == ()
    assert len(comments_of(exported(versions.tutor, versions, versions.first).data)) == 3
    assert comments_of(exported(versions.tutor, versions, versions.first, "?shared=1").data) == ()
    assert comments_of(exported(versions.coordinator, versions, versions.first).data) == ()
    versions.release(versions.first)
    answer = exported(versions.learner, versions, versions.first)
    assert unquote(answer.headers["Content-Disposition"].rpartition("''")[2]) == (
        "Les communs – brouillon 1 – remarques.docx"
    )
    found = {one.key: one for one in comments_of(answer.data)}
    assert len(found) == 2
    asked = found[str(shared)]
    assert (asked.quote, asked.author) == ("comptent la caisse", "Claire Aubert")
    assert asked.text == "Question\nQui compte ?"
    texts = {one.text for one in comments_of(exported(versions.coordinator, versions, versions.first).data)}
    assert "Suggestion · L’équipe seulement\nEntre nous." in texts
    assert len(comments_of(exported(versions.coordinator, versions, versions.first, "?shared=1").data)) == 2


def test_what_the_learner_answered_goes_out_below_and_where_a_remark_went_is_said(versions):
    wide = versions.remark(versions.first, "Combien ?", "viennent peu")
    gone = versions.remark(versions.first, "À dater.", BAR)
    versions.release(versions.first)
    versions.learner.post(
        f"{versions.at(versions.first)}/responses/{wide}", {"act": "address", "text": "Dix & plus."}
    )
    second = versions.hand_in(*[line for line in SECOND if line != BAR])
    found = {one.key: one for one in comments_of(exported(versions.tutor, versions, second).data)}
    assert found[str(wide)].quote == "viennent rarement"
    assert found[str(wide)].text == "Suggestion · passage modifié\nCombien ?"
    assert [reply.text for reply in found[str(wide)].replies] == ["Dix & plus."]
    assert found[str(gone)].text == (
        f"Suggestion · passage introuvable · elle portait sur « {BAR} »\nÀ dater."
    )


def test_a_version_without_a_text_that_was_read_says_so(versions, world):
    with world.session() as db:
        there = seat(db, world, author=world.learners[1])
        page = there.page(world.learners[1])
        made = operations.hand_in(
            db,
            page.note,
            page.standing.person,
            HandedIn(title="Un lieu", message="Lequel ?"),
            now=world.clock(),
            seen_version=page.note.version,
        )
        address = f"/c/{page.note.cohort_id}/notes/{page.note.id}/submissions/{made.id}"
    answer = versions.tutor.get(f"{address}/word")
    assert answer.status_code == 303
    assert "pas encore de texte lu" in versions.seen(versions.tutor, address)


def test_comments_come_in_as_remarks_unseen_until_the_review(versions):
    file = commented(
        word(*FIRST),
        ("comptent la caisse", "À traiter : dire qui."),
        ("assemblée, à main levée", "Est-ce écrit quelque part ?"),
        ("printemps prochain", "Bravo pour cette précision."),
    )
    page, token = listed(versions, send(versions, versions.first, file))
    said = words(page)
    assert "3 commentaires nouveaux." in said
    assert page.count("passage trouvé</span>") == 3
    assert "restent invisibles jusqu’à ce que vous rendiez votre relecture" in said
    assert re.findall(r'<option value="(\w+)" selected', page) == ["question", "blocking", "praise"]
    assert versions.remarks() == []
    answer = import_(
        versions, versions.first, token, kind_0="suggestion", kind_1="blocking", kind_2="praise", leave_2="y"
    )
    assert answer.status_code == 303
    page = versions.seen(versions.tutor, answer.location.partition("#")[0])
    assert "Importé de Word : 2 remarques sur leur passage." in words(page)
    made = versions.remarks()
    assert [(one.kind, one.quote, one.part, one.released_at) for one in made] == [
        ("suggestion", "assemblée, à main levée", "note", None),
        ("blocking", "comptent la caisse", "note", None),
    ]
    assert "dire qui" not in versions.seen(versions.learner, versions.at(versions.first))
    assert f'href="#m-{made[1].id}"' in page
    page, token = listed(versions, send(versions, versions.first, file))
    said = words(page)
    assert "1 commentaire nouveau." in said
    assert "2 commentaires de ce fichier sont déjà des remarques" in said
    nothing = import_(versions, versions.first, token, kind_2="praise", leave_2="y")
    assert nothing.status_code == 422
    html = nothing.get_data(as_text=True)
    assert faults(html) == []
    assert "Tout est laissé de côté" in html
    assert len(versions.remarks()) == 2


def test_out_commented_and_in_again_doubles_nothing_and_answers_reach_their_threads(versions):
    asked = versions.remark(versions.first, "Qui compte ?", "comptent la caisse", RemarkKind.QUESTION)
    versions.release(versions.first)
    versions.learner.post(
        f"{versions.at(versions.first)}/responses/{asked}", {"act": "address", "text": "Le trésorier."}
    )
    out = exported(versions.tutor, versions, versions.first).data
    made = docx.Document(io.BytesIO(out))
    paragraph = next(one for one in made.paragraphs if "printemps prochain" in one.text)
    made.add_comment(runs=paragraph.runs, text="Quelle durée ?", author="C. Aubert", initials="CA")
    file = answered(saved(made), "Qui compte ?", "Le dire dans le texte, alors.")
    page, token = listed(versions, send(versions, versions.first, file))
    said = words(page)
    assert "1 commentaire nouveau." in said
    assert "Réponses écrites dans Word" in said
    assert "Le dire dans le texte, alors." in said
    assert "fil déjà rendu" in said
    assert "sera visible aussitôt" in said
    assert import_(versions, versions.first, token, kind_1="question").status_code == 303
    page = versions.seen(versions.learner, versions.at(versions.first))
    assert page.count("Le dire dans le texte, alors.") == 1
    assert page.count("Le trésorier.") == 1
    assert "Quelle durée ?" in page
    assert len(versions.remarks()) == 2
    page, token = listed(versions, send(versions, versions.first, file))
    assert "Aucun commentaire nouveau." in words(page)
    assert "Importer</button>" not in page
    answer = import_(versions, versions.first, token)
    assert answer.status_code == 422
    assert len(versions.remarks()) == 2


def answered(content, head, said):
    """The file with an answer below the comment that says `head`, as Word keeps it (MS-DOCX 2.5.4.2)."""
    made = docx.Document(io.BytesIO(content))
    w14 = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
    parent = next(one for one in made.comments if head in "\n".join(line.text for line in one.paragraphs))
    reply = made.add_comment(runs=made.paragraphs[0].runs, text=said, author="C. Aubert", initials="CA")
    reply._comment_elm.findall(qn("w:p"))[-1].set(w14, "0ABCDEF0")
    known = parent._comment_elm.findall(qn("w:p"))[-1].get(w14)
    extended = next(
        part for part in made.part.package.iter_parts() if "commentsExtended" in str(part.partname)
    )
    entry = f'<w15:commentEx w15:paraId="0ABCDEF0" w15:paraIdParent="{known}" w15:done="0"/></w15:commentsEx>'
    extended._blob = extended.blob.replace(b"</w15:commentsEx>", entry.encode())
    return saved(made)


def test_a_passage_that_is_not_in_the_version_keeps_its_words_on_the_whole(versions):
    other = word("Un tout autre texte, que personne n’a déposé ici.", *FIRST)
    file = commented(other, ("que personne n’a déposé", "D’où vient-il ?"), ("main levée", "Toujours ?"))
    page, token = listed(versions, send(versions, versions.first, file))
    assert "passage introuvable" in page
    import_(versions, versions.first, token, kind_0="question", kind_1="question")
    lost, found = versions.remarks()
    assert (lost.quote, lost.part) == ("que personne n’a déposé", "note")
    assert found.quote == "main levée"
    page = versions.seen(versions.tutor, versions.at(versions.first))
    whole = page.partition('id="whole-title"')[2].partition("</section>")[0]
    assert "que personne n’a déposé" in whole
    assert "déjà une remarque" not in page
    assert "2 commentaires de ce fichier sont déjà" in words(
        listed(versions, send(versions, versions.first, file))[0]
    )


def test_what_several_people_wrote_is_signed_and_the_learner_s_own_left_out(versions):
    file = commented(word(*FIRST), ("main levée", "À vérifier avec moi."), author="Malik Sadi")
    file = commented(file, ("caisse", "Note pour moi."), author=versions.world.learner.name)
    page, token = listed(versions, send(versions, versions.first, file))
    assert re.findall(r'<input[^>]*checked[^>]*name="leave_(\d)"', page) == ["1"]
    import_(versions, versions.first, token, kind_0="suggestion", kind_1="suggestion", leave_1="y")
    page = versions.seen(versions.tutor, versions.at(versions.first))
    assert "À vérifier avec moi." in page
    assert "— Malik Sadi" in page
    assert "Note pour moi." not in page


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (small_pdf(1), "note.pdf", "on attend ici un fichier docx"),
        (b"PK\x03\x04 rien", "note.docx", "ne peut pas être ouvert sans risque"),
        (word("Sans commentaire."), "note.docx", "ne contient aucun commentaire"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"),
            "note.docx",
            "protégé par un mot de passe",
        ),
        (b"", "", "Choisissez un fichier."),
        (b"x" * (3 << 20), "note.docx", "dépasse 2 Mo"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(versions, content, name, sentence):
    answer = send(versions, versions.first, content, name)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert faults(html) == []
    assert sentence in html


def test_once_a_newer_version_came_nothing_more_is_imported_on_the_old_one(versions):
    file = commented(word(*FIRST), ("main levée", "Toujours ?"))
    _, token = listed(versions, send(versions, versions.first, file))
    versions.release(versions.first)
    versions.hand_in(*SECOND)
    page = versions.seen(versions.tutor, f"{versions.at(versions.first)}/word/import?file={token}")
    assert "On n’écrit plus de remarques sur cette version" in page
    assert send(versions, versions.first, file).status_code == 409
    assert import_(versions, versions.first, token, kind_0="question").status_code == 409
    assert versions.remarks() == []


def test_the_file_of_somebody_else_is_nobody_s(versions):
    file = commented(word(*FIRST), ("main levée", "Toujours ?"))
    sent = {"name": "file_staged", "file": (io.BytesIO(file), "commenté.docx")}
    assert versions.learner.post("/uploads?accept=docx", sent).status_code == 201
    with versions.world.session() as db:
        token = db.scalars(select(StagedUpload.token).order_by(StagedUpload.id.desc())).first()
    page = versions.seen(versions.tutor, f"{versions.at(versions.first)}/word/import?file={token}")
    assert "n’est plus gardé" in page
    answer = import_(versions, versions.first, token)
    assert answer.status_code == 422
    assert "n’est plus gardé" in answer.get_data(as_text=True)


def test_only_the_tutor_imports_and_only_readers_export(versions, browse):
    address = versions.at(versions.first)
    for browser in (versions.learner, versions.coordinator):
        assert browser.get(f"{address}/word/import").status_code == 403
        assert browser.post(f"{address}/word/import", {}).status_code == 403
        assert browser.post(f"{address}/word/import/remarks", {}).status_code == 403
    assert browse(versions.world.learners[1]).get(f"{address}/word").status_code == 403


def test_each_part_of_a_note_goes_out_and_comes_in_apart(world, browse, clock):
    pair = Pair(world, browse, clock)
    pair.hand_in(title="Fédérer", message="Pourquoi ?")
    pair.answer("approved")
    pair.hand_in(text_0="Le diagnostic.", text_1="Le problème.")
    pair.answer("approved")
    problem = ("# Le problème", "Une fédération compte douze lieux.", "Ils ne se parlent pas.")
    files = {"file_0": (io.BytesIO(word(*FIRST)), "a.docx"), "file_1": (io.BytesIO(word(*problem)), "b.docx")}
    assert pair.hand_in(**files).status_code == 303
    with world.session() as db:
        draft = db.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
    address = f"{pair.home}/submissions/{draft}/word"
    file = commented(word(*problem), ("douze lieux", "Lesquels ?"), ("ne se parlent pas", "Bravo."))
    sent = pair.tutor.post(f"{address}/import", {"file": (io.BytesIO(file), "b.docx")})
    page = pair.tutor.get(sent.location).get_data(as_text=True)
    assert faults(page) == []
    assert page.count("Identification d’une problématique") == 2
    token = sent.location.partition("file=")[2]
    data = {"file": token, "visibility": "shared", "kind_0": "question", "kind_1": "praise"}
    assert pair.tutor.post(f"{address}/import/remarks", data).status_code == 303
    other = pair.tutor.get(f"{address}?part=problematique")
    assert [one.quote for one in comments_of(other.data)] == ["douze lieux", "ne se parlent pas"]
    assert "Identification d’une problématique" in unquote(other.headers["Content-Disposition"])
    assert comments_of(pair.tutor.get(f"{address}?part=diagnostic").data) == ()
    table = pair.tutor.get(f"{pair.home}/submissions/{draft}/responses").get_data(as_text=True)
    assert faults(table) == []
    assert table.count("Identification d’une problématique") == 2
    assert ", sous « Le problème »" in table.replace("\xa0", " ")
