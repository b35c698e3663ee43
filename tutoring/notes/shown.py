"""What one reader is shown of a note: the steps of its path, its versions, its history, the moves open to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tutoring.notes.models import (
    Happening,
    NotePage,
    Remark,
    RemarkKind,
    RemarkStatus,
    Review,
    Submission,
    SubmittedPart,
    ValidationNote,
    Visibility,
)
from tutoring.notes.moves import (
    SIDE_STATES,
    STAGE_OF,
    UNDO,
    Facts,
    Side,
    Stage,
    State,
    Turn,
    offered,
    refusals,
    visible_state,
    visible_step,
    visible_turn,
)
from tutoring.notes.operations import (
    WITH_A_REASON,
    drafts_reviewed,
    newest,
    rests_on,
    rests_on_topic,
    steps,
    trail,
)
from tutoring.notes.operations.moving import with_last_step
from tutoring.notes.policy import STAFF, eye, is_unsettled, sees_remark, sees_review, sees_submission
from tutoring.programme.calendar import is_late
from tutoring.programme.spec import NoteSpec

ORDER = tuple(Stage)
STOPPED = (State.ABSENT, State.NOT_VALIDATED, State.REFERRED, *SIDE_STATES)
MINE = {Side.LEARNER: Turn.LEARNER, Side.TUTOR: Turn.TUTOR, Side.COORDINATOR: Turn.COORDINATION}
# Said of the note beside its moves; the second is for staff alone.
OTHER_KINDS = (
    "note.opened",
    "note.tutor_assigned",
    "note.derogation_granted",
    "note.extended",
    "note.question_asked",
    "note.question_followed",
    "note.question_answered",
    "note.question_closed",
    "note.topic_change_asked",
    "note.topic_change_withdrawn",
    "note.topic_change_accepted",
    "note.topic_change_declined",
)


@dataclass(frozen=True)
class Step:
    """One step of the path. `state`: done, now, todo, stopped. `at`: when it was passed; `due`: its day to come."""

    key: Stage
    state: str
    at: datetime | None = None
    due: date | None = None


def path(
    note: ValidationNote,
    side: Side,
    spec: NoteSpec,
    deadlines: Mapping[str, date],
    happenings: Iterable[Happening] = (),
) -> tuple[Step, ...]:
    """The path of a note as this side sees it; the dates at which stages were passed need its `happenings`."""
    seen = visible_state(State(note.state), side)
    stood = State(note.stood_at) if note.stood_at else seen
    current = STAGE_OF[stood] or ORDER[0]
    stages = [Stage(stage.key) for stage in spec.stages] + [Stage.JURY, Stage.CERTIFICATE]
    passed = _passed(happenings, side)
    found = []
    for stage in stages:
        rank = ORDER.index(stage) - ORDER.index(current)
        state = "done" if rank < 0 else "todo" if rank else "stopped" if seen in STOPPED else "now"
        if seen is State.CERTIFIED:
            state = "done"
        at = passed.get(stage) if state == "done" else None
        found.append(Step(stage, state, at, None if state == "done" else deadlines.get(stage)))
    return tuple(found)


def _passed(happenings: Iterable[Happening], side: Side) -> dict[Stage, datetime]:
    """When each stage was last left for a later one."""
    when: dict[Stage, datetime] = {}
    for event in steps([one.event for one in happenings]):
        left, reached = State(event.data["left"]), State(event.data["state"])
        before, after = STAGE_OF[left], STAGE_OF[reached]
        forward = before and after and ORDER.index(after) > ORDER.index(before)
        if before and forward and visible_step(left, reached, side):
            when[before] = event.at
    return when


@dataclass(frozen=True)
class Standing:
    """Where a note stands for this reader: `mine` says that they are awaited; `due` is the learner's day."""

    state: State
    turn: Turn
    since: datetime
    mine: bool
    due: date | None
    late: bool


def standing(page: NotePage, now: datetime) -> Standing:
    """Whose turn it is and since when, as far as this reader may know."""
    side, state = eye(page.sides), State(page.note.state)
    seen = visible_state(state, side)
    turn = visible_turn(state, side)
    stage = STAGE_OF[seen]
    due = page.deadlines.get(stage) if stage and turn is Turn.LEARNER else None
    return Standing(
        state=seen,
        turn=turn,
        since=page.note.turn_since if side is Side.COORDINATOR else page.note.shown_since,
        mine=any(MINE.get(held) is turn for held in page.sides),
        due=due,
        late=is_late(now, due),
    )


@dataclass(frozen=True)
class Pages:
    """The pages that count of one part of a submission, against its bounds. `guessed`: no PDF says how many."""

    title: str
    counted: int
    least: int
    most: int
    outside: bool
    guessed: bool = False


@dataclass(frozen=True)
class Version:
    """One submission in the list of versions: its files, its answer if shown, its remarks by what they await.

    `carried`: how many of earlier versions wait on it.
    """

    submission: Submission
    review: Review | None
    items: tuple[SubmittedPart, ...]
    pages: tuple[Pages, ...]
    blocking: int
    waiting: int
    addressed: int
    settled: int
    praise: int
    carried: int

    @property
    def remarks(self) -> int:
        return self.blocking + self.waiting + self.addressed + self.settled + self.praise


def versions(page: NotePage) -> tuple[Version, ...]:
    """What was handed in, as far as this reader sees it, the latest first."""
    by_submission: dict[int, list[Remark]] = {}
    for remark in seen_remarks(page, page.note.remarks):
        by_submission.setdefault(remark.submission_id, []).append(remark)
    asking = {one.id for one in unsettled(seen_remarks(page, page.note.remarks))}
    carried = Counter(submission_id for submission_id, remark_id in page.carried if remark_id in asking)
    seen = [one for one in page.note.submissions if sees_submission(one, page.sides)]
    return tuple(
        _version(page, one, by_submission.get(one.id, []), carried[one.id]) for one in reversed(seen)
    )


def seen_remarks(page: NotePage, remarks: Iterable[Remark]) -> list[Remark]:
    """Those of these remarks that this reader sees."""
    return [one for one in remarks if sees_remark(one, page.sides)]


def seen_review(page: NotePage, submission: Submission) -> Review | None:
    """The answer to a submission, when this reader sees it."""
    review = submission.review
    return review if sees_review(review, page.sides) else None


def _version(page: NotePage, submission: Submission, remarks: Sequence[Remark], carried: int) -> Version:
    asking = [one for one in remarks if one.kind != RemarkKind.PRAISE]
    still = [one for one in asking if one.status == RemarkStatus.OPEN]
    blocking = sum(1 for one in still if one.kind == RemarkKind.BLOCKING)
    addressed = sum(1 for one in asking if one.status == RemarkStatus.ADDRESSED)
    return Version(
        submission=submission,
        review=seen_review(page, submission),
        items=tuple(submission.parts),
        pages=counted_pages(page, submission),
        blocking=blocking,
        waiting=len(still) - blocking,
        addressed=addressed,
        settled=len(asking) - len(still) - addressed,
        praise=len(remarks) - len(asking),
        carried=carried,
    )


def counted_pages(page: NotePage, submission: Submission) -> tuple[Pages, ...]:
    """The pages of each part: counted from its PDF, else guessed from its text. A plan has no bounds.

    `submission.parts` is loaded with documents.
    """
    if submission.stage not in (Stage.DRAFT, Stage.FINAL):
        return ()
    granted = {row.part for row in page.derogations}
    found = []
    for part in page.spec.parts:
        items = [item for item in submission.parts if item.part == part.key]
        counted = [item for item in items if item.pages is not None]
        guessed = [item for item in items if item.document is not None and item.document.estimate]
        for item in counted or guessed[:1]:
            pages = (
                item.pages if item.pages is not None else item.document.estimate if item.document else None
            )
            least = max((pages or 0) - item.excluded_pages, 0)
            outside = not part.pages_min <= least <= part.pages_max and part.key not in granted
            found.append(
                Pages(part.title, least, part.pages_min, part.pages_max, outside, guessed=item.pages is None)
            )
    return tuple(found)


@dataclass(frozen=True)
class Line:
    """One line of the history. `code`: a move's name or another event's kind; `turn`: who was awaited then."""

    code: str
    who: str
    side: str
    at: datetime
    turn: Turn | None
    mine: bool
    flags: tuple[str, ...]
    said: str
    data: dict[str, Any]


def history(page: NotePage) -> tuple[Line, ...]:
    """What happened to the note as this reader may know it, the latest first."""
    side = eye(page.sides)
    return tuple(_line(one, page, side) for one in reversed(page.happenings) if _shows(one, side))


def _shows(happening: Happening, side: Side) -> bool:
    data = happening.event.data
    if "left" not in data:
        return happening.event.kind in OTHER_KINDS
    return visible_step(State(data["left"]), State(data["state"]), side)


def _line(happening: Happening, page: NotePage, side: Side) -> Line:
    event = happening.event
    data = event.data
    moved = "left" in data
    turn = visible_turn(State(data["state"]), side) if moved else None
    private = data.get("private_reason", "") if page.sides & STAFF else ""
    return Line(
        code=data["move"] if moved else event.kind,
        who=happening.who,
        side=event.side or "",
        at=event.at,
        turn=turn,
        mine=any(MINE.get(held) is turn for held in page.sides),
        flags=tuple(data.get("flags", ())),
        said=data.get("reason", "") or private,
        data=data,
    )


@dataclass(frozen=True)
class Offer:
    """A move open to this reader, by this side. `way`: hand_in, review, aside (asks for a reason), undo."""

    name: str
    way: str
    side: Side


def offers(page: NotePage, now: datetime) -> tuple[Offer, ...]:
    """The moves that this reader may try now, the ordinary ones first; higher floors bring theirs as panels."""
    found: dict[str, Offer] = {}
    for side in (Side.LEARNER, Side.TUTOR, Side.COORDINATOR):
        if side not in page.sides:
            continue
        for move in offered(State(page.note.state), side):
            offer = _offer(page, move.name, side, now)
            if offer is not None and offer.name not in found:
                found[offer.name] = offer
    return tuple(found.values())


def _offer(page: NotePage, name: str, side: Side, now: datetime) -> Offer | None:
    if name == UNDO:
        return (
            Offer(name, "undo", side)
            if not refusals(State(page.note.state), name, side, undo_facts(page, now))
            else None
        )
    if name.startswith("submit_") or name == "replace_submission":
        answered = (latest := newest(page.note)) and latest.review and latest.review.released_at
        stage = STAGE_OF[State(page.note.state)]
        # Corrections after the jury come with it; what is answered is no longer replaced.
        if stage is Stage.JURY or (name == "replace_submission" and answered):
            return None
        return Offer(name, "hand_in", side)
    if side is Side.TUTOR and State(page.note.state).endswith("_review"):
        return Offer("review", "review", side)
    if side is Side.TUTOR and name == "clear_for_final":
        enough = drafts_reviewed(page.note) >= page.spec.min_drafts_reviewed
        return Offer(name, "aside", side) if enough else None
    return Offer(name, "aside", side) if name in WITH_A_REASON else None


def undo_facts(page: NotePage, now: datetime) -> Facts:
    """What an undo by this reader would rest on, as far as they know: an answer being written takes no button away."""
    events = [one.event for one in page.happenings]
    made = steps(events)
    if not made:
        return Facts()
    known = seen_remarks(page, page.note.remarks)
    touched = any(one.changed_at > made[-1].at for one in known)
    touched = touched or rests_on_topic(events, made[-1])
    facts = Facts(
        later_move=rests_on(page.note, made[-1], touched, hidden=lambda one: not sees_review(one, page.sides))
    )
    return with_last_step(trail(events).facts(facts), made, page.standing.person.id, now)


def unsettled(remarks: Iterable[Remark], *, blocking: bool = False) -> list[Remark]:
    """Those that still wait; `blocking` ones alone if asked."""
    return [one for one in remarks if is_unsettled(one) and (not blocking or one.kind == RemarkKind.BLOCKING)]


def to_answer(page: NotePage) -> int:
    """How many remarks wait for the learner's answer."""
    return sum(
        1
        for one in seen_remarks(page, page.note.remarks)
        if one.status == RemarkStatus.OPEN
        and one.visibility == Visibility.SHARED
        and one.kind != RemarkKind.PRAISE
    )
