"""A process that ends when the one that started it is gone, also after kill -9. Works alike on Linux and macOS."""

from __future__ import annotations

import os
import signal
import threading
import time

SUPERVISED = "WUDAN_SUPERVISED"
SECONDS = 0.5
GRACE = 15.0


def end_with_parent() -> None:
    """Watch the parent from a thread, where a supervisor asked for it; under systemd the control group does this."""
    if os.environ.get(SUPERVISED) == "1":
        threading.Thread(target=_watch, args=(os.getppid(),), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(2 * GRACE)
    os._exit(1)
