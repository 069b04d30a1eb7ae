"""What a choice does to what stands behind it: the order it serves (提单), the roll of those who must be trained, the e-archive."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import in_words, legal_day
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.actions.serving import enrol_roll, serve_orders, serve_staff_order, unenrol_roll
from wudan.orders.demand.actions.serving import unserve as unserve_order
from wudan.orders.demand.models import Order, RollEntry
from wudan.orders.demand.states import WAITING
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.enrolment.states import LIVE
from wudan.people.actions import archive_many
from wudan.people.models import ArchiveEntry

TITLES = {
    "enrolled": "选单",
    "waiting": "候补",
    "promoted": "候补转正",
    "withdrawn": "退选",
    "cancelled": "班次取消",
    "dropped": "中途退出",
    "transferred": "转班",
}


def concerned(offer: Offer, person_ids: Collection[int]) -> set[int]:
    """Those with an order that waits or an entry of the roll: for the others there is nothing to serve. Two queries for a roster."""
    if offer.employer_id and offer.proposal_id:  # made from the enterprise's own order: all its staff are
        return set(person_ids)
    orders = Order.objects.filter(district=offer.district_id, person__in=person_ids, state__in=WAITING)
    rolled = RollEntry.objects.filter(person__in=person_ids, category=offer.line, state="due")
    return {*orders.values_list("person", flat=True), *rolled.values_list("person", flat=True)}


def serve(enrolment: Enrolment, actor: Actor, at: datetime) -> None:
    """The person's waiting order for this occupation and level is served, and the enrolment remembers which; an entry of the roll
    (应培) for this line is under way."""
    offer = enrolment.offer
    order = serve_orders(
        person_id=enrolment.person_id,
        occupation_id=offer.entry.occupation_id,
        level=offer.entry.level,
        district_id=offer.district_id,
        actor=actor,
        at=at,
    )
    enrol_roll(person_id=enrolment.person_id, lines=[offer.line], actor=actor, at=at)
    if order is None and offer.employer_id and offer.proposal_id:
        order = serve_staff_order(
            organisation_id=offer.employer_id, proposal_id=offer.proposal_id, actor=actor, at=at
        )
    if order is not None:
        enrolment.order = order
        enrolment.save(update_fields=["order"])


def unserve(enrolment: Enrolment, verb: str, reason: str, actor: Actor, at: datetime) -> None:
    """The order waits for a class again, unless the person gave up half-way; the entry of the roll is due again. An enterprise's
    order waits again when the last of its staff has left."""
    unenrol_roll(person_id=enrolment.person_id, lines=[enrolment.offer.line], actor=actor, at=at)
    order = enrolment.order
    others = Enrolment.objects.filter(order=order, state__in=LIVE).exclude(pk=enrolment.pk)
    if order is not None and order.state == "served" and verb != "drop" and not others.exists():
        unserve_order(order_id=order.pk, reason=reason, actor=actor, at=at)


def remember(enrolments: list[Enrolment], event: str, at: datetime, reason: str = "") -> None:
    """记入培训档案, once for each event of an enrolment."""
    archive_many([_line(e, event, at, reason) for e in enrolments])


def _line(enrolment: Enrolment, event: str, at: datetime, reason: str) -> ArchiveEntry:
    starts, ends = enrolment.period.lower, enrolment.period.upper - timedelta(days=1)
    detail = {
        "选单编号": enrolment.number,
        "班次": enrolment.offer.title,
        "培训期间": f"{in_words(starts)}至{in_words(ends)}",
        "选单方式": enrolment.get_chosen_by_display(),
    }
    if enrolment.expected_fen:
        detail["预计补贴"] = in_sentence(enrolment.expected_fen)
    if reason:
        detail["原因"] = reason
    return ArchiveEntry(
        person_id=enrolment.person_id,
        district_code=enrolment.district_id,
        kind="enrolment",
        subject=f"enrolment:{enrolment.pk}",
        event=event,
        on=legal_day(at),
        title=f"{TITLES[event]}：{enrolment.offer.title}",
        detail=detail,
        recorded_at=at,
    )
