"""A cohort is opened from its brochure and kept: its days, its people, its rules."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select

from tests.factories import CATALOGUE
from tutoring.people.operations import Names, add_person, make_institution
from tutoring.programme.models import Extension, Membership, Role, Standing
from tutoring.programme.operations import (
    DayFacts,
    Hours,
    add_speaker,
    admit,
    change_role,
    describe_jury,
    describe_note,
    grant_extension,
    import_track,
    invite_member,
    move_day,
    open_cohort,
    open_cohort_for,
    remove_speaker,
    set_dates,
    settle_join,
)
from tutoring.programme.queries import (
    calendar_of,
    day_numbered,
    deadlines_for,
    events_of,
    extensions_of,
    members_of,
    modules_of,
    standing_in,
    standings_of,
)
from tutoring.programme.reading import Invalid
from tutoring.store.events import history
from tutoring.store.outbox import OutboxRow
from tutoring.store.refusal import Refusal


def brochure(name):
    return (CATALOGUE / f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture
def now(clock):
    return clock()


@pytest.fixture
def cnam(db):
    return make_institution(db, slug="cnam", name="Cnam")


def person(db, institution, given, now):
    names = Names(given=given, family="Roux", email=f"{given}@example.org".lower())
    return add_person(db, institution.id, names, now=now)


@pytest.fixture
def standing(db, cnam, now):
    """The coordinator of a cohort of “Arts et culture”."""
    db.info["subscriptions"] = {**db.info["subscriptions"], "space.changed": ("index",)}
    coordinator = person(db, cnam, "Dominique", now)
    track = import_track(db, cnam.id, brochure("arts-et-culture"), now=now)
    cohort = open_cohort(db, track, actor=coordinator, now=now)
    return Standing(cohort=cohort, person=coordinator, role=Role.COORDINATOR)


@pytest.fixture
def learner(db, cnam, standing, now):
    somebody = person(db, cnam, "Ana", now)
    admit(db, standing.cohort, somebody, Role.LEARNER, actor=None, now=now)
    return somebody


@pytest.mark.parametrize(
    ("name", "days", "halves", "modules", "events", "parts"),
    [("arts-et-culture", 15, 30, 11, 0, 1), ("education-populaire", 13, 26, 14, 1, 2)],
)
def test_both_brochures_open_as_announced(db, cnam, now, name, days, halves, modules, events, parts):
    track = import_track(db, cnam.id, brochure(name), now=now)
    cohort = open_cohort(db, track, actor=None, now=now)
    calendar = calendar_of(db, cohort.id)
    assert [day.number for day in calendar] == list(range(1, days + 1))
    assert sum(len(day.half_days) for day in calendar) == halves
    assert sum(half.minutes for day in calendar for half in day.half_days) == 90 * 60
    assert (len(modules_of(db, cohort.id)), len(events_of(db, cohort.id))) == (modules, events)
    assert (len(cohort.spec.parts), cohort.jury.grade_out_of) == (parts, cohort.spec.points)


def test_a_cohort_keeps_its_rules_when_its_track_is_imported_again(db, cnam, standing, now):
    changed = brochure("arts-et-culture").replace("pages_max = 20", "pages_max = 25")
    track = import_track(db, cnam.id, changed, now=now)
    assert track.id == standing.cohort.track_id
    assert standing.cohort.spec.parts[0].pages_max == 20
    assert open_cohort(db, track, actor=None, now=now, name="2027").spec.parts[0].pages_max == 25


def test_a_brochure_with_errors_is_refused(db, cnam, now):
    with pytest.raises(Refusal, match="brochure_wrong"):
        import_track(db, cnam.id, "[track]", now=now)


def test_two_cohorts_of_a_track_have_two_names(db, standing, now):
    with pytest.raises(Refusal, match="cohort_exists"):
        open_cohort(db, standing.cohort.track, actor=None, now=now)


def test_who_opens_a_cohort_coordinates_it_unless_it_is_for_another(db, cnam, standing, now):
    admin = person(db, cnam, "Ada", now)
    facts = {"name": "2027", "coordinator_name": "Lou Blanc", "coordinator_email": "lou@example.org"}
    cohort = open_cohort_for(db, standing.cohort.track, admin, **facts, now=now)
    assert [(m.person.name, m.role) for m in members_of(db, cohort.id)] == [("Lou Blanc", "coordinator")]
    assert standing_in(db, standing.person, standing.cohort.id).role == Role.COORDINATOR
    assert standing_in(db, admin, cohort.id) is None


def facts_of(day, **changes):
    facts = DayFacts(
        date=day.date,
        title=day.title,
        place=day.place,
        about=day.about,
        hours={half.id: Hours(half.starts, half.ends) for half in day.half_days},
        lunch=Hours(time(12, 30), time(14)),
    )
    return replace(facts, **changes)


@pytest.fixture
def day(db, standing):
    db.flush()
    return day_numbered(db, standing.cohort.id, 2)


def move(db, standing, day, now, **changes):
    seen = changes.pop("seen_version", day.version)
    return move_day(db, standing, day, facts_of(day, **changes), seen_version=seen, now=now)


def sent(db, topic):
    """What was said since the cohort was opened, which says once that its whole programme is there."""
    said = [row.payload for row in db.scalars(select(OutboxRow).where(OutboxRow.topic == topic))]
    return [payload for payload in said if payload.get("day_id", 0) is not None]


def test_a_new_cohort_is_told_to_the_index_as_a_whole(db, standing):
    row = db.scalar(select(OutboxRow).where(OutboxRow.topic == "space.changed"))
    assert row.payload == {"cohort_id": standing.cohort.id, "day_id": None}


def test_a_moved_day_is_told_to_every_other_member_and_to_the_index(db, standing, learner, day, now):
    before = day.version
    move(db, standing, day, now, date=date(2026, 10, 20), place="Opale")
    db.flush()
    assert day.version == before + 1
    (mail,) = sent(db, "mail.wanted")
    assert (mail["person_id"], mail["template"], mail["path"]) == (
        learner.id,
        "day_moved",
        f"/c/{day.cohort_id}/days/2",
    )
    assert (mail["params"]["before"]["date"], mail["params"]["after"]["date"]) == ("2026-10-13", "2026-10-20")
    assert (mail["params"]["by"], mail["params"]["after"]["place"]) == ("Dominique Roux", "Opale")
    assert sent(db, "space.changed") == [{"cohort_id": day.cohort_id, "day_id": day.id}]
    assert [event.kind for event in history(db, day)] == ["day.moved"]


def test_new_hours_alone_are_a_move_and_a_new_version(db, standing, learner, day, now):
    before, half = day.version, day.half_days[0]
    hours = {half.id: Hours(time(10), time(12, 30))}
    move(db, standing, day, now, hours=hours)
    db.flush()
    assert (day.version, half.starts, day.half_days[1].starts) == (before + 1, time(10), time(14))
    assert len(sent(db, "mail.wanted")) == 1


def test_a_new_title_is_told_to_the_index_alone(db, standing, learner, day, now):
    move(db, standing, day, now, title="Autre titre", about="# Programme")
    assert (len(sent(db, "mail.wanted")), len(sent(db, "space.changed"))) == (0, 1)
    assert [event.kind for event in history(db, day)] == ["day.described"]


def test_the_same_day_written_again_is_told_to_nobody(db, standing, learner, day, now):
    move(db, standing, day, now)
    assert (sent(db, "mail.wanted"), sent(db, "space.changed")) == ([], [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen_version": 0}, "stale_page"),
        ({"date": date(2026, 10, 12)}, "day_taken"),
        ({"date": date(2026, 10, 11)}, "day_outside_cohort"),
        ({"date": date(2027, 6, 9)}, "day_outside_cohort"),
    ],
)
def test_a_day_is_not_moved_blindly(db, standing, day, now, changes, code):
    with pytest.raises(Refusal, match=code):
        move(db, standing, day, now, **changes)


def test_wrong_hours_are_all_found_at_once(db, standing, day, now):
    first, second = (half.id for half in day.half_days)
    hours = {first: Hours(time(12), time(12)), second: Hours(time(11), time(17))}
    with pytest.raises(Invalid) as wrong:
        move(db, standing, day, now, hours=hours)
    assert [(fault.path, fault.code) for fault in wrong.value.faults] == [
        (("half_days", 0, "ends"), "hours_crossed"),
        (("lunch_starts",), "lunch_overlaps"),
    ]
    hours = {first: Hours(time(9), time(13)), second: Hours(time(12), time(17))}
    with pytest.raises(Invalid) as wrong:
        move(db, standing, day, now, hours=hours, lunch=None)
    assert [(fault.path, fault.code) for fault in wrong.value.faults] == [
        (("half_days", 1, "starts"), "half_days_overlap")
    ]


def test_speakers_are_named_once_and_removed(db, cnam, standing, learner, day, now):
    named = add_speaker(db, standing, day, name=" Jeanne Roy ", person=None, now=now)
    known = add_speaker(db, standing, day, name="", person=learner, now=now)
    assert [(s.name, s.person_id) for s in (named, known)] == [("Jeanne Roy", None), ("Ana Roux", learner.id)]
    for name, somebody in (("Jeanne Roy", None), ("x", learner)):
        with pytest.raises(Refusal, match="speaker_twice"):
            add_speaker(db, standing, day, name=name, person=somebody, now=now)
    with pytest.raises(Refusal, match="speaker_unnamed"):
        add_speaker(db, standing, day, name=" ", person=None, now=now)
    remove_speaker(db, standing, day, named, now=now)
    db.flush()
    db.expire(day)
    assert [s.name for s in day_numbered(db, day.cohort_id, 2).speakers] == ["Ana Roux"]
    assert len(sent(db, "space.changed")) == 3


def test_a_member_is_invited_by_mail_once(db, standing, learner, now):
    invited = invite_member(
        db,
        standing.cohort,
        standing.person,
        name="Lou Blanc",
        email="Lou@example.org",
        role=Role.STAFF,
        now=now,
    )
    (mail,) = sent(db, "mail.wanted")
    assert (mail["person_id"], mail["template"], mail["path"]) == (
        invited.person_id,
        "invitation",
        f"/c/{standing.cohort.id}/",
    )
    assert mail["params"] == {
        "by": "Dominique Roux",
        "cohort": standing.cohort.name,
        "role": "staff",
        "institution": "Cnam",
    }
    for email in ("lou@example.org", "ANA@example.org"):
        with pytest.raises(Refusal, match="already_member"):
            invite_member(
                db, standing.cohort, standing.person, name="x", email=email, role=Role.GUEST, now=now
            )


def test_a_cohort_always_has_a_coordinator(db, cnam, standing, learner, now):
    (own,) = members_of(db, standing.cohort.id, Role.COORDINATOR)
    with pytest.raises(Refusal, match="last_coordinator"):
        change_role(db, standing, own, Role.STAFF, now=now)
    (other,) = members_of(db, standing.cohort.id, Role.LEARNER)
    with pytest.raises(Refusal, match="stale_page"):
        change_role(db, standing, other, Role.COORDINATOR, seen_role="guest", now=now)
    change_role(db, standing, other, Role.COORDINATOR, seen_role="learner", now=now)
    change_role(db, standing, own, Role.STAFF, seen_role="coordinator", now=now)
    assert [event.kind for event in history(db, other)] == ["membership.began", "membership.role_changed"]


def dates_of(cohort, **changes):
    return {
        "starts_on": cohort.starts_on,
        "ends_on": cohort.ends_on,
        "jury_from": cohort.jury_from,
        "jury_to": cohort.jury_to,
        "deadlines": cohort.spec.deadlines,
        "seen_version": cohort.version,
        **changes,
    }


def test_stage_dates_are_set_and_an_extension_never_makes_anyone_earlier(db, standing, learner, now):
    cohort = standing.cohort
    grant_extension(
        db, standing, learner.id, stage="topic", until=date(2027, 2, 1), reason="maladie", now=now
    )
    later = {**cohort.spec.deadlines, "topic": date(2027, 2, 20), "draft": None}
    set_dates(db, standing, **dates_of(cohort, deadlines=later), now=now)
    db.flush()
    granted = extensions_of(db, cohort.id, learner.id)
    assert deadlines_for(cohort, granted) == {
        "topic": date(2027, 2, 20),
        "plan": date(2027, 3, 28),
        "final": date(2027, 5, 30),
    }
    with pytest.raises(Refusal, match="extension_not_later"):
        grant_extension(db, standing, learner.id, stage="topic", until=date(2027, 2, 20), reason="", now=now)
    grant_extension(db, standing, learner.id, stage="topic", until=date(2027, 3, 1), reason="", now=now)
    assert [row.until for row in db.scalars(select(Extension))] == [date(2027, 3, 1)]


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"ends_on": date(2026, 1, 1)}, ("ends_on",), "dates_inverted"),
        ({"jury_to": date(2027, 5, 1)}, ("jury_to",), "dates_inverted"),
        ({"starts_on": date(2026, 10, 13)}, ("starts_on",), "day_before"),
        ({"ends_on": date(2027, 6, 7)}, ("ends_on",), "day_after"),
        ({"deadlines": {"final": date(2027, 6, 2)}}, ("stages", 3, "deadline"), "deadline_after_jury"),
        (
            {"deadlines": {"topic": date(2027, 2, 2), "plan": date(2027, 2, 1)}},
            ("stages", 1, "deadline"),
            "deadline_order",
        ),
    ],
)
def test_dates_that_contradict_each_other_are_refused(db, standing, now, changes, path, code):
    with pytest.raises(Invalid) as wrong:
        set_dates(db, standing, **dates_of(standing.cohort, **changes), now=now)
    assert (wrong.value.faults[0].path, wrong.value.faults[0].code) == (path, code)


def test_the_note_is_described_and_the_grade_follows_the_rubric(db, standing, now):
    cohort = standing.cohort
    parts = [*cohort.note_spec["parts"], {"title": "Étude de cas", "pages_min": 3, "pages_max": 5}]
    rubric = [
        *cohort.note_spec["rubric"][:2],
        {"title": "Étude de cas", "points": 6, "description": ""},
        {"title": "Etude de cas !", "points": 4, "description": ""},
    ]
    describe_note(db, standing, {"parts": parts, "rubric": rubric}, seen_version=cohort.version, now=now)
    assert [part.key for part in cohort.spec.parts] == ["note", "etude-de-cas"]
    assert [row.key for row in cohort.spec.rubric][2:] == ["etude-de-cas", "etude-de-cas-2"]
    assert (cohort.spec.points, cohort.jury.grade_out_of) == (20, 20)
    db.flush()
    more = [*cohort.note_spec["rubric"], {"title": "Oral", "points": 5, "description": ""}]
    describe_note(db, standing, {"rubric": more}, seen_version=cohort.version, now=now)
    assert cohort.jury.grade_out_of == 25
    db.flush()
    with pytest.raises(Invalid, match="mark_above_grade"):
        describe_note(db, standing, {"rubric": more[:1]}, seen_version=cohort.version, now=now)
    with pytest.raises(Refusal, match="stale_page"):
        describe_note(db, standing, {}, seen_version=cohort.version - 1, now=now)


def test_the_jury_may_give_a_grade_or_none(db, standing, now):
    cohort = standing.cohort
    ungraded = {"pass_mark": None, "quorum": 2, "min_members": 3}
    describe_jury(db, standing, ungraded, graded=False, seen_version=cohort.version, now=now)
    assert (cohort.jury.grade_out_of, cohort.jury.min_members) == (None, 3)
    db.flush()
    describe_jury(db, standing, {"pass_mark": 12}, graded=True, seen_version=cohort.version, now=now)
    assert (cohort.jury.grade_out_of, cohort.jury.pass_mark) == (20, 12)
    db.flush()
    with pytest.raises(Invalid, match="quorum_above_members"):
        describe_jury(db, standing, {"quorum": 4}, graded=True, seen_version=cohort.version, now=now)


def test_two_members_become_one_when_their_records_are_united(db, cnam, standing, learner, now):
    double = person(db, cnam, "Double", now)
    admit(db, standing.cohort, double, Role.COORDINATOR, actor=None, now=now)
    other = person(db, cnam, "Lou", now)
    admit(db, standing.cohort, other, Role.STAFF, actor=None, now=now)
    settle_join(db, other, double)
    assert [row.role for row in db.scalars(select(Membership).where(Membership.person_id == other.id))] == [
        "coordinator"
    ]
    assert standings_of(db, double) == []
    with pytest.raises(Refusal, match="join_collides"):
        settle_join(db, other, learner)


def test_to_admit_somebody_twice_changes_nothing(db, standing, learner, now):
    admit(db, standing.cohort, learner, Role.STAFF, actor=None, now=now)
    assert standing_in(db, learner, standing.cohort.id).role == Role.LEARNER
