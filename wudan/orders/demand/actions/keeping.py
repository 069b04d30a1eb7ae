"""What becomes of a filed order: matched to its occupation, withdrawn, filed again, refused, expired."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import occupation
from wudan.orders.demand import rules
from wudan.orders.demand.actions.checks import checked_level, checked_town, checked_window, expiry
from wudan.orders.demand.actions.merging import MergeInto, twin_of
from wudan.orders.demand.actions.proposing import locked_order, move, recount
from wudan.orders.demand.models import MODES, Order
from wudan.orders.demand.states import DEMAND, WAITING
from wudan.people.models import Person

AT_ONCE = 500


def require_own(actor: Actor, verb: str, order: Order) -> None:
    """The person's own, the organisation's own, the town's, or the district's for its bureau."""
    actor.require(*DEMAND.move(verb).who, district_id=order.district_id)
    if actor.role is Role.WORKER and order.person_id != actor.person_id:
        forbid("只能办理本人的提单。")
    if actor.role is Role.ENTERPRISE and order.organisation_id != actor.organisation_id:
        forbid("只能办理本单位的提单。")
    if actor.role is Role.TOWN and not _of_town(actor, order):
        forbid("这个提单不属于您所在的镇街。", remedy="请提单人所在镇街办理。")


def _of_town(actor: Actor, order: Order) -> bool:
    if order.filed_by_user is not None and order.filed_by_user == actor.user_id:
        return True
    home = order.person.town_id if order.person else None
    return order.organisation_id is None and actor.town_code in (order.town_id, home)


def match_order(*, order_id: int, occupation_id: int, level: int = 0, actor: Actor, at: datetime) -> Order:
    """确认职业: what the wish means, said by the person (or for them by the town or the bureau). Answers with the order that
    waits: where the person already has one for it, this one is merged into that.

    Refuses: forbidden, wrong-state, no-occupation, bad-level.
    """
    with acting(actor=actor, at=at, basis=rules.BASIS):
        _hold_person(order_id)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        require_own(actor, "match", order)
        DEMAND.check("match", order.state)
        found = occupation(occupation_id)
        if found is None:
            refuse(
                "no-occupation",
                "没有找到这个职业。",
                remedy="请重新搜索后选择。",
                field="wish",
                status=INVALID,
            )
        order.occupation, order.level = found, checked_level(found, level)
        twin = twin_of(order) if order.person_id else None
        if twin is not None:
            MergeInto(twin, at)(order)
            return twin
        order.state, order.state_since = DEMAND.check("match", order.state), at
        order.save(update_fields=["occupation", "level", "state", "state_since"])
    return order


def _hold_person(order_id: int) -> None:
    person_id = Order.objects.filter(pk=order_id).values_list("person", flat=True).first()
    if person_id is not None:
        Person.objects.select_for_update(no_key=True).get(pk=person_id)


def withdraw_order(*, order_id: int, reason: str = "", actor: Actor, at: datetime) -> Order:
    """撤回提单 while it waits; it may be filed again. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis="本人撤回"):
        order = locked_order(order_id)
        require_own(actor, "withdraw", order)
        left = order.proposal_id
        # A listed order keeps its class: the trail from the class to who asked for it stays whole.
        kept = order.proposal if order.state == "listed" else None
        move(order, "withdraw", at, proposal=kept, reason=reason.strip())
        recount([left])
    return order


def refile_order(
    *,
    order_id: int,
    wanted: tuple[date, date],
    occupation_id: int | None = None,
    level: int | None = None,
    town_code: str | None = None,
    mode: str = "",
    actor: Actor,
    at: datetime,
) -> Order:
    """重新提单 after withdrawal, expiry or refusal, for a new time; another occupation where it was refused for that.

    Refuses: forbidden, wrong-state, needs-occupation, bad-window, bad-level, order_once where one is waiting already.
    """
    with acting(actor=actor, at=at, basis=rules.BASIS):
        _hold_person(order_id)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        require_own(actor, "refile", order)
        state, today = DEMAND.check("refile", order.state), legal_day(at)
        found = occupation(occupation_id or order.occupation_id or 0)
        if found is None:
            refuse(
                "needs-occupation",
                "重新提单须先确认要学的职业。",
                remedy="请搜索并选择职业后再提交。",
                field="wish",
                status=INVALID,
            )
        order.occupation = found
        order.level = checked_level(found, order.level if level is None else level)
        order.wanted = checked_window(order.district_id, *wanted, today)
        order.expires_on = expiry(order.district_id, order.wanted, today)
        if town_code is not None:
            order.town_id = checked_town(order.district_id, town_code)
        order.mode = mode if mode in dict(MODES) else order.mode
        twin = twin_of(order) if order.person_id else None
        if twin is not None:
            refuse(
                "order_once",
                f"您已提过同一职业同一等级的单（提单编号{twin.number}），正在等待开班。",
                remedy="不用重复提单，可以查看那个提单的进展。",
            )
        order.state, order.state_since = state, at
        order.proposal, order.reason, order.filed_at = None, "", at
        order.save(
            update_fields=[
                "occupation", "level", "wanted", "expires_on", "state", "state_since", "proposal", "reason", "filed_at",
                "town", "mode",
            ]
        )  # fmt: skip
    return order


def refuse_order(*, order_id: int, reason: str, actor: Actor, at: datetime) -> Order:
    """不予列单, with the reason the person reads. Refuses: forbidden, wrong-state, no-reason."""
    if len(reason.strip()) < 4:
        refuse(
            "no-reason",
            "不予列单须写明原因，提单人会看到。",
            remedy="请至少写4个字。",
            field="reason",
            status=INVALID,
        )
    with acting(actor=actor, at=at, basis=rules.BASIS):
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        actor.require(*DEMAND.move("refuse").who, district_id=order.district_id)
        move(order, "refuse", at, reason=reason.strip())
    return order


def expire_orders(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """提单过期: every waiting order whose last day has passed; how many. Run twice it does nothing more.

    Clause: the rulebook's `order_valid_days`.
    """
    actor.require(*DEMAND.move("expire").who)
    count, seen = 0, 0
    while ids := list(
        Order.objects.filter(state__in=WAITING, expires_on__lt=legal_day(at), pk__gt=seen)
        .order_by("pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    ):
        seen = ids[-1]
        for order_id in ids:
            count += _expire(order_id, actor, at)
    return count


def _expire(order_id: int, actor: Actor, at: datetime) -> bool:
    with acting(actor=actor, at=at, basis="提单有效期（order_valid_days）"):
        order = locked_order(order_id)
        if order.state not in WAITING or order.expires_on >= legal_day(at):
            return False
        left, kept = order.proposal_id, order.proposal if order.state == "listed" else None
        move(order, "expire", at, proposal=kept, reason="超过提单有效期，没有等到开班")
        recount([left])
    return True
