"""Remarks from version to version: placed where their words are, followed, confirmed, moved, never lost."""

import pytest
from sqlalchemy import select

from tests.notes import seat
from tests.wordfiles import docx, p
from tutoring.documents.models import ReadDocument, ReadState
from tutoring.notes import operations
from tutoring.notes.models import (
    Outcome,
    ReadingTrace,
    Remark,
    RemarkDraft,
    RemarkKind,
    RemarkPlacement,
    RemarkStatus,
    Submission,
    Visibility,
)
from tutoring.notes.moves import Verdict
from tutoring.notes.operations import Item, Quoted
from tutoring.notes.queries import threads_of
from tutoring.people.models import Person
from tutoring.running.worker import work
from tutoring.store.refusal import Refusal

FIRST = """## Le lieu

Le café associatif ouvre le mardi et le vendredi, grâce à douze bénévoles qui se relaient depuis 2019.

Les habitantes et les habitants y tiennent une permanence d’écoute, que la mairie finance pour moitié.

## La suite

Nous voulons ouvrir aussi le dimanche, quand tout le reste du quartier est fermé.
"""
SECOND = """## Le lieu

Les habitantes et les habitants y tiennent une permanence d’écoute, que la mairie finance pour moitié.

## Une histoire

Le café associatif ouvre le mardi et le vendredi matin, grâce à quinze bénévoles qui se relaient depuis 2019.
"""


class Desk:
    """A note whose draft is being reviewed by its tutor."""

    def __init__(self, db, world):
        self.at = seat(db, world)
        self.db, self.world = db, world
        self.at.topic()
        self.at.review(Verdict.APPROVED)
        self.at.plan()
        self.at.review(Verdict.APPROVED)

    def draft(self, text):
        return self.at.hand_in(items=(Item("note", text=text),))

    def remark(self, quote, kind=RemarkKind.SUGGESTION, **options):
        page = self.at.page(self.world.tutor)
        return operations.write_remark(
            self.db,
            page.note,
            operations.newest(page.note),
            page.standing.person,
            kind=kind,
            visibility=Visibility.SHARED,
            text="Précisez.",
            quote=Quoted(quote) if isinstance(quote, str) else quote,
            now=self.at.now,
            **options,
        )

    def place(self, remark, submission):
        return self.db.scalar(
            select(RemarkPlacement).where(
                RemarkPlacement.remark_id == remark.id, RemarkPlacement.submission_id == submission.id
            )
        )


@pytest.fixture
def desk(world):
    with world.session() as db:
        yield Desk(db, world)


def test_a_remark_stands_on_the_words_it_quotes(desk):
    draft = desk.draft(FIRST)
    remark = desk.remark("douze bénévoles qui se relaient")
    place = desk.place(remark, draft)
    assert (place.outcome, place.exact, remark.part) == (
        "found",
        "douze bénévoles qui se relaient",
        "note",
    )


def test_words_that_are_not_in_the_text_are_refused_beside_their_field(desk):
    desk.draft(FIRST)
    with pytest.raises(Refusal) as refused:
        desk.remark("des mots que personne n’a écrits dans ce texte")
    assert (refused.value.code, refused.value.status, refused.value.field) == (
        "passage_not_found",
        422,
        "quote",
    )


def test_a_paragraph_is_commented_whole_by_its_id(desk):
    draft = desk.draft(FIRST)
    document = desk.db.scalar(select(ReadDocument).where(ReadDocument.id == draft.parts[0].document_id))
    desk.db.refresh(document, ["kept"])
    block = document.blocks[1]
    remark = desk.remark(Quoted(block=block.id))
    assert desk.place(remark, draft).exact == block.text


def test_each_new_version_carries_what_is_not_settled(desk):
    desk.draft(FIRST)
    kept = desk.remark("que la mairie finance pour moitié")
    changed = desk.remark("ouvre le mardi et le vendredi, grâce à douze bénévoles", RemarkKind.BLOCKING)
    gone = desk.remark("quand tout le reste du quartier est fermé")
    praise = desk.remark("une permanence d’écoute", RemarkKind.PRAISE)
    settled = desk.remark("depuis 2019")
    desk.at.review(Verdict.RETURNED)
    desk.db.get_one(Remark, settled.id).status = RemarkStatus.RESOLVED
    second = desk.draft(SECOND)
    outcomes = {
        one.id: (place.outcome if (place := desk.place(one, second)) else None)
        for one in (kept, changed, gone, praise, settled)
    }
    assert outcomes == {
        kept.id: "found",
        changed.id: "changed",
        gone.id: "orphan",
        praise.id: None,
        settled.id: None,
    }
    assert "quinze bénévoles" in desk.place(changed, second).exact


def test_what_was_drafted_and_not_released_is_carried_too(desk):
    desk.draft(FIRST)
    remark = desk.remark("que la mairie finance pour moitié")
    replaced = desk.draft(SECOND)
    assert desk.place(remark, replaced).outcome == "found"
    assert remark.released_at is None


def test_a_passage_that_comes_back_is_found_again_from_where_it_last_was(desk):
    desk.draft(FIRST)
    remark = desk.remark("quand tout le reste du quartier est fermé")
    desk.at.review(Verdict.RETURNED)
    second = desk.draft(SECOND)
    desk.at.review(Verdict.RETURNED)
    third = desk.draft(FIRST)
    assert [desk.place(remark, one).outcome for one in (second, third)] == ["orphan", "found"]


def test_the_threads_of_a_version_are_those_written_there_and_those_carried(desk):
    first = desk.draft(FIRST)
    old = desk.remark("que la mairie finance pour moitié")
    desk.at.review(Verdict.RETURNED)
    second = desk.draft(SECOND)
    new = desk.remark("quinze bénévoles")
    assert [one.id for one in threads_of(desk.db, first.id)] == [old.id]
    assert [one.id for one in threads_of(desk.db, second.id)] == [old.id, new.id]
    assert [len(one.placements) for one in threads_of(desk.db, second.id)] == [1, 1]


def test_an_orphan_is_put_on_its_passage_by_the_learner_and_followed_from_there(desk):
    desk.draft(FIRST)
    remark = desk.remark("quand tout le reste du quartier est fermé")
    desk.at.review(Verdict.RETURNED)
    second = desk.draft(SECOND)
    page = desk.at.page()
    here = next(one for one in threads_of(desk.db, second.id) if one.id == remark.id)
    operations.move_place(
        desk.db,
        page.note,
        here,
        desk.db.get_one(Submission, second.id),
        page.standing.person,
        Quoted("quinze bénévoles qui se relaient"),
        now=desk.at.now,
    )
    moved = desk.place(remark, second)
    assert (moved.outcome, moved.exact, moved.confirmed_by_id) == (
        "found",
        "quinze bénévoles qui se relaient",
        desk.world.learner.id,
    )
    assert remark.quote == "quand tout le reste du quartier est fermé"
    desk.at.review(Verdict.RETURNED)
    third = desk.draft(SECOND.replace("## Une histoire", "## L’histoire"))
    assert desk.place(remark, third).exact == "quinze bénévoles qui se relaient"


def test_a_doubtful_place_is_confirmed_by_whoever_looked(desk):
    desk.draft(FIRST)
    remark = desk.remark("ouvre le mardi et le vendredi, grâce à douze bénévoles")
    desk.at.review(Verdict.RETURNED)
    second = desk.draft(SECOND)
    page = desk.at.page(desk.world.tutor)
    here = next(one for one in threads_of(desk.db, second.id) if one.id == remark.id)
    operations.confirm_place(
        desk.db,
        page.note,
        here,
        desk.db.get_one(Submission, second.id),
        page.standing.person,
        now=desk.at.now,
    )
    assert desk.place(remark, second).confirmed_by_id == desk.world.tutor.id


def test_a_version_that_the_worker_reads_gets_its_remarks_then(world):
    with world.session() as db:
        desk = Desk(db, world)
        desk.draft(FIRST)
        remark_id = desk.remark("que la mairie finance pour moitié").id
        desk.at.review(Verdict.RETURNED)
        content = docx(
            p("Les habitantes et les habitants y tiennent une permanence, que la mairie finance pour moitié.")
        )
        file = desk.at.file(content, "docx")
        second_id = desk.at.hand_in(items=(Item("note", file=file, filename="v2.docx"),)).id
        assert db.scalar(select(ReadDocument.state).where(ReadDocument.sha256 == file.sha256)) == (
            ReadState.WAITING
        )
        quoted_early = operations.write_remark(
            db,
            desk.at.page(world.tutor).note,
            db.get_one(Submission, second_id),
            db.get_one(Person, world.tutor.id),
            kind=RemarkKind.QUESTION,
            visibility=Visibility.SHARED,
            text="Qui ?",
            quote="Les habitantes et les habitants",
            now=desk.at.now,
        ).id
    with world.app.app_context():
        work(once=True)
    with world.session() as db:
        rows = db.execute(
            select(RemarkPlacement.remark_id, RemarkPlacement.outcome).where(
                RemarkPlacement.submission_id == second_id
            )
        ).all()
        assert sorted(map(tuple, rows)) == sorted([(remark_id, Outcome.FOUND), (quoted_early, Outcome.FOUND)])


def test_the_same_file_handed_in_twice_is_read_once(desk):
    content = docx(p("Un paragraphe."))
    for _ in range(2):
        desk.at.hand_in(items=(Item("note", file=desk.at.file(content, "docx"), filename="v.docx"),))
        desk.at.review(Verdict.RETURNED)
    kinds = desk.db.scalars(select(ReadDocument.kind).where(ReadDocument.kind == "docx")).all()
    assert kinds == ["docx"]


def test_two_records_of_one_person_make_one_reading_and_one_draft(desk):
    draft = desk.draft(FIRST)
    kept, absorbed = (desk.db.get_one(Person, one.id) for one in (desk.world.tutor, desk.world.coordinator))
    for person, text in ((kept, "Ici."), (absorbed, "Et là.")):
        operations.keep_draft(desk.db, draft, person, "", {"text": text}, now=desk.at.now)
        operations.was_read(desk.db, draft.id, draft.institution_id, person.id, now=desk.at.now)
    desk.db.flush()
    operations.settle_join(desk.db, kept, absorbed)
    assert desk.db.scalars(select(RemarkDraft.typed)).all() == [{"text": "Ici.\n\nEt là."}]
    assert desk.db.scalars(select(ReadingTrace.person_id)).all() == [kept.id]
