"""The five orders above a claim or a batch (提单 → 列单 → 选单 → 接单 → 买单), in the same words on every desk."""

from __future__ import annotations

from typing import Any

from wudan.web.shared.parts import Step, StepState

NOT_KEPT = "未经本系统"
_KINDS = (("提单", "order"), ("列单", "offer"), ("选单", "enrolment"), ("接单", "class"))
STOPPED = ("rejected", "withdrawn", "recovered")


def orders_of(claim: Any, *, href: str, note: str = "", kept: bool = False, trail: str = "") -> list[Step]:
    """Of one claim; `href` is where the page tells of 买单. `kept` where the claim came by the chain, `trail` the page that shows the
    whole way to who may follow it. Of any other claim only its class is known, which stands for 接单."""
    bought_step = Step("买单", bought(claim.state), href, note=note)
    if kept:
        return [
            *(Step(label, "done", f"{trail}#{kind}" if trail else "") for label, kind in _KINDS),
            bought_step,
        ]
    taught: StepState = "done" if claim.started_on else "skipped"
    return [
        *(Step(label, "skipped", "#facts", note=NOT_KEPT) for label in ("提单", "列单", "选单")),
        Step("接单", taught, "#facts", claim.started_on, "" if claim.started_on else "没有开班"),
        bought_step,
    ]


def orders_of_many(href: str, trail: str = "") -> list[Step]:
    """Of a batch, whose claims come from many classes; `trail` shows them all."""
    before = [
        Step(label, "done", f"{trail}#{kind}" if trail else "", note="见各笔申请") for label, kind in _KINDS
    ]
    return [*before, Step("买单", "now", href)]


def bought(state: str) -> StepState:
    if state == "paid":
        return "done"
    return "stopped" if state in STOPPED else "now"
