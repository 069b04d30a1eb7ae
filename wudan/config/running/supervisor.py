"""Starts a few processes, restarts one that dies, and stops them all together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from wudan.config.running.lifeline import SUPERVISED

PATIENCE = 12.0  # seconds between asking and killing
LIMIT, WINDOW = 5, 60.0  # this many deaths in this many seconds, and we stop trying


@dataclass
class Child:
    """`label` is what the terminal says. A child lives in a session of its own: Ctrl-C reaches only us."""

    label: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            list(self.command),
            env={**self.environ, SUPERVISED: "1"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def signal_group(self, number: signal.Signals) -> None:
        """To its children as well; a group outlives its leader, so this is also how leftovers are swept."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """`children` are stopped in their order: those that use something before those that provide it."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self._stop = threading.Event()
        self._hurry = False

    def run(self, on_started: Callable[[], None] = lambda: None) -> int:
        """Until a signal asks to stop (0) or a child cannot be kept alive (1). Leaves no process behind."""
        earlier = {number: signal.signal(number, self._asked) for number in STOPPERS}
        try:
            for child in reversed(self.children):
                child.start()
            threading.Thread(target=on_started, daemon=True).start()
            while not self._stop.wait(0.3):
                if not all(self._keep(child) for child in self.children):
                    return 1
            return 0
        finally:
            self._stop_all()
            for number, handler in earlier.items():
                signal.signal(number, handler)

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._hurry = self._stop.is_set()  # asked twice
        self._stop.set()

    def _keep(self, child: Child) -> bool:
        if child.is_running or self._stop.is_set():
            return True
        child.signal_group(signal.SIGKILL)  # what a killed parent left running
        now = time.monotonic()
        child.deaths = [death for death in child.deaths if now - death < WINDOW] + [now]
        if len(child.deaths) >= LIMIT:
            self.say(f"{child.label}一再意外退出，已停止全部服务。请看上面的出错信息。")
            return False
        self.say(f"{child.label}意外退出，正在重新启动……")
        self._stop.wait(0.5 * len(child.deaths))
        child.start()
        return True

    def _stop_all(self) -> None:
        self._stop.set()
        for child in self.children:
            if child.is_running and child.process is not None:
                child.process.terminate()  # the leader stops its own children in order
                self._wait(child)
            child.signal_group(signal.SIGKILL)

    def _wait(self, child: Child) -> None:
        deadline = time.monotonic() + PATIENCE
        while child.is_running and time.monotonic() < deadline and not self._hurry:
            time.sleep(0.02)


STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
