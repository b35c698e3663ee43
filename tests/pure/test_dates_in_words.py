"""Dates as pages and mails say them."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from tutoring.web.templating import local_date, local_datetime


@pytest.fixture
def babel():
    app = Flask("dates")
    Babel(app, default_timezone="Europe/Paris")
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("locale", "style", "said"),
    [
        ("fr", "full", "mardi 1er juin 2027"),
        ("fr", "long", "1er juin 2027"),
        ("fr", "medium", "1er juin 2027"),
        ("en", "long", "June 1, 2027"),
    ],
)
def test_the_first_of_a_month_is_said_as_one_says_it(babel, locale, style, said):
    with force_locale(locale):
        assert local_date(date(2027, 6, 1), style) == said


@pytest.mark.parametrize("day", [11, 21, 31])
def test_other_days_ending_in_one_keep_their_figure(babel, day):
    with force_locale("fr"):
        assert local_date(date(2027, 5, day)) == f"{day} mai 2027"


def test_an_instant_says_its_zone(babel):
    with force_locale("fr"):
        assert (
            local_datetime(datetime(2026, 11, 1, 9, 27, tzinfo=UTC))
            == "1er novembre 2026, 10:27\u00a0(Paris)"
        )
