"""Keeps the embedded database running for as long as the demo does: `python -m wudan.config.running.keeper`."""

from __future__ import annotations

import os
import signal
import threading
import time

from wudan.config.postgres.place import PostgresProblem
from wudan.config.postgres.server import Server
from wudan.config.running.lifeline import GRACE, end_with_parent

SECONDS = 1.0


def main() -> int:
    stop, parent = threading.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    end_with_parent()
    server = Server()
    server.hold()
    try:
        while not stop.wait(SECONDS):
            if not server.is_answering():
                print("内置数据库意外停止，正在重新启动……", flush=True)
                server.ensure()
    except PostgresProblem as problem:
        print(problem, flush=True)
        return 1
    finally:
        server.release()
        if os.getppid() != parent:
            _stop_when_unused(server)
    return 0


def _stop_when_unused(server: Server) -> None:
    """The demo itself was killed: web and worker are ending now, each in its own time, and nobody comes after us."""
    deadline = time.monotonic() + GRACE
    while not server.stop(even_if_used=False) and time.monotonic() < deadline:
        time.sleep(SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
