"""The process that opens what others wrote: bytes in, JSON out, no file and no address within its reach.

Run by `confined.py` as a script: `python -I confined_worker.py MEGABYTES SECONDS ROOT MODULE:FUNCTION`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable
from typing import Any

# Python's own calls use no C stack since 3.11: a document nested as deep as libxml2 allows (256) needs more than 1,000.
RECURSION = 10_000
_NOBODY = 65534
# Codecs are found when they are first used, and no file opens then. zipfile writes old names in cp437.
_CODECS = ("cp437", "latin_1", "utf_8_sig", "utf_16", "utf_16_le", "utf_16_be", "cp1252", "idna")


def main() -> None:
    """Answers `{"read": …}` or `{"refused": code, "params": …}` on its output."""
    megabytes, seconds, root, reader = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(RECURSION)
    sys.path.insert(0, root)
    read, packed = _found(reader), _found("tutoring.documents.parcel:packed")
    content = sys.stdin.buffer.read()
    _shut()
    sys.stdout.write(_answer(read, packed, content))


def _found(reader: str) -> Callable[[Any], Any]:
    """The function, with all that it may need later: nothing is imported after `_shut`.

    A module whose libraries look on the disk at their first use has them do it in its `prepare()`.
    """
    for codec in _CODECS:
        importlib.import_module(f"encodings.{codec}")
    name, _, function = reader.partition(":")
    module = importlib.import_module(name)
    getattr(module, "prepare", lambda: None)()
    found: Callable[[Any], Any] = getattr(module, function)
    return found


def _shut() -> None:
    """No file, no socket, no pipe may be opened any more: the kernel sees to it, and no code can undo it."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if os.geteuid() == 0:  # root could raise its limits again: in a container that runs as root, be nobody
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)


def _answer(read: Callable[[bytes], Any], packed: Callable[[Any], Any], content: bytes) -> str:
    try:
        return json.dumps({"read": packed(read(content))})
    except MemoryError:
        return json.dumps({"refused": "too_heavy", "params": {}})
    except Exception as refused:  # whatever a library raises on what it did not expect
        code = getattr(refused, "code", None)
        if isinstance(code, str):
            return json.dumps({"refused": code, "params": getattr(refused, "params", {})})
        place = traceback.extract_tb(refused.__traceback__)[-1]
        sys.stderr.write(f"{type(refused).__name__} in {place.name}, line {place.lineno}\n")
        return json.dumps({"refused": "broken", "params": {}})


if __name__ == "__main__":
    main()
