"""What of a rulebook can be changed by form: values, tables, parameters of procedure, targets and the reserve, each version
with its clause, first day and reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wudan.policy.drafts.yamltext import (
    Path,
    Unreadable,
    append_item,
    find,
    listed,
    pairs,
    plain,
    put,
    remove_item,
    replace_entry,
    root_of,
    written,
)

SECTIONS: dict[str, str] = {
    "values": "标准与限额",
    "tables": "标准表",
    "procedure": "办理时限和参数",
    "targets": "目标任务",
    "reserve": "备付要求",
}
_ANY = re.compile(rf"^({'|'.join(SECTIONS)})\s*:", re.MULTILINE)
ORIGIN = ("clause", "source", "document", "valid_from", "reading")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry; `place` is its position in `versions`, None where the entry is its own only version."""

    place: int | None
    value: str = ""
    entries: tuple[tuple[str, str], ...] = ()
    clause: str = ""
    source: str = ""
    document: str = ""
    valid_from: str = ""
    reading: str = ""
    line: int = 1

    @property
    def key(self) -> str:
        return "only" if self.place is None else str(self.place)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value, table or parameter: `kind` is `value`, `list` or `table`."""

    file: str
    section: str
    code: str
    label: str
    unit: str
    kind: str
    versions: tuple[Version, ...] = field(default=())

    @property
    def path(self) -> Path:
        return (self.section,) if self.section == "reserve" else (self.section, self.code)

    @property
    def content(self) -> str:
        return {"table": "entries"}.get(self.kind, "months" if self.section == "reserve" else "value")

    def version(self, key: str) -> Version | None:
        return next((v for v in self.versions if v.key == key), None)


def entries_of(files: Mapping[str, str]) -> tuple[list[Entry], list[str]]:
    """Every entry a form can change, in the order of sections; and the names of files that are no YAML at the moment."""
    found: list[Entry] = []
    broken: list[str] = []
    for name, text in files.items():
        if name.endswith(".yaml") and not name.startswith("common/"):
            if not _ANY.search(text):
                continue
            try:
                found += _of_file(name, root_of(text))
            except Unreadable:
                broken.append(name)
    order = list(SECTIONS)
    return sorted(found, key=lambda entry: order.index(entry.section)), broken


def _of_file(name: str, root: Any) -> Iterator[Entry]:
    for section in SECTIONS:
        node = find(root, (section,))
        if section == "reserve" and pairs(node):
            yield _entry(name, section, section, node)
        elif section != "reserve":
            for code, (_, value) in pairs(node).items():
                if pairs(value):
                    yield _entry(name, section, code, value)


def _entry(file: str, section: str, code: str, node: Any) -> Entry:
    inner = pairs(node)
    content = "months" if section == "reserve" else "entries" if section == "tables" else "value"
    several = find(node, ("versions",))
    places = (
        list(enumerate(several.value)) if several is not None and several.id == "sequence" else [(None, node)]
    )
    first = find(places[0][1], (content,)) if places else None
    kind = (
        "table"
        if section == "tables"
        else "list"
        if first is not None and first.id == "sequence"
        else "value"
    )
    label, unit = (plain(inner.get(key, (None, None))[1]) for key in ("label", "unit"))
    versions = tuple(_version(place, version, content) for place, version in places)
    return Entry(file, section, code, label or code, "个月" if section == "reserve" else unit, kind, versions)


def _version(place: int | None, node: Any, content: str) -> Version:
    value = find(node, (content,))
    rows = tuple((name, plain(child)) for name, (_, child) in pairs(value).items())
    origin = {key: plain(find(node, (key,))) for key in ORIGIN}
    return Version(place, plain(value), rows, **origin, line=node.start_mark.line + 1)


def entry_of(files: Mapping[str, str], section: str, code: str) -> Entry | None:
    """One entry; only files that name its section are read."""
    near = {name: text for name, text in files.items() if re.search(rf"^{section}\s*:", text, re.MULTILINE)}
    return next((e for e in entries_of(near)[0] if (e.section, e.code) == (section, code)), None)


# --- changing -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Wanted:
    """What a version shall be: the value as text, a list's items, or a table's rows; and where it comes from."""

    value: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    clause: str = ""
    source: str = ""
    document: str = ""
    valid_from: str = ""
    reading: str = ""

    def origin(self) -> dict[str, str]:
        return {key: getattr(self, key).strip() for key in ORIGIN}


def changed(text: str, entry: Entry, version: Version, wanted: Wanted) -> str:
    """The file's text with a version changed; what is the same is not touched."""
    base = entry.path if version.place is None else (*entry.path, "versions", version.place)
    text = _put_content(text, base, entry, version, wanted)
    for key, value in wanted.origin().items():
        if value != getattr(version, key):
            text = put(text, (*base, key), value or None)
    return text


def _put_content(text: str, base: Path, entry: Entry, version: Version, wanted: Wanted) -> str:
    place = (*base, entry.content)
    if entry.kind == "table":
        before, after = dict(version.entries), dict(wanted.rows)
        for key, value in after.items():
            if before.get(key) != value:
                text = put(text, (*place, key), value)
        for key in before.keys() - after.keys():
            text = put(text, (*place, key), None)
        return text
    if entry.kind == "list":
        items = list(wanted.items)
        return text if "；".join(items) == version.value else put(text, place, items)
    return text if wanted.value == version.value else put(text, place, wanted.value)


def with_version(text: str, entry: Entry, wanted: Wanted) -> str:
    """The file's text with one more version of the entry; an entry that had one only gets its list of versions."""
    item = "{" + ", ".join(_item(entry, wanted)) + "}"
    if entry.versions and entry.versions[0].place is not None:
        return append_item(text, (*entry.path, "versions"), item)
    only = entry.versions[0]
    before = Wanted(
        only.value, tuple(only.value.split("；")), only.entries, *(getattr(only, key) for key in ORIGIN)
    )
    head = [f"label: {written(entry.label)}"]
    node = find(root_of(text), entry.path)
    for key in ("unit", "key"):
        if key in pairs(node):
            head.append(f"{key}: {written(plain(find(node, (key,))))}")
    old = "{" + ", ".join(_item(entry, before)) + "}"
    return replace_entry(text, entry.path, "\n".join([*head, "versions:", f"  - {old}", f"  - {item}"]))


def without_version(text: str, entry: Entry, version: Version) -> str:
    if version.place is None:
        raise Unreadable("唯一的版本不能删去")
    return remove_item(text, (*entry.path, "versions"), version.place)


def _item(entry: Entry, wanted: Wanted) -> list[str]:
    if entry.kind == "table":
        content = "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in wanted.rows) + "}"
    elif entry.kind == "list":
        content = listed(list(wanted.items))
    else:
        content = written(wanted.value)
    origin = [f"{key}: {written(value)}" for key, value in wanted.origin().items() if value]
    return [f"{entry.content}: {content}", *origin]
