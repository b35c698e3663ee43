"""How the demo's notes come to where they stand: each walks its way by the operations, at its own dates."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy.orm import Session

from lti.demo.jury import judge
from lti.demo.pdf import text_pdf
from tutoring.notes.models import NotePage, RemarkKind, Submission, Visibility
from tutoring.notes.moves import Dissemination, Side, Verdict
from tutoring.notes.operations import (
    HandedIn,
    Item,
    assign_tutors,
    decide_aside,
    hand_in,
    newest,
    release_review,
    write_remark,
)
from tutoring.notes.queries import note_of_learner, note_page
from tutoring.people.models import Person
from tutoring.programme.calendar import instant
from tutoring.programme.models import Cohort
from tutoring.programme.queries import standing_in
from tutoring.programme.spec import NoteSpec
from tutoring.store.files import FileStore, keep

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
        for step, at in zip(steps, self._instants(steps), strict=True):
            verbs[step](at)

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
        return hand_in(self.walk_of.db, note, self.author, handed, now=at, seen_version=note.version)

    def _topic(self, at: datetime) -> Submission:
        return self._hand_in(HandedIn(title=self.told["title"], message=self.told["question"]), at)

    def _plan(self, at: datetime) -> Submission:
        items = tuple(Item(part.key, text=self._plan_text(part.title)) for part in self._spec.parts)
        return self._hand_in(HandedIn(items=items), at)

    def _plan_text(self, part: str) -> str:
        return (
            f"# {self.told['title']}\n\n*{part}*\n\n{self.told['question']}\n\n"
            "## Introduction\n\nLa situation, ma place, la question.\n\n"
            "## 1. Ce qui se passe\n\n- le lieu et son histoire\n- les personnes et ce qu’elles disent\n\n"
            "## 2. Ce que j’en comprends\n\n- deux notions travaillées en formation\n- ce qu’elles n’expliquent pas\n\n"
            "## 3. Ce que je propose\n\n- une décision à prendre, avec qui, quand\n\n"
            "## Conclusion\n\nCe que la recherche a changé dans ma pratique.\n"
        )

    def _draft(self, at: datetime) -> Submission:
        message = "J’aimerais surtout votre avis sur la deuxième partie."
        return self._hand_in(HandedIn(items=self._files("brouillon", at), message=message), at)

    def _final(self, at: datetime) -> Submission:
        handed = HandedIn(
            items=self._files("note", at), honour=True, dissemination=list(Dissemination)[self.rank % 3]
        )
        return self._hand_in(handed, at)

    @property
    def _spec(self) -> NoteSpec:
        return self.walk_of.cohort.spec

    def _files(self, stem: str, at: datetime) -> tuple[Item, ...]:
        items = []
        for part in self._spec.parts:
            pages = (part.pages_min or 15) + self.rank % 4
            content = text_pdf(self._written(part.title, pages, at))
            file = keep(
                self.walk_of.db,
                self.walk_of.files,
                self.walk_of.cohort.institution_id,
                io.BytesIO(content),
                "pdf",
            )
            name = f"{stem}-{part.key}.pdf" if len(self._spec.parts) > 1 else f"{stem}.pdf"
            items.append(Item(part.key, file=file, filename=name, pages=pages))
        return tuple(items)

    def _written(self, part: str, pages: int, at: datetime) -> list[list[str]]:
        head = [self.told["title"], part, f"Version du {at:%d/%m/%Y}", ""]
        question = self.told["question"].replace("**", "")
        lines = [question[start : start + 84] for start in range(0, len(question), 84)]
        first = [*head, *lines, "", "Texte inventé pour la démonstration."]
        return [first, *([f"{self.told['title'][:70]} – page {page}"] for page in range(2, pages + 1))]

    def _review(self, verdict: Verdict, at: datetime) -> None:
        page = self._page(self.tutor)
        submission = newest(page.note)
        assert submission is not None
        returned = verdict is Verdict.RETURNED
        if returned and submission.stage == "draft":
            self._remark(page, submission, at)
        key = f"{submission.stage}_returned" if returned else submission.stage
        release_review(
            self.walk_of.db,
            page.note,
            submission,
            self.tutor,
            verdict=verdict,
            message=next(self.answers[key]),
            now=at,
            seen_version=page.note.version,
        )

    def _remark(self, page: NotePage, submission: Submission, at: datetime) -> None:
        for told in self.walk_of.words["remark"]:
            write_remark(
                self.walk_of.db,
                page.note,
                submission,
                self.tutor,
                kind=RemarkKind(told["kind"]),
                visibility=Visibility.SHARED,
                text=told["text"],
                quote=told["quote"],
                part=self._spec.parts[0].key,
                now=at,
            )

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
