"""How a page lives inside an LMS: cookies that survive a third-party frame, and who may frame us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Response, g, session

COOKIES: dict[str, Any] = {
    # Own name: cookies ignore ports, and a platform on the same host sends us its own.
    "SESSION_COOKIE_NAME": "palier",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "None",
    # CHIPS: the only third-party cookie that Chromium returned in a frame on another site.
    "SESSION_COOKIE_PARTITIONED": True,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
    "SESSION_REFRESH_EACH_REQUEST": False,
}

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'{forms}; base-uri 'none'; frame-src 'self'; object-src 'none'; "
    "frame-ancestors {ancestors}"
)


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def framed_by(url: str) -> None:
    """Remember, for this browser session, the LMS whose frame shows us."""
    session["frame"] = origin_of(url)


def allow_frame(url: str) -> None:
    """Let this one response show in the frame of `url`'s site, before any session exists."""
    g.frame_ancestor = origin_of(url)


def allow_form_to(url: str) -> None:
    """Let this one response post a form to `url`'s site (the return to the LMS)."""
    g.form_target = origin_of(url)


def protect(response: Response) -> Response:
    """Security headers of every response."""
    frame = getattr(g, "frame_ancestor", None) or session.get("frame")
    target = getattr(g, "form_target", None)
    response.headers.setdefault(
        "Content-Security-Policy",
        CSP.format(ancestors=f"'self' {frame}" if frame else "'self'", forms=f" {target}" if target else ""),
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response
