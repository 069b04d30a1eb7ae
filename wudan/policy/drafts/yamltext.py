"""Changing a YAML text in place: only the characters of the value that changes, every comment and layout kept.

A place is a path of keys and list positions, e.g. ("values", "yearly_max", "versions", 0, "value").
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Path = tuple[str | int, ...]
STEP = 2


class Unreadable(Exception):
    """The text is not YAML, or has nothing at that place: to be mended as text first."""


@lru_cache(maxsize=64)
def root_of(text: str) -> Any:
    """The node tree with its marks; None for an empty text. Raises Unreadable."""
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError) as error:
        raise Unreadable(str(error)) from error


def find(root: Any, path: Path) -> Any:
    """The node at a path, or None."""
    node = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, int):
            node = node.value[step] if node.id == "sequence" and step < len(node.value) else None
        else:
            node = pairs(node).get(step, (None, None))[1]
    return node


def pairs(node: Any) -> dict[str, tuple[Any, Any]]:
    """The entries of a mapping: name → (key node, value node)."""
    if node is None or node.id != "mapping":
        return {}
    return {str(key.value): (key, value) for key, value in node.value}


def plain(node: Any) -> str:
    """A scalar's text; a list's with semicolons."""
    if node is None:
        return ""
    if node.id == "sequence":
        return "；".join(plain(child) for child in node.value)
    return str(node.value).strip() if node.id == "scalar" else ""


def end_of(node: Any) -> int:
    """Where a node's own characters end; a block collection ends with its last child."""
    if node.id == "scalar" or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(last[1] if node.id == "mapping" else last)


def written(value: str) -> str:
    """A scalar as it must be written to be read back the same, inside braces or not."""
    try:
        node = YAML(typ="safe", pure=True).compose(f"{{a: {value}, b: 1}}")
        inner = pairs(node)
        if (
            set(inner) == {"a", "b"}
            and inner["a"][1].id == "scalar"
            and inner["a"][1].value == value
            and "\n" not in value
        ):
            return value
    except (YAMLError, ValueError):
        pass
    return json.dumps(value, ensure_ascii=False)


def listed(values: list[str]) -> str:
    return "[" + ", ".join(written(v) for v in values) + "]"


def put(text: str, path: Path, value: str | list[str] | None) -> str:
    """Write a value at a place; a new key joins its mapping at the end, None takes the key away. Raises Unreadable."""
    root = root_of(text)
    name = path[-1]
    holder = find(root, path[:-1])
    if holder is None or holder.id != "mapping":
        raise Unreadable(f"没有“{'.'.join(map(str, path[:-1]))}”这一项")
    there = pairs(holder).get(str(name))
    if value is None:
        return text if there is None else _without(text, holder, *there)
    new = listed(value) if isinstance(value, list) else written(value)
    if there is None:
        return _with(text, holder, f"{name}: {new}")
    node = there[1]
    return text[: node.start_mark.index] + new + text[end_of(node) :]


def _with(text: str, holder: Any, line: str) -> str:
    """The mapping with one more entry behind its last."""
    at = end_of(holder.value[-1][1])
    if holder.flow_style:
        return f"{text[:at]}, {line}{text[at:]}"
    indent = " " * holder.value[0][0].start_mark.column
    end = _line_end(text, at)
    return f"{text[:end]}\n{indent}{line}{text[end:]}"


def _without(text: str, holder: Any, key: Any, value: Any) -> str:
    start, end = key.start_mark.index, end_of(value)
    if holder.flow_style:
        before = text[:start].rstrip()
        if before.endswith(","):
            return before[:-1] + text[end:]
        return text[:start] + text[end:].lstrip().removeprefix(",").lstrip()
    begin = text.rfind("\n", 0, start) + 1
    return text[:begin] + text[_line_end(text, end) + 1 :]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def replace_entry(text: str, path: Path, block: str) -> str:
    """Write a whole entry anew: `block` is what stands under its key, unindented."""
    node = find(root_of(text), path)
    holder = find(root_of(text), path[:-1])
    if node is None:
        raise Unreadable(f"没有“{'.'.join(map(str, path))}”这一项")
    key = pairs(holder)[str(path[-1])][0]
    indent = " " * (key.start_mark.column + STEP)
    body = "".join(f"\n{indent}{line}" for line in block.splitlines())
    return f"{text[: key.end_mark.index]}:{body}{text[end_of(node) :]}"


def append_item(text: str, path: Path, item: str) -> str:
    """One more item behind a list's last."""
    node = find(root_of(text), path)
    if node is None or node.id != "sequence" or not node.value:
        raise Unreadable(f"“{'.'.join(map(str, path))}”不是列表")
    last = node.value[-1]
    if node.flow_style:
        at = end_of(last)
        return f"{text[:at]}, {item}{text[at:]}"
    begin = text.rfind("-", 0, last.start_mark.index)
    indent = text[text.rfind("\n", 0, begin) + 1 : begin]
    end = _line_end(text, end_of(last))
    return f"{text[:end]}\n{indent}- {item}{text[end:]}"


def remove_item(text: str, path: Path, place: int) -> str:
    """The list without the item at `place`."""
    node = find(root_of(text), path)
    if node is None or node.id != "sequence" or place >= len(node.value) or len(node.value) < 2:
        raise Unreadable(f"“{'.'.join(map(str, path))}”没有可以删去的一项")
    item = node.value[place]
    if node.flow_style:
        start = node.value[place - 1].end_mark.index if place else item.start_mark.index
        end = item.end_mark.index if place else node.value[1].start_mark.index
        return text[:start] + text[end:]
    begin = text.rfind("\n", 0, text.rfind("-", 0, item.start_mark.index)) + 1
    return text[:begin] + text[_line_end(text, end_of(item)) + 1 :]
