"""Days and hours as people count them: deadlines are days in local time, instants are stored in UTC."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_LAST_SECOND = dt.time(23, 59, 59)


def effective_deadline(
    common: dt.date | None, extension: dt.date | None = None, accommodation: dt.date | None = None
) -> dt.date | None:
    """The day that counts for one learner: the latest of those given; None when no day is set at all.

    An extension granted before the common day was moved later never makes a learner earlier than the others.
    """
    return max((day for day in (common, extension, accommodation) if day is not None), default=None)


def instant(day: dt.date, clock: dt.time, zone: ZoneInfo = PARIS) -> dt.datetime:
    """The UTC instant of a local day and hour, on either side of the change to summer or winter time."""
    return dt.datetime.combine(day, clock, tzinfo=zone).astimezone(dt.UTC)


def deadline_instant(day: dt.date, zone: ZoneInfo = PARIS) -> dt.datetime:
    """The UTC instant at which a deadline day ends: 23:59:59 local time."""
    return instant(day, _LAST_SECOND, zone)


def local_day(at: dt.datetime, zone: ZoneInfo = PARIS) -> dt.date:
    """The day people have on their calendar at an instant; a naive instant is refused (`ValueError`)."""
    if at.tzinfo is None:
        raise ValueError("an instant without a zone")
    return at.astimezone(zone).date()


def is_late(at: dt.datetime, deadline_day: dt.date | None, zone: ZoneInfo = PARIS) -> bool:
    """Whether what arrived at this instant came after its day; nothing is late where no day is set."""
    return deadline_day is not None and local_day(at, zone) > deadline_day


def next_day(days: Iterable[dt.date], today: dt.date) -> dt.date | None:
    """The first day that is today or later; the days may come in any order."""
    return min((day for day in days if day >= today), default=None)


def waiting_days(since: dt.datetime, now: dt.datetime, zone: ZoneInfo = PARIS) -> int:
    """How many local calendar days something has been waiting: 0 on the day it came, never less."""
    return max(0, (local_day(now, zone) - local_day(since, zone)).days)
