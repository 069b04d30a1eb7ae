"""Deciding claims: the same rules for a handful of mappings and for a table of millions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from wudan.policy.engine.columns import BY_NAME, Column
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.single import decide_rows
from wudan.policy.engine.table.run import decide_source
from wudan.policy.engine.table.source import NOTHING, Source, Table

FEW = 256
"""Up to so many rows claims are decided one by one, beyond in columns."""


@dataclass(frozen=True)
class Decision:
    """One decision (结论); `amount_fen` is whole fen, none where a review has no sum."""

    claim_id: str
    outcome: str
    amount_fen: int | None
    reasons: tuple[str, ...]
    rulebook: str


def decide(
    rulebook: Rulebook,
    claims: Sequence[Mapping[str, object]],
    history: Sequence[Mapping[str, object]] = (),
) -> list[Decision]:
    """Decide claims against each other and the paid history; one decision per claim, in the claims' order.

    The mappings use the contract's column names with native values or text. `InputError` when a row of the history is
    not usable, since leaving out a paid row could pay twice.
    """
    if len(claims) > FEW:
        table = decide_source(
            rulebook,
            source_of(claims, rulebook.forms.by_name),
            source_of(history, rulebook.forms.by_name),
        )
        return [
            Decision(
                row["claim_id"],
                row["outcome"],
                row["amount_fen"],
                tuple(filter(None, row["reasons"].split(";"))),
                rulebook.id,
            )
            for row in table.to_pylist()
        ]
    return [
        Decision(r.row.claim_id, r.outcome, r.amount, r.reasons, rulebook.id)
        for r in decide_rows(rulebook, claims, history)
    ]


def decide_table(
    rulebook: Rulebook,
    claims: pa.Table | Table,
    history: pa.Table | Table = NOTHING,
    *,
    workers: int = 1,
) -> pa.Table:
    """Decide a table; the result has the contract's five columns, one row per claim, in the claims' order.

    `workers` threads share the work among them; the result does not depend on their number.
    """
    return decide_source(rulebook, _source(claims, rulebook), _source(history, rulebook), workers=workers)


def _source(table: pa.Table | Table, rulebook: Rulebook) -> Table:
    if not isinstance(table, pa.Table):
        return table
    columns = {name: table.column(name) for name in table.column_names if name in rulebook.forms.by_name}
    return Source(columns, table.num_rows)


def source_of(rows: Sequence[Mapping[str, object]], columns: Mapping[str, Column] = BY_NAME) -> Source:
    """Rows as columns of native values; `columns` are those of the rulebook that will decide them."""
    names = {name for row in rows for name in row if name in columns}
    return Source({name: [row.get(name) for row in rows] for name in names}, len(rows))
