"""States of a claim (申请), a roster file (名册), a public notice (公示) and an objection (异议)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

W, E, P = Role.WORKER, Role.ENTERPRISE, Role.PROVIDER
APPLICANTS = (W, E, P)
AT_COUNTER = (*APPLICANTS, Role.TOWN)  # a town's clerk, for the person who stands before them

CLAIM = StateTable(
    name="claim",
    label="申请",
    states={
        "submitted": "已申请，待受理",
        "accepted": "已受理，待初审",
        "first_passed": "初审通过，待复审",
        "second_passed": "复审通过，待公示",
        "noticed": "公示中",
        "frozen": "异议冻结",
        "cleared": "公示期满，待核定",
        "approved": "已核定，待拨付",
        "batched": "拨付中",
        "paid": "已拨付",
        "bounced": "银行退票",
        "recovering": "追回中",
        "recovered": "已追回",
        "returned": "退回补正",
        "rejected": "不予通过",
        "withdrawn": "已撤回",
    },
    initial=("submitted",),
    moves=(
        Move("accept", ("submitted",), "accepted", (Role.INTAKE,), "受理"),
        Move("send_back", ("submitted", "accepted"), "returned", (Role.INTAKE,), "退回补正"),
        Move("correct", ("returned",), "submitted", AT_COUNTER, "补正后重新提交"),
        Move("pass_first", ("accepted",), "first_passed", (Role.INTAKE,), "初审通过"),
        Move("pass_second", ("first_passed",), "second_passed", (Role.REVIEWER,), "复审通过"),
        Move("return_first", ("first_passed",), "accepted", (Role.REVIEWER,), "退回初审"),
        Move("reject", ("submitted", "accepted"), "rejected", (Role.INTAKE,), "不予通过"),
        Move("reject_second", ("first_passed",), "rejected", (Role.REVIEWER,), "复审不予通过"),
        Move(
            "withdraw",
            ("submitted", "accepted", "returned", "first_passed", "second_passed"),
            "withdrawn",
            AT_COUNTER,
            "撤回申请",
        ),
        Move("publish", ("second_passed",), "noticed", (Role.REVIEWER,), "列入公示"),
        Move("freeze", ("noticed",), "frozen", (Role.SYSTEM,), "收到异议，冻结"),
        Move("dismiss", ("frozen",), "noticed", (Role.REVIEWER,), "异议不成立，恢复"),
        Move("uphold", ("frozen",), "rejected", (Role.REVIEWER,), "异议成立，不予通过"),
        Move("clear", ("noticed",), "cleared", (Role.SYSTEM, Role.REVIEWER), "公示期满"),
        Move("approve", ("cleared",), "approved", (Role.REVIEWER,), "核定"),
        Move("gather", ("approved",), "batched", (Role.FINANCE,), "列入拨付批次"),
        Move("release", ("batched",), "approved", (Role.FINANCE,), "移出拨付批次"),
        Move("pay", ("batched",), "paid", (Role.FINANCE,), "银行已付"),
        Move("bounce", ("batched",), "bounced", (Role.FINANCE,), "银行退票"),
        Move("bounce_late", ("paid",), "bounced", (Role.FINANCE,), "银行事后退回"),
        Move("repay", ("bounced",), "approved", (Role.FINANCE, *APPLICANTS), "更正账户，重新拨付"),
        Move("open_recovery", ("paid",), "recovering", (Role.REVIEWER,), "责令退回"),
        Move("finish_recovery", ("recovering",), "recovered", (Role.FINANCE,), "已全部追回"),
        Move("lift_recovery", ("recovering",), "paid", (Role.REVIEWER,), "撤销追回"),
        Move("restore", ("recovered",), "paid", (Role.REVIEWER,), "恢复享受"),
        Move(
            "reopen",
            ("second_passed", "noticed", "cleared", "approved", "bounced"),
            "accepted",
            (Role.REVIEWER,),
            "事后更正，退回重新审核",
        ),
    ),
)

# Moves that follow from a difference (差额) of the payment room, not from work on the claim itself.
BY_DIFFERENCE = frozenset({"lift_recovery", "restore", "reopen"})
# The steps of the bar on every page about a claim, and the states in which each is being worked on: what was accepted waits for
# the first review. Everything that counts or draws by step reads it here.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("申请", ("returned", "withdrawn")),
    ("受理", ("submitted",)),
    ("初审", ("accepted",)),
    ("复审", ("first_passed", "rejected")),
    ("公示", ("second_passed", "noticed", "frozen")),
    ("核定", ("cleared",)),
    ("拨付", ("approved", "batched", "paid", "bounced", "recovering", "recovered")),
)
# In these the step stands still: it is over, or waits for something that went wrong. What the applicant mends goes on.
STANDING_STILL = ("rejected", "withdrawn", "recovered", "frozen", "bounced", "recovering")
# States in which a claim counts against the person's limits.
HOLDING = (
    "submitted", "accepted", "first_passed", "second_passed", "noticed", "frozen", "cleared",
    "approved", "batched", "paid", "bounced", "returned",
)  # fmt: skip
# From here on the sum is settled: the claim is history to later decisions.
SETTLED = ("approved", "batched", "paid", "bounced", "recovering")
FINAL = ("paid", "recovered", "rejected", "withdrawn")
# Two people have said yes and nothing but an objection undoes it: such a claim is measured before those still under review,
# so that a correction of an older claim cannot push a decided one over a limit.
DECIDED = ("second_passed", "noticed", "frozen", "cleared", *SETTLED)
# A reviewer has given it a sum, and it counts against what is left of a project's contract.
FIRM = ("first_passed", *DECIDED)
# Where a claim stands on the person's account when another one is decided; `recovering` until the money is back.
PLACED = tuple(dict.fromkeys((*HOLDING, *SETTLED)))
# Words for the engine's outcomes.
OUTCOMES = {"approved": "符合条件", "rejected": "不符合条件", "review": "需人工认定", "invalid": "填写有误"}

ROSTER = StateTable(
    name="roster",
    label="名册",
    states={
        "uploaded": "正在检查",
        "checked": "已检查，待确认",
        "confirming": "正在保存",
        "confirmed": "已提交",
        "unreadable": "无法读取",
        "discarded": "已放弃",
    },
    initial=("uploaded",),
    moves=(
        Move("check", ("uploaded",), "checked", (Role.SYSTEM,), "检查完成"),
        Move("fail", ("uploaded",), "unreadable", (Role.SYSTEM,), "无法读取"),
        Move("confirm", ("checked",), "confirming", (E, P), "确认提交"),
        Move("save", ("confirming",), "confirmed", (Role.SYSTEM,), "保存完成"),
        Move("reopen", ("confirming",), "checked", (Role.SYSTEM,), "保存未成，退回检查"),
        Move("discard", ("uploaded", "checked", "unreadable"), "discarded", (E, P), "放弃"),
    ),
)

NOTICE = StateTable(
    name="notice",
    label="公示",
    states={"open": "公示中", "closed": "公示期满"},
    initial=("open",),
    moves=(Move("close", ("open",), "closed", (Role.SYSTEM, Role.REVIEWER), "公示期满"),),
)

OBJECTION = StateTable(
    name="objection",
    label="异议",
    states={"open": "待核实", "upheld": "异议成立", "dismissed": "异议不成立"},
    initial=("open",),
    moves=(
        Move("uphold", ("open",), "upheld", (Role.REVIEWER,), "异议成立"),
        Move("dismiss", ("open",), "dismissed", (Role.REVIEWER,), "异议不成立"),
    ),
)

DUE = StateTable(
    name="due",
    label="可享补贴",
    states={
        "ready": "待确认",
        "not_due": "暂不可享",
        "claimed": "已提交申请",
        "declined": "已放弃",
        "withdrawn": "已失效",
    },
    initial=("ready", "not_due"),
    moves=(
        Move("grant", ("not_due",), "ready", (Role.SYSTEM,), "符合条件"),
        Move("deny", ("ready",), "not_due", (Role.SYSTEM,), "不符合条件"),
        Move("claim", ("ready",), "claimed", AT_COUNTER, "确认申请"),
        Move("decline", ("ready", "not_due"), "declined", AT_COUNTER, "放弃"),
        Move("reopen", ("declined",), "ready", AT_COUNTER, "重新申请"),
        Move("end", ("ready", "not_due", "declined"), "withdrawn", (Role.SYSTEM, Role.REVIEWER), "失效"),
    ),
)
