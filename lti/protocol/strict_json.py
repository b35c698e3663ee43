"""Reading JSON that strangers wrote: one meaning, bounded depth, storable text, or a ValueError.

Python's reader accepts NaN and Infinity, keeps the last of two equal keys, dies of recursion on deep input,
and lets through lone surrogates and NUL, which no database takes. RFC 8259 (sections 4, 6, 8, 9) allows to
refuse them.
"""

import json
from typing import Any, Final, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH: Final = 32


class NotStrictJson(ValueError):
    """What came is not JSON, or is JSON in a way that two readers would understand differently."""


def parse(raw: bytes | str) -> Json:
    """The value that ``raw`` spells.

    Raises NotStrictJson on anything else: not UTF-8, not JSON, NaN or Infinity, duplicate keys, deeper than
    MAX_DEPTH, a lone surrogate, a NUL.
    """
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value: Json = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError) as error:
        raise NotStrictJson(type(error).__name__) from error
    _check(value)
    return value


def parse_object(raw: bytes | str) -> dict[str, Json]:
    """As ``parse``, and NotStrictJson unless it is an object."""
    value = parse(raw)
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    return value


def dump(value: Any) -> bytes:
    """Compact UTF-8 JSON; ValueError on NaN and Infinity."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _refuse_constant(name: str) -> Json:
    raise NotStrictJson(name)


def _refuse_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise NotStrictJson("duplicate key")
    return fields


def _check(value: Json) -> None:
    """Walk with a list of our own, so that no depth can exhaust the interpreter's stack."""
    waiting: list[tuple[Json, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise NotStrictJson("too deep")
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, list):
            waiting.extend((inner, depth + 1) for inner in item)
        elif isinstance(item, dict):
            for key, inner in item.items():
                _check_text(key)
                waiting.append((inner, depth + 1))


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise NotStrictJson("NUL")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotStrictJson("lone surrogate") from error
