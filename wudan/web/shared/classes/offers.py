"""An offer (班次) as the desks that answer it read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wudan.policy.queries import rulebook_for
from wudan.web.shared.parts import Fact
from wudan.web.shared.words import cn_date


def offer_line(offer: Any) -> dict[str, Any]:
    """In two lines of a list: what, and when, where, how many."""
    period = offer.period
    place = offer.town.name if offer.town else "全区"
    return {
        "training": training_of(offer),
        "when": f"{cn_date(period.lower)}至{cn_date(period.upper - timedelta(days=1))}",
        "where": place,
        "places": f"{offer.places}人",
    }


def training_of(offer: Any) -> str:
    """焊工中级工（职业技能等级证书）"""
    rulebook, entry = rulebook_for(offer.district_id), offer.entry
    level = rulebook.levels.get(str(entry.level)) if entry.level else None
    kind = rulebook.certificate_types.get(entry.certificate_type)
    issued = f"（{kind.label}）" if kind else ""
    return f"{entry.occupation.name}{level.label if level else ''}{issued}"


def offer_facts(offer: Any) -> list[Fact]:
    entry, line = offer.entry, rulebook_for(offer.district_id).lines.get(offer.line)
    said = offer_line(offer)
    hours = [
        f"{word}{n}课时"
        for word, n in (
            ("理论", entry.theory_hours),
            ("实训", entry.practice_hours),
            ("安全", entry.safety_hours),
        )
        if n
    ]
    return [
        Fact("班次编号", offer.number),
        Fact("职业、等级、证书", said["training"]),
        Fact("培训类别", line.label if line else "未写明", line.clause if line else ""),
        Fact("培训期间", said["when"], offer.schedule_note),
        Fact("地点", said["where"]),
        Fact("名额", f"{offer.places}人，最低{offer.min_heads}人开班"),
        Fact("课时要求", "、".join(hours) or "目录没有写明"),
        Fact("面向", offer.employer.name if offer.employer else "符合条件的劳动者"),
        Fact("选单截止", cn_date(offer.choose_until)),
    ]
