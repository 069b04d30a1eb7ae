"""The supervisor stops what it started, also what its children started, and revives what died."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wudan.config.running import demo

PROJECT = Path(__file__).resolve().parents[2]
TELL = "open(sys.argv[1], 'a').write(' '.join(map(str, told)) + '\\n')"
# A child that starts a grandchild and tells both numbers.
CHILD = f"""
import os, subprocess, sys, time
told = [os.getpid(), subprocess.Popen(["sleep", "3600"]).pid]
{TELL}
time.sleep(3600)
"""
# A child that watches the one that started it.
WATCHFUL = f"""
import os, sys, time
from wudan.config.running.lifeline import end_with_parent
end_with_parent()
told = [os.getpid()]
{TELL}
time.sleep(3600)
"""


Supervise = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    with contextlib.ExitStack() as stack:

        def start(child: str = CHILD) -> subprocess.Popen[str]:
            started = stack.enter_context(_supervise(tmp_path, child))
            stack.callback(started.kill)
            return started

        yield start


def _supervise(tmp_path: Path, child: str) -> subprocess.Popen[str]:
    script = f"""
        import os, sys
        from wudan.config.running.supervisor import Child, Supervisor
        child = Child("试验", [sys.executable, "-c", {child!r}, {str(tmp_path / "pids")!r}], os.environ)
        raise SystemExit(Supervisor([child], say=lambda text: print(text, flush=True)).run())
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )


def pids(tmp_path: Path, lines: int = 1) -> list[list[int]]:
    def read() -> list[list[int]]:
        file = tmp_path / "pids"
        return (
            [[int(n) for n in line.split()] for line in file.read_text().splitlines()]
            if file.exists()
            else []
        )

    eventually(lambda: len(read()) >= lines)
    return read()


def is_alive(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def eventually(holds: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(supervise: Supervise, tmp_path: Path, number: signal.Signals):
    supervisor = supervise()
    [started] = pids(tmp_path)
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=300) == 0
    eventually(lambda: not any(is_alive(pid) for pid in started))


def test_a_killed_child_is_replaced_and_its_own_children_are_swept(supervise: Supervise, tmp_path: Path):
    supervisor = supervise()
    [[child, grandchild]] = pids(tmp_path)
    os.kill(child, signal.SIGKILL)
    first, second = pids(tmp_path, lines=2)[:2]
    assert first != second
    eventually(lambda: not is_alive(grandchild))
    supervisor.terminate()
    assert supervisor.wait(timeout=300) == 0
    eventually(lambda: not any(is_alive(pid) for pid in second))


def test_a_child_that_cannot_live_ends_it_with_a_word(supervise: Supervise):
    supervisor = supervise(child="raise SystemExit(3)")
    told, _ = supervisor.communicate(timeout=300)
    assert supervisor.returncode == 1
    assert "试验一再意外退出，已停止全部服务" in told


def test_a_killed_supervisor_takes_its_children_along(supervise: Supervise, tmp_path: Path):
    supervisor = supervise(child=WATCHFUL)
    [[pid]] = pids(tmp_path)
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not is_alive(pid))


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "８０８０"])
def test_a_port_must_be_a_port(text: str):
    with pytest.raises(demo.DemoProblem, match="WUDAN_PORT"):
        demo.free_port({"WUDAN_PORT": text})


def test_a_taken_port_is_told(unused_port: Callable[[], tuple[object, int]]):
    listening, port = unused_port()
    with pytest.raises(demo.DemoProblem, match=f"端口 {port} 已被其他程序占用.*WUDAN_PORT={port + 1}"):
        demo.free_port({"WUDAN_PORT": str(port)})
    listening.close()  # type: ignore[attr-defined]


@pytest.fixture
def unused_port() -> Callable[[], tuple[object, int]]:
    import socket

    def listen() -> tuple[object, int]:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        return listening, listening.getsockname()[1]

    return listen
