"""What can be wrong with an input, as values a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in a rulebook: where it is, what is wrong and what would be right (Simplified Chinese)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行：{self.message}"


class RulebookError(Exception):
    """A rulebook (规则集) that cannot be used; `.problems` lists every fault found, in file and line order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(p) for p in self.problems))


class InputError(Exception):
    """A claims or history table that cannot be decided at all; the message is one line for the reader."""


class ExpressionError(Exception):
    """A fault inside one expression; the loader adds file and line."""


def first_line(error: BaseException) -> str:
    """An error's text on one line."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
