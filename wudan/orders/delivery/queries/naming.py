"""What a class is called (班级名称): year, short name of the provider, occupation, level, serial, kind of certificate (facts §2.3)."""

from __future__ import annotations

from collections.abc import Collection

from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.models import TrainingClass
from wudan.organisations.models import Teacher, Venue
from wudan.policy.queries import rulebook_for

DROPPED = ("有限责任公司", "有限公司", "职业培训学校", "职业技能培训学校")


def class_name(offer: Offer) -> str:
    """e.g. 2020年古城焊工中级工第2期（职业技能等级证书）班."""
    rulebook, entry, year = rulebook_for(offer.district_id), offer.entry, offer.period.lower.year
    before = TrainingClass.objects.filter(
        provider_id=offer.provider_id,
        occupation_id=entry.occupation_id,
        level=entry.level,
        started_on__year=year,
    ).count()
    level = rulebook.levels.get(str(entry.level)) if entry.level else None
    kind = rulebook.certificate_types.get(entry.certificate_type)
    short = _short(offer.provider.name if offer.provider else "", offer.district.name)
    issued = f"（{kind.label}）" if kind else ""
    return f"{year}年{short}{entry.occupation.name}{level.label if level else ''}第{before + 1}期{issued}班"


def _short(name: str, district: str) -> str:
    short = name.removeprefix(district)
    for word in DROPPED:
        short = short.removesuffix(word) or short
    return short


def named_parts(held: TrainingClass) -> tuple[str, str, str, str]:
    """Occupation, level, kind of certificate and training line in words."""
    rulebook = rulebook_for(held.district_id)
    level = rulebook.levels.get(str(held.level)) if held.level else None
    kind = rulebook.certificate_types.get(held.certificate_type)
    line = rulebook.lines.get(held.line)
    return (
        held.occupation.name,
        level.label if level else "",
        kind.label if kind else "未写明",
        line.label if line else "未写明",
    )


def teacher_names(ids: Collection[int]) -> dict[int, str]:
    return dict(Teacher.objects.filter(pk__in=ids).values_list("pk", "person__name"))


def venue_names(ids: Collection[int]) -> dict[int, str]:
    return dict(Venue.objects.filter(pk__in=ids).values_list("pk", "name"))
