"""单位: departments, towns, enterprises and providers of the district; registered, amended, suspended, restored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.organisations import queries
from wudan.organisations.actions import organising as actions
from wudan.people.queries import towns
from wudan.web.bureau.credit import credit_context
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.quality import quality_context
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER, Role.SYSTEM)
KEEPERS = (Role.INTAKE, Role.SYSTEM)
SWITCHERS = (Role.REVIEWER, Role.SYSTEM)
KINDS = {"enterprise": "企业", "provider": "培训机构", "department": "部门", "town": "镇街"}


class OrganisationForm(f.Form):
    """Registers (with kind and code) or amends."""

    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *KINDS.items()])
    credit_code = forms.CharField(
        label="统一社会信用代码",
        required=False,
        max_length=20,
        help_text="企业和培训机构必须填写，登记后不能更改。",
    )
    name = forms.CharField(label="单位名称", max_length=100, help_text="按证照上的全称填写。")
    division_code = forms.ChoiceField(label="所在镇街", required=False)
    contact = forms.CharField(label="联系人", required=False, max_length=50)
    phone = forms.CharField(
        label="联系电话", required=False, max_length=24, help_text="手机号码，或带区号的座机号码。"
    )
    licence = forms.CharField(label="办学许可证号", required=False, max_length=60)
    nature = forms.CharField(
        label="性质", required=False, max_length=60, help_text="例如公办、民办、技工院校。"
    )

    def __init__(self, *args: Any, desk: Desk, amending: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", "不填"), *towns(desk.code).values_list("code", "name")]
        if amending:
            del self.fields["kind"], self.fields["credit_code"]
            self.fields["phone"].help_text = "不改的留空。"


@require_GET
@for_roles(*READERS)
def organisations(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The district's own."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="单位",
        search="单位名称、拼音或统一社会信用代码",
        sort="pinyin",
        unit="家",
        empty_title="没有找到单位",
        empty_text="登记后会出现在这里。",
        filters=[
            Filter("kind", "类别", list(KINDS.items())),
            Filter("suspended", "受理情况", [("0", "正常受理"), ("1", "暂停受理")]),
            Filter("town", "所在镇街", list(towns(desk.code).values_list("code", "name"))),
        ],
        columns=[
            Column("单位名称", lambda o: o.name, "strong", "pinyin", href=lambda o: reverse("bureau:organisation", args=[o.pk]), width=40),
            Column("类别", lambda o: KINDS[o.kind], sort="kind"),
            Column("统一社会信用代码", lambda o: o.credit_code or "不适用", width=22),
            Column("所在镇街", lambda o: o.division.name if o.division else "没有登记"),
            Column("联系人", lambda o: o.contact or "没有登记", note=lambda o: o.phone_masked),
            Column("受理情况", lambda o: "暂停受理" if o.suspended else "正常", "badge", tone=lambda o: "wrong" if o.suspended else "done"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = queries.organisations_of(actor, query.get("kind") or None)
        if query.search:
            bare = "".join(query.search.split())
            found = found.filter(
                Q(name__icontains=query.search)
                | Q(pinyin__icontains=query.search)
                | Q(credit_code__istartswith=bare)
            )
        if query.get("suspended"):
            found = found.filter(suspended=query.get("suspended") == "1")
        if town := query.get("town"):
            found = found.filter(division=town)
        return found.order_by(query.order_by or "pinyin", "id")

    context = {"may_register": actor.role in KEEPERS}
    return spec.respond(request, fetch, "bureau/organisations.html", context, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def register(request: HttpRequest, actor: Actor) -> HttpResponse:
    """登记单位."""
    desk = Desk(actor)
    form = OrganisationForm(request.POST or None, desk=desk)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register_organisation(
                district_id=desk.code, actor=actor, at=desk.at, **form.cleaned_data
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"{made.name}已登记。接下来请系统管理员为其经办人开通账号。")
            return redirect("bureau:organisation", made.pk)
    context = {
        "title": "登记单位",
        "subtitle": "",
        "crumbs": [Crumb("单位", reverse("bureau:organisations")), Crumb("登记单位")],
        "form": form,
        "submit": "登记",
        "note": "登记后，该单位的经办人可以为职工或学员申请补贴。",
        "cancel_url": reverse("bureau:organisations"),
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


@require_GET
@for_roles(*READERS)
def organisation(request: HttpRequest, actor: Actor, organisation_id: int) -> HttpResponse:
    """One of them, with its account masked and the number of its claims."""
    return _show(request, Desk(actor), organisation_id)


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def amend(request: HttpRequest, actor: Actor, organisation_id: int) -> HttpResponse:
    """更正单位信息."""
    desk = Desk(actor)
    found = _one(actor, organisation_id)
    initial = {
        "name": found.name, "contact": found.contact, "licence": found.licence, "nature": found.nature,
        "division_code": found.division_id,
    }  # fmt: skip
    form = OrganisationForm(request.POST or None, desk=desk, amending=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.amend_organisation(
                organisation_id=found.pk, actor=actor, at=desk.at,
                **{**data, "phone": data["phone"] or None, "division_code": data["division_code"] or None},
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "单位信息已更正，变更前后的内容都有记录。")
            return redirect("bureau:organisation", found.pk)
    here = reverse("bureau:organisation", args=[found.pk])
    context = {
        "title": "更正单位信息",
        "subtitle": found.name,
        "crumbs": [Crumb("单位", reverse("bureau:organisations")), Crumb(found.name, here), Crumb("更正")],
        "form": form,
        "submit": "保存更正",
        "note": "",
        "cancel_url": here,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(*SWITCHERS)
def switch(request: HttpRequest, actor: Actor, organisation_id: int, verb: str) -> HttpResponse:
    """暂停受理 or 恢复受理, with a reason."""
    desk = Desk(actor)
    found = _one(actor, organisation_id)
    action = {"suspend": actions.suspend, "restore": actions.restore}.get(verb)
    if action is None:
        raise Http404
    form = f.ReasonForm(request.POST)
    if form.is_valid():
        try:
            action(organisation_id=found.pk, reason=form.cleaned_data["reason"], actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            word = "暂停受理，已提交的申请照常办理" if verb == "suspend" else "恢复受理，可以提交新的申请"
            messages.success(request, f"{found.name}已{word}。")
            return redirect("bureau:organisation", found.pk)
    return _show(request, desk, organisation_id, form=form, status=422)


def _one(actor: Actor, organisation_id: int) -> Any:
    found = queries.organisation(actor, organisation_id)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    organisation_id: int,
    *,
    form: f.ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = desk.actor
    found = _one(actor, organisation_id)
    verb = "restore" if found.suspended else "suspend"
    context = {
        "title": found.name,
        "crumbs": [Crumb("单位", reverse("bureau:organisations")), Crumb(found.name)],
        "organisation": found,
        "kind": KINDS[found.kind],
        "account": queries.current_account(found.pk),
        "claims": visible_claims(actor).filter(organisation=found.pk).count(),
        "may_list_claims": actor.role in (Role.INTAKE, Role.REVIEWER),
        "may_amend": actor.role in KEEPERS,
        "may_switch": actor.role in SWITCHERS and found.kind in ("enterprise", "provider"),
        "applies": found.kind in ("enterprise", "provider"),
        "switch_label": "恢复受理" if found.suspended else "暂停受理",
        "switch_effect": "恢复后可以提交新的申请。"
        if found.suspended
        else "暂停后不能提交新的申请，已提交的照常办理。",
        "switch_url": reverse("bureau:organisation_switch", args=[found.pk, verb]),
        "form": form or f.ReasonForm(),
        "form_open": form is not None,
        **credit_context(desk, found),
        **(quality_context(found.pk, desk.today, official=True) if found.kind == "provider" else {}),
        "is_provider": found.kind == "provider",
    }
    return page(request, "bureau/organisation.html", context, status=status)
