"""What the bureau's pages share: today, the clock of the district, the chain bar of a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import forbid
from wudan.kernel.periods import legal_day, working_days_left
from wudan.orders.subsidy.states import CLAIM
from wudan.organisations.queries import calendar_overrides, district
from wudan.web.bureau.words import ACTS, TONES
from wudan.web.shared.orders import claim_steps
from wudan.web.shared.parts import Standing
from wudan.web.shared.trails import orders_bar


@dataclass
class Desk:
    """The actor's district at this moment. Working days are counted with the district's own calendar, read once."""

    actor: Actor
    at: datetime = field(default_factory=now)

    def __post_init__(self) -> None:
        if self.actor.district_id is None:
            forbid("您的岗位没有指明所在的区。")
        self.code: str = self.actor.district_id
        self.today: date = legal_day(self.at)
        self._overrides: dict[date, bool] | None = None
        self._left: dict[date, int] = {}

    @property
    def name(self) -> str:
        return district(self.code).name

    def left(self, due: date | None) -> int | None:
        """Working days left, negative when overdue; None without a limit."""
        if due is None:
            return None
        if self._overrides is None:
            self._overrides = calendar_overrides(self.code)
        if due not in self._left:
            self._left[due] = working_days_left(self.today, due, self._overrides)
        return self._left[due]


def chain(claim: Any, desk: Desk) -> dict[str, Any]:
    """The bar of a claim's page: the orders before it, its own steps, and where it stands."""
    orders = orders_bar(claim, desk.actor, "bureau", href="#working", note=CLAIM.states[claim.state])
    left = desk.left(claim.due_on)
    standing = Standing(
        CLAIM.states[claim.state], legal_day(claim.state_since), ACTS.get(claim.state, ""), claim.due_on, left,
        TONES[claim.state],
    )  # fmt: skip
    return {
        "orders": orders,
        "steps_of_claim": claim_steps(claim, "#history", "#decide"),
        "standing": standing,
    }


def claim_url(claim: Any) -> str:
    return reverse("bureau:claim", args=[claim.pk])


def about(claim: Any) -> str:
    """Whom or what a claim is about, in a list: the person's name, or the project's organisation."""
    if claim.person is not None:
        return str(claim.person.name)
    return str(claim.organisation.name) if claim.organisation else claim.number
