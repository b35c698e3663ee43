"""A request commits once, when it succeeded, and says so when it could not."""

import pytest
from flask import request
from sqlalchemy import event, func, select

from tutoring.people.models import Institution
from tutoring.people.operations import make_institution
from tutoring.store.refusal import Refusal
from tutoring.web import edge
from tutoring.web.guard import open_route


@pytest.fixture
def counted(app):
    """How many institutions are kept, asked in a session of its own."""

    def count():
        with app.app_context(), edge.database.sessionmaker() as db:
            return db.scalar(select(func.count(Institution.id)))

    return count


@pytest.fixture
def route(app):
    """`route(view)` serves a view at /probe for GET and POST."""

    def serve(view):
        app.add_url_rule(
            "/probe",
            "probe",
            open_route("a test")(view),
            methods=["GET", "POST"],
            provide_automatic_options=False,
        )

    return serve


def write():
    make_institution(edge.session(), slug="cnam", name="Cnam")


def test_a_post_that_succeeds_is_committed(route, browse, counted):
    route(lambda: (write(), "done")[1])
    assert browse().post("/probe").status_code == 200
    assert counted() == 1


def test_a_post_that_answers_422_leaves_nothing(route, browse, counted):
    route(lambda: (write(), ("again", 422))[1])
    assert browse().post("/probe").status_code == 422
    assert counted() == 0


@pytest.mark.parametrize(("method", "mode"), [("get", "DEFERRED"), ("post", "IMMEDIATE")])
def test_whoever_is_signed_in_begins_a_post_as_a_writer(app, world, browse, method, mode):
    with app.app_context():
        engine = edge.database.engine
    if engine.dialect.name != "sqlite":
        return  # there a reader becomes a writer at any time
    browser, began = browse(world.learner), []
    token = browser.token()

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("BEGIN"):
            began.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    data = {"csrf_token": token, "locale": "fr", "next": "/me"}
    if method == "post":
        browser.client.post(
            "/language",
            data=data,
            base_url="https://127.0.0.1:8000",
            headers={"Referer": "https://127.0.0.1:8000/"},
        )
    else:
        browser.get("/me")
    event.remove(engine, "before_cursor_execute", note)
    assert began == [f"BEGIN {mode}"]


def test_a_get_writes_nothing(route, browse, counted):
    route(lambda: (write(), "done")[1])
    assert browse().get("/probe").status_code == 200
    assert counted() == 0


def test_a_refusal_is_a_page_that_keeps_what_was_typed(route, browse, counted):
    def view():
        write()
        raise Refusal("stale_page")

    route(view)
    answer = browse().post("/probe", {"message": "Un texte assez long pour être gardé"})
    assert answer.status_code == 409
    assert "Un texte assez long pour être gardé" in answer.get_data(as_text=True)
    assert counted() == 0


def test_a_broken_constraint_is_a_409_and_not_a_lie(route, browse, counted):
    def view():
        for _ in range(2):
            edge.session().add(Institution(slug="cnam", name="Cnam", signatory="", activity_number=""))
        return "done"

    route(view)
    assert browse().post("/probe").status_code == 409
    assert counted() == 0


def test_a_fault_is_a_500_page_without_a_trace_of_the_code(route, app, browse, counted):
    app.testing = False

    def view():
        write()
        raise ValueError("a secret")

    route(view)
    answer = browse().post("/probe")
    assert answer.status_code == 500
    assert "a secret" not in answer.get_data(as_text=True)
    assert counted() == 0


def test_a_route_that_nobody_guards_is_closed(app, browse):
    app.add_url_rule("/probe", "probe", lambda: "open")
    assert browse().get("/probe").status_code == 403


def test_a_form_without_its_protection_is_refused_and_keeps_what_was_typed(route, app, counted):
    route(lambda: (write(), request.method)[1])
    answer = app.test_client().post("/probe", data={"message": "Un texte assez long"})
    assert answer.status_code == 400
    assert "Un texte assez long" in answer.get_data(as_text=True)
    assert counted() == 0


def test_the_cookie_survives_a_third_party_frame(app, browse):
    cookie = browse().get("/sign-in").headers["Set-Cookie"]
    for attribute in ("palier=", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert attribute in cookie


def test_every_page_says_what_it_may_load_and_who_may_frame_it(browse):
    headers = browse().get("/sign-in").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_number_that_no_row_can_have_finds_nothing(browse):
    assert browse().get(f"/c/{2**31}/").status_code == 404
    assert browse().get(f"/c/{10**30}/days/1").status_code == 404
