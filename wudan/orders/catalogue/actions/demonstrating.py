"""示范培训项目: a department shows a training of its trade to the public for a time (台政办发〔2020〕4号 五（一）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import ONE_DAY, legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Demonstration
from wudan.organisations.models import Organisation
from wudan.organisations.queries import standing_of

CLAUSE = "台政办发〔2020〕4号 五（一）；周政办发〔2020〕2号 二（三）1"
BUREAU = (Role.INTAKE, Role.REVIEWER, Role.POLICY)


@dataclass(frozen=True, slots=True)
class DemonstrationForm:
    """Shown from the first to the last day, both included."""

    department_id: int
    title: str
    summary: str
    first: date
    last: date
    occupation_id: int | None = None
    provider_id: int | None = None


def publish_demonstration(
    *, district_id: str, form: DemonstrationForm, actor: Actor, at: datetime
) -> Demonstration:
    """发布示范项目. Refuses: forbidden; no-department, no-title, no-summary, bad-period, no-provider, bad-standing."""
    actor.require(*BUREAU, district_id=district_id)
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：发布"):
        _check(form, district_id, legal_day(at))
        return Demonstration.objects.create(
            district_id=district_id,
            department_id=form.department_id,
            title=form.title.strip(),
            summary=form.summary.strip(),
            occupation_id=form.occupation_id,
            provider_id=form.provider_id,
            shown=DateRange(form.first, form.last + ONE_DAY, "[)"),
            published_by=actor.user_id or 0,
            published_at=at,
        )


def end_demonstration(*, demonstration_id: int, actor: Actor, at: datetime) -> Demonstration:
    """结束展示 from today. Refuses: forbidden, not-found, already-over."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：结束展示"):
        found = Demonstration.objects.select_for_update().filter(pk=demonstration_id).first()
        if found is None:
            refuse("not-found", "没有找到这个项目。", remedy="请从列表重新进入。", status=404)
        actor.require(*BUREAU, district_id=found.district_id)
        today = legal_day(at)
        if found.shown.isempty or (found.shown.upper is not None and found.shown.upper <= today):
            refuse("already-over", "展示期已经结束。", remedy="请刷新页面查看。")
        first = found.shown.lower or today
        found.shown = DateRange(min(first, today), today, "[)")
        found.save(update_fields=["shown"])
    return found


def _check(form: DemonstrationForm, district_id: str, today: date) -> None:
    organisations = Organisation.objects.filter(district_id=district_id)
    if not organisations.filter(pk=form.department_id, kind="department").exists():
        _bad("no-department", "没有选择主管部门。", "请从列表中选择。", "department")
    if not form.title.strip():
        _bad("no-title", "没有填写名称。", "请填写。", "title")
    if not form.summary.strip():
        _bad("no-summary", "没有填写内容。", "请写明特色、对象和做法。", "summary")
    if form.last < form.first:
        _bad("bad-period", "展示的最后一天早于第一天。", "请核对日期。", "last")
    if form.provider_id is not None:
        if not organisations.filter(pk=form.provider_id, kind__in=["provider", "enterprise"]).exists():
            _bad("no-provider", "没有找到承办单位。", "请从列表中选择。", "provider")
        standing = standing_of(form.provider_id, today)
        if not standing.good:
            _bad("bad-standing", f"承办单位不宜示范：{standing.reasons[0]}", "请另选承办单位。", "provider")


def _bad(code: str, sentence: str, remedy: str, field: str) -> None:
    refuse(code, sentence, clause=CLAUSE, remedy=remedy, field=field, status=INVALID)
