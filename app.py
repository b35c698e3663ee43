"""The roof: it puts the parts of the house together and knows nothing else."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect

import lti.part
import resources.part
import tutoring.desk.part
import tutoring.documents.part
import tutoring.jury.part
import tutoring.notes.part
import tutoring.people.part
import tutoring.programme.part
import tutoring.running.part
from tutoring.people.queries import person_of_cookie
from tutoring.store.db import driver_url, prepare_engine, utc_now
from tutoring.store.files import FolderStore
from tutoring.store.outbox import subscribe
from tutoring.store.settings import Settings, WrongSetting, read_settings
from tutoring.web import edge, embedding, errors, guard, templating

PARTS = (
    tutoring.running.part.PART,
    tutoring.people.part.PART,
    tutoring.programme.part.PART,
    tutoring.notes.part.PART,
    tutoring.jury.part.PART,
    tutoring.desk.part.PART,
    resources.part.PART,
    lti.part.PART,
    # Last: its words for what is wrong with a file (« empty ») give way to those of a form.
    tutoring.documents.part.PART,
)


class NoTokens(logging.Filter):
    """Take what lets somebody in out of log lines: mailed tokens, codes, states."""

    SECRET = re.compile(r"(/enter/|(?:token|state|id_token|code|sesskey)=)[^\s&\"]+")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.SECRET.sub(r"\1…", record.getMessage()), ()
        return True


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The application on `settings`, read from the environment when not given. Raises WrongSetting."""
    try:
        settings = settings or read_settings(os.environ)
    except WrongSetting as wrong:
        raise SystemExit(str(wrong)) from wrong
    app = edge.Palier(__name__)
    app.config.update(
        embedding.COOKIES,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_ENGINES={"default": driver_url(settings.database_url)},
        # Larger than one file: a form whose file is too large is answered by its field, not by a bare 413.
        MAX_CONTENT_LENGTH=(4 * settings.max_upload_mb + 5) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=settings.testing,
    )
    house = edge.House(settings=settings, files=FolderStore(settings.files), parts=PARTS, clock=clock)
    app.extensions["palier"] = house
    app.extensions["palier_factory"] = lambda: create_app(settings, clock=clock)
    _furnish(app, house)
    for part in PARTS:
        if part.blueprint is not None:
            app.register_blueprint(part.blueprint)
        for command in part.commands:
            app.cli.add_command(command)
    return app


def _furnish(app: Flask, house: edge.House) -> None:
    info: dict[str, object] = {}
    subscribe(info, house.consumers)
    edge.database.init_app(app)
    with app.app_context():
        prepare_engine(edge.database.engine)
        edge.database.sessionmaker.configure(**edge.session_options(info))
    Babel(app, locale_selector=templating.choose_locale)
    login = LoginManager(app)
    login.session_protection = None  # phones change address
    login.user_loader(lambda cookie_id: person_of_cookie(edge.session(), cookie_id))
    CSRFProtect(app)
    app.before_request(guard.close_by_default)
    app.after_request(embedding.protect)
    errors.register(app)
    templating.furnish(app)
    for handler in (*logging.getLogger().handlers, *app.logger.handlers):
        handler.addFilter(NoTokens())
