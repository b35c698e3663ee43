"""The pages that say no: a refusal, a missing page, a stale version, each with a sentence and a way out."""

from __future__ import annotations

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, Unauthorized

from tutoring.store.refusal import Refusal
from tutoring.web.edge import session
from tutoring.web.forms import typed_text
from tutoring.web.wording import sentence


def _page(
    status: int, code: str, *, said: str = "", typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    # What was read so far stays readable: the page still frames itself with the viewer and their cohort.
    session().expunge_all()
    session().rollback()
    if request.accept_mimetypes.best == "application/json":
        return {"error": code, "sentence": said}, status
    kept = [{"label": name, "text": text} for name, text in (typed or {}).items()]
    back = request.referrer if request.method == "POST" and is_ours(request.referrer) else ""
    page = "relaunch" if code == "relaunch" else "page"
    return render_template(f"errors/{page}.html", code=status, sentence=said, kept=kept, back=back), status


def is_ours(address: str | None) -> bool:
    """Whether an address is a page of this site."""
    return bool(address) and str(address).startswith(request.host_url)


def _refused(refusal: Refusal) -> ResponseReturnValue:
    typed = getattr(refusal, "typed", None) or (typed_text() if request.method == "POST" else {})
    return _page(refusal.status, refusal.code, said=sentence(refusal.code, refusal.params), typed=typed)


def _stale(_error: Exception) -> ResponseReturnValue:
    return _page(409, "stale_page", said=sentence("stale_page"), typed=typed_text())


def _forged(_error: CSRFError) -> ResponseReturnValue:
    # Mostly a page left open overnight or a cookie that the frame did not keep: what was typed is shown again.
    return _page(400, "form_expired", said=sentence("form_expired"), typed=typed_text())


def _unknown_viewer(_error: Unauthorized) -> ResponseReturnValue:
    framed = request.headers.get("Sec-Fetch-Dest") == "iframe"
    if request.method == "GET" and not framed:
        return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")), 303)
    return _page(401, "relaunch" if framed else "signed_out", typed=typed_text())


def _http(error: HTTPException) -> ResponseReturnValue:
    # A form that was too large to be read has no text to give back.
    kept = typed_text() if request.method == "POST" and error.code in (403, 404, 405) else None
    return _page(error.code or 500, f"http_{error.code}", typed=kept)


def _broken(error: InternalServerError) -> ResponseReturnValue:
    current_app.logger.error("unexpected fault at %s", request.endpoint, exc_info=error.original_exception)
    return _page(500, "http_500", typed=typed_text() if request.method == "POST" else None)


def register(app: Flask) -> None:
    """Answer every refusal and fault with a page of ours."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Unauthorized, _unknown_viewer)
    app.register_error_handler(InternalServerError, _broken)
    app.register_error_handler(HTTPException, _http)
