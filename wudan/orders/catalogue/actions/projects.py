"""项目制: planned, called for, contracted on the basis of a procurement, carried out. The procurement itself is not done here."""

from __future__ import annotations

from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.guards import INVALID, line_of, locked_project, move_project
from wudan.orders.catalogue.models import Project
from wudan.organisations.models import Organisation
from wudan.organisations.queries import standing_of
from wudan.policy.queries import rulebook_for

PLANNERS = (Role.INTAKE, Role.REVIEWER)
LIVE_OFFERS = ("drafted", "reserved", "open", "closed", "running")


def plan_project(
    *,
    district_id: str,
    title: str,
    line: str,
    group: str,
    heads: int,
    summary: str = "",
    department_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Project:
    """拟定项目 for one target group. A line closed to the public makes the project restricted (限制知悉).

    Refuses: forbidden, no-line, not-a-project-line, not-of-line, no-title, no-heads, no-department.
    """
    actor.require(*PLANNERS, district_id=district_id)
    rulebook = rulebook_for(district_id)
    chosen = line_of(rulebook, line)
    if chosen.scheme != "project":
        refuse(
            "not-a-project-line",
            f"“{chosen.label}”不按项目办理。",
            clause=chosen.clause,
            remedy="请选择项目制的培训类别。",
            field="line",
            status=INVALID,
        )
    if group not in chosen.groups:
        refuse(
            "not-of-line",
            "对象类别不在这一培训类别之内。",
            clause=chosen.clause,
            field="group",
            status=INVALID,
        )
    if not title.strip():
        refuse("no-title", "请填写项目名称。", field="title", status=INVALID)
    if heads < 1:
        refuse("no-heads", "计划人数至少为1。", field="heads", status=INVALID)
    with acting(actor=actor, at=at, basis=chosen.clause):
        department = Organisation.objects.filter(pk=department_id or 0, district_id=district_id).first()
        if department_id is not None and (department is None or department.kind != "department"):
            refuse("no-department", "没有找到这个部门。", field="department", status=INVALID)
        key = bulk.take_keys(Project, 1)[0]
        project = Project(
            pk=key,
            number=f"X{district_id}{legal_day(at).year}{key:04d}",
            district_id=district_id,
            title=title.strip(),
            line=line,
            group=group,
            heads=heads,
            summary=summary.strip(),
            restricted=chosen.restricted,
            department=department,
            planned_by=actor.user_id or 0,
        )
        project.save(force_insert=True)
    return project


def call_project(*, project_id: int, until: date, actor: Actor, at: datetime) -> Project:
    """公开征集承训机构, up to and with `until`. Tells "project:called".

    Refuses: forbidden, not-found, wrong-state, restricted-not-public, day-over.
    """
    with acting(actor=actor, at=at, basis=_clause(project_id)):
        project = locked_project(project_id)
        state = move_project(project, "call", actor)
        if project.restricted:
            refuse(
                "restricted-not-public",
                "这个项目限制知悉，不能公开征集。",
                remedy="请按规定的采购方式确定承训机构后，直接登记合同。",
            )
        if until < legal_day(at):
            refuse("day-over", "征集截止日已经过去。", field="until", status=INVALID)
        project.state, project.call_until = state, until
        project.save(update_fields=["state", "call_until"])
        tell("project:called", at=at, project=project.pk)
    return project


def contract_project(
    *,
    project_id: int,
    provider_id: int,
    contract_number: str,
    contract_fen: int,
    procurement: str,
    period: tuple[date, date],
    actor: Actor,
    at: datetime,
) -> Project:
    """登记合同 by somebody else than who planned it; sum in whole fen, `period` half-open, `procurement` how and on what basis.

    Refuses: forbidden, not-found, wrong-state, two-people, no-provider, bad-standing, contract-whole, period-backwards.
    """
    with acting(actor=actor, at=at, basis=_clause(project_id)):
        project = locked_project(project_id)
        state = move_project(project, "contract", actor)
        if actor.user_id == project.planned_by:
            refuse("two-people", "拟定项目和登记合同须由两个人办理。", remedy="请转给另一位复审人员登记。")
        _require_provider(provider_id, legal_day(at))
        if contract_fen <= 0 or not contract_number.strip() or not procurement.strip():
            refuse(
                "contract-whole",
                "请填写合同编号、金额和采购方式及依据。",
                field="contract_number",
                status=INVALID,
            )
        if period[0] >= period[1]:
            refuse("period-backwards", "实施期间的首日晚于末日。", field="period", status=INVALID)
        project.provider_id, project.contract_fen = provider_id, contract_fen
        project.contract_number, project.procurement = contract_number.strip(), procurement.strip()
        project.period, project.state = DateRange(*period, "[)"), state
        project.contracted_by = actor.user_id
        project.save()
    return project


def start_project(*, project_id: int, actor: Actor, at: datetime) -> Project:
    """开始实施, by the bureau or the contract's own provider. Tells "project:started".

    Refuses: forbidden, not-found, wrong-state.
    """
    with acting(actor=actor, at=at, basis=_clause(project_id)):
        project = locked_project(project_id)
        state = move_project(project, "start", actor)
        if actor.role is Role.PROVIDER and actor.organisation_id != project.provider_id:
            refuse("forbidden", "只有合同的承训机构可以开始实施。", status=403)
        project.state = state
        project.save(update_fields=["state"])
        tell("project:started", at=at, project=project.pk)
    return project


def finish_project(*, project_id: int, actor: Actor, at: datetime) -> Project:
    """完成, once none of its classes is still to come or running. Refuses: forbidden, not-found, wrong-state, offers-live."""
    with acting(actor=actor, at=at, basis=_clause(project_id)):
        project = locked_project(project_id)
        state = move_project(project, "finish", actor)
        _require_no_offers(project)
        project.state = state
        project.save(update_fields=["state"])
        tell("project:finished", at=at, project=project.pk)
    return project


def cancel_project(*, project_id: int, reason: str, actor: Actor, at: datetime) -> Project:
    """取消 before it has begun. Refuses: forbidden, not-found, wrong-state, no-reason, offers-live."""
    with acting(actor=actor, at=at, basis=_clause(project_id)):
        project = locked_project(project_id)
        state = move_project(project, "cancel", actor)
        if not reason.strip():
            refuse("no-reason", "请写明取消的原因。", field="reason", status=INVALID)
        _require_no_offers(project)
        project.state, project.reason = state, reason.strip()
        project.save(update_fields=["state", "reason"])
    return project


def _require_provider(provider_id: int, on: date) -> None:
    provider = Organisation.objects.filter(pk=provider_id, kind="provider").first()
    if provider is None:
        refuse("no-provider", "没有找到这个培训机构。", field="provider", status=INVALID)
    standing = standing_of(provider_id, on)
    if not standing.good:
        refuse("bad-standing", f"“{provider.name}”信用不符合条件：{standing.reasons[0]}", field="provider")


def _require_no_offers(project: Project) -> None:
    live = project.offers.filter(state__in=LIVE_OFFERS).count()
    if live:
        refuse(
            "offers-live",
            f"这个项目还有{live}个班次没有结束。",
            remedy="请先结束或取消这些班次。",
        )


def _clause(project_id: int) -> str:
    project = Project.objects.filter(pk=project_id).only("district_id", "line").first()
    line = rulebook_for(project.district_id).lines.get(project.line) if project else None
    return line.clause if line else "项目制培训"
