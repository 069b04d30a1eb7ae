"""A scheme's own rules over its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from wudan.policy.engine.facttypes import APPLIED_ON
from wudan.policy.engine.lang.nodes import Node, TextColumn
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import Plan
from wudan.policy.engine.shanghai import DAY_MICROS
from wudan.policy.engine.table.cells import Ints
from wudan.policy.engine.table.form import Checked
from wudan.policy.engine.table.kernels import REJECTED, REVIEWED

Flags = npt.NDArray[np.uint8]


@dataclass
class Rows:
    """Some rows of the checked columns, as expressions read them."""

    checked: Checked
    places: Ints
    memo: dict[int, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> Any:
        """The rows' values of a fact."""
        if name not in self.columns:
            self.columns[name] = self._take(name)
        return self.columns[name]

    def _take(self, name: str) -> Any:
        if name in self.checked.booleans:
            return self.checked.numbers[name][self.places] == 1
        if name == APPLIED_ON:
            return np.floor_divide(self.checked.numbers["applied_at"][self.places], DAY_MICROS)
        if name in self.checked.numbers:
            return self.checked.numbers[name][self.places]
        whole = self.checked.schemes if name == "scheme" else self.checked.texts[name]
        return TextColumn(whole.codes[self.places], whole.vocabulary)

    def ask(self, node: Node | None) -> Any:
        """An expression's values as an array of the rows' length."""
        value = np.True_ if node is None else node.many(self)
        return value if isinstance(value, TextColumn) else np.broadcast_to(value, len(self.places))


@dataclass
class Own:
    """What a scheme's own rules say of its rows: reason bits, flags (`kernels.REJECTED`, …), price (`NONE` for no sum)."""

    bits: Ints
    flags: Flags
    price: Ints


def own_rules(plan: Plan, rows: Rows, bits: dict[str, int]) -> Own:
    """Ask a scheme's own rules of its rows, and price them."""
    size = len(rows.places)
    own = Own(np.zeros(size, np.int64), np.zeros(size, np.uint8), np.full(size, NONE))
    sumless = np.zeros(size, np.bool_)
    for condition in plan.conditions:
        failed = ~rows.ask(condition.require)
        if condition.when is not None:
            failed &= rows.ask(condition.when)
        if not failed.any():
            continue
        own.bits[failed] |= bits[condition.reason]
        own.flags[failed] |= REVIEWED if condition.review else REJECTED
        if condition.without_sum:
            sumless |= failed
    if plan.amount:
        own.price = np.array(rows.ask(plan.amount.parts[-1].node), np.int64)
    unpriced = own.price == NONE
    np.maximum(own.price, 0, out=own.price, where=~unpriced)
    if unpriced.any():
        own.bits[unpriced] |= bits["unpriced"]
        own.flags[unpriced] |= REVIEWED
    if sumless.any():
        own.price[sumless] = NONE
    return own
