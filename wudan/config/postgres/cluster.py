"""Making a cluster: initdb, its settings file, its extensions checked once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wudan.config.postgres.binaries import OLDEST, Binaries, candidates, usable_by_other_users
from wudan.config.postgres.place import PORT, OsUser, Place, PostgresProblem

SUPERUSER = "wudan"
# With ctype C, pg_trgm sees no Chinese. Older macOS has no C.UTF-8, so the rest are tried in turn.
LOCALES = (
    ("--locale=C.UTF-8",),
    ("--locale=C", "--lc-ctype=en_US.UTF-8"),
    ("--locale=C", "--lc-ctype=zh_CN.UTF-8"),
)
# Terse errors without their statement: PostgreSQL's own log must not collect personal data.
CONFIGURATION = """\
# Written by wudan at every start.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
log_error_verbosity = terse
log_min_error_statement = panic
"""


def run_as(user: OsUser, command: Sequence[str], *, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program as the server's user; the caller looks at the exit status."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    environ |= {"LC_MESSAGES": "C", "TZ": "UTC"}
    who = {} if user.is_us else {"user": user.uid, "group": user.gid, "extra_groups": []}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603 - fixed programs, no shell
        list(command),
        **who,
        cwd="/",
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )


def prepare_base(place: Place) -> None:
    """The folder above the cluster; as root it must be nobody else's to write."""
    place.base.mkdir(parents=True, exist_ok=True, mode=0o755)
    found = place.base.lstat()
    if os.geteuid() == 0 and (found.st_uid != 0 or found.st_mode & 0o022):
        raise PostgresProblem(f"目录 {place.base} 不属于 root 或可被他人写入，请检查后删除它再试。")


def prepare(place: Place, user: OsUser) -> Binaries:
    """A cluster that can be started, made if there is none; returns the programs to start it with."""
    for folder in (place.cluster, place.sockets):
        _private_folder(folder, user)
    made = (place.data / "PG_VERSION").exists()
    chosen = _binaries_for(place, user) if made else _initialise(place, user)
    text = CONFIGURATION.format(port=PORT, sockets=str(place.sockets).replace("'", "''"))
    settings = place.data / "wudan.conf"
    if not settings.exists() or settings.read_text() != text:
        settings.write_text(text)
        os.chown(settings, user.uid, user.gid)
    return chosen


def _private_folder(folder: Path, user: OsUser) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid not in (os.geteuid(), user.uid) or folder.is_symlink():
        raise PostgresProblem(f"目录 {folder} 属于别的用户，请删除它再试。")
    if found.st_uid != user.uid:
        os.chown(folder, user.uid, user.gid)
    if found.st_mode & 0o777 != 0o700:
        folder.chmod(0o700)


def _binaries_for(place: Place, user: OsUser) -> Binaries:
    major = int((place.data / "PG_VERSION").read_text())
    for one in candidates(major):
        return one if user.is_us else usable_by_other_users(one, place)
    raise PostgresProblem(
        f"内置数据库的数据由 PostgreSQL {major} 建立，本机现在没有这个版本。"
        f"请装回 PostgreSQL {major}；如果数据不再需要，可删除 {place.cluster} 后重来。"
    )


def _initialise(place: Place, user: OsUser) -> Binaries:
    """The first programs that manage to make a cluster with our extensions win."""
    faults = []
    for one in candidates():
        chosen = one if user.is_us else usable_by_other_users(one, place)
        for locale in LOCALES:
            shutil.rmtree(place.data, ignore_errors=True)  # what a killed or failed attempt left
            made = run_as(user, [chosen["initdb"], "-D", str(place.data), "-U", SUPERUSER, "--auth=trust",
                                 "--encoding=UTF8", *locale, "--no-instructions"])  # fmt: skip
            if made.returncode == 0 and _has_extensions(chosen, place, user):
                with (place.data / "postgresql.conf").open("a") as file:
                    file.write("\ninclude_if_exists = 'wudan.conf'\n")
                return chosen
            faults.append(f"{chosen.folder}: {made.stderr.strip()[-400:]}")
    shutil.rmtree(place.data, ignore_errors=True)
    if not faults:
        raise PostgresProblem(
            f"没有找到 PostgreSQL {OLDEST} 或更新的版本。请在项目目录运行 make demo（会自动安装），"
            f"或安装 postgresql（Debian/Ubuntu：apt-get install postgresql；macOS：brew install postgresql@18）。"
        )
    print("\n".join(faults), file=sys.stderr)  # noqa: T201 - an operator at a terminal needs the programs' own words
    raise PostgresProblem(
        "内置数据库没有建成，PostgreSQL 的原话见上。也可以设置 DATABASE_URL 使用现有数据库。"
    )


def _has_extensions(chosen: Binaries, place: Place, user: OsUser) -> bool:
    """Some systems ship the server without contrib; found out here, in single-user mode, not in a migration."""
    script = "CREATE EXTENSION btree_gist\nCREATE EXTENSION pg_trgm\nDROP EXTENSION btree_gist\nDROP EXTENSION pg_trgm\n"
    command = [chosen["postgres"], "--single", "-D", str(place.data), "template1"]
    who = {} if user.is_us else {"user": user.uid, "group": user.gid, "extra_groups": []}
    told = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - fixed programs, no shell
        command, **who, cwd="/", input=script, capture_output=True, text=True, timeout=120, check=False
    )
    return told.returncode == 0 and "ERROR" not in told.stderr
