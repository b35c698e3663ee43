"""Whether this process is fit to answer."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from tutoring.web.edge import house, session
from tutoring.web.guard import open_route

pages = Blueprint("running", __name__)


@pages.get("/healthz")
@open_route("asked by the machine that watches over the service; tells nothing but its health")
def healthz() -> ResponseReturnValue:
    """200 when the database and every part's own check answer, 503 naming those that do not."""
    sick = []
    try:
        session().execute(text("SELECT 1"))
    except Exception:
        sick.append("database")
    for part in house().parts:
        try:
            if part.check is not None:
                part.check()
        except Exception:
            sick.append(part.name)
    return {"sick": sick}, 503 if sick else 200
