"""Which addresses may be sent to, returned to or fetched: origin, scheme and loopback, read as a browser
reads them.
"""

import ipaddress
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MAX_URL: Final = 4096
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an absolute http(s) address, or None.

    None also where browsers and ``urlsplit`` disagree (backslash, white space, control characters) or where a
    user name hides the host: an open redirect lives on such disagreements.
    """
    if len(url) > MAX_URL or "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port


def same_origin(url: str, other: str) -> bool:
    """Whether both are absolute http(s) addresses of one scheme, host and port."""
    mine = origin(url)
    return mine is not None and mine == origin(other)


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine by name or by number (nothing is resolved)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_web_address(url: str, *, development: bool) -> bool:
    """Whether ``url`` is https, or, in development, http on loopback."""
    found = origin(url)
    if found is None:
        return False
    return found[0] == "https" or (development and is_loopback(found[1]))


def with_query(url: str, params: dict[str, str]) -> str:
    """``url`` with ``params`` set in its query; what it already carries stays, in its order."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in params]
    return urlunsplit(parts._replace(query=urlencode([*kept, *params.items()]), fragment=""))


def with_path_suffix(url: str, suffix: str) -> str:
    """``url`` with ``suffix`` at the end of its path, before the query (AGS 2.0, ``/scores``)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix, fragment=""))
