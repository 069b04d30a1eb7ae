"""Findings in plain Chinese, as rows to paste into a case file, and for machines."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from wudan.policy.engine.cases import AMOUNT, NAME, OUTCOME, OUTCOMES, REASONS
from wudan.policy.engine.examine.findings import Finding
from wudan.policy.engine.examine.kinds import GRAVITIES
from wudan.policy.engine.model import OpenPoint
from wudan.policy.engine.natives import jsonable
from wudan.policy.engine.rulebook import Rulebook

LEFT_OUT = ("claim_id", "person_id")
_OUTCOME_WORDS = {code: word for word, code in OUTCOMES.items()}


def as_text(rulebook: Rulebook, findings: Sequence[Finding]) -> list[str]:
    """The report: what stands, by gravity, each with its person; then the known open points."""
    lines: list[str] = []
    number = 0
    for gravity, heading in GRAVITIES.items():
        group = [f for f in findings if f.gravity == gravity and f.known is None]
        if group:
            lines += ["", f"【{heading}】{len(group)}项"]
        for finding in group:
            number += 1
            lines += _shown(rulebook, finding, number)
    return [*lines, *_known_lines(rulebook, findings)]


def _shown(rulebook: Rulebook, finding: Finding, number: int) -> list[str]:
    lines = [f"{number}. {finding.title}（{finding.code}） {finding.message}"]
    rule = f"规则 {finding.rule}，" if finding.rule else ""
    lines += [f"   依据：{rule}{finding.clause}", f"   意思：{finding.meaning}"]
    if finding.claims:
        lines += ["   这样一个人（可以贴进 cases 的表）："]
        lines += [
            f"     {line}"
            for line in case_text(rulebook, finding, f"自查{number}：{finding.title}").splitlines()
        ]
    return lines


def _known_lines(rulebook: Rulebook, findings: Sequence[Finding]) -> list[str]:
    points: dict[str, tuple[OpenPoint, list[Finding]]] = {}
    for finding in findings:
        if finding.known is not None:
            points.setdefault(finding.known.code, (finding.known, []))[1].append(finding)
    lines = ["", f"【已知的待定事项】{len(points)}项"] if points else []
    for code, (point, found) in points.items():
        titles = "、".join(dict.fromkeys(f.title for f in found))
        lines += [
            f"- 已知 {code}（{point.origin.clause}）：{point.why}",
            f"  自查遇到{len(found)}处：{titles}；例如：",
        ]
        lines += [f"     {line}" for line in case_text(rulebook, found[0], f"待定：{code}").splitlines()]
    return lines


def case_text(rulebook: Rulebook, finding: Finding, name: str) -> str:
    """The finding's claims as rows of a case file, with what is decided today as expectation."""
    columns = [
        n for n in rulebook.forms.by_name if n not in LEFT_OUT and any(n in row for row in finding.claims)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    labels = [rulebook.column_label(n) + ("（元）" if _in_yuan(rulebook, n) else "") for n in columns]
    writer.writerow([NAME, *labels, OUTCOME, AMOUNT, REASONS])
    for row, decision in zip(finding.claims, finding.decisions, strict=True):
        reasons = ";".join(rulebook.reason(code).label for code in decision.reasons)
        amount = "" if decision.amount_fen is None else _yuan(decision.amount_fen)
        cells = [_cell(rulebook, n, row.get(n)) for n in columns]
        writer.writerow([name, *cells, _OUTCOME_WORDS[decision.outcome], amount, reasons])
    return text.getvalue()


def _cell(rulebook: Rulebook, name: str, value: Any) -> str:
    """A fact as an official writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if _in_yuan(rulebook, name):
        return _yuan(int(value))
    if name == "scheme":
        return rulebook.schemes[value].label
    if name in ("level", "prior_level"):
        label = rulebook.levels.get(str(value))
        return label.label if label else str(value)
    if name == "groups":
        labels = [rulebook.groups.get(part) for part in str(value).split(";")]
        return ";".join(
            label.label if label else part for label, part in zip(labels, str(value).split(";"), strict=True)
        )
    if rulebook.forms.by_name[name].options:
        return rulebook.word(str(value))
    return str(jsonable(value))


def _in_yuan(rulebook: Rulebook, name: str) -> bool:
    """Whether a case file holds this column in yuan."""
    label = rulebook.columns.get(name)
    return label is not None and label.unit == "分"


def _yuan(fen: int) -> str:
    return format(Decimal(fen) / 100, "f").removesuffix(".00")


def as_data(rulebook: Rulebook, findings: Sequence[Finding]) -> list[Mapping[str, object]]:
    """The findings for a machine: plain values, dates as text."""
    return [
        {
            "code": f.code,
            "title": f.title,
            "gravity": f.gravity,
            "stands": f.stands,
            "schemes": list(f.schemes),
            "rule": f.rule,
            "clause": f.clause,
            "message": f.message,
            "meaning": f.meaning,
            "known": None
            if f.known is None
            else {"code": f.known.code, "why": f.known.why, "clause": f.known.origin.clause},
            "claims": [{n: jsonable(v) for n, v in row.items()} for row in f.claims],
            "decisions": [
                {"outcome": d.outcome, "amount_fen": d.amount_fen, "reasons": list(d.reasons)}
                for d in f.decisions
            ],
            "case": case_text(rulebook, f, f"自查{number}：{f.title}") if f.claims else "",
        }
        for number, f in enumerate(findings, 1)
    ]
