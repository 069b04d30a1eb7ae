"""What differs between two releases (版本差异): value by value as the policy pages word it, and line by line as it is written."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from wudan.policy.engine.model import ClauseValue
from wudan.policy.engine.rulebook import Rulebook

MOST_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One statement that is new, gone, or says something else."""

    kind: str
    topic: str
    label: str
    before: ClauseValue | None
    after: ClauseValue | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text comparison: `kind` is `same`, `gone` or `new`, or `gap` between two places."""

    kind: str
    text: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class FileDifference:
    """The changed places of one file."""

    name: str
    kind: str
    lines: tuple[Line, ...]
    added: int
    removed: int


def differences(before: Rulebook, after: Rulebook) -> list[Difference]:
    """Statements paired by topic, name and first day; in the later rulebook's order, what is gone at the end of its topic."""
    old, new = _keyed(before), _keyed(after)
    found: list[Difference] = []
    for key, statement in new.items():
        was = old.get(key)
        if was is None:
            found.append(Difference("new", statement.topic, statement.label, None, statement))
        elif _says(was) != _says(statement):
            found.append(Difference("changed", statement.topic, statement.label, was, statement))
    gone = [Difference("gone", s.topic, s.label, s, None) for key, s in old.items() if key not in new]
    topics = list(dict.fromkeys([s.topic for s in (*new.values(), *old.values())]))
    return sorted([*found, *gone], key=lambda one: topics.index(one.topic))


def _says(one: ClauseValue) -> tuple[str, str, str]:
    """A rule says what it is written as: a value in its words has a line of its own, and one edit is one difference."""
    return one.written or one.value, one.clause, one.reading


def _keyed(rulebook: Rulebook) -> dict[tuple[str, str, str, int], ClauseValue]:
    """Two statements may share topic, name and day (a table's rows never do); they are told apart by their order."""
    found: dict[tuple[str, str, str, int], ClauseValue] = {}
    for one in rulebook.clauses():
        place = 0
        while (key := (one.topic, one.label, str(one.valid_from), place)) in found:
            place += 1
        found[key] = one
    return found


def file_differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileDifference]:
    """Every file that differs, line by line with a little around it."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ""), after.get(name, "")
        if name in before and name in after and old == new:
            continue
        kind = "changed" if name in before and name in after else "new" if name in after else "gone"
        lines = tuple(_lines(old.splitlines(), new.splitlines()))
        found.append(
            FileDifference(
                name, kind, lines, sum(x.kind == "new" for x in lines), sum(x.kind == "gone" for x in lines)
            )
        )
    return found


def _lines(old: list[str], new: list[str]) -> list[Line]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines: list[Line] = []
    for group in matcher.get_grouped_opcodes(MOST_CONTEXT):
        if lines:
            lines.append(Line("gap", ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [Line("same", old[i], i + 1, j1 + i - i1 + 1) for i in range(i1, i2)]
                continue
            lines += [Line("gone", old[i], i + 1) for i in range(i1, i2)]
            lines += [Line("new", new[j], None, j + 1) for j in range(j1, j2)]
    return lines
