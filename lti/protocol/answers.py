"""What a service's HTTP answer means: success, or which fault, and whether the platform said when to come
back.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin

from lti.protocol import strict_json
from lti.protocol.errors import Fault, ServiceError
from lti.protocol.http import Response
from lti.protocol.strict_json import Json, NotStrictJson

_FAULTS: Final = {
    401: Fault.TOKEN_REFUSED,
    403: Fault.SCOPE_REFUSED,
    404: Fault.GONE,
    408: Fault.TIMEOUT,
    409: Fault.CONFLICT,
    410: Fault.GONE,
    429: Fault.RATE_LIMITED,
}
_LONGEST_WAIT: Final = 24 * 3600
_LINK: Final = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s\";,]+))?)*)")
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", re.IGNORECASE)


def require_success(response: Response, now: datetime) -> Response:
    """The response, if it is a 2xx. Raises ServiceError with the fault of its status."""
    status = response.status
    if 200 <= status < 300:
        return response
    fault = _FAULTS.get(status) or (Fault.FAILING if status >= 500 else Fault.REJECTED)
    raise ServiceError(fault, status=status, retry_after=_retry_after(response.headers, now))


def read_json(response: Response) -> Json:
    """The JSON of a response, whatever its Content-Type says (Moodle's token endpoint says text/html).

    Raises ServiceError UNREADABLE: a maintenance page or a login form answers 200 too.
    """
    try:
        return strict_json.parse(response.body)
    except NotStrictJson as error:
        raise ServiceError(Fault.UNREADABLE, status=response.status) from error


def read_object(response: Response) -> dict[str, Json]:
    """As ``read_json``, and UNREADABLE unless it is an object."""
    value = read_json(response)
    if not isinstance(value, dict):
        raise ServiceError(Fault.UNREADABLE, status=response.status, detail="not an object")
    return value


def next_page(response: Response) -> str | None:
    """The absolute address of the ``rel=next`` link, quoted or not (RFC 8288 section 3), or None."""
    for target, parameters in _LINK.findall(response.headers.get("link", "")):
        relation = _REL.search(parameters)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return urljoin(response.url, str(target).strip())
    return None


def _retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Seconds to wait (RFC 9110 section 10.2.3: seconds or a date), within a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), _LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(int((when - now).total_seconds()), 0), _LONGEST_WAIT)
