"""What the interop tests need beside the application: other people's platforms, in a virtual environment of their own.

`python tests/interop/prepare.py` makes `.venv-interop/` from the hashed `requirements.lock`, at once when it is already
there; `--lock` renews the lock from `requirements.in`. Nothing but the standard library: it runs before anything else.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACE = ROOT / ".venv-interop"
PYTHON = PLACE / "bin" / "python"
LOCK = HERE / "requirements.lock"
STAMP = PLACE / "ready"


def main(arguments: list[str]) -> int:
    if arguments == ["--lock"]:
        return _lock()
    if arguments:
        print(f"usage: {Path(__file__).name} [--lock]", file=sys.stderr)
        return 2
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest() + sys.version
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    print("installing tests/interop/requirements.lock…")
    # From nothing: packages of an older lock would stay beside the new ones.
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, symlinks=True, with_pip=False)
    if not _install():
        print("the interop peers could not be installed", file=sys.stderr)
        return 1
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def _uv() -> str | None:
    ours = ROOT / ".venv" / "bin" / "uv"
    return str(ours) if ours.exists() else shutil.which("uv")


def _install() -> bool:
    """By uv where it reaches the packages, by pip where only pip is configured to."""
    uv = _uv()
    what = ["--require-hashes", "-r", str(LOCK)]
    if uv is not None:
        by_uv = subprocess.run(
            [uv, "pip", "install", "-q", "--python", str(PYTHON), *what], capture_output=True
        )
        if by_uv.returncode == 0:
            return True
    ours = ROOT / ".venv" / "bin" / "python"
    python = str(ours) if ours.exists() else sys.executable
    pip = [python, "-m", "pip", "--python", str(PYTHON), "install", "-q", "--disable-pip-version-check"]
    return subprocess.run([*pip, *what]).returncode == 0


def _lock() -> int:
    """Pinned and hashed, without any download address, so that it serves behind any mirror."""
    uv = _uv()
    if uv is None:
        print("uv is needed to renew the lock", file=sys.stderr)
        return 1
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    said = ["--custom-compile-command", "python tests/interop/prepare.py --lock"]
    where = ["requirements.in", "-o", "requirements.lock"]
    return subprocess.run([uv, "pip", "compile", "-q", *options, *said, *where], cwd=HERE).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
