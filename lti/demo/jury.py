"""How the demo's jury comes to where it stands: notes given, transmitted, evaluated, deliberated, released."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from tutoring.jury import operations
from tutoring.jury.models import Hearing, HearingPage, PanelPage
from tutoring.jury.operations import PanelFacts
from tutoring.jury.queries import hearing_page, new_panel_page, panel_page
from tutoring.notes.moves import Outcome
from tutoring.people.models import Person
from tutoring.programme.models import Cohort

# How far a jury went with a note, and so with those that went less far.
JUDGED = ("given", "with_jury", "half_evaluated", "evaluated", "deliberated", "released")


class Before(Protocol):
    """What of a cohort's walk the jury needs (`notes.Walk`)."""

    @property
    def db(self) -> Session: ...
    @property
    def cohort(self) -> Cohort: ...
    @property
    def coordinator(self) -> Person: ...
    @property
    def people(self) -> Mapping[str, Person]: ...
    @property
    def told(self) -> Any: ...
    @property
    def panel(self) -> Mapping[str, Any]: ...
    @property
    def words(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...


def judge(walk: Before, notes: Mapping[str, int]) -> None:
    """Compose the cohort's panel and take each note as far as its story says. `notes`: ids by learner."""
    bench = _Bench(walk, notes)
    bench.give()
    bench.transmit()
    for told in bench.at_least("half_evaluated"):
        jurors = walk.panel["members"] if bench.reached(told, "evaluated") else walk.panel["members"][1:2]
        for rank, juror in enumerate(jurors):
            bench.lock(told, juror, rank)
    for told in bench.at_least("deliberated"):
        bench.record(told)
    bench.publish()


class _Bench:
    """The panel of one cohort at work."""

    def __init__(self, walk: Before, notes: Mapping[str, int]) -> None:
        self.walk, self.notes = walk, notes
        page = new_panel_page(walk.db, walk.coordinator, walk.cohort.id)
        assert page is not None
        told = walk.panel
        facts = PanelFacts(
            name=told["name"],
            sits_on=walk.cohort.jury_from,
            place=told["place"],
            members=frozenset(walk.people[one].id for one in told["members"]),
            president=walk.people[told["president"]].id,
        )
        candidates = [member.person for member in page.candidates]
        self.panel_id = operations.add_panel(
            walk.db, page.standing, facts, candidates, now=self._days_ago(15)
        ).id

    def reached(self, told: Mapping[str, Any], stage: str) -> bool:
        at = told.get("at")
        return at in JUDGED and JUDGED.index(at) >= JUDGED.index(stage)

    def at_least(self, stage: str) -> list[Mapping[str, Any]]:
        return [told for told in self.walk.told if self.reached(told, stage)]

    def give(self) -> None:
        ids = self._ids(self.at_least("given"))
        page = self._page()
        given = [note for note in page.waiting if note.id in ids]
        if given:
            operations.give(self.walk.db, page, given, now=self._days_ago(12))

    def transmit(self) -> None:
        page, chosen = self._chosen(self.at_least("with_jury"))
        if chosen:
            operations.transmit(self.walk.db, page, chosen, now=self._days_ago(11))

    def publish(self) -> None:
        page, chosen = self._chosen(self.at_least("released"))
        if chosen:
            operations.publish(self.walk.db, page, chosen, now=self._days_ago(2))

    def lock(self, told: Mapping[str, Any], juror: str, rank: int) -> None:
        page = self._hearing(told, juror)
        evaluation = self.walk.words["evaluation"]
        share = evaluation["shares"][rank % len(evaluation["shares"])]
        if told.get("outcome") == Outcome.REFERRED:
            share //= 2
        operations.lock_evaluation(
            self.walk.db,
            page,
            # In quarters of a point.
            points={one.key: one.points * share // 25 * 25 for one in self.walk.cohort.spec.rubric},
            comment=evaluation["comments"][rank % len(evaluation["comments"])],
            confirmed=True,
            seen_version=page.mine.version if page.mine else 0,
            now=self._days_ago(6 - rank),
        )

    def record(self, told: Mapping[str, Any]) -> None:
        page = self._hearing(told, self.walk.panel["president"])
        operations.record_outcome(
            self.walk.db,
            page,
            outcome=Outcome(told["outcome"]),
            grade=told.get("grade"),
            reason=told.get("reason", ""),
            seen_version=page.hearing.note.version,
            now=self._days_ago(3),
        )

    def _days_ago(self, days: int) -> datetime:
        """That many days ago, in the day."""
        day = self.walk.now - timedelta(days=days)
        return day.replace(hour=9 + days % 5, minute=20, second=0, microsecond=0)

    def _ids(self, told: Collection[Mapping[str, Any]]) -> set[int]:
        return {self.notes[one["learner"]] for one in told}

    def _page(self) -> PanelPage:
        self.walk.db.flush()
        self.walk.db.expire_all()
        page = panel_page(self.walk.db, self.walk.coordinator, self.walk.cohort.id, self.panel_id)
        assert page is not None
        return page

    def _chosen(self, told: Collection[Mapping[str, Any]]) -> tuple[PanelPage, dict[int, int]]:
        ids, page = self._ids(told), self._page()
        return page, {one.id: one.note.version for one in page.panel.hearings if one.note_id in ids}

    def _hearing(self, told: Mapping[str, Any], person: str) -> HearingPage:
        note_id = self.notes[told["learner"]]
        hearing: Hearing = next(one for one in self._page().panel.hearings if one.note_id == note_id)
        page = hearing_page(self.walk.db, self.walk.people[person], self.walk.cohort.id, hearing.id)
        assert page is not None
        return page
