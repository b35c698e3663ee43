"""What the launch tests share: where a launch lands, launches bent out of shape, and why one was refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.interop.peers import Peer
from tests.interop.visitor import Answer, Visitor

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_REFUSED = re.compile(r"launch refused, \w+: (\w+)")


def landing(visitor: Visitor, answer: Answer) -> str:
    """Where a launch that was let in leads, once its browser showed that it keeps our cookie."""
    assert answer.status == 303, answer.text
    return visitor.get(answer.location).location


def bent(peer: Peer, visitor: Visitor, launch: dict[str, Any], **bend: Any) -> Answer:
    """What Palier answers to a launch that the platform's own pages would not make."""
    address = peer.request(visitor, **launch)
    request = dict(parse_qsl(urlsplit(address).query))
    fields = peer.ask("bend", launch=launch, request=request, **bend)
    return visitor.post(request["redirect_uri"], fields)


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The codes of the refusals that were logged."""
    return [found[1] for message in caplog.messages if (found := _REFUSED.match(message))]
