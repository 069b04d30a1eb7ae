"""Delivering the outbox (待办消息): a message written with an action becomes a job of the queue, once, right after its commit.

The mail round looks twice a second (a look is one step into a partial index); taking a message out and queuing its job is one
transaction, so a killed worker loses none and doubles none. The jobs themselves may be done again without harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, transaction
from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.kernel.actor import SYSTEM
from wudan.kernel.models import OutboxEvent
from wudan.laboratory.actions import work_run
from wudan.orders.delivery.actions.running import cancel_class_of_offer
from wudan.orders.enrolment.actions.leaving import promote_next
from wudan.orders.enrolment.actions.teaching import cancel_enrolments
from wudan.orders.payment.actions.rediscovering import (
    rediscover_certificate,
    rediscover_correction,
    rediscover_group,
    rediscover_reissue,
    rediscover_release,
)
from wudan.orders.subsidy.actions.entitling import end_dues, prepare_class_dues, prepare_due
from wudan.orders.subsidy.roster.actions import check_roster, save_roster
from wudan.oversight.actions import (
    finding_from_batch,
    finding_from_card,
    finding_from_certificate,
    finding_from_inspection,
    finding_from_rating,
)

SECONDS_BETWEEN_LOOKS = 0.5
AT_ONCE = 100
Handler = Callable[[dict[str, Any], datetime], object]


CLASS_TOPICS = ("class:started", "class:taught", "class:closed", "class:cancelled", "class:void")


def class_changed(said: dict[str, Any], at: datetime) -> None:
    """A class began, ended or fell through, or somebody of it found work: what it makes due is worked out again."""
    prepare_class_dues(class_id=said["class"], at=at)


def certificate_revoked(said: dict[str, Any], at: datetime) -> None:
    """证书撤销: what nobody has claimed ends; what is claimed becomes a finding and, where a sum would be another, a 差额."""
    end_dues(certificate_id=said["certificate"], reason="证书已撤销", at=at)
    finding_from_certificate(said["certificate"], at)
    rediscover_certificate(certificate_id=said["certificate"], by=said.get("by"), at=at)


def certificate_issued(said: dict[str, Any], at: datetime) -> None:
    """证书核发: what it makes due; and where it stands in for a revoked one, what was decided on that is looked at again."""
    prepare_due(certificate_id=said["certificate"], at=at)
    rediscover_reissue(certificate_id=said["certificate"], at=at)


def group_changed(said: dict[str, Any], at: datetime) -> None:
    """人员类别的证明撤销或重新证明."""
    rediscover_group(tag_id=said["tag"], by=said.get("by"), at=at)


def policy_released(said: dict[str, Any], at: datetime) -> None:
    """政策发布: where its first day lies behind us, what was decided since that day is looked at again."""
    day = date.fromisoformat(said["valid_from"])
    rediscover_release(
        district_id=said["district"], release_id=said["release"], valid_from=day, by=said.get("by"), at=at
    )


def offer_cancelled(said: dict[str, Any], at: datetime) -> None:
    """班次取消: who chose it is free again; a class made of it goes with it."""
    cancel_enrolments(offer_id=said["offer"], actor=SYSTEM, at=at)
    cancel_class_of_offer(offer_id=said["offer"], at=at)


HANDLERS: dict[str, Handler] = {
    "roster:uploaded": lambda said, at: check_roster(roster_id=said["roster"], at=at),
    "roster:confirmed": lambda said, at: save_roster(roster_id=said["roster"], at=at),
    "batch:halted": lambda said, at: finding_from_batch(said["batch"], at),
    "class:red-card": lambda said, at: finding_from_card(said["class"], at),
    "inspection:mismatch": lambda said, at: finding_from_inspection(said["inspection"], at),
    "certificate:issued": certificate_issued,
    "certificate:revoked": certificate_revoked,
    "group:withdrawn": group_changed,
    "group:proved": group_changed,
    "fact:corrected": lambda said, at: rediscover_correction(correction_id=said["correction"], at=at),
    "policy:released": policy_released,
    **dict.fromkeys(CLASS_TOPICS, class_changed),
    "employment:recorded": class_changed,
    "laboratory:run": lambda said, at: work_run(run_id=said["run"], at=at),
    "rating:dishonest": lambda said, at: finding_from_rating(said["class"], at),
    "offer:places": lambda said, at: promote_next(offer_id=said["offer"], at=at),
    "offer:cancelled": offer_cancelled,
}
"""Topic → what a higher room does about it. A topic nobody listens to is only marked as read."""

log = structlog.get_logger("wudan.outbox")


@app.task(pass_context=False)
def handle(topic: str, payload: dict[str, Any]) -> None:
    """Do what a message asks for."""
    close_old_connections()
    try:
        HANDLERS[topic](payload, clock.now())
    finally:
        close_old_connections()


def deliver() -> int:
    """Queue a job for every message waiting; returns how many were taken."""
    with transaction.atomic():
        waiting = OutboxEvent.objects.filter(dispatched_at=None).order_by("id")
        events = list(waiting.select_for_update(skip_locked=True)[:AT_ONCE])
        for event in events:
            if event.topic in HANDLERS:
                handle.defer(topic=event.topic, payload=event.payload)
        OutboxEvent.objects.filter(pk__in=[e.pk for e in events]).update(dispatched_at=clock.now())
    return len(events)


async def rounds() -> None:
    """Deliver again and again, until cancelled; a database that is away for a moment is asked again."""
    look = sync_to_async(_look, thread_sensitive=False)
    while True:
        try:
            found = await look()
        except DatabaseError as error:
            log.warning("outbox.unreachable", error=type(error).__name__)
            found = 0
        if found < AT_ONCE:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _look() -> int:
    close_old_connections()
    try:
        return deliver()
    finally:
        close_old_connections()
