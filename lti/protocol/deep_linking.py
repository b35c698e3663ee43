"""Deep Linking 2.0: the signed answer that puts links to Palier into a course.

Section 4. The answer is issued by the client id, for the platform's issuer (Moodle checks both), and is
posted by the person's browser to the return address as the form field ``JWT``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lti.protocol import keys
from lti.protocol.claims import DeepLinkingSettings
from lti.protocol.keys import OwnKey
from lti.protocol.platform import Platform
from lti.protocol.reading import LTI

LIFETIME: Final = timedelta(minutes=5)
BACKDATED: Final = timedelta(seconds=10)
_DL: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@dataclass(frozen=True, slots=True)
class LineItemWish:
    """The gradebook column that should come with a link (section 3.1.5.1)."""

    score_maximum: float
    label: str | None = None
    resource_id: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceLinkItem:
    """A link to one of our pages (``ltiResourceLink``); ``url`` is the target of its launches."""

    url: str
    title: str
    text: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItemWish | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page posts: ``jwt`` as the field ``JWT``, to ``return_url``. Neither is for the log."""

    return_url: str = field(repr=False)
    jwt: str = field(repr=False)


def answer(
    settings: DeepLinkingSettings,
    items: Sequence[ResourceLinkItem],
    *,
    platform: Platform,
    deployment_id: str,
    key: OwnKey,
    nonce: str,
    now: datetime,
    message: str | None = None,
    error_message: str | None = None,
) -> Answer:
    """The signed answer to a deep linking request: ``items`` chosen, none for an empty answer.

    ``message`` and ``error_message`` are shown to the person by the platform (``msg``, ``errormsg``).
    ValueError when there are items that the platform said it does not take, or several where it takes one.
    """
    if items and not settings.takes_resource_links:
        raise ValueError("the platform takes no resource links")
    if len(items) > 1 and not settings.accept_multiple:
        raise ValueError("the platform takes one item")
    issued = now - BACKDATED
    line_items = settings.accept_line_item is not False
    claims = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": int(issued.timestamp()),
        "exp": int((issued + LIFETIME).timestamp()),
        "nonce": nonce,
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": deployment_id,
        _DL + "content_items": [_item(item, with_line_item=line_items) for item in items],
        _DL + "data": settings.data,
        _DL + "msg": message,
        _DL + "errormsg": error_message,
    }
    known = {name: value for name, value in claims.items() if value is not None}
    return Answer(settings.return_url, keys.sign(known, key))


def _item(item: ResourceLinkItem, *, with_line_item: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": "ltiResourceLink",
        "url": item.url,
        "title": item.title,
        "text": item.text,
        "custom": dict(item.custom) or None,
    }
    if item.line_item is not None and with_line_item:
        fields["lineItem"] = _line_item(item.line_item)
    return {name: value for name, value in fields.items() if value is not None}


def _line_item(wish: LineItemWish) -> dict[str, Any]:
    fields = {
        "scoreMaximum": wish.score_maximum,
        "label": wish.label,
        "resourceId": wish.resource_id,
        "tag": wish.tag,
    }
    return {name: value for name, value in fields.items() if value is not None}
