"""What became known late, told to whom it concerns: in plain words what happened, what follows, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.payment.differences import OfClaim, of_claim
from wudan.web.shared.parts import Tone


@dataclass(frozen=True, slots=True)
class Told:
    """The head, what happened, what follows and what to do; `statement` is where one may have one's say, empty when decided."""

    head: str
    tone: Tone
    happened: str
    proof: str
    follows: str
    do: str
    statement: str
    statements: Any


def told_late(claim: Any, *, statement: str, mine: bool = True) -> Told | None:
    """Of a claim its reader may see; None where nothing became known. `mine`: the reader is the one who is paid."""
    late = of_claim(claim.pk)
    if late is None:
        return None
    head, tone, follows, do = _live(late, mine=mine) if late.live else _decided(late, mine=mine)
    fact = late.line.late_fact
    return Told(
        head,
        tone,
        f"{fact.sentence}。",
        fact.proof,
        follows,
        do,
        statement if late.live and late.line.direction in ("recover", "hold") else "",
        late.statements,
    )


def _live(late: OfClaim, *, mine: bool) -> tuple[str, Tone, str, str]:
    line = late.line
    payee = "本人" if line.claim.payee == "person" else "申请单位"
    now = "现在不用退钱" if mine else f"这笔钱付给了{payee}，不用您退"
    where = "您" if mine else payee
    gap = abs((line.right_fen or 0) - line.paid_fen)
    if line.direction == "recover":
        return (
            "这笔补贴正在重新核实",
            "wait",
            f"按现在的事实重新核算，可能多发了{in_sentence(gap)}。工作人员核实后，由另一人复核才作决定，{now}。",
            "您不同意的，可以在下面写明情况和理由（陈述申辩），也可以带证明材料到区人社局。",
        )
    if line.direction == "pay":
        return (
            "这笔补贴可能少发了",
            "now",
            f"按现在的事实重新核算，可能少发了{in_sentence(gap)}。复核确认后补发到{where}登记的账户。",
            "您现在不用办理。",
        )
    if line.direction == "hold":
        return (
            "这笔补贴暂停拨付，正在重新核实",
            "wait",
            "有事实发生变化，核实以前不拨付。",
            "您不同意的，可以在下面写明情况和理由（陈述申辩），也可以带证明材料到区人社局。",
        )
    return (
        "这笔申请的结论有变化",
        "now",
        "按现在的事实重新核算，结论与原来不同，工作人员正在核实。",
        "您现在不用办理。",
    )


def _decided(late: OfClaim, *, mine: bool) -> tuple[str, Tone, str, str]:
    line = late.line
    if line.state == "recovery":
        fen = in_sentence(late.recovery.amount_fen) if late.recovery else "多发的部分"
        over = late.recovery is not None and late.recovery.state != "open"
        who = "请按通知退回。" if mine else "由收款单位退回，您不用办理。"
        return (
            "多发的补贴已退回" if over else "要求退回多发的补贴",
            "off" if over else "wrong",
            f"经两人复核，应退回{fen}。理由：{line.reason}。依据：{line.document}。",
            "" if over else f"{who}不同意的，可以自收到通知之日起60日内依法申请行政复议。",
        )
    if line.state == "payment":
        fen = in_sentence(late.supplement.amount_fen) if late.supplement else "少发的部分"
        paid = late.supplement is not None and late.supplement.state == "paid"
        return (
            f"已补发{fen}" if paid else f"将补发{fen}",
            "done" if paid else "now",
            "钱已打进登记的收款账户。" if paid else "已列入拨付，由银行打进登记的收款账户。",
            "",
        )
    if line.state == "review":
        return (
            "按现在的事实重新审核",
            "now",
            "原来的核定作废，从初审开始重新办理。",
            "需要补材料时，会在这里通知您。",
        )
    if line.state == "told":
        return (
            "情况有变化，可以重新申请",
            "now",
            f"按现在的事实，符合条件的可以重新申请。{line.reason}",
            "请到首页重新申请这项补贴。",
        )
    return "重新核实后不作变动", "off", f"工作人员核实后决定不作变动。理由：{line.reason}", ""
