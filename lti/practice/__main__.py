"""`python -m lti.practice`: the practice LMS until Ctrl-C or TERM.

PORT (8000) is the tool's, LMS_PORT (8001) the pages', LMS_SMTP_PORT (LMS_PORT + 25) the mail's; PALIER_DATA
(.data) holds its state in the folder `practice`.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from lti.practice.server import PracticeServer


def main() -> None:
    port = int(os.environ.get("LMS_PORT", "8001"))
    server = PracticeServer(
        Path(os.environ.get("PALIER_DATA", ".data")) / "practice",
        tool_url=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
        port=port,
        smtp_port=int(os.environ.get("LMS_SMTP_PORT", port + 25)),
    )
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with server:
        sys.stdout.write(f"practice LMS {server.url}, mail on 127.0.0.1:{server.smtp_port}\n")
        sys.stdout.flush()
        over.wait()


if __name__ == "__main__":
    main()
