"""The five orders above a claim or a batch (提单 → 列单 → 选单 → 接单 → 买单), in the same words on every desk."""

from __future__ import annotations

from typing import Any

from wudan.orders.subsidy.queries.claims import step_at
from wudan.orders.subsidy.states import STANDING_STILL, STEPS
from wudan.web.shared.parts import Step, StepState

NOT_KEPT = "未经本系统"
_KINDS = (("提单", "order"), ("列单", "offer"), ("选单", "enrolment"), ("接单", "class"))
STOPPED = ("rejected", "withdrawn", "recovered")


def orders_of(claim: Any, *, href: str, note: str = "", kept: bool = False, trail: str = "") -> list[Step]:
    """Of one claim; `href` is where the page tells of 买单. `kept` where the claim came by the chain, `trail` the page that shows the
    whole way to who may follow it. Any other claim went through none of them here, though the first day of its class is known."""
    bought_step = Step("买单", bought(claim.state), href, note=note)
    if kept:
        return [
            *(Step(label, "done", f"{trail}#{kind}" if trail else "") for label, kind in _KINDS),
            bought_step,
        ]
    return [
        *(Step(label, "skipped", "#facts", note=NOT_KEPT) for label in ("提单", "列单", "选单")),
        Step("接单", "skipped", "#facts", claim.started_on, NOT_KEPT if claim.started_on else "没有开班"),
        bought_step,
    ]


def orders_of_many(href: str, kept: int, every: int, trail: str = "") -> list[Step]:
    """Of a batch: `kept` of its `every` claims came by the chain; `trail` shows them all."""
    if not kept:
        return [
            *(Step(label, "skipped", "#lines", note=NOT_KEPT) for label, _ in _KINDS),
            Step("买单", "now", href),
        ]
    note = "见各笔申请" if kept == every else f"{every}笔中{kept}笔经本系统"
    before = [Step(label, "done", f"{trail}#{kind}" if trail else "", note=note) for label, kind in _KINDS]
    return [*before, Step("买单", "now", href)]


def bought(state: str) -> StepState:
    if state == "paid":
        return "done"
    return "stopped" if state in STOPPED else "now"


def claim_steps(claim: Any, done: str, ahead: str) -> list[Step]:
    """The seven steps of a claim, the same on every desk; `done` is the address of what was done, `ahead` of what comes."""
    at, state = step_at(claim), claim.state
    steps = []
    for place, (label, _) in enumerate(STEPS):
        shape: StepState = "done" if place < at or state == "paid" else "now" if place == at else "todo"
        if place == at and state in STANDING_STILL:
            shape = "stopped"
        elif shape == "todo" and state in STOPPED:
            shape = "skipped"
        steps.append(Step(label, shape, done if place <= at else ahead))
    return steps
