"""Where the embedded cluster lives and which user of the machine runs it."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PORT = 5432
# The shortest limit we meet is macOS's sun_path: 104 bytes with the closing zero.
LONGEST_SOCKET = 103


class PostgresProblem(RuntimeError):
    """The embedded database cannot be had; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class OsUser:
    """Who the server runs as: ourselves, or as root somebody without privileges (PostgreSQL refuses root)."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one cluster. `base` is ours; `cluster` belongs to the server's user and holds its secrets."""

    base: Path

    @property
    def cluster(self) -> Path:
        return self.base / "cluster"

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    @property
    def log(self) -> Path:
        return self.cluster / "postgresql.log"

    @property
    def start_lock(self) -> Path:
        return self.base / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.base / "users.lock"

    @property
    def binaries_copy(self) -> Path:
        return self.base / "postgresql"

    @property
    def sockets(self) -> Path:
        """Inside the cluster, unless the path would be too long for a socket's name."""
        inside = self.cluster / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
            return inside
        return Path(tempfile.gettempdir()).resolve() / f"wudan-{_digest(self.base)}-{os.geteuid()}"


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The home of what running leaves behind. As root outside every home directory, else `var/` in the project."""
    environ = os.environ if environ is None else environ
    if chosen := environ.get("WUDAN_STATE_DIR"):
        return Path(chosen).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib") / f"wudan-{_digest(PROJECT)}"
    return PROJECT / "var"


def server_user(place: Place) -> OsUser:
    """Ourselves; as root the owner of the existing data, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return OsUser(
            pwd.getpwuid(os.geteuid()).pw_name if _known(os.geteuid()) else "", os.geteuid(), os.getegid()
        )
    if place.cluster.exists() and (owner := place.cluster.stat()).st_uid != 0:
        name = pwd.getpwuid(owner.st_uid).pw_name if _known(owner.st_uid) else ""
        return OsUser(name, owner.st_uid, owner.st_gid)
    for name in ("postgres", "_postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid > 0:
            return OsUser(name, entry.pw_uid, entry.pw_gid if entry.pw_gid > 0 else _nogroup())
    raise PostgresProblem(
        "内置数据库不能以 root 身份运行，而本机没有 postgres 或 nobody 用户。"
        "请新建一个普通用户（useradd --system postgres），或设置 DATABASE_URL 使用现有数据库。"
    )


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:  # a container started with a bare number
        return False
    return True


def _nogroup() -> int:
    for name in ("nogroup", "nobody"):
        try:
            return grp.getgrnam(name).gr_gid
        except KeyError:
            continue
    return 65534


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
