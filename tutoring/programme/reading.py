"""How a plain tree of values (TOML, JSON, a form) is read into typed facts, every fault found at once."""

import datetime as dt
import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Param = str | int | float

_CLOCK = re.compile(r"([01]?\d|2[0-3])\s*[:h]\s*([0-5]\d)?")
# Stands for a table whose absence is already noted: nothing more is said of what it should hold.
_NOTED = object()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Fault:
    """One wrong value: where it stands in the tree, the code of what is wrong, facts for a sentence."""

    path: Path
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


class Invalid(ValueError):
    """A tree that could not be read; `faults` lists all that is wrong in it, in the order it was read."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{dotted(f.path)}: {f.code}" for f in self.faults))


def dotted(path: Path) -> str:
    """A path as a person writes it: `gatherings[0].days[1].date`."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


class Faults:
    """The faults found so far; cross-checks ask it which values were read well enough to be compared."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, path: Path, code: str, /, **params: Param) -> None:
        self.found.append(Fault(path, code, params))

    def sound(self, *paths: Path) -> bool:
        """Whether nothing is wrong at these paths, below them, nor with the tables that hold them."""
        return not any(
            fault.path[: len(path)] == path[: len(fault.path)] for fault in self.found for path in paths
        )


class Table:
    """One table of the tree. A question names a key; a wrong answer notes a fault and gives a neutral value.

    Codes: missing, unknown_key, wrong_type, empty, too_small, too_large, not_one_of, bad_date, bad_time.
    A table that is none answers with neutral values and notes nothing more. A caller that finds faults
    must throw away what it built.
    """

    def __init__(self, value: object, path: Path, faults: Faults) -> None:
        self.path = path
        self.faults = faults
        self._asked: set[str] = set()
        self._values: Mapping[str, object] = {}
        self._readable = isinstance(value, Mapping)
        if isinstance(value, Mapping):
            self._values = value
        elif value is not _NOTED:
            faults.add(path, "wrong_type", expected="table", got=_kind(value))

    def at(self, key: str) -> Path:
        return (*self.path, key)

    def sound(self, *keys: str) -> bool:
        """Whether these keys are present and without fault."""
        return all(self.has(key) for key in keys) and self.faults.sound(*(self.at(key) for key in keys))

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return self._values.get(key) is not None

    def wrong(self, key: str, code: str, /, **params: Param) -> None:
        self.faults.add(self.at(key), code, **params)

    def close(self) -> None:
        """Note every key that nobody asked for: a typo must not pass for a silence."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, 1)
                self.wrong(key, "unknown_key", key=key, **({"near": near[0]} if near else {}))

    def text(self, key: str, default: str | None = None) -> str:
        value = self._ask(key, str, "text", required=default is None)
        if not isinstance(value, str):
            return default or ""
        if default is None and not value.strip():
            self.wrong(key, "empty", key=key)
        return value.strip()

    def slug(self, key: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", value):
            self.wrong(key, "bad_slug", value=value)
        return value

    def choice(self, key: str, options: Collection[str]) -> str:
        value = self.text(key)
        if self.sound(key):
            self._one_of(self.at(key), value, options)
        return value

    def integer(self, key: str, *, default: int | None = None, least: int = 0, most: int = 10_000) -> int:
        value = self._ask(key, int, "integer", required=default is None)
        if not isinstance(value, int):
            return default if default is not None else least
        self._within(key, value, least, most)
        return value

    def optional_integer(self, key: str, *, least: int = 0, most: int = 10_000) -> int | None:
        return self.integer(key, default=0, least=least, most=most) if self.has(key) else None

    def ratio(self, key: str) -> float:
        value = self._ask(key, (int, float), "number", required=True)
        if not isinstance(value, int | float):
            return 1.0
        self._within(key, value, 0, 1)
        return float(value)

    def truth(self, key: str, default: bool) -> bool:
        value = self._ask(key, bool, "boolean", required=False)
        return value if isinstance(value, bool) else default

    def day(self, key: str) -> dt.date:
        value = self._ask(key, (dt.date, str), "date", required=True)
        if isinstance(value, dt.datetime):
            self.wrong(key, "wrong_type", expected="date", got="date-time")
        elif isinstance(value, dt.date):
            return value
        elif isinstance(value, str):
            try:
                if _DAY.fullmatch(value.strip()):
                    return dt.date.fromisoformat(value.strip())
            except ValueError:
                pass
            self.wrong(key, "bad_date", value=value)
        return dt.date.min

    def optional_day(self, key: str) -> dt.date | None:
        return self.day(key) if self.has(key) else None

    def clock(self, key: str) -> dt.time:
        """An hour of the day: a TOML local time, or text as people write it ("09:30", "9h30", "14h")."""
        value = self._ask(key, (dt.time, str), "time", required=True)
        if isinstance(value, dt.time):
            return value
        if isinstance(value, str):
            match = _CLOCK.fullmatch(value.strip())
            if match and (match.group(2) or "h" in value):
                return dt.time(int(match.group(1)), int(match.group(2) or 0))
            self.wrong(key, "bad_time", value=value)
        return dt.time.min

    def texts(
        self, key: str, options: Collection[str] | None = None, *, required: bool = False
    ) -> tuple[str, ...]:
        """A list of texts, each among `options` where they are given, none of them twice."""
        read: list[str] = []
        for index, item in enumerate(self._list(key, required=required)):
            place = (*self.path, key, index)
            if not isinstance(item, str):
                self.faults.add(place, "wrong_type", expected="text", got=_kind(item))
            elif item in read:
                self.faults.add(place, "twice", value=item)
            else:
                read.append(item)
                if options is not None:
                    self._one_of(place, item, options)
        return tuple(read)

    def table(self, key: str) -> "Table":
        value = self._ask(key, Mapping, "table", required=True)
        return Table(_NOTED if value is None else value, self.at(key), self.faults)

    def optional_table(self, key: str) -> "Table | None":
        return self.table(key) if self.has(key) else None

    def tables(self, key: str, *, required: bool = True) -> list["Table"]:
        items = self._list(key, required=required)
        return [Table(item, (*self.path, key, index), self.faults) for index, item in enumerate(items)]

    def _ask(self, key: str, kinds: type | tuple[type, ...], expected: str, *, required: bool) -> object:
        value = self._values[key] if self.has(key) else None
        if value is None:
            if required and self._readable:
                self.wrong(key, "missing", key=key)
            return None
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        # In Python true is an integer; in a brochure it is a slip.
        if isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds):
            return value
        self.wrong(key, "wrong_type", expected=expected, got=_kind(value))
        return None

    def _list(self, key: str, *, required: bool) -> list[object]:
        value = self._ask(key, (list, tuple), "list", required=required)
        items = list(value) if isinstance(value, list | tuple) else []
        if required and value is not None and not items:
            self.wrong(key, "empty", key=key)
        return items

    def _within(self, key: str, value: float, least: int, most: int) -> None:
        if value < least:
            self.wrong(key, "too_small", value=value, least=least)
        elif value > most:
            self.wrong(key, "too_large", value=value, most=most)

    def _one_of(self, place: Path, value: str, options: Collection[str]) -> None:
        if value not in options:
            self.faults.add(place, "not_one_of", value=value, options=", ".join(options))


def _kind(value: object) -> str:
    """What a person calls the type of a value of the tree."""
    names: tuple[tuple[type, str], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "text"),
        (dt.datetime, "date-time"),
        (dt.date, "date"),
        (dt.time, "time"),
        (Mapping, "table"),
        (list, "list"),
        (tuple, "list"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "nothing")
