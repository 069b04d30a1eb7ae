"""接单和开班 on the bureau's first page: what waits for an answer, and what is overdue."""

from __future__ import annotations

from django.urls import reverse

from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.answers import bids_waiting
from wudan.orders.delivery.queries.classes import amendment_pile, opening_pile
from wudan.orders.delivery.queries.inspections import visits_of
from wudan.orders.delivery.queries.limits import tacit
from wudan.web.bureau.desk import Desk
from wudan.web.shared.parts import Stat, Tone


def before_teaching(desk: Desk) -> list[Stat]:
    """Nothing where nothing waits."""
    actor = desk.actor
    if actor.role not in (Role.INTAKE, Role.REVIEWER):
        return []
    asked, changes = opening_pile(actor, desk.today), amendment_pile(actor, desk.today)
    silence = "逾期视为同意" if tacit(desk.code, desk.today) else "须明确答复"
    listed = reverse("bureau:openings")
    found = [
        _stat("待答复开班申请", asked.waiting, asked.late, listed, silence),
        _stat("待答复开班变更", changes.waiting, changes.late, listed, silence),
        _stat("今天的巡查", visits_of(actor, desk.today), 0, reverse("bureau:inspections"), "由您到场登记"),
    ]
    if actor.role is Role.REVIEWER:
        bids, late = bids_waiting(actor, desk.today)
        found.append(_stat("待选定承训机构", bids, late, reverse("bureau:placing"), "机构已报方案"))
    return found if any(stat.value != "0" for stat in found) else []


def _stat(label: str, waiting: int, late: int, href: str, note: str) -> Stat:
    tone: Tone = "wrong" if late else "wait" if waiting else "plain"
    said = f"其中{late}件超期" if late else note if waiting else "没有待办"
    return Stat(label, f"{waiting:,}", href, said, tone, "件")
