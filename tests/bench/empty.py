"""The reference of every figure: a bare Flask route on the same server, with the same workers and threads."""

import sys

from flask import Flask

from tutoring.running.server import serve


def make_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "empty")
    return app


if __name__ == "__main__":
    port, workers, threads = (int(word) for word in sys.argv[1:4])
    serve(make_app, host="127.0.0.1", port=port, workers=workers, threads=threads)
