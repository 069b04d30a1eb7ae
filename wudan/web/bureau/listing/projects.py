"""项目制: planned, called for, contracted by somebody else, its stages of payment and its classes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import ONE_DAY
from wudan.orders.catalogue.actions import projects as acts
from wudan.orders.catalogue.queries.offers import money_of, offers_of_project
from wudan.orders.catalogue.queries.projects import project as project_of
from wudan.orders.catalogue.queries.projects import stages_of
from wudan.orders.catalogue.states import PROJECT
from wudan.organisations.queries import public_organisations
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.listing.buttons import Bound, Verb, buttons, press
from wudan.web.bureau.listing.lists import OFFER_TONES, PROJECT_TONES, READERS
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import Case, Table, days, events, table
from wudan.web.shared.choosing.words import days_of
from wudan.web.shared.parts import Crumb, Fact, NavItem
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date


class ProjectForm(f.Form):
    """A project as it is planned."""

    title = forms.CharField(label="项目名称", max_length=80)
    line = forms.ChoiceField(label="培训类别")
    group = forms.ChoiceField(label="对象类别")
    heads = forms.IntegerField(label="计划人数", min_value=1, max_value=100_000)
    summary = forms.CharField(
        label="培训内容和要求",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="公开征集时承训机构会看到。",
    )
    department = forms.TypedChoiceField(label="主管部门", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, district_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rulebook = rulebook_for(district_id)
        lines = [x for x in rulebook.lines.values() if x.scheme == "project"]
        groups = {g for x in lines for g in x.groups}
        departments = public_organisations(district_id, "department")
        for name, choices in (
            ("line", [(x.code, x.label) for x in lines]),
            ("group", [(code, one.label) for code, one in rulebook.groups.items() if code in groups]),
            ("department", [("", "不指定"), *((d.pk, d.name) for d in departments)]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return {**{k: v for k, v in data.items() if k != "department"}, "department_id": data["department"]}


class CallForm(f.Form):
    until = f.DateField(label="征集截止日")


class ContractForm(f.Form):
    """The contract that the procurement led to."""

    provider_id = forms.TypedChoiceField(label="承训机构", coerce=int)
    contract_number = forms.CharField(label="合同编号", max_length=60)
    contract_fen = f.MoneyField(label="合同金额（元）")
    procurement = forms.CharField(
        label="采购方式和依据", max_length=200, help_text="例如“公开招标，中标通知书编号”。"
    )
    first = f.DateField(label="实施首日")
    last = f.DateField(label="实施末日")

    def __init__(self, *args: Any, providers: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider_id"].choices = [("", "请选择"), *(providers or [])]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        period = (data.pop("first"), data.pop("last") + ONE_DAY)
        return {**data, "period": period}


VERBS: dict[str, Verb] = {
    "call": Verb(acts.call_project, "公开征集承训机构", "机构在工作台上能看到这个项目；采购按规定另行进行。", "primary", CallForm),
    "contract": Verb(acts.contract_project, "登记合同", "由拟定人以外的复审人员登记；登记后可以编制班次。", "primary", ContractForm),
    "start": Verb(acts.start_project, "开始实施", "开始后可以按规定先行拨付。", "primary"),
    "finish": Verb(acts.finish_project, "完成", "所有班次结束后办理，完成后可以结算。"),
    "cancel": Verb(acts.cancel_project, "取消项目", "取消后办结，不能恢复。", "danger", f.ReasonForm),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_roles(*READERS)
def project_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    desk = Desk(actor)
    form = ProjectForm(request.POST or None, district_id=desk.code)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.plan_project(district_id=desk.code, **form.values(), actor=actor, at=desk.at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "项目已拟定。")
            return redirect("bureau:project", made.pk)
    context = {
        "title": "拟定项目",
        "crumbs": [Crumb("培训项目", reverse("bureau:projects")), Crumb("拟定项目")],
        "form": form,
        "submit": "保存项目",
        "note": "限制知悉的类别不公开征集，也不在任何公开页面出现。",
        "cancel_url": reverse("bureau:projects"),
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


@require_GET
@for_roles(*READERS)
def project(request: HttpRequest, actor: Actor, project_id: int) -> HttpResponse:
    return _show(request, Desk(actor), project_id, {}, 200)


@require_POST
@for_roles(*READERS)
def project_act(request: HttpRequest, actor: Actor, project_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    _one(actor, project_id)
    return press(
        request, VERBS, verb, {"project_id": project_id}, to="bureau:project", actor=actor, at=desk.at,
        show=partial(_show, request, desk, project_id), **_given(verb, desk),
    )  # fmt: skip


def _one(actor: Actor, project_id: int) -> Any:
    found = project_of(actor, project_id)
    if found is None:
        raise Http404
    return found


def _given(verb: str, desk: Desk) -> dict[str, Any]:
    if verb == "contract":
        return {"providers": [(p.pk, p.name) for p in public_organisations(desk.code, "provider")]}
    return {}


def _show(request: HttpRequest, desk: Desk, project_id: int, bound: Bound, status: int) -> HttpResponse:
    found = _one(desk.actor, project_id)
    allowed = [m.verb for m in PROJECT.allowed(found.state, desk.actor.role)]
    if found.restricted and "call" in allowed:
        allowed.remove("call")
    own = desk.actor.user_id == found.planned_by
    if own and "contract" in allowed:
        allowed.remove("contract")
    open_ = found.state in ("contracted", "running") and found.taken < found.heads
    case = Case(
        kind=found.number,
        state=found.get_state_display(),
        tone=PROJECT_TONES[found.state],
        facts=_facts(found, desk),
        note=f"取消的原因：{found.reason}" if found.state == "cancelled" else "",
        tables=_tables(found),
        offers=[
            button
            for verb in VERBS
            if verb in allowed
            for button in buttons(VERBS, [verb], "bureau:project_act", found.pk, bound, **_given(verb, desk))
        ],
        waits="合同由拟定人以外的复审人员登记。" if own and found.state in ("planned", "calling") else "",
        links=[NavItem("编制班次", f"{reverse('bureau:offer_new')}?project={found.pk}")] if open_ else [],
        events=events(found, PROJECT.states, named=True),
    )
    context = {
        "title": found.title,
        "crumbs": [Crumb("培训项目", reverse("bureau:projects")), Crumb(found.title)],
        "case": case,
    }
    return page(request, "shared/capacity/case.html", context, status=status)


def _facts(found: Any, desk: Desk) -> list[Fact]:
    rulebook = rulebook_for(desk.code)
    line = rulebook.lines.get(found.line)
    rows = [
        Fact("培训类别", line.label if line else found.line, proof=line.clause if line else ""),
        Fact("对象类别", rulebook.word(found.group)),
        Fact("知悉范围", "限制知悉，不公开" if found.restricted else "公开"),
        Fact("计划人数", f"{found.heads}人", proof=f"已编班次{found.taken}人"),
        Fact("主管部门", found.department.name if found.department else "未指定"),
        Fact("承训机构", found.provider.name if found.provider else "未确定"),
    ]
    if found.call_until:
        rows.append(Fact("征集截止日", cn_date(found.call_until)))
    if found.contract_fen:
        rows += [
            Fact("合同", found.contract_number, proof=found.procurement),
            Fact("合同金额", in_sentence(found.contract_fen)),
            Fact("实施期间", days(found.period)),
        ]
    if found.summary:
        rows.append(Fact("培训内容和要求", found.summary))
    return rows


def _tables(found: Any) -> list[Table]:
    stages = [
        (
            s.label,
            in_sentence(s.fen) if s.fen is not None else "由人工核定",
            s.condition or "实施后",
            s.clause,
        )
        for s in stages_of(found)
    ]
    classes = [
        (
            (o.title, reverse("bureau:offer", args=[o.pk])),
            days_of(o.period),
            f"{o.places}人",
            in_sentence(money_of(o).left_fen),
            (o.get_state_display(), "", OFFER_TONES[o.state]),
        )
        for o in offers_of_project(found.pk)
    ]
    tables = [table("班次", ("班次", "培训期间", "名额", "还预留", "状态"), classes, "还没有编制班次。")]
    return [table("拨付阶段", ("阶段", "金额", "条件", "依据"), stages), *tables] if stages else tables
