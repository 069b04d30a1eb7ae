"""Starting, sharing and stopping the embedded server."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from wudan.config.postgres.binaries import Binaries
from wudan.config.postgres.cluster import SUPERUSER, prepare, prepare_base, run_as
from wudan.config.postgres.place import PORT, OsUser, Place, PostgresProblem, server_user, state_dir

DATABASE = "wudan"
START_SECONDS = 120
LARGEST_LOG = 20_000_000


class Server:
    """One cluster in one place. Any number of processes may hold a Server for the same place."""

    def __init__(self, base: Path | None = None) -> None:
        self.place = Place(base or state_dir())
        self._hold: int | None = None

    def parameters(self, database: str = DATABASE) -> dict[str, str]:
        """How psycopg reaches it; known before it runs."""
        return {"host": str(self.place.sockets), "port": str(PORT), "user": SUPERUSER, "dbname": database}

    def url(self, database: str = DATABASE) -> str:
        host = str(self.place.sockets).replace("%", "%25").replace("/", "%2F")
        return f"postgresql://{SUPERUSER}@{host}:{PORT}/{database}"

    def is_answering(self) -> bool:
        try:
            self._connect("template1").close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure(self) -> None:
        """Start it unless it answers, and make the database `wudan`. About 10 ms when it runs already."""
        if self._has_database():
            return
        prepare_base(self.place)
        with _locked(self.place.start_lock):
            if not self.is_answering():
                self._start()
            with (
                contextlib.suppress(psycopg.errors.DuplicateDatabase),
                self._connect("template1") as connection,
            ):
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")

    def hold(self) -> None:
        """Start it and keep it from being stopped by others until `release` or the end of this process."""
        prepare_base(self.place)
        if self._hold is None:
            self._hold = os.open(self.place.users_lock, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._hold, fcntl.LOCK_SH)
        self.ensure()

    def forget(self) -> None:
        """Let go and leave it running."""
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def release(self) -> None:
        """Let go; the last one to do so stops the server."""
        self.forget()
        self.stop(even_if_used=False)

    def stop(self, *, even_if_used: bool = True) -> bool:
        """Stop it; False where somebody else holds it and `even_if_used` is not given."""
        if not (self.place.data / "postmaster.pid").exists():
            return True
        with _locked(self.place.start_lock):
            if not even_if_used and not self._is_unused():
                return False
            user = server_user(self.place)
            programs = prepare(self.place, user)
            # fast: end the sessions rather than wait for them; immediate as the last resort, recovery then does its work
            for mode in ("fast", "immediate"):
                told = run_as(
                    user,
                    [programs["pg_ctl"], "-D", str(self.place.data), "-m", mode, "-w", "-t", "30", "stop"],
                )
                if told.returncode == 0 or not self.is_answering():
                    return True
        raise PostgresProblem(f"内置数据库没有停下来：{told.stderr.strip()}")

    def _is_unused(self) -> bool:
        probe = os.open(self.place.users_lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(probe)
        return True

    def _start(self) -> None:
        user = server_user(self.place)
        programs = prepare(self.place, user)
        if self.place.log.exists() and self.place.log.stat().st_size > LARGEST_LOG:
            self.place.log.replace(self.place.log.with_suffix(".old.log"))
        deadline = time.monotonic() + START_SECONDS
        while True:
            told = self._pg_ctl_start(user, programs)
            if told.returncode == 0 or self._comes_up(deadline):
                return
            # After kill -9 the old server's children need a moment to notice; a dead server's pid may now be another's.
            self._forget_foreign_pid()
            if time.monotonic() > deadline or not self._may_pass():
                raise PostgresProblem(
                    f"内置数据库没有启动起来，最后的日志是：\n{self._last_words()}\n（全文见 {self.place.log}）"
                )
            time.sleep(0.3)

    def _pg_ctl_start(self, user: OsUser, programs: Binaries) -> subprocess.CompletedProcess[str]:
        # pg_ctl gives the server a session of its own, so Ctrl-C at the terminal does not reach it.
        return run_as(user, [programs["pg_ctl"], "-D", str(self.place.data), "-l", str(self.place.log),
                             "-w", "-t", str(START_SECONDS), "-s", "start"], timeout=START_SECONDS + 30)  # fmt: skip

    def _comes_up(self, deadline: float) -> bool:
        """Whether a server that is there but still recovering answers in the end."""
        while time.monotonic() < deadline:
            try:
                self._connect("template1").close()
            except psycopg.OperationalError as error:
                if "starting up" not in str(error) and "recovery" not in str(error):
                    return False
                time.sleep(0.2)
            else:
                return True
        return False

    def _forget_foreign_pid(self) -> None:
        for file in (self.place.data / "postmaster.pid", self.place.sockets / f".s.PGSQL.{PORT}.lock"):
            with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
                pid = abs(int(file.read_text().splitlines()[0]))
                command = _command_of(pid)
                # A container whose first process reaps nobody keeps dead servers as zombies, which look alive to PostgreSQL.
                if "postgres" not in command or "<defunct>" in command:
                    file.unlink()

    def _may_pass(self) -> bool:
        words = self._last_words()
        return "still in use" in words or "already exists" in words or "starting up" in words

    def _last_words(self) -> str:
        try:
            lines = self.place.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-8:])

    def _has_database(self) -> bool:
        try:
            self._connect(DATABASE).close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.place.sockets),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One starter or stopper at a time; the kernel lets go when its process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _command_of(pid: int) -> str:
    told = subprocess.run(  # noqa: S603 - ps with a number
        ["ps", "-p", str(pid), "-o", "command="],  # noqa: S607 - where ps lies differs between systems
        capture_output=True, text=True, check=False)  # fmt: skip
    return told.stdout
