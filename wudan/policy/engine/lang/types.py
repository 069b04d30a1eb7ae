"""Types of expressions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wudan.policy.engine.problems import ExpressionError

NONE = np.int64(np.iinfo(np.int64).min)
"""Stands for "no value" in a column of numbers or dates."""
LIMIT = 2**62
"""No number an expression can reach may be larger, so that whole columns can be computed in 64 bits."""

_CHINESE = {"num": "数", "bool": "是否", "text": "文字", "date": "日期", "set": "多选文字", "list": "列表"}


@dataclass(frozen=True)
class Type:
    """A kind; for numbers the denominator, the bounds of the numerator, and whether a value may be missing."""

    kind: str
    den: int = 1
    low: int = 0
    high: int = 0
    maybe: bool = False

    @property
    def words(self) -> str:
        """The kind in Chinese."""
        return _CHINESE[self.kind]

    def scaled(self, den: int) -> Type:
        """The same number over another denominator, a multiple of this one."""
        factor = den // self.den
        return bounded(replace(self, den=den, low=self.low * factor, high=self.high * factor))


BOOL = Type("bool")
TEXT = Type("text")
DATE = Type("date", maybe=True)
SET = Type("set")
LIST = Type("list")


def number(low: int, high: int, *, den: int = 1, maybe: bool = False) -> Type:
    """A number's type from the bounds of its numerator."""
    return bounded(Type("num", den, low, high, maybe))


def bounded(result: Type) -> Type:
    """The type itself, if everything it can hold fits."""
    if max(abs(result.low), abs(result.high)) >= LIMIT:
        raise ExpressionError("算式可能得出过大的数；请减少相乘的项，或减少比例的小数位")
    return result
