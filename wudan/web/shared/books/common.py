"""What the pages of the books share: the day, clocks counted once, addresses, tones, the chain bar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day, working_days_left
from wudan.orders.payment import desk as payment_desk
from wudan.orders.payment.states import BATCH
from wudan.orders.subsidy.states import CLAIM, FINAL
from wudan.organisations.queries import calendar_overrides, district
from wudan.web.shared.orders import claim_steps, orders_of_many
from wudan.web.shared.parts import Standing, Step, StepState, Tone
from wudan.web.shared.trails import orders_bar, trail_url

CLAIM_TONES: dict[str, Tone] = {
    "submitted": "wait", "accepted": "wait", "first_passed": "wait", "second_passed": "now", "noticed": "now",
    "frozen": "wrong", "cleared": "wait", "approved": "now", "batched": "now", "paid": "done", "bounced": "wrong",
    "recovering": "wrong", "recovered": "off", "returned": "wait", "rejected": "wrong", "withdrawn": "off",
}  # fmt: skip
BATCH_TONES: dict[str, Tone] = {
    "drafted": "wait", "signed": "wait", "sent": "now", "answered": "wait", "settled": "done", "halted": "wrong",
    "cancelled": "off",
}  # fmt: skip
LINE_TONES: dict[str, Tone] = {"pending": "now", "paid": "done", "bounced": "wrong", "cancelled": "off"}
ACTS = {
    "submitted": "受理（初审）岗", "accepted": "受理（初审）岗", "first_passed": "复审岗", "second_passed": "复审岗",
    "frozen": "复审岗", "cleared": "复审岗", "approved": "财务拨付岗", "batched": "财务拨付岗", "bounced": "财务拨付岗",
    "recovering": "收款人和财务拨付岗", "returned": "申请人",
}  # fmt: skip
BATCH_ACTS = {
    "drafted": "另一位财务人员", "signed": "财务拨付岗", "sent": "银行", "answered": "财务拨付岗", "halted": "监督审计岗",
}  # fmt: skip
_BATCH_STEPS = (
    ("拟制", "drafted"), ("签批", "signed"), ("送银行", "sent"), ("银行回单", "answered"), ("结清", "settled"),
)  # fmt: skip


class Desk:
    """One request's reader: the district, today, and working days counted once a day."""

    def __init__(self, actor: Actor, area: str) -> None:
        self.actor, self.area = actor, area
        self.at: datetime = now()
        self.today: date = legal_day(self.at)
        self.code = actor.district_id or ""
        self._left: dict[date, int] = {}

    @cached_property
    def name(self) -> str:
        return district(self.code).name

    @cached_property
    def _overrides(self) -> Mapping[date, bool]:
        return calendar_overrides(self.code)

    def left(self, due: date | None) -> int | None:
        """Working days left, negative when overdue; None without a limit."""
        if due is None:
            return None
        if due not in self._left:
            self._left[due] = working_days_left(self.today, due, self._overrides)
        return self._left[due]

    def url(self, name: str, *arguments: object) -> str:
        """The address in this area; nothing where the area has no such page."""
        try:
            return reverse(f"{self.area}:{name}", args=list(arguments))
        except NoReverseMatch:
            return ""


def claim_chain(claim: Any, desk: Desk) -> dict[str, Any]:
    """The bar of a page about a claim."""
    state = claim.state
    due = None if state in FINAL else claim.due_on
    standing = Standing(
        CLAIM.states[state], legal_day(claim.state_since), ACTS.get(state, ""), due, desk.left(due), CLAIM_TONES[state]
    )  # fmt: skip
    orders = orders_bar(claim, desk.actor, desk.area, href="#history")
    return {"orders": orders, "steps": claim_steps(claim, "#history", "#history"), "standing": standing}


def batch_chain(batch: Any, since: datetime | None, due: date | None, desk: Desk) -> dict[str, Any]:
    """The bar of a batch's page: its own five steps under 买单."""
    states = [state for _, state in _BATCH_STEPS]
    state = batch.state
    done = states.index(state) if state in states else (2 if batch.sent_at else 1 if batch.signed_by else 0)
    steps = []
    for place, (label, _) in enumerate(_BATCH_STEPS):
        shape: StepState = "done" if place <= done else "now" if place == done + 1 else "todo"
        if place == done + 1 and state in ("halted", "cancelled"):
            shape = "stopped"
        steps.append(Step(label, shape, "#history" if place <= done else "#do"))
    due = None if state in ("settled", "cancelled") else due
    who = BATCH_ACTS.get(state, "")
    if state == "halted" and batch.cleared_by is not None:
        who = "财务拨付岗"
    standing = Standing(
        BATCH.states[state], legal_day(since) if since else None, who, due, desk.left(due), BATCH_TONES[state]
    )  # fmt: skip
    kept, every = payment_desk.by_the_chain(batch.pk)
    orders = orders_of_many("#history", kept, every, trail_url(desk.area, "batch", batch.pk))
    return {"orders": orders, "steps": steps, "standing": standing}
