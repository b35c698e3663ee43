"""Comments of a Word file held against a version, and what of them is written, once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.notes import seat
from tests.versions import BAR, COMMONS, CONTRACT, FIRST, SECOND, draft_in_word
from tutoring.documents.comments.threads import WordComment, WordReply
from tutoring.notes import operations
from tutoring.notes.models import Remark, RemarkKind, RemarkMessage, RemarkPlacement, Visibility
from tutoring.notes.moves import Verdict
from tutoring.store.events import Event
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)


class Desk:
    """A draft in Word under review, and the tutor who imports."""

    def __init__(self, db, world):
        self.db, self.world = db, world
        self.at = seat(db, world)
        self.at.topic()
        self.at.review(Verdict.APPROVED)
        self.at.plan()
        self.at.review(Verdict.APPROVED)
        self.draft = draft_in_word(self.at, *FIRST).id

    def _there(self):
        page = self.at.page(self.world.tutor)
        return page, next(one for one in page.note.submissions if one.id == self.draft)

    def incoming(self, *comments):
        page, draft = self._there()
        return operations.incoming(self.db, page.note, draft, page.standing.person, comments)

    def bring(self, *comments, leave=(), visibility=Visibility.SHARED):
        found = self.incoming(*comments)
        page, draft = self._there()
        kinds = {one.rank: one.kind for one in found if one.rank not in leave}
        return operations.import_comments(
            self.db,
            page.note,
            draft,
            page.standing.person,
            found,
            kinds=kinds,
            visibility=visibility,
            now=self.world.clock(),
        )

    def remarks(self):
        self.db.expire_all()
        return list(self.db.scalars(select(Remark).order_by(Remark.id)))

    def messages(self, remark):
        rows = select(RemarkMessage.text).where(RemarkMessage.remark_id == remark.id)
        return list(self.db.scalars(rows.order_by(RemarkMessage.id)))


@pytest.fixture
def desk(world, db):
    return Desk(db, world)


def said(text, quote="", *, prefix="", suffix="", author="Claire A.", replies=(), key=None):
    return WordComment(author, AT, text, quote, prefix, suffix, tuple(replies), key, False)


def reply(text, author="Claire A.", key=None):
    return WordReply(author, AT, text, key)


def test_a_comment_becomes_a_remark_on_its_passage_with_its_replies(desk):
    done = desk.bring(said("Qui ?", "comptent la caisse", replies=[reply("Le trésorier, je crois.")]))
    assert done == operations.Imported(placed=1)
    [remark] = desk.remarks()
    assert (remark.kind, remark.quote, remark.part, remark.released_at) == (
        "question",
        "comptent la caisse",
        "note",
        None,
    )
    assert desk.messages(remark) == ["Qui ?", "Le trésorier, je crois."]
    place = desk.db.scalars(select(RemarkPlacement)).one()
    assert (place.outcome, place.exact, place.block) == ("found", "comptent la caisse", 3)
    event = desk.db.scalars(select(Event).where(Event.kind == "submission.comments_imported")).one()
    assert (event.data["remarks"], event.data["answers"]) == (1, 0)


def test_what_stands_twice_is_told_by_what_is_around(desk):
    desk.at.review(Verdict.RETURNED)
    desk.draft = draft_in_word(
        desk.at, "Le lieu accueille. Ici on danse.", "Le lieu accueille. Là on lit."
    ).id
    [one] = desk.incoming(said("Où ?", "Le lieu accueille.", suffix=" Là on lit."))
    assert [span.block for span in one.passage.spans] == [1]
    [lost] = desk.incoming(said("Où ?", "Le lieu accueille."))
    assert lost.passage is None


def test_a_passage_that_is_not_there_keeps_its_words_on_the_whole_of_the_part(desk):
    done = desk.bring(said("Et là ?", "nulle part ici"), said("Oui.", COMMONS), said("En tout."))
    assert done == operations.Imported(placed=1, whole=2)
    assert [(one.part, one.quote) for one in desk.remarks()] == [
        ("note", "nulle part ici"),
        ("note", COMMONS),
        ("note", ""),
    ]
    assert len(list(desk.db.scalars(select(RemarkPlacement)))) == 1


def test_the_same_file_twice_doubles_nothing_and_two_alike_in_one_file_are_two(desk):
    comments = (
        said("Source ?", BAR),
        said("Source ?", CONTRACT),
        said("Source ?", BAR),
        said("Perdu.", "nulle part ici", replies=[reply("Vraiment.")]),
    )
    assert desk.bring(*comments) == operations.Imported(placed=3, whole=1)
    assert [one.brings for one in desk.incoming(*comments)] == [False] * 4
    with pytest.raises(Refusal) as refused:
        desk.bring(*comments)
    assert (refused.value.code, refused.value.field) == ("word_nothing_chosen", "chosen")
    again = (*comments[:3], said("Perdu.", "nulle part ici", replies=[reply("Vraiment."), reply("Si.")]))
    assert desk.bring(*again) == operations.Imported(answers=1)
    assert len(desk.remarks()) == 4
    assert desk.messages(desk.remarks()[3]) == ["Perdu.", "Vraiment.", "Si."]


def test_what_is_left_out_is_not_written_and_can_come_later(desk):
    comments = (said("Un.", BAR), said("Deux.", CONTRACT))
    desk.bring(*comments, leave={0}, visibility=Visibility.STAFF)
    assert [(desk.messages(one)[0], one.visibility) for one in desk.remarks()] == [("Deux.", "staff")]
    desk.bring(*comments)
    assert [desk.messages(one)[0] for one in desk.remarks()] == ["Deux.", "Un."]


def test_a_comment_of_ours_brings_only_what_was_answered_below_it(desk):
    desk.bring(said("Qui ?", BAR))
    [remark] = desk.remarks()
    desk.at.review(Verdict.RETURNED)
    ours = said("Question\nQui ?", BAR, key=str(remark.id), replies=[reply("Dit.", key=str(remark.id))])
    [one] = desk.incoming(ours)
    assert (one.ours, one.brings, one.remark.id) == (True, False, remark.id)
    answered = said("Question\nQui ?", BAR, key=str(remark.id), replies=[reply("Précisez.")])
    assert desk.bring(answered) == operations.Imported(answers=1)
    assert desk.messages(remark) == ["Qui ?", "Précisez."]
    told = desk.db.scalars(select(OutboxRow).where(OutboxRow.topic == "mail.wanted").order_by(OutboxRow.id))
    assert list(told)[-1].payload["person_id"] == desk.world.learner.id
    assert not desk.incoming(answered)[0].brings


def test_a_key_of_another_note_is_a_stranger_s(desk):
    [one] = desk.incoming(said("Qui ?", BAR, key="9999999"))
    assert (one.ours, one.remark, one.brings) == (False, None, True)


def test_what_was_imported_on_the_version_before_is_known_where_it_was_carried(desk):
    desk.bring(said("Depuis quand ?", BAR))
    desk.at.review(Verdict.RETURNED)
    desk.draft = draft_in_word(desk.at, *SECOND).id
    [one] = desk.incoming(said("Depuis quand ?", BAR))
    assert (one.brings, one.remark.id) == (False, desk.remarks()[0].id)


def test_on_a_released_version_remarks_show_at_once(desk):
    desk.at.review(Verdict.RETURNED)
    desk.bring(said("Encore ceci.", BAR))
    assert desk.remarks()[0].released_at == desk.world.clock()


def test_a_version_that_was_replaced_takes_nothing_more(desk):
    found = desk.incoming(said("Trop tard.", BAR))
    desk.at.review(Verdict.RETURNED)
    draft_in_word(desk.at, *SECOND)
    page, draft = desk._there()
    with pytest.raises(Refusal) as refused:
        operations.import_comments(
            desk.db,
            page.note,
            draft,
            page.standing.person,
            found,
            kinds={0: RemarkKind.QUESTION},
            visibility=Visibility.SHARED,
            now=desk.world.clock(),
        )
    assert refused.value.code == "word_remarks_closed"
    assert desk.remarks() == []
