"""落实资金: what is set aside for an offer, drawn for its approved claims, and given back.

At any time the reserved account of a pool holds exactly Σ (reserved_fen − drawn_fen) over the offers that name the pool.
"""

from __future__ import annotations

from datetime import datetime

from wudan.funds import actions as funds
from wudan.funds.models import Pool
from wudan.funds.queries import pool_for
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.contracted import share_of
from wudan.orders.catalogue.actions.guards import (
    INVALID,
    check_entry,
    check_provider,
    line_of,
    locked_offer,
    move_offer,
)
from wudan.orders.catalogue.models import Offer
from wudan.orders.catalogue.queries.prices import fund_of
from wudan.orders.catalogue.states import OFFER
from wudan.policy.queries import rulebook_for

CLAUSE = "周政办发〔2020〕2号 二（二）；五单式“列单”"
LISTERS = (Role.REVIEWER,)


def reserve_offer(
    *, offer_id: int, pool_id: int | None = None, reason: str = "", actor: Actor, at: datetime
) -> Offer:
    """落实资金: price × places (a project: its share of the contract) from the pool the fund rules choose for the line's groups.

    Another pool may be named with a reason. A line without subsidy reserves nothing. Whole fen.
    Refuses: forbidden, not-found, wrong-state, entry-not-in-force, provider-not-fit, no-pool, pool-not-payable,
    pool-of-another, no-reason, overdrawn.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        state = move_offer(offer, "reserve", actor)
        on = legal_day(at)
        check_entry(offer, on)
        check_provider(offer, on)
        _choose_pool(offer, pool_id, reason, on.year)
        offer.reserved_fen = 0
        _set_reserve(offer, cost_of(offer, offer.places), actor, at)
        offer.state, offer.state_since, offer.reserved_by = state, at, actor.user_id
        offer.save(
            update_fields=["state", "state_since", "pool", "pool_basis", "reserved_fen", "reserved_by"]
        )
    return offer


def unreserve_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """退回资金: back to the draft, all money released. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        state = move_offer(offer, "unreserve", actor)
        give_back(offer, actor, at)
        offer.state, offer.state_since = state, at
        offer.reserved_fen, offer.pool, offer.pool_basis = None, None, ""
        offer.save(update_fields=["state", "state_since", "pool", "pool_basis", "reserved_fen"])
    return offer


def change_places(*, offer_id: int, places: int, actor: Actor, at: datetime, taken: int = 0) -> Offer:
    """调整名额 before the class begins; the reserve follows. `taken` is how many sit already, told by the room that knows.

    Tells "offer:places", so that who waits moves up.

    Refuses: forbidden, not-found, wrong-state, offer_places, provider-not-fit, project-heads, overdrawn.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        actor.require(*LISTERS, district_id=offer.district_id)
        if offer.state not in ("drafted", "reserved", "open", "closed"):
            refuse("wrong-state", f"班次现处于“{OFFER.states[offer.state]}”，不能调整名额。")
        least = max(1, offer.min_heads, taken)
        if places < least:
            refuse(
                "offer_places",
                f"名额不能少于{least}人：最低开班{offer.min_heads}人，已选{taken}人。",
                field="places",
                status=INVALID,
            )
        offer.places = places
        check_provider(offer, legal_day(at))
        cost = cost_of(offer, places)
        if offer.state != "drafted":
            _set_reserve(offer, cost, actor, at)
        offer.save(update_fields=["places", "reserved_fen"])
        tell("offer:places", at=at, offer=offer.pk)
    return offer


def draw_reserve(*, offer_id: int, fen: int, actor: Actor, at: datetime) -> int:
    """转出: give `fen` of the reserve back to what is available, in the transaction that approves the claim and earmarks it.

    Gives less where less is left (a claim may cost more than its place); returns what was released, in fen.
    Refuses: forbidden, not-found.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        actor.require(*LISTERS, district_id=offer.district_id)
        given = max(0, min(fen, held(offer)))
        if given:
            _unreserve(offer, given, f"班次{offer.number}的申请核定，转出预留", actor, at)
            offer.drawn_fen += given
            offer.save(update_fields=["drawn_fen"])
    return given


def settle_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """结清: the rest of the reserve is released once no more claims are to come. Done twice it does nothing more.

    Refuses: forbidden, not-found, wrong-state unless the class has ended.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        actor.require(*LISTERS, Role.INTAKE, Role.SYSTEM, district_id=offer.district_id)
        if offer.state not in ("ended", "cancelled"):
            refuse(
                "wrong-state",
                f"班次现处于“{OFFER.states[offer.state]}”，结束后才能结清资金。",
                remedy="不再办班的请先取消班次。",
            )
        give_back(offer, actor, at)
        offer.save(update_fields=["reserved_fen"])
    return offer


def held(offer: Offer) -> int:
    """What is still set aside, in fen."""
    return (offer.reserved_fen or 0) - offer.drawn_fen


def cost_of(offer: Offer, places: int) -> int:
    """Fen to be set aside for so many places. Refuses: project-heads."""
    return share_of(offer, places) if offer.project_id else offer.price_fen * places


def give_back(offer: Offer, actor: Actor, at: datetime) -> None:
    """Release what is left; the caller saves `reserved_fen`."""
    if rest := held(offer):
        _unreserve(offer, rest, f"班次{offer.number}释放预留资金", actor, at)
    if offer.reserved_fen is not None:
        offer.reserved_fen = offer.drawn_fen


def _choose_pool(offer: Offer, pool_id: int | None, reason: str, year: int) -> None:
    rulebook = rulebook_for(offer.district_id)
    choice = fund_of(rulebook, line_of(rulebook, offer.line))
    if pool_id is None:
        offer.pool, offer.pool_basis = pool_for(offer.district_id, choice.pool, year), choice.clause
        return
    pool = Pool.objects.filter(pk=pool_id, district_id=offer.district_id).first()
    if pool is None:
        refuse("pool-of-another", "没有找到本区的这个资金池。", field="pool", status=INVALID)
    if (pool.source, pool.year) == (choice.pool, year):
        offer.pool, offer.pool_basis = pool, choice.clause
        return
    if not pool.payable:
        funds.refuse_unpayable(pool)
    if not reason.strip():
        refuse(
            "no-reason",
            f"按规则应从“{choice.label}”列支，改用“{pool.label}”须写明理由。",
            clause=choice.clause,
            field="reason",
            status=INVALID,
        )
    offer.pool, offer.pool_basis = pool, f"经办人另选：{reason.strip()}"


def _set_reserve(offer: Offer, wanted: int, actor: Actor, at: datetime) -> None:
    """Raise or lower the reserve to `wanted` fen in all."""
    change = wanted - (offer.reserved_fen or 0)
    if change > 0:
        funds.reserve(
            pool_id=offer.pool_id or 0,
            amount_fen=change,
            subject=f"offer:{offer.pk}",
            memo=f"班次{offer.number}列单预留，{offer.places}人，每人{in_sentence(offer.price_fen)}",
            basis=offer.pool_basis or CLAUSE,
            actor=actor,
            at=at,
        )
    elif change < 0:
        _unreserve(offer, -change, f"班次{offer.number}名额减为{offer.places}人，退回预留", actor, at)
    offer.reserved_fen = wanted


def _unreserve(offer: Offer, fen: int, memo: str, actor: Actor, at: datetime) -> None:
    funds.unreserve(
        pool_id=offer.pool_id or 0,
        amount_fen=fen,
        subject=f"offer:{offer.pk}",
        memo=memo,
        basis=offer.pool_basis or CLAUSE,
        actor=actor,
        at=at,
    )
