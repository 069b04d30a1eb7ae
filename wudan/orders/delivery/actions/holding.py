"""暂停新列单 of providers whose results are below the district's lines: their registrations are suspended, nightly.

Clause: 评估和退出机制（台政办发〔2020〕4号 四（三）；周政办发〔2020〕2号 二（二）3）. What runs goes on; nothing new is offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.periods import in_words, legal_day
from wudan.orders.catalogue.actions.registering import suspend_registration
from wudan.orders.catalogue.models import Registration
from wudan.orders.delivery.models import Rating, TrainingClass
from wudan.orders.delivery.queries.quality import ENDED, Hold, held


def suspend_below_lines(*, at: datetime) -> int:
    """Suspend every listed registration of a provider held by its results; how many were. The reason says figures, line and clause.

    An official who lists or restores a registration has seen the figures: only results that came after that day's decision
    can suspend it again. Done twice it does nothing.
    """
    listed = Registration.objects.filter(state="listed").order_by("provider_id", "pk")
    by_provider: dict[int, list[Registration]] = {}
    for one in listed:
        by_provider.setdefault(one.provider_id, []).append(one)
    done = 0
    for provider_id, registrations in by_provider.items():
        newest = _newest_result(provider_id)
        stale = [r for r in registrations if newest is not None and r.state_since < newest]
        hold = held(provider_id, legal_day(at)) if stale else None
        if hold is not None:
            done += _suspend(stale, hold, at)
    return done


def _suspend(registrations: Sequence[Registration], hold: Hold, at: datetime) -> int:
    reason = (
        f"截至{in_words(legal_day(at))}，近期办学结果：{'；'.join(hold.reasons)}。按本区规定暂停承接新的班次"
        f"（{hold.clause}），已开的班照常办理。请提交整改说明，由区人力资源社会保障局复审后恢复"
    )
    done = 0
    for one in registrations:
        try:
            suspend_registration(registration_id=one.pk, reason=reason, actor=SYSTEM, at=at)
        except Refused:  # an official was quicker
            continue
        done += 1
    return done


def _newest_result(provider_id: int) -> datetime | None:
    """When the newest class was closed or rated: what an official could not have known before."""
    classes = TrainingClass.objects.filter(provider_id=provider_id, state__in=ENDED)
    closed = classes.aggregate(newest=Max("state_since"))["newest"]
    ratings = Rating.objects.filter(member__training_class__in=classes)
    rated = ratings.aggregate(newest=Max("at"))["newest"]
    return max((moment for moment in (closed, rated) if moment is not None), default=None)
