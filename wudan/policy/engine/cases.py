"""Cases by officials (案例): CSV rows with Chinese headers, each a claim and what is expected of it.

Rows with the same name in the first column form one case, decided together. Columns are named by the Chinese labels of
`columns`; values may be written as labels too. A row whose 已发放金额 is filled is a paid row of the history.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from wudan.policy.engine.columns import BY_NAME, Column, Kind
from wudan.policy.engine.model import Case, CaseRow, Plan
from wudan.policy.engine.source import Collector

NAME, NOTE, OUTCOME, AMOUNT, REASONS, PAID = (
    "案例",
    "说明",
    "预期结论",
    "预期金额（元）",
    "预期原因",
    "已发放金额（元）",
)
OUTCOMES = {"通过": "approved", "不予通过": "rejected", "人工复核": "review", "填写有误": "invalid"}
_YUAN = {"培训费（元）": "fee_fen", "项目合同金额（元）": "contract_fen"}
_DEFAULTS = {"person_id": "#甲", "applied_at": "2020-06-01 09:00:00"}


def read_cases(
    folder: Path, words: Any, plans: Mapping[str, Plan], own: Sequence[Column], collector: Collector
) -> tuple[Case, ...]:
    """Every case of `cases/*.csv`; `own` are the rulebook's own columns. Faults name file and line."""
    found: list[Case] = []
    for path in sorted(folder.glob("cases/*.csv")):
        found += _File(f"cases/{path.name}", words, plans, own, collector).read(path)
    return tuple(found)


class _File:
    def __init__(
        self, file: str, words: Any, plans: Mapping[str, Plan], own: Sequence[Column], collector: Collector
    ) -> None:
        self.file, self.collector = file, collector
        self.known = {**BY_NAME, **{column.name: column for column in own}}
        self.columns = {label.label: code for code, label in words.columns.items() if code in self.known}
        self.codes: dict[str, dict[str, str]] = {
            "scheme": {plan.scheme.label: code for code, plan in plans.items()},
            "certificate_type": {label.label: code for code, label in words.certificate_types.items()},
            "level": {label.label: code for code, label in words.levels.items()},
            "groups": {label.label: code for code, label in words.groups.items()},
            "project_stage": {
                words.words[code]: code for code in ("advance", "balance") if code in words.words
            },
        }
        self.codes["prior_level"] = self.codes["level"]
        for column in own:
            self.codes[column.name] = {words.words.get(code, code): code for code in column.options}
        self.yuan = dict(_YUAN)
        for code in (column.name for column in own if words.columns[column.name].unit == "分"):
            self.yuan[f"{words.columns[code].label}（元）"] = code
        self.reasons = {template.label: code for code, template in words.reasons.items()}
        self.reason_codes = set(words.reasons)

    def fault(self, line: int, message: str) -> None:
        self.collector.add(self.file, line, message)

    def read(self, path: Path) -> list[Case]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            text = path.read_text(encoding="gb18030", errors="replace")
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [cell.strip() for cell in next(reader, [])]
        known = {NAME, NOTE, OUTCOME, AMOUNT, REASONS, PAID, *self.yuan, *self.columns}
        for name in header:
            if name not in known:
                self.fault(1, f"不认识的列“{name}”；可用：{'、'.join(sorted(known))}")
        for name in (NAME, OUTCOME):
            if name not in header:
                self.fault(1, f"缺少列“{name}”")
                return []
        rows: dict[str, list[CaseRow]] = {}
        notes: dict[str, str] = {}
        for cells in reader:
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            if not any(row.values()):
                continue
            name = row.get(NAME, "")
            if not name:
                self.fault(reader.line_num, f"“{NAME}”不能空缺；同一案例的几行写同一名称")
            notes.setdefault(name, row.get(NOTE, ""))
            rows.setdefault(name, []).append(self.row(row, reader.line_num, len(rows.get(name, []))))
        return [
            Case(name, self.file, found[0].line, tuple(found), notes[name]) for name, found in rows.items()
        ]

    def row(self, row: Mapping[str, str], line: int, place: int) -> CaseRow:
        facts: dict[str, object] = {"claim_id": f"案例{place + 1:03d}", **_DEFAULTS}
        for name, text in row.items():
            if name in self.columns and text:
                facts[self.columns[name]] = self.code(self.columns[name], text)
            elif name in self.yuan and text:
                facts[self.yuan[name]] = self.fen(text, line)
        paid = bool(row.get(PAID))
        if paid:
            facts["amount_fen"] = self.fen(row[PAID], line)
        outcome = row.get(OUTCOME, "")
        if outcome and outcome not in OUTCOMES:
            self.fault(line, f"“{OUTCOME}”不能是“{outcome}”；可用：{'、'.join(OUTCOMES)}")
        amount = row.get(AMOUNT, "")
        stated = bool(amount) or outcome == "人工复核"
        reasons = self.reason_set(row.get(REASONS, ""), line) if outcome else None
        fen = self.fen(amount, line) if amount else None
        return CaseRow(line, facts, paid, OUTCOMES.get(outcome, ""), fen, stated, reasons)

    def code(self, column: str, text: str) -> str:
        codes: dict[str, str] = self.codes.get(column, {})
        if self.known[column].kind is Kind.SET:
            return ";".join(
                codes.get(part.strip(), part.strip()) for part in text.replace("；", ";").split(";")
            )
        return codes.get(text, text)

    def reason_set(self, text: str, line: int) -> frozenset[str]:
        found = set()
        for part in filter(None, (p.strip() for p in text.replace("；", ";").replace("、", ";").split(";"))):
            code = self.reasons.get(part, part)
            if part.endswith("填写有误"):
                code = f"bad-input:{self.columns.get(part.removesuffix('填写有误'), part)}"
            if code not in self.reason_codes and not code.startswith("bad-input:"):
                self.fault(line, f"没有叫“{part}”的原因；可用：{'、'.join(self.reasons)}")
            found.add(code)
        return frozenset(found)

    def fen(self, text: str, line: int) -> int:
        try:
            value = Decimal(text.removesuffix("元")) * 100
        except InvalidOperation:
            value = Decimal("0.5")
        if value != value.to_integral_value():
            self.fault(line, f"“{text}”不是金额；请写元，如 1500 或 1500.50")
            return 0
        return int(value)
