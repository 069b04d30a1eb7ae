"""A query without an order comes back shuffled: PostgreSQL promises none, and tests must not get used to one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import (
    SQLAggregateCompiler,
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)

OTHERS = (SQLAggregateCompiler, SQLDeleteCompiler, SQLInsertCompiler, SQLUpdateCompiler)


@contextmanager
def shuffled() -> Iterator[None]:
    original = SQLCompiler.get_order_by

    def get_order_by(self: Any) -> list[Any]:
        found = original(self)
        if found or isinstance(self, OTHERS) or not _may_shuffle(self.query):
            return found
        by_chance = OrderBy(Random())
        return [(by_chance, (*self.compile(by_chance), False))]

    SQLCompiler.get_order_by = get_order_by  # type: ignore[method-assign]
    try:
        yield
    finally:
        SQLCompiler.get_order_by = original  # type: ignore[method-assign]


def _may_shuffle(query: Any) -> bool:
    """Only whole rows of the outermost query: elsewhere an order changes the meaning or is refused."""
    if query.subquery or query.combinator or query.distinct or query.group_by is not None:
        return False
    return not any(annotation.contains_aggregate for annotation in query.annotations.values())
