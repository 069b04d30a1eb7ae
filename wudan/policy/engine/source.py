"""Reading a rulebook's YAML as text with lines: no types guessed, no tags, no aliases, nothing executed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from wudan.policy.engine.problems import Problem


class Collector:
    """Gathers problems, so that several are reported at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, file: str, line: int, message: str) -> None:
        self.problems.append(Problem(file, line, message))


@dataclass
class Item:
    """A piece of a YAML file: its text, list or entries, and where it stands."""

    file: str
    line: int
    collector: Collector
    text: str | None = None
    items: list[Item] | None = None
    entries: dict[str, Item] | None = None
    read: set[str] = field(default_factory=set)

    def fault(self, message: str) -> None:
        """Record a problem at this place."""
        self.collector.add(self.file, self.line, message)

    def get(self, key: str) -> Item | None:
        """The entry of this name, if it is there."""
        self.read.add(key)
        return (self.entries or {}).get(key)

    def need(self, key: str, hint: str = "") -> Item | None:
        """The entry of this name; its absence is a problem."""
        item = self.get(key)
        if item is None:
            self.fault(f"缺少“{key}”{'：' + hint if hint else ''}")
        return item

    def string(self, key: str, hint: str = "", *, default: str | None = None) -> str:
        """The text of an entry; a problem when missing (without default) or not plain text."""
        item = self.need(key, hint) if default is None else self.get(key)
        if item is None:
            return default or ""
        return item.plain(key)

    def plain(self, what: str) -> str:
        """This item's text; a problem when it is a list or a mapping, or empty."""
        if self.text is None or not self.text.strip():
            self.fault(f"“{what}”应是一段文字，不能为空，也不能是列表或下级条目")
            return ""
        return self.text.strip()

    def strings(self, key: str, hint: str = "", *, optional: bool = False) -> list[tuple[str, Item]]:
        """The texts of a list entry, each with its place; a single text counts as a list of one."""
        item = self.get(key) if optional else self.need(key, hint)
        if item is None:
            return []
        if item.items is None:
            return [(item.plain(key), item)] if item.text is not None else []
        return [(child.plain(key), child) for child in item.items]

    def mapping(self, what: str) -> Iterator[tuple[str, Item]]:
        """The entries of a mapping, in order."""
        if self.entries is None:
            self.fault(f"“{what}”应由“名称: 内容”的条目组成")
            return
        yield from self.entries.items()

    def check_unknown(self, known: Iterable[str] = ()) -> None:
        """Report entries nobody has read."""
        allowed = [*self.read, *known]
        for key, item in (self.entries or {}).items():
            if key not in allowed:
                close = get_close_matches(key, allowed, n=1)
                item.fault(
                    f"不认识的条目“{key}”"
                    + (f"；是否想写“{close[0]}”" if close else f"；可用：{'、'.join(sorted(allowed))}")
                )


def read_yaml(path: Path, name: str, collector: Collector) -> Item | None:
    """The root of one YAML file, or nothing when it cannot be read (the problems say why)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        collector.add(name, 1, "文件无法读取；请存为 UTF-8 编码的文本文件")
        return None
    try:
        alias, node = _compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        collector.add(
            name,
            mark.line + 1 if mark else 1,
            f"YAML 格式有误（{error.problem}）；请检查缩进、冒号后的空格和引号",
        )
        return None
    except YAMLError:
        collector.add(name, 1, "YAML 格式有误；请检查缩进、冒号后的空格和引号")
        return None
    if alias:
        collector.add(name, alias, "不支持别名（*名称）；请把内容完整写出")
        return None
    if node is None:
        return Item(name, 1, collector, entries={})
    return _convert(node, name, collector)


_ALIAS = re.compile(r"\*\S")
"""What may be an alias; a product (`a * b`) has a space after the star."""


@lru_cache(maxsize=64)
def _compose(text: str) -> tuple[int, Any]:
    """The line of an alias (0 for none) and the node tree. Kept by text: of a draft somebody types in, one file changes."""
    if _ALIAS.search(text):  # reading takes twice as long when it is read for aliases first
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, AliasEvent):
                return event.start_mark.line + 1, None
    return 0, YAML(typ="safe", pure=True).compose(text)


def _convert(node: Any, file: str, collector: Collector) -> Item:
    item = Item(file, node.start_mark.line + 1, collector)
    if not str(node.tag).startswith("tag:yaml.org,2002:") or "python" in str(node.tag):
        item.fault(f"不支持标签“{node.tag}”；请直接写值")
        item.text = ""
    elif node.id == "scalar":
        item.text = str(node.value)
    elif node.id == "sequence":
        item.items = [_convert(child, file, collector) for child in node.value]
    else:
        item.entries = {}
        for key, value in node.value:
            child = _convert(value, file, collector)
            child.line = key.start_mark.line + 1
            name = str(key.value) if key.id == "scalar" else ""
            if not name:
                child.fault("条目的名称应是一段文字")
            elif name in item.entries:
                child.fault(f"条目“{name}”重复（前一处在第{item.entries[name].line}行）；请删去一处")
            else:
                item.entries[name] = child
    return item
