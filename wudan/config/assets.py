"""What the browser gets from npm's node_modules: these files, served as static/vendor/<name>/…

A finder of its own because the packages hold fifty megabytes of variants nobody loads.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.checks import Warning as Caution
from django.core.files.storage import FileSystemStorage

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
FILES = {
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/css/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/js/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/js/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
}


class _Renamed(FileSystemStorage):
    """Knows the files by the names they are served under."""

    def path(self, name: str) -> str:
        return str(NODE_MODULES / FILES[name])


class VendorFinder(BaseFinder):
    storage = _Renamed(location=NODE_MODULES)

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        missing = [folder for folder in FILES.values() if not (NODE_MODULES / folder).is_file()]
        if not missing:
            return []
        return [
            Caution(
                f"node_modules 里缺少 {missing[0]} 等 {len(missing)} 个文件。",
                hint="运行 npm ci。",
                id="wudan.W002",
            )
        ]

    # `all` is what Django 5.1 and older passed
    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        source = FILES.get(path)
        found = str(NODE_MODULES / source) if source and (NODE_MODULES / source).is_file() else None
        if find_all:
            return [found] if found else []
        return found or []

    def list(self, _ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name, source in FILES.items():
            if (NODE_MODULES / source).is_file():
                yield name, self.storage
