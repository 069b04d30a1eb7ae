"""Whether a draft's texts make a rulebook, and whether its cases agree."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from wudan.policy.engine.checking import check_cases
from wudan.policy.engine.examine.findings import Finding
from wudan.policy.engine.examine.run import examine
from wudan.policy.engine.problems import Problem, RulebookError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.stored import load_texts

MOST_KEPT = 32


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: problems with file and line, or a rulebook and the lines of its cases that do not agree."""

    problems: tuple[Problem, ...]
    rulebook: Rulebook | None
    red: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        return self.rulebook.content_hash if self.rulebook else ""


_kept: OrderedDict[str, Checked] = OrderedDict()


def check(name: str, files: Mapping[str, str]) -> Checked:
    """Read the texts as the rulebook `name`. The same texts are read once per process, the last few at least."""
    digest = hashlib.sha256(name.encode())
    for file in sorted(files):
        digest.update(f"\0{file}\0{len(files[file])}\0{files[file]}".encode())
    key = digest.hexdigest()
    if (known := _kept.get(key)) is not None:
        return known
    found = _kept[key] = _check(name, files)
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return found


_found: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()


def examined(rulebook: Rulebook) -> tuple[Finding, ...]:
    """自查: what the rulebook's examination of itself finds (`wudan rulebook check`), a second or two; the last few are kept."""
    key = rulebook.content_hash
    if key not in _found:
        _found[key] = tuple(examine(rulebook))
        while len(_found) > MOST_KEPT:
            _found.popitem(last=False)
    return _found[key]


def _check(name: str, files: Mapping[str, str]) -> Checked:
    try:
        rulebook = load_texts(name, files)
    except RulebookError as error:
        return Checked(tuple(error.problems), None)
    return Checked((), rulebook, tuple(check_cases(rulebook)))
