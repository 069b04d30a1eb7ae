"""Two orders of one person for the same thing (重复提单): the older stays, the newer is merged into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.kernel.search import squeezed
from wudan.occupations.queries import same_occupations
from wudan.orders.demand import rules
from wudan.orders.demand.models import Order
from wudan.orders.demand.states import DEMAND, WAITING


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Merges orders into the one that stays; while that is in no class yet, the newer word about time and place counts."""

    stays: Order
    at: datetime

    def __call__(self, newer: Order) -> None:
        newer.state = DEMAND.check("merge", newer.state)
        newer.state_since, newer.merged_into = self.at, self.stays
        newer.reason = f"与提单{self.stays.number}相同，并为一单"
        newer.save(update_fields=["state", "state_since", "merged_into", "reason", "occupation", "level"])
        if self.stays.state in ("filed", "matched"):
            self._take_over(newer)

    def _take_over(self, newer: Order) -> None:
        kept = self.stays
        kept.wanted, kept.town, kept.mode, kept.expires_on = (
            newer.wanted,
            newer.town,
            newer.mode,
            newer.expires_on,
        )
        kept.line = kept.line or newer.line
        if kept.state == "filed" and newer.occupation_id:  # the same words, now with their occupation
            kept.state, kept.state_since = DEMAND.check("match", kept.state), self.at
            kept.occupation, kept.level = newer.occupation, newer.level
        kept.save(
            update_fields=[
                "wanted", "town", "mode", "expires_on", "line", "state", "state_since", "occupation", "level",
            ]
        )  # fmt: skip


def twin_of(order: Order) -> Order | None:
    """The waiting order this one would double: the person's for one occupation (in any edition) and level, or in the same
    words; an enterprise's with the same line, town, time and heads. Locked; the caller holds the person or organisation."""
    waiting = Order.objects.select_for_update(of=("self",)).filter(state__in=WAITING).exclude(pk=order.pk)
    if order.person_id:
        waiting = waiting.filter(person=order.person_id, district=order.district_id)
    else:
        waiting = waiting.filter(
            organisation=order.organisation_id, person=None, town=order.town_id, wanted=order.wanted,
            heads=order.heads, line=order.line, plan=order.plan_id,
        )  # fmt: skip
    found = list(waiting.order_by("pk"))
    family = same_occupations(order.occupation_id) if order.occupation_id else set()
    same = [o for o in found if o.occupation_id in family and o.level == order.level]
    wish = squeezed(order.wish)
    same += [o for o in found if o.occupation_id is None and squeezed(o.wish) == wish]
    return next(iter(same), None)


def merge(*, order_id: int, into_id: int, actor: Actor, at: datetime) -> Order:
    """并入: a person's order becomes part of another of the same person and district (say two wordings of one wish).

    Answers with the one that stays. Refuses: forbidden, not-one-person, wrong-state.
    """
    actor.require(*DEMAND.move("merge").who)
    with acting(actor=actor, at=at, basis=rules.BASIS):
        both = Order.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([order_id, into_id])
        order, stays = both[order_id], both[into_id]
        actor.require(*DEMAND.move("merge").who, district_id=order.district_id)
        if actor.role is Role.WORKER and order.person_id != actor.person_id:
            forbid("只能办理本人的提单。")
        if actor.role is Role.ENTERPRISE and order.organisation_id != actor.organisation_id:
            forbid("只能办理本单位的提单。")
        same = order.person_id is not None and order.person_id == stays.person_id
        if not same or order.pk == stays.pk or order.district_id != stays.district_id:
            refuse("not-one-person", "只有同一人在同一个区的两个提单才能合并。", remedy="请核对后再办理。")
        if stays.state not in WAITING:
            DEMAND.check("merge", stays.state)
        MergeInto(stays, at)(order)
    return stays
