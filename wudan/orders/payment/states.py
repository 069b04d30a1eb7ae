"""States of a payment batch (拨付批次), its lines (拨付明细), an inquiry whether money arrived (到账核实) and a recovery (追回)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

F = (Role.FINANCE,)

BATCH = StateTable(
    name="batch",
    label="拨付批次",
    states={
        "drafted": "拟制中",
        "signed": "已签批",
        "sent": "已送银行",
        "answered": "银行已回单",
        "settled": "已结清",
        "halted": "有差异，暂停拨付",
        "cancelled": "已取消",
    },
    initial=("drafted",),
    moves=(
        Move("sign", ("drafted",), "signed", F, "签批"),
        Move("send", ("signed",), "sent", F, "送银行"),
        Move("answer", ("sent",), "answered", F, "录入银行回单"),
        Move("settle", ("answered",), "settled", F, "结清"),
        Move("stop", ("drafted", "signed", "sent", "answered"), "halted", (Role.SYSTEM, *F), "暂停拨付"),
        Move("resume_draft", ("halted",), "drafted", F, "差异已处理，退回拟制"),
        Move("resume_sent", ("halted",), "sent", F, "差异已处理，继续等待回单"),
        Move("cancel", ("drafted",), "cancelled", F, "取消批次"),
    ),
)

LINE = StateTable(
    name="payment_line",
    label="拨付明细",
    states={"pending": "待付", "paid": "已付", "bounced": "退票", "cancelled": "已移出"},
    initial=("pending",),
    moves=(
        Move("pay", ("pending",), "paid", F, "已付"),
        Move("bounce", ("pending",), "bounced", F, "退票"),
        Move("bounce_late", ("paid",), "bounced", F, "银行事后退回"),
        Move("cancel", ("pending",), "cancelled", F, "移出"),
    ),
)

INQUIRY = StateTable(
    name="inquiry",
    label="到账核实",
    states={
        "open": "待核实",
        "arrived": "银行查实已到账",
        "bounced": "银行查实未到账，已退回",
        "received": "本人改答已收到",
    },
    initial=("open",),
    moves=(
        Move("arrived", ("open",), "arrived", F, "已到账"),
        Move("bounced", ("open",), "bounced", F, "未到账，退回重付"),
        Move("received", ("open",), "received", (Role.WORKER,), "本人改答已收到"),
    ),
)

RECOVERY = StateTable(
    name="recovery",
    label="追回",
    states={"open": "追回中", "received": "已全部追回", "lifted": "已撤销"},
    initial=("open",),
    moves=(
        Move("finish", ("open",), "received", F, "已全部追回"),
        Move("lift", ("open",), "lifted", (Role.REVIEWER,), "撤销追回"),
    ),
)

SUPPLEMENT = StateTable(
    name="supplement",
    label="补发",
    states={
        "approved": "待拨付",
        "batched": "拨付中",
        "paid": "已补发",
        "bounced": "银行退票",
        "cancelled": "已取消",
    },
    initial=("approved",),
    moves=(
        Move("gather", ("approved",), "batched", F, "列入拨付批次"),
        Move("release", ("batched",), "approved", F, "移出拨付批次"),
        Move("pay", ("batched",), "paid", F, "银行已付"),
        Move("bounce", ("batched",), "bounced", F, "银行退票"),
        Move("repay", ("bounced",), "approved", F, "更正账户，重新拨付"),
        Move("cancel", ("approved", "bounced"), "cancelled", (Role.REVIEWER,), "取消补发"),
    ),
)

OFFICERS = (Role.INTAKE, Role.REVIEWER)
DIFFERENCE = StateTable(
    name="difference",
    label="差额",
    states={
        "open": "待核",
        "proposed": "已提意见，待复核",
        "recovery": "确认追回",
        "payment": "确认补发",
        "review": "退回重新审核",
        "told": "已告知本人",
        "dismissed": "不处理",
        "closed": "事实再次变化，自动消除",
    },
    initial=("open",),
    moves=(
        Move("propose", ("open",), "proposed", OFFICERS, "提出处理意见"),
        Move("return", ("proposed",), "open", (Role.REVIEWER,), "退回重核"),
        Move("recover", ("proposed",), "recovery", (Role.REVIEWER,), "确认追回"),
        Move("pay", ("proposed",), "payment", (Role.REVIEWER,), "确认补发"),
        Move("reopen", ("proposed",), "review", (Role.REVIEWER,), "退回重新审核"),
        Move("tell", ("proposed",), "told", (Role.REVIEWER,), "告知本人"),
        Move("dismiss", ("proposed",), "dismissed", (Role.REVIEWER,), "不处理"),
        Move("close", ("open", "proposed"), "closed", (Role.SYSTEM,), "自动消除"),
    ),
)
LIVE = ("open", "proposed")
# Claims in these states have had money; their lines move money, the others go back to review.
PAID = ("paid", "recovering", "recovered")
# What can be proposed for a line of each direction.
DIRECTIONS = {
    "recover": "多发，应追回",
    "pay": "少发，应补发",
    "hold": "还没有拨付，应重新审核",
    "none": "结论有变化，金额不变",
}
PROPOSALS = {
    "recover": "追回多发的部分",
    "pay": "补发少发的部分",
    "reopen": "退回重新审核",
    "tell": "告知本人",
    "dismiss": "不处理",
}
OPEN_TO = {
    "recover": ("recover", "dismiss"),
    "pay": ("pay", "dismiss"),
    "hold": ("reopen", "dismiss"),
    "none": ("tell", "dismiss"),
}
"""What may be proposed for a line of each direction."""
