"""What a panel must be made of, when it may deliberate, and how points are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutoring.jury.composition import Count, Judged, Member, faults, lacking, partial
from tutoring.jury.points import BadPoints, read_points, typed
from tutoring.programme.spec import JurySpec

SPEC = JurySpec(min_members=2, president_required=True, min_locked_evaluations=2, quorum=2)
NOTE = Judged(author_id=1, tutor_id=2)


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        ((), ("too_few_members", "president_missing")),
        ((Member(5, presides=True),), ("too_few_members",)),
        ((Member(5), Member(6)), ("president_missing",)),
        ((Member(5, presides=True), Member(6, presides=True)), ("several_presidents",)),
        ((Member(5, presides=True), Member(6)), ()),
    ],
)
def test_a_panel_lacks_what_the_rules_of_the_cohort_ask_for(members, codes):
    assert lacking(SPEC, members) == codes


def test_a_track_may_do_without_a_president():
    assert lacking(JurySpec(president_required=False), (Member(5), Member(6))) == ()


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        ((Member(1), Member(5, presides=True)), ("author_sits",)),
        ((Member(2, presides=True), Member(5)), ("tutor_presides",)),
        ((Member(2), Member(5, presides=True)), ()),
        ((Member(1, presides=True), Member(2)), ("author_sits",)),
        ((Member(5, presides=True), Member(6)), ()),
    ],
)
def test_an_author_never_sits_and_a_tutor_never_presides_over_their_learner(members, codes):
    assert partial(members, NOTE) == codes


def test_a_note_without_tutor_has_no_tutor_to_keep_away():
    assert partial((Member(5, presides=True), Member(6)), Judged(author_id=1)) == ()


def test_all_that_keeps_a_panel_from_judging_is_said_at_once():
    assert faults(SPEC, (Member(2, presides=True),), NOTE) == ("too_few_members", "tutor_presides")


@pytest.mark.parametrize(
    ("spec", "locked", "suffices"),
    [
        (SPEC, 1, False),
        (SPEC, 2, True),
        (JurySpec(min_locked_evaluations=1, quorum=2), 1, False),
        (JurySpec(min_locked_evaluations=3, quorum=1), 2, False),
        (JurySpec(min_locked_evaluations=0, quorum=1), 1, True),
    ],
)
def test_a_panel_deliberates_on_enough_locked_evaluations_and_a_quorum(spec, locked, suffices):
    assert Count(locked, 3).suffices(spec) is suffices


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [("14", 1400), ("14,5", 1450), ("14.25", 1425), (" 0 ", 0), ("20,00", 2000), ("0,75", 75)],
)
def test_points_are_read_with_a_comma_or_a_dot(text, hundredths):
    assert read_points(text, 20) == hundredths


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("quatorze", "not_a_number"),
        ("-1", "not_a_number"),
        ("1e3", "not_a_number"),
        ("٣", "not_a_number"),
        ("14,", "not_a_number"),
        ("", "not_a_number"),
        ("14,3", "not_a_quarter"),
        ("14,255", "not_a_number"),
        ("20,25", "above_most"),
    ],
)
def test_what_is_no_quarter_of_a_point_is_refused(text, code):
    with pytest.raises(BadPoints) as refused:
        read_points(text, 20)
    assert refused.value.code == code


@given(st.integers(min_value=0, max_value=80).map(lambda quarters: quarters * 25))
def test_what_is_shown_in_a_field_is_read_back_the_same(hundredths):
    assert read_points(typed(hundredths), 20) == hundredths
