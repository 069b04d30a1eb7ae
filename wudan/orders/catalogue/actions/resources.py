"""三优资源: excellent textbooks, courseware and teachers, collected from inside and outside the district, scored by several
people, and selected on their mean (台政办发〔2020〕4号 五（三）).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import occupation
from wudan.orders.catalogue.models import Resource, ResourceScore
from wudan.orders.catalogue.queries.resources import KINDS, tally
from wudan.orders.catalogue.states import RESOURCE
from wudan.organisations.models import Teacher
from wudan.organisations.queries import applicant
from wudan.policy.queries import parameter

CLAUSE = "台政办发〔2020〕4号 五（三）"
BUREAU = (Role.INTAKE, Role.REVIEWER)
JUDGES = (Role.INTAKE, Role.REVIEWER, Role.POLICY)


@dataclass(frozen=True, slots=True)
class ResourceForm:
    """What is recommended. A teacher is one of the pool; courseware has its address."""

    kind: str
    title: str
    author: str
    summary: str
    occupation_id: int | None = None
    teacher_id: int | None = None
    url: str = ""


def collect_resource(
    *, district_id: str, organisation_id: int | None, form: ResourceForm, actor: Actor, at: datetime
) -> Resource:
    """征集: recommended by an organisation for itself, or taken in by the bureau from outside the district.

    Refuses: forbidden, organisation-suspended; bad-kind, no-title, no-summary, bad-url, no-teacher, unknown-occupation;
    resource_once.
    """
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：征集"):
        if organisation_id is not None:
            district_id = applicant(organisation_id, actor).district_id
        else:
            actor.require(*BUREAU, district_id=district_id)
        _check(form, district_id)
        return Resource.objects.create(
            district_id=district_id,
            kind=form.kind,
            title=form.title.strip(),
            author=form.author.strip(),
            summary=form.summary.strip(),
            occupation_id=form.occupation_id,
            teacher_id=form.teacher_id,
            offered_by_id=organisation_id,
            url=form.url.strip(),
            collected_at=at,
        )


def score_resource(
    *, resource_id: int, score: int, comment: str, actor: Actor, at: datetime
) -> ResourceScore:
    """评分, 0 to 100, once per judge. Refuses: forbidden, wrong-state, bad-score; score_once."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：评分"):
        found = _locked(resource_id)
        actor.require(*JUDGES, district_id=found.district_id)
        if found.state != "collected":
            refuse("wrong-state", f"“{found.title}”已经评选完毕，不能再评分。", remedy="请刷新页面查看。")
        if not 0 <= score <= 100:
            refuse("bad-score", "分数为0到100的整数。", remedy="请改正。", field="score", status=INVALID)
        return ResourceScore.objects.create(
            resource=found,
            judge=actor.user_id or 0,
            judge_label=actor.label,
            score=score,
            comment=comment.strip(),
            at=at,
        )


def select_resource(*, resource_id: int, reason: str, actor: Actor, at: datetime) -> Resource:
    """选入. Refuses: forbidden, wrong-state, no-reason; too-few-judges, score-too-low (both by the district's parameters)."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：选入"):
        found = _for(resource_id, "select", actor)
        state, day = RESOURCE.check("select", found.state), legal_day(at)
        seen = tally(found.pk)
        judges = parameter(found.district_id, "resource_judges_min", day)
        lowest = parameter(found.district_id, "resource_score_min", day)
        if seen.count < int(judges.value):
            refuse(
                "too-few-judges",
                f"现有{seen.count}人评分，选入至少需要{judges.value}人评分。",
                clause=judges.clause,
                remedy="请等其他评分人评分后再办理。",
            )
        if seen.total < int(lowest.value) * seen.count:
            refuse(
                "score-too-low",
                f"平均{seen.mean}分，低于选入的最低平均分{lowest.value}分。",
                clause=lowest.clause,
                remedy="不能选入的，请办理“不选入”。",
            )
        return _close(found, state, reason, actor, at)


def decline_resource(*, resource_id: int, reason: str, actor: Actor, at: datetime) -> Resource:
    """不选入. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(resource_id, "decline", reason, actor, at)


def retire_resource(*, resource_id: int, reason: str, actor: Actor, at: datetime) -> Resource:
    """退出. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(resource_id, "retire", reason, actor, at)


def withdraw_resource(*, resource_id: int, actor: Actor, at: datetime) -> Resource:
    """撤回 by the organisation that recommended it. Refuses: forbidden, wrong-state."""
    return _answer(resource_id, "withdraw", "推荐单位撤回", actor, at)


def _answer(resource_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> Resource:
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：{RESOURCE.move(verb).label}"):
        found = _for(resource_id, verb, actor)
        return _close(found, RESOURCE.check(verb, found.state), reason, actor, at)


def _close(found: Resource, state: str, reason: str, actor: Actor, at: datetime) -> Resource:
    if not reason.strip():
        refuse("no-reason", "没有填写评选意见。", remedy="请写明理由。", field="reason", status=INVALID)
    found.state, found.reason = state, reason.strip()
    found.decided_by = actor.user_id if actor.is_official else None
    found.save(update_fields=["state", "reason", "decided_by"])
    tell(f"resource:{state}", at=at, resource=found.pk)
    return found


def _locked(resource_id: int) -> Resource:
    found = Resource.objects.select_for_update().filter(pk=resource_id).first()
    if found is None:
        refuse("not-found", "没有找到这项资源。", remedy="请从列表重新进入。", status=404)
    return found


def _for(resource_id: int, verb: str, actor: Actor) -> Resource:
    found = _locked(resource_id)
    actor.require(*RESOURCE.move(verb).who, district_id=found.district_id)
    if not actor.is_official and actor.organisation_id != found.offered_by_id:
        forbid("这不是您所在单位推荐的资源。")
    return found


def _check(form: ResourceForm, district_id: str) -> None:
    if form.kind not in dict(KINDS):
        _bad("bad-kind", "没有选择类别。", "请从列表中选择。", "kind")
    if not form.title.strip():
        _bad("no-title", "没有填写名称。", "请填写。", "title")
    if not form.summary.strip():
        _bad("no-summary", "没有填写简介。", "请写明内容、特点和使用情况。", "summary")
    if form.url.strip() and not form.url.strip().startswith(("https://", "http://")):
        _bad("bad-url", "网址应以http开头。", "请复制浏览器地址栏里的完整网址。", "url")
    if form.occupation_id is not None and occupation(form.occupation_id) is None:
        _bad("unknown-occupation", "所选职业不在职业目录中。", "请从列表中选择。", "occupation")
    if form.kind == "teacher":
        own = Teacher.objects.filter(district_id=district_id, state="listed")
        if form.teacher_id is None or not own.filter(pk=form.teacher_id).exists():
            _bad("no-teacher", "优秀教师须从师资库中选择。", "请先提交师资，入库后再推荐。", "teacher")


def _bad(code: str, sentence: str, remedy: str, field: str) -> None:
    refuse(code, sentence, clause=CLAUSE, remedy=remedy, field=field, status=INVALID)
