"""How the demo's notes come to where they stand: each walks its way by the operations, at its own dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy.orm import Session

from lti.demo import exchanges
from lti.demo.handing import Hands, Papers
from lti.demo.jury import judge
from tutoring.notes.models import NotePage, Submission
from tutoring.notes.moves import Dissemination, Side, Verdict
from tutoring.notes.operations import (
    HandedIn,
    assign_tutors,
    decide_aside,
    hand_in,
    newest,
    release_review,
    was_read,
)
from tutoring.notes.queries import note_of_learner, note_page
from tutoring.people.models import Person
from tutoring.programme.calendar import instant
from tutoring.programme.models import Cohort
from tutoring.programme.queries import standing_in
from tutoring.programme.spec import NoteSpec
from tutoring.store.files import FileStore

# The way of a note up to where it stands, step by step; what a jury does of it comes after `final` (see jury.JUDGED).
TOPIC = ("topic",)
PLAN = (*TOPIC, "approve", "plan")
DRAFT = (*PLAN, "approve", "draft")
SECOND = (*DRAFT, "return", "draft")
FINAL = (*SECOND, "approve", "final")
WAYS: dict[str, tuple[str, ...]] = {
    "topic_open": (),
    "topic_review": TOPIC,
    "topic_returned": (*TOPIC, "return"),
    "plan_open": (*TOPIC, "approve"),
    "plan_review": PLAN,
    "plan_returned": (*PLAN, "return"),
    "draft_review": DRAFT,
    "draft_returned": (*DRAFT, "return"),
    "second_draft": SECOND,
    "final_open": (*SECOND, "approve"),
    "final_check": FINAL,
    "suspended": (*PLAN, "suspend"),
}


@dataclass(frozen=True)
class Walk:
    """A cohort whose notes are to be walked: the story of each (`told`), its panel, `gap` between two moves."""

    db: Session
    files: FileStore
    papers: Papers
    cohort: Cohort
    coordinator: Person
    people: Mapping[str, Person]
    told: Sequence[Mapping[str, Any]]
    panel: Mapping[str, Any]
    gap: timedelta
    words: Mapping[str, Any]
    now: datetime


def walk_notes(walk: Walk) -> None:
    """Give each note its tutor, then walk it; what came to the jury is judged in the end."""
    notes = {}
    for told in walk.told:
        note = note_of_learner(walk.db, walk.cohort.id, walk.people[told["learner"]].id)
        assert note is not None
        notes[told["learner"]] = note
    wanted = {notes[told["learner"]].id: walk.people[told["tutor"]].id for told in walk.told}
    began = min(note.turn_since for note in notes.values())
    assign_tutors(walk.db, list(notes.values()), wanted, walk.coordinator, now=min(began, walk.now))
    for rank, told in enumerate(walk.told):
        _Walker(walk, told, rank).walk()
    walk.db.flush()
    judge(walk, {learner: note.id for learner, note in notes.items()})


class _Walker:
    """One note on its way."""

    def __init__(self, walk: Walk, told: Mapping[str, Any], rank: int) -> None:
        self.walk_of, self.told, self.rank = walk, told, rank
        self.at = told.get("at", "topic_open")
        self.pages: dict[int, NotePage] = {}
        self.author = walk.people[told["learner"]]
        self.tutor = walk.people[told["tutor"]]
        self.hands = Hands(
            walk.db, walk.files, walk.papers, walk.cohort.institution_id, walk.cohort.spec, told
        )
        self.talk: exchanges.Talk | None = None
        self.answers = {
            key: cycle(said[rank % len(said) :] + said) for key, said in walk.words["answers"].items()
        }

    def walk(self) -> None:
        steps = WAYS.get(self.at, FINAL)
        verbs: dict[str, Callable[[datetime], object]] = {
            "topic": self._topic,
            "plan": self._plan,
            "draft": self._draft,
            "final": self._final,
            "approve": lambda at: self._review(Verdict.APPROVED, at),
            "return": lambda at: self._review(Verdict.RETURNED, at),
            "suspend": self._suspend,
        }
        instants = self._instants(steps)
        for step, at in zip(steps, instants, strict=True):
            verbs[step](at)
        self._say_more(instants[-1] if instants else self.walk_of.now)

    def _instants(self, steps: Sequence[str]) -> list[datetime]:
        """When each step was made: the last one `waits` days ago, those before it in time for their deadlines."""
        found: list[datetime] = []
        deadlines = {str(stage.key): stage.deadline for stage in self._spec.stages}
        for left, step in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
            at, deadline = self._counted_back(left), deadlines.get(step)
            if left and deadline is not None:
                spare = timedelta(days=1 + int(self.told["learner"]) % 9)
                at = min(at, instant(deadline - spare, time(17, 5)))
            elif left and found:
                at = min(at, found[-1] + timedelta(days=9))
            if found:
                at = max(at, found[-1] + timedelta(days=4))
            found.append(min(at, self.walk_of.now))
        return self._since_opening(found)

    def _since_opening(self, found: list[datetime]) -> list[datetime]:
        """Closer together in a young cohort: nothing happens before its first day, when the note is opened."""
        opened = instant(self.walk_of.cohort.starts_on, time(9))
        if not found or found[0] >= opened or found[-1] <= opened:
            return found
        share = 0.9 * (found[-1] - opened) / (found[-1] - found[0])
        closer = [found[-1] - (found[-1] - at) * share for at in found]
        by_day = [new.replace(hour=at.hour, minute=at.minute) for new, at in zip(closer, found, strict=True)]
        # At an hour of the day where there is a day for each.
        in_order = by_day == sorted(by_day) and opened <= by_day[0] and by_day[-1] <= found[-1]
        return [at.replace(second=0, microsecond=0) for at in (by_day if in_order else closer)]

    def _counted_back(self, left: int) -> datetime:
        """The day of a step that has `left` others after it, at another minute for each note."""
        walk, learner = self.walk_of, int(self.told["learner"])
        before = timedelta(days=self.told.get("waits", 1))
        if self.at not in WAYS:
            # Handed in before the jury had its turn.
            before += timedelta(days=14)
        day = walk.now - before - left * walk.gap
        hour, minute = 8 + (learner + 3 * left) % 10, (learner * 7 + left * 11) % 60
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def _page(self, person: Person) -> NotePage:
        # Read once: what the operations then change, they change in the rows that the page holds.
        if person.id not in self.pages:
            self.pages[person.id] = self._read(person)
        return self.pages[person.id]

    def _read(self, person: Person) -> NotePage:
        db, cohort = self.walk_of.db, self.walk_of.cohort
        standing = standing_in(db, person, cohort.id)
        note = note_of_learner(db, cohort.id, self.author.id)
        assert standing is not None
        assert note is not None
        page = note_page(db, person, standing, note.id)
        assert page is not None
        return page

    def _hand_in(self, handed: HandedIn, at: datetime) -> Submission:
        note = self._page(self.author).note
        if note.submissions:
            # What was answered has been read before one goes on.
            last = note.submissions[-1]
            was_read(
                self.walk_of.db, last.id, note.institution_id, self.author.id, now=at - timedelta(hours=2)
            )
        return hand_in(self.walk_of.db, note, self.author, handed, now=at, seen_version=note.version)

    def _topic(self, at: datetime) -> Submission:
        return self._hand_in(HandedIn(title=self.told["title"], message=self.told["question"]), at)

    def _plan(self, at: datetime) -> Submission:
        return self._hand_in(HandedIn(items=self.hands.plan(at)), at)

    def _draft(self, at: datetime) -> Submission:
        if self.talk is not None:
            self.talk.answered(self.author, at - timedelta(hours=1))
        items = self.hands.paper("draft", "brouillon", self.rank, at)
        message = self.told.get("word", "J’aimerais surtout votre avis sur la deuxième partie.")
        return self._hand_in(HandedIn(items=items, message=message), at)

    def _final(self, at: datetime) -> Submission:
        items = self.hands.paper("final", "note", self.rank, at)
        choice = list(Dissemination)[self.rank % 3]
        return self._hand_in(HandedIn(items=items, honour=True, dissemination=choice), at)

    @property
    def _spec(self) -> NoteSpec:
        return self.walk_of.cohort.spec

    def _review(self, verdict: Verdict, at: datetime) -> None:
        page = self._page(self.tutor)
        submission = newest(page.note)
        assert submission is not None
        returned, said = verdict is Verdict.RETURNED, self.told.get("returned", {})
        if returned and submission.stage == "draft":
            remarks = self.told.get("remark", self.walk_of.words["remark"])
            self.talk = exchanges.remark(self.walk_of.db, page, submission, remarks, at)
        key = f"{submission.stage}_returned" if returned else submission.stage
        release_review(
            self.walk_of.db,
            page.note,
            submission,
            self.tutor,
            verdict=verdict,
            message=said["message"] if returned and "message" in said else next(self.answers[key]),
            parts=said.get("parts", ()) if returned else (),
            levels=said.get("levels") if returned and submission.stage == "draft" else None,
            now=at,
            seen_version=page.note.version,
        )

    def _say_more(self, last: datetime) -> None:
        """What has been said since the last move: an answer begun, a question, another topic asked for."""
        db, told, now = self.walk_of.db, self.told, self.walk_of.now
        at = min(last + timedelta(hours=20), now)
        page = self._page(self.tutor)
        submission = newest(page.note)
        if "begun" in told and submission is not None:
            exchanges.begin_answer(db, page, submission, told["begun"], at)
        if "question_asked" in told:
            exchanges.ask(db, page.note, self.author, self.tutor, told["question_asked"], at)
        if "topic_wanted" in told:
            exchanges.ask_for_another_topic(db, page.note, self.author, told["topic_wanted"], at)

    def _suspend(self, at: datetime) -> None:
        page = self._page(self.walk_of.coordinator)
        decide_aside(
            self.walk_of.db,
            page,
            "suspend",
            self.walk_of.coordinator,
            Side.COORDINATOR,
            reason=self.told["reason"],
            now=at,
            seen_version=page.note.version,
        )
