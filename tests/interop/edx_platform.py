"""The process of Open edX's own LTI 1.3 platform (lti-consumer-xblock), served to Palier over HTTP.

Run by `.venv-interop/bin/python`, never imported by the application nor by its tests: the package is AGPL. Launch,
keyset, token, roster, line items, scores and deep-linking return are the package's own views, under `/api/`; the course
around them is `edx_course.py`, which wants Django set up before it is imported.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import tempfile
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application


def configure(issuer: str, place: Path) -> ModuleType:
    """Django as the package needs it; gives the module that holds its addresses, still empty."""
    addresses = ModuleType("interop_addresses")
    sys.modules[addresses.__name__] = addresses
    applications = ["auth", "contenttypes", "sessions"]
    settings.configure(
        SECRET_KEY="a secret of the tests",
        ALLOWED_HOSTS=["localhost"],
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": place / "edx.sqlite"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        # The tables are made from the models: sixty migrations would take longer than the tests.
        MIGRATION_MODULES=dict.fromkeys([*applications, "config_models", "lti_consumer"]),
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in applications),
            "rest_framework",
            "config_models",
            "lti_consumer",
        ],
        MIDDLEWARE=[
            "edx_django_utils.cache.middleware.RequestCacheMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "edx_django_utils.cache.middleware.TieredCacheMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF=addresses.__name__,
        PLATFORM_NAME="Campus de l’Escale",
        LMS_ROOT_URL=issuer,
        USAGE_ID_PATTERN=r"(?P<usage_id>[^/?]+)",
        SESSION_COOKIE_NAME="edx_sessionid",
        LOGGING_CONFIG=None,
        OPENEDX_TELEMETRY=[],
    )
    django.setup()
    return addresses


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Without WSGIServer's look-up of the machine's own name, which may take seconds.
        super(WSGIServer, self).server_bind()
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: the process's output is for its first line and for errors."""


def main() -> None:
    asked = argparse.ArgumentParser(
        description="Open edX's LTI platform, on this machine, for the interop tests"
    )
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--tool", required=True, help="Palier's address")
    options = asked.parse_args()
    issuer = f"http://localhost:{options.port}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the folder below goes with the process
    with tempfile.TemporaryDirectory(prefix="palier-edx-") as place:
        addresses = configure(issuer, Path(place))
        course = importlib.import_module("edx_course").open_course(options.tool)
        addresses.__dict__["urlpatterns"] = course.addresses()
        with make_server("localhost", options.port, get_wsgi_application(), Server, Quiet) as server:
            print(json.dumps(course.registration()), flush=True)
            server.serve_forever()


if __name__ == "__main__":
    main()
