"""Which lines a board shows and in what order, and what they amount to: who waits for whom, how many, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tutoring.desk.lines import Line
from tutoring.desk.order import ordered, plain
from tutoring.notes.moves import SIDE_STATES, Stage, State, Turn

SORTS = ("waiting", "name", "stage", "turn", "tutor", "remarks", "due")
# Beside the steps of the path: notes that were set aside, and learners whose note is not open.
ASIDE, UNOPENED = "aside", "unopened"
NO_TUTOR = "none"
LONGEST_TEXT = 100

_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What the board is asked for; '' or False asks nothing. `tutor`: a person's id as text, or NO_TUTOR.

    `text`: words of a learner's name or of a title, without accents or case. `over`: those whose tutor is to be
    reminded. `down`: the other way round.
    """

    stage: str = ""
    turn: str = ""
    tutor: str = ""
    text: str = ""
    late: bool = False
    over: bool = False
    sort: str = SORTS[0]
    down: bool = False

    @classmethod
    def asked(cls, arguments: Mapping[str, str]) -> Sieve:
        """What an address asks for; what makes no sense in it is left out."""
        sort, stage = arguments.get("sort", ""), arguments.get("stage", "")
        turn, tutor = arguments.get("turn", ""), arguments.get("tutor", "")
        return cls(
            stage=stage if stage in (*_ORDER, ASIDE, UNOPENED) else "",
            turn=turn if turn in tuple(Turn) else "",
            tutor=tutor if tutor == NO_TUTOR or (tutor.isascii() and tutor.isdecimal()) else "",
            text=" ".join(arguments.get("text", "").split())[:LONGEST_TEXT],
            late=arguments.get("late") == "1",
            over=arguments.get("over") == "1",
            sort=sort if sort in SORTS else SORTS[0],
            down=arguments.get("down") == "1",
        )

    def arguments(self, **changes: object) -> dict[str, str]:
        """The address' arguments for this sieve with some changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]
        given = {"stage": asked.stage, "turn": asked.turn, "tutor": asked.tutor, "text": asked.text}
        given |= {name: "1" for name in ("late", "over") if getattr(asked, name)}
        if asked.sort != SORTS[0]:
            given["sort"] = asked.sort
        if asked.down:
            given["down"] = "1"
        return {name: value for name, value in given.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether some lines are kept out."""
        return bool(self.stage or self.turn or self.tutor or self.text or self.late or self.over)

    def keeps(self, line: Line) -> bool:
        """Whether this line passes."""
        return (
            (not self.stage or self.stage == place_of(line))
            and (not self.turn or line.turn == self.turn)
            and (not self.tutor or self.tutor == (str(line.tutor_id) if line.tutor_id else NO_TUTOR))
            and (not self.late or line.late)
            and (not self.over or line.to_remind)
            and (not self.text or holds(line, self.text))
        )


def holds(line: Line, text: str) -> bool:
    """Whether each of these words is in the learner's name or the note's title."""
    words = plain(f"{line.name} {line.family_name} {line.title}")
    return all(word in words for word in plain(text).split())


def place_of(line: Line) -> str:
    """Where the board files this line: a step of the path, ASIDE or UNOPENED."""
    if line.state is None:
        return UNOPENED
    if line.state in SIDE_STATES:
        return ASIDE
    return str(line.at or Stage.CERTIFICATE)


def sift(lines: Iterable[Line], sieve: Sieve) -> tuple[Line, ...]:
    """The lines that pass, in the order asked for."""
    return ordered((line for line in lines if sieve.keeps(line)), sieve.sort, down=sieve.down)


@dataclass(frozen=True, slots=True)
class Awaited:
    """How many notes wait for somebody, and for how many days the oldest has."""

    count: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What the lines of a cohort amount to. `over_goal`: reviews beyond the delay that tutors aim at; `to_remind`:
    notes on which anything at all is; `questions` open, `changes` of topic asked.
    """

    learners: int
    awaited: Mapping[Turn, Awaited]
    over_goal: int
    to_remind: int
    questions: int
    changes: int
    late: int
    without_tutor: int
    unopened: int
    aside: int
    certified: int


def tally(lines: Sequence[Line]) -> Tally:
    """Count the lines, whatever a sieve shows of them."""
    return Tally(
        learners=len(lines),
        awaited={turn: _awaited(lines, turn) for turn in Turn},
        over_goal=sum(line.over_goal for line in lines),
        to_remind=sum(line.to_remind for line in lines),
        questions=sum(line.pending.questions for line in lines),
        changes=sum(line.pending.change_id is not None for line in lines),
        late=sum(line.late for line in lines),
        without_tutor=sum(_lacks_tutor(line) for line in lines),
        unopened=sum(line.state is None for line in lines),
        aside=sum(line.state in SIDE_STATES for line in lines),
        certified=sum(line.state is State.CERTIFIED for line in lines),
    )


def _awaited(lines: Iterable[Line], turn: Turn) -> Awaited:
    days = [line.days or 0 for line in lines if line.turn is turn]
    return Awaited(len(days), max(days, default=0))


def _lacks_tutor(line: Line) -> bool:
    """Whether somebody should be found to follow this note; one that was set aside or has ended needs nobody."""
    ended = (State.CERTIFIED, State.NOT_VALIDATED, State.ABSENT, *SIDE_STATES)
    return line.tutor_id is None and line.state not in ended
