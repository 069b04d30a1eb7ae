"""The bank's answer against what was sent, line by line. Pure: lines in, gaps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.payment.bankreturn import ReturnFile, ReturnRow


@dataclass(frozen=True, slots=True)
class Gap:
    """Where published (公示), payable (核定), sent (拨付) and received (到账) differ. Sums in fen; holds no personal data."""

    code: str
    sentence: str
    reference: str = ""
    claim: str = ""
    published_fen: int | None = None
    payable_fen: int | None = None
    line_fen: int | None = None
    received_fen: int | None = None

    def json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sent:
    """A line as the bank has it. `paid` is None while it waits."""

    line_id: int
    claim_id: int
    claim: str
    reference: str
    amount_fen: int
    number: str
    paid: bool | None
    supplement_id: int | None = None


def match(file: ReturnFile, sent: Mapping[str, Sent], *, final: bool) -> tuple[list[ReturnRow], list[Gap]]:
    """The rows that answer a waiting line, and every gap. A row that repeats an answer already booked is neither.

    `final` says that the bank answers nothing more: a line still waiting is then a gap.
    """
    news: list[ReturnRow] = []
    gaps: list[Gap] = []
    times = Counter(row.reference for row in file.rows)
    for row in file.rows:
        line = sent.get(row.reference)
        found = _gap(row, line, times[row.reference])
        if found is not None:
            gaps.append(found)
        elif line is not None and line.paid is None:
            news.append(row)
    if file.total_fen is not None and file.total_fen != (total := sum(row.amount_fen for row in file.rows)):
        gaps.append(
            Gap(
                "wrong-total",
                f"合计行为{in_sentence(file.total_fen)}，各行相加为{in_sentence(total)}。",
                line_fen=total,
                received_fen=file.total_fen,
            )
        )
    if final:
        gaps += [
            Gap(
                "missing-line",
                "银行回单已全部收齐，但没有这一笔。",
                s.reference,
                s.claim,
                line_fen=s.amount_fen,
            )
            for s in sent.values()
            if s.paid is None and s.reference not in times
        ]
    return news, gaps


def _gap(row: ReturnRow, line: Sent | None, times: int) -> Gap | None:
    where = f"回单第{row.row}行"
    if line is None:
        return Gap(
            "unknown-reference",
            f"{where}的明细号不在本批次中。",
            row.reference[:40],
            received_fen=row.amount_fen,
        )

    def gap(code: str, sentence: str) -> Gap:
        return Gap(
            code, sentence, line.reference, line.claim, line_fen=line.amount_fen, received_fen=row.amount_fen
        )

    if times > 1:
        return gap("duplicate-line", f"{where}：同一明细号在回单中出现{times}次。")
    if row.amount_fen != line.amount_fen:
        return gap(
            "wrong-amount",
            f"{where}：回单金额{in_sentence(row.amount_fen)}，送出金额{in_sentence(line.amount_fen)}。",
        )
    if row.number and not _same_account(row.number, line.number):
        return gap("account-mismatch", f"{where}：收款账号与送出的账号不一致。")
    if line.paid is not None and line.paid != row.paid:
        words = {True: "成功", False: "失败"}
        return gap("contradiction", f"{where}：先前回单为“{words[line.paid]}”，本次为“{words[row.paid]}”。")
    return None


def _same_account(answered: str, sent: str) -> bool:
    """A bank may mask the middle of an account; what it shows must agree, and it must show the last four digits."""
    if answered == sent:
        return True
    return (
        "*" in answered
        and len(answered) == len(sent)
        and answered[-4:] == sent[-4:]
        and all(a in ("*", s) for a, s in zip(answered, sent, strict=True))
    )
