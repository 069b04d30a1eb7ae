"""Where a claim stands, said to the one it is about: what happened, what comes next, by when, and who is to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.subsidy.queries.claims import step_of
from wudan.orders.subsidy.states import STANDING_STILL, STEPS
from wudan.web.shared.parts import StepState, Tone
from wudan.web.shared.words import cn_date

OFFICE = "区人社局"
TONES: dict[str, Tone] = {
    "returned": "wait", "frozen": "wait", "bounced": "wait", "paid": "done", "rejected": "wrong", "recovering": "wrong",
    "recovered": "off", "withdrawn": "off",
}  # fmt: skip
# The last verb of a step, which dates it.
VERBS = ("", "accept", "pass_first", "pass_second", "publish", "approve", "pay")
DONE = ("paid", "recovered", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Stage:
    """`head` is a few words for a card, `next` whole sentences; `mine` where the worker has to do something."""

    head: str
    next: str
    tone: Tone = "now"
    who: str = ""
    due: date | None = None
    mine: bool = False
    action: str = ""
    since: datetime | None = None  # where it is not the day the claim came into its state


def late_stage(line: Any) -> Stage:
    """On a card, where something of it became known late (事后更正) and nobody has decided yet."""
    head = {"pay": "可能少发了，正在核实", "hold": "暂停拨付，正在核实"}.get(line.direction, "正在重新核实")
    return Stage(head, "有事实发生变化，点开看原因和您可以做什么。", "wait", OFFICE, line.due_on)


def stage(claim: Any, closes_on: date | None = None, inquiry: Any = None, owed: Sequence[Any] = ()) -> Stage:
    """Where the claim stands. `closes_on` is the last day of its public notice, where it is on one; `inquiry` what finance asks
    the bank, or found, after the person said that the money did not come; `owed` the recoveries of it that are open."""
    state, tone = claim.state, TONES.get(claim.state, "now")
    to_me = claim.payee == "person"
    by_me = claim.applied_by == "person"
    if state == "returned":
        if by_me:
            return Stage(
                "退回补正，等您修改", "请按工作人员写明的问题修改后重新提交，原来的申请顺序不变。", "wait", "您本人",
                claim.due_on, mine=True, action="现在补正",
            )  # fmt: skip
        return Stage("退回申请单位补正", "由替您申请的单位补正后重新提交。", "wait", "申请单位", claim.due_on)
    if state == "bounced":
        if to_me:
            return Stage(
                "银行退票，账户有误", "补贴没有打进您的账户，钱还在。请更正收款账户，更正后列入下一批重新拨付。", "wait",
                "您本人", mine=True, action="更正收款账户",
            )  # fmt: skip
        return Stage("银行退票", "由收款单位更正账户后重新拨付。", "wait", "收款单位")
    if owed and to_me:
        return Stage(
            f"要求退回{in_sentence(sum(one.left_fen for one in owed))}",
            "这笔补贴查明不应这样发放，下面写明原因和怎么退；不同意的，可以申诉。",
            "wrong", "您本人", mine=True, action="看怎么退回", since=owed[0].opened_at,
        )  # fmt: skip
    if state == "paid":
        return _paid(claim, inquiry, to_me=to_me)
    if state == "noticed":
        until = f"公示到{cn_date(closes_on)}为止，" if closes_on else ""
        return Stage("正在公示", f"{until}没有人提出异议就办理核定。", "now", OFFICE, closes_on)
    if state == "recovering" and not to_me:
        return Stage("正在追回", "由收款单位退回，您不用办理。", tone, "收款单位")
    head, then, who = _PLAIN[state]
    return Stage(head, then, tone, who, claim.due_on)


def _paid(claim: Any, inquiry: Any, *, to_me: bool) -> Stage:
    if not to_me:
        return Stage("已拨付给申请单位", "这笔补贴按规定付给申请单位，不付给您本人。", "done")
    if claim.receipt_answer == "yes":
        return Stage("已拨付，您已确认收到", "这笔补贴已经办结。", "done")
    if claim.receipt_answer == "no":
        return _not_received(inquiry)
    return Stage(
        "已拨付，请确认是否到账", "请查一查您的收款账户，告诉我们钱到了没有。", "wait", "您本人", mine=True,
        action="确认是否到账",
    )  # fmt: skip


def _not_received(inquiry: Any) -> Stage:
    if inquiry is not None and inquiry.state == "arrived":
        return Stage(
            "银行查实已经到账",
            f"财务人员向银行核实：{inquiry.finding}（银行流水号{inquiry.voucher}）。请凭流水号到开户银行查询；"
            "找到了请按“已经收到”，仍没有收到的，可以请财务人员再核实一次。",
            "wait", "您本人", mine=True, action="查看核实结果", since=inquiry.answered_at,
        )  # fmt: skip
    return Stage(
        "已拨付，您说没有收到",
        "财务人员正在与银行核实，结果会写在这里。收到了请在这里更正。",
        "wait",
        "区人社局财务人员",
        inquiry.due_on if inquiry is not None else None,
        action="查看",
        since=inquiry.asked_at if inquiry is not None else None,
    )


_PLAIN: dict[str, tuple[str, str, str]] = {
    "submitted": (
        "已提交，等待受理",
        "工作人员先看材料是否齐全，齐全的转入初审，不齐全的退给您补正。",
        OFFICE,
    ),
    "accepted": ("已受理，正在初审", "初审人员核对您的证书、培训和身份，然后由另一位工作人员复审。", OFFICE),
    "first_passed": ("初审通过，正在复审", "复审由另一位工作人员办理，通过后列入公示。", OFFICE),
    "second_passed": ("复审通过，等待公示", "列入下一次公示名单，公示期满没有异议就核定。", OFFICE),
    "frozen": (
        "有人提出异议，正在核实",
        "核实期间暂停拨付。异议不成立就继续办理；成立的，会写明原因告诉您。",
        OFFICE,
    ),
    "cleared": ("公示期满，等待核定", "公示期内的异议都已处理完毕，核定后进入拨付。", OFFICE),
    "approved": (
        "已核定，等待拨付",
        "财务人员列入拨付批次，由银行打进您登记的收款账户。",
        "区人社局财务人员",
    ),
    "batched": (
        "正在拨付",
        "名单已进入拨付批次，银行打款后这里会请您确认是否到账。",
        "区人社局财务人员和银行",
    ),
    "recovering": (
        "要求退回",
        "这笔补贴被认定不应发放，请按通知退回；不同意的，可以向区人社局申诉。",
        "您本人",
    ),
    "recovered": ("已退回", "这笔补贴已经全部退回，不再占用您的享受次数。", ""),
    "rejected": ("不予通过", "原因和依据写在下面。情况有变化或有新材料的，可以重新申请。", ""),
    "withdrawn": ("已撤回", "这笔申请不再办理，也不占用您的享受次数，可以重新申请。", ""),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the vertical timeline."""

    label: str
    state: StepState
    on: date | None = None
    text: str = ""


def timeline(claim: Any, dates: dict[str, date], now: Stage, *, applied_on: date) -> list[Moment]:
    """The seven steps down the page, each with its day; under the one being worked on, what comes next."""
    at = _reached(claim, dates)
    found = []
    for place, (label, _) in enumerate(STEPS):
        day = applied_on if place == 0 else dates.get(VERBS[place])
        state = _shape(place, at, claim.state)
        if state == "todo" and claim.state in ("rejected", "withdrawn"):
            continue  # nothing follows
        found.append(Moment(label, state, day if state == "done" else None, now.head if place == at else ""))
    return found


def _reached(claim: Any, dates: dict[str, date]) -> int:
    if claim.state in ("rejected", "withdrawn"):  # it may have ended at any step
        last = max((n for n, verb in enumerate(VERBS) if verb in dates), default=0)
        return (
            last if VERBS[last] == "publish" else last + 1
        )  # after an objection it ended on the notice itself
    return len(STEPS) if claim.state == "paid" else step_of(claim.state)


def _shape(place: int, at: int, state: str) -> StepState:
    if place < at:
        return "done"
    if place > at:
        return "todo"
    return "stopped" if state in STANDING_STILL else "now"
