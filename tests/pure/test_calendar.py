"""Deadlines are days in local time; the clocks change twice a year."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutoring.programme.calendar import (
    deadline_instant,
    effective_deadline,
    instant,
    is_late,
    local_day,
    next_day,
    waiting_days,
)

MARCH = dt.date(2027, 3, 28)  # the night before, Paris goes to summer time
OCTOBER = dt.date(2026, 10, 25)  # the night before, Paris goes back to winter time


def utc(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)


def test_the_latest_of_the_days_given_counts() -> None:
    first, second, third = dt.date(2027, 3, 1), dt.date(2027, 3, 8), dt.date(2027, 3, 15)
    assert effective_deadline(first) == first
    assert effective_deadline(first, second) == second
    assert effective_deadline(first, second, third) == third
    assert effective_deadline(third, second, first) == third


def test_an_extension_counts_even_where_no_common_day_is_set() -> None:
    assert effective_deadline(None, MARCH) == MARCH
    assert effective_deadline(None) is None


def test_a_deadline_ends_at_the_last_second_of_its_local_day() -> None:
    assert deadline_instant(dt.date(2027, 1, 24)) == utc(2027, 1, 24, 22, 59, 59)
    assert deadline_instant(dt.date(2027, 6, 30)) == utc(2027, 6, 30, 21, 59, 59)


def test_on_the_days_when_the_clocks_change_a_deadline_still_ends_at_midnight() -> None:
    assert deadline_instant(dt.date(2027, 3, 27)) == utc(2027, 3, 27, 22, 59, 59)
    assert deadline_instant(MARCH) == utc(2027, 3, 28, 21, 59, 59)
    assert deadline_instant(dt.date(2026, 10, 24)) == utc(2026, 10, 24, 21, 59, 59)
    assert deadline_instant(OCTOBER) == utc(2026, 10, 25, 22, 59, 59)


def test_the_last_second_is_on_time_and_the_next_is_late() -> None:
    end = deadline_instant(MARCH)
    assert not is_late(end, MARCH)
    assert not is_late(end + dt.timedelta(microseconds=999_999), MARCH)
    assert is_late(end + dt.timedelta(seconds=1), MARCH)


def test_late_is_judged_in_paris_and_not_where_the_clock_of_the_sender_is() -> None:
    sent = dt.datetime(2027, 3, 28, 20, 0, tzinfo=ZoneInfo("America/Guadeloupe"))
    assert is_late(sent, MARCH)


def test_nothing_is_late_where_no_day_is_set() -> None:
    assert not is_late(utc(2030, 1, 1, 0), None)


def test_a_half_day_begins_at_the_same_local_hour_all_year() -> None:
    assert instant(dt.date(2026, 10, 14), dt.time(9, 30)) == utc(2026, 10, 14, 7, 30)
    assert instant(dt.date(2026, 11, 16), dt.time(9, 30)) == utc(2026, 11, 16, 8, 30)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        local_day(dt.datetime(2027, 3, 28, 12, 0))  # noqa: DTZ001


def test_the_next_day_may_be_today_and_the_days_come_in_any_order() -> None:
    days = [dt.date(2027, 3, 16), dt.date(2027, 1, 12), dt.date(2027, 3, 15)]
    assert next_day(days, dt.date(2027, 1, 12)) == dt.date(2027, 1, 12)
    assert next_day(days, dt.date(2027, 1, 13)) == dt.date(2027, 3, 15)
    assert next_day(days, dt.date(2027, 3, 17)) is None


def test_waiting_is_counted_in_local_calendar_days() -> None:
    since = utc(2027, 3, 27, 22, 30)  # 23:30 in Paris
    assert waiting_days(since, utc(2027, 3, 27, 22, 59)) == 0
    assert waiting_days(since, utc(2027, 3, 27, 23, 1)) == 1
    assert waiting_days(since, utc(2027, 3, 28, 22, 0)) == 2
    assert waiting_days(since, utc(2027, 3, 1, 0)) == 0


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)))
def test_every_deadline_belongs_to_its_own_day_and_the_next_second_to_the_next(day: dt.date) -> None:
    end = deadline_instant(day)
    assert (local_day(end), local_day(end + dt.timedelta(seconds=1))) == (day, day + dt.timedelta(days=1))
