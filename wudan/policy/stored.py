"""The text of a rulebook as it was (政策原文): taken from its folder when first used, and read again years later."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from wudan.policy.engine.loading import files_of, load_files
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.models import Release

_BINARY = "base64:"


class Changed(RuntimeError):
    """The folder was edited between loading the rulebook and storing it."""


def texts_of(rulebook: Rulebook) -> dict[str, str]:
    """File name → text ("common/columns.yaml", "rulebook.yaml", "cases/a.csv"), exactly what the content hash covers."""
    folder, digest, texts = rulebook.folder, hashlib.sha256(), {}
    for file in files_of(folder):
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
        inside = file.is_relative_to(folder)
        texts[file.relative_to(folder).as_posix() if inside else f"common/{file.name}"] = _as_text(content)
    if digest.hexdigest() != rulebook.content_hash:
        raise Changed(rulebook.id)
    return texts


def load_stored(release: Release) -> Rulebook:
    """The rulebook of a stored release, whatever its folder holds today."""
    return _load(release.content_hash)


def load_texts(name: str, files: Mapping[str, str]) -> Rulebook:
    """The rulebook these texts make, under the folder name `name`; `RulebookError` lists every problem."""
    with tempfile.TemporaryDirectory(prefix="wudan-rulebook-") as place:
        folder, common = Path(place) / name, Path(place) / "common"
        _write(files, folder, common)
        return load_files(folder, files_of(folder, common))


def readable(text: str) -> str:
    """A stored file as text; an official's table saved as GB18030 is read as such."""
    return _as_bytes(text).decode("gb18030") if text.startswith(_BINARY) else text


@lru_cache(maxsize=16)
def _load(content_hash: str) -> Rulebook:
    release = Release.objects.get(content_hash=content_hash)
    rulebook = load_texts(release.rulebook, release.files)
    if rulebook.content_hash != content_hash:
        raise Changed(f"{release} does not read as it was stored")
    return rulebook


def _write(files: Mapping[str, str], folder: Path, common: Path) -> None:
    for name, text in files.items():
        target = common.parent / name if name.startswith("common/") else folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_as_bytes(text))


def _as_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:  # an official's table saved as GB18030
        return _BINARY + base64.b64encode(content).decode()


def _as_bytes(text: str) -> bytes:
    return base64.b64decode(text.removeprefix(_BINARY)) if text.startswith(_BINARY) else text.encode()
