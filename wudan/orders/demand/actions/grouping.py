"""编班: waiting orders become proposed classes (拟开班). Run again it keeps what officials adjusted and writes only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.occupations.queries import families_of, occupations_by_id
from wudan.orders.demand import rules
from wudan.orders.demand.actions.proposing import MOVED, recount
from wudan.orders.demand.grouping import Group, Wish, group
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.demand.states import DEMAND, PROPOSAL
from wudan.organisations.models import District
from wudan.policy.queries import rulebook_for

_NEWEST = {"2022": 0, "local": 1, "2015": 2, "1999": 3}


def propose(*, district_id: str, actor: Actor, at: datetime) -> list[Proposal]:
    """编班 of every waiting order in no class yet and of the classes nobody has adjusted; answers with all classes to be decided.

    Refuses: forbidden. Clause: the rulebook's `group_heads_min`, `class_size_max`, `group_shared_days_min`.
    """
    actor.require(*PROPOSAL.move("adopt").who, district_id=district_id)
    today = legal_day(at)
    with acting(actor=actor, at=at, basis="编班（group_heads_min、class_size_max、group_shared_days_min）"):
        District.objects.select_for_update(no_key=True).get(pk=district_id)  # one grouping at a time
        open_ones = Proposal.objects.select_for_update().filter(
            district=district_id, state="drafted", adjusted_at=None
        )
        drafts = {p.pk: p for p in open_ones.order_by("pk")}
        orders = _orders(district_id, list(drafts), today)
        wishes = _wishes(orders)
        groups = group(wishes, rules.limits(district_id, today), on=today + timedelta(days=1))
        _write(district_id, groups, drafts, {o.pk: o for o in orders}, at)
    return list(Proposal.objects.filter(district=district_id, state="drafted").order_by("-heads", "pk"))


def _orders(district_id: str, drafts: list[int], today: date) -> list[Order]:
    """Matched ones and those in the classes to be grouped anew; none that is for a closed roster."""
    closed = [line.code for line in rulebook_for(district_id).lines.values() if line.restricted]
    found = Order.objects.select_for_update(of=("self",)).filter(district=district_id, expires_on__gte=today)
    free, again = found.filter(state="matched"), found.filter(state="grouped", proposal__in=drafts)
    return sorted([*free.exclude(line__in=closed), *again], key=lambda o: o.pk)


def _wishes(orders: Sequence[Order]) -> list[Wish]:
    """One occupation in several editions is one; it goes by its newest that somebody asked for."""
    ids = {o.occupation_id for o in orders if o.occupation_id}
    editions = {pk: one.edition for pk, one in occupations_by_id(ids).items()}
    stands_for = {
        pk: min(family & ids, key=lambda one: (_NEWEST[editions[one]], one))
        for pk, family in families_of(ids).items()
    }
    return [
        Wish(
            o.pk,
            stands_for[o.occupation_id or 0],
            o.level,
            o.town_id or "",
            o.wanted.lower,
            o.wanted.upper,
            o.mode,
            o.heads,
        )
        for o in orders
    ]


def _write(
    district_id: str,
    groups: Sequence[Group],
    drafts: dict[int, Proposal],
    orders: dict[int, Order],
    at: datetime,
) -> None:
    """Each class takes over the draft it mostly was; the rest are new or given up."""
    spare, touched, changed = dict(drafts), set(drafts), list[Order]()
    for one in groups:
        same = [
            p
            for p in spare.values()
            if (p.occupation_id, p.level, p.town_id or "", p.mode)
            == (one.occupation, one.level, one.town, one.mode)
        ]
        mine = {orders[pk].proposal_id for pk in one.orders}
        draft = min(same, key=lambda p: (p.pk not in mine, p.pk), default=None)
        if draft is not None:
            del spare[draft.pk]
        changed += _seated(_saved(district_id, one, draft, at), one, orders, at)
    placed = {pk for one in groups for pk in one.orders}
    for order in orders.values():
        if order.pk not in placed and order.state == "grouped":
            order.state, order.state_since = DEMAND.check("ungroup", order.state), at
            order.proposal_id, order.reason = None, "重新编班后暂未编入"
            changed.append(order)
    bulk.update(Order, changed, MOVED)
    recount(touched)


def _saved(district_id: str, one: Group, draft: Proposal | None, at: datetime) -> Proposal:
    window = DateRange(one.since, one.until, "[)")
    if draft is None:
        return Proposal.objects.create(
            district_id=district_id,
            occupation_id=one.occupation,
            level=one.level,
            town_id=one.town or None,
            window=window,
            mode=one.mode,
            heads=one.heads,
            made_at=at,
        )
    if (draft.window, draft.heads) != (window, one.heads):
        draft.window, draft.heads = window, one.heads
        draft.save(update_fields=["window", "heads"])
    return draft


def _seated(proposal: Proposal, one: Group, orders: dict[int, Order], at: datetime) -> list[Order]:
    """The class's orders that were elsewhere, not saved yet."""
    changed = []
    for order in (orders[pk] for pk in one.orders):
        if order.proposal_id == proposal.pk:
            continue
        if order.state == "matched":
            order.state, order.state_since = DEMAND.check("group", order.state), at
        order.proposal_id, order.reason = proposal.pk, ""
        changed.append(order)
    return changed
