"""Whether a provider may be given a class today: on the books, in good credit, registered for it, and large enough."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from wudan.kernel.errors import Refusal
from wudan.occupations.queries import same_occupations
from wudan.orders.catalogue.models import Registration
from wudan.organisations.models import Organisation
from wudan.organisations.queries import standing_of

_DIRECTORY = "按职业（工种）和等级备案的机构才能承接"


def registration_on(provider_id: int, occupation_id: int, level: int, on: date) -> Registration | None:
    """The provider's registration for this occupation × level in force on a day; a new code of the same occupation counts.

    A registration that is suspended (by an official, or held below the quality lines) is not in force.
    """
    return (
        Registration.objects.filter(
            provider_id=provider_id,
            occupation_id__in=same_occupations(occupation_id),
            level=level,
            state="listed",
        )
        .filter(Q(valid__isnull=True) | Q(valid__contains=on))
        .order_by("-capacity", "pk")
        .first()
    )


def provider_faults(
    provider_id: int, occupation_id: int, level: int, on: date, *, places: int = 1
) -> list[Refusal]:
    """Why this provider may not be given so many places of this occupation × level on a day; empty when it may."""
    provider = Organisation.objects.filter(pk=provider_id, kind="provider").first()
    if provider is None:
        return [Refusal("no-provider", "没有找到这个培训机构。", remedy="请从列表中选择。")]
    if provider.suspended:
        return [
            Refusal(
                "organisation-suspended",
                f"“{provider.name}”已被暂停受理。",
                remedy="请选择另一个机构，或在恢复后再安排。",
            )
        ]
    standing = standing_of(provider_id, on)
    if not standing.good:
        return [
            Refusal(
                "bad-standing",
                f"“{provider.name}”信用不符合条件：{standing.reasons[0]}",
                remedy="信用修复后才能承接新的班次。",
            )
        ]
    found = registration_on(provider_id, occupation_id, level, on)
    if found is None:
        return [_unregistered(provider, occupation_id, level)]
    if places > found.capacity:
        return [
            Refusal(
                "over-capacity",
                f"“{provider.name}”备案的同期培训规模是{found.capacity}人，这个班次有{places}个名额。",
                remedy="请减少名额，或先办理备案变更。",
            )
        ]
    return []


def _unregistered(provider: Organisation, occupation_id: int, level: int) -> Refusal:
    held = Registration.objects.filter(
        provider=provider, occupation_id__in=same_occupations(occupation_id), level=level, state="suspended"
    ).first()
    if held is not None:
        return Refusal(
            "registration-suspended",
            f"“{provider.name}”这一职业和等级的备案已暂停：{held.reason or '未写原因'}。",
            remedy="恢复备案后才能承接新的班次。",
        )
    return Refusal(
        "not-registered",
        f"“{provider.name}”没有备案这一职业和等级。",
        remedy=f"{_DIRECTORY}，请先办理机构备案，或选择已备案的机构。",
    )
