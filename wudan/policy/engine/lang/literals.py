"""Literals as policy officers write them: `3`, `60%`, `4000元`, `12个月`, `2019-01-01`, lists of texts."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from fractions import Fraction

from wudan.policy.engine.lang.nodes import Const, Node
from wudan.policy.engine.lang.types import DATE, number
from wudan.policy.engine.problems import ExpressionError
from wudan.policy.engine.values import to_day

NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:%|元|分|年|个月|月|天|日|次|人)?"
DATE_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NUMBER = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)(%|元|分|年|个月|月|天|日|次|人)?")
_FACTOR = {"%": Fraction(1, 100), "元": Fraction(100)}


def fraction(text: str) -> Fraction:
    """A number as an exact fraction; yuan become fen."""
    found = _NUMBER.fullmatch(text)
    if not found:
        raise ExpressionError(f"“{text}”不是数；请写成如 3、60%、4000元、12个月")
    if len(found[2]) > 18:
        raise ExpressionError(f"“{text}”位数过多；最多18位")
    value = Fraction(found[2]) * _FACTOR.get(found[3] or "", Fraction(1))
    return -value if found[1] else value


def day(text: str) -> int:
    """A date `YYYY-MM-DD` as days since 1970-01-01."""
    with suppress(ValueError):
        if re.fullmatch(DATE_TEXT, text):
            return to_day(dt.date.fromisoformat(text))
    raise ExpressionError(f"“{text}”不是日期；请写成如 2019-01-01")


def constant(text: str) -> Node:
    """A number or date literal as a node."""
    if re.fullmatch(DATE_TEXT, text):
        return Const(DATE, value=day(text), text=text)
    value = fraction(text)
    kind = number(value.numerator, value.numerator, den=value.denominator)
    return Const(kind, value=value.numerator, text=text)
