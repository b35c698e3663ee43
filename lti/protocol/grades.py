"""Assignment and Grade Services 2.0: line items, scores and results of one course on one platform.

Media types are compared whole by some platforms (Moodle), and line item addresses carry queries: ``/scores``
and ``/results`` go into the path, before the query.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from lti.protocol import strict_json
from lti.protocol.answers import read_json, read_object
from lti.protocol.claims import GradeService
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.http import Request
from lti.protocol.platform import Platform
from lti.protocol.strict_json import Json
from lti.protocol.tokens import Services
from lti.protocol.urls import with_path_suffix, with_query

_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM_SCOPE: Final = _SCOPE + "lineitem"
LINE_ITEM_READ_SCOPE: Final = _SCOPE + "lineitem.readonly"
RESULT_SCOPE: Final = _SCOPE + "result.readonly"
SCORE_SCOPE: Final = _SCOPE + "score"

LINE_ITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"


class Activity(StrEnum):
    """How far the learner is (section 3.4.7)."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class Grading(StrEnum):
    """How far the grading is (section 3.4.8); Moodle keeps a score only when it is FULLY_GRADED."""

    FULLY_GRADED = "FullyGraded"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    NOT_READY = "NotReady"


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of the gradebook (section 3.2); ``url`` is its ``id``, empty for one still to be created."""

    label: str
    score_maximum: float
    url: str = ""
    resource_id: str | None = None
    resource_link_id: str | None = None
    tag: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.score_maximum) and self.score_maximum > 0):
            raise ValueError("score_maximum: a positive number")


@dataclass(frozen=True, slots=True)
class Score:
    """What a learner gets (section 3.4). ``timestamp`` must be newer, in whole seconds for Moodle, than the
    last one sent for this person. ``given`` None says that there is no score (yet, or any more).
    """

    user_id: str
    timestamp: datetime
    activity: Activity
    grading: Grading
    given: float | None = None
    maximum: float | None = None
    comment: str | None = None
    started_at: datetime | None = None
    submitted_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.given is not None and self.maximum is None:
            raise ValueError("maximum: needed with given")
        if self.given is not None and not (math.isfinite(self.given) and self.given >= 0):
            raise ValueError("given: a number from 0")
        if self.maximum is not None and not (math.isfinite(self.maximum) and self.maximum > 0):
            raise ValueError("maximum: a positive number")


@dataclass(frozen=True, slots=True)
class Result:
    """What the platform shows a learner (section 3.3). Moodle leaves ``score`` out when it is 0."""

    user_id: str
    score: float | None
    maximum: float | None
    comment: str | None


class Gradebook:
    """The grade service of one course, with the scopes and addresses its launches gave (``GradeService``).

    Every method raises ServiceError: SCOPE_REFUSED without a call when the platform never offered the scope,
    GONE for a line item that is no more, CONFLICT for a score that is not newer.
    """

    def __init__(self, services: Services, platform: Platform, offered: GradeService) -> None:
        self._services = services
        self._platform = platform
        self._offered = offered

    def line_items(
        self,
        now: datetime,
        *,
        resource_id: str | None = None,
        resource_link_id: str | None = None,
        tag: str | None = None,
    ) -> tuple[LineItem, ...]:
        """The course's line items that match, from all pages."""
        filters = {"resource_id": resource_id, "resource_link_id": resource_link_id, "tag": tag}
        url = with_query(self._container(), {name: value for name, value in filters.items() if value})
        request = Request("GET", url, {"Accept": LINE_ITEMS_TYPE})
        pages = self._services.pages(self._platform, self._reading_scope(), request, now)
        return tuple(_line_item(entry) for page in pages for entry in _entries(read_json(page)))

    def line_item(self, url: str, now: datetime) -> LineItem:
        request = Request("GET", url, {"Accept": LINE_ITEM_TYPE})
        return _line_item(
            read_object(self._services.call(self._platform, self._reading_scope(), request, now))
        )

    def create(self, item: LineItem, now: datetime) -> LineItem:
        """The line item as the platform made it, with its ``url``."""
        return self._send("POST", self._container(), item, now)

    def update(self, item: LineItem, now: datetime) -> LineItem:
        """The line item as it is now. Read it first and change that: a PUT replaces the whole. In Moodle a
        changed ``score_maximum`` turns empty grades into 0.
        """
        return self._send("PUT", item.url, item, now)

    def delete(self, url: str, now: datetime) -> None:
        self._services.call(self._platform, self._scope(LINE_ITEM_SCOPE), Request("DELETE", url), now)

    def put_score(self, url: str, score: Score, now: datetime) -> None:
        """Send ``score`` to the line item at ``url``."""
        request = Request(
            "POST",
            with_path_suffix(url, "/scores"),
            {"Content-Type": SCORE_TYPE},
            strict_json.dump(_score_json(score)),
        )
        self._services.call(self._platform, self._scope(SCORE_SCOPE), request, now)

    def results(self, url: str, now: datetime, *, user_id: str | None = None) -> tuple[Result, ...]:
        """The results of the line item at ``url``, of one person or of all, from all pages."""
        address = with_path_suffix(url, "/results")
        if user_id is not None:
            address = with_query(address, {"user_id": user_id})
        request = Request("GET", address, {"Accept": RESULTS_TYPE})
        pages = self._services.pages(self._platform, self._scope(RESULT_SCOPE), request, now)
        return tuple(_result(entry) for page in pages for entry in _entries(read_json(page)))

    def _send(self, method: str, url: str, item: LineItem, now: datetime) -> LineItem:
        headers = {"Content-Type": LINE_ITEM_TYPE, "Accept": LINE_ITEM_TYPE}
        request = Request(method, url, headers, strict_json.dump(_line_item_json(item)))
        response = self._services.call(self._platform, self._scope(LINE_ITEM_SCOPE), request, now)
        return _line_item(read_object(response))

    def _container(self) -> str:
        if self._offered.lineitems is None:
            raise ServiceError(Fault.SCOPE_REFUSED, detail="lineitems")
        return self._offered.lineitems

    def _scope(self, scope: str) -> tuple[str, ...]:
        if scope not in self._offered.scopes:
            raise ServiceError(Fault.SCOPE_REFUSED, detail=scope.removeprefix(_SCOPE))
        return (scope,)

    def _reading_scope(self) -> tuple[str, ...]:
        """The narrower one where it is offered: Moodle may grant nothing else."""
        readonly = LINE_ITEM_READ_SCOPE in self._offered.scopes
        return self._scope(LINE_ITEM_READ_SCOPE if readonly else LINE_ITEM_SCOPE)


def _line_item_json(item: LineItem) -> dict[str, Any]:
    fields = {
        "id": item.url or None,
        "label": item.label,
        "scoreMaximum": _number(item.score_maximum),
        "resourceId": item.resource_id,
        "resourceLinkId": item.resource_link_id,
        "tag": item.tag,
        "startDateTime": _time_text(item.starts_at),
        "endDateTime": _time_text(item.ends_at),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _score_json(score: Score) -> dict[str, Any]:
    submission = {
        "startedAt": _time_text(score.started_at),
        "submittedAt": _time_text(score.submitted_at),
    }
    submission = {name: value for name, value in submission.items() if value is not None}
    fields = {
        "userId": score.user_id,
        "timestamp": _time_text(score.timestamp),
        "activityProgress": score.activity.value,
        "gradingProgress": score.grading.value,
        "scoreGiven": None if score.given is None else _number(score.given),
        "scoreMaximum": None if score.maximum is None else _number(score.maximum),
        "comment": score.comment,
        "submission": submission or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _time_text(when: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as section 3.4.5 wants it."""
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _entries(listed: Json) -> list[Mapping[str, Json]]:
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise ServiceError(Fault.UNREADABLE, detail="not a list of objects")
    return [entry for entry in listed if isinstance(entry, dict)]


def _line_item(entry: Mapping[str, Json]) -> LineItem:
    url, maximum = entry.get("id"), _finite(entry.get("scoreMaximum"))
    if not isinstance(url, str) or not url or maximum is None or maximum <= 0:
        raise ServiceError(Fault.UNREADABLE, detail="line item")
    return LineItem(
        label=_text(entry, "label") or "",
        score_maximum=maximum,
        url=url,
        resource_id=_text(entry, "resourceId"),
        resource_link_id=_text(entry, "resourceLinkId"),
        tag=_text(entry, "tag"),
        starts_at=_time(entry, "startDateTime"),
        ends_at=_time(entry, "endDateTime"),
    )


def _result(entry: Mapping[str, Json]) -> Result:
    user_id = _text(entry, "userId")
    if user_id is None:
        raise ServiceError(Fault.UNREADABLE, detail="result")
    score, maximum = _finite(entry.get("resultScore")), _finite(entry.get("resultMaximum"))
    return Result(user_id, score, maximum, _text(entry, "comment"))


def _text(entry: Mapping[str, Json], name: str) -> str | None:
    """A text, also where it comes as a number (ids of Moodle); None when absent, null or empty."""
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _finite(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _time(entry: Mapping[str, Json], name: str) -> datetime | None:
    value = entry.get(name)
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return when if when is None or when.tzinfo else when.replace(tzinfo=UTC)
