"""Assignment and Grade Services 2.0: columns, scores and results, refused and rounded as Moodle does.

Media types are compared whole: one parameter more and the answer is 400.
"""

import math
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, json, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as PlainResponse

from lti.practice.bearer import holds_scope
from lti.practice.claims import (
    LINE_ITEM,
    LINE_ITEM_READ,
    RESULT_READ,
    SCORE,
    line_item_address,
    line_items_address,
    type_query,
)
from lti.practice.running import practice
from lti.practice.school import Course
from lti.practice.store import Grade, LineItem

gradebook = Blueprint("gradebook", __name__, url_prefix="/services/<course_id>/lineitems")

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"


@gradebook.get("")
def line_items(course_id: str) -> ResponseReturnValue:
    """The columns, filtered by `resource_link_id`, `resource_id`, `tag`, in pages when `limit` is asked."""
    _accepts(LINE_ITEMS_TYPE)
    course = _course(course_id, LINE_ITEM, LINE_ITEM_READ)
    asked = request.args
    link = asked.get("resource_link_id", asked.get("lti_link_id"))
    wanted = (("link", link), ("resource_id", asked.get("resource_id")), ("tag", asked.get("tag")))
    items = [
        _item_json(item)
        for item in practice().store.line_items(course.id)
        if all(value is None or getattr(item, name) == value for name, value in wanted)
    ]
    return _in_pages(items, line_items_address(practice().school, course), LINE_ITEMS_TYPE)


@gradebook.post("")
def add_line_item(course_id: str) -> ResponseReturnValue:
    _sends(LINE_ITEM_TYPE)
    course = _course(course_id, LINE_ITEM)
    given = _described_column(course)
    item = practice().store.add_line_item(
        course=course.id,
        label=given["label"],
        maximum=float(given["scoreMaximum"]),
        resource_id=given.get("resourceId") or "",
        tag=given.get("tag") or "",
        link=_named_link(given),
    )
    address = line_item_address(practice().school, item) + type_query(practice().school)
    return _json(given | {"id": address}, LINE_ITEM_TYPE, HTTPStatus.CREATED)


@gradebook.get("/<int:item_id>/lineitem")
def line_item(course_id: str, item_id: int) -> ResponseReturnValue:
    _accepts(LINE_ITEM_TYPE, anything=True)
    return _json(_item_json(_item(course_id, item_id, LINE_ITEM, LINE_ITEM_READ)), LINE_ITEM_TYPE)


@gradebook.put("/<int:item_id>/lineitem")
def change_line_item(course_id: str, item_id: int) -> ResponseReturnValue:
    _sends(LINE_ITEM_TYPE)
    item = _item(course_id, item_id, LINE_ITEM)
    given = _described_column(_course(course_id, LINE_ITEM))
    changed = LineItem(
        id=item.id,
        course=item.course,
        label=given["label"],
        maximum=float(given["scoreMaximum"]),
        resource_id=given.get("resourceId") or "",
        tag=given.get("tag") or "",
        link=item.link if item.coupled else _named_link(given) or item.link,
        coupled=item.coupled,
    )
    practice().store.change_line_item(changed)
    address = line_item_address(practice().school, item) + type_query(practice().school)
    return _json(given | {"id": address}, LINE_ITEM_TYPE)


@gradebook.delete("/<int:item_id>/lineitem")
def delete_line_item(course_id: str, item_id: int) -> ResponseReturnValue:
    item = _item(course_id, item_id, LINE_ITEM)
    if item.coupled:
        return Response(status=HTTPStatus.FORBIDDEN)
    practice().store.delete_line_item(item)
    return Response(status=HTTPStatus.NO_CONTENT)


@gradebook.post("/<int:item_id>/lineitem/scores")
def add_score(course_id: str, item_id: int) -> ResponseReturnValue:
    """Keep a score: 400 for one who cannot be graded, 409 for a second that is not newer. 200 and no body."""
    _sends(SCORE_TYPE)
    item = _item(course_id, item_id, SCORE)
    grade = _grade(_course(course_id, SCORE), item, _body())
    if grade is None:
        return Response(status=HTTPStatus.BAD_REQUEST)
    if not practice().store.write_grade(grade):
        return Response(status=HTTPStatus.CONFLICT)
    return Response(status=HTTPStatus.OK, mimetype=SCORE_TYPE)


@gradebook.get("/<int:item_id>/lineitem/results")
def results(course_id: str, item_id: int) -> ResponseReturnValue:
    """The grades of a column; `user_id` asks for one person's. A grade of 0 comes without its score."""
    _accepts(RESULTS_TYPE)
    item = _item(course_id, item_id, RESULT_READ)
    person = request.args.get("user_id")
    found = [
        _result_json(item, grade)
        for grade in practice().store.grades(course_id)
        if grade.line_item == item.id and person in (None, grade.person)
    ]
    return _in_pages(found, line_item_address(practice().school, item) + "/results", RESULTS_TYPE)


def _accepts(media_type: str, *, anything: bool = False) -> None:
    accept = request.headers.get("Accept", "")
    if accept and accept != media_type and not (anything and "*/*" in accept):
        _stop(HTTPStatus.BAD_REQUEST)


def _sends(media_type: str) -> None:
    if request.headers.get("Content-Type") != media_type:
        _stop(HTTPStatus.BAD_REQUEST)


def _stop(status: HTTPStatus) -> NoReturn:
    abort(PlainResponse(status=status))


def _course(course_id: str, *scopes: str) -> Course:
    if not holds_scope(*scopes):
        _stop(HTTPStatus.UNAUTHORIZED)
    course = practice().school.course(course_id)
    if course is None:
        _stop(HTTPStatus.NOT_FOUND)
    return course


def _item(course_id: str, item_id: int, *scopes: str) -> LineItem:
    item = practice().store.line_item(_course(course_id, *scopes).id, item_id)
    if item is None:
        _stop(HTTPStatus.NOT_FOUND)
    return item


def _body() -> dict[str, Any]:
    """The JSON object sent, empty when it is none."""
    try:
        sent = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _described_column(course: Course) -> dict[str, Any]:
    """A column as the tool describes it, or 400; 403 when it names a link that is not this course's."""
    given = _body()
    if not isinstance(given.get("label"), str) or not _is_number(given.get("scoreMaximum")):
        _stop(HTTPStatus.BAD_REQUEST)
    link = _named_link(given)
    if link is not None and link not in [known.id for known in practice().links(course)]:
        _stop(HTTPStatus.FORBIDDEN)
    return given


def _named_link(given: dict[str, Any]) -> str | None:
    link = given.get("resourceLinkId") or given.get("ltiLinkId")
    return None if link is None else str(link)


def _is_number(value: object) -> bool:
    """PHP's is_numeric: a finite number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return math.isfinite(float(value))
    except (ValueError, OverflowError):
        return False


def _grade(course: Course, item: LineItem, score: dict[str, Any]) -> Grade | None:
    """The grade a score asks for, brought to the column's maximum; None when Moodle would not take it."""
    stamped = _second(score.get("timestamp"))
    gradable = score.get("userId") in [person.id for person in practice().school.learners(course)]
    steps = [score.get("activityProgress"), score.get("gradingProgress")]
    numbers = [score[name] for name in ("scoreGiven", "scoreMaximum") if score.get(name) is not None]
    if stamped is None or not gradable or not all(isinstance(step, str) for step in steps):
        return None
    if not all(_is_number(number) for number in numbers):
        return None
    given, points = score.get("scoreGiven"), None
    if given is not None and score["gradingProgress"] == "FullyGraded":
        maximum = float(score.get("scoreMaximum") or 1) or 1.0
        points = min(max(float(given) * item.maximum / maximum, 0.0), item.maximum)
    return Grade(
        line_item=item.id,
        person=score["userId"],
        score=points,
        comment=str(score.get("comment") or ""),
        stamped=stamped,
        activity=score["activityProgress"],
        grading=score["gradingProgress"],
    )


def _second(stamp: object) -> int | None:
    """Whole seconds of an ISO 8601 date and time; None for anything else. No zone means UTC."""
    try:
        moment = datetime.fromisoformat(str(stamp))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _item_json(item: LineItem) -> dict[str, Any]:
    school = practice().school
    shown: dict[str, Any] = {
        "id": line_item_address(school, item) + type_query(school),
        "label": item.label,
        "scoreMaximum": item.maximum,
        "tag": item.tag,
    }
    if not item.coupled or item.resource_id:
        shown["resourceId"] = item.resource_id
    if item.link is not None:
        shown |= {"resourceLinkId": item.link, "ltiLinkId": item.link}
    return shown


def _result_json(item: LineItem, grade: Grade) -> dict[str, Any]:
    school = practice().school
    address = line_item_address(school, item)
    shown: dict[str, Any] = {
        "id": f"{address}/results{type_query(school)}&user_id={grade.person}",
        "userId": grade.person,
    }
    if grade.score:
        shown |= {"resultScore": grade.score, "resultMaximum": item.maximum}
        shown |= {"comment": grade.comment} if grade.comment else {}
        shown |= {
            "scoreOf": address + type_query(school),
            "timestamp": datetime.fromtimestamp(grade.stamped, UTC).isoformat(),
        }
    return shown


def _in_pages(rows: list[dict[str, Any]], address: str, media_type: str) -> Response:
    """All of it, or the page that `limit` and `from` ask for with a Link to the next."""
    limit, start = request.args.get("limit", 0, int), request.args.get("from", 0, int)
    if limit <= 0:
        return _json(rows, media_type)
    response = _json(rows[start : start + limit], media_type)
    if start + limit < len(rows):
        kept = "".join(
            f"&{name}={value}"
            for name, value in request.args.items()
            if name not in ("limit", "from", "type_id")
        )
        following = f"{address}{type_query(practice().school)}{kept}&limit={limit}&from={start + limit}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _json(value: object, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(value), status, content_type=media_type)
