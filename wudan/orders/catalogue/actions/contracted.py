"""An offer of a project (项目制) within its contract: line, provider, days, heads, and its share of the sum."""

from __future__ import annotations

from django.db.models import Sum

from wudan.kernel.errors import refuse
from wudan.orders.catalogue.actions.guards import INVALID, NOT_FOUND, locked_project
from wudan.orders.catalogue.models import Offer, Project
from wudan.policy.engine.lines import Line


def check_project(offer: Offer, project_id: int | None, line: Line) -> None:
    """Refuses: not-found, project-not-contracted, project-line, project-heads, project-days, contractor-only."""
    if project_id is None:
        return
    project = locked_project(project_id)
    if project.district_id != offer.district_id:
        refuse("not-found", "没有找到这个项目。", status=NOT_FOUND)
    if project.state not in ("contracted", "running"):
        refuse(
            "project-not-contracted",
            f"项目“{project.title}”还没有登记合同，或已经结束。",
            remedy="登记合同后才能开班。",
            field="project",
        )
    if project.line != offer.line or project.restricted != line.restricted:
        refuse(
            "project-line",
            "班次的培训类别与项目不同。",
            remedy="请按项目的培训类别开班。",
            field="line",
            status=INVALID,
        )
    if offer.provider_id not in (None, project.provider_id):
        refuse(
            "contractor-only",
            "项目的班次只能由合同的承训机构承接。",
            field="provider",
            status=INVALID,
        )
    offer.project, offer.provider = project, project.provider
    _check_heads(offer, project, offer.places)
    check_project_days(offer)


def check_project_days(offer: Offer) -> None:
    """Within the contract's period. Refuses: project-days."""
    held = offer.project.period if offer.project else None
    if held is not None and (offer.period.lower < held.lower or offer.period.upper > held.upper):
        refuse(
            "project-days",
            "培训期间超出合同的实施期间。",
            remedy="请把培训期间定在合同期间内。",
            field="period",
            status=INVALID,
        )


def share_of(offer: Offer, places: int) -> int:
    """What so many places of a project's offer cost of the contract, in fen; the places that fill the plan take the last fen.

    Refuses: project-heads.
    """
    project = locked_project(offer.project_id or 0)
    others = _check_heads(offer, project, places)
    contract = project.contract_fen or 0
    if others["heads"] + places == project.heads:
        return contract - others["fen"]
    return min(contract * places // project.heads, contract - others["fen"])


def _check_heads(offer: Offer, project: Project, places: int) -> dict[str, int]:
    live = project.offers.exclude(pk=offer.pk).exclude(state="cancelled")
    sums = live.aggregate(heads=Sum("places"), fen=Sum("reserved_fen"))
    taken = {name: int(value or 0) for name, value in sums.items()}
    if taken["heads"] + places > project.heads:
        refuse(
            "project-heads",
            f"合同共{project.heads}人，其他班次已占{taken['heads']}人，这个班次要{places}人。",
            remedy=f"名额最多{project.heads - taken['heads']}人。",
            field="places",
            status=INVALID,
        )
    return taken
