"""What the demo begins with: an institution, its platform, two cohorts with their people, days and notes."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.demo.exchanges import save_remarks
from lti.demo.handing import Papers, files_told
from lti.demo.notes import Walk, walk_notes
from lti.demo.pdf import text_pdf
from lti.demo.school import Course, School, Someone, read_school
from lti.models import CourseLink, Platform, ResourceLink
from lti.operations import CourseFacts, PlatformFacts, link_course, register_platform
from resources.operations import add_file, add_link, publish
from tutoring.notes.operations import open_note
from tutoring.people.models import Institution, Person
from tutoring.people.operations import (
    Names,
    absorb,
    invite,
    invite_administrator,
    know,
    make_institution,
)
from tutoring.programme.calendar import instant
from tutoring.programme.models import Cohort, Day, Role, Standing
from tutoring.programme.operations import add_speaker, admit, import_track, open_cohort
from tutoring.programme.queries import calendar_of, standing_in
from tutoring.store.files import FileStore, stage

HERE = Path(__file__).parent
CATALOGUE = HERE.parent.parent / "tutoring" / "programme" / "catalogue"
EVENING = 18
# Nobody is mailed about what happened before the demo began.
SILENT = "mail.wanted"


@dataclass(frozen=True)
class Making:
    """What the makers share: the session, the story, the school, the present instant."""

    db: Session
    files: FileStore
    secret: str
    story: Mapping[str, Any]
    school: School
    now: datetime
    papers: Papers
    people: dict[str, Person] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)

    def standing(self, course: str, person: str) -> Standing:
        found = standing_in(self.db, self.people[person], self.cohorts[course].id)
        assert found is not None
        return found


def make_data(db: Session, files: FileStore, *, secret: str, platform_url: str, now: datetime) -> None:
    """Make all of it in the session's transaction; the same story and instant make the same data."""
    subscriptions = dict(db.info.get("subscriptions", {}))
    db.info["subscriptions"] = {topic: who for topic, who in subscriptions.items() if topic != SILENT}
    story = tomllib.loads((HERE / "story.toml").read_text(encoding="utf-8"))
    papers = Papers(files_told(story))
    try:
        _make(Making(db, files, secret, story, read_school(), now, papers), platform_url)
    finally:
        papers.close()
    db.info["subscriptions"] = subscriptions


def _make(making: Making, platform_url: str) -> None:
    story = making.story
    institution = make_institution(making.db, **story["institution"])
    platform = _register(making, institution, platform_url)
    _know_everybody(making, institution, platform)
    for told in story["cohort"]:
        course = next(one for one in making.school.courses if one.code == told["course"])
        _open(making, institution, platform, course, told["track"])
    _fill_days(making)
    for told in story["cohort"]:
        walk_notes(_walk(making, told))
    for person, said in story["saved"].items():
        save_remarks(making.db, making.people[person], said, making.now)


def follow_ports(db: Session, platform_url: str) -> None:
    """When the practice LMS has moved to another port, what was known of it moves along."""
    told = read_school()
    platform = db.scalar(select(Platform).where(Platform.client_id == told.tool["client_id"]))
    if platform is None or platform.issuer == platform_url:
        return
    before, platform.issuer = platform.issuer, platform_url
    rows: list[tuple[Any, tuple[str, ...]]] = [(platform, ("login_url", "token_url", "jwks_url"))]
    rows += [(row, ("memberships_url",)) for row in db.scalars(select(CourseLink))]
    rows += [(row, ("lineitem_url", "lineitems_url")) for row in db.scalars(select(ResourceLink))]
    for row, names in rows:
        for name in names:
            address = getattr(row, name)
            if address and address.startswith(before):
                setattr(row, name, platform_url + address.removeprefix(before))


def _register(making: Making, institution: Institution, url: str) -> Platform:
    told, tool = making.school.platform, making.school.tool
    return register_platform(
        making.db,
        institution.id,
        PlatformFacts(
            name=told["name"],
            issuer=url,
            client_id=tool["client_id"],
            login_url=url + told["auth"],
            token_url=url + told["token"],
            jwks_url=url + told["jwks"],
            deployment_id=tool["deployment_id"],
        ),
        secret=making.secret,
        development=True,
        now=making.now,
    )


def _know_everybody(making: Making, institution: Institution, platform: Platform) -> None:
    for someone in making.school.people:
        making.people[someone.id] = _know(making, institution, platform, someone)


def _know(making: Making, institution: Institution, platform: Platform, someone: Someone) -> Person:
    db, now = making.db, making.now
    if not someone.lms:
        return invite(db, institution.id, name=someone.name, email=someone.email, now=now)
    person = know(
        db,
        institution.id,
        source=platform.source,
        subject=someone.id,
        names=Names(given=someone.given_name, family=someone.family_name, email=someone.email, locale="fr"),
        now=now,
    )
    if not someone.manager:
        return person
    administrator = invite_administrator(db, institution, name=someone.name, email=someone.email, now=now)
    absorb(db, administrator, person, now=now)
    return administrator


def _open(making: Making, institution: Institution, platform: Platform, course: Course, track: str) -> None:
    db, now = making.db, making.now
    source = (CATALOGUE / track).read_text(encoding="utf-8")
    coordinator = next(
        one for one in making.school.people if "coordinator" in one.duties.get(course.code, ())
    )
    cohort = open_cohort(
        db,
        import_track(db, institution.id, source, now=now),
        actor=making.people[coordinator.id],
        now=now,
    )
    making.cohorts[course.code] = cohort
    for someone in making.school.people:
        role = _role(someone, course.code)
        if role is not None:
            admit(db, cohort, making.people[someone.id], role, actor=None, now=now)
        if role is Role.LEARNER:
            open_note(db, cohort, making.people[someone.id], now=min(instant(cohort.starts_on, time(9)), now))
    facts = CourseFacts(platform_id=platform.id, context_id=course.id, title=course.title)
    link_course(db, facts, cohort, actor=making.people[coordinator.id], now=now)


def _role(someone: Someone, course: str) -> Role | None:
    if course in someone.learns:
        return Role.LEARNER
    duties = set(someone.duties.get(course, ()))
    if not duties:
        return None
    # A juror without an account in the LMS comes to judge, and reads the space without writing it.
    return Role.GUEST if not someone.lms and duties <= {"juror", "president"} else Role.STAFF


def _fill_days(making: Making) -> None:
    days = {
        (course, day.date): day
        for course, cohort in making.cohorts.items()
        for day in calendar_of(making.db, cohort.id)
    }
    for told in making.story["speaker"]:
        coordinator = _coordinator_of(making, told["course"])
        person = making.people[told["person"]]
        day = days[told["course"], told["date"]]
        add_speaker(making.db, coordinator, day, name="", person=person, now=making.now)
    for told in making.story["synthesis"]:
        publish(
            making.db,
            days[told["course"], told["date"]],
            making.people[told["by"]],
            title=told["title"],
            markdown=(HERE / "texts" / told["text"]).read_text(encoding="utf-8"),
            seen_version=0,
            now=_after(told["date"], 4, making.now),
        )
    for told in making.story["reading"]:
        facts = {name: told[name] for name in ("title", "author", "why", "url")}
        day, by = days[told["course"], told["date"]], making.people[told["by"]]
        add_link(making.db, day, by, **facts, now=_after(told["date"], 2, making.now))
    for told in making.story["paper"]:
        _add_paper(making, days[told["course"], told["date"]], told)


def _add_paper(making: Making, day: Day, told: Mapping[str, Any]) -> None:
    by, at = making.people[told["by"]], _after(told["date"], 2, making.now)
    upload = stage(
        making.db,
        making.files,
        io.BytesIO(text_pdf([told["lines"]])),
        institution_id=by.institution_id,
        person_id=by.id,
        filename=told["filename"],
        kind="pdf",
        now=at,
    )
    facts = {name: told[name] for name in ("title", "author", "why")}
    add_file(making.db, day, by, **facts, upload=upload, files=making.files, now=at)


def _after(day: date, days: int, now: datetime) -> datetime:
    """Some days after a training day, and in no case later than now."""
    return min(instant(day + timedelta(days=days), time(EVENING)), now)


def _coordinator_of(making: Making, course: str) -> Standing:
    someone = next(one for one in making.school.people if "coordinator" in one.duties.get(course, ()))
    return making.standing(course, someone.id)


def _walk(making: Making, told: Mapping[str, Any]) -> Walk:
    course = told["course"]
    return Walk(
        db=making.db,
        files=making.files,
        papers=making.papers,
        cohort=making.cohorts[course],
        coordinator=_coordinator_of(making, course).person,
        people=making.people,
        told=[note for note in making.story["note"] if note["course"] == course],
        panel=told["panel"],
        gap=timedelta(days=told["gap"]),
        words=making.story,
        now=making.now,
    )
