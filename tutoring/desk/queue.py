"""Which lines a tutor's queue shows and in what order: what awaits them, then the notes that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tutoring.desk.lines import Line
from tutoring.desk.order import ordered
from tutoring.desk.tasks import Task
from tutoring.notes.moves import Turn

SORTS = ("age", "name", "stage", "due", "remarks")
# What a note awaits: something of its tutor, or somebody else.
OTHERS = (Turn.LEARNER, Turn.COORDINATION, Turn.JURY)
AWAITED = (*map(str, Task), *map(str, OTHERS))


@dataclass(frozen=True, slots=True)
class Ask:
    """What the queue is asked for: `awaits` a code of AWAITED ('' all), sorted one of SORTS, `down` the other way."""

    awaits: str = ""
    sort: str = SORTS[0]
    down: bool = False

    @classmethod
    def asked(cls, arguments: Mapping[str, str]) -> Ask:
        """What an address asks for; what makes no sense in it is left out."""
        awaits, sort = arguments.get("awaits", ""), arguments.get("sort", "")
        return cls(
            awaits=awaits if awaits in AWAITED else "",
            sort=sort if sort in SORTS else SORTS[0],
            down=arguments.get("down") == "1",
        )

    def arguments(self, **changes: object) -> dict[str, str]:
        """The address' arguments for this asking with some changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]
        given = {"awaits": asked.awaits, "sort": "" if asked.sort == SORTS[0] else asked.sort}
        given["down"] = "1" if asked.down else ""
        return {name: value for name, value in given.items() if value}

    def keeps(self, line: Line) -> bool:
        """Whether this line passes; a note that awaits its tutor is not filed under somebody else."""
        if not self.awaits:
            return True
        if line.todo:
            return any(todo.task == self.awaits for todo in line.todo)
        return line.turn == self.awaits and line.turn in OTHERS


@dataclass(frozen=True, slots=True)
class Queue:
    """The lines to show: those that await their tutor, and the others."""

    waiting: tuple[Line, ...]
    others: tuple[Line, ...]


def queue_of(lines: Iterable[Line], ask: Ask) -> Queue:
    """The lines of a tutor that pass, in the order asked for; the others by waiting where age says nothing of them."""
    kept = [line for line in lines if ask.keeps(line)]
    elsewhere = "waiting" if ask.sort == "age" else ask.sort
    return Queue(
        waiting=ordered((line for line in kept if line.todo), ask.sort, down=ask.down),
        others=ordered((line for line in kept if not line.todo), elsewhere, down=ask.down),
    )
