"""项目征集 and 专项职业能力 at the provider: what may be taken part in, what is filed upward."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions import abilities as acts
from wudan.orders.catalogue.queries.projects import abilities_of, calls, projects_of
from wudan.orders.catalogue.queries.projects import ability as ability_of
from wudan.orders.catalogue.states import ABILITY
from wudan.organisations.queries import organisation
from wudan.policy.queries import rulebook_for
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import Offer as Button
from wudan.web.shared.capacity.cases import days, events
from wudan.web.shared.catalogue.abilities import TONES, ability_case
from wudan.web.shared.lists import Column, ListPage, Query
from wudan.web.shared.parts import Crumb, NavItem
from wudan.web.shared.render import page


class AbilityForm(f.Form):
    """What is filed: the content of assessment, hours, and the question bank."""

    name = forms.CharField(label="项目名称", max_length=40, help_text="例如“周村烧饼制作”。")
    content = forms.CharField(
        label="考核评价内容",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="能力模块、考核方式和合格标准。",
    )
    hours = forms.IntegerField(label="课时", min_value=1, max_value=2000)
    local = forms.BooleanField(label="地方特色项目", required=False)
    questions = forms.FileField(
        label="试题库", required=False, help_text="不超过10兆，加密保存，只有区鉴定机构能看。"
    )
    count = forms.IntegerField(label="试题数", min_value=1, max_value=100_000, required=False)

    def __init__(self, *args: Any, found: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found is not None:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("questions") and not data.get("count"):
            self.add_error("count", "请填写试题库共有多少题。")
        return data


@require_GET
@for_roles(Role.PROVIDER)
def projects(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is called for now, and the own contracts."""
    here = organisation(actor, actor.organisation_id or 0)
    if here is None:
        raise Http404
    today, rulebook = legal_day(now()), rulebook_for(here.district_id)
    context = {
        "title": "培训项目",
        "calls": [(p, rulebook.word(p.group), working_days_left(today, p.call_until or today)) for p in calls(here.district_id, today)],
        "own": [(p, rulebook_for(p.district_id).word(p.group), days(p.period)) for p in projects_of(actor)],
        "hotline": here.district.hotline,
    }  # fmt: skip
    return page(request, "provider/projects.html", context)


@require_GET
@for_roles(Role.PROVIDER)
def abilities(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    spec: ListPage[Any] = ListPage(
        title="专项职业能力",
        unit="项",
        empty_title="还没有申报",
        empty_text="先写明考核评价内容、上传试题库，逐级批准以后才能开班。",
        columns=[
            Column("项目", lambda a: a.name, "strong", href=lambda a: reverse("provider:ability", args=[a.pk]), width=30),
            Column("课时", lambda a: a.hours, "number"),
            Column("试题", lambda a: a.questions_count, "number"),
            Column("状态", lambda a: a.get_state_display(), "badge", tone=lambda a: TONES[a.state]),
            Column("意见", lambda a: a.reason, width=40),
        ],
    )  # fmt: skip

    def fetch(_query: Query) -> Any:
        return abilities_of(actor)

    context = {"links": [NavItem("申报项目", reverse("provider:ability_new"))], "primary": True}
    return spec.respond(request, fetch, "bureau/listing/list.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def ability_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _edit(request, actor, None)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def ability_edit(request: HttpRequest, actor: Actor, ability_id: int) -> HttpResponse:
    found = _one(actor, ability_id)
    if found.state not in ("drafted", "returned"):
        return redirect("provider:ability", ability_id)
    return _edit(request, actor, found)


def _edit(request: HttpRequest, actor: Actor, found: Any) -> HttpResponse:
    start = {"content": found.content, "hours": found.hours or None, "local": found.local} if found else {}
    form = AbilityForm(request.POST or None, request.FILES or None, found=found, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(form.cleaned_data, found, actor)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "已保存。备齐考核评价内容和试题库后，请报送区鉴定机构。")
            return redirect("provider:ability", saved)
    back = reverse("provider:ability", args=[found.pk]) if found else reverse("provider:abilities")
    context = {
        "title": f"修改“{found.name}”" if found else "申报专项职业能力",
        "crumbs": [
            Crumb("专项职业能力", reverse("provider:abilities")),
            Crumb(found.name if found else "申报"),
        ],
        "form": form,
        "submit": "保存",
        "note": "保存后还可以修改，报送后由区、市、省逐级审核。",
        "cancel_url": back,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


def _save(data: dict[str, Any], found: Any, actor: Actor) -> int:
    at, file = now(), data["questions"]
    given = {
        "content": data["content"],
        "hours": data["hours"],
        "local": data["local"],
        "actor": actor,
        "at": at,
    }
    if found is None:
        made = acts.draft_ability(provider_id=actor.organisation_id or 0, name=data["name"], **given)
    else:
        made = acts.revise_ability(ability_id=found.pk, **given)
    if file:
        acts.put_questions(
            ability_id=made.pk,
            content=file.read(),
            file_name=file.name,
            count=data["count"],
            actor=actor,
            at=at,
        )
    return made.pk


@require_GET
@for_roles(Role.PROVIDER)
def ability(request: HttpRequest, actor: Actor, ability_id: int) -> HttpResponse:
    return _show(request, _one(actor, ability_id))


@require_POST
@for_roles(Role.PROVIDER)
def ability_submit(request: HttpRequest, actor: Actor, ability_id: int) -> HttpResponse:
    found = _one(actor, ability_id)
    try:
        acts.submit_ability(ability_id=ability_id, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        return _show(request, found, refused, 422)
    messages.success(request, "已报送区鉴定机构，审核进展会显示在这里。")
    return redirect("provider:ability", ability_id)


def _one(actor: Actor, ability_id: int) -> Any:
    found = ability_of(actor, ability_id)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest, found: Any, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    left = working_days_left(legal_day(now()), found.due_on) if found.due_on else None
    case = ability_case(found, TONES[found.state], left)
    if found.state in ("drafted", "returned"):
        case.links = [NavItem("修改", reverse("provider:ability_edit", args=[found.pk]))]
        effect = "报送后由区鉴定机构审核，再报市级和省级；批准以前不能开班。"
        case.offers = [
            Button(
                "submit",
                "报送区鉴定机构",
                effect,
                reverse("provider:ability_submit", args=[found.pk]),
                "primary",
            )
        ]
    case.lacking = refused.refusals if refused else ()
    case.lacking_title = "还不能报送"
    case.events = events(found, ABILITY.states, named=False)
    context = {
        "title": found.name,
        "crumbs": [Crumb("专项职业能力", reverse("provider:abilities")), Crumb(found.name)],
        "case": case,
    }
    return page(request, "shared/capacity/case.html", context, status=status)
