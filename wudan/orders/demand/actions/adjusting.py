"""What an official does with a proposed class (拟开班): move orders, split, merge, set time and place, list it or give it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import same_occupations
from wudan.orders.demand import rules
from wudan.orders.demand.actions.checks import checked_town
from wudan.orders.demand.actions.proposing import move, recount
from wudan.orders.demand.grouping import MODES, agree
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.demand.states import PROPOSAL

BASIS = "审定拟开班"


def adjust_proposal(
    *,
    proposal_id: int,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    window: tuple[date, date] | None = None,
    town_code: str | None = None,
    mode: str = "",
    reason: str,
    actor: Actor,
    at: datetime,
) -> Proposal:
    """调整拟开班: orders in (waiting ones, or out of another draft) and out, window (half-open), town ("" is the whole district),
    mode. From then on grouping leaves it as it is.

    Refuses: forbidden, wrong-state, no-reason, does-not-fit (naming the orders), leaves-nobody, bad-town, bad-mode.
    """
    with acting(actor=actor, at=at, basis=f"{BASIS}：{_why(reason)}"):
        sources = _proposals_of(add)
        held = _locked([proposal_id, *sources], actor)
        one = held[proposal_id]
        _move_out(one, remove, at)
        coming = _orders(add)
        one.mode = _mode(mode) or one.mode
        staying = list(Order.objects.filter(proposal=one, state="grouped").order_by("pk"))
        one.window = _window([*staying, *coming], one, window, at)
        if town_code is not None:
            one.town_id = checked_town(one.district_id, town_code)
        _require_fit(one, [*staying, *coming], at)
        for order in coming:
            _move_in(order, one, at)
        _close(one, reason, at)
        recount([*sources, one.pk])
        one.refresh_from_db()
    return one


def split_proposal(
    *, proposal_id: int, order_ids: Sequence[int], reason: str, actor: Actor, at: datetime
) -> Proposal:
    """拆班: these orders become a class of their own; answers with the new one. Refuses as `adjust_proposal`; nothing-chosen."""
    with acting(actor=actor, at=at, basis=f"{BASIS}：{_why(reason)}"):
        one = _locked([proposal_id], actor)[proposal_id]
        chosen = [o for o in _orders(order_ids) if o.proposal_id == one.pk]
        left = Order.objects.filter(proposal=one, state="grouped").exclude(pk__in=[o.pk for o in chosen])
        if not chosen or not left.exists():
            refuse(
                "nothing-chosen",
                "拆班须选出一部分提单，另一部分留在原班。",
                remedy="请勾选要拆出的提单。",
                status=INVALID,
            )
        new = Proposal(
            district_id=one.district_id, occupation_id=one.occupation_id, level=one.level, town_id=one.town_id,
            mode=one.mode, window=one.window, heads=sum(o.heads for o in chosen), made_at=at,
        )  # fmt: skip
        new.window = _window(chosen, new, None, at)
        new.reason, new.adjusted_at = reason.strip(), at
        new.save(force_insert=True)
        for order in chosen:
            _move_in(order, new, at)
        one.window = _window(list(left.order_by("pk")), one, None, at)
        _close(one, reason, at)
        recount([one.pk])
    return new


def merge_proposals(*, proposal_ids: Sequence[int], reason: str, actor: Actor, at: datetime) -> Proposal:
    """并班: into the first of them, which becomes district-wide where the towns differ. Refuses as `adjust_proposal`."""
    with acting(actor=actor, at=at, basis=f"{BASIS}：{_why(reason)}"):
        held = _locked(proposal_ids, actor)
        one, others = held[proposal_ids[0]], [held[pk] for pk in proposal_ids[1:]]
        orders = list(Order.objects.filter(proposal__in=proposal_ids, state="grouped").order_by("pk"))
        if not others or len({p.district_id for p in held.values()}) > 1:
            refuse("nothing-chosen", "请选择本区的两个或更多拟开班。", status=INVALID)
        if any(p.town_id != one.town_id for p in others):
            one.town = None
        one.window = _window(orders, one, None, at)
        _require_fit(one, orders, at)
        for order in orders:
            _move_in(order, one, at)
        _close(one, reason, at)
        recount([*proposal_ids])
        one.refresh_from_db()
    return one


def adopt_proposal(*, proposal_id: int, actor: Actor, at: datetime) -> Proposal:
    """列单: the class is offered, its orders are listed. Called by the catalogue when it drafts an offer from it.

    Refuses: forbidden, wrong-state. Clause: 台政办发〔2020〕4号 三；周政办发〔2020〕2号 二（一）.
    """
    with acting(actor=actor, at=at, basis=rules.BASIS):
        one = _locked([proposal_id], actor)[proposal_id]
        one.state, one.decided_by = PROPOSAL.check("adopt", one.state), actor.user_id
        one.save(update_fields=["state", "decided_by"])
        for order in _of(one, "grouped"):
            move(order, "list", at, proposal=one)
    return one


def drop_proposal(*, proposal_id: int, reason: str, actor: Actor, at: datetime) -> Proposal:
    """放弃拟开班: its orders wait for another class. Refuses: forbidden, wrong-state, no-reason."""
    with acting(actor=actor, at=at, basis=f"{BASIS}：{_why(reason)}"):
        one = _locked([proposal_id], actor)[proposal_id]
        one.state, one.decided_by = PROPOSAL.check("drop", one.state), actor.user_id
        one.reason = reason.strip()
        one.save(update_fields=["state", "decided_by", "reason"])
        for order in _of(one, "grouped"):
            move(order, "ungroup", at, reason=f"拟开班已放弃：{reason.strip()}")
    return one


def unlist(*, proposal_id: int, reason: str, actor: Actor, at: datetime) -> int:
    """班次取消: the orders still listed wait for another class; how many. Those already chosen are the enrolment's business.

    Called by the catalogue when the offer drawn from the proposal is cancelled.
    """
    actor.require(*PROPOSAL.move("adopt").who, Role.SYSTEM)
    with acting(actor=actor, at=at, basis=rules.BASIS):
        one = Proposal.objects.select_for_update().get(pk=proposal_id)
        actor.require(actor.role, district_id=one.district_id)
        orders = _of(one, "listed")
        for order in orders:
            move(order, "unlist", at, reason=reason.strip())
    return len(orders)


def _why(reason: str) -> str:
    if len(reason.strip()) < 4:
        refuse("no-reason", "请写明原因。", remedy="请至少写4个字。", field="reason", status=INVALID)
    return reason.strip()


def _locked(proposal_ids: Iterable[int], actor: Actor) -> dict[int, Proposal]:
    """Held in the order of their keys; all to be decided, all of the actor's district."""
    held = Proposal.objects.select_for_update().order_by("pk").in_bulk(set(proposal_ids))
    for one in held.values():
        actor.require(*PROPOSAL.move("drop").who, district_id=one.district_id)
        PROPOSAL.check("drop", one.state)
    return held


def _of(one: Proposal, state: str) -> list[Order]:
    return list(
        Order.objects.select_for_update(of=("self",)).filter(proposal=one, state=state).order_by("pk")
    )


def _proposals_of(order_ids: Sequence[int]) -> list[int]:
    found = Order.objects.filter(pk__in=order_ids, state="grouped").values_list("proposal", flat=True)
    return sorted({pk for pk in found if pk is not None})


def _orders(order_ids: Sequence[int]) -> list[Order]:
    """Held; each waits, or stands in a draft."""
    found = list(
        Order.objects.select_for_update(of=("self",))
        .select_related("occupation")
        .filter(pk__in=order_ids)
        .order_by("pk")
    )
    wrong = [o.number for o in found if o.state not in ("matched", "grouped")]
    if wrong:
        refuse(
            "wrong-state",
            f"提单{'、'.join(wrong)}已不在等待编班。",
            remedy="请刷新页面，查看最新情况后再选。",
        )
    return found


def _move_out(one: Proposal, remove: Sequence[int], at: datetime) -> None:
    for order in _orders(remove):
        if order.proposal_id == one.pk:
            move(order, "ungroup", at, reason="移出拟开班")


def _move_in(order: Order, one: Proposal, at: datetime) -> None:
    if order.state == "matched":
        move(order, "group", at, proposal=one)
    elif order.proposal_id != one.pk:
        order.proposal = one
        order.save(update_fields=["proposal"])


def _mode(mode: str) -> str:
    if mode and mode not in MODES:
        refuse("bad-mode", "请选择培训方式。", field="mode", status=INVALID)
    return mode


def _window(
    orders: Sequence[Order], one: Proposal, wanted: tuple[date, date] | None, at: datetime
) -> DateRange:
    """The official's window; else what the orders share."""
    if not orders:
        refuse(
            "leaves-nobody",
            "这样调整后班里没有提单了。",
            remedy="不想开这个班的，请选择“放弃”。",
            status=INVALID,
        )
    if wanted is not None:
        if wanted[0] >= wanted[1]:
            refuse("bad-window", "结束日期应晚于开始日期。", field="until", status=INVALID)
        return DateRange(*wanted, "[)")
    since = max(*(o.wanted.lower for o in orders), legal_day(at))
    until = min(o.wanted.upper for o in orders)
    return DateRange(since, until, "[)") if since < until else one.window


def _require_fit(one: Proposal, orders: Sequence[Order], at: datetime) -> None:
    """Every order is of this occupation, level and district, its mode agrees, and it shares enough days with the window."""
    family: set[Any] = same_occupations(one.occupation_id)
    days = rules.shared_days(one.district_id, legal_day(at))
    wrong: dict[str, list[str]] = {}
    for order in orders:
        shared = (min(order.wanted.upper, one.window.upper) - max(order.wanted.lower, one.window.lower)).days
        if (
            order.district_id != one.district_id
            or order.occupation_id not in family
            or order.level != one.level
        ):
            wrong.setdefault("职业或等级不同", []).append(order.number)
        elif not agree(order.mode, one.mode):
            wrong.setdefault("培训方式不同", []).append(order.number)
        elif shared < days:
            wrong.setdefault(f"与开班时段没有{days}天以上重合", []).append(order.number)
    if wrong:
        words = "；".join(f"{why}：{'、'.join(numbers[:10])}" for why, numbers in wrong.items())
        refuse(
            "does-not-fit",
            f"有的提单不能编入这个班（{words}）。",
            remedy="请移出这些提单，或调整开班时段和方式。",
            status=INVALID,
        )


def _close(one: Proposal, reason: str, at: datetime) -> None:
    one.reason, one.adjusted_at = reason.strip(), at
    one.save(update_fields=["window", "town", "mode", "reason", "adjusted_at"])
