"""The school of the practice LMS: courses, links, people and the one tool it knows, from `school.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DEFAULT_FILE = Path(__file__).with_name("school.toml")

EDITING_TEACHER = "editingteacher"
TEACHER = "teacher"
STUDENT = "student"


@dataclass(frozen=True)
class Platform:
    """The LMS itself. `url` is the issuer, without a trailing slash."""

    url: str
    name: str
    guid: str
    family: str
    version: str
    auth: str
    token: str
    jwks: str

    @property
    def auth_url(self) -> str:
        return self.url + self.auth

    @property
    def token_url(self) -> str:
        return self.url + self.token

    @property
    def jwks_url(self) -> str:
        return self.url + self.jwks


@dataclass(frozen=True)
class Tool:
    """The registered tool. `url` is its base address, without a trailing slash."""

    url: str
    name: str
    client_id: str
    deployment_id: str
    login: str
    launch: str
    jwks: str
    sign_in: str

    @property
    def login_url(self) -> str:
        return self.url + self.login

    @property
    def launch_url(self) -> str:
        return self.url + self.launch

    @property
    def jwks_url(self) -> str:
        return self.url + self.jwks

    @property
    def sign_in_url(self) -> str:
        return self.url + self.sign_in

    def owns(self, address: str) -> bool:
        """Whether an address lies on the tool's own origin."""
        return urlsplit(address)[:2] == urlsplit(self.url)[:2]


@dataclass(frozen=True)
class Link:
    """A resource link in a course. `grade_max` is its own column's maximum, None where it has no column."""

    id: str
    course: str
    title: str
    text: str
    url: str
    custom: Mapping[str, str]
    grade_max: float | None = None


@dataclass(frozen=True)
class Course:
    id: str
    code: str
    label: str
    title: str
    subtitle: str
    dates: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Person:
    """Somebody of the school; `roles`, `duties` and `suspended` go by course code."""

    id: str
    given_name: str
    family_name: str
    email: str
    lms: bool
    manager: bool
    roles: Mapping[str, str]
    duties: Mapping[str, tuple[str, ...]]
    suspended: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def username(self) -> str:
        return self.email.partition("@")[0]

    def role(self, course: Course) -> str | None:
        """The Moodle role in a course, None when not enrolled or suspended there."""
        return None if course.code in self.suspended else self.roles.get(course.code)

    def duty(self, course: Course) -> tuple[str, ...]:
        return self.duties.get(course.code, ())

    def may_enter(self, course: Course) -> bool:
        return self.lms and (self.manager or self.role(course) is not None)

    def teaches(self, course: Course) -> bool:
        """Moodle's mod/lti:manage: editing and non-editing teachers, and managers everywhere."""
        return self.manager or self.role(course) in (EDITING_TEACHER, TEACHER)

    def edits(self, course: Course) -> bool:
        """Moodle's moodle/course:manageactivities: editing teachers and managers."""
        return self.manager or self.role(course) == EDITING_TEACHER


@dataclass(frozen=True)
class School:
    platform: Platform
    tool: Tool
    courses: tuple[Course, ...]
    people: tuple[Person, ...]

    def person(self, person_id: str | None) -> Person | None:
        return next((person for person in self.people if person.id == person_id), None)

    def person_of(self, email: str) -> Person | None:
        return next((person for person in self.people if person.email == email.lower()), None)

    def course(self, course_id: str) -> Course | None:
        return next((course for course in self.courses if course.id == course_id), None)

    def enrolled(self, course: Course) -> list[Person]:
        """Everyone with an active enrolment, by family name as Moodle lists them."""
        here = [person for person in self.people if person.lms and person.role(course)]
        return sorted(here, key=lambda person: (person.family_name.lower(), person.given_name.lower()))

    def learners(self, course: Course) -> list[Person]:
        return [person for person in self.enrolled(course) if person.role(course) == STUDENT]


def load_school(
    file: Path = DEFAULT_FILE, *, tool_url: str | None = None, platform_url: str | None = None
) -> School:
    """Read a school file; the two addresses given here replace those of the file.

    Raises KeyError or TypeError when the file lacks a key or holds one that no part of the school has.
    """
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    platform, tool = Platform(**data["platform"]), Tool(**data["tool"])
    if platform_url:
        platform = replace(platform, url=platform_url.rstrip("/"))
    if tool_url:
        tool = replace(tool, url=tool_url.rstrip("/"))
    return School(
        platform=platform,
        tool=tool,
        courses=tuple(_course(row, tool) for row in data["course"]),
        people=tuple(_person(row) for row in data["directory"]["people"]),
    )


def _course(row: dict[str, Any], tool: Tool) -> Course:
    links = tuple(Link(course=row["id"], url=tool.launch_url, **link) for link in row.pop("link"))
    return Course(links=links, **row)


def _person(row: dict[str, Any]) -> Person:
    roles: dict[str, str] = row.get("roles", {})
    duties = {code: ("learner",) for code, role in roles.items() if role == STUDENT}
    duties |= {code: tuple(names) for code, names in row.get("duties", {}).items()}
    given: dict[str, Any] = {"lms": True, "manager": False} | row
    given |= {"roles": roles, "duties": duties, "suspended": frozenset(row.get("suspended", ()))}
    return Person(**given)
