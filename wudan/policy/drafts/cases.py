"""The cases of a draft (案例): which rows no longer agree, and writing a row's expectation anew once an officer has looked at it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from wudan.kernel.money import plain
from wudan.policy.drafts.yamltext import Unreadable
from wudan.policy.engine.cases import AMOUNT, OUTCOME, OUTCOMES, REASONS
from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.model import Case, CaseRow
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import BAD_INPUT, Rulebook

WORDS = {code: word for word, code in OUTCOMES.items()}


@dataclass(frozen=True, slots=True)
class RedRow:
    """A row whose expectation the draft does not meet; `decision` is None where the row's history cannot be used."""

    case: Case
    row: CaseRow
    decision: Decision | None
    fault: str = ""

    @property
    def key(self) -> str:
        return f"{self.case.file}:{self.row.line}"


def red_rows(rulebook: Rulebook) -> list[RedRow]:
    """Every row that does not agree, in the order of the files."""
    found: list[RedRow] = []
    for case in rulebook.cases:
        claims = [row for row in case.rows if not row.paid]
        try:
            decisions = decide(rulebook, [r.facts for r in claims], [r.facts for r in case.rows if r.paid])
        except InputError as error:
            found.append(RedRow(case, case.rows[0], None, str(error)))
            continue
        found += [
            RedRow(case, row, decision)
            for row, decision in zip(claims, decisions, strict=True)
            if not _agrees(row, decision)
        ]
    return found


def _agrees(row: CaseRow, decision: Decision) -> bool:
    if not row.outcome:
        return True
    amount = not row.amount_stated or row.amount_fen == decision.amount_fen
    reasons = row.reasons is None or row.reasons == set(decision.reasons)
    return row.outcome == decision.outcome and amount and reasons


def expectation(rulebook: Rulebook, decision: Decision) -> dict[str, str]:
    """What a decision is as a row of the case file says it."""
    amount = "" if decision.amount_fen is None else plain(decision.amount_fen).removesuffix(".00")
    reasons = ";".join(_reason(rulebook, code) for code in decision.reasons)
    return {OUTCOME: WORDS[decision.outcome], AMOUNT: amount, REASONS: reasons}


def _reason(rulebook: Rulebook, code: str) -> str:
    if code.startswith(BAD_INPUT):
        return f"{rulebook.column_label(code.removeprefix(BAD_INPUT))}填写有误"
    return rulebook.reason(code).label


def accepted(rulebook: Rulebook, files: Mapping[str, str], keys: Collection[str]) -> dict[str, str]:
    """The case files with the chosen rows' expectation as the draft decides; only those lines change. Raises Unreadable."""
    changed: dict[str, str] = {}
    for red in red_rows(rulebook):
        if red.key in keys and red.decision is not None:
            text = changed.get(red.case.file, files[red.case.file])
            changed[red.case.file] = _rewritten(text, red.row.line, expectation(rulebook, red.decision))
    return changed


def _rewritten(text: str, line: int, wanted: Mapping[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    header = [name.strip() for name in next(csv.reader([lines[0].lstrip("\ufeff")]), [])]
    cells = next(csv.reader([lines[line - 1]]), [])
    if len(cells) != len(header):
        raise Unreadable(f"第{line}行有换行或缺列，请按文本修改")
    for name, value in wanted.items():
        if name in header:
            cells[header.index(name)] = value
        elif value and name != AMOUNT:
            raise Unreadable(f"表中没有“{name}”一列，请按文本补上")
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    ending = lines[line - 1][len(lines[line - 1].rstrip("\r\n")) :]
    lines[line - 1] = out.getvalue() + ending
    return "".join(lines)
