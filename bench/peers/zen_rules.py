"""A claim's own rules as zen-engine's decision graph: an expression, a table of prices, a table of reasons.

Days are numbers YYYYMMDD: zen 2.1.3 answers an invalid date for 29 February plus two years.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from terms import (
    APPRENTICE_FLOOR,
    APPRENTICE_MOST,
    APPRENTICE_PERCENT,
    BY_LEVEL,
    FIRST_DAY,
    INSURED_MONTHS,
    LAST_DAY,
    LEVELLED,
    LIVING_DAY,
    NO_CERTIFICATE_NEEDED,
    PRE_JOB,
    SKILLED,
    STARTUP,
    TECHNICIAN,
)

FIRST, LAST = FIRST_DAY.replace("-", ""), LAST_DAY.replace("-", "")

LEVEL = "scheme == 'pre_job' and certificate_type == 'special_ability' ? 5 : level"
SHARE = f"fee_fen == null ? 0 : floor({APPRENTICE_PERCENT} * fee_fen / 100)"
CONDITIONS = {
    "outside-period": f"begins == null or begins < {FIRST} or begins > {LAST}",
    "no-certificate": f"certificate_type == null and not(scheme in {list(NO_CERTIFICATE_NEEDED)})",
    "certificate-kind": "certificate_type != null and ("
    f"(scheme == 'pre_job' and not(certificate_type in {list(PRE_JOB)}))"
    f" or (scheme in ['skill_upgrade', 'technician'] and not(certificate_type in {list(SKILLED)})))",
    "draws-pension": "draws_pension",
    "insured-months": f"scheme == 'skill_upgrade' and insured_months < {INSURED_MONTHS}",
    "group": "(scheme == 'skill_upgrade' and not('employee' in groups)) or (scheme == 'living_allowance' and not('poor' in groups))",
    "no-fee": "scheme == 'apprenticeship' and (fee_fen == null or fee_fen == 0)",
    "no-project": "scheme == 'living_allowance' and project_id == null",
    "no-attendance": "scheme == 'living_allowance' and attended_days == 0",
    "below-floor": f"scheme == 'apprenticeship' and fee_fen != null and fee_fen > 0 and share < {APPRENTICE_FLOOR}",
    "duration": "scheme == 'apprenticeship' and started != null and ended - started > 20000",
    "prior-level": "scheme == 'technician' and ((level == 2 and prior_level != 3) or (level == 1 and prior_level != 2))",
    "unpriced": "price < 0",
}


def table(
    name: str, inputs: dict[str, str], output: str, rows: list[tuple[str, ...]], **kind: Any
) -> dict[str, Any]:
    """A decision table: a row is the cells of the inputs and the output."""
    columns = [*inputs, "answer"]
    return {
        "id": name, "name": name, "type": "decisionTableNode", "position": {"x": 0, "y": 0},
        "content": {
            "inputs": [{"id": key, "name": key, **({"field": field} if field else {})} for key, field in inputs.items()],
            "outputs": [{"id": "answer", "name": output, "field": output}],
            "rules": [{"_id": f"{name}{place}", **dict(zip(columns, row, strict=True))} for place, row in enumerate(rows)],
            "inputField": None, "executionMode": "single", **kind,
        },
    }  # fmt: skip


def expressions(name: str, values: dict[str, str], *, through: bool) -> dict[str, Any]:
    """An expression node."""
    content = {
        "expressions": [{"id": key, "key": key, "value": value} for key, value in values.items()],
        "passThrough": through,
        "executionMode": "single",
    }
    return {
        "id": name,
        "name": name,
        "type": "expressionNode",
        "position": {"x": 0, "y": 0},
        "content": content,
    }


def graph() -> dict[str, Any]:
    """In, level and share, price, reasons, result, out: one after the other."""
    prices = [(f'"{s}"', str(level), str(fen)) for s in LEVELLED for level, fen in BY_LEVEL.items()]
    prices += [('"technician"', str(level), str(fen)) for level, fen in TECHNICIAN.items()]
    prices += [
        ('"startup_training"', "", str(STARTUP)),
        ('"apprenticeship"', "", f"min([share, {APPRENTICE_MOST}])"),
        ('"living_allowance"', "", f"{LIVING_DAY} * attended_days"),
        ("", "", "-1"),
    ]
    conditions = [(condition, f"'{reason}'") for reason, condition in CONDITIONS.items()]
    ends = [
        {"id": name, "name": name, "type": f"{name}Node", "position": {"x": 0, "y": 0}}
        for name in ("input", "output")
    ]
    result = {
        "price": "$nodes.prices.price",
        "effective": "$nodes.facts.effective",
        "reasons": "map($nodes.reasons.reasons, #.reason)",
    }
    nodes = [
        ends[0],
        expressions("facts", {"effective": LEVEL, "share": SHARE}, through=True),
        table("prices", {"s": "scheme", "l": "effective"}, "price", prices, hitPolicy="first", passThrough=True, outputPath=None),
        table("reasons", {"c": ""}, "reason", conditions, hitPolicy="collect", passThrough=False, outputPath="reasons"),
        expressions("result", result, through=False),
        ends[1],
    ]  # fmt: skip
    edges = [
        {"id": f"{a['id']}>{b['id']}", "sourceId": a["id"], "targetId": b["id"], "type": "edge"}
        for a, b in pairwise(nodes)
    ]
    return {"nodes": nodes, "edges": edges}
