"""The people and courses of the practice LMS, read from its school file as data (the two share no code)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "practice" / "school.toml"


@dataclass(frozen=True)
class Someone:
    """A person of the school: `duties` by course code; `learns`: the courses where they are a student."""

    id: str
    given_name: str
    family_name: str
    email: str
    lms: bool
    manager: bool
    duties: Mapping[str, tuple[str, ...]]
    learns: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class Course:
    """A course: its `id` is the LTI context id."""

    id: str
    code: str
    title: str


@dataclass(frozen=True)
class School:
    """The school as its file tells it; `platform` and `tool` are those tables of the file."""

    platform: Mapping[str, Any]
    tool: Mapping[str, Any]
    courses: tuple[Course, ...]
    people: tuple[Someone, ...]


def read_school(file: Path = FILE) -> School:
    """The school of this file."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    return School(
        platform=told["platform"],
        tool=told["tool"],
        courses=tuple(Course(one["id"], one["code"], one["title"]) for one in told["course"]),
        people=tuple(_someone(one) for one in told["directory"]["people"]),
    )


def _someone(told: Mapping[str, Any]) -> Someone:
    return Someone(
        id=told["id"],
        given_name=told["given_name"],
        family_name=told["family_name"],
        email=told["email"],
        lms=told.get("lms", True),
        manager=told.get("manager", False),
        duties={course: tuple(duties) for course, duties in told.get("duties", {}).items()},
        learns=tuple(course for course, role in told.get("roles", {}).items() if role == "student"),
    )
