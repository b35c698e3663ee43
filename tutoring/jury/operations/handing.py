"""Notes handed to a panel: given, taken back, transmitted, recalled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.jury import notices
from tutoring.jury.checks import before_the_jury, lacking_of, partial_of
from tutoring.jury.models import Evaluation, Hearing, HearingPage, Panel, PanelPage
from tutoring.jury.queries import GIVEN_FROM, with_submissions
from tutoring.notes import operations as notes
from tutoring.notes.models import ValidationNote
from tutoring.notes.moves import Facts, Side, State
from tutoring.store.events import history, record
from tutoring.store.refusal import Refusal


def give(db: Session, page: PanelPage, given: Iterable[ValidationNote], *, now: datetime) -> list[Hearing]:
    """Give notes to a panel: its members see them once they are transmitted. Refused when one is not ready."""
    made = []
    ready = list(given)
    for note in ready:
        if note.cohort_id != page.panel.cohort_id or State(note.state) not in GIVEN_FROM:
            raise Refusal("note_not_ready", field="notes", title=note.title)
    for note in ready:
        hearing = Hearing(
            institution_id=note.institution_id, panel=page.panel, note=note, reason="", transmitted_at=None
        )
        db.add(hearing)
        made.append(hearing)
    db.flush()
    for hearing in made:
        record(
            db,
            "hearing.given",
            hearing,
            actor_id=page.standing.person.id,
            now=now,
            side=Side.COORDINATOR,
            note_id=hearing.note_id,
            panel_id=page.panel.id,
        )
    return made


def take_back(db: Session, page: HearingPage, *, now: datetime) -> Hearing:
    """Take a note back from a panel that has not received it, or that has written nothing of it yet."""
    hearing = page.hearing
    if before_the_jury(hearing) or hearing.released_at is not None:
        raise Refusal("already_transmitted")
    if db.scalar(select(Evaluation.id).where(Evaluation.hearing_id == hearing.id).limit(1)) is not None:
        raise Refusal("already_evaluated")
    record(
        db,
        "hearing.taken_back",
        hearing,
        actor_id=page.standing.person.id,
        now=now,
        side=Side.COORDINATOR,
        note_id=hearing.note_id,
        panel_id=hearing.panel_id,
    )
    db.delete(hearing)
    return hearing


def transmit(db: Session, page: PanelPage, chosen: Mapping[int, int], *, now: datetime) -> list[Hearing]:
    """Hand notes over to their panel: all of `chosen` (hearing id: version of the note that was seen) or none.

    Members hear of it once; each learner of their own note, from the move itself.
    """
    panel, spec = page.panel, page.standing.cohort.jury
    sent = chosen_of(panel, chosen)
    for hearing in sent:
        if hearing.released_at is not None:
            raise Refusal("already_released")
        facts = Facts(
            jury_composed=not lacking_of(spec, panel),
            jury_impartial=not partial_of(panel, hearing),
            jury_blind=spec.blind,
            # Nothing takes the author's name out of the files yet, so a blind jury is refused, not deceived.
            metadata_stripped=False,
        )
        notes.make(
            db,
            hearing.note,
            "transmit_to_jury",
            page.standing.person,
            Side.COORDINATOR,
            facts,
            now=now,
            seen_version=chosen[hearing.id],
            data={"hearing_id": hearing.id, "panel_id": panel.id},
        )
        hearing.transmitted_at = now
    notices.tell_members(db, panel, [seat.person for seat in panel.seats], notes=len(sent), now=now)
    return sent


def recall(db: Session, page: HearingPage, *, seen_version: int, now: datetime) -> Hearing:
    """Take a transmission back, as any step: refused once a member has written something of the note.

    Whoever was told of the note is told that it is withdrawn.
    """
    hearing = page.hearing
    begun = db.scalar(select(Evaluation.id).where(Evaluation.hearing_id == hearing.id).limit(1))
    note = with_submissions(db, hearing.note_id)
    made = notes.steps(history(db, note))
    if not made or made[-1].data["move"] != "transmit_to_jury":
        raise Refusal("nothing_to_recall")
    notes.undo(
        db,
        note,
        page.standing.person,
        Side.COORDINATOR,
        now=now,
        seen_version=seen_version,
        later_move=begun is not None,
    )
    hearing.transmitted_at = None
    notices.tell_recalled(db, hearing, now=now)
    db.flush()
    return hearing


def chosen_of(panel: Panel, chosen: Mapping[int, int]) -> list[Hearing]:
    """The hearings of this panel with these ids; refused as stale when one is not there, or none is named."""
    found = [hearing for hearing in panel.hearings if hearing.id in chosen]
    if not found or len(found) != len(chosen):
        raise Refusal("stale_page")
    return found
