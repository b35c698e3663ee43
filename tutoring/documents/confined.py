"""How a reader is run in a process of its own, that may fail, hang or swell without harm and reaches nothing."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tutoring.documents.unreadable import Unreadable

SECONDS = 20
MEGABYTES = 512
_WORKER = Path(__file__).with_name("confined_worker.py")
_ROOT = Path(__file__).resolve().parents[2]

log = logging.getLogger(__name__)


def run(reader: str, content: bytes, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Any:
    """What `reader` ("module:function", a name of this house's own code) makes of `content`, as JSON values.

    The function takes bytes and answers what `json` can write. Raises `Unreadable`: the reader's own codes, else
    broken, too_slow (more than `seconds`), too_heavy (more than `megabytes` of memory).
    """
    # Nobody's variables, no folder of the person's own (-I), no warning on a stream that is read (-W).
    command = [sys.executable, "-I", "-W", "ignore", str(_WORKER)]
    command += [str(megabytes), str(int(seconds) + 1), str(_ROOT), reader]
    try:
        ran = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as slow:
        raise Unreadable("too_slow") from slow
    except BrokenPipeError as gone:
        raise Unreadable("broken") from gone
    if ran.returncode:
        raise Unreadable(_why(ran.returncode))
    answer = json.loads(ran.stdout)
    if "refused" in answer:
        if ran.stderr:
            log.warning("%s: %s", reader, ran.stderr.decode("utf-8", "replace").strip())
        raise Unreadable(answer["refused"], **answer["params"])
    return answer["read"]


def _why(status: int) -> str:
    """Of a process that ended by itself. pdfium ends its own when an allocation fails or a check does: broken."""
    return "too_slow" if status in (-signal.SIGXCPU, -signal.SIGKILL) else "broken"
