"""三优资源, 设施改造支持 and 示范培训项目 on the bureau's desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions import demonstrating, resources, supporting
from wudan.orders.catalogue.queries import resources as queries
from wudan.orders.catalogue.states import RESOURCE, SUPPORT
from wudan.organisations.queries import organisations_of, teachers_of
from wudan.web.bureau.capacity_lists import LISTS, READERS, WAITING, clock, links, to
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import TONES, Case, Offer, Table, days, reason_form, table
from wudan.web.shared.capacity.forms import ResourceForm
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.occupations import OccupationField
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class ScoreForm(f.Form):
    """One judge's score."""

    score = forms.IntegerField(
        label="分数", min_value=0, max_value=100, help_text="0到100分，每人只能评一次。"
    )
    comment = forms.CharField(
        label="评语", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class GrantForm(f.Form):
    """How much, on which document."""

    granted_fen = f.MoneyField(label="同意金额（元）")
    document = forms.CharField(label="依据文件", max_length=200, help_text="文件名称和文号。")


class DemonstrationForm(f.Form):
    """A showpiece of a department."""

    department = forms.ChoiceField(label="主管部门")
    title = forms.CharField(label="名称", max_length=100)
    summary = forms.CharField(
        label="内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="特色、对象和做法。",
    )
    occupation = OccupationField(label="职业", required=False)
    provider = forms.ChoiceField(label="承办单位", required=False)
    first = f.DateField(label="展示自")
    last = f.DateField(label="展示至")

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind, blank in (("department", "department", "请选择"), ("provider", "provider", "不选")):
            own = [(str(o.pk), o.name) for o in organisations_of(desk.actor, kind)]
            self.fields[name].choices = [("", blank), *own]  # type: ignore[attr-defined]


RESOURCE_VERBS: dict[str, tuple[Callable[..., Any], str]] = {
    "select": (resources.select_resource, "选入后对外公布。"),
    "decline": (resources.decline_resource, "不选入后办结，推荐单位会看到意见。"),
    "retire": (resources.retire_resource, "退出后不再公布。"),
}
SUPPORT_VERBS: dict[str, tuple[Callable[..., Any], str]] = {
    "accept": (supporting.accept_support, "受理后初审。"),
    "pass_first": (supporting.pass_support, "通过后转复审岗。"),
    "approve": (supporting.approve_support, "同意后通知申请单位，完工后验收。"),
    "send_back": (supporting.return_support, "退回由申请单位补正。"),
    "refuse": (supporting.refuse_support, "不予支持后办结。"),
    "inspect": (supporting.inspect_support, "写明验收情况后办结。"),
}
PLAIN = ("accept", "pass_first")


# --- lists -------------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*READERS)
def resource_list(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """三优资源 with what the judges have given so far."""
    spec: ListPage[Any] = ListPage(
        title="三优资源",
        sort="-collected_at",
        unit="项",
        empty_title="没有资源",
        empty_text="培训机构、企业推荐后会出现在这里。",
        filters=[Filter("state", "状态", RESOURCE.choices()), Filter("kind", "类别", queries.KINDS)],
        columns=[
            Column("名称", lambda r: r.title, "strong", "title", href=to("resource"), width=34),
            Column("类别", lambda r: r.get_kind_display(), sort="kind"),
            Column("推荐单位", lambda r: r.offered_by.name if r.offered_by else "区内外征集", width=28),
            Column("评分人数", lambda r: r.judges, "number", "judges"),
            Column("平均分", lambda r: f"{r.points / r.judges:.1f}" if r.judges else "尚未评分"),
            Column("状态", lambda r: r.get_state_display(), "badge", tone=lambda r: TONES[r.state]),
            Column("征集时间", lambda r: r.collected_at, "date", "collected_at"),
        ],
    )

    def fetch(query: Query) -> Any:
        found = queries.resources_of(actor, state=query.get("state"), kind=query.get("kind"))
        return found.order_by(query.order_by or "-collected_at", "-pk")

    context = {"links": links("resource_list"), "new_url": reverse("bureau:resource_new"), "new": "征集资源"}
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=Desk(actor).name)


@require_GET
@for_roles(*READERS)
def supports(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Applications for works, the most urgent first."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="设施改造支持",
        sort="due_on",
        unit="件",
        empty_title="没有申请",
        empty_text="企业和培训机构申请后会出现在这里。",
        filters=[Filter("state", "状态", SUPPORT.choices())],
        columns=[
            Column("申请单位", lambda s: s.organisation.name, "strong", "organisation__pinyin", href=to("support"), width=34),
            Column("类别", lambda s: s.get_kind_display(), sort="kind"),
            Column("申请金额（元）", lambda s: s.asked_fen, "money", "asked_fen", total=True),
            Column("同意金额（元）", lambda s: s.granted_fen, "money", "granted_fen", total=True),
            Column("状态", lambda s: s.get_state_display(), "badge", tone=lambda s: TONES[s.state]),
            clock(desk, "办理时限", WAITING),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = queries.supports_of(actor, state=query.get("state"))
        return found.order_by(query.order_by or "due_on", "-pk")

    context = {"links": links("supports"), "new_url": "", "new": ""}
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=desk.name)


@require_GET
@for_roles(*READERS)
def demonstrations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """示范培训项目, those over included."""
    desk = Desk(actor)
    rows = [
        {"one": one, "days": days(one.shown), "now": desk.today in one.shown}
        for one in queries.demonstrations(desk.code)
    ]
    context = {"title": "示范培训项目", "rows": rows, "links": links("demonstrations")}
    return page(request, "bureau/demonstrations.html", context)


# --- resources ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@for_roles(*READERS)
def resource_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """征集: taken in by the bureau, also from outside the district."""
    desk = Desk(actor)
    pool = [(str(t.pk), t.person.name) for t in teachers_of(actor, state="listed")]
    form = ResourceForm(request.POST or None, teachers=pool)
    if request.method == "POST" and form.is_valid():
        try:
            made = resources.collect_resource(
                district_id=desk.code, organisation_id=None, form=form.values(), actor=actor, at=desk.at
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"已征集“{made.title}”，可以评分。")
            return redirect("bureau:resource", made.pk)
    return _form(request, form, "征集三优资源", "resource_list", "征集", "区内外的资源都可以征集。")


@require_GET
@for_roles(*READERS)
def resource(request: HttpRequest, actor: Actor, resource_id: int) -> HttpResponse:
    return _resource(request, Desk(actor), resource_id, {}, 200)


@require_POST
@for_roles(*READERS)
def resource_act(request: HttpRequest, actor: Actor, resource_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    given = {"resource_id": resource_id}
    if verb == "score":
        scoring = ScoreForm(request.POST, auto_id="id_score_%s")
        return _do(
            request, desk, verb, scoring, resources.score_resource, given, _resource, "resource", "已评分"
        )
    if verb not in RESOURCE_VERBS:
        raise Http404
    form = f.ReasonForm(request.POST, auto_id=f"id_{verb}_%s")
    action, label = RESOURCE_VERBS[verb][0], RESOURCE.move(verb).label
    return _do(request, desk, verb, form, action, given, _resource, "resource", f"已办理：{label}")


def _resource(
    request: HttpRequest, desk: Desk, pk: int, bound: dict[str, f.Form], status: int
) -> HttpResponse:
    found = queries.resource(desk.actor, pk)
    if found is None:
        raise Http404
    case = showing.of_resource(found, official=True)
    scores = queries.scores_of(found.pk)
    may_score = found.state == "collected" and desk.actor.user_id not in {one.judge for one in scores}
    case.tables = [_scores(found, scores, blind=may_score and desk.actor.role is Role.INTAKE)]
    offers = []
    if may_score:
        form = bound.get("score") or ScoreForm(auto_id="id_score_%s")
        offers.append(_offer(found, "resource", "score", "评分", "提交后不能修改。", "primary", form, bound))
    for move in RESOURCE.allowed(found.state, desk.actor.role):
        if move.verb in RESOURCE_VERBS:
            form = reason_form(move.verb, bound)
            tell = RESOURCE_VERBS[move.verb][1]
            tone = "plain" if move.verb == "select" else "danger"
            offers.append(_offer(found, "resource", move.verb, move.label, tell, tone, form, bound))
    case.offers = offers
    return _page(request, "resource_list", found.title, case, status)


def _scores(found: Any, scores: list[Any], *, blind: bool) -> Table:
    """Who gave what; a judge who has not scored yet does not see what others gave."""
    heads = ("评分人", "分数", "评语", "日期")
    if blind:
        return table(f"评分（{len(scores)}人）", heads, [], "您评分后可以看到其他人的评分。")
    mean = f"，平均{queries.tally(found.pk).mean}分" if scores else ""
    rows = [
        (one.judge_label, f"{one.score}分", one.comment or "没有写", f"{legal_day(one.at):%Y年%-m月%-d日}")
        for one in scores
    ]
    return table(f"评分（{len(scores)}人{mean}）", heads, rows, "还没有人评分。")


# --- support -----------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*READERS)
def support(request: HttpRequest, actor: Actor, support_id: int) -> HttpResponse:
    return _support(request, Desk(actor), support_id, {}, 200)


@require_POST
@for_roles(*READERS)
def support_act(request: HttpRequest, actor: Actor, support_id: int, verb: str) -> HttpResponse:
    if verb not in SUPPORT_VERBS:
        raise Http404
    form: f.Form = f.ReasonForm(request.POST, auto_id=f"id_{verb}_%s")
    if verb in PLAIN:
        form = f.Form(request.POST)
    elif verb == "approve":
        form = GrantForm(request.POST, auto_id="id_approve_%s")
    action, label = SUPPORT_VERBS[verb][0], SUPPORT.move(verb).label
    given = {"support_id": support_id}
    return _do(request, Desk(actor), verb, form, action, given, _support, "support", f"已办理：{label}")


def _support(
    request: HttpRequest, desk: Desk, pk: int, bound: dict[str, f.Form], status: int
) -> HttpResponse:
    found = queries.support(desk.actor, pk)
    if found is None:
        raise Http404
    case = showing.of_support(found, desk.today, official=True)
    offers = []
    for move in SUPPORT.allowed(found.state, desk.actor.role):
        if move.verb not in SUPPORT_VERBS:
            continue
        form: f.Form | None = reason_form(move.verb, bound)
        if move.verb in PLAIN:
            form = bound.get(move.verb)
        elif move.verb == "approve":
            form = bound.get("approve") or GrantForm(
                auto_id="id_approve_%s", initial={"granted_fen": found.asked_fen}
            )
        tone = "danger" if move.verb == "refuse" else "plain" if move.verb == "send_back" else "primary"
        tell = SUPPORT_VERBS[move.verb][1]
        offers.append(_offer(found, "support", move.verb, move.label, tell, tone, form, bound))
    case.offers = sorted(offers, key=lambda offer: ("primary", "plain", "danger").index(offer.tone))
    return _page(request, "supports", f"{found.organisation.name}：{found.get_kind_display()}", case, status)


# --- demonstrations ----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@for_roles(*READERS)
def demonstration_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """发布示范项目."""
    desk = Desk(actor)
    form = DemonstrationForm(request.POST or None, desk=desk, initial={"first": desk.today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        values = demonstrating.DemonstrationForm(
            department_id=int(data["department"]),
            title=data["title"],
            summary=data["summary"],
            first=data["first"],
            last=data["last"],
            occupation_id=data["occupation"].pk if data["occupation"] else None,
            provider_id=int(data["provider"]) if data["provider"] else None,
        )
        try:
            demonstrating.publish_demonstration(district_id=desk.code, form=values, actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "示范项目已发布，展示期内对外公布。")
            return redirect("bureau:demonstrations")
    return _form(request, form, "发布示范项目", "demonstrations", "发布", "展示期内在公开页面展示。")


@require_POST
@for_roles(*READERS)
def demonstration_end(request: HttpRequest, actor: Actor, demonstration_id: int) -> HttpResponse:
    """结束展示."""
    desk = Desk(actor)
    if not queries.demonstrations(desk.code).filter(pk=demonstration_id).exists():
        raise Http404
    demonstrating.end_demonstration(demonstration_id=demonstration_id, actor=actor, at=desk.at)
    messages.success(request, "展示已结束。")
    return redirect("bureau:demonstrations")


# --- shared ------------------------------------------------------------------------------------------------------
def _do(
    request: HttpRequest,
    desk: Desk,
    verb: str,
    form: f.Form,
    action: Callable[..., Any],
    given: dict[str, int],
    show: Callable[..., HttpResponse],
    name: str,
    done: str,
) -> HttpResponse:
    """Act on one case, or show it again with what was refused."""
    (pk,) = given.values()
    show(request, desk, pk, {}, 200)  # who has nothing to do with it does not find it
    if form.is_valid():
        try:
            action(**given, **form.cleaned_data, actor=desk.actor, at=desk.at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"{done}。")
            return redirect(f"bureau:{name}", pk)
    return show(request, desk, pk, {verb: form}, 422)


def _offer(
    found: Any,
    name: str,
    verb: str,
    label: str,
    tell: str,
    tone: str,
    form: f.Form | None,
    bound: dict[str, f.Form],
) -> Offer:
    url = reverse(f"bureau:{name}_act", args=[found.pk, verb])
    return Offer(verb, label, tell, url, tone, form, asked=verb in bound)


def _page(request: HttpRequest, name: str, title: str, case: Case, status: int) -> HttpResponse:
    crumbs = [Crumb(LISTS[name], reverse(f"bureau:{name}")), Crumb(title)]
    context = {"title": title, "crumbs": crumbs, "case": case}
    return page(request, "shared/capacity/case.html", context, status=status)


def _form(request: HttpRequest, form: f.Form, title: str, name: str, submit: str, note: str) -> HttpResponse:
    here = reverse(f"bureau:{name}")
    context = {
        "title": title,
        "subtitle": "",
        "crumbs": [Crumb(LISTS[name], here), Crumb(title)],
        "form": form,
        "submit": submit,
        "note": note,
        "cancel_url": here,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)
