"""Every route says who may pass, reads write nothing, and every page stands up whoever opens it."""

import os
import re
from pathlib import Path

import pytest

from tests.conftest import _statements
from tests.guards import permissions
from tests.lint import faults
from tutoring.web.guard import Guard, Open, rule_of

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "docs" / "permissions.md"

# The only routes that anybody may ask for. Growing this list is a decision.
OPEN = {
    "lti.begin_login",
    "lti.jwks",
    "lti.landed",
    "lti.receive_launch",
    "lti.show_ticket",
    "lti.use_ticket",
    "people.ask_way_in",
    "people.enter",
    "people.language",
    "people.mailed_link",
    "people.sign_in",
    "people.way_in_sent",
    "running.healthz",
}


def test_every_route_has_a_guard_or_a_reason_to_be_open(estate):
    unguarded = [
        rule.endpoint for rule in permissions.routes(estate.app) if rule_of(estate.app, rule.endpoint) is None
    ]
    assert unguarded == []


def test_the_open_routes_are_a_closed_list_each_with_its_reason(estate):
    opened = {
        rule.endpoint: rule_of(estate.app, rule.endpoint)
        for rule in permissions.routes(estate.app)
        if isinstance(rule_of(estate.app, rule.endpoint), Open)
    }
    assert set(opened) == OPEN
    assert [endpoint for endpoint, mark in opened.items() if not mark.why] == []


def test_the_table_of_permissions_is_the_one_that_was_reviewed(estate):
    made = permissions.page(estate)
    if os.environ.get("PALIER_WRITE_PERMISSIONS"):
        TABLE.write_text(made, encoding="utf-8")
    assert made == TABLE.read_text(encoding="utf-8")


def test_the_guard_decides_what_the_route_answers(estate):
    """The table is drawn from the guards: here the routes themselves are asked by each seat."""
    wrong = []
    for seat in estate.seats:
        browser = estate.browser(seat)
        for rule in permissions.routes(estate.app):
            if "GET" not in rule.methods or not isinstance(rule_of(estate.app, rule.endpoint), Guard):
                continue
            status = browser.get(estate.path(rule)).status_code
            expected = {"yes": {200, 303}, "·": {403}, "∅": {404}}[permissions.verdict(estate, rule, seat)]
            if seat == "stranger":
                expected = {303}
            if status not in expected:
                wrong.append((seat, rule.rule, status, expected))
    assert wrong == []


@pytest.mark.parametrize(
    "seat", ["stranger", "learner", "tutor", "staff", "president", "coordinator", "administrator"]
)
def test_a_get_writes_nothing_and_its_page_stands_up(estate, seat):
    browser = estate.browser(seat)
    wrong = []
    with _statements(estate.app) as seen:
        for rule in permissions.routes(estate.app):
            if "GET" not in rule.methods:
                continue
            seen.clear()
            answer = browser.get(estate.path(rule))
            wrote = [s for s in seen if re.match(r"\s*(INSERT|UPDATE|DELETE)", s, re.IGNORECASE)]
            found = (
                faults(answer.get_data(as_text=True))
                if answer.mimetype == "text/html" and answer.status_code != 303
                else []
            )
            if wrote or found or answer.status_code >= 500:
                wrong.append((rule.rule, answer.status_code, found, wrote))
    assert wrong == []
