"""One HTTP exchange with a platform: its shape, and the careful way to make it.

The rest of the package knows only ``Http``, a function. ``RequestsHttp`` is the one that opens sockets: https
only, no private address, no redirect to another host, bounded time and size (all but the last relaxed in
development).
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from lti.protocol import urls
from lti.protocol.errors import Fault, ServiceError

USER_AGENT: Final = "Palier/1 (LTI 1.3 tool)"
TIMEOUT: Final = 5.0
MAX_BYTES: Final = 2 * 1024 * 1024
_MAX_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Header names as they are to be written; ``body`` is already encoded."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. ``headers`` has lower-case names; ``url`` is where it was finally found."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str


Http = Callable[[Request], Response]
"""Makes one exchange, or raises ServiceError (TIMEOUT, UNREACHABLE, ADDRESS_REFUSED, REDIRECT_REFUSED,
TOO_LARGE).
"""


class _AddressRefused(Exception):
    """The name led to an address that must not be reached from here."""


class RequestsHttp:
    """``Http`` by requests. ``timeout`` in seconds holds for connecting and for each silence; the whole
    exchange gets twice that. ``max_bytes`` bounds the decoded body. ``private_hosts`` are names that may lead
    to private addresses outside development too (a platform on the institution's own network); they still
    need https.
    """

    def __init__(
        self,
        *,
        development: bool = False,
        private_hosts: frozenset[str] = frozenset(),
        user_agent: str = USER_AGENT,
        timeout: float = TIMEOUT,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._development = development
        self._private_hosts = private_hosts
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        self._timeout = timeout
        self._max_bytes = max_bytes

    def __call__(self, request: Request) -> Response:
        deadline = time.monotonic() + 2 * self._timeout
        url = request.url
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._once(request, url, deadline)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                return response
            following = urljoin(url, location)
            if request.method != "GET" or not urls.same_origin(url, following):
                raise ServiceError(Fault.REDIRECT_REFUSED, status=response.status)
            url = following
        raise ServiceError(Fault.REDIRECT_REFUSED, detail="too many")

    def _once(self, request: Request, url: str, deadline: float) -> Response:
        if not urls.is_web_address(url, development=self._development):
            raise ServiceError(Fault.ADDRESS_REFUSED, detail="scheme")
        with _faults(), requests.Session() as session:
            # Neither a proxy nor a .netrc of the machine has a say in what is sent where.
            session.trust_env = False
            session.mount("http://", _GuardedAdapter(self._may_reach))
            session.mount("https://", _GuardedAdapter(self._may_reach))
            with session.request(
                request.method,
                url,
                headers={**self._headers, **request.headers},
                data=request.body,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = self._read(answer, deadline)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status_code, headers, body, url)

    def _read(self, answer: requests.Response, deadline: float) -> bytes:
        """The body, in the pieces that arrive: one that drips may not outlive the deadline."""
        body = bytearray()
        while piece := answer.raw.read1(64 * 1024, decode_content=True):
            body += piece
            if len(body) > self._max_bytes:
                raise ServiceError(Fault.TOO_LARGE)
            if time.monotonic() > deadline:
                raise ServiceError(Fault.TIMEOUT, detail="whole")
        return bytes(body)

    def _may_reach(self, host: str, address: str) -> bool:
        if self._development or host in self._private_hosts:
            return True
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return found.is_global and not found.is_multicast


@contextmanager
def _faults() -> Iterator[None]:
    """Say what the libraries say in our own words; order matters, since each is a kind of the next."""
    try:
        yield
    except _AddressRefused as error:
        raise ServiceError(Fault.ADDRESS_REFUSED, detail="private") from error
    except (requests.Timeout, ReadTimeoutError, TimeoutError) as error:
        raise ServiceError(Fault.TIMEOUT) from error
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise ServiceError(Fault.UNREACHABLE, detail=type(error).__name__) from error


class _GuardedAdapter(HTTPAdapter):
    """Asks ``may_reach(host, address)`` before it connects and again of the peer that answered, before any
    byte is sent: a name that resolves to one address when checked and to another when used gains nothing.
    """

    def __init__(self, may_reach: Callable[[str, str], bool]) -> None:
        self._may_reach = may_reach
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(self._may_reach)


def _guarded_pools(
    may_reach: Callable[[str, str], bool],
) -> dict[str, type[HTTPConnectionPool] | type[HTTPSConnectionPool]]:
    def connect(connection: HTTPConnection, open_socket: Callable[[], socket.socket]) -> socket.socket:
        host = connection.host
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
        if not all(may_reach(host, str(entry[4][0])) for entry in found):
            raise _AddressRefused
        opened = open_socket()
        if not may_reach(host, str(opened.getpeername()[0])):
            opened.close()
            raise _AddressRefused
        return opened

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self, super()._new_conn)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self, super()._new_conn)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
