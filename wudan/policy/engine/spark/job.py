"""What every task of a run must know, wherever it runs."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from wudan.policy.engine.loading import files_of, load_files
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.spark.splits import Split
from wudan.policy.engine.table import kernels as plain
from wudan.policy.engine.table.cells import Ints
from wudan.policy.engine.table.fast import COMPILE_FROM, compiled
from wudan.policy.engine.table.frame import Frame, frame_of
from wudan.policy.engine.table.texts import Hashing

_ENGINE = Path(__file__).resolve().parents[1]
_NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Book:
    """A rulebook as its files, so that a worker needs no copy of its folder."""

    name: str
    content_hash: str
    files: tuple[tuple[str, bytes], ...]

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rulebook these files make."""
        return _loaded(self)


@dataclass(frozen=True, eq=False)
class Job:
    """One run: rulebook, files in splits, how many places persons go to, how many rows a span of decisions has.

    `seed` makes hashes of texts the same in every task; `engine` is the driver's own code (`fingerprint`); `rows` counts the
    history too. `repeated` are the rows whose number occurred before, of the claims and of the history, once they are known.
    """

    book: Book
    seed: int
    engine: str
    splits: tuple[Split, ...]
    places: int
    span: int
    claims: int
    rows: int
    repeated: Mapping[bool, Ints]

    @property
    def spans(self) -> int:
        """How many spans of decisions there are, at least one."""
        return max(1, -(-self.claims // self.span))

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rulebook. `InputError` where this machine's wudan is another one than the driver's: it might decide differently."""
        if self.engine != fingerprint():
            raise InputError("工作节点上的 wudan 与提交任务的机器不是同一版本；请在每个节点安装同一版本")
        return self.book.rulebook

    @cached_property
    def frame(self) -> Frame:
        """Its rules across claims."""
        return frame_of(self.rulebook)

    @cached_property
    def hashing(self) -> Hashing:
        """Hashes of texts, the same in every task: the whole run's rows say whether by the compiled loops."""
        return Hashing(compiled() if self.rows >= COMPILE_FROM else plain, self.seed)

    def repeated_in(self, first: int, rows: int, *, paid: bool) -> Ints:
        """The repeated rows of a chunk, counted from its first."""
        known = self.repeated.get(paid, _NOTHING)
        low, high = np.searchsorted(known, (first, first + rows))
        return known[low:high] - first

    def __getstate__(self) -> dict[str, object]:
        own = ("book", "seed", "engine", "splits", "places", "span", "claims", "rows", "repeated")
        return {name: getattr(self, name) for name in own}


def book_of(rulebook: Rulebook) -> Book:
    """A rulebook's files. `InputError` where they changed since it was read."""
    folder, digest, files = rulebook.folder, hashlib.sha256(), []
    for file in files_of(folder):
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
        inside = file.is_relative_to(folder)
        files.append((file.relative_to(folder).as_posix() if inside else f"../common/{file.name}", content))
    if digest.hexdigest() != rulebook.content_hash:
        raise InputError(f"规则集 {rulebook.id} 的文件刚刚被改动；请再试一次")
    return Book(rulebook.name, rulebook.content_hash, tuple(files))


@lru_cache(maxsize=4)
def _loaded(book: Book) -> Rulebook:
    with tempfile.TemporaryDirectory(prefix="wudan-rulebook-") as place:
        folder = Path(place) / "book" / book.name
        for name, content in book.files:
            target = folder.parent / "common" / name[10:] if name.startswith("../common/") else folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        found = load_files(folder, files_of(folder, folder.parent / "common"))
    if found.content_hash != book.content_hash:
        raise InputError(f"规则集 {book.name} 在工作节点上读出的内容不同；请再试一次")
    return found


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """This machine's engine, by its source."""
    digest = hashlib.sha256()
    for file in sorted(_ENGINE.rglob("*.py")):
        digest.update(file.relative_to(_ENGINE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
