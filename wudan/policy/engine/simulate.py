"""Comparing two rulebooks on the same claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wudan.policy.engine.columns import BY_NAME
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.table.cells import read_text
from wudan.policy.engine.table.source import Source
from wudan.policy.engine.texts import yuan

_COMPARED = ("outcome", "amount_fen", "reasons")


def known_history(rulebook: Rulebook, history: Source) -> Source:
    """The history without rows of schemes this rulebook does not know."""
    schemes = read_text(BY_NAME["scheme"], history.columns.get("scheme"), history.rows)
    known = pc.or_(schemes.is_null(), pc.is_in(schemes, pa.array(list(rulebook.schemes), pa.large_string())))
    places = np.flatnonzero(np.asarray(known))
    if len(places) == history.rows:
        return history
    return Source({name: _take(data, places) for name, data in history.columns.items()}, len(places))


def _take(data: Any, places: Any) -> Any:
    return [data[i] for i in places] if isinstance(data, list) else data.take(pa.array(places))


def compare(first: pa.Table, second: pa.Table) -> pa.Table:
    """The rows whose outcome, amount or reasons differ, in the claims' order."""
    differs = pa.array(np.zeros(first.num_rows, np.bool_))
    for name in _COMPARED:
        one, two = first[name].combine_chunks(), second[name].combine_chunks()
        same = pc.fill_null(pc.equal(one, two), pc.and_(one.is_null(), two.is_null()))
        differs = pc.or_(differs, pc.invert(same))
    columns = {name: first[name] for name in ("claim_id", *_COMPARED)}
    columns |= {f"{name}_other": second[name] for name in _COMPARED}
    return pa.table(columns).filter(differs)


def totals(rulebook: Rulebook, other: Rulebook, claims: Source, first: pa.Table, second: pa.Table) -> str:
    """Heads and money by scheme under both rulebooks."""
    schemes = read_text(BY_NAME["scheme"], claims.columns.get("scheme"), claims.rows)
    lines = [f"按补贴项目合计：{rulebook.id} 与 {other.id}"]
    sides = [_by_scheme(schemes, first), _by_scheme(schemes, second)]
    for code in sorted(sides[0].keys() | sides[1].keys()):
        scheme = rulebook.schemes.get(code) or other.schemes.get(code)
        shown = [_total(side.get(code, {})) for side in sides]
        lines.append(f"  {code or '（未填）'} {scheme.label if scheme else ''}：{shown[0]} → {shown[1]}")
    return "\n".join(lines)


def _by_scheme(schemes: pa.Array, decisions: pa.Table) -> dict[str, dict[str, tuple[int, int]]]:
    table = pa.table(
        {"scheme": pc.fill_null(schemes, ""), "outcome": decisions["outcome"], "fen": decisions["amount_fen"]}
    )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in (
        table.group_by(["scheme", "outcome"]).aggregate([("fen", "sum"), ([], "count_all")]).to_pylist()
    ):
        found.setdefault(row["scheme"], {})[row["outcome"]] = (row["count_all"], row["fen_sum"] or 0)
    return found


def _total(side: dict[str, tuple[int, int]]) -> str:
    approved, review = side.get("approved", (0, 0)), side.get("review", (0, 0))
    refused = side.get("rejected", (0, 0))[0] + side.get("invalid", (0, 0))[0]
    return f"通过{approved[0]}份{yuan(approved[1])}、复核{review[0]}份{yuan(review[1])}、未通过{refused}份"
